//! The project's tests, in parts.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use docker_sandbox::Suite;

use crate::cargo::{self, cargo, has_command, need_component};
use crate::cargo_test::{FailedTests, cargo_test};
use crate::failures::failures;
use crate::process::say;
use crate::setup::Needed;
use crate::{book, browser, docker_commands, engine, fuzz, lints, project, setup};

/// How many end-to-end tests run at once on the two processors of CI. Each waits some of the time; with four, no processor is
/// ever idle, and what must happen in time is late.
const END_TO_END_THREADS: &str = "3";

/// The tests that run chapters of the course have this word in their names. They run by themselves, on a calmer machine: beside
/// others, docker has twice lost the line of a container that ended at once.
const COURSE: &str = "course";
const COURSE_THREADS: &str = "2";

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
    /// Words, shellcheck, workflows, clippy, rustdoc, packages, and whether generated tables are up to date
    Lints,
    /// Unit and integration tests that need no engine
    Unit,
    /// Fuzzing, ten seconds for each target
    Fuzz,
    /// The libraries on a real engine; docker-cli alone with `--suite`
    Libraries,
    /// The program on a real engine, without the course
    EndToEnd,
    /// The course on real engines
    Course,
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
    let mut times = Vec::new();
    let mut told = Vec::new();
    let failed = failures(chosen.into_iter().map(|part| {
        say(&format!("\n== {}", part.name()));
        let start = Instant::now();
        let result = part.run(options);
        let failed_tests = result.as_ref().err().and_then(|error| error.downcast_ref());
        told.extend(failed_tests.map(|tests: &FailedTests| {
            format!("\n== what failed in {}\n{}", part.name(), tests.told)
        }));
        times.push(format!("{} {} s", part.name(), start.elapsed().as_secs()));
        (part.name(), result)
    }))?;
    // Again, as this is what one looks for in the log.
    told.iter().for_each(|told| say(told));
    say(&format!("\n{}", times.join(", ")));
    if !failed.is_empty() {
        bail!("failed: {}; run one part with `cargo xtask test --only PART`", failed.join(", "));
    }
    say("all parts passed");
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
            Self::Format | Self::Unit | Self::Fuzz => &[setup::ENGINE],
            Self::Libraries | Self::EndToEnd | Self::Course => &[setup::ENGINE, setup::END_TO_END],
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
            Self::Libraries => libraries(options.suite),
            Self::EndToEnd => end_to_end(END_TO_END_THREADS, &["--skip", COURSE]),
            Self::Course => end_to_end(COURSE_THREADS, &[COURSE]),
            Self::Browser => {
                browser::ensure_axe()?;
                let program = compile()?;
                test(
                    "browser",
                    &[],
                    &[("MDBOOK_DOCKTEST", text(&program)?), ("RUST_TEST_THREADS", "2")],
                )
            }
            Self::Books => {
                book::build_with(&compile()?, &book::Options { pdf: true, picture: false })
            }
        }
    }
}

/// Compiles all tests and the program, and returns the program's path.
///
/// All parts compile all packages at once: if a part compiled its package alone, many dependencies would have other
/// features there, and would be compiled again. For the same reason, the program is not a release build.
fn compile() -> Result<PathBuf> {
    cargo::program(&["test", "--workspace", "--locked", "--no-run"])
}

/// Runs the tests of the targets with this name that these arguments select; all of them without any.
fn test(target: &str, selection: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    let words = ["test", "--workspace", "--locked", "--test", target, "--", "--include-ignored"];
    cargo_test(&[&words[..], selection].concat(), environment)
}

/// Tests the program on a real engine, with the tests that these arguments select.
fn end_to_end(threads: &str, selection: &[&str]) -> Result<()> {
    let root = engine::ensure()?;
    let program = compile()?;
    let path = path_with_docker(&root)?;
    let environment = [
        ("MDBOOK_DOCKTEST", text(&program)?),
        ("PATH", path.as_str()),
        ("RUST_TEST_THREADS", threads),
    ];
    test("testsuite", selection, &environment)
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the path of the target directory is not UTF-8")
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

/// Runs the tests that need neither an engine nor a browser. In other targets, those that do are ignored.
fn unit() -> Result<()> {
    const ALL: [&str; 3] = ["--workspace", "--locked", "--no-fail-fast"];
    const OTHERS: &str =
        "not (binary_id(testsuite::testsuite) + binary_id(browser-tests::browser))";
    // Random scripts for bash take 0.4 s each, so these are other ones each time. The test says which, if it fails.
    const CASES: &[(&str, &str)] = &[("PROPTEST_CASES", "1000"), ("SHELL_CASES", "50")];
    if has_command("nextest")? {
        cargo(&[&["nextest", "run"], &ALL[..], &["--filterset", OTHERS]].concat(), CASES)?;
        // nextest does not run documentation tests.
        return cargo_test(&[&["test", "--doc"], &ALL[..]].concat(), CASES);
    }
    // By name, as excluding packages would change the features of dependencies: see `compile`.
    let packages = cargo::packages()?;
    let tests = cargo::integration_tests(&packages).into_iter();
    let others = tests.filter(|name| !["testsuite", "browser"].contains(name));
    let others = others.flat_map(|name| ["--test", name]);
    let words: Vec<&str> =
        ["test"].into_iter().chain(ALL).chain(["--lib", "--bins"]).chain(others).collect();
    cargo_test(&words, CASES)?;
    cargo_test(&[&["test", "--doc"], &ALL[..]].concat(), CASES)
}

/// Tests docker-cli's flags on docker's parser, docker-cli on a new engine with an image that contains only a shell, and
/// the other libraries on engines of their own. With another suite than the default, only docker-cli is tested. Its flags
/// are those of the default suite's docker; another docker must accept those of them that it has, and those that it
/// should have.
fn libraries(suite: Suite) -> Result<()> {
    let root = engine::ensure_suite(suite)?;
    let is_default = suite == Suite::default();
    docker_commands::try_flags(&root, is_default)?;
    let path = path_with_docker(&root)?;
    let engine = engine::start_with_alpine(root)?;
    let mut through = engine.entering();
    through.extend(["env", "-i", "HOME=/root"].map(Into::into));
    through.push(format!("PATH={}", docker_sandbox::PATH).into());
    let through: Vec<String> =
        through.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let through = shlex::try_join(through.iter().map(String::as_str))?;
    let environment = [
        ("DOCKER_CLI_TEST_THROUGH", through.as_str()),
        ("DOCKER_CLI_TEST_IMAGE", "alpine"),
        ("PATH", path.as_str()),
        ("RUST_TEST_THREADS", "2"),
    ];
    match is_default {
        true => test("engine", &[], &environment),
        false => {
            let words = ["test", "--package", "docker-cli", "--test", "engine", "--locked"];
            cargo_test(&[&words[..], &["--", "--include-ignored"]].concat(), &environment)
        }
    }
}
