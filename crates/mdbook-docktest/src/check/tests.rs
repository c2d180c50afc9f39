use std::path::Path;

use super::*;
use crate::extract::{Extensions, extract};
use crate::recording::{Chunk, Stream, Transcript};

/// A chapter of one step and what came of it; gives the findings as `code line:column message`
/// and, behind `|`, their help.
fn findings(markdown: &str, end: End, output: &[(Stream, &str)]) -> Vec<String> {
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let chunks = output
        .iter()
        .map(|(stream, text)| Chunk { stream: *stream, at_ms: 0, text: (*text).to_owned() })
        .collect();
    let commands = vec![CommandRecording {
        command: scenario.steps[0].script.clone(),
        end,
        transcript: Transcript { chunks, omitted_bytes: 0 },
        duration_ms: 0,
    }];
    let steps = vec![StepRecording::Ran { commands, effects: Vec::new() }];
    let recording = Recording { steps, ..Recording::default() };
    check(markdown, &scenario, &recording)
        .into_iter()
        .map(|found| {
            let help = found.help.unwrap_or_default();
            format!("{} {}:{} {} | {help}", found.code, found.line, found.column, found.message)
        })
        .collect()
}

const OK: End = End::Exited { status: 0 };

#[test]
fn a_step_without_annotation_must_exit_with_0() {
    let markdown = "# T\n\n```bash\nfalse\n```\n";
    assert!(findings(markdown, OK, &[]).is_empty());
    assert_eq!(
        findings(markdown, End::Exited { status: 1 }, &[(Stream::Stderr, "no\n")]),
        ["exit-status 4:1 this command exited with status 1 instead of 0 \
             | if readers are to see this, add `exit=1`\nit printed `no`"]
    );
}

#[test]
fn an_expected_status_must_come() {
    let markdown = "```bash exit=1\nfalse\n```\n";
    assert!(findings(markdown, End::Exited { status: 1 }, &[]).is_empty());
    assert!(
        findings(markdown, OK, &[])[0]
            .starts_with("exit-status 2:1 this command exited with status 0 instead of 1")
    );
    let any = "```bash exit=any\nfalse\n```\n";
    assert!(findings(any, End::Exited { status: 77 }, &[]).is_empty());
}

#[test]
fn an_endless_stream_is_told_of_until() {
    let markdown = "```bash\ndocker logs -f x\n```\n";
    let found =
        findings(markdown, End::TimedOut { limit_ms: 30_000 }, &[(Stream::Stdout, "a\nb\n")]);
    assert_eq!(found.len(), 1);
    assert!(
        found[0].starts_with("timeout 2:1 this command did not end within 30 s | "),
        "{found:?}"
    );
    assert!(found[0].contains("add `until="), "{found:?}");
    assert!(found[0].ends_with("it printed:\n  a\n  b"), "{found:?}");
}

#[test]
fn a_stream_that_was_not_followed_to_its_goal_is_a_finding() {
    let until = "```bash until=\"ready\"\nx\n```\n";
    let starting: &[_] = &[(Stream::Stdout, "starting\n")];
    assert!(findings(until, End::Stopped, &[(Stream::Stdout, "ready\n")]).is_empty());
    assert!(
        findings(until, End::TimedOut { limit_ms: 1_500 }, starting)[0]
            .starts_with("timeout 2:1 1500 ms went by before a line matched `ready`")
    );
    assert!(
        findings(until, OK, starting)[0]
            .starts_with("stream-ended 2:1 the stream ended with status 0 before a line matched")
    );
    let lines = "```bash lines=3\nx\n```\n";
    assert!(findings(lines, OK, starting)[0].contains("before there were 3 lines"));
}

#[test]
fn a_stream_may_end_with_its_goal() {
    let until = "```bash until=\"ready\"\nx\n```\n";
    let ready: &[_] = &[(Stream::Stdout, "ready\n")];
    assert!(findings(until, OK, ready).is_empty());
    let failed = findings(until, End::Exited { status: 3 }, ready);
    assert!(failed[0].starts_with("exit-status"), "{failed:?}");
}

#[test]
fn expected_output_is_compared_line_by_line() {
    let markdown = "```bash\nx\n```\n\n```output\none\ntwo\n```\n";
    let both: &[_] = &[(Stream::Stdout, "one\n"), (Stream::Stderr, "two\n")];
    assert!(findings(markdown, OK, both).is_empty());
    assert!(findings(markdown, OK, &[(Stream::Stdout, "one\r\ntwo")]).is_empty());
    assert_eq!(
        findings(markdown, OK, &[(Stream::Stdout, "one\n2\n")]),
        ["output-mismatch 6:1 the output is not what is expected here \
             | expected (-), actual (+):\n  one\n- two\n+ 2"]
    );
}

#[test]
fn what_was_typed_is_not_output() {
    let markdown = "```bash stdin=\"y\\n\"\nx\n```\n\n```output\nsure? done\n```\n";
    let asked: &[_] =
        &[(Stream::Stdout, "sure? "), (Stream::Typed, "y\n"), (Stream::Stdout, "done\n")];
    assert!(findings(markdown, OK, asked).is_empty());
}

#[test]
fn an_image_that_nobody_has_is_told_of_recipes() {
    let markdown = "```bash\ndocker run nosuch\n```\n";
    let said = "Unable to find image 'nosuch:latest' locally\ndocker: Error response from daemon: no such host.\n";
    let found = findings(markdown, End::Exited { status: 125 }, &[(Stream::Stderr, said)]);
    assert!(found[0].starts_with("image-missing 2:1 no image `nosuch:latest`"), "{found:?}");
    assert!(found[0].contains("[preprocessor.docktest.images]"), "{found:?}");
}

#[test]
fn a_lost_engine_is_all_that_there_is_to_say() {
    let markdown = "```bash\nx\n```\n\n```output\none\n```\n";
    let found = findings(markdown, End::EngineLost, &[]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("engine-lost 2:1"), "{found:?}");
}

#[test]
fn a_step_that_was_not_reached_is_a_finding() {
    let markdown = "```bash\nx\n```\n";
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    let steps = vec![StepRecording::Skipped];
    let recording = Recording { steps, ..Recording::default() };
    assert_eq!(check(markdown, &scenario, &recording)[0].code, Code::NotRun);
}
