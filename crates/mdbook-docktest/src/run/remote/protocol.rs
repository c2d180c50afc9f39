//! What is said between the program that an author has started and the one that runs a chapter for it in
//! another place, such as a container: lines of JSON, on the standard input and output of the latter.
//!
//! First comes a [`Request`]. It has the chapter's text rather than its steps: both sides read the same steps
//! from it, as they are the same program. The answer is a series of [`Event`]s. The end of the input before
//! the last event cancels the run.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::check::lints::Lints;
use crate::model::markdown::Extensions;
use crate::model::recording::{Image, Recording};
use crate::run::ImageAction;
use crate::run::images::Stored;

/// The version of the protocol. Any change to what is said changes it.
pub(crate) const VERSION: u32 = 1;

/// The most characters of a [`Event::Part`]: whoever reads lines may split those of more than a megabyte.
const PART: usize = 100_000;

/// A chapter to run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Request {
    /// [`VERSION`].
    pub(crate) version: u32,
    /// The chapter's path, for messages.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) extensions: Extensions,
    /// How many of its steps are to run, from the first one on.
    pub(crate) steps: usize,
    pub(crate) settings: RunSettings,
    /// The images of an earlier recording.
    pub(crate) used_before: Vec<Image>,
    pub(crate) fail_fast: bool,
}

/// The settings of a book that a run depends on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct RunSettings {
    pub(crate) timeout: Duration,
    /// In bytes.
    pub(crate) memory: Option<u64>,
    pub(crate) processes: Option<u32>,
    /// In bytes.
    pub(crate) disk: Option<u64>,
    pub(crate) environment: BTreeMap<String, String>,
    pub(crate) placeholders: BTreeMap<String, String>,
    pub(crate) values: BTreeMap<String, String>,
    pub(crate) lints: Lints,
    pub(crate) images: Vec<NamedImage>,
}

/// An image that the book names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct NamedImage {
    /// As it is written in book.toml.
    pub(crate) name: String,
    /// The digest that the book pins it to.
    pub(crate) pin: Option<String>,
    pub(crate) recipe: Option<Recipe>,
}

/// A recipe, whose files stay with the author.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Recipe {
    /// What distinguishes its directory from others.
    pub(crate) source: String,
    /// The digest of its files.
    pub(crate) digest: String,
}

/// What happens in a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Event {
    Progress(Progress),
    /// Nothing else happens until a line with an [`Answer`] comes.
    Question(Question),
    /// A part of the JSON text of the [`Outcome`].
    Part(String),
    /// All parts have come.
    End,
}

/// [`crate::run::Progress`], with the number of a step instead of the step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Progress {
    Engine,
    Image {
        reference: String,
        action: ImageAction,
    },
    Notice(String),
    Recipe(String),
    /// The step's number, counted from 1.
    Step(usize),
}

/// What a run needs of the program that has asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Question {
    /// The build context of an image's recipe, after its `prepare`, as a tar archive in the file `into` where
    /// the chapter runs.
    Context { reference: String, into: PathBuf },
    /// Whether the Docker that the author has named has an image.
    Stored { reference: String },
    /// That image, as `docker image save` writes it, in the file `into` where the chapter runs.
    Save { id: String, into: PathBuf },
}

/// The answer to a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Answer {
    /// The file is written.
    Written,
    Stored(Stored),
    /// There is no such image.
    Missing,
    /// A recipe has failed. The text is the last line of its output.
    RecipeFailed(String),
    /// What was asked for is not possible.
    Failed(String),
}

/// How a run has ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// `None` if the chapter has no step to run.
    Recorded(Option<Box<Recording>>),
    Failed(Failure),
}

/// Why a chapter could not be run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Failure {
    /// No chapter can run there.
    NoEngine(String),
    /// A recipe of the book has failed. `refusal` is what the registry had said before.
    NoImage {
        reference: String,
        refusal: String,
        message: String,
    },
    /// The cause is a disk, a directory or a variable.
    Machine(String),
    Cancelled,
    /// Anything else, about this chapter.
    Other(String),
}

