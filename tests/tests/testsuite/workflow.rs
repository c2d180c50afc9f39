//! The workflow that publishes the course: its commands exist, its actions are pinned to commits, and it
//! publishes what it has run.

use std::env;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use testsuite::{Book, Program, program, workspace};

use crate::MDBOOK;

fn workflow() -> String {
    fs::read_to_string(workspace().join(".github/workflows/pages.yml")).unwrap()
}

/// A step of the workflow with a script.
#[derive(Debug, Default)]
struct Step {
    script: String,
    environment: Vec<(String, String)>,
}

/// The steps with a script, in order.
fn steps(workflow: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut key = "";
    for line in workflow.lines().filter(|line| !line.trim_start().starts_with('#')) {
        if line.starts_with("      - ") {
            steps.push(Step::default());
        }
        // The keys of a step are indented by eight columns, which can contain a dash.
        let (indent, text) = line.split_at(line.len().min(8));
        let Some(step) = steps.last_mut().filter(|_| indent.trim_matches([' ', '-']).is_empty())
        else {
            continue;
        };
        if let Some(text) = text.strip_prefix("  ") {
            match key {
                "run" => step.script += &format!("{text}\n"),
                "env" => {
                    let (name, value) = text.split_once(": ").unwrap();
                    step.environment.push((name.to_owned(), value.to_owned()));
                }
                _ => {}
            }
        } else if let Some((name, value)) = text.split_once(':') {
            key = name;
            if key == "run" && value.trim() != "|" {
                step.script = format!("{}\n", value.trim());
            }
        }
    }
    steps.retain(|step| !step.script.is_empty());
    steps
}

/// The rest of each line after this word, trimmed.
fn after<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| Some(line.split_once(word)?.1.trim()))
}

#[test]
fn each_action_is_pinned_to_a_commit_with_its_version() {
    let workflow = workflow();
    let mut names = Vec::new();
    for action in after(&workflow, "uses: ") {
        let (name, commit) = action.split_once('@').unwrap_or_else(|| panic!("{action}"));
        let (commit, version) = commit.split_once(" # v").unwrap_or_else(|| panic!("{action}"));
        let is_digit = |digit: char| digit.is_ascii_digit() || ('a'..='f').contains(&digit);
        assert!(commit.len() == 40 && commit.chars().all(is_digit), "{action}");
        assert!(version.split('.').count() == 3, "{action}");
        names.push(name);
    }
    assert_eq!(
        names,
        ["actions/checkout", "actions/upload-pages-artifact", "actions/deploy-pages"]
    );
}

#[test]
fn all_files_that_it_uses_exist() {
    let workflow = workflow();
    let commands: Vec<&str> = after(&workflow, "target/release/mdbook-docktest ").collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    for command in commands {
        let mut program = Program::new([""; 0]);
        for word in command.split_whitespace() {
            program = program.arg(word);
        }
        program.arg("--help").run().exits(0);
    }
    let tasks: Vec<&str> = after(&workflow, "cargo xtask ").collect();
    assert_eq!(tasks, ["book"]);
}

/// Engines and system packages need root. The toolchain, and so the files that it builds, belong to the
/// user.
#[test]
fn only_commands_that_need_root_run_as_root() {
    let workflow = workflow();
    let steps = steps(&workflow);
    let commands: Vec<&str> = steps.iter().flat_map(|step| step.script.lines()).collect();
    for command in &commands {
        let is_root = command.starts_with("sudo ");
        let needs_root =
            ["apt-get", "chown", "release/mdbook-docktest verify", "mdbook-docktest record"];
        let needs_root =
            needs_root.iter().any(|need| command.contains(need)) && !command.contains(" --check");
        assert_eq!(is_root, needs_root, "{command}");
    }
    let place = |text: &str| {
        let found = commands.iter().position(|command| command.contains(text));
        found.unwrap_or_else(|| panic!("no command contains {text}"))
    };
    let order = [
        "cargo build --release",
        "sudo target/release/mdbook-docktest",
        "sudo chown",
        "cargo xtask book",
    ];
    assert!(order.map(place).is_sorted(), "{commands:?}");
}

/// Writes a script into a directory, as an executable.
fn stub(directory: &Path, name: &str, script: &str) {
    let path = directory.join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Runs the workflow for a book with a committed recording. The chapter has not changed, but prints
/// another ID. Likewise, the course was recorded with other images than those of a registry.
#[test]
fn the_published_pages_show_the_run_of_the_workflow() {
    let book = Book::new()
        .config(
            "[book]\ntitle = \"Test\"\nsrc = \"src\"\n[build]\nbuild-dir = \"target/book\"\n\
             [output.html]",
        )
        .setting("recordings = \"book/recordings\"")
        .step("docker volume create");
    book.command(["record"]).run().exits(0);
    let recording = book.path().join("book/recordings/lab.md.json");
    let committed = fs::read_to_string(&recording).unwrap();

    fs::create_dir_all(book.path().join("target/release")).unwrap();
    symlink(program(), book.path().join("target/release/mdbook-docktest")).unwrap();
    let stubs = book.path().join("stubs");
    fs::create_dir(&stubs).unwrap();
    let build = format!("mkdir -p target/guide && exec {MDBOOK}");
    stub(&stubs, "cargo", &format!("[ \"$*\" != \"xtask book\" ] || {{ {build}; }}"));
    // As on a runner, `sudo` clears the environment.
    let path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    let root = format!("[ \"$1\" = apt-get ] || exec env -i PATH={path} HOME=\"$HOME\" \"$@\"");
    stub(&stubs, "sudo", &root);
    let path =
        env::join_paths([stubs].into_iter().chain(env::split_paths(&env::var_os("PATH").unwrap())));
    let path = path.unwrap();
    for step in steps(&workflow()) {
        let shell = Program::through(["bash", "-e", "-c", &step.script], [""; 0]);
        let shell = shell.directory(book.path()).env("PATH", &path);
        let set = |shell: Program, (name, value): &(String, String)| shell.env(name, value);
        step.environment.iter().fold(shell, set).run().exits(0);
    }

    let run_there = fs::read_to_string(&recording).unwrap();
    let page = book.site().page("lab.html").texts("main samp").concat();
    let id = page.trim();
    assert_eq!(id.len(), 64, "{id}");
    assert!(run_there.contains(id), "no run of the workflow printed {id}: {run_there}");
    assert!(!committed.contains(id), "{id} was recorded before");
    assert!(book.site().has("guide"));
}

#[test]
fn only_the_publishing_job_can_write() {
    let workflow = workflow();
    let (build, publish) = workflow.split_once("\n  publish:\n").unwrap();
    assert!(build.contains("\npermissions:\n  contents: read\n") && !build.contains(": write"));
    let rights: Vec<&str> =
        publish.lines().filter(|line| line.contains(": write")).map(str::trim).collect();
    assert_eq!(rights, ["pages: write", "id-token: write"]);
}
