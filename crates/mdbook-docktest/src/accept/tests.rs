//! Given a chapter and the output of its commands, the accepted chapter.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::check::findings_by_default;
use crate::extract::extract;
use crate::model::markdown::Extensions;
use crate::model::recording::{
    Change, Chunk, CommandRecording, Effect, End, LimitHit, ObjectKind, Transcript,
};
use crate::model::stream::Stream;

mod new;
mod notes;
mod rows;
mod values;

/// Also tables with other rows.
const ROWS: Choices = Choices { new: false, rows: true };
const NEW: Choices = Choices { new: true, rows: false };

fn read(text: &str) -> Scenario {
    extract(Path::new("c.md"), text, Extensions::default())
}

/// Returns a recording in which the commands print these outputs in turn.
fn recording(scenario: &Scenario, outputs: &[&str]) -> Recording {
    let mut outputs = outputs.iter().cycle();
    let mut command = || {
        CommandRecording::new(
            "",
            End::Exited { status: 0 },
            Transcript {
                chunks: vec![Chunk {
                    stream: Stream::Stdout,
                    at_ms: 0,
                    text: outputs.next().map_or_else(String::new, |text| (*text).to_owned()),
                }],
                omitted_bytes: 0,
                ..Transcript::default()
            },
        )
    };
    let steps = scenario.steps.iter().map(|step| StepRecording::Ran {
        commands: step.commands.iter().map(|_| command()).collect(),
        effects: Vec::new(),
    });
    Recording { steps: steps.collect(), ..Recording::default() }
}

fn reasons(accepted: &Accepted) -> Vec<Refusal> {
    accepted.refused.iter().map(|(_, refusal)| refusal.clone()).collect()
}

#[test]
fn each_stream_of_a_step_has_its_own_expectation() {
    let text = "```bash\na\n```\n```output stderr\nold\n```\n\n```output stdout\nold\n```\n";
    let scenario = read(text);
    let mut recording = recording(&scenario, &["out\n"]);
    let StepRecording::Ran { commands, .. } = &mut recording.steps[0] else { unreachable!() };
    let chunk = Chunk { stream: Stream::Stderr, at_ms: 0, text: "err\n".into() };
    commands[0].transcript.chunks.push(chunk);
    let accepted = accept(text, text, &scenario, &recording, &Placeholders::default(), ROWS);
    assert_eq!(
        accepted.text,
        "```bash\na\n```\n```output stderr\nerr\n```\n\n```output stdout\nout\n```\n"
    );
    assert_eq!(accepted.rewritten.len(), 2);
}

fn accepted(text: &str, outputs: &[&str]) -> String {
    let scenario = read(text);
    let recording = recording(&scenario, outputs);
    let placeholders = Placeholders::default();
    let accepted = accept(text, text, &scenario, &recording, &placeholders, ROWS);
    assert_eq!(accepted.text, accepted.source);
    assert_eq!(accepted.rewritten.is_empty(), accepted.text == text);
    if accepted.text != text { accepted.text } else { "unchanged".to_owned() }
}

#[test]
fn a_matching_expectation_is_unchanged() {
    let text = "```bash\na\n```\n```output\n[ID]\n...\n```\n";
    assert_eq!(accepted(text, &["0123456789ab\nx\ny\n"]), "unchanged");
    assert_eq!(accepted("```bash\na\n```\n", &["x\n"]), "unchanged", "nothing is expected");
}

#[test]
fn matching_lines_are_kept_as_written() {
    assert_eq!(
        accepted(
            "a\r\n```bash\r\na\r\n```\r\n```output\r\n[ID] up\r\nold\r\n```\r\nz",
            &["0123456789ab up\nnew\n\n[ID]\n"]
        ),
        "a\r\n```bash\r\na\r\n```\r\n```output\r\n[ID] up\r\nnew\r\n\r\n[[]ID]\r\n```\r\nz"
    );
}

#[test]
fn new_lines_are_indented_like_the_old_ones() {
    for (before, after) in [
        ("> - ```bash\n>   a\n>   ```\n>   ```output\n>   x\n>   ```\n", ">   y\n>\n>     z\n"),
        ("> - ```bash\n>   a\n>   ```\n>   ```output\n>   ```\n", ">   y\n>\n>     z\n"),
        ("> - ```bash\n>   a\n>   ```\n>   ```output\n>\n>   x\n>   ```\n", ">   y\n>\n>     z\n"),
        ("1. ```bash\n   a\n   ```\n   ~~~output\n   x\n   ~~~\n", "   y\n\n     z\n"),
        ("-\t```bash\n\ta\n\t```\n\t```output\n\tx\n\t```\n", "\ty\n\n\t  z\n"),
    ] {
        let accepted = accepted(before, &["y\n\n  z\n"]);
        assert!(accepted.contains(&format!("output\n{after}")), "{before:?} became {accepted:?}");
    }
}