impl Event {
    /// The events that transfer an outcome.
    ///
    /// # Errors
    /// Those of serde_json, which serializing plain data does not cause.
    pub(crate) fn of_outcome(outcome: &Outcome) -> serde_json::Result<Vec<Self>> {
        let text = serde_json::to_string(outcome)?;
        let mut rest = text.as_str();
        let mut events = Vec::new();
        while !rest.is_empty() {
            let (part, after) = rest.split_at(rest.floor_char_boundary(PART));
            events.push(Self::Part(part.to_owned()));
            rest = after;
        }
        events.push(Self::End);
        Ok(events)
    }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use std::fmt::Debug;

    use super::*;

    /// What comes out of the JSON of a value, on one line.
    fn transferred<T: Serialize + DeserializeOwned>(value: &T) -> T {
        let line = serde_json::to_string(value).unwrap();
        assert!(!line.contains('\n'), "{line}");
        serde_json::from_str(&line).unwrap()
    }

    fn is_transferred<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
        assert_eq!(transferred(value), *value);
    }

    #[test]
    fn a_request_is_the_same_on_the_other_side() {
        let lints: Lints =
            serde_json::from_str(r#"{"leftover":"deny","exit-status":"warn"}"#).unwrap();
        let recipe = Recipe { source: "ab".to_owned(), digest: "cd".to_owned() };
        let image = NamedImage {
            name: "team/app".to_owned(),
            pin: Some(format!("sha256:{}", "a".repeat(64))),
            recipe: Some(recipe),
        };
        let table = |key: &str, value: &str| [(key.to_owned(), value.to_owned())].into();
        is_transferred(&Request {
            version: VERSION,
            path: "src/été.md".into(),
            text: "# Lab\n\n```bash\necho \"é\"\n```\n".to_owned(),
            extensions: Extensions {
                definition_lists: false,
                hidelines: table("bash", "#"),
                ..Extensions::default()
            },
            steps: 1,
            settings: RunSettings {
                timeout: Duration::from_millis(1500),
                memory: Some(1 << 30),
                processes: Some(500),
                disk: Some(1 << 31),
                environment: table("A", "b\nc"),
                placeholders: table("MINE", r"\d+"),
                values: table("<name>", "web"),
                lints,
                images: vec![image],
            },
            used_before: vec![],
            fail_fast: true,
        });
    }

    #[test]
    fn events_questions_and_answers_are_the_same_on_the_other_side() {
        let reference = || "alpine:latest".to_owned();
        let received =
            ImageAction::Received { layer: 1, layers: 2, bytes: 1 << 40, of_bytes: 1 << 41 };
        for event in [
            Event::Progress(Progress::Engine),
            Event::Progress(Progress::Image { reference: reference(), action: received }),
            Event::Progress(Progress::Notice("line".to_owned())),
            Event::Progress(Progress::Recipe("line".to_owned())),
            Event::Progress(Progress::Step(3)),
            Event::Question(Question::Context { reference: reference(), into: "/x".into() }),
            Event::Question(Question::Stored { reference: reference() }),
            Event::Question(Question::Save { id: reference(), into: "/x".into() }),
            Event::End,
        ] {
            is_transferred(&event);
        }
        for answer in [
            Answer::Written,
            Answer::Missing,
            Answer::Stored(Stored { id: "sha256:1".to_owned(), digest: None }),
            Answer::RecipeFailed("no network".to_owned()),
            Answer::Failed("disk full".to_owned()),
        ] {
            is_transferred(&answer);
        }
    }

    #[test]
    fn an_outcome_of_any_size_comes_in_parts() {
        let recording = Recording { recorded_at: "é".repeat(3 * PART), ..Recording::default() };
        for outcome in [
            Outcome::Recorded(None),
            Outcome::Recorded(Some(Box::new(recording))),
            Outcome::Failed(Failure::Cancelled),
        ] {
            let events = Event::of_outcome(&outcome).unwrap();
            let (end, parts) = events.split_last().unwrap();
            assert_eq!(*end, Event::End);
            let part = |event: &Event| match event {
                Event::Part(text) if text.len() <= PART => text.clone(),
                other => panic!("{other:?}"),
            };
            let text: String = parts.iter().map(part).collect();
            assert_eq!(serde_json::from_str::<Outcome>(&text).unwrap(), outcome);
        }
    }
}
