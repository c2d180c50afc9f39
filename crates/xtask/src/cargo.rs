//! Running cargo in the project.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::process::succeed;
use crate::project;
use crate::setup::Missing;

/// Runs a command of cargo, with these variables added to the environment.
pub(crate) fn cargo(words: &[&str], environment: &[(&str, &str)]) -> Result<()> {
    succeed(&format!("cargo {}", words.join(" ")), &expression_with(words, environment)?)
}

/// Runs a command of cargo that builds `mdbook-docktest`, and returns the program's path.
pub(crate) fn program(words: &[&str]) -> Result<PathBuf> {
    let words = [words, &["--message-format=json-render-diagnostics"]].concat();
    let output = expression(&words)?.stdout_capture().unchecked().run();
    let output = output.context("cannot run cargo")?;
    if !output.status.success() {
        bail!("mdbook-docktest cannot be built");
    }
    program_in(&String::from_utf8_lossy(&output.stdout))
        .context("no path of mdbook-docktest in cargo's messages")
}

/// The path of `mdbook-docktest` in cargo's messages, which also name its tests.
fn program_in(messages: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut programs = messages.filter(|message| {
        message["target"]["name"] == "mdbook-docktest"
            && message["target"]["kind"] == serde_json::json!(["bin"])
            && message["profile"]["test"] == false
    });
    programs.find_map(|message| Some(PathBuf::from(message["executable"].as_str()?)))
}

/// The packages of the workspace, as `cargo metadata` describes them.
pub(crate) fn packages() -> Result<Vec<Value>> {
    let metadata = read_cargo(&["metadata", "--no-deps", "--locked", "--format-version=1"])?;
    let mut metadata: Value =
        serde_json::from_str(&metadata).context("cargo's answer is not JSON")?;
    match metadata["packages"].take() {
        Value::Array(packages) => Ok(packages),
        _ => bail!("cargo lists no packages"),
    }
}

/// The names of the integration tests in these packages, sorted.
pub(crate) fn integration_tests(packages: &[Value]) -> Vec<&str> {
    let targets = packages.iter().filter_map(|package| package["targets"].as_array()).flatten();
    let tests = targets.filter(|target| target["kind"] == serde_json::json!(["test"]));
    let mut names: Vec<&str> = tests.filter_map(|target| target["name"].as_str()).collect();
    names.sort_unstable();
    // Names are only unique in a package.
    names.dedup();
    names
}

/// Runs a command of cargo in another directory than the project's.
pub(crate) fn cargo_in(directory: &Path, words: &[&str]) -> Result<()> {
    succeed(&format!("cargo {}", words.join(" ")), &expression_in(directory, words))
}

/// The standard output of a command of cargo.
pub(crate) fn read_cargo(words: &[&str]) -> Result<String> {
    expression(words)?.read().with_context(|| format!("`cargo {}` failed", words.join(" ")))
}

/// A command of cargo in the project, with these variables added to the environment.
pub(crate) fn expression_with(
    words: &[&str],
    environment: &[(&str, &str)],
) -> Result<duct::Expression> {
    let command = expression(words)?;
    Ok(environment.iter().fold(command, |command, (name, value)| command.env(name, value)))
}

fn expression(words: &[&str]) -> Result<duct::Expression> {
    Ok(expression_in(&project()?, words))
}

/// A command of cargo in a directory.
pub(crate) fn expression_in<W: Into<OsString>>(
    directory: &Path,
    words: impl IntoIterator<Item = W>,
) -> duct::Expression {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    without_package(duct::cmd(cargo, words).dir(directory).stdin_null())
}

/// Removes the variables that describe the package of the program that cargo runs, such as this one.
///
/// The build script of ring declares some of them as its inputs. If they differ between two commands, the second compiles
/// ring, and all that depends on it, again.
fn without_package(command: duct::Expression) -> duct::Expression {
    let names = env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let describing =
        names.filter(|name| name.starts_with("CARGO_MANIFEST_") || name.starts_with("CARGO_PKG_"));
    describing.fold(command, |command, name| command.env_remove(name))
}

/// Whether cargo has a command. The program being on the PATH does not show that: rustup puts a proxy
/// there for components that are not installed.
pub(crate) fn has_command(name: &str) -> Result<bool> {
    let version = expression(&[name, "--version"])?.stdout_null().stderr_null();
    Ok(version.unchecked().run().context("cannot run cargo")?.status.success())
}

/// Fails if a component of the toolchain is missing. The toolchain is the user's, so it is not
/// changed.
pub(crate) fn need_component(command: &str, component: &str) -> Result<()> {
    if has_command(command)? {
        return Ok(());
    }
    Err(Missing {
        what: format!("cargo has no `{command}`"),
        remedy: format!("rustup component add {component}"),
    }
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cargo_gets_no_description_of_our_package() {
        let describing = |text: &str| {
            let names = text.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name);
            names.filter(|name| name.contains("_MANIFEST_") || name.contains("_PKG_")).count()
        };
        let inherited = duct::cmd!("env").read().unwrap();
        assert!(describing(&inherited) > 2, "cargo has set them for this test:\n{inherited}");
        let left = without_package(duct::cmd!("env")).read().unwrap();
        assert_eq!(describing(&left), 0, "{left}");
        assert!(left.contains("PATH="), "{left}");
    }

    #[test]
    fn integration_tests_are_listed_once() {
        let package = |tests: &[&str]| {
            let test = |name: &&str| serde_json::json!({"kind": ["test"], "name": name});
            let library = serde_json::json!({"kind": ["lib"], "name": "library"});
            let targets: Vec<Value> = tests.iter().map(test).chain([library]).collect();
            serde_json::json!({"targets": targets})
        };
        let packages = [package(&["shell", "engine"]), package(&["engine"]), package(&[])];
        assert_eq!(integration_tests(&packages), ["engine", "shell"]);
    }

    #[test]
    fn the_program_is_found_among_tests_and_libraries() {
        let message = |kind: &str, test: bool, executable: &str| {
            serde_json::json!({
                "reason": "compiler-artifact",
                "target": {"kind": [kind], "name": "mdbook-docktest"},
                "profile": {"test": test},
                "executable": executable,
            })
            .to_string()
        };
        let messages = [
            message("lib", true, "/target/debug/deps/mdbook_docktest-1"),
            message("bin", true, "/target/debug/deps/mdbook_docktest-2"),
            message("bin", false, "/target/debug/mdbook-docktest"),
            r#"{"reason":"build-finished","success":true}"#.to_owned(),
        ];
        let found = program_in(&messages.join("\n"));
        assert_eq!(found, Some(PathBuf::from("/target/debug/mdbook-docktest")));
        assert_eq!(program_in(&messages[..2].join("\n")), None);
    }
}