#[test]
fn lines_that_are_less_indented_than_their_fence_keep_their_indent() {
    let step = "> ```bash\n> a\n> ```\n";
    assert_eq!(
        accepted(&format!("{step}>   ```output\n> x\n>   ```\n"), &["y\n"]),
        format!("{step}>   ```output\n> y\n>   ```\n")
    );
}

#[test]
fn a_fence_is_lengthened_if_the_output_could_close_it() {
    assert_eq!(
        accepted("```bash\na\n```\n~~~output\nx\n ~~~  \n", &["~~~~\n```\n"]),
        "```bash\na\n```\n~~~~~output\n~~~~\n```\n ~~~~~  \n"
    );
}

#[test]
fn each_command_of_a_session_gets_its_own_output() {
    assert_eq!(
        accepted("```console\n$ a\none\n\n$ b\n$ c\n[ID]\nold\n```\n", &["\n1\n", "2\n", "new\n"]),
        "```console\n$ a\n1\n\n$ b\n$ c\nnew\n```\n"
    );
    assert_eq!(accepted("```console\n$ a\nx\n```\n", &["```\n"]), "````console\n$ a\n```\n````\n");
}

#[test]
fn output_that_a_block_cannot_contain_is_refused() {
    let prompt = Refusal::Prompt("$ b".to_owned());
    for (text, output, refusal) in [
        ("```console\n$ a\nx\n```\n", "z\n$ b\n", prompt),
        ("```bash\na\n```\n```output exact\nx\n```\n", "y", Refusal::NoLineFeed),
    ] {
        let scenario = read(text);
        let recording = recording(&scenario, &[output]);
        let placeholders = Placeholders::default();
        let accepted = accept(text, text, &scenario, &recording, &placeholders, ROWS);
        assert_eq!(accepted.text, text);
        assert_eq!(reasons(&accepted), [refusal]);
    }
}

#[test]
fn the_output_of_a_command_that_failed_is_not_accepted() {
    let text = "```bash\na\n```\n```output\nx\n```\n";
    let scenario = read(text);
    let mut recording = recording(&scenario, &["no\n"]);
    if let StepRecording::Ran { commands, .. } = &mut recording.steps[0] {
        commands[0].end = End::Exited { status: 1 };
    }
    let placeholders = Placeholders::default();
    let accepted = accept(text, text, &scenario, &recording, &placeholders, ROWS);
    assert_eq!((accepted.text.as_str(), accepted.refused), (text, Vec::new()));
}

#[test]
fn what_comes_before_a_command_that_failed_is_accepted() {
    let text = |outputs: [&str; 3], last: &str| {
        let [one, two, three] = outputs;
        format!(
            "```console\n$ a\n{one}$ b\n{two}$ c\n{three}```\n\n```bash\nd\n```\n```output\n{last}```\n"
        )
    };
    let old = text(["old\n", "old\n", "old\n"], "old\n");
    let scenario = read(&old);
    let mut recording = recording(&scenario, &["new\n"]);
    if let StepRecording::Ran { commands, .. } = &mut recording.steps[0] {
        commands[1].end = End::Exited { status: 1 };
    }
    let accept = |recording: &Recording| {
        accept(&old, &old, &scenario, recording, &Placeholders::default(), ROWS).text
    };
    assert_eq!(accept(&recording), text(["new\n", "old\n", "old\n"], "new\n"));
    if let StepRecording::Ran { commands, .. } = &mut recording.steps[0] {
        commands.truncate(2);
    }
    assert_eq!(accept(&recording), text(["new\n", "old\n", "old\n"], "new\n"), "not run");
}

