use std::path::Path;

use super::*;
use crate::expect::Placeholders;
use crate::extract::{Extensions, extract};
use crate::model::recording::{Chunk, Engine, Transcript};
use crate::model::stream::Stream;

/// Returns the findings of a chapter with one step, which ended and printed as given, as
/// `code line:column message | help`.
fn findings(markdown: &str, end: End, output: &[(Stream, &str)]) -> Vec<String> {
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let chunks = output
        .iter()
        .map(|(stream, text)| Chunk { stream: *stream, at_ms: 0, text: (*text).to_owned() })
        .collect();
    let commands = vec![CommandRecording::new(
        scenario.steps[0].script.clone(),
        end,
        Transcript { chunks, terminal: scenario.steps[0].attributes.tty, ..Transcript::default() },
    )];
    let steps = vec![StepRecording::Ran { commands, effects: Vec::new() }];
    let recording = Recording { steps, ..Recording::default() };
    findings_by_default(markdown, &scenario, &recording).iter().map(describe).collect()
}

fn describe(found: &Finding) -> String {
    let help = found.help.as_deref().unwrap_or_default();
    format!("{} {}:{} {} | {help}", found.code, found.line, found.column, found.message)
}

mod commands;
mod guards;

const OK: End = End::Exited { status: 0 };

#[test]
fn a_step_without_annotation_must_exit_with_0() {
    let markdown = "# T\n\n```bash\nfalse\n```\n";
    assert!(findings(markdown, OK, &[]).is_empty());
    assert_eq!(
        findings(markdown, End::Exited { status: 1 }, &[(Stream::Stderr, "no\n")]),
        ["exit-status 4:1 this command exited with status 1 instead of 0 \
             | if this is expected, add `exit=1`\nit printed `no`"]
    );
}

#[test]
fn an_expected_status_is_required() {
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
fn each_stream_is_compared_with_its_own_block() {
    let markdown = "```bash\na\n```\n\n```output stderr\nerr\n```\n\n```output stdout\nout\n```\n";
    let output = [(Stream::Stdout, "out\n"), (Stream::Stderr, "err\n")];
    assert_eq!(findings(markdown, OK, &output), [""; 0]);
    assert_eq!(
        findings(markdown, OK, &[(Stream::Stdout, "other\n"), (Stream::Stderr, "err\n")]),
        ["output-mismatch 10:1 line 1 of standard output does not match this line \
             | expected (-), actual (+):\n- out\n+ other"]
    );
}

#[test]
fn the_final_screen_of_a_terminal_is_compared() {
    let markdown = "```bash tty\npull\n```\n\n```output\nSure?\ndone\n```\n";
    let sent = [
        (Stream::Stdout, "\x1b[1mSure?\x1b[m "),
        (Stream::Typed, "y"),
        (Stream::Stdout, "\r\n10%\r\x1b[32mdone\x1b[m\r\n"),
    ];
    assert_eq!(findings(markdown, OK, &sent), [""; 0]);
    let help = &findings(markdown, End::Exited { status: 1 }, &sent)[0];
    assert!(help.ends_with("it printed:\n  Sure? \n  done"), "{help}");

    let until = "```bash tty until=\"^ready$\"\nlogs\n```\n";
    assert_eq!(findings(until, OK, &[(Stream::Stdout, "\x1b[1mready\x1b[m\r\n")]), [""; 0]);
}

#[test]
fn a_timeout_at_a_terminal_suggests_stdin() {
    let timed_out = End::TimedOut { limit_ms: 3000 };
    let found = findings("```bash tty\ncat\n```\n", timed_out, &[(Stream::Typed, "^C")]);
    let advice = "timeout 2:1 this command timed out after 3 s \
         | if it waits for an answer, add `stdin=\"y\\n\"`;";
    assert!(found[0].starts_with(advice), "{found:?}");
    assert!(found[0].ends_with("it printed nothing"), "{found:?}");
}

#[test]
fn a_command_that_needs_a_terminal_suggests_tty() {
    let refusal = [(Stream::Stderr, "the input device is not a TTY\n")];
    let found = findings("```bash\n./run.sh\n```\n", End::Exited { status: 1 }, &refusal);
    assert!(
        found[0].contains("| add `tty`: this command needs a terminal\nit printed `the input"),
        "{found:?}"
    );
}

#[test]
fn a_timeout_suggests_until() {
    let markdown = "```bash\ndocker logs -f x\n```\n";
    let found =
        findings(markdown, End::TimedOut { limit_ms: 30_000 }, &[(Stream::Stdout, "a\nb\n")]);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0],
        "timeout 2:1 this command timed out after 30 s \
         | if it is an endless stream, add `until=\"a regex for the last line to show\"` \
         (or `lines=3`, or `for=5s`); if it needs more time, add `timeout=2m`\n\
         it printed:\n  a\n  b"
    );
    assert_eq!(
        findings(markdown, End::TimedOut { limit_ms: 30_000 }, &[]),
        ["timeout 2:1 this command timed out after 30 s without output \
             | if it needs more time, add `timeout=2m`; \
             if it is an endless stream, add `until=\"a regex for the last line to show\"`"]
    );
}

