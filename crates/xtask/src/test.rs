//! The project's tests, in parts.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use docker_sandbox::Suite;

use crate::cargo::{cargo, has_command, need_component};
use crate::failures::failures;
use crate::process::say;
use crate::setup::Needed;
use crate::{book, browser, docker_commands, engine, fuzz, lints, project, setup};

/// Options of `cargo xtask test`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Run this part only
    #[arg(long, value_enum, value_name = "PART")]
    only: Option<Part>,
    /// Test docker-cli on the engine of another Debian suite: trixie has 26.1, bookworm 20.10, and sid the newest
    #[arg(long, requires = "only", value_parser = suite, default_value_t, value_name = "SUITE")]
    suite: Suite,
}

fn suite(name: &str) -> Result<Suite> {
    let names = || Suite::ALL.map(Suite::name).join(", ");
    let found = Suite::ALL.into_iter().find(|suite| suite.name() == name);
    found.with_context(|| format!("use one of {}", names()))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Formatting of the sources
    Format,
    /// Words, shellcheck, clippy, rustdoc, and whether generated tables are up to date
    Lints,
    /// Unit and integration tests that need no engine
    Unit,
    /// Fuzzing, half a minute for each target
    Fuzz,
    /// docker-cli on a real engine
    DockerCli,
    /// The programs on a real engine
    EndToEnd,
    /// Pages in a real browser
    Browser,
    /// The course and the guide as sites and as PDFs
    Books,
}

/// Runs the tests. At the end, the error names the parts that failed.
pub(crate) fn run(options: &Options) -> Result<()> {
    let chosen: Vec<Part> = match options.only {
        Some(part) => vec![part],
        None => Part::value_variants().to_vec(),
    };
    let needed: Vec<&[Needed]> = chosen.iter().flat_map(|part| part.needed()).copied().collect();
    setup::ensure(&needed)?;
    let failed = failures(chosen.into_iter().map(|part| {
        say(&format!("\n== {}", part.name()));
        (part.name(), part.run(options))
    }))?;
    if !failed.is_empty() {
        bail!("failed: {}; run one part with `cargo xtask test --only PART`", failed.join(", "));
    }
    say("\nall parts passed");
    Ok(())
}

impl Part {
    fn name(self) -> String {
        let value = self.to_possible_value();
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// The programs and files that this part needs.
    fn needed(self) -> &'static [&'static [Needed]] {
        match self {
            Self::Lints => &[setup::LINTS],
            Self::Browser => &[setup::BROWSER],
            Self::Books => &[setup::PDF],
            Self::Format | Self::Unit | Self::Fuzz | Self::DockerCli => &[setup::ENGINE],
            Self::EndToEnd => &[setup::ENGINE, setup::END_TO_END],
        }
    }

    fn run(self, options: &Options) -> Result<()> {
        match self {
            Self::Format => {
                need_component("fmt", "rustfmt")?;
                cargo(&["fmt", "--all", "--check"], &[])
            }
            Self::Lints => lints::run(),
            Self::Unit => unit(),
            Self::Fuzz => fuzz::run(&fuzz::Options::default()),
            Self::DockerCli => docker_cli(options.suite),
            Self::EndToEnd => end_to_end(),
            Self::Browser => {
                browser::ensure_axe()?;
                let words = ["test", "--package", "browser-tests", "--locked", "--"];
                cargo(&[&words[..], &["--include-ignored"]].concat(), &[("RUST_TEST_THREADS", "2")])
            }
            Self::Books => book::build(&book::Options { pdf: true, picture: false }),
        }
    }
}

/// Tests the programs, and the libraries that they consist of, on a real engine.
fn end_to_end() -> Result<()> {
    let root = engine::ensure()?;
    let program = book::build_program()?;
    let program = program.to_str().context("the path of the target directory is not UTF-8")?;
    let path = path_with_docker(&root)?;
    let environment =
        [("MDBOOK_DOCKTEST", program), ("PATH", path.as_str()), ("RUST_TEST_THREADS", "2")];
    let test = |package, selection: &[&str]| {
        let words = ["test", "--package", package, "--locked"];
        let words = [&words[..], selection, &["--", "--include-ignored"]].concat();
        cargo(&words, &environment)
    };
    let libraries =
        ["docker-sandbox", "docker-images"].map(|package| test(package, &["--test", "*"]));
    libraries.into_iter().chain([test("testsuite", &[])]).collect()
}

/// Returns a PATH with the docker program of the engine's root file system, for tests on a Docker. It needs no more of
/// that than its C library, which is this machine's.
pub(crate) fn path_with_docker(root: &Path) -> Result<String> {
    let programs = project()?.join("target/programs");
    fs::create_dir_all(&programs)
        .with_context(|| format!("cannot create {}", programs.display()))?;
    let link = programs.join("docker");
    if link.symlink_metadata().is_ok() {
        fs::remove_file(&link).with_context(|| format!("cannot remove {}", link.display()))?;
    }
    symlink(root.join("usr/bin/docker"), &link)
        .with_context(|| format!("cannot create {}", link.display()))?;
    let path = env::var("PATH").context("PATH is not set, or not UTF-8")?;
    Ok(format!("{}:{path}", programs.display()))
}

/// Runs the tests that need neither an engine nor a browser. In other packages, those that do are
/// ignored.
fn unit() -> Result<()> {
    const PACKAGES: [&str; 7] = [
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
        cargo(&[&["nextest", "run"], &PACKAGES[..]].concat(), CASES)?;
        // nextest does not run documentation tests.
        return cargo(&[&["test", "--doc"], &PACKAGES[..]].concat(), CASES);
    }
    cargo(&[&["test"], &PACKAGES[..]].concat(), CASES)
}

/// Tests docker-cli's flags on docker's parser, and docker-cli on a new engine. Its flags are those of the default
/// suite's docker.
fn docker_cli(suite: Suite) -> Result<()> {
    let root = engine::ensure_suite(suite)?;
    if suite == Suite::default() {
        docker_commands::try_flags()?;
    }
    let engine = engine::start_with_alpine(root)?;
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
