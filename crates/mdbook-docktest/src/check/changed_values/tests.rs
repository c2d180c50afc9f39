use std::path::Path;

use super::*;
use crate::check::findings_by_default;
use crate::extract::extract;
use crate::fix::{Choice, fix};
use crate::model::finding::{Finding, Level};
use crate::model::markdown::Extensions;
use crate::model::recording::{Chunk, CommandRecording, End, Recording, StepRecording, Transcript};
use crate::model::scenario::Scenario;
use crate::model::stream::Stream;

fn read(text: &str) -> Scenario {
    extract(Path::new("c.md"), text, Extensions::default())
}

/// The findings if the commands print these texts in turn.
fn findings(text: &str, outputs: &[&str]) -> Vec<Finding> {
    let scenario = read(text);
    let mut outputs = outputs.iter();
    let mut text_of =
        scenario.steps.iter().flat_map(|step| &step.commands).map(|command| command.text.clone());
    let mut command = || {
        let text = outputs.next().map_or_else(String::new, |text| (*text).to_owned());
        let chunks = vec![Chunk { stream: Stream::Stdout, at_ms: 0, text }];
        let transcript = Transcript { chunks, ..Transcript::default() };
        let end = End::Exited { status: 0 };
        CommandRecording::new(text_of.next().unwrap_or_default(), end, transcript)
    };
    let steps = scenario.steps.iter().map(|step| StepRecording::Ran {
        commands: step.commands.iter().map(|_| command()).collect(),
        effects: Vec::new(),
    });
    let recording = Recording { steps: steps.collect(), ..Recording::default() };
    findings_by_default(text, &scenario, &recording)
}

fn code(command: &str, expected: &str, actual: &str) -> Option<Code> {
    let text = format!("```bash\n{command}\n```\n```output\n{expected}\n```\n");
    findings(&text, &[actual]).first().map(|finding| finding.code)
}

const OLD: &str = "> ```console\n> $ docker ps\n> ID             CREATED         NAMES\n> 9b1d0f7c2a3e   2 seconds ago   web\n> ```\n";
const PRINTED: &str =
    "ID             CREATED                  NAMES\n3f4a0c1d2e5b   Less than a second ago   web\n";

#[test]
fn an_old_page_is_out_of_date_and_not_wrong() {
    let found = findings(OLD, &[PRINTED]);
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.code, finding.line, finding.column), (Code::ChangedValues, 4, 3));
    assert_eq!(finding.code.default_level(), Level::Warn);
    assert_eq!(finding.message, "the output differs only in values that change from run to run");
    assert_eq!(
        finding.help.as_deref(),
        Some(
            "run `accept` to write placeholders, which match any value of their kind\n\
             [ID]  9b1d0f7c2a3e → 3f4a0c1d2e5b\n\
             [AGE]  2 seconds ago → Less than a second ago"
        )
    );
}

#[test]
fn fix_leaves_the_values_to_accept_which_names_them() {
    let text = "```console\n$ docker run -d --name web alpine\n9b1d0f7c2a3e\n$ docker ps -q\n9b1d0f7c2a3e\n```\n";
    let found = findings(text, &["3f4a0c1d2e5b", "3f4a0c1d2e5b"]);
    let codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::ChangedValues; 2]);
    assert!(!found.iter().any(Finding::is_fixable), "{found:?}");
    let fixed = fix(text, text, &read(text), &[], &found, Choice::Proved);
    assert_eq!((fixed.text.as_str(), fixed.applied), (text, Vec::new()));
}

#[test]
fn a_real_difference_is_shown_alone() {
    let printed = PRINTED.replace("web", "db");
    let expected = "ID             CREATED         NAMES\n9b1d0f7c2a3e   2 seconds ago   app\n\
                    9b1d0f7c2a3e   2 seconds ago   web\n";
    let text = format!("```bash\ndocker ps\n```\n```output\n{expected}```\n");
    let actual = format!("{}3f4a0c1d2e5b   3 weeks ago   other\n", printed.replace("db", "app"));
    let found = findings(&text, &[&actual]);
    assert_eq!((found[0].code, found[0].line), (Code::OutputMismatch, 7));
    let help = found[0].help.as_deref().unwrap();
    assert_eq!(help.matches("\n- ").count() + help.matches("\n+ ").count(), 2, "{help}");
}

