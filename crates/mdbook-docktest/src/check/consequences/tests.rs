use std::collections::BTreeMap;
use std::path::Path;

use super::*;
use crate::check::{Checked, Judge, Rules, check};
use crate::expect::Placeholders;
use crate::extract::{Extensions, extract};
use crate::model::recording::{
    Chunk, CommandRecording, End, Leftover, ObjectKind, Recording, StepRecording, Transcript,
};
use crate::model::stream::Stream;

/// A command of `docker run` that is missing an image, and what it prints. The second one names the first
/// image in another form.
const MISSING: [(&str, i32, &str); 3] = [
    (
        "docker run alpine",
        125,
        "Unable to find image 'alpine:latest' locally\ndocker: Error response from daemon: toomanyrequests: \
         wait.\n",
    ),
    (
        "docker pull docker.io/library/alpine",
        1,
        "Error response from daemon: toomanyrequests: wait longer\n",
    ),
    ("docker pull redis:7", 1, "Error response from daemon: toomanyrequests: wait\n"),
];
const PASSES: (&str, i32, &str) = ("docker exec web true", 0, "");
const FAILS: (&str, i32, &str) = ("docker exec web false", 1, "");

fn recorded((command, status, output): (&str, i32, &str)) -> CommandRecording {
    let chunk = Chunk { stream: Stream::Stderr, at_ms: 0, text: output.to_owned() };
    CommandRecording::new(
        command.to_owned(),
        End::Exited { status },
        Transcript { chunks: vec![chunk], ..Transcript::default() },
    )
}

/// A chapter with a step for each list of commands, of four lines for one command. Each step is followed by an
/// `output` block if `outputs` has its index.
struct Chapter {
    text: String,
    recording: Recording,
}

impl Chapter {
    fn new(steps: &[&[(&str, i32, &str)]], outputs: &[(usize, &str)]) -> Self {
        let mut text = String::new();
        for (index, commands) in steps.iter().enumerate() {
            let lines = commands.iter().map(|(command, ..)| format!("{command}\n"));
            text += &format!("```bash\n{}```\n\n", lines.collect::<String>());
            let outputs = outputs.iter().filter(|(step, _)| *step == index);
            outputs.for_each(|(_, output)| text += &format!("```output\n{output}\n```\n\n"));
        }
        let steps = steps.iter().map(|commands| StepRecording::Ran {
            commands: commands.iter().copied().map(recorded).collect(),
            effects: Vec::new(),
        });
        Self { text, recording: Recording { steps: steps.collect(), ..Recording::default() } }
    }

    fn check(&self, lints: &Lints) -> Checked {
        let scenario = extract(Path::new("a.md"), &self.text, Extensions::default());
        let placeholders = &Placeholders::default();
        let rules = Rules { placeholders, lints, pinned: BTreeSet::new() };
        check(&self.text, &scenario, &self.recording, &rules)
    }

    /// The findings as `CODE LINE`, with the last line of the help if it counts steps; and the steps that
    /// failed without a finding.
    fn checked(&self) -> (Vec<String>, Vec<usize>) {
        let Checked { findings, consequences } = self.check(&Lints::default());
        let findings = findings.iter().map(|found| {
            let help = found.help.as_deref().unwrap_or_default();
            let count = help.lines().find(|line| line.contains("later step")).unwrap_or_default();
            format!("{} {} {count}", found.code, found.line).trim_end().to_owned()
        });
        (findings.collect(), consequences.into_iter().collect())
    }
}

const ONE_LATER: &str = "1 later step failed as well; it may depend on the image: line";

#[test]
fn what_fails_after_an_image_was_missing_is_counted_and_not_reported() {
    let [alpine, ..] = MISSING;
    let steps: [&[_]; 6] = [&[FAILS], &[alpine], &[PASSES], &[FAILS], &[PASSES], &[FAILS, FAILS]];
    let chapter = Chapter::new(&steps, &[(2, ""), (4, "a")]);
    let three = "3 later steps failed as well; they may depend on the image: lines 18, 22, 30";
    let expected = ["exit-status 2".to_owned(), format!("image-missing 6 {three}")];
    assert_eq!(chapter.checked(), (expected.to_vec(), vec![3, 4, 5]));
    let finding = &chapter.check(&Lints::default()).findings[1];
    assert_eq!(finding.message, "image `alpine:latest` is not available: toomanyrequests: wait");
}

