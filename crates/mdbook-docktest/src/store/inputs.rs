//! The inputs of a chapter's run. While they are unchanged, a recording takes the place of a run.
//!
//! Prose, the position of steps, how they are shown and their expectations are not inputs: a recording
//! is checked again each time.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::book::settings::Settings;
use crate::model::scenario::{ChapterFile, Command, ExitExpectation, Follow, Scenario, Step};
use crate::model::stream::Columns;
use crate::text::digest::digest;

/// What the results of a chapter depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// What `book.toml` adds to the environment of steps.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// The timeout of steps without one of their own, in milliseconds.
    pub timeout_ms: u64,
    /// For each image of the book that a step names, a digest of its recipe.
    #[serde(default)]
    pub recipes: BTreeMap<String, String>,
    /// For each image that a step names and that the setting `digest` pins, this digest.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<String, String>,
    /// The packages that the book adds to the root file system of engines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub packages: Vec<String>,
    /// For each step that runs, a digest of its commands, of the files that are written before it, and of
    /// the attributes that affect the run.
    pub steps: Vec<String>,
}

impl Inputs {
    /// The inputs of a chapter. `recipes` are the digests of the recipes of the images that its steps name,
    /// and `pins` the digests that book.toml pins such images to.
    pub fn new(
        scenario: &Scenario,
        settings: &Settings,
        recipes: BTreeMap<String, String>,
        pins: BTreeMap<String, String>,
    ) -> Self {
        let steps = scenario.steps_that_run();
        Self {
            environment: settings.environment.clone(),
            timeout_ms: u64::try_from(settings.timeout.as_millis()).unwrap_or(u64::MAX),
            recipes,
            pins,
            packages: settings.packages.clone(),
            steps: steps
                .map(|(index, step)| {
                    let files = scenario.files_before(index).map(|(_, file)| file);
                    step_digest(step, files, settings)
                })
                .collect(),
        }
    }

    /// The first difference from the inputs of a recording.
    pub fn difference(&self, recorded: &Self) -> Option<InputDifference> {
        let Self { environment, timeout_ms, recipes, pins, packages, steps } = self;
        let settings = *environment == recorded.environment
            && *timeout_ms == recorded.timeout_ms
            && *packages == recorded.packages;
        if *steps != recorded.steps {
            let same =
                steps.iter().zip(&recorded.steps).take_while(|(new, old)| new == old).count();
            Some(InputDifference::Step(same))
        } else if !settings {
            Some(InputDifference::Settings)
        } else {
            let recipe = different_key(recipes, &recorded.recipes).map(InputDifference::Recipe);
            recipe.or_else(|| different_key(pins, &recorded.pins).map(InputDifference::Pin))
        }
    }
}

/// The first key with different values.
fn different_key(
    one: &BTreeMap<String, String>,
    other: &BTreeMap<String, String>,
) -> Option<String> {
    one.keys().chain(other.keys()).find(|key| one.get(*key) != other.get(*key)).cloned()
}

/// An input that has changed since a recording was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputDifference {
    /// The step with this index among those that run is changed or new; past the last one, steps were
    /// removed.
    Step(usize),
    /// The environment, the packages or the timeout of the steps.
    Settings,
    /// The recipe of an image.
    Recipe(String),
    /// The digest to which book.toml pins an image.
    Pin(String),
}

/// The inputs of a step, to be hashed as JSON. A new field must be skipped where it is not used, so that
/// existing recordings stay current.
#[derive(Serialize)]
struct StepInputs<'a> {
    /// With the values of placeholders.
    commands: Vec<Cow<'a, str>>,
    /// Those that are written before it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    files: Vec<FileInputs<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stdin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lines: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    for_ms: Option<u128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout_ms: Option<u128>,
    #[serde(skip_serializing_if = "Option::is_none")]
    columns: Option<u16>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retry: Option<RetryInputs<'a>>,
    /// The indices of the commands that are typed into a program.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    typed: Vec<usize>,
    /// The lines below the commands of a session at a terminal: answers are among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    below: Vec<&'a str>,
    #[serde(skip_serializing_if = "is_false")]
    stays_open: bool,
    /// It decides which steps of a failed run are missing.
    #[serde(skip_serializing_if = "is_false")]
    guard: bool,
    /// Where it runs. The engine itself is no input: a recording says on which it was made.
    #[serde(skip_serializing_if = "Option::is_none")]
    engine: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it with a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// A file that is written before a step.
