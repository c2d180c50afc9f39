//! What a chapter's results depend on: where that is the same, a recording stands for a run.
//!
//! Prose, the place of steps in the text, how they are shown and what is expected of them is not part
//! of it: a recording is judged anew each time.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::book::settings::Settings;
use crate::model::scenario::{ExitExpectation, Follow, Scenario, Step};
use crate::model::stream::Columns;
use crate::text::digest::digest;

/// What a chapter's results depend on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inputs {
    /// What `book.toml` adds to the environment of steps.
    #[serde(default)]
    pub environment: BTreeMap<String, String>,
    /// How long a step may take that does not say so itself, in milliseconds.
    pub timeout_ms: u64,
    /// A digest of the recipe of each image that is provided and named by a step.
    #[serde(default)]
    pub recipes: BTreeMap<String, String>,
    /// A digest of each step that runs: its commands, and the attributes that decide how they run.
    pub steps: Vec<String>,
}

impl Inputs {
    /// Those of a chapter. `recipes` gives the digest of the recipe of an image that a book provides,
    /// for each that the steps name.
    pub fn of(scenario: &Scenario, settings: &Settings, recipes: BTreeMap<String, String>) -> Self {
        let steps = scenario.steps_that_run();
        Self {
            environment: settings.environment.clone(),
            timeout_ms: u64::try_from(settings.timeout.as_millis()).unwrap_or(u64::MAX),
            recipes,
            steps: steps.map(|(_, step)| digest_of(step, settings)).collect(),
        }
    }

    /// How these differ from what a recording was made with.
    pub fn difference(&self, recorded: &Self) -> Option<InputDifference> {
        let Self { environment, timeout_ms, recipes, steps } = self;
        let settings = *environment == recorded.environment && *timeout_ms == recorded.timeout_ms;
        if *steps != recorded.steps {
            let same =
                steps.iter().zip(&recorded.steps).take_while(|(new, old)| new == old).count();
            Some(InputDifference::Step(same))
        } else if !settings {
            Some(InputDifference::Settings)
        } else {
            let differs = |image: &&String| recipes.get(*image) != recorded.recipes.get(*image);
            let images = recipes.keys().chain(recorded.recipes.keys());
            images.into_iter().find(differs).map(|image| InputDifference::Recipe(image.clone()))
        }
    }
}

/// What is other than it was when a recording was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InputDifference {
    /// The step with this number among those that run, counted from 0: it is another, it is new, or,
    /// past the last one, there were more.
    Step(usize),
    /// The environment of the steps or their timeout.
    Settings,
    /// The recipe of an image.
    Recipe(String),
}

/// What decides how a step runs, in a form that can be hashed. Fields are added with a value that is
/// left out where it is not used, so that recordings stay current.
#[derive(Serialize)]
struct StepInputs<'a> {
    commands: Vec<&'a str>,
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
}

/// What decides when a step that is run again and again is run no more.
#[derive(Serialize)]
struct RetryInputs<'a> {
    for_ms: u128,
    exit: Option<i32>,
    expectations: Vec<&'a str>,
    placeholders: Vec<(&'a str, &'a str)>,
}

fn digest_of(step: &Step, settings: &Settings) -> String {
    let attributes = &step.attributes;
    let (mut until, mut lines, mut for_ms) = (None, None, None);
    match &attributes.follow {
        Some(Follow::Until(regex)) => until = Some(regex.as_str()),
        Some(Follow::Lines(count)) => lines = Some(*count),
        Some(Follow::For(time)) => for_ms = Some(time.as_millis()),
        None => {}
    }
    let of_commands = step.commands.iter().filter_map(|command| command.expectation.as_ref());
    let expectations = of_commands.chain(&step.expectation);
    let inputs = StepInputs {
        commands: step.commands.iter().map(|command| command.text.as_str()).collect(),
        stdin: attributes.stdin.as_deref(),
        until,
        lines,
        for_ms,
        timeout_ms: attributes.timeout.map(|time| time.as_millis()),
        columns: attributes.tty.map(Columns::get),
        retry: attributes.retry.map(|time| RetryInputs {
            for_ms: time.as_millis(),
            exit: match attributes.exit {
                ExitExpectation::Code(code) => Some(code),
                ExitExpectation::Any => None,
            },
            expectations: expectations.map(|expectation| expectation.text.as_str()).collect(),
            placeholders: settings.placeholders.own().collect(),
        }),
    };
    // Plain data has no way to fail.
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
        Inputs::of(&scenario, &Settings::default(), BTreeMap::new())
    }

    #[test]
    fn prose_presentation_and_expectations_make_no_difference() {
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
    fn what_decides_how_steps_run_makes_one() {
        let text = "```bash\ntrue\n```\n```bash\nls\n```\n";
        for attributes in
            ["stdin=\"y\"", "until=x", "lines=2", "for=1s", "timeout=9s", "retry=1s", "tty"]
        {
            let other = text.replace("```\n```bash", &format!("```\n```bash {attributes}"));
            let found = inputs(&other).difference(&inputs(text));
            assert_eq!(found, Some(InputDifference::Step(1)), "{attributes}");
        }
        let fewer = inputs("```bash\ntrue\n```\n");
        assert_eq!(fewer.difference(&inputs(text)), Some(InputDifference::Step(1)));
        assert_eq!(inputs(text).difference(&fewer), Some(InputDifference::Step(1)));
        let changed = inputs(&text.replace("ls", "ls "));
        assert_eq!(
            changed.difference(&inputs(text)),
            None,
            "blanks around a command are none of it"
        );
    }

    #[test]
    fn what_a_step_waits_for_is_a_part_of_it() {
        let text = "```bash retry=1s\nls\n```\n```output\na\n```\n";
        let other = text.replace("a\n", "b\n");
        assert_eq!(inputs(&other).difference(&inputs(text)), Some(InputDifference::Step(0)));
    }

    #[test]
    fn settings_and_recipes_make_a_difference() {
        let old = inputs("```bash\nls\n```\n");
        let mut new = old.clone();
        new.environment.insert("A".into(), "b".into());
        assert_eq!(new.difference(&old), Some(InputDifference::Settings));
        let recipes = [("alpine".to_owned(), "0".to_owned())].into();
        let new = Inputs { recipes, ..old.clone() };
        assert_eq!(new.difference(&old), Some(InputDifference::Recipe("alpine".into())));
        assert_eq!(old.difference(&new), Some(InputDifference::Recipe("alpine".into())));
    }
}
