use std::path::Path;

use serde_json::Value;

use super::*;
use crate::extract::{Extensions, extract};
use crate::model::recording::{Chunk, Transcript};
use crate::model::stream::Columns;

/// A command that printed these chunks, and its duration.
fn ran(end: End, duration_ms: u64, chunks: &[(u64, &str)]) -> CommandRecording {
    let chunk = |&(at_ms, text): &(u64, &str)| Chunk {
        stream: Stream::Stdout,
        at_ms,
        text: text.to_owned(),
    };
    let chunks = chunks.iter().map(chunk).collect();
    let transcript = Transcript { chunks, ..Transcript::default() };
    CommandRecording { duration_ms, ..CommandRecording::new("recorded", end, transcript) }
}

/// A command that was typed into a program.
fn typed(at_ms: u64, text: &str) -> CommandRecording {
    let mut command = ran(End::Typed, at_ms, &[(at_ms, text)]);
    command.transcript.terminal = Columns::new(120);
    command.transcript.prompt = Some("/ # ".to_owned());
    command
}

const OK: End = End::Exited { status: 0 };

fn cast_of(text: &str, steps: Vec<Vec<CommandRecording>>) -> Option<Cast> {
    let scenario = extract(Path::new("a.md"), text, Extensions::default());
    assert_eq!(scenario.findings, []);
    let step = |commands| StepRecording::Ran { commands, effects: Vec::new() };
    let steps = steps.into_iter().map(step).collect();
    let recorded_at = "1970-01-02T00:00:00Z".to_owned();
    let recording = Recording { steps, recorded_at, ..Recording::default() };
    cast("A", &scenario, &recording, |_| true)
}

/// The events: when, in milliseconds, and what.
fn events(cast: &Cast) -> Vec<(u64, String)> {
    let lines = cast.text.lines().skip(1).map(|line| serde_json::from_str::<Value>(line).unwrap());
    let event = |line: Value| {
        assert_eq!(line[1], "o");
        let text = line[2].as_str().unwrap().to_owned();
        let seconds = line[0].as_f64().unwrap();
        (format!("{:.0}", seconds * 1000.0).parse().unwrap(), text)
    };
    lines.map(event).collect()
}

fn expected(events: &[(u64, &str)]) -> Vec<(u64, String)> {
    events.iter().map(|(at, text)| (*at, (*text).to_owned())).collect()
}

#[test]
fn outputs_have_their_times_and_commands_a_pause() {
    let chapter = "```bash\necho a \\\n  b\necho c\n```\n\n```bash hidden\ntrue\n```\n";
    let steps = vec![
        vec![ran(OK, 400, &[(20, "a\n"), (300, "b\n")]), ran(OK, 30, &[(10, "c")])],
        vec![ran(OK, 10, &[(5, "hidden\n")])],
    ];
    let cast = cast_of(chapter, steps).unwrap();
    assert_eq!(
        events(&cast),
        expected(&[
            (0, "$ "),
            (1000, "echo a \\\r\n>   b\r\n"),
            (1020, "a\r\n"),
            (1300, "b\r\n"),
            (1400, "$ "),
            (2400, "echo c\r\n"),
            (2410, "c"),
        ])
    );
    assert!(cast.untimed.is_empty());
}

#[test]
fn the_header_describes_the_terminal() {
    let chapter = "```console\n$ docker run -it alpine sh\n/ # echo a\na\n```\n";
    let opening = ran(End::Open, 20, &[]);
    let cast = cast_of(chapter, vec![vec![opening, typed(15, "a\r\n")]]).unwrap();
    let header: Value = serde_json::from_str(cast.text.lines().next().unwrap()).unwrap();
    let expected_header = json!({
        "version": 2, "width": 120, "height": 24, "idle_time_limit": 3.0, "title": "A",
        "env": {"TERM": "xterm-256color"}, "timestamp": 86400,
    });
    assert_eq!(header, expected_header);
    assert_eq!(
        events(&cast),
        expected(&[
            (0, "$ "),
            (1000, "docker run -it alpine sh\r\n"),
            (1020, "/ # "),
            (2020, "echo a\r\n"),
            (2035, "a\r\n"),
        ])
    );
}

#[test]
fn lines_without_times_are_evenly_spaced() {
    let chapter = "```bash\nseq 2\n```\n";
    let cast = cast_of(chapter, vec![vec![ran(OK, 0, &[(0, "1\n2\n")])]]).unwrap();
    assert_eq!(
        events(&cast)[1..],
        expected(&[(1000, "seq 2\r\n"), (1100, "1\r\n"), (1200, "2\r\n")])
    );
    assert_eq!(cast.untimed, ["recorded"]);
}

#[test]
fn a_stopped_stream_ends_with_its_key() {
    let chapter = "```bash lines=1\ndocker logs -f a\n```\n";
    let cast = cast_of(chapter, vec![vec![ran(End::Stopped, 900, &[(10, "1\n")])]]).unwrap();
    assert_eq!(events(&cast).last().unwrap(), &(1010, "^C".to_owned()));
    assert_eq!(cast_of("a", Vec::new()), None);
}
