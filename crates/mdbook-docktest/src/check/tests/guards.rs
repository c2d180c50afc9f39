//! Steps that are guards: what runs after them, and what does not.

use super::*;

/// Returns the findings of a chapter whose first step, a guard, ended with this status, and whose other two did not run.
fn after_guard(status: i32) -> Vec<String> {
    let markdown = "# T\n\n```bash guard\n# Is it free?\ncheck\n```\n\n```bash\na\nb\n```\n\n```bash cleanup\nc\n```\n";
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    let guard = CommandRecording::new("check", End::Exited { status }, Transcript::default());
    let guard = StepRecording::Ran { commands: vec![guard], effects: Vec::new() };
    let steps = vec![guard, StepRecording::Skipped, StepRecording::Skipped];
    let recording = Recording { steps, ..Recording::default() };
    findings_by_default(markdown, &scenario, &recording).iter().map(describe).collect()
}

#[test]
fn what_a_guard_kept_from_running_follows_from_it() {
    let found = after_guard(1);
    assert!(found[0].starts_with("exit-status 5:1 this command exited with status 1"), "{found:?}");
    assert_eq!(
        found[1..],
        [
            "not-run 9:1 follows from line 5: this step did not run, as the `guard` there failed | ",
            "not-run 14:1 follows from line 5: this step did not run, as the `guard` there failed | ",
        ]
    );
    // `--fail-fast` ended the chapter for another reason.
    assert_eq!(
        after_guard(0),
        [
            "not-run 9:1 this step did not run: an earlier step failed | ",
            "not-run 14:1 this step did not run: an earlier step failed | ",
        ]
    );
}

#[test]
fn a_guard_that_is_held_back_stops_its_chapter() {
    let markdown = "```bash guard\ndocker rm [OPTIONS] CONTAINER\n```\n\n```bash\na\n```\n";
    let scenario = extract(Path::new("a.md"), markdown, Extensions::default());
    assert!(scenario.steps[0].is_held);
    let steps = vec![StepRecording::Ignored, StepRecording::Skipped];
    let recording = Recording { steps, ..Recording::default() };
    let found = findings_by_default(markdown, &scenario, &recording);
    assert_eq!(
        found.iter().map(describe).collect::<Vec<_>>(),
        [
            "not-run 6:1 follows from line 2: this step did not run, as the `guard` there did not run | "
        ]
    );
}
