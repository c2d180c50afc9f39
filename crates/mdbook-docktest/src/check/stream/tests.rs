use super::*;
use crate::model::recording::{Chunk, End};
use crate::model::stream::Stream;

/// The remedy for a command that printed these pieces, each after so many milliseconds, in 30 s.
fn fix_for(command: &str, shown: Option<&str>, pieces: &[(u64, &str)]) -> Option<Fix> {
    const LIMIT_MS: u64 = 30_000;
    let chunk = |(at_ms, text): &(u64, &str)| Chunk {
        stream: Stream::Stdout,
        at_ms: *at_ms,
        text: (*text).to_owned(),
    };
    let recording = CommandRecording {
        duration_ms: LIMIT_MS,
        ..CommandRecording::new(
            command.to_owned(),
            End::TimedOut { limit_ms: LIMIT_MS },
            Transcript { chunks: pieces.iter().map(chunk).collect(), ..Transcript::default() },
        )
    };
    fix(&recording, shown, LIMIT_MS)
}

fn until(regex: &str) -> Option<Fix> {
    Some(Fix::until(regex.to_owned(), Basis::Proved))
}

fn lines(count: usize) -> Option<Fix> {
    Some(Fix::lines(count, Basis::Proved))
}

/// A line each so many milliseconds, as long as there is time.
fn ticks(first_ms: u64, every_ms: u64) -> Vec<(u64, &'static str)> {
    (0..)
        .map(|n| first_ms + n * every_ms)
        .take_while(|at| *at < 30_000)
        .map(|at| (at, "tick\n"))
        .collect()
}

#[test]
fn a_stream_at_rest_is_followed_until_its_last_line() {
    for command in [
        "docker logs -f web",
        "docker compose logs --follow",
        "docker events",
        "tail -n 3 -f log",
        "docker exec -it web tail -f log",
        "docker attach web",
    ] {
        let printed = [(90, "start\n"), (100, "ready on port 80 (pid 1)\n")];
        assert_eq!(
            fix_for(command, None, &printed),
            until(r"ready on port \d+ \(pid \d+\)"),
            "{command}"
        );
    }
    let log = "docker logs -f web";
    assert_eq!(fix_for(log, None, &[(100, "a\n`b`\n")]), until(".b."));
    let dated = "2026-11-26T10:00:00.123456789Z [NOTE] up\n";
    let found = fix_for(log, None, &[(100, "start\n"), (200, dated)]);
    assert_eq!(found, until(r".+ \[NOTE\] up"), "a date is another one each time");
}

#[test]
fn a_stream_at_rest_without_a_last_line_of_its_own_is_followed_for_all_its_lines() {
    let log = "docker logs -f web";
    assert_eq!(fix_for(log, None, &[(100, "tick 1\ntick 2\n")]), lines(2));
    let three = [(100, "tick 1\ntick 2\n"), (400, "tick 3\n")];
    assert_eq!(fix_for(log, None, &three), lines(3));
    assert_eq!(fix_for(log, Some("tick 1\ntick 2\n^C"), &three), lines(2), "as the chapter shows");
    assert_eq!(fix_for(log, Some("tick 1\n...\n"), &three), lines(1));
    assert_eq!(fix_for(log, Some("a\nb\nc\nd\n"), &three), lines(3), "as there are");
}

#[test]
fn a_stream_at_rest_is_followed_to_the_last_line_that_the_chapter_shows() {
    let printed = [(100, "start\nready on port 8080\nworker\nworker\nidle\n")];
    let fix = |shown: &str| fix_for("docker logs -f web", Some(shown), &printed);
    assert_eq!(fix("start\nready on port 80\n^C\n"), until(r"ready on port \d+"));
    assert_eq!(fix("start\nworker\n"), until("idle"), "`worker` is there twice");
    assert_eq!(fix("start\nanother\n"), until("idle"));
}

#[test]
fn of_a_steady_stream_there_are_as_many_lines_as_the_chapter_shows_or_else_three() {
    for command in ["ping db", "docker exec web ping db", "docker logs -f web", "top -b"] {
        // Of each stream, the last line comes at another moment before the end.
        for first_ms in [100, 400, 900] {
            for every_ms in [300, 1_000, 2_000, 5_000] {
                let printed = ticks(first_ms, every_ms);
                let place = format!("{command}: {first_ms} {every_ms}");
                assert_eq!(fix_for(command, None, &printed), lines(3), "{place}");
                let shown = "tick\ntick\n\n^C\n--- statistics\n";
                assert_eq!(fix_for(command, Some(shown), &printed), lines(2), "{place}");
                let shown = "tick\n".repeat(500);
                assert_eq!(fix_for(command, Some(&shown), &printed), lines(3), "{place}");
            }
        }
    }
}

#[test]
fn lines_that_come_late_are_not_counted_on() {
    let slow = |every_ms| fix_for("docker logs -f web", None, &ticks(every_ms, every_ms));
    assert_eq!(slow(7_000), lines(3), "21 s of 30 s");
    assert_eq!(slow(8_000), lines(1), "24 s, another time 31 s");
    assert_eq!(fix_for("docker logs -f web", None, &[(29_500, "late\n")]), None);
}

#[test]
fn a_screen_that_is_drawn_again_is_followed_for_some_time() {
    let screen = "\u{1b}[HNAME   CPU\nweb    1%\n";
    let printed = [(900, screen), (1_900, screen), (2_900, screen)];
    let expected = Some(Fix::seconds(5, Basis::Proved));
    for command in ["docker stats", "watch docker ps", "docker exec -it web top"] {
        assert_eq!(fix_for(command, Some("NAME CPU\nweb 2%\n"), &printed), expected, "{command}");
    }
    let cleared = [(900, "\u{1b}[2J\u{1b}[Ha\n")];
    assert_eq!(fix_for("docker stats", None, &cleared), expected);
}

#[test]
fn a_server_in_the_foreground_may_also_be_slow() {
    let expected = Some(Fix::until("ready".to_owned(), Basis::Proposed));
    for command in ["docker run --rm nginx", "docker compose up", "docker start -a web"] {
        assert_eq!(fix_for(command, None, &[(100, "ready\n")]), expected, "{command}");
    }
}

#[test]
fn other_commands_are_slow_or_wait() {
    let printed = [(100, "x\n")];
    for command in ["sleep 60", "make logs -f", "docker logs web", "docker exec web make top"] {
        assert_eq!(fix_for(command, None, &printed), None, "{command}");
    }
    let question = [(100, "Name? ")];
    assert_eq!(fix_for("docker run -it alpine", None, &question), None, "a question");
    assert_eq!(fix_for("docker logs -f web", None, &[]), None, "nothing is known of it");
}
