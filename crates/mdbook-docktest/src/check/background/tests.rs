use std::path::Path;

use crate::check::findings_by_default;
use crate::extract::{Extensions, extract};
use crate::model::finding::Finding;
use crate::model::recording::{
    Change, CommandRecording, Effect, End, Leftover, ObjectKind, Recording, StepRecording,
    Transcript,
};
use crate::model::remedy::Basis;
use crate::model::scenario::Scenario;
use crate::text::splice::splice;

/// A command that starts something, and one after it.
const CHAPTER: &str = "```bash\ndocker run -d x\n```\n\n```bash\ntrue\n```\n";

fn died(exit: i32, alone: bool, log: Option<&str>) -> Change {
    Change::Died { exit, alone, log: log.map(str::to_owned) }
}

/// Returns a recording with these changes to the container `web` in each step.
fn recording(changes: [Vec<Change>; 2]) -> Recording {
    let command = CommandRecording {
        duration_ms: 1,
        ..CommandRecording::new("x", End::Exited { status: 0 }, Transcript::default())
    };
    let (kind, name, id) = (ObjectKind::Container, "web".to_owned(), "0123".to_owned());
    let effect = |change| Effect { command: 0, kind, name: name.clone(), id: id.clone(), change };
    let steps = changes.map(|changes| StepRecording::Ran {
        commands: vec![command.clone()],
        effects: changes.into_iter().map(effect).collect(),
    });
    Recording { steps: steps.into(), ..Recording::default() }
}

fn scenario(markdown: &str) -> Scenario {
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    scenario
}

/// The findings as `code line message | help`.
fn findings(markdown: &str, recording: &Recording) -> Vec<String> {
    findings_by_default(markdown, &scenario(markdown), recording)
        .into_iter()
        .map(|found| {
            let help = found.help.unwrap_or_default();
            format!("{} {} {} | {help}", found.code, found.line, found.message)
        })
        .collect()
}

fn with(attribute: &str) -> String {
    CHAPTER.replacen("bash", &format!("bash {attribute}"), 1)
}

#[test]
fn a_death_in_the_background_is_found_where_the_container_was_started() {
    let later = recording([
        vec![Change::created(None), Change::Started],
        vec![died(3, true, Some("a\nb\n"))],
    ]);
    assert_eq!(
        findings(CHAPTER, &later),
        ["container-died 2 container `web`, started by this command, died with status 3 \
             | if this is expected, add `dies=3`\nit printed:\n  a\n  b"]
    );
    let at_once = recording([vec![Change::Started, died(1, true, None)], vec![]]);
    assert!(
        findings(CHAPTER, &at_once)[0].ends_with("it was removed before its log could be read")
    );
}

#[test]
fn status_0_or_an_attended_exit_is_not_a_finding() {
    for death in [died(0, true, None), died(137, false, None), died(1, false, None)] {
        assert!(findings(CHAPTER, &recording([vec![Change::Started, death], vec![]])).is_empty());
    }
}

#[test]
fn a_container_that_is_restarted_is_reported_once() {
    let again = vec![died(1, true, None), Change::Started, died(1, true, None)];
    let found = findings(CHAPTER, &recording([vec![Change::Started], again]));
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("container-died 2 "), "{found:?}");
}

#[test]
fn an_expected_death_passes_and_is_required() {
    let dead = recording([vec![Change::Started, died(1, true, Some("no"))], vec![]]);
    for attribute in ["dies", "dies=any", "dies=1"] {
        assert!(findings(&with(attribute), &dead).is_empty(), "{attribute}");
    }
    assert_eq!(
        findings(&with("dies=2"), &dead),
        ["container-died 2 container `web` died with status 1 instead of 2 \
             | if this is expected, write `dies=1`\nit printed `no`"]
    );
    let alive = recording([vec![Change::Started], vec![]]);
    let killed = recording([vec![Change::Started], vec![died(137, false, None)]]);
    for recording in [alive, killed] {
        assert_eq!(
            findings(&with("dies"), &recording),
            ["container-died 2 no container that this step started died by itself \
                 | let a container exit by itself, or remove `dies`: stopping or removing one does not count"]
        );
    }
}

