//! All tests.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use docker_sandbox::{EngineRoot, ProcessEngine};
use duct::cmd;

use crate::process::{say, succeed};
use crate::setup::Missing;
use crate::{book, browser, engine, fuzz, generate, project, setup};

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
    /// clippy and rustdoc without a warning, generated text as it would be generated
    Lints,
    /// Unit and integration tests that need no engine
    Unit,
    /// Half a minute of fuzzing for each target
    Fuzz,
    /// docker-cli with a real engine
    DockerCli,
    /// The programs with a real engine
    EndToEnd,
    /// The pages in a real browser
    Browser,
}

/// Runs the tests; says at the end which part failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let chosen: Vec<Part> = match options.only {
        Some(part) => vec![part],
        None => Part::value_variants().to_vec(),
    };
    let needed: &[_] = match options.only {
        None => &[setup::ENGINE, setup::BROWSER],
        Some(Part::Browser) => &[setup::BROWSER],
        Some(_) => &[setup::ENGINE],
    };
    setup::ensure(needed)?;
    let mut failed = Vec::new();
    for part in chosen {
        let name = part.to_possible_value().map(|value| value.get_name().to_owned());
        let name = name.unwrap_or_default();
        say(&format!("\n== {name}"));
        match part.run() {
            Ok(()) => {}
            // Whoever has to get something first wants to hear that last.
            Err(error) if error.is::<Missing>() => return Err(error),
            Err(error) => {
                say(&format!("error: {error:#}"));
                failed.push(name);
            }
        }
    }
    if !failed.is_empty() {
        bail!("failed: {}; one of them again: cargo xtask test --only …", failed.join(", "));
    }
    say("\nall parts hold");
    Ok(())
}

impl Part {
    fn run(self) -> Result<()> {
        match self {
            Self::Format => {
                need_component("fmt", "rustfmt")?;
                cargo(&["fmt", "--all", "--check"], &[])
            }
            Self::Lints => {
                need_component("clippy", "clippy")?;
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
                cargo(&doc, &[("RUSTDOCFLAGS", "--deny warnings")])?;
                generate::check()
            }
            Self::Unit => unit(),
            Self::Fuzz => fuzz::run(&fuzz::Options::default()),
            Self::DockerCli => docker_cli(),
            Self::EndToEnd => end_to_end(),
            Self::Browser => {
                browser::ensure_axe()?;
                let words = ["test", "--package", "browser-tests", "--locked", "--"];
                cargo(&[&words[..], &["--include-ignored"]].concat(), &[("RUST_TEST_THREADS", "2")])
            }
        }
    }
}

/// Tests the programs with a real engine.
fn end_to_end() -> Result<()> {
    engine::ensure()?;
    let program = book::build_program()?;
    let program = program.to_str().context("the target directory is no UTF-8")?;
    let environment = [("MDBOOK_DOCKTEST", program), ("RUST_TEST_THREADS", "2")];
    let sandbox = ["test", "--package", "docker-sandbox", "--locked", "--test", "*"];
    let sandbox = cargo(&sandbox, &environment);

    let mut suite = vec!["test", "--package", "testsuite", "--locked", "--"];
    // Some tests compare with a tutorial that is not in the repository.
    let default = || project().map(|project| project.join("../shared/seed/tutorial.fr.md"));
    let seed = std::env::var_os("SEED_TUTORIAL").map_or_else(default, |path| Ok(path.into()))?;
    if seed.is_file() {
        suite.push("--include-ignored");
    } else {
        say(&format!("left out: the tests that need the tutorial {}", seed.display()));
    }
    sandbox.and(cargo(&suite, &environment))
}

/// Tests what needs no engine and no browser: all but the integration tests of docker-sandbox,
/// testsuite and browser-tests.
fn unit() -> Result<()> {
    const WHOLE: [&str; 7] = [
        "--workspace",
        "--exclude",
        "testsuite",
        "--exclude",
        "browser-tests",
        "--locked",
        "--no-fail-fast",
    ];
    const CASES: &[(&str, &str)] = &[("PROPTEST_CASES", "1000")];
    if has_command("nextest")? {
        let tests = "not (package(docker-sandbox) and kind(test))";
        cargo(&[&["nextest", "run", "--filterset", tests], &WHOLE[..]].concat(), CASES)?;
        // nextest leaves these to cargo.
        return cargo(&[&["test", "--doc"], &WHOLE[..]].concat(), CASES);
    }
    cargo(&[&["test", "--exclude", "docker-sandbox"], &WHOLE[..]].concat(), CASES)?;
    cargo(&["test", "--package", "docker-sandbox", "--lib", "--locked"], CASES)?;
    cargo(&["test", "--package", "docker-sandbox", "--doc", "--locked"], CASES)
}

/// Whether a command of cargo can be run. rustup puts a stand-in where a component is missing, so
/// that finding a program does not tell.
fn has_command(name: &str) -> Result<bool> {
    let version = cargo_expression(&[name, "--version"])?.stdout_null().stderr_null();
    Ok(version.unchecked().run().context("cannot run cargo")?.status.success())
}

/// Checks that a component of the toolchain is there. The toolchain is the user's: it is left as
/// it is.
fn need_component(command: &str, component: &str) -> Result<()> {
    if has_command(command)? {
        return Ok(());
    }
    Err(Missing {
        what: format!("cargo has no `{command}`"),
        remedy: format!("rustup component add {component}"),
    }
    .into())
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
    let mut command = cargo_expression(words)?;
    for (name, value) in environment {
        command = command.env(name, value);
    }
    succeed(&format!("cargo {}", words.join(" ")), &command)
}

fn cargo_expression(words: &[&str]) -> Result<duct::Expression> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    Ok(duct::cmd(cargo, words).dir(project()?).stdin_null())
}
