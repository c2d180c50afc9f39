//! Steps of several commands: what one says about another, and what did not run.

use super::*;
use crate::text::splice::splice;

/// What a command printed, on both streams, and how it ended.
type Ran<'a> = (End, &'a [(Stream, &'a str)]);

/// Returns the findings of a chapter with one step, whose commands ended and printed as given, as `code line message`.
fn findings(markdown: &str, ran: &[Ran<'_>]) -> Vec<String> {
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let chunk = |(stream, text): &(Stream, &str)| Chunk {
        stream: *stream,
        at_ms: 0,
        text: (*text).to_owned(),
    };
    let command = |(ran, text): (&Ran<'_>, &str)| {
        let transcript =
            Transcript { chunks: ran.1.iter().map(chunk).collect(), ..Transcript::default() };
        let duration_ms = if let End::TimedOut { limit_ms } = ran.0 { limit_ms } else { 0 };
        let recording = CommandRecording::new(text.to_owned(), ran.0, transcript);
        CommandRecording { duration_ms, ..recording }
    };
    let texts = scenario.steps[0].commands.iter().map(|command| command.text.as_str());
    let commands = ran.iter().zip(texts).map(command).collect();
    let steps = vec![StepRecording::Ran { commands, effects: Vec::new() }];
    let recording = Recording { steps, ..Recording::default() };
    let found = findings_by_default(markdown, &scenario, &recording);
    found.iter().map(|found| format!("{} {} {}", found.code, found.line, found.message)).collect()
}

fn out(text: &str) -> [(Stream, &str); 1] {
    [(Stream::Stdout, text)]
}

const FAILED: End = End::Exited { status: 1 };
const TIMED_OUT: End = End::TimedOut { limit_ms: 3000 };

#[test]
fn what_ran_before_a_timeout_is_judged_and_the_rest_did_not_run() {
    let session =
        "```console\n$ echo one\ntwo\n$ sleep 60\n$ docker volume create later\nlater\n```\n";
    assert_eq!(
        findings(session, &[(OK, &out("one\n")), (TIMED_OUT, &[])]),
        [
            "output-mismatch 3 line 1 of the output does not match this line",
            "timeout 4 this command timed out after 3 s without output",
            "not-run 5 this command did not run: an earlier one timed out",
        ]
    );
    let script = "```bash\nfalse\nsleep 60\ntrue\ntrue\n```\n";
    assert_eq!(
        findings(script, &[(FAILED, &[]), (TIMED_OUT, &[])]),
        [
            "exit-status 2 this command exited with status 1 instead of 0",
            "timeout 3 this command timed out after 3 s without output",
            "not-run 4 this command did not run: an earlier one timed out",
            "not-run 5 this command did not run: an earlier one timed out",
        ]
    );
}

#[test]
fn a_command_that_had_little_time_is_not_said_to_have_had_all_of_it() {
    let script = "```bash\nsleep 2.9\ndocker ps\n```\n";
    let scenario = extract(Path::new("a.md"), script, Extensions::default());
    let ran = |command: &str, end, duration_ms| CommandRecording {
        command: command.to_owned(),
        end,
        duration_ms,
        ..recorded()
    };
    let found = |duration_ms| {
        let commands = vec![ran("sleep 2.9", OK, 2900), ran("docker ps", TIMED_OUT, duration_ms)];
        let steps = vec![StepRecording::Ran { commands, effects: Vec::new() }];
        let recording = Recording { steps, ..Recording::default() };
        findings_by_default(script, &scenario, &recording).iter().map(describe).collect::<Vec<_>>()
    };
    assert_eq!(
        found(100),
        ["timeout 3:1 this block timed out after 3 s; this command ran for 100 ms of it | \
          the time limit is for all commands of a block together: add `timeout=2m`, or split the block\n\
          it printed nothing"]
    );
    assert!(found(2000)[0].starts_with("timeout 3:1 this command timed out after 3 s "));
}

#[test]
fn a_timeout_says_that_control_c_is_pressed_only_at_the_end_of_a_block() {
    let session = "```console\n$ logs -f\na\n^C\n$ true\n```\n";
    let scenario = extract(Path::new("a.md"), session, Extensions::default());
    let command = CommandRecording { command: "logs -f".to_owned(), end: TIMED_OUT, ..recorded() };
    let steps = vec![StepRecording::Ran { commands: vec![command], effects: Vec::new() }];
    let recording = Recording { steps, ..Recording::default() };
    let found = findings_by_default(session, &scenario, &recording);
    let help = found[0].help.as_deref().unwrap_or_default();
    assert_eq!(
        help.lines().next(),
        Some(
            "`^C` below it is pressed only for the last command of a block: split the block after `^C`"
        )
    );
}

fn recorded() -> CommandRecording {
    CommandRecording::new("", OK, Transcript::default())
}

#[test]
fn what_did_not_run_says_why() {
    let script = "```bash\nfirst\nsecond\n```\n";
    assert_eq!(
        findings(script, &[(End::EngineLost, &[])]),
        [
            "engine-lost 2 the Docker Engine exited while this command was running",
            "not-run 3 this command did not run: the Docker Engine had exited",
        ]
    );
    assert_eq!(
        findings(script, &[(OK, &[])]),
        ["not-run 3 this command did not run: the shell had already exited"]
    );
}

#[test]
fn of_a_step_that_was_stopped_only_what_it_printed_is_compared() {
    let step = "```bash\necho a\nfollow\n```\n\n```output\na\n[NUMBER] hits\nend\n```\n";
    let timeout = "timeout 3 this command timed out after 3 s";
    for printed in ["", "12", "12 hits\n", "12 hits\nen"] {
        let found = findings(step, &[(OK, &out("a\n")), (TIMED_OUT, &out(printed))]);
        assert_eq!(found.len(), 1, "{printed:?}: {found:?}");
        assert!(found[0].starts_with(timeout), "{found:?}");
    }
    assert_eq!(
        findings(step, &[(OK, &out("a\n")), (TIMED_OUT, &out("no hits\n"))]),
        [timeout, "output-mismatch 8 line 2 of the output does not match this line"]
    );
    assert_eq!(
        findings(step, &[(OK, &out("a\n")), (TIMED_OUT, &out("12 hits\nend\nmore\n"))]),
        [timeout, "output-mismatch 9 line 4 of the output is not expected after this line"]
    );
    assert_eq!(
        findings(step, &[(OK, &out("b\n"))]),
        [
            "not-run 3 this command did not run: the shell had already exited",
            "output-mismatch 7 line 1 of the output does not match this line",
        ]
    );
}

#[test]
fn the_order_between_the_streams_does_not_matter() {
    let (o, e) = (Stream::Stdout, Stream::Stderr);
    let orders = [
        [(o, "o1\n"), (e, "e1\n"), (o, "o2\n"), (e, "e2\n")],
        [(o, "o1\n"), (o, "o2\n"), (e, "e1\n"), (e, "e2\n")],
        [(e, "e1\n"), (e, "e2\n"), (o, "o1\n"), (o, "o2\n")],
    ];
    let step = |expected: &str| format!("```bash\na\n```\n\n```output\n{expected}\n```\n");
    for printed in &orders {
        assert_eq!(findings(&step("o1\ne1\no2\ne2"), &[(OK, printed)]), [""; 0]);
        assert_eq!(
            findings(&step("o2\ne1\no1\ne2"), &[(OK, printed)]),
            ["output-mismatch 6 the output has no further line that matches this line"],
            "each stream has an order of its own, and all recordings get the same finding"
        );
    }
    let session = "```console\n$ a\ne1\ne2\no1\no2\n```\n";
    assert_eq!(findings(session, &[(OK, &orders[0])]), [""; 0]);
}

#[test]
fn the_status_of_a_program_is_stated_below_what_was_typed_into_it() {
    let session = |expected: &str| {
        format!("```console\n$ docker attach web\n/ # exit 13\n$ echo $?\n{expected}\n```\n")
    };
    let ran = |printed| {
        findings(
            &session("13"),
            &[(End::Exited { status: 13 }, &[]), (End::Typed, &[]), (OK, &out(printed))],
        )
    };
    assert_eq!(ran("13\n"), [""; 0]);
    assert_eq!(ran("12\n")[0], "exit-status 2 this command exited with status 13 instead of 0");
}

#[test]
fn the_next_command_can_state_the_status() {
    let session = |echo: &str, expected: &str| {
        format!("```console\n$ fails\nno\n$ {echo}\n{expected}\n```\n")
    };
    let finding = ["exit-status 2 this command exited with status 1 instead of 0"];
    let run = |markdown: &str, printed: &str| {
        findings(markdown, &[(FAILED, &out("no\n")), (OK, &out(printed))])
    };
    assert_eq!(run(&session("echo $?", "1"), "1\n"), [""; 0]);
    assert_eq!(run(&session("echo \"exit: $?\"", "exit: 1"), "exit: 1\n"), [""; 0]);
    assert_eq!(run(&session("echo $?", "..."), "1\n"), finding, "it states nothing");
    assert_eq!(run(&session("echo 1", "1"), "1\n"), finding);
    assert_eq!(
        run(&session("echo $?", "2"), "1\n"),
        [finding[0], "output-mismatch 5 line 1 of the output does not match this line"]
    );

    let script = "```bash\nfails\necho $?\n```\n";
    assert_eq!(run(script, "1\n"), finding);
    assert_eq!(run(&format!("{script}\n```output\nno\n1\n```\n"), "1\n"), [""; 0]);
    assert_eq!(
        run(&format!("{script}\n```output stderr\n```\n\n```output stdout\nno\n1\n```\n"), "1\n"),
        [""; 0]
    );
    assert_eq!(run("```bash\nfails\n[ $? -eq 1 ]\n```\n", ""), [""; 0]);
    assert_eq!(
        findings("```bash\nfails\n[ $? -eq 2 ]\n```\n", &[(FAILED, &[]), (FAILED, &[])]),
        [finding[0], "exit-status 3 this command exited with status 1 instead of 0"]
    );
}

#[test]
fn only_the_status_is_excused() {
    let session = "```console\n$ fails\nno\n$ echo $?\n1\n```\n";
    assert_eq!(
        findings(session, &[(FAILED, &out("other\n")), (OK, &out("1\n"))]),
        ["output-mismatch 3 line 1 of the output does not match this line"]
    );
    let pull = "```console\n$ docker run nosuch\n...\n$ echo $?\n125\n```\n";
    let refusal = "Unable to find image 'nosuch:latest' locally\ndocker: Error response from daemon: pull access denied for nosuch, repository does not exist or may require 'docker login'\n";
    let found = findings(
        pull,
        &[(End::Exited { status: 125 }, &[(Stream::Stderr, refusal)]), (OK, &out("125\n"))],
    );
    assert!(found.len() == 1 && found[0].starts_with("image-missing 2 "), "{found:?}");
}

/// Returns the chapter after each remedy of its only finding.
fn remedied(markdown: &str, end: End, output: &[(Stream, &str)]) -> Vec<String> {
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    let chunk = |(stream, text): &(Stream, &str)| Chunk {
        stream: *stream,
        at_ms: 0,
        text: (*text).to_owned(),
    };
    let commands = vec![CommandRecording::new(
        scenario.steps[0].commands[0].text.clone(),
        end,
        Transcript { chunks: output.iter().map(chunk).collect(), ..Transcript::default() },
    )];
    let steps = vec![StepRecording::Ran { commands, effects: Vec::new() }];
    let recording = Recording { steps, ..Recording::default() };
    let found = findings_by_default(markdown, &scenario, &recording);
    let [found] = found.as_slice() else { panic!("{found:?}") };
    let remedies = found.remedies.iter().map(|remedy| {
        let first = splice(markdown, remedy.edits.clone());
        let info = first.lines().next().unwrap_or_default().to_owned();
        format!("{:?}: {}: {info}", remedy.basis, remedy.title)
    });
    remedies.collect()
}

#[test]
fn a_failure_has_the_remedies_that_fit() {
    assert_eq!(
        remedied("```bash\nfalse\n```\n", FAILED, &[]),
        ["Proposed: add `exit=1`: ```bash exit=1"]
    );
    assert_eq!(
        remedied(
            "```bash hidden\ndocker run -it a\n```\n",
            FAILED,
            &[(Stream::Stderr, "the input device is not a TTY\n")]
        ),
        ["Proved: add `tty`: ```bash hidden tty"]
    );
    assert_eq!(
        remedied("```bash\ndocker login\n```\n", FAILED, &[]),
        ["Proposed: add `ignore`: ```bash ignore", "Proposed: add `exit=1`: ```bash exit=1"]
    );
    let not_found = (Stream::Stderr, "bash: line 1: vim: command not found\n");
    assert_eq!(
        remedied("```bash\nvim a\n```\n", End::Exited { status: 127 }, &[not_found]),
        ["Proposed: add `ignore`: ```bash ignore"]
    );
    assert_eq!(
        remedied("```bash exit=2\nfalse\n```\n", FAILED, &[]),
        ["Proposed: add `exit=1`: ```bash exit=1"]
    );
}

#[test]
fn an_endless_stream_has_a_remedy_that_was_seen_to_fit() {
    let printed = out("starting\nready on 8080\n");
    assert_eq!(
        remedied("```bash timeout=3s\ndocker logs -f web\n```\n", TIMED_OUT, &printed),
        [r#"Proved: add `until="ready on \d+"`: ```bash timeout=3s until="ready on \d+""#]
    );
    assert_eq!(
        remedied("```bash\ndocker run --rm web\n```\n", TIMED_OUT, &printed),
        [r#"Proposed: add `until="ready on \d+"`: ```bash until="ready on \d+""#]
    );
    assert_eq!(
        remedied("```bash until=never\ndocker logs -f web\n```\n", TIMED_OUT, &printed),
        [""; 0]
    );
    assert_eq!(remedied("```bash\nmake\n```\n", TIMED_OUT, &printed), [""; 0]);
}

#[test]
fn lines_that_are_not_typed_say_why_and_the_rest_is_judged() {
    let session = "```console\n$ python3\n>>> 1 + 1\n2\n$ echo $?\n0\n```\n";
    let missing = End::Exited { status: 127 };
    let found = findings(session, &[(missing, &[]), (End::NotTyped, &[]), (OK, &out("127\n"))]);
    assert_eq!(
        found,
        [
            "exit-status 2 this command exited with status 127 instead of 0",
            "not-run 3 this line was not typed: the program did not start",
            "output-mismatch 6 line 1 of the output does not match this line",
        ]
    );
    let session = "```console\n$ sh\n/ # exit\n/ # ls\n$ true\n```\n";
    assert_eq!(
        findings(session, &[(OK, &[]), (End::Typed, &[]), (End::NotTyped, &[]), (OK, &[])]),
        ["not-run 4 this line was not typed: the program had already ended"]
    );
    assert_eq!(
        findings(session, &[(OK, &[]), (End::Typed, &[])])[1..],
        ["not-run 5 this command did not run: an earlier line could not be typed"]
    );
}
