//! The workflow that the guide shows.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use tempfile::TempDir;

use super::Workflow;

#[test]
fn its_actions_are_those_of_the_other_workflows_and_it_can_only_read() {
    let workflow = Workflow::of_guide("versions.md");
    let ours = Workflow::ours("pages.yml");
    let known = ours.actions();
    let actions = workflow.actions();
    assert!(
        actions.len() == 1 && actions.iter().all(|action| known.contains(action)),
        "{actions:?}"
    );
    assert_eq!(workflow.value["permissions"], serde_json::json!({ "contents": "read" }));
    assert_eq!(workflow.value["jobs"]["verify"]["steps"][0]["with"]["persist-credentials"], false);
}

/// As after `cargo install`: the program is only on the user's PATH.
#[test]
fn sudo_finds_the_program() {
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    let programs = [
        // With the PATH of sudoers(5), `secure_path`.
        ("sudo", "PATH=/usr/sbin:/usr/bin:/sbin:/bin exec \"$@\""),
        ("mdbook-docktest", "echo mdbook-docktest \"$1\""),
    ];
    for (name, script) in programs {
        let file = directory.path().join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let scripts = Workflow::of_guide("versions.md").scripts("verify");
    let scripts = scripts.iter().filter(|script| script.text.contains("mdbook-docktest"));
    let ran = scripts.map(|script| {
        // GitHub replaces what is in such braces.
        let text = script.text.replace("${{", "'").replace("}}", "'");
        let mut shell = Command::new("/bin/bash");
        shell.args(["-e", "-c", &text]);
        let path = format!("{}:/usr/bin:/bin", directory.path().display());
        let output = shell.env("PATH", path).output().unwrap();
        assert!(output.status.success(), "{text}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    });
    let ran: Vec<String> = ran.collect();
    assert_eq!(ran, ["mdbook-docktest engine\n", "mdbook-docktest verify\n"]);
}