#[test]
fn what_has_nothing_to_do_with_containers_is_reported() {
    let [alpine, ..] = MISSING;
    let (fails, prints) = (("false", 1, ""), ("echo a", 0, "a\n"));
    let mut chapter =
        Chapter::new(&[&[alpine], &[fails], &[prints], &[FAILS], &[FAILS]], &[(2, "b")]);
    let StepRecording::Ran { commands, .. } = &mut chapter.recording.steps[3] else { panic!() };
    commands[0].end = End::TimedOut { limit_ms: 1 };
    let expected = [
        format!("image-missing 2 {ONE_LATER} 22"),
        "exit-status 6".to_owned(),
        "output-mismatch 14".to_owned(),
        "timeout 18".to_owned(),
    ];
    assert_eq!(chapter.checked(), (expected.to_vec(), vec![4]));
}

#[test]
fn an_image_is_reported_once_in_any_form_and_another_one_by_itself() {
    let [alpine, same, redis] = MISSING;
    let chapter = Chapter::new(&[&[alpine], &[same], &[redis], &[alpine, redis], &[FAILS]], &[]);
    let two = "2 later steps failed as well; they may depend on the image: lines 6, 14";
    let expected = [format!("image-missing 2 {two}"), format!("image-missing 10 {ONE_LATER} 19")];
    assert_eq!(chapter.checked(), (expected.to_vec(), vec![1, 3, 4]));
}

#[test]
fn what_has_another_cause_is_reported() {
    let [alpine, ..] = MISSING;
    let vim = ("vim Dockerfile", 127, "bash: line 1: vim: command not found\n");
    let follows = ("docker rm alpine", 1, "Error: No such container: alpine\n");
    let chapter = Chapter::new(&[&[alpine], &[vim, FAILS], &[follows]], &[]);
    let expected = [format!("image-missing 2 {ONE_LATER} 11"), "exit-status 6".to_owned()];
    assert_eq!(chapter.checked(), (expected.to_vec(), vec![2]));
}

#[test]
fn failures_in_the_same_step_are_not_counted() {
    let [alpine, _, redis] = MISSING;
    let chapter = Chapter::new(&[&[FAILS, alpine, FAILS, redis]], &[(0, "hello")]);
    let expected = ["exit-status 2", "image-missing 3", "image-missing 5"];
    assert_eq!(chapter.checked(), (expected.map(str::to_owned).to_vec(), vec![]));
}

#[test]
fn a_command_that_is_expected_to_fail_misses_no_image() {
    let [(command, status, output), ..] = MISSING;
    let mut chapter = Chapter::new(&[&[(command, status, output)], &[FAILS]], &[]);
    chapter.text = chapter.text.replacen("```bash", "```bash exit=125", 1);
    assert_eq!(chapter.checked(), (vec!["exit-status 6".to_owned()], vec![]));
    chapter.text = chapter.text.replacen("exit=125", "exit=any", 1);
    assert_eq!(chapter.checked(), (vec!["exit-status 6".to_owned()], vec![]));
    // The container's command would exit with this status.
    chapter.text = chapter.text.replacen("exit=any", "exit=3", 1);
    assert_eq!(chapter.checked(), (vec![format!("image-missing 2 {ONE_LATER} 6")], vec![1]));
    // A stream that ends before its goal.
    chapter.text = chapter.text.replacen("exit=3", "until=ready", 1);
    assert_eq!(chapter.checked(), (vec![format!("image-missing 2 {ONE_LATER} 6")], vec![1]));
}

#[test]
fn a_lost_engine_has_nothing_to_do_with_an_image() {
    let [alpine, ..] = MISSING;
    let mut chapter = Chapter::new(&[&[alpine], &[PASSES]], &[]);
    let lost = CommandRecording { end: End::EngineLost, ..recorded(PASSES) };
    chapter.recording.steps[1] = StepRecording::Ran { commands: vec![lost], effects: Vec::new() };
    let expected = ["image-missing 2", "engine-lost 6"].map(str::to_owned);
    assert_eq!(chapter.checked(), (expected.to_vec(), vec![]));
}

#[test]
fn skipped_steps_and_leftovers_are_not_reported() {
    let [alpine, ..] = MISSING;
    let mut chapter = Chapter::new(&[&[PASSES], &[alpine], &[PASSES]], &[]);
    let leftover = Leftover {
        step: 0,
        command: 0,
        kind: ObjectKind::Volume,
        name: "v".into(),
        id: "v".into(),
    };
    chapter.recording.leftovers.push(leftover);
    let expected = vec!["image-missing 6".to_owned()];
    assert_eq!(chapter.checked(), (expected.clone(), vec![]));
    chapter.recording.steps[2] = StepRecording::Skipped;
    assert_eq!(chapter.checked(), (expected, vec![]));
}