#[test]
fn a_page_does_not_come_to_show_that_something_is_missing() {
    let header = "CONTAINER ID   IMAGE     NAMES\n";
    for (old, actual) in [
        (format!("{header}abc            alpine    web\n"), header.to_owned()),
        ("web\n".to_owned(), String::new()),
        ("web\n".to_owned(), "bash: line 1: docker-machine: command not found\nweb\n".to_owned()),
        ("total 4\n-rw-r--r-- 1 root root 5 a\n".to_owned(), "total 0\n".to_owned()),
        ("web\n\ndb\n".to_owned(), "\n".to_owned()),
    ] {
        let text = format!("```bash\na\n```\n```output\n{old}```\n");
        let scenario = read(&text);
        let recording = recording(&scenario, &[&actual]);
        let accepted = accept(&text, &text, &scenario, &recording, &Placeholders::default(), ROWS);
        let reason =
            if actual.contains("not found") { Refusal::ShellError } else { Refusal::NothingLeft };
        assert_eq!(
            (accepted.text.as_str(), accepted.refused),
            (text.as_str(), vec![(5, reason)]),
            "{old}"
        );
    }
    let text = "```bash\na\n```\n```output\nCONTAINER ID   NAMES\n```\n";
    assert_eq!(accepted(text, &[header]), text.replace("CONTAINER ID   NAMES\n", header));
    let text = "```bash\na\n```\n```output\na\nb\n```\n";
    assert_eq!(accepted(text, &["SOMETHING\n"]), "```bash\na\n```\n```output\nSOMETHING\n```\n");
}

#[test]
fn output_at_a_limit_of_the_engine_is_not_accepted() {
    let step = "```bash\na\n```\n```output\nx\n```\n";
    let text = step.repeat(3);
    let scenario = read(&text);
    let mut recording = recording(&scenario, &["1\n", "2\n", "3\n"]);
    recording.limits.out_of_processes = Some(LimitHit { step: 1, limit: 200 });
    let accepted = accept(&text, &text, &scenario, &recording, &Placeholders::default(), ROWS);
    assert_eq!(accepted.text, format!("{}{step}{step}", step.replace('x', "1")));
}

#[test]
fn an_included_expectation_is_refused() {
    let own = "```bash\na\n```\n```output\nx\n```\n";
    let included = "```bash\nb\n```\n```output\nx\n```\n";
    let text = format!("{included}\n{own}");
    let source = format!("{{{{#include b.md}}}}\n{own}");
    let scenario = read(&text);
    let recording = recording(&scenario, &["1\n", "2\n"]);
    let placeholders = Placeholders::default();
    let accepted = accept(&text, &source, &scenario, &recording, &placeholders, ROWS);
    let new = own.replace('x', "2");
    assert_eq!(accepted.source, format!("{{{{#include b.md}}}}\n{new}"));
    assert_eq!(accepted.text, format!("{included}\n{new}"));
    assert_eq!((accepted.rewritten.len(), accepted.refused), (1, vec![(5, Refusal::NotInFile)]));
}

#[test]
fn an_ambiguous_step_is_refused() {
    let own = "```bash\na\n```\n```output\nx\n```\n";
    let include = "{{#include b.md}}\n";
    for (text, source, lines) in [
        // The file contains one of the two.
        (format!("{own}{own}"), format!("{include}{own}"), vec![5, 11]),
        (own.to_owned(), format!("{own}{own}"), vec![5]),
        // The file contains no such step, or one with another expectation or command.
        (own.to_owned(), include.to_owned(), vec![5]),
        (own.to_owned(), own.replace('x', "y"), vec![5]),
        (own.to_owned(), own.replace('a', "b"), vec![5]),
    ] {
        let scenario = read(&text);
        let recording = recording(&scenario, &["1\n"]);
        let placeholders = Placeholders::default();
        let accepted = accept(&text, &source, &scenario, &recording, &placeholders, ROWS);
        let refused = lines.into_iter().map(|line| (line, Refusal::NotInFile)).collect();
        let expected = Accepted { text, source, rewritten: Vec::new(), refused };
        assert_eq!(accepted, expected);
    }
}