#[test]
fn a_stream_that_does_not_reach_its_goal_is_a_finding() {
    let until = "```bash until=\"ready\"\nx\n```\n";
    let starting: &[_] = &[(Stream::Stdout, "starting\n")];
    assert!(findings(until, End::Stopped, &[(Stream::Stdout, "ready\n")]).is_empty());
    assert!(
        findings(until, End::TimedOut { limit_ms: 1_500 }, starting)[0].starts_with(
            "timeout 2:1 no line matched `ready` within 1500 ms | if it needs more time"
        )
    );
    assert!(findings(until, OK, starting)[0].starts_with(
        "stream-ended 2:1 the stream ended with status 0 before a line matched `ready`"
    ));
    let lines = "```bash lines=3\nx\n```\n";
    assert!(findings(lines, OK, starting)[0].contains(" before it had printed 3 lines |"));
    let timed_out = End::TimedOut { limit_ms: 1_000 };
    for (follow, message) in [
        ("lines=1", "the stream did not print 1 line within 1 s"),
        ("lines=3", "the stream did not print 3 lines within 1 s"),
        ("for=5s", "timed out after 1 s, before 5 s had passed"),
    ] {
        let found = findings(&format!("```bash {follow}\nx\n```\n"), timed_out, &[]);
        assert!(found[0].starts_with(&format!("timeout 2:1 {message} | ")), "{found:?}");
    }
}

#[test]
fn a_stream_may_end_at_its_goal() {
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
        ["output-mismatch 7:1 line 2 of the output does not match this line \
             | expected (-), actual (+):\n  one\n- two\n+ 2"]
    );
}

#[test]
fn the_first_line_that_differs_is_underlined() {
    let found = |block: &str, output: &str| {
        let markdown = format!("- x\n\n  ```bash\n  x\n  ```\n  ```output\n{block}  ```\n");
        let found = findings(&markdown, OK, &[(Stream::Stdout, output)]);
        let [finding] = found.as_slice() else { panic!("{found:?}") };
        finding.split_once(" | ").expect("there is help").0.to_owned()
    };
    assert_eq!(
        found("  a\n  ...\n    b\n", "a\nx\n"),
        "output-mismatch 9:5 the output has no further line that matches this line"
    );
    assert_eq!(
        found("  a\n  b\n", "a\nx\nb\n"),
        "output-mismatch 8:3 line 2 of the output is not expected before this line"
    );
    assert_eq!(
        found("  a\n  b\n", "a\nb\nc\n"),
        "output-mismatch 8:3 line 3 of the output is not expected after this line"
    );
    assert_eq!(found("", "a\n"), "output-mismatch 6:3 the output is expected to be empty");
}

#[test]
fn one_stream_can_be_expected_alone() {
    let both: &[_] =
        &[(Stream::Stderr, "warning\n"), (Stream::Stdout, "id\n"), (Stream::Typed, "^C\n")];
    for (words, text) in [("stdout", "id"), ("stderr exact", "warning"), ("", "warning\nid")] {
        let markdown = format!("```bash\nx\n```\n\n```output {words}\n{text}\n```\n");
        assert_eq!(findings(&markdown, OK, both), [] as [&str; 0], "{words}");
    }
    let markdown = "```bash\nx\n```\n\n```output stderr\nid\n```\n";
    assert!(findings(markdown, OK, both)[0].contains(" line 1 of standard error does not match "));
}