/// An object of the first step that is left over.
fn left(kind: ObjectKind, name: &str) -> Leftover {
    Leftover { step: 0, command: 0, kind, name: name.to_owned(), id: "0".into() }
}

#[test]
fn a_leftover_is_reported_with_the_command_that_removes_it() {
    let anonymous = "0123456789abcdef".repeat(4);
    let leftovers = vec![
        left(ObjectKind::Container, "web"),
        left(ObjectKind::Container, "sleepy_curie"),
        left(ObjectKind::Volume, "data"),
        left(ObjectKind::Volume, &anonymous),
        left(ObjectKind::Network, "net"),
        // It belongs to a swarm.
        left(ObjectKind::Network, "ingress"),
        left(ObjectKind::Image, "my:1"),
    ];
    let recording = Recording { leftovers, ..recording([vec![], vec![]]) };
    let found = findings(CHAPTER, &recording);
    for (found, (what, remedy)) in found.iter().zip([
        ("container `web` still exists", "`docker rm -f web`"),
        ("container `sleepy_curie`, which Docker has named, still exists", "name it with `--name`"),
        ("volume `data` still exists", "`docker volume rm data`"),
        ("anonymous volume `0123456789ab…` still exists", "`docker rm -v`"),
        ("network `net` still exists", "`docker network rm net`"),
        ("image `my:1` still exists", "`docker image rm my:1`"),
    ]) {
        assert!(found.starts_with(&format!("leftover 2 {what}")), "{found}");
        assert!(found.contains(remedy), "{found}");
    }
    assert_eq!(found.len(), 6);
}

/// What the first remedy of each finding makes of the chapter.
fn resolved(markdown: &str, recording: &Recording) -> Vec<String> {
    let resolved = |found: Finding| {
        let remedy = found.remedies.first()?;
        assert_eq!(remedy.basis, Basis::Proposed, "only the author knows");
        Some(splice(markdown, remedy.edits_of(markdown)))
    };
    let findings = findings_by_default(markdown, &scenario(markdown), recording);
    findings.into_iter().filter_map(resolved).collect()
}

#[test]
fn a_death_can_be_expected_but_only_by_the_author() {
    let dead = recording([vec![Change::Started, died(1, true, None)], vec![]]);
    assert_eq!(resolved(CHAPTER, &dead), [with("dies=1")]);
    assert_eq!(resolved(&with("dies=2"), &dead), [with("dies=1")]);
    let alive = recording([vec![Change::Started], vec![]]);
    assert_eq!(resolved(&with("dies"), &alive), [""; 0]);
}

#[test]
fn a_leftover_can_be_removed_in_a_step_at_the_end() {
    let anonymous = "0123456789abcdef".repeat(4);
    let leftovers = vec![left(ObjectKind::Volume, "data"), left(ObjectKind::Volume, &anonymous)];
    let recording = Recording { leftovers, ..recording([vec![], vec![]]) };
    let step = "```bash hidden cleanup\ndocker volume rm data\n```\n";
    assert_eq!(resolved(CHAPTER, &recording), [format!("{CHAPTER}\n{step}")]);
    let trimmed = CHAPTER.trim_end();
    assert_eq!(resolved(trimmed, &recording), [format!("{trimmed}\n\n{step}")]);
    let crlf = CHAPTER.replace('\n', "\r\n");
    let expected = format!("{CHAPTER}\n{step}").replace('\n', "\r\n");
    assert_eq!(resolved(&crlf, &recording), [expected]);
}

#[test]
fn a_chapter_that_was_cut_short_has_no_leftovers() {
    let leftovers = vec![left(ObjectKind::Container, "web")];
    let mut recording = Recording { leftovers, ..recording([vec![], vec![]]) };
    recording.steps[1] = StepRecording::Skipped;
    let found = findings(CHAPTER, &recording);
    assert_eq!(found.len(), 1);
    assert!(found[0].starts_with("not-run"), "{found:?}");
}
