//! The workflow that publishes the course: its commands exist, and its actions are pinned to commits.

use std::fs;

use testsuite::{Program, workspace};

fn workflow() -> String {
    fs::read_to_string(workspace().join(".github/workflows/pages.yml")).unwrap()
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

#[test]
fn only_the_publishing_job_can_write() {
    let workflow = workflow();
    let (build, publish) = workflow.split_once("\n  publish:\n").unwrap();
    assert!(build.contains("\npermissions:\n  contents: read\n") && !build.contains(": write"));
    let rights: Vec<&str> =
        publish.lines().filter(|line| line.contains(": write")).map(str::trim).collect();
    assert_eq!(rights, ["pages: write", "id-token: write"]);
}
