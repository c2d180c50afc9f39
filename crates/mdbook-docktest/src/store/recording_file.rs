//! A recording as a file: JSON that people can read and review, one line for each chunk of output.
//!
//! Its last line is a checksum of all above it. It keeps nobody from forging a recording; it tells
//! one that was edited by hand, merged badly or cut off from one that a run has left.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::model::recording::{Engine, Image, Leftover, Origin, Recording, StepRecording};
use crate::model::scenario::Scenario;
use crate::store::inputs::Inputs;
use crate::text::digest::hexadecimal;

/// The version of the form. Fields are added, never renamed; whatever else changes raises it.
const SCHEMA: u32 = 1;

/// What stands before the checksum.
const CHECKSUM: &str = "\n  \"checksum\": \"";

/// A chapter's recording, and what it depends on.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingFile {
    /// The recording, with an entry for each step that was run and none for others.
    recording: Recording,
    /// What it depends on.
    pub inputs: Inputs,
}

/// Why a text is no recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingFileError {
    /// It is not JSON of the right form, perhaps because it was cut off.
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    /// It is of another version.
    #[error("it has version {found}, and this program reads version {SCHEMA}")]
    Version {
        /// The version.
        found: u32,
    },
    /// Its checksum is not that of its content.
    #[error("its checksum is not that of its content: it was edited by hand, or merged")]
    Checksum,
}

impl RecordingFileError {
    /// The line that it is about, counted from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::Form(error) => error.line().max(1),
            _ => 1,
        }
    }
}

/// The file's fields, in their order.
#[derive(Serialize, Deserialize)]
struct Document {
    schema: u32,
    /// The version of the program that made it.
    program: String,
    recorded_at: String,
    engine: Engine,
    #[serde(default)]
    images: Vec<Image>,
    inputs: Inputs,
    steps: Vec<StepRecording>,
    #[serde(default)]
    leftovers: Vec<Leftover>,
}

#[derive(Deserialize)]
struct Version {
    schema: u32,
}

impl RecordingFile {
    /// What is kept of a chapter's run.
    pub fn new(scenario: &Scenario, recording: &Recording, inputs: Inputs) -> Self {
        let mut recording = recording.clone();
        let runs: Vec<usize> = scenario.steps_that_run().map(|(index, _)| index).collect();
        recording.steps =
            runs.iter().filter_map(|step| recording.steps.get(*step)).cloned().collect();
        // Steps that are not run are none of a recording: their number may change.
        for leftover in &mut recording.leftovers {
            leftover.step = runs.partition_point(|step| *step < leftover.step);
        }
        Self { recording, inputs }
    }

    /// The recording, with an entry for each step of a scenario with the same [`Inputs`].
    pub fn recording(self, scenario: &Scenario) -> Recording {
        let mut recording = Recording { origin: Origin::File, ..self.recording };
        let runs: Vec<usize> = scenario.steps_that_run().map(|(index, _)| index).collect();
        let mut recorded = recording.steps.into_iter();
        recording.steps = scenario
            .steps
            .iter()
            .map(|step| match step.attributes.ignore {
                true => StepRecording::Ignored,
                false => recorded.next().unwrap_or(StepRecording::Skipped),
            })
            .collect();
        recording.leftovers.retain(|leftover| leftover.step < runs.len());
        for leftover in &mut recording.leftovers {
            leftover.step = runs[leftover.step];
        }
        recording
    }

    /// The recording as it is in the file.
    pub(crate) fn recorded(&self) -> &Recording {
        &self.recording
    }

    /// The file's text.
    ///
    /// # Errors
    /// Those of serde_json; plain data as this gives none.
    pub fn to_text(&self) -> serde_json::Result<String> {
        let Recording { engine, images, steps, leftovers, recorded_at, .. } =
            self.recording.clone();
        let document = Document {
            schema: SCHEMA,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            recorded_at,
            engine,
            images,
            inputs: self.inputs.clone(),
            steps,
            leftovers,
        };
        let mut text = String::new();
        write(&serde_json::to_value(&document)?, 0, &mut text);
        let body = format!("{},", text.strip_suffix("\n}").unwrap_or(&text));
        Ok(format!("{body}{CHECKSUM}{}\"\n}}\n", checksum(&body)))
    }

    /// Reads a file's text.
    ///
    /// # Errors
    /// When it is not what [`Self::to_text`] gives.
    pub fn parse(text: &str) -> Result<Self, RecordingFileError> {
        let document = serde_json::from_str::<Document>(text);
        let version = match &document {
            Ok(document) => Some(document.schema),
            Err(_) => serde_json::from_str::<Version>(text).ok().map(|version| version.schema),
        };
        if let Some(found) = version.filter(|found| *found != SCHEMA) {
            return Err(RecordingFileError::Version { found });
        }
        let document = document?;
        // On Windows, git can end lines otherwise; those within strings are escaped.
        let unix = text.contains('\r').then(|| text.replace("\r\n", "\n"));
        let text = unix.as_deref().unwrap_or(text);
        let is_whole = text.rsplit_once(CHECKSUM).is_some_and(|(body, rest)| {
            rest.strip_suffix("\"\n}\n").is_some_and(|found| found == checksum(body))
        });
        if !is_whole {
            return Err(RecordingFileError::Checksum);
        }
        let Document { engine, images, inputs, steps, leftovers, recorded_at, .. } = document;
        let recording =
            Recording { engine, images, steps, leftovers, recorded_at, ..Recording::default() };
        Ok(Self { recording, inputs })
    }
}

fn checksum(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

/// Writes JSON with what holds no other objects or lists on one line.
fn write(value: &Value, indent: usize, text: &mut String) {
    let (open, close, entries): (_, _, Vec<(Option<&String>, &Value)>) = match value {
        Value::Object(map) if !is_leaf(value) => {
            ('{', '}', map.iter().map(|(key, value)| (Some(key), value)).collect())
        }
        Value::Array(list) if !is_leaf(value) => {
            ('[', ']', list.iter().map(|value| (None, value)).collect())
        }
        _ => return text.push_str(&leaf(value)),
    };
    text.push(open);
    for (index, (key, value)) in entries.into_iter().enumerate() {
        text.push_str(if index == 0 { "\n" } else { ",\n" });
        text.push_str(&"  ".repeat(indent + 1));
        if let Some(key) = key {
            text.push_str(&format!("{}: ", Value::from(key.as_str())));
        }
        write(value, indent + 1, text);
    }
    text.push('\n');
    text.push_str(&"  ".repeat(indent));
    text.push(close);
}

fn is_leaf(value: &Value) -> bool {
    let is_scalar = |value: &Value| !value.is_object() && !value.is_array();
    match value {
        Value::Object(map) => map.values().all(is_scalar),
        Value::Array(list) => list.is_empty(),
        _ => true,
    }
}

fn leaf(value: &Value) -> String {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let fields =
                map.iter().map(|(key, value)| format!("{}: {value}", Value::from(key.as_str())));
            format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests;
