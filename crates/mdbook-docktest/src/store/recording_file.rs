//! A recording as a file: JSON that people can read and review, with one line for each chunk of output.
//!
//! The last line is a checksum of the text above it. It does not prevent forgery; it detects recordings
//! that were edited by hand, merged badly or cut off.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::model::recording::{
    Engine, Image, Leftover, LimitsHit, Origin, Recording, StepRecording, UnwrittenFile,
};
use crate::model::scenario::Scenario;
use crate::store::inputs::Inputs;
use crate::text::digest::hexadecimal;

/// The version of the format. New fields do not change it; any other change does.
const SCHEMA: u32 = 1;

/// The text before the checksum.
const CHECKSUM: &str = "\n  \"checksum\": \"";

/// A chapter's recording and its inputs.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordingFile {
    /// The recording. Ignored steps have no entry.
    recording: Recording,
    /// What the recording depends on.
    pub inputs: Inputs,
}

/// Why a text is not a valid recording.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RecordingFileError {
    /// The text is not JSON of this format; it may be cut off.
    #[error("{0}")]
    Form(#[from] serde_json::Error),
    /// The format has another version.
    #[error("unsupported version {found}: this program reads version {SCHEMA}")]
    Version {
        /// The version of the text.
        found: u32,
    },
    /// The checksum is missing or wrong.
    #[error("the checksum does not match: the file was edited by hand, merged or cut off")]
    Checksum,
}

impl RecordingFileError {
    /// The line of the error, counted from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::Form(error) => error.line().max(1),
            _ => 1,
        }
    }
}

/// The fields of the file, in order.
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    unwritten_files: Vec<UnwrittenFile>,
    #[serde(flatten)]
    limits: LimitsHit,
}

#[derive(Deserialize)]
struct Version {
    schema: u32,
}

impl RecordingFile {
    /// Makes the file of a chapter's run.
    pub fn new(scenario: &Scenario, recording: &Recording, inputs: Inputs) -> Self {
        let mut recording = recording.clone();
        let runs: Vec<usize> = scenario.steps_that_run().map(|(index, _)| index).collect();
        recording.steps =
            runs.iter().filter_map(|step| recording.steps.get(*step)).cloned().collect();
        // Ignored steps are not part of the file, so that authors can add and remove them.
        let place = |step: usize| runs.partition_point(|other| *other < step);
        for leftover in &mut recording.leftovers {
            leftover.step = place(leftover.step);
        }
        recording.limits = recording.limits.with_steps(|step| Some(place(step)));
        Self { recording, inputs }
    }

    /// The recording with an entry for each step of a scenario that has the same [`Inputs`].
    pub fn recording(self, scenario: &Scenario) -> Recording {
        let mut recording = Recording { origin: Origin::File, ..self.recording };
        let runs: Vec<usize> = scenario.steps_that_run().map(|(index, _)| index).collect();
        let mut recorded = recording.steps.into_iter();
        recording.steps = scenario
            .steps
            .iter()
            .map(|step| match step.runs() {
                false => StepRecording::Ignored,
                true => recorded.next().unwrap_or(StepRecording::Skipped),
            })
            .collect();
        recording.leftovers.retain(|leftover| leftover.step < runs.len());
        recording.unwritten_files.retain(|unwritten| unwritten.file < scenario.files.len());
        for leftover in &mut recording.leftovers {
            leftover.step = runs[leftover.step];
        }
        recording.limits = recording.limits.with_steps(|step| runs.get(step).copied());
        recording
    }

    /// What the recording has for a scenario with other [`Inputs`]: the results of the steps whose own inputs
    /// are the same, in the same order. The others are skipped. Nothing else of the recording is about
    /// the scenario.
    pub(crate) fn outdated(self, scenario: &Scenario, inputs: &Inputs) -> Recording {
        let old = self.recording.steps;
        let mut same = vec![None; inputs.steps.len()];
        for operation in capture_diff_slices(Algorithm::Myers, &self.inputs.steps, &inputs.steps) {
            if let DiffOp::Equal { old_index, new_index, len } = operation {
                for place in 0..len {
                    same[new_index + place] = old.get(old_index + place).cloned();
                }
            }
        }
        let mut same = same.into_iter();
        let steps = scenario.steps.iter().map(|step| match step.runs() {
            false => StepRecording::Ignored,
            true => same.next().flatten().unwrap_or(StepRecording::Skipped),
        });
        let Recording { engine, images, recorded_at, .. } = self.recording;
        let (steps, origin) = (steps.collect(), Origin::NotRun);
        Recording { engine, images, recorded_at, steps, origin, ..Recording::default() }
    }

    /// The recording as in the file, without ignored steps.
    pub(crate) fn recorded(&self) -> &Recording {
        &self.recording
    }

    /// Formats the file.
    ///
    /// # Errors
    /// Those of serde_json, which serializing plain data does not cause.
    pub fn to_text(&self) -> serde_json::Result<String> {
        let Recording {
            engine,
            images,
            steps,
            leftovers,
            unwritten_files,
            limits,
            recorded_at,
            ..
        } = self.recording.clone();
        let document = Document {
            schema: SCHEMA,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            recorded_at,
            engine,
            images,
            inputs: self.inputs.clone(),
            steps,
            leftovers,
            unwritten_files,
            limits,
        };
        let mut text = String::new();
        write(&serde_json::to_value(&document)?, 0, &mut text);
        let body = format!("{},", text.strip_suffix("\n}").unwrap_or(&text));
        Ok(format!("{body}{CHECKSUM}{}\"\n}}\n", checksum(&body)))
    }

    /// Parses the text of a file.
    ///
    /// # Errors
    /// If it is not what [`Self::to_text`] returns.
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
        // On Windows, git can change line endings. Those within strings are escaped.
        let unix = text.contains('\r').then(|| text.replace("\r\n", "\n"));
        let text = unix.as_deref().unwrap_or(text);
        let is_whole = text.rsplit_once(CHECKSUM).is_some_and(|(body, rest)| {
            rest.strip_suffix("\"\n}\n").is_some_and(|found| found == checksum(body))
        });
        if !is_whole {
            return Err(RecordingFileError::Checksum);
        }
        let Document {
            engine,
            images,
            inputs,
            steps,
            leftovers,
            unwritten_files,
            limits,
            recorded_at,
            ..
        } = document;
        let recording = Recording {
            engine,
            images,
            steps,
            leftovers,
            unwritten_files,
            limits,
            recorded_at,
            ..Recording::default()
        };
        Ok(Self { recording, inputs })
    }
}

fn checksum(text: &str) -> String {
    hexadecimal(&Sha256::digest(text.as_bytes()))
}

/// Writes JSON with objects and lists that contain no others on one line.
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