#[test]
fn values_of_another_kind_are_a_real_difference() {
    for (command, expected, actual) in [
        ("a", "9b1d0f7c2a3e", "2 weeks ago"),
        ("a", "2026-11-24", "10MB"),
        ("a", "3 rows", "4 rows"),
        ("a", "exit 1", "exit 2"),
        ("a", "0.0.0.0:80->80/tcp", "0.0.0.0:8080->80/tcp"),
        ("a", "0.0.0.0:32768->80/tcp", "0.0.0.0:32768->81/tcp"),
        ("a", "alpine 3.19", "alpine 3.20"),
        ("a", "127.0.0.1", "127.0.0.2"),
        ("a", "my_app", "your_app"),
        ("a", "a 1s b", "a 2s  b"),
        ("a", "[ID] 9b1d0f7c2a3e", "9b1d0f7c2a3e x"),
        // What the author has chosen.
        ("docker run --name sad_curie alpine", "sad_curie", "happy_curie"),
        ("docker run --name sad_curie alpine", "happy_curie", "sad_curie"),
        ("docker run -m 64m alpine", "64m", "128m"),
        ("docker run --ip 172.20.0.5 alpine", "172.20.0.9", "172.20.0.5"),
    ] {
        assert_eq!(code(command, expected, actual), Some(Code::OutputMismatch), "{actual}");
    }
}

#[test]
fn values_that_are_the_same_in_each_run_are_a_real_difference() {
    let digest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let old = digest.replace('e', "f");
    for (command, expected, actual) in [
        ("echo deadbeef0123", "9b1d0f7c2a3e", "deadbeef0123"),
        ("echo 'started 2020-01-01'", "started 2021-12-24", "started 2020-01-01"),
        ("sha256sum /dev/null", &format!("{old}  /dev/null"), &format!("{digest}  /dev/null")),
        ("printf '' | sha256sum", &old, digest),
        ("date -u -d @0", "Fri Jan  2 00:00:00 UTC 1970", "Thu Jan  1 00:00:00 UTC 1970"),
        ("docker run -m 64MB alpine", "limit 128MB", "limit 64MB"),
        ("docker run -e ID=3f4a0c1d2e5b alpine env", "ID=9b1d0f7c2a3e", "ID=3f4a0c1d2e5b"),
    ] {
        assert_eq!(code(command, expected, actual), Some(Code::OutputMismatch), "{command}");
    }
    // Old pages, and values that a command only passes on.
    for (command, expected, actual) in [
        ("docker stop 9b1d0f7c2a3e", "9b1d0f7c2a3e", "3f4a0c1d2e5b"),
        ("cat id.txt", "9b1d0f7c2a3e", "3f4a0c1d2e5b"),
        ("run 3f4a0c1d2e5b", "3f4a0c1d2e5b 2 days ago", "3f4a0c1d2e5b 3 days ago"),
        ("echo $ID", "9b1d0f7c2a3e", "3f4a0c1d2e5b"),
        ("date", "Fri Jan  2 00:00:00 UTC 1970", "Thu Jan  1 00:00:00 UTC 1970"),
        ("sha256sum backup.tar", &old, digest),
    ] {
        assert_eq!(code(command, expected, actual), Some(Code::ChangedValues), "{command}");
    }
}

#[test]
fn values_of_one_kind_have_only_changed() {
    for (expected, actual) in [
        ("9b1d0f7c2a3e", "3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff"),
        ("Up 5 minutes (healthy)", "Up Less than a second (healthy)"),
        ("happy_curie", "sad_kare2"),
        ("Total reclaimed space: 0B", "Total reclaimed space: 12.3MB"),
        ("0.0.0.0:49153->80/tcp", "0.0.0.0:32768->80/tcp"),
        ("[ID]   5 hours ago   [..]", "3f4a0c1d2e5b      3 weeks ago   x y"),
        ("...\nat 11:00:21", "x\ny\nat 12:30:00"),
        ("2 days ago", "Less than a second ago"),
    ] {
        assert_eq!(code("a", expected, actual), Some(Code::ChangedValues), "{actual}");
    }
}

#[test]
fn exact_output_is_compared_byte_for_byte() {
    let text = "```bash\na\n```\n```output exact\n9b1d0f7c2a3e\n```\n";
    assert_eq!(findings(text, &["3f4a0c1d2e5b\n"])[0].code, Code::OutputMismatch);
}

#[test]
fn names_are_bound_beside_changed_values() {
    let text = "```bash\na\n```\n```output\n[ID:x] 2 days ago\n```\n```bash\nb\n```\n```output\n[ID:x]\n```\n";
    let codes = |outputs: [&str; 2]| {
        findings(text, &outputs).iter().map(|finding| finding.code).collect::<Vec<_>>()
    };
    let first = "3f4a0c1d2e5b 1 second ago";
    assert_eq!(codes([first, "3f4a0c1d2e5b"]), [Code::ChangedValues]);
    assert_eq!(codes([first, "9b1d0f7c2a3e"]), [Code::ChangedValues, Code::OutputMismatch]);
}
