use std::path::Path;

use super::unpinned;
use crate::check::lints::Lints;
use crate::check::{Rules, check};
use crate::expect::Placeholders;
use crate::extract::{Extensions, extract};
use crate::model::recording::{
    Change, CommandRecording, Effect, End, ObjectKind, Recording, StepRecording, Transcript,
};

/// Two steps, the first of which has two commands.
const CHAPTER: &str = "```bash\none\ntwo\n```\n\n```bash\nthree\n```\n";

fn container(command: usize, image: Option<&str>) -> Effect {
    let change = Change::created(image.map(str::to_owned));
    Effect { command, kind: ObjectKind::Container, name: "c".into(), id: "0".into(), change }
}

fn pull(command: usize, reference: &str) -> Effect {
    Effect { kind: ObjectKind::Image, ..container(command, Some(reference)) }
}

fn tag(command: usize, name: &str) -> Effect {
    Effect { kind: ObjectKind::Image, name: name.to_owned(), ..container(command, None) }
}

/// The findings as `line message | help`.
fn findings(effects: [Vec<Effect>; 2]) -> Vec<String> {
    findings_with(&[], effects)
}

/// The findings of a book that pins these images.
fn findings_with(pinned: &[&str], effects: [Vec<Effect>; 2]) -> Vec<String> {
    let scenario = extract(Path::new("a.md"), CHAPTER, Extensions::default());
    let command = CommandRecording {
        duration_ms: 1,
        ..CommandRecording::new("x", End::Exited { status: 0 }, Transcript::default())
    };
    let steps =
        effects.map(|effects| StepRecording::Ran { commands: vec![command.clone(); 2], effects });
    let recording = Recording { steps: steps.into(), ..Recording::default() };
    let (placeholders, lints) = (&Placeholders::default(), &Lints::default());
    let pinned = pinned.iter().map(|name| name.parse().unwrap()).collect();
    let rules = Rules { placeholders, lints, pinned };
    let found = check(CHAPTER, &scenario, &recording, &rules).findings;
    found
        .into_iter()
        .map(|found| {
            assert_eq!(found.code.name(), "unpinned-image");
            format!("{} {} | {}", found.line, found.message, found.help.unwrap_or_default())
        })
        .collect()
}

#[test]
fn a_reference_without_a_tag_or_a_digest_is_not_pinned() {
    for (reference, repository) in [
        ("alpine", "alpine"),
        ("alpine:latest", "alpine"),
        ("localhost:5000/team/app", "localhost:5000/team/app"),
        ("localhost:5000/app:latest", "localhost:5000/app"),
        ("cafe", "cafe"),
    ] {
        assert_eq!(unpinned(reference), Some(repository), "{reference}");
    }
    let digest = "0123456789abcdef".repeat(4);
    for reference in [
        "alpine:3.20",
        "localhost:5000/app:1",
        &format!("alpine@sha256:{digest}"),
        &format!("alpine:latest@sha256:{digest}"),
        &format!("sha256:{digest}"),
        &digest,
        &digest[..12],
    ] {
        assert_eq!(unpinned(reference), None, "{reference}");
    }
}

#[test]
fn each_image_is_reported_once_for_each_command() {
    let report = |line, image: &str| {
        format!(
            "{line} image `{image}` is not pinned to a version \
             | add a tag or a digest: `{image}:TAG` or `{image}@sha256:…`"
        )
    };
    let first = vec![
        container(0, Some("alpine:3.20")),
        container(1, Some("alpine")),
        container(1, Some("busybox")),
        container(1, Some("alpine")),
    ];
    let found = findings([first, vec![container(0, Some("alpine"))]]);
    assert_eq!(found, [report(3, "alpine"), report(3, "busybox"), report(7, "alpine")]);
}

#[test]
fn an_image_that_is_pulled_and_run_is_reported_once() {
    let found = findings([vec![pull(0, "alpine:latest"), container(0, Some("alpine"))], vec![]]);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("2 image `alpine:latest` is"), "{found:?}");
    assert!(found[0].contains("`alpine:TAG`"), "{found:?}");
}

#[test]
fn an_image_that_the_chapter_has_built_needs_no_tag() {
    let made = vec![container(0, Some("mine")), tag(1, "mine:latest"), tag(1, "other:2")];
    let found = findings([made, vec![container(0, Some("mine")), container(0, Some("other"))]]);
    let places: Vec<&str> = found.iter().map(|found| found.split(" is ").next().unwrap()).collect();
    // `mine` is used before it is built here; `other` is built with another tag.
    assert_eq!(places, ["2 image `mine`", "7 image `other`"]);
}

#[test]
fn an_unknown_image_is_not_reported() {
    assert_eq!(findings([vec![container(0, None)], vec![]]), [""; 0]);
}

#[test]
fn an_image_that_book_toml_pins_is_pinned_in_all_its_forms() {
    let steps = || {
        let used = vec![container(0, Some("alpine")), container(1, Some("busybox"))];
        [used, vec![pull(0, "docker.io/library/alpine:latest"), container(0, Some("team/alpine"))]]
    };
    assert_eq!(findings(steps()).len(), 4);
    let found = findings_with(&["library/alpine"], steps());
    let places: Vec<&str> = found.iter().map(|found| found.split(" is ").next().unwrap()).collect();
    assert_eq!(places, ["3 image `busybox`", "7 image `team/alpine`"]);
}