#[test]
fn a_missing_image_that_is_not_an_error_explains_nothing() {
    let [alpine, same, _] = MISSING;
    let chapter = Chapter::new(&[&[alpine], &[FAILS], &[same]], &[]);
    let warn = BTreeMap::from([("image-missing".to_owned(), Level::Warn)]);
    let Checked { findings, consequences } = chapter.check(&Lints::try_from(warn).unwrap());
    let codes: Vec<Code> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::ImageMissing, Code::ExitStatus]);
    assert_eq!(consequences, BTreeSet::new());
}

#[test]
fn each_step_is_judged_by_itself_while_the_chapter_runs() {
    let [alpine, same, _] = MISSING;
    let chapter = Chapter::new(&[&[alpine], &[same], &[FAILS]], &[]);
    let scenario = extract(Path::new("a.md"), &chapter.text, Extensions::default());
    let placeholders = Placeholders::default();
    let mut judge = Judge::new("", &placeholders);
    let steps = scenario.steps.iter().zip(&chapter.recording.steps);
    let codes: Vec<Vec<Code>> = steps
        .map(|(step, recorded)| match recorded {
            StepRecording::Ran { commands, .. } => judge.codes(step, commands),
            _ => Vec::new(),
        })
        .collect();
    let missing = vec![Code::ImageMissing];
    assert_eq!(codes, [missing.clone(), missing, vec![Code::ExitStatus]]);
}

/// What `docker run` prints without this image.
fn unable(image: &str) -> String {
    format!(
        "Unable to find image '{image}:latest' locally\ndocker: Error response from daemon: pull access denied for \
         {image}, repository does not exist or may require 'docker login': denied: requested access to the \
         resource is denied\n"
    )
}

/// The findings as `LINE: MESSAGE` if a command fails, and the image of a later one is missing.
fn findings_after(failing: &str, image: &str) -> Vec<String> {
    let (run, output) = (format!("docker run {image}"), unable(image));
    let chapter = Chapter::new(
        &[&[(failing, 1, "ERROR: failed\n")], &[(&run, 125, &output)]],
        &[(1, "hello")],
    );
    let Checked { findings, .. } = chapter.check(&Lints::default());
    findings
        .iter()
        .map(|found| format!("{} {}: {}", found.code, found.line, found.message))
        .collect()
}

#[test]
fn an_image_that_an_earlier_command_failed_to_make_is_not_missing_from_a_registry() {
    for failing in [
        "docker build --tag app .",
        "docker buildx build -t app:latest --load .",
        "cd app && docker image build -t app .",
        "docker commit box app",
        "docker tag nosuch app",
        "docker image tag nosuch app:latest",
        "docker import rootfs.tar app",
        "cat rootfs.tar | docker import - app",
        "docker load -i app.tar",
        "docker image load < app.tar.gz",
    ] {
        let [first, second] = &findings_after(failing, "app")[..] else { panic!("{failing}") };
        assert_eq!(
            first, "exit-status 2: this command exited with status 1 instead of 0",
            "{failing}"
        );
        assert_eq!(
            second, "exit-status 6: follows from line 2: image `app` does not exist",
            "{failing}"
        );
    }
}

#[test]
fn an_image_that_no_earlier_command_makes_is_missing() {
    for failing in [
        "docker build --tag other .",
        "docker tag app other",
        "docker load -i x.tar",
        "docker push app",
    ] {
        let found = findings_after(failing, "app");
        assert!(
            found.iter().any(|found| found.starts_with("image-missing 6: image `app:latest`")),
            "{found:?}"
        );
    }
}

#[test]
fn an_image_of_a_service_that_was_not_built_is_not_missing_from_a_registry() {
    let file = "```yaml file=shop/compose.yaml\nservices:\n  web:\n    build: .\n  db:\n    build: db\n    image: shop-data\n```\n\n";
    for image in ["shop-web", "shop-data"] {
        let run = format!("docker run {image}");
        let text = format!(
            "{file}```bash\ndocker compose -f shop/compose.yaml build\n```\n\n```bash\n{run}\n```\n"
        );
        let output = unable(image);
        let steps =
            [("docker compose -f shop/compose.yaml build", 1, "failed\n"), (&*run, 125, &*output)];
        let steps = steps.map(|command| StepRecording::Ran {
            commands: vec![recorded(command)],
            effects: Vec::new(),
        });
        let recording = Recording { steps: steps.to_vec(), ..Recording::default() };
        let Checked { findings, .. } = Chapter { text, recording }.check(&Lints::default());
        let last = &findings.last().unwrap().message;
        assert_eq!(*last, format!("follows from line 11: image `{image}` does not exist"));
    }
}