#[test]
fn exact_output_is_compared_byte_for_byte() {
    let markdown = "```bash\nx\n```\n\n```output exact\n[..]\n```\n";
    assert!(findings(markdown, OK, &[(Stream::Stdout, "[..]\n")]).is_empty());
    assert!(
        findings(markdown, OK, &[(Stream::Stdout, "[..] \n")])[0]
            .ends_with("expected (-), actual (+):\n- [..]\n+ [..]·")
    );
}

#[test]
fn a_mistyped_placeholder_is_found_at_its_place() {
    let markdown = "> ```bash\n> x\n> ```\n>\n> ```output\n>   é [DIGSET]\n> ```\n";
    assert_eq!(findings(markdown, OK, &[(Stream::Stdout, "  é [DIGSET]\n")]), [""; 0]);
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    let found = flaws(markdown, &scenario, &Placeholders::default());
    assert_eq!(
        found.iter().map(describe).collect::<Vec<_>>(),
        ["bad-placeholder 6:7 unknown placeholder `DIGSET`: it is compared as plain text \
             | did you mean `[DIGEST]`? If not, write `[[]DIGSET]`"]
    );
}

#[test]
fn a_name_is_bound_for_the_whole_chapter() {
    let markdown =
        "```bash\nx\n```\n```output\n[ID:a]\n```\n\n```bash\nx\n```\n```output\n[ID:a]\n```\n";
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    let whole = "3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff";
    let codes = |outputs: [&str; 2]| -> Vec<(Code, usize)> {
        let steps = outputs.map(|output| {
            let chunk = Chunk { stream: Stream::Stdout, at_ms: 0, text: output.to_owned() };
            let transcript = Transcript { chunks: vec![chunk], ..Transcript::default() };
            let command = "x".to_owned();
            let command = CommandRecording::new(command, OK, transcript);
            StepRecording::Ran { commands: vec![command], effects: Vec::new() }
        });
        let recording = Recording { steps: steps.to_vec(), ..Recording::default() };
        let found = findings_by_default(markdown, &scenario, &recording);
        found.into_iter().map(|finding| (finding.code, finding.line)).collect()
    };
    assert_eq!(codes([whole, &whole[..12]]), []);
    assert_eq!(codes([whole, "aaaabbbbcccc"]), [(Code::OutputMismatch, 12)]);
}

#[test]
fn typed_text_is_not_output() {
    let markdown = "```bash stdin=\"y\\n\"\nx\n```\n\n```output\nsure? done\n```\n";
    let asked: &[_] =
        &[(Stream::Stdout, "sure? "), (Stream::Typed, "y\n"), (Stream::Stdout, "done\n")];
    assert!(findings(markdown, OK, asked).is_empty());
}

#[test]
fn a_lost_engine_is_the_only_finding() {
    let markdown = "```bash\nx\n```\n\n```output\none\n```\n";
    let found = findings(markdown, End::EngineLost, &[]);
    assert_eq!(
        found,
        ["engine-lost 2:1 the Docker Engine exited while this command was running | "]
    );
}

#[test]
fn a_step_that_was_not_reached_is_a_finding() {
    let markdown = "```bash\nx\n```\n";
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    let steps = vec![StepRecording::Skipped];
    let recording = Recording { steps, ..Recording::default() };
    assert_eq!(findings_by_default(markdown, &scenario, &recording)[0].code, Code::NotRun);
}

#[test]
fn each_command_of_a_session_is_compared_with_the_lines_below_it() {
    let markdown = "```console\n$ a\none\n\n$ b\n[ID:x]\n$ c\n$ d\n[ID:x]\n```\n";
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    let record = |text: &str| {
        CommandRecording::new(
            "",
            OK,
            Transcript {
                chunks: vec![Chunk { stream: Stream::Stdout, at_ms: 0, text: text.to_owned() }],
                omitted_bytes: 0,
                ..Transcript::default()
            },
        )
    };
    let found = |outputs: [&str; 4]| -> Vec<String> {
        let commands = outputs.map(record).into();
        let steps = vec![StepRecording::Ran { commands, effects: Vec::new() }];
        let recording = Recording { steps, ..Recording::default() };
        let found = findings_by_default(markdown, &scenario, &recording);
        found
            .iter()
            .map(|found| format!("{} {}:{}", found.code, found.line, found.column))
            .collect()
    };
    let (one, other) = ("0123456789ab\n", "ba9876543210\n");
    assert!(found(["\x1b[1mone\x1b[0m\n", one, "unchecked\n", one]).is_empty());
    assert_eq!(found(["two\n", one, "", other]), ["output-mismatch 3:1", "output-mismatch 9:1"]);
}

