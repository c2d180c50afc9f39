use serde_json::{Value, json};

use super::*;
use crate::model::remedy::Basis;
use crate::report::human::{Colours, human};
use crate::report::json::json as to_json;
use crate::report::tests::github;
use crate::report::tests::{TEXT, report};

fn remedy(edits: &[(&str, &str)], basis: Basis) -> Remedy {
    let edit = |(old, new): &(&str, &str)| {
        let start = TEXT.find(old).unwrap();
        Edit { range: start..start + old.len(), text: (*new).to_owned() }
    };
    Remedy { title: "add `tty`".into(), edits: edits.iter().map(edit).collect(), basis }
}

fn with_remedy(remedy: Remedy) -> Report {
    let mut report = report();
    let findings = &mut report.chapters[0].findings;
    findings.truncate(2);
    findings.remove(0);
    findings[0].remedies = vec![remedy];
    report
}

#[test]
fn the_human_report_shows_the_lines_that_a_remedy_changes() {
    let edits = [("bash\ndocker rm x\n", "bash tty\ndocker rm x\n"), ("ignore\n", "exit=1\n")];
    let mut report = with_remedy(remedy(&edits, Basis::Proved));
    let expected = "\
error[exit-status]: this command exited with status 1 instead of 0
  --> src/é t.md:8:1
   |
 8 | docker rm x
   | ^^^^^^^^^^^
   |
   = help: add `exit=1`
help: add `tty`
   |
 7 ~ ```bash tty
 8 | docker rm x
 9 | ```
10 |
11 ~ ```bash exit=1
   |
";
    let shown = human(&report, Colours::Off);
    assert!(shown.starts_with(expected), "{shown}");
    let end = "\
To run it again: mdbook-docktest verify 'src/é t.md:8'
1 of these can be fixed by `mdbook-docktest fix`
1 chapter, 4 steps: 1 passed, 1 failed, 1 skipped, 1 ignored
";
    assert!(shown.ends_with(end), "{shown}");
    report.is_fixed = true;
    assert!(!human(&report, Colours::Off).contains("can be fixed"));
}

#[test]
fn what_is_only_proposed_is_shown_if_no_help_says_it_and_not_counted() {
    let edits = [("bash\ndocker rm", "bash exit=1\ndocker rm")];
    let mut report = with_remedy(remedy(&edits, Basis::Proposed));
    assert!(!human(&report, Colours::Off).contains("```bash exit=1"));
    report.chapters[0].findings[0].help = None;
    let shown = human(&report, Colours::Off);
    assert!(shown.contains("7 | ```bash exit=1\n  |         ++++++\n"), "{shown}");
    assert!(!shown.contains("can be fixed"), "{shown}");
}

#[test]
fn escape_sequences_in_remedies_are_not_shown() {
    let report = with_remedy(remedy(&[("docker rm x", "docker \x1b[31mrm")], Basis::Proved));
    let shown = human(&report, Colours::Off);
    assert!(shown.contains("8 - docker rm x") && !shown.contains('\x1b'), "{shown}");
}

#[test]
fn json_remedies_have_positions_before_and_after_what_they_replace() {
    let edits = [("```bash exit=1\n  docker", "```bash\n  docker"), ("ls", "")];
    let report = with_remedy(remedy(&edits, Basis::Proposed));
    let value: Value = serde_json::from_str(&to_json(&report).unwrap()).unwrap();
    assert_eq!(
        value["chapters"][0]["findings"][0]["remedies"],
        json!([{"title": "add `tty`", "basis": "proposed", "edits": [
            {"line": 3, "column": 3, "end_line": 4, "end_column": 9, "text": "```bash\n  docker"},
            {"line": 16, "column": 1, "end_line": 16, "end_column": 3, "text": ""},
        ]}])
    );
}

#[test]
fn github_messages_have_the_changed_lines() {
    let edits = [("bash\ndocker", "bash tty\ndocker"), ("ls\n", "ls\nid\n")];
    let shown = github(&with_remedy(remedy(&edits, Basis::Proved)));
    let expected = "instead of 0%0Aadd `exit=1`%0Asuggestion: add `tty`%0A    ```bash tty%0A    \
        docker rm x%0A    ls%0A    id\n";
    assert!(shown.contains(expected), "{shown}");
}

#[test]
fn edits_of_a_line_are_shown_together() {
    let edits = [("exit=1", "exit=2"), ("- ```bash", "- ```sh"), ("reboot\n", "")];
    let lines = changed_lines(TEXT, &remedy(&edits, Basis::Proved));
    assert_eq!(lines, ["- ```sh exit=2"], "the line behind the removed one is unchanged");
    let crlf = "```bash\r\nls\r\n```\r\n";
    let edits = vec![Edit::insert(7, " tty".into())];
    let remedy = Remedy { title: String::new(), edits, basis: Basis::Proved };
    assert_eq!(changed_lines(crlf, &remedy), ["```bash tty"]);
}
