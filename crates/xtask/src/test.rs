//! All tests.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use docker_sandbox::{EngineRoot, ProcessEngine};
use duct::cmd;

use crate::process::{say, succeed};
use crate::{book, engine, project, setup};

/// What to test.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only this part, instead of all of them
    #[arg(long, value_enum)]
    only: Option<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// How the sources are formatted
    Format,
    /// clippy and rustdoc without a warning
    Lints,
    /// Unit and integration tests that need no engine
    Unit,
    /// docker-cli with a real engine
    DockerCli,
    /// The programs with a real engine
    EndToEnd,
}

/// Runs the tests; says at the end which part failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let parts = [Part::Format, Part::Lints, Part::Unit, Part::DockerCli, Part::EndToEnd];
    let chosen = parts.into_iter().filter(|part| options.only.is_none_or(|only| only == *part));
    setup::ensure()?;
    let mut failed = Vec::new();
    for part in chosen {
        let name = part.to_possible_value().map(|value| value.get_name().to_owned());
        let name = name.unwrap_or_default();
        say(&format!("\n== {name}"));
        if let Err(error) = part.run() {
            say(&format!("error: {error:#}"));
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}", failed.join(", "));
    }
    say("\nall parts hold");
    Ok(())
}

impl Part {
    fn run(self) -> Result<()> {
        match self {
            Self::Format => cargo(&["fmt", "--all", "--check"], &[]),
            Self::Lints => {
                let clippy = [
                    "clippy",
                    "--workspace",
                    "--all-targets",
                    "--locked",
                    "--",
                    "--deny",
                    "warnings",
                ];
                cargo(&clippy, &[])?;
                let doc =
                    ["doc", "--workspace", "--no-deps", "--locked", "--document-private-items"];
                cargo(&doc, &[("RUSTDOCFLAGS", "--deny warnings")])
            }
            Self::Unit => {
                cargo(
                    &[
                        "test",
                        "--workspace",
                        "--exclude",
                        "testsuite",
                        "--exclude",
                        "docker-sandbox",
                        "--locked",
                    ],
                    &[],
                )?;
                cargo(&["test", "--package", "docker-sandbox", "--lib", "--locked"], &[])?;
                cargo(&["test", "--package", "docker-sandbox", "--doc", "--locked"], &[])
            }
            Self::DockerCli => docker_cli(),
            Self::EndToEnd => {
                engine::ensure()?;
                let program = book::build_program()?;
                let program = program.to_str().context("the target directory is no UTF-8")?;
                let packages =
                    ["test", "--package", "docker-sandbox", "--package", "testsuite", "--locked"];
                cargo(&packages, &[("MDBOOK_DOCKTEST", program), ("RUST_TEST_THREADS", "2")])
            }
        }
    }
}

/// Tests docker-cli on an engine of its own, with an image that has nothing but a shell.
fn docker_cli() -> Result<()> {
    let root = EngineRoot::Prepared(engine::ensure()?);
    let engine = ProcessEngine::start(&root, Duration::from_secs(60))?;
    let scratch = engine.scratch();
    let context = scratch.join("alpine");
    let recipe = project()?.join("book/images/alpine");
    succeed("cp", &cmd!("cp", "--recursive", &recipe, &context))?;
    succeed(
        "prepare",
        &cmd!(context.join("prepare")).dir(&context).stdin_null().stdout_to_stderr(),
    )?;
    let archive = scratch.join("alpine.tar");
    succeed("tar", &cmd!("tar", "--create", "--file", &archive, "--directory", &context, "."))?;
    let build = engine.docker().image().build_from(archive.as_path()).tag("alpine");
    docker_cli::Command::call(build)?;

    let mut through = engine.entering();
    through.extend(["env", "-i", "HOME=/root"].map(Into::into));
    through.push(format!("PATH={}", docker_sandbox::PATH).into());
    let through: Vec<String> =
        through.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let through = shlex::try_join(through.iter().map(String::as_str))?;
    let words =
        ["test", "--package", "docker-cli", "--test", "engine", "--locked", "--", "--ignored"];
    cargo(&words, &[("DOCKER_CLI_TEST_THROUGH", &through), ("DOCKER_CLI_TEST_IMAGE", "alpine")])
}

fn cargo(words: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = duct::cmd(cargo, words).dir(project()?).stdin_null();
    for (name, value) in environment {
        command = command.env(name, value);
    }
    succeed(&format!("cargo {}", words.join(" ")), &command)
}
