//! The workflow that publishes the course: it names what there is, and trusts no tag that can move.

use std::fs;

use testsuite::{Program, workspace};

fn workflow() -> String {
    fs::read_to_string(workspace().join(".github/workflows/pages.yml")).unwrap()
}

/// What follows this word on the lines that it is on, without the blanks around it.
fn after<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = &'a str> {
    text.lines().filter_map(move |line| Some(line.split_once(word)?.1.trim()))
}

#[test]
fn each_action_is_a_commit_that_says_which_version_it_is() {
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
fn what_it_runs_is_there() {
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
fn no_job_may_write_but_the_one_that_publishes() {
    let workflow = workflow();
    let (build, publish) = workflow.split_once("\n  publish:\n").unwrap();
    assert!(build.contains("\npermissions:\n  contents: read\n") && !build.contains(": write"));
    let rights: Vec<&str> =
        publish.lines().filter(|line| line.contains(": write")).map(str::trim).collect();
    assert_eq!(rights, ["pages: write", "id-token: write"]);
}
