//! Manual pages and completions: the shells and groff understand them, and they know all commands.

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use testsuite::Program;

fn completions(shell: &str) -> String {
    let outcome = Program::new(["completions", shell]).run();
    outcome.exits(0);
    outcome.stdout().to_owned()
}

/// The standard output of a program, which must succeed and say nothing else.
#[track_caller]
fn read(program: &str, words: &[&str]) -> String {
    let output = Command::new(program).args(words).output().unwrap();
    assert!(output.status.success() && output.stderr.is_empty(), "{program}: {output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn bash_completes_commands_options_and_values() {
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    let file = directory.path().join("completions");
    fs::write(&file, completions("bash")).unwrap();
    let complete = |words: &[&str]| -> Vec<String> {
        let script = "source \"$1\"; shift; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); \
                      _mdbook__docktest \"$1\" \"${@: -1}\" \"${@: -2:1}\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
        let words =
            [&["-c", script, "bash", file.to_str().unwrap(), "mdbook-docktest"], words].concat();
        read("bash", &words).lines().map(str::to_owned).collect()
    };
    assert_eq!(complete(&["ver"]), ["verify"]);
    assert_eq!(complete(&["engine", "pre"]), ["prepare"]);
    assert_eq!(complete(&["record", "--ch"]), ["--chapter", "--check"]);
    assert_eq!(complete(&["verify", "--format", "j"]), ["json", "junit"]);
    // It is for this program's own use.
    assert!(complete(&["run"]).iter().all(|word| word != "run-chapter"));
}

#[test]
fn each_shell_has_completions() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = completions(shell);
        for word in ["moved-images", "prepare", "engine-root"] {
            assert!(script.contains(word), "no {word} for {shell}");
        }
    }
}

#[test]
fn each_command_has_a_manual_page_that_groff_reads() {
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    let pages = directory.path().join("share/man1");
    let path = pages.to_str().unwrap();
    Program::new(["man", path]).run().exits(0);
    let mut names: Vec<String> = fs::read_dir(&pages)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in ["mdbook-docktest.1", "mdbook-docktest-engine-doctor.1", "mdbook-docktest-fix.1"] {
        assert!(names.iter().any(|other| other == name), "no {name} in {names:?}");
    }
    assert!(!names.iter().any(|name| name.contains("run-chapter")), "{names:?}");
    for name in &names {
        let text = text(&pages.join(name));
        assert!(text.contains("SYNOPSIS"), "{name}: {text}");
    }
    let verify = text(&pages.join("mdbook-docktest-verify.1"));
    assert!(verify.contains("--all-findings"), "{verify}");
    let main = text(&pages.join("mdbook-docktest.1"));
    assert!(
        main.contains("130  interrupted") && main.contains("mdbook-docktest-verify(1)"),
        "{main}"
    );
}

/// A manual page as a terminal shows it, without bold and italic. groff's warnings fail the test.
#[track_caller]
fn text(page: &Path) -> String {
    read("groff", &["-man", "-Tutf8", "-P-cbou", "-ww", "-K", "utf8", page.to_str().unwrap()])
}

#[test]
fn a_directory_that_cannot_be_written_to_is_an_error() {
    let outcome = Program::new(["man", "/dev/null/man"]).run();
    outcome.exits(2).fails_saying(&["cannot write manual pages to /dev/null/man: "]);
}
