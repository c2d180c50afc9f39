//! Files that are written before a step.

use super::*;
use crate::model::scenario::Scenario;

/// What the steps of a chapter have printed, and why files could not be written.
struct Ran {
    printed: Vec<String>,
    errors: Vec<String>,
}

fn run_chapter(chapter: &str) -> Ran {
    let scenario: Scenario = extract(Path::new("c.md"), chapter, Extensions::default());
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let place = LocalPlace::new().expect("a temporary directory");
    let shell = Shell::new(&place, []).expect("a shell");
    let canceller = Canceller::new();
    let mut runner = StepRunner::new(&place, shell, PageIds::default(), LIMIT, &canceller);
    let (mut all, mut errors) = (Vec::new(), Vec::new());
    for (index, step) in scenario.steps.iter().enumerate() {
        let files: Vec<&ChapterFile> = scenario.files_before(index).map(|(_, file)| file).collect();
        let (commands, _) = runner.run(step, &files).expect("the step runs");
        all.push(printed(&commands));
        errors.extend((0..files.len()).filter_map(|number| runner.shell.file_error(number)));
    }
    Ran { printed: all, errors }
}

#[track_caller]
fn prints(chapter: &str, expected: &[&str]) {
    let ran = run_chapter(chapter);
    assert_eq!(ran.errors, [] as [&str; 0]);
    assert_eq!(ran.printed, expected);
}

#[test]
fn files_are_where_the_shell_is_with_their_bytes() {
    prints(
        "```bash\nmkdir 'a b'; cd 'a b'\n```\n\n\
         > ```text file=\"x y.txt\"\r\n> é 'a' \"b\" $c \\d %s\r\n>\r\n> ```\r\n\n\
         ```bash\ncat 'x y.txt'; stat -c %a 'x y.txt'; ls; pwd | grep -o '[^/]*$'\n```\n",
        &["", "é 'a' \"b\" $c \\d %s\n\n644\nx y.txt\na b\n"],
    );
}

#[test]
fn directories_are_created_and_later_blocks_replace_or_add() {
    prints(
        "```text file=a/b/c.sh mode=755\nold\n```\n\n```text file=a/b/c.sh\n#!/bin/sh\n```\n\n\
         ```text file=a/b/c.sh append\necho $0\n```\n\n```text file=-x\ndash\n```\n\n\
         ```bash\na/b/c.sh; cat ./-x\n```\n",
        &["a/b/c.sh\ndash\n"],
    );
}

#[test]
fn the_home_directory_is_that_of_the_shell() {
    prints(
        "```bash\nHOME=$PWD/home\ntrue\n```\n\n\
         ```text file=~/.config/x\nin home\n```\n\n```bash\ncat home/.config/x\n```\n",
        &["", "in home\n"],
    );
}

#[test]
fn the_shell_is_as_before() {
    prints(
        "```bash\nset -eu -o noclobber -f\nIFS=abc; PATH=/nowhere\n\
         mkdir() { echo called; }; cat() { echo called; }; printf() { echo called; }\n\
         trap 'echo ERR' ERR; trap 'echo DEBUG >/dev/null' DEBUG\n(exit 0)\n```\n\n\
         ```text file=a/b\nx\n```\n\n```text file=a/b\ny\n```\n\n\
         ```bash\necho \"$? $*\"; echo \"$(<a/b)\"; set -o | while read -r l; do case $l in (noclobber*|noglob*) echo \"${l##*[[:blank:]]}\";; esac; done\n```\n",
        &["", "0 \ny\non\non\n"],
    );
}

#[test]
fn a_status_is_seen_by_the_next_step_although_a_file_comes_between() {
    prints(
        "```bash exit=3\n(exit 3)\n```\n\n```text file=a\nx\n```\n\n```bash\necho $?\n```\n",
        &["", "3\n"],
    );
}

#[test]
fn files_are_also_written_by_new_shells_and_at_terminals() {
    prints(
        "```text file=a\nfirst\n```\n\n```bash\ncat a; mkdir d; cd d; exit 0\n```\n\n\
         ```text file=b\nsecond\n```\n\n```bash\ncat b\n```\n\n\
         ```text file=c\nthird\n```\n\n```bash tty\ncat c\n```\n",
        &["first\n", "second\n", "third\r\n"],
    );
}

#[test]
fn why_a_file_cannot_be_written_is_known_and_the_step_runs() {
    let ran = run_chapter(
        "```bash\nmkdir d; touch f\n```\n\n```text file=d\nx\n```\n\n```text file=f/x\nx\n```\n\n\
         ```text file=ok\nx\n```\n\n```bash\ncat ok\n```\n",
    );
    assert_eq!(ran.printed, ["", "x\n"]);
    let [directory, below_file] = &ran.errors[..] else { panic!("{:?}", ran.errors) };
    assert_eq!(directory, "d: Is a directory");
    assert_eq!(below_file, "mkdir: cannot create directory ‘f’: File exists");
}