#[test]
fn output_is_compared_as_the_page_shows_it() {
    let output = &[(Stream::Stdout, "\x1b[32m50%\r100%\x1b[0m\n")];
    assert!(findings("```bash\na\n```\n```output\n100%\n```\n", OK, output).is_empty());
    assert_eq!(findings("```bash\na\n```\n```output exact\n100%\n```\n", OK, output).len(), 1);
}

#[test]
fn an_image_that_only_the_engine_could_pull_is_missing() {
    let text = "```bash\ndocker run --quiet --rm alpine true\n```\n";
    let scenario = extract(Path::new("a.md"), text, Extensions::default());
    let pull = Effect {
        command: 0,
        kind: ObjectKind::Image,
        name: "alpine".into(),
        id: "alpine:latest".into(),
        change: Change::created(Some("alpine:latest".into())),
    };
    let steps = vec![StepRecording::Ran { commands: Vec::new(), effects: vec![pull] }];
    let mut recording = Recording { steps, ..Recording::default() };
    let missing = |recording: &Recording| {
        let findings = findings_by_default(text, &scenario, recording).into_iter();
        findings.filter(|found| found.code == Code::ImageMissing).collect::<Vec<Finding>>()
    };
    assert_eq!(missing(&recording), []);
    let (reference, reason) = ("alpine:latest".to_owned(), "not found: check its name".to_owned());
    recording.unavailable_images = vec![UnavailableImage { reference, reason }];
    let found = missing(&recording);
    assert_eq!(found.len(), 1);
    assert_eq!(
        found[0].message,
        "image `alpine:latest` is not available: not found: check its name"
    );
}

/// Returns the findings of a chapter in which two `output` blocks expect other output on other versions, after a guard for
/// an old one. The command prints `new`.
fn on_engine(version: &str) -> Vec<String> {
    let markdown = "```bash guard engine=\"<20\"\nfalse\n```\n\n```bash\na\n```\n\n\
        ```output engine=\">=23 <28\"\nnew\n```\n\n```output engine=\"<23\"\nold\n```\n";
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    let chunk = Chunk { stream: Stream::Stdout, at_ms: 0, text: "new\n".into() };
    let transcript = Transcript { chunks: vec![chunk], ..Transcript::default() };
    let command = CommandRecording::new("a", End::Exited { status: 0 }, transcript);
    let ran = StepRecording::Ran { commands: vec![command], effects: Vec::new() };
    let engine = Engine { version: version.to_owned(), ..Engine::default() };
    let steps = vec![StepRecording::OtherEngine, ran];
    let recording = Recording { engine, steps, ..Recording::default() };
    findings_by_default(markdown, &scenario, &recording).iter().map(describe).collect()
}

#[test]
fn output_is_compared_with_the_block_for_the_version_that_it_ran_on() {
    assert_eq!(on_engine("26.1.5+dfsg1"), [""; 0]);
    let [mismatch] = &on_engine("20.10.24+dfsg1")[..] else { panic!("one finding") };
    assert!(mismatch.starts_with("output-mismatch 14:1 line 1 of the output"), "{mismatch}");
    assert_eq!(
        on_engine("28.5.2"),
        [
            "no-output-for-engine 9:1 the `output` blocks of this step are for Docker Engine `>=23 <28`, `<23`, \
             and not for 28.5.2 | add an `output` block with `engine` for this version, or change that of \
             another one"
        ]
    );
}