#[test]
fn a_rewrite_must_be_the_only_change() {
    let old = "```bash\na\n```\n```output\nx\n```\n```console\n$ b\ny\n$ c\nz\n```\n";
    let rewrite = |step, subject| Rewrite {
        text: "new\n".to_owned(),
        changes: Changes::default(),
        step,
        subject,
    };
    let is_only_change =
        |step, subject, new: &str| rewrite(step, subject).is_only_change(&read(old), &read(new));
    let (block, [zero, one]) = (Subject::Step(0), [0, 1].map(Subject::Command));
    let [first, second] = [old.replace("x\n", "new\n"), old.replace("z\n", "new\n")];
    assert!(is_only_change(0, block, &first) && is_only_change(1, one, &second));
    // The change is in another expectation.
    assert!(
        !is_only_change(1, one, &first)
            && !is_only_change(1, zero, &second)
            && !is_only_change(0, block, &second)
    );
    assert!(!is_only_change(0, block, old));
    for other in [
        first.replace("$ b", "$ B"),
        first.replace("y\n", "Y\n"),
        first.replace("$ c\nz\n", ""),
        first.replace("$ c\n", "$ c\n$ d\n"),
        first.replace("```output", "```output exact exact"),
        // The block swallows the step after it.
        first.replace("```console", "```"),
        "```bash\na\n```\n```output\nnew\n```\n".to_owned(),
        format!("{first}```bash exti=1\nd\n```\n"),
    ] {
        assert!(!is_only_change(0, block, &other), "{other}");
    }
    // The old scenario may end before the last step.
    assert!(is_only_change(0, block, &format!("{first}```bash\nd\n```\n")));
}

/// Generates chapters of a few steps in containers, with patterns of a few lines.
fn chapter() -> impl Strategy<Value = String> {
    let line = "(\\[ID:x\\]|\\[ID\\] up|\\.\\.\\.|a|b \\[\\.\\.\\]|```|\\$ a|  é|)";
    let pattern = prop::collection::vec(line, 0..5);
    let container = prop::sample::select(vec!["", "> ", "   ", "> > "]);
    let kind = prop::sample::select(vec!["output", "output exact", "console"]);
    prop::collection::vec((container, kind, pattern, any::<bool>()), 1..4).prop_map(|steps| {
        let mut chapter = String::new();
        for (container, kind, pattern, windows) in steps {
            let pattern = pattern.join("\n");
            let step = match kind {
                "console" => format!("````console\n$ a\n{pattern}\n````\n"),
                kind => format!("```bash\na\n```\n````{kind}\n{pattern}\n````\n"),
            };
            let eol = if windows { "\r\n" } else { "\n" };
            let lines = step.lines().map(|line| format!("{container}{line}{eol}"));
            chapter += &format!("1. x\n\n{}\n", lines.collect::<String>());
        }
        chapter
    })
}

proptest! {
    #[test]
    fn an_accepted_chapter_matches_and_is_not_rewritten_again(
        chapter in chapter(),
        outputs in prop::collection::vec("((0123456789ab|ba9876543210)( up)?\n|a\n|b c\n|```\n|\\[ID\\]\n|  é\n|\n|\\.\\.\\.\n){0,5}", 1..4),
    ) {
        let outputs: Vec<&str> = outputs.iter().map(String::as_str).collect();
        let scenario = read(&chapter);
        prop_assume!(scenario.findings.is_empty());
        // What a page shows does not become nothing.
        prop_assume!(outputs.iter().all(|output| !output.trim().is_empty()));
        let recording = recording(&scenario, &outputs);
        let placeholders = Placeholders::default();
        let accept = |text: &str| {
            accept(text, text, &read(text), &recording, &placeholders, ROWS)
        };
        let accepted = accept(&chapter).text;
        let left = findings_by_default(&accepted, &read(&accepted), &recording);
        let left: Vec<_> = left.iter().filter(|found| found.code == Code::OutputMismatch).collect();
        prop_assert!(left.is_empty(), "{accepted}\n{left:#?}");
        let again = accept(&accepted);
        prop_assert_eq!((again.rewritten, again.refused), (Vec::new(), Vec::new()));
    }
}

#[test]
fn values_that_change_become_placeholders_with_one_name_for_one_value() {
    let text = "```console\n$ docker run -d --name web alpine\n9b1d0f7c2a3e\n$ docker ps\nID             CREATED       NAMES\n\
                9b1d0f7c2a3e   5 weeks ago   web\n0f7c2a3e9b1d   5 weeks ago   sad_kare\n```\n";
    let id = "3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff";
    let table = "ID             CREATED        NAMES\n3f4a0c1d2e5b   1 second ago   web\n\
                 aaaabbbbcccc   1 second ago   happy_curie\n";
    assert_eq!(
        accepted(text, &[&format!("{id}\n"), table]),
        "```console\n$ docker run -d --name web alpine\n[ID:1]\n$ docker ps\nID             CREATED       NAMES\n\
         [ID:1]         [AGE]         web\n[ID]           [AGE]         [NAME]\n```\n"
    );
}

