use super::*;
use crate::recording::{Chunk, End};

fn printed(text: &str) -> Recording {
    let transcript = Transcript {
        chunks: vec![Chunk { stream: Stream::Stdout, at_ms: 0, text: text.to_owned() }],
        omitted_bytes: 0,
        ..Transcript::default()
    };
    let end = End::Exited { status: 0 };
    let command = CommandRecording { command: "a".into(), end, transcript, duration_ms: 0 };
    let step = StepRecording::Ran { commands: vec![command], effects: Vec::new() };
    Recording { steps: vec![step], ..Recording::default() }
}

fn same(one: &str, other: &str) -> bool {
    printed(one).says_the_same_as(&printed(other))
}

#[test]
fn what_nobody_can_foresee_makes_no_difference() {
    for (one, other) in [
        ("0123456789ab\n", "ba9876543210\n"),
        ("up 3 seconds (healthy)", "up About a minute (healthy)"),
        ("2026-11-24T03:02:12Z x", "2026-11-25T04:00:00Z x"),
        ("mar Tue Nov 24 03:02:12 UTC 2026 :", "mar Wed Nov 25 13:02:12 UTC 2026 :"),
        ("alpine latest 7.8MB", "alpine latest 7.9MB"),
        ("172.17.0.2/16", "172.17.0.3/16"),
        (
            "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            "sha256:1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        ),
    ] {
        assert!(same(one, other), "{one} {other}");
    }
}

/// What prints this and starts a container that is called so.
fn named(name: &str, command: &str, text: &str) -> Recording {
    let mut recording = printed(text);
    let StepRecording::Ran { commands, effects } = &mut recording.steps[0] else { panic!() };
    command.clone_into(&mut commands[0].command);
    effects.push(Effect {
        command: 0,
        kind: ObjectKind::Container,
        name: name.to_owned(),
        id: "0".repeat(64),
        change: Change::Created { image: None },
    });
    recording
}

#[test]
fn names_that_docker_makes_up_make_no_difference() {
    let run = "docker run -d alpine";
    let is_same = |one: &Recording, other: &Recording| one.says_the_same_as(other);
    let bold = named("bold_curie", run, "up bold_curie access_log");
    assert!(is_same(&bold, &named("shy_boyd7", run, "up shy_boyd7 access_log")));
    assert!(!is_same(&bold, &named("shy_boyd7", run, "up bold_curie access_log")));
    assert!(!is_same(&bold, &named("shy_boyd7", run, "up shy_boyd7 error_log")));
    let own = |name: &str| named(name, &format!("docker run --name {name} alpine"), "");
    assert!(!is_same(&own("my_web"), &own("my_app")));
}

#[test]
fn what_happens_to_several_objects_at_once_has_no_order() {
    let removed = |ids: [&str; 2]| {
        let mut recording = printed(&format!("{}\n{}\n", "a".repeat(64), "b".repeat(64)));
        let StepRecording::Ran { effects, .. } = &mut recording.steps[0] else { panic!() };
        for id in ids {
            for change in [Change::Died { exit: 137, alone: false, log: None }, Change::Removed] {
                let (name, id) = (id.to_owned(), id.repeat(64));
                effects.push(Effect { command: 0, kind: ObjectKind::Container, name, id, change });
            }
        }
        recording
    };
    assert!(removed(["a", "b"]).says_the_same_as(&removed(["b", "a"])));
    assert!(!removed(["a", "b"]).says_the_same_as(&removed(["a", "a"])));
}

#[test]
fn a_removal_belongs_to_the_death_before_it() {
    let removed_in = |command: usize| {
        let mut recording = named("app", "docker run --rm --name app alpine", "");
        let StepRecording::Ran { effects, .. } = &mut recording.steps[0] else { panic!() };
        let created = effects[0].clone();
        let died = Change::Died { exit: 0, alone: false, log: None };
        effects.push(Effect { change: died, ..created.clone() });
        effects.push(Effect { command, change: Change::Removed, ..created });
        recording
    };
    assert!(removed_in(0).says_the_same_as(&removed_in(1)));
}

#[test]
fn a_column_is_as_wide_as_what_stands_in_it() {
    let table = |age: &str| format!("CREATED{:1$}   NAMES\n{age}   app\n", "", age.len() - 7);
    assert!(same(&table("Less than a second ago"), &table("2 seconds ago")));
    assert!(!same(&table("2 seconds ago"), "CREATED NAMES\n2 seconds ago   app\n"));
    assert!(!same("    indented", "        indented"));
}

#[test]
fn all_else_does() {
    for (one, other) in [
        ("one", "two"),
        ("port 80", "port 81"),
        ("version 1.2.3", "version 1.2.4"),
        ("0123456789ab 0123456789ab", "0123456789ab ba9876543210"),
        ("1 row", "2 rows"),
    ] {
        assert!(!same(one, other), "{one} {other}");
    }
}

#[test]
fn a_full_id_is_the_same_as_its_beginning() {
    let id = |first: &str| format!("{first}{}", "0".repeat(52));
    let text = |first: &str| format!("{} {first}", id(first));
    assert!(same(&text("0123456789ab"), &text("ba9876543210")));
    assert!(!same(&text("0123456789ab"), &format!("{} 0123456789ab", id("ba9876543210"))));
}
