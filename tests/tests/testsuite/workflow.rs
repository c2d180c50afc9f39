//! The workflows of this repository, and those that `install --ci` writes for a book's: their commands exist, their
//! actions are pinned to commits, and they publish what they have run. The lints check their syntax.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use docker_sandbox::cache_directory;
use regex::Regex;
use serde_json::Value;
use testsuite::{Engine, Outcome, Program, program, workspace};

use crate::MDBOOK;

mod guide;
mod installed;
mod on_a_docker;
mod ours;

/// A workflow.
#[derive(Debug)]
struct Workflow {
    text: String,
    value: Value,
}

/// A step of a workflow with a script.
#[derive(Debug)]
struct Script {
    text: String,
    environment: Vec<(String, String)>,
}

impl Workflow {
    #[track_caller]
    fn read(path: &Path) -> Self {
        Self::parse(fs::read_to_string(path).unwrap())
    }

    #[track_caller]
    fn parse(text: String) -> Self {
        let value = serde_saphyr::from_str(&text).unwrap();
        Self { text, value }
    }

    /// One of this repository's.
    fn ours(name: &str) -> Self {
        Self::read(&workspace().join(".github/workflows").join(name))
    }

    /// The one that the guide shows on a page, in its only block that is a workflow.
    fn of_guide(page: &str) -> Self {
        let page = workspace().join("crates/mdbook-docktest/guide/src").join(page);
        let page = fs::read_to_string(page).unwrap();
        let (_, block) = page.split_once("```text\non:\n").unwrap();
        let (block, _) = block.split_once("```").unwrap();
        Self::parse(format!("on:\n{block}"))
    }

    /// The steps of a job.
    #[track_caller]
    fn steps(&self, job: &str) -> &[Value] {
        self.value["jobs"][job]["steps"].as_array().unwrap()
    }

    /// The steps of a job that have a script.
    fn scripts(&self, job: &str) -> Vec<Script> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let script = |step: &Value| {
            let environment = step["env"].as_object().into_iter().flatten();
            let environment = environment.map(|(name, value)| (name.clone(), text(value).unwrap()));
            Some(Script { text: text(&step["run"])?, environment: environment.collect() })
        };
        self.steps(job).iter().filter_map(script).collect()
    }

    /// The actions that it uses, with their commits; each must have its version in a comment.
    #[track_caller]
    fn actions(&self) -> Vec<(&str, &str)> {
        let pinned = Regex::new(r"^([a-z/-]+)@([0-9a-f]{40} # v\d+\.\d+\.\d+)$").unwrap();
        let uses = self.text.lines().filter_map(|line| Some(line.split_once("uses: ")?.1));
        let parts = |action| {
            let parts = pinned.captures(action).unwrap_or_else(|| panic!("{action}"));
            let part = |index| parts.get(index).map(|part| part.as_str()).unwrap();
            (part(1), part(2))
        };
        uses.map(parts).collect()
    }

    /// The jobs with rights to write, and these rights.
    fn writing(&self) -> Vec<(&str, Vec<&str>)> {
        let mut found = Vec::new();
        for (name, job) in self.value["jobs"].as_object().unwrap() {
            let rights = job["permissions"].as_object().into_iter().flatten();
            let rights = rights.filter(|(_, right)| *right == "write");
            let rights: Vec<&str> = rights.map(|(name, _)| name.as_str()).collect();
            if !rights.is_empty() {
                found.push((name.as_str(), rights));
            }
        }
        found
    }
}

/// A directory whose programs are first on the PATH: mdBook, this program, and a stand-in for cargo.
struct Machine(OsString);

impl Machine {
    /// Puts the programs below a directory. `cargo` is a script.
    fn in_directory(directory: &Path, cargo: &str) -> Self {
        let programs = directory.join("programs");
        fs::create_dir(&programs).unwrap();
        symlink(MDBOOK, programs.join("mdbook")).unwrap();
        symlink(program(), programs.join("mdbook-docktest")).unwrap();
        let file = programs.join("cargo");
        fs::write(&file, format!("#!/bin/sh\n{cargo}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
        let path = env::var_os("PATH").unwrap();
        let path = env::join_paths([programs].into_iter().chain(env::split_paths(&path)));
        Self(path.unwrap())
    }

    /// Runs a script in a directory, as GitHub does, on the Docker of an engine.
    #[track_caller]
    fn run(&self, script: &Script, directory: &Path, engine: &Engine) -> Outcome {
        let shell = Program::through(["bash", "-e", "-c", &script.text], [""; 0]);
        let shell = shell
            .directory(directory)
            .env("PATH", &self.0)
            .env("HOME", directory)
            .env("XDG_CACHE_HOME", cache_directory().unwrap().parent().unwrap())
            .env("DOCKER_HOST", engine.host());
        let set = |shell: Program, (name, value): &(String, String)| shell.env(name, value);
        let outcome = script.environment.iter().fold(shell, set).run();
        outcome.exits(0);
        outcome
    }
}