#[test]
fn what_is_printed_during_a_pull_may_differ() {
    let markdown = "```console\n$ docker run alpine echo hi\nUnable to find image 'alpine:latest' locally\n\
                    latest: Pulling from library/alpine\n8ddc19f16526: Pull complete\n\
                    Digest: sha256:a59906e33509d14c036c8678d687bd4eec81ed7c4b8ce907b888c607f6a1e0e6\n\
                    Status: Downloaded newer image for alpine:latest\nhi\n```\n";
    let found = findings(markdown, OK, &[(Stream::Stdout, "hi\n")]);
    assert_eq!(
        found,
        [
            "changed-values 3:1 the output differs only in what docker prints while it pulls an image | images are there \
          before the first step: run `accept` to write what is printed then"
        ]
    );
    let found = findings(markdown, OK, &[(Stream::Stdout, "ho\n")]);
    assert!(found[0].starts_with("output-mismatch"), "{found:?}");
    let without =
        "```bash\ndocker pull alpine:3\n```\n\n```output\n3: Pulling from library/alpine\n```\n";
    let pulled = "3: Pulling from library/alpine\n4abcf2066143: Pull complete\n";
    let found = findings(without, OK, &[(Stream::Stdout, pulled)]);
    assert!(found[0].starts_with("changed-values"), "{found:?}");
}

#[test]
fn the_shell_of_an_interrupted_line_exits_with_its_status() {
    // In one block, see `dialogue`.
    let markdown = "```console\n$ docker run -it alpine sh\n/ # ping web\n^C\n```\n\n```console\n/ # exit\n```\n";
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    let ran = |step: usize, ends: &[End]| {
        let commands = scenario.steps[step].commands.iter().zip(ends).map(|(command, end)| {
            CommandRecording::new(command.text.clone(), *end, Transcript::default())
        });
        StepRecording::Ran { commands: commands.collect(), effects: Vec::new() }
    };
    let findings = |status| {
        let steps =
            vec![ran(0, &[End::Open, End::Typed, End::Typed]), ran(1, &[End::Exited { status }])];
        let recording = Recording { steps, ..Recording::default() };
        findings_by_default(markdown, &scenario, &recording).len()
    };
    assert_eq!((findings(0), findings(130), findings(1)), (0, 0, 1));
}

#[test]
fn a_session_may_show_a_message_of_failure() {
    let shown = "```console\n$ docker run --cap-drop CHOWN alpine chown nobody /\nchown: /: Operation not permitted\n```\n";
    let failed = End::Exited { status: 1 };
    let denied = (Stream::Stderr, "chown: /: Operation not permitted\n");
    assert_eq!(findings(shown, failed, &[denied]), [""; 0]);
    let at_terminal = shown.replace("run ", "run -it ");
    assert_eq!(findings(&at_terminal, failed, &[(Stream::Stdout, denied.1)]), [""; 0]);
    let silent = "```console\n$ docker run -it alpine sh -c 'date; false'\nnow\n```\n";
    assert!(findings(silent, failed, &[(Stream::Stdout, "now\n")])[0].starts_with("exit-status"));
    for (markdown, output) in [
        (shown, (Stream::Stderr, "chown: /: Read-only file system\n")),
        (shown, (Stream::Stdout, denied.1)),
        ("```console\n$ docker run alpine chown nobody /\n[..]\n```\n", denied),
        ("```console\n$ docker run alpine chown nobody /\n```\n", denied),
        (
            "```bash\nchown nobody /\n```\n\n```output\nchown: /: Operation not permitted\n```\n",
            denied,
        ),
    ] {
        let found = findings(markdown, failed, &[output]);
        assert!(found.iter().any(|found| found.starts_with("exit-status")), "{markdown} {found:?}");
    }
}

#[test]
fn only_a_name_with_one_of_dockers_adjectives_is_said_to_be_from_another_run() {
    let help = |name: &str| {
        let markdown = format!("```bash\ndocker start {name}\n```\n");
        let printed = format!("Error response from daemon: No such container: {name}\n");
        findings(&markdown, End::Exited { status: 1 }, &[(Stream::Stderr, &printed)]).join("\n")
    };
    assert!(help("boring_wozniak").contains("`boring_wozniak` is from another run"));
    // “My container”, in French.
    assert!(help("mon_conteneur").contains("no command of this chapter creates the container"));
}