#[test]
fn an_object_has_its_own_name_unless_the_author_has_given_one() {
    let id = "3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff";
    let accepted_with = |text: &str, name: &str| {
        let scenario = read(text);
        let mut recording = recording(&scenario, &[id]);
        let StepRecording::Ran { effects, .. } = &mut recording.steps[0] else { panic!() };
        effects.push(Effect {
            command: 0,
            kind: ObjectKind::Container,
            name: name.to_owned(),
            id: id.to_owned(),
            change: Change::Started,
        });
        accept(text, text, &scenario, &recording, &Placeholders::default(), ROWS).text
    };
    let page = |first: &str, other: &str| {
        format!("```console\n$ a\n{first}\n$ b\n{other}\n$ c\n{other}\n```\n")
    };
    let old = "9b1d0f7c2a3e";
    let accepted = |text: &str| accepted_with(text, "my.web");
    assert_eq!(accepted(&page(old, old)), page("[ID:my-web]", "[ID:my-web]"));
    assert_eq!(accepted(&page("[ID:app]", old)), page("[ID:app]", "[ID:app]"));
    // An author's name can have the form of a generated one.
    assert_eq!(accepted_with(&page(old, old), "my_web"), page("[ID:my_web]", "[ID:my_web]"));
    assert_eq!(accepted_with(&page(old, old), "busy_curie"), page("[ID:1]", "[ID:1]"));
    let task = accepted_with(&page(old, old), "web.2.r0k493nvx6o65vob17d96nh5o");
    assert_eq!(task, page("[ID:web-2]", "[ID:web-2]"));
}

#[test]
fn the_summary_says_what_became_of_each_line() {
    let text = "```bash\na\n```\n```output\n9b1d0f7c2a3e up\nold\nsame\n```\n";
    let scenario = read(text);
    let recording = recording(&scenario, &["3f4a0c1d2e5b up\nnew\nsame\nmore\n"]);
    let accepted = accept(text, text, &scenario, &recording, &Placeholders::default(), ROWS);
    let [(line, changes)] = accepted.rewritten.as_slice() else { panic!("{accepted:?}") };
    assert_eq!(*line, 5);
    assert_eq!(
        changes.to_string(),
        "4 lines: 1 with placeholders ([ID]), 1 changed, 1 added\n    - old\n    + new\n    + more"
    );
}

#[test]
fn the_summary_shows_what_becomes_of_rows_beside_dots() {
    let summary = |expected: &str, output: &str| {
        let text = format!("```bash\na\n```\n```output\n{expected}```\n");
        let scenario = read(&text);
        let recording = recording(&scenario, &[output]);
        let accepted = accept(&text, &text, &scenario, &recording, &Placeholders::default(), ROWS);
        accepted.rewritten.into_iter().map(|(_, changes)| changes.to_string()).collect::<String>()
    };
    assert_eq!(summary("H\na\n...\n", "H\nb\na\n"), "3 lines: 1 changed\n    - ...\n    + ...");
    assert_eq!(
        summary("x\nz\n...\nw\n", "x\ny\n"),
        "2 lines: 1 changed, 2 removed\n    - z\n    - w\n    - ...\n    + y"
    );
}

#[test]
fn the_key_that_stops_a_command_stays() {
    assert_eq!(
        accepted("> ```console\n> $ ping x\n> a\n> ^C\n> old\n> ```\n", &["a\nnew\n"]),
        "> ```console\n> $ ping x\n> a\n> ^C\n> new\n> ```\n"
    );
    assert_eq!(
        accepted("```console\n$ logs -f\nold\n^C\n```\n", &["new\n"]),
        "```console\n$ logs -f\nnew\n^C\n```\n"
    );
}

#[test]
fn only_the_block_for_the_version_that_it_ran_on_is_rewritten() {
    let text =
        "```bash\na\n```\n\n```output engine=\"<23\"\nold\n```\n\n```output engine=\">=23\"\n```\n";
    let scenario = read(text);
    let accepted = |version: &str, text: &str| {
        let mut recording = recording(&scenario, &["out\n"]);
        recording.engine.version = version.to_owned();
        accept(text, text, &scenario, &recording, &Placeholders::default(), NEW).text
    };
    assert_eq!(accepted("26.1.5+dfsg1", text), text.replace(">=23\"\n", ">=23\"\nout\n"));
    assert_eq!(accepted("20.10.24+dfsg1", text), text.replace("old", "out"));
}