#[derive(Serialize)]
struct FileInputs<'a> {
    name: &'a str,
    contents: Cow<'a, str>,
    mode: Option<&'a str>,
    appends: bool,
}

impl<'a> FileInputs<'a> {
    fn new(file: &'a ChapterFile) -> Self {
        let ChapterFile { name, mode, appends, .. } = file;
        Self { name, contents: file.contents(), mode: mode.as_deref(), appends: *appends }
    }
}

/// What ends the retrying of a step.
#[derive(Serialize)]
struct RetryInputs<'a> {
    for_ms: u128,
    exit: Option<i32>,
    expectations: Vec<&'a str>,
    /// The versions of the engine that they are for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    engines: Vec<String>,
    placeholders: Vec<(&'a str, &'a str)>,
}

fn step_digest<'a>(
    step: &'a Step,
    files: impl Iterator<Item = &'a ChapterFile>,
    settings: &Settings,
) -> String {
    let attributes = &step.attributes;
    let (mut until, mut lines, mut for_ms) = (None, None, None);
    match &attributes.follow {
        Some(Follow::Until(regex)) => until = Some(regex.as_str()),
        Some(Follow::Lines(count)) => lines = Some(*count),
        Some(Follow::For(time)) => for_ms = Some(time.as_millis()),
        None => {}
    }
    let own = step.commands.iter().filter_map(|command| command.expectation.as_ref());
    let expectations = own.clone().chain(&step.expectations);
    let typed = step.commands.iter().enumerate().filter(|(_, command)| command.is_typed());
    let below = own.clone().map(|expectation| expectation.text.as_str()).collect();
    let inputs = StepInputs {
        commands: step.commands.iter().map(Command::script).collect(),
        files: files.map(FileInputs::new).collect(),
        stdin: attributes.stdin.as_deref(),
        until,
        lines,
        for_ms,
        timeout_ms: attributes.timeout.map(|time| time.as_millis()),
        columns: attributes.tty.map(Columns::get),
        typed: typed.map(|(index, _)| index).collect(),
        below: if attributes.tty.is_some() { below } else { Vec::new() },
        stays_open: step.stays_open,
        guard: attributes.guard,
        engine: attributes.engine.as_ref().map(ToString::to_string),
        retry: attributes.retry.map(|time| RetryInputs {
            for_ms: time.as_millis(),
            exit: match attributes.exit {
                ExitExpectation::Code(code) => Some(code),
                ExitExpectation::Any => None,
            },
            expectations: expectations
                .clone()
                .map(|expectation| expectation.text.as_str())
                .collect(),
            engines: expectations
                .filter_map(|expectation| Some(expectation.engine.as_ref()?.to_string()))
                .collect(),
            placeholders: settings.placeholders.own().collect(),
        }),
    };
    // Serializing plain data cannot fail.
    digest(&serde_json::to_vec(&inputs).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::extract::{Extensions, extract};

    fn inputs(text: &str) -> Inputs {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
        Inputs::new(&scenario, &Settings::default(), BTreeMap::new(), BTreeMap::new())
    }

    #[test]
    fn prose_presentation_and_expectations_are_not_inputs() {
        let text = "```bash\nls\n```\n```output\na\n```\n";
        for same in [
            "Prose.\n\n> ```bash exit=3 hidden\n> ls\n> ```\n",
            "```sh ignore\nrm\n```\n```sh no-output dies=1 cleanup\nls\n```\n",
            "```console\n$ ls\nb\n```\n",
        ] {
            assert_eq!(inputs(text).difference(&inputs(same)), None, "{same}");
        }
    }

    #[test]
    fn commands_and_attributes_of_the_run_are_inputs() {
        let text = "```bash\ntrue\n```\n```bash\nls\n```\n";
        for attributes in [
            "stdin=\"y\"",
            "until=x",
            "lines=2",
            "for=1s",
            "timeout=9s",
            "retry=1s",
            "tty",
            "guard",
            "engine=26",
        ] {
            let other = text.replace("```\n```bash", &format!("```\n```bash {attributes}"));
            let found = inputs(&other).difference(&inputs(text));
            assert_eq!(found, Some(InputDifference::Step(1)), "{attributes}");
        }
        let fewer = inputs("```bash\ntrue\n```\n");
        assert_eq!(fewer.difference(&inputs(text)), Some(InputDifference::Step(1)));
        assert_eq!(inputs(text).difference(&fewer), Some(InputDifference::Step(1)));
        let changed = inputs(&text.replace("ls", "ls "));
        assert_eq!(changed.difference(&inputs(text)), None, "blanks around a command do not count");
    }

    #[test]
    fn files_are_inputs_of_the_step_after_them() {
        let text = "```bash\nls\n```\n```text file=a\nx\n```\n```bash\nls\n```\n";
        for other in [
            text.replace("x\n", "y\n"),
            text.replace("=a", "=b"),
            text.replace("=a", "=a append"),
            text.replace("=a", "=a mode=755"),
            text.replace(" file=a", ""),
        ] {
            let found = inputs(&other).difference(&inputs(text));
            assert_eq!(found, Some(InputDifference::Step(1)), "{other}");
        }
        for same in [
            text.replace("text file=a", "yaml title=b file=\"a\" hidden"),
            format!("{text}```text file=c\nunused\n```\n"),
        ] {
            assert_eq!(inputs(&same).difference(&inputs(text)), None, "{same}");
        }
    }

    #[test]
    fn values_are_inputs_of_the_steps_that_use_them() {
        use crate::extract::extract_with;
        use crate::model::values::{Reading, Values};
        let text = "```bash\nls\n```\n```bash\nls <name>\n```\n";
        let with = |value: &str, other: &str| {
            let table = [("<name>", value), ("OTHER", other)];
            let table = table.map(|(name, value)| (name.to_owned(), value.to_owned()));
            let reading =
                Reading { values: Values::new(table.into()).unwrap().into(), ..Reading::default() };
            let scenario = extract_with(Path::new("c.md"), text, Extensions::default(), &reading);
            Inputs::new(&scenario, &Settings::default(), BTreeMap::new(), BTreeMap::new())
        };
        assert_eq!(with("a", "x").difference(&with("a", "y")), None);
        assert_eq!(with("a", "x").difference(&with("b", "x")), Some(InputDifference::Step(1)));
        let written_out = inputs("```bash\nls\n```\n```bash\nls a\n```\n");
        assert_eq!(with("a", "x").difference(&written_out), None, "the same would run");
    }

    #[test]
    fn the_expectations_of_a_retried_step_are_inputs() {
        let text = "```bash retry=1s\nls\n```\n```output\na\n```\n";
        let other = text.replace("a\n", "b\n");
        assert_eq!(inputs(&other).difference(&inputs(text)), Some(InputDifference::Step(0)));
    }

    #[test]
    fn settings_and_recipes_are_inputs() {
        let old = inputs("```bash\nls\n```\n");
        let mut new = old.clone();
        new.environment.insert("A".into(), "b".into());
        assert_eq!(new.difference(&old), Some(InputDifference::Settings));
        let new = Inputs { packages: vec!["tree".to_owned()], ..old.clone() };
        assert_eq!(new.difference(&old), Some(InputDifference::Settings));
        let recipes = [("alpine".to_owned(), "0".to_owned())].into();
        let new = Inputs { recipes, ..old.clone() };
        assert_eq!(new.difference(&old), Some(InputDifference::Recipe("alpine".into())));
        assert_eq!(old.difference(&new), Some(InputDifference::Recipe("alpine".into())));
        let pins = [("alpine".to_owned(), "sha256:0".to_owned())].into();
        let new = Inputs { pins, ..old.clone() };
        assert_eq!(new.difference(&old), Some(InputDifference::Pin("alpine".into())));
        assert_eq!(old.difference(&new), Some(InputDifference::Pin("alpine".into())));
    }

    #[test]
    fn a_recording_without_pins_has_the_same_text_as_before_they_existed() {
        let old = inputs("```bash\nls\n```\n");
        let json = serde_json::to_value(&old).unwrap();
        let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["environment", "timeout_ms", "recipes", "steps"]);
        assert_eq!(serde_json::from_value::<Inputs>(json).unwrap(), old);
    }
}
