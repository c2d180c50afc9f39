//! The report as JSON. Its fields are a contract: they may be added, but are never renamed.

use serde::Serialize;

use super::{Chapter, Part, Report, Summary};
use crate::model::finding::{Code, Finding, Severity};
use crate::model::recording::{Chunk, CommandRecording, Effect, Engine};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::Step;
use crate::model::status::StepStatus;
use crate::model::stream::Columns;
use crate::text::json::indented;
use crate::text::position::LineStarts;
use crate::text::splice::Edit;

/// Formats the report as one indented JSON object, with a line feed at the end.
///
/// # Errors
///
/// Those of serde_json, which do not occur with plain data.
pub(crate) fn json(report: &Report) -> serde_json::Result<String> {
    let document = Document {
        schema: 1,
        engine: report.engine.as_ref(),
        partition: report.part.map(JsonPart::from),
        summary: report.summary(),
        chapters: report
            .chapters
            .iter()
            .map(JsonChapter::from)
            .chain(report.files.iter().map(JsonChapter::from))
            .collect(),
    };
    indented(&document)
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    engine: Option<&'a Engine>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partition: Option<JsonPart>,
    summary: Summary,
    chapters: Vec<JsonChapter<'a>>,
}

#[derive(Serialize)]
struct JsonPart {
    number: usize,
    of: usize,
    of_chapters: usize,
}

impl From<Part> for JsonPart {
    fn from(Part { partition, of_chapters }: Part) -> Self {
        Self { number: partition.index() + 1, of: partition.of().get(), of_chapters }
    }
}

#[derive(Serialize)]
struct JsonChapter<'a> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    engine_version: Option<&'a str>,
    steps: Vec<JsonStep<'a>>,
    findings: Vec<JsonFinding<'a>>,
}

#[derive(Serialize)]
struct JsonStep<'a> {
    line: usize,
    commands: Vec<Command<'a>>,
    status: StepStatus,
    /// The versions of the engine that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    for_engine: Option<String>,
    effects: &'a [Effect],
}

#[derive(Serialize)]
struct Command<'a> {
    command: &'a str,
    /// `null` if the command did not end by itself.
    exit: Option<i32>,
    transcript: &'a [Chunk],
    #[serde(skip_serializing_if = "Option::is_none")]
    omitted_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    terminal_columns: Option<u16>,
    duration_ms: u64,
}

#[derive(Serialize)]
struct JsonFinding<'a> {
    code: Code,
    severity: Severity,
    path: String,
    line: usize,
    column: usize,
    message: &'a str,
    help: Option<&'a str>,
    remedies: Vec<JsonRemedy<'a>>,
}

#[derive(Serialize)]
struct JsonRemedy<'a> {
    title: &'a str,
    basis: Basis,
    edits: Vec<JsonEdit>,
}

/// Replaces the text from one position up to another one.
#[derive(Serialize)]
struct JsonEdit {
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: String,
}

impl<'a> From<&'a Chapter> for JsonChapter<'a> {
    fn from(chapter: &'a Chapter) -> Self {
        let steps = chapter.steps().iter().zip(chapter.statuses()).enumerate();
        let (text, lines) = (chapter.text(), LineStarts::of(chapter.text()));
        Self {
            path: chapter.path.display().to_string(),
            engine_version: chapter.engine.as_ref().map(|engine| engine.version.as_str()),
            steps: steps
                .map(|(index, (step, status))| {
                    JsonStep::new(step, (chapter.commands(index), chapter.effects(index)), status)
                })
                .collect(),
            findings: chapter
                .findings
                .iter()
                .map(|finding| JsonFinding::new(finding, (text, &lines)))
                .collect(),
        }
    }
}

impl<'a> From<&'a Finding> for JsonChapter<'a> {
    fn from(finding: &'a Finding) -> Self {
        let path = finding.path.display().to_string();
        let findings = vec![JsonFinding::new(finding, ("", &LineStarts::of("")))];
        Self { path, engine_version: None, steps: Vec::new(), findings }
    }
}

impl<'a> JsonStep<'a> {
    fn new(
        step: &Step,
        (commands, effects): (&'a [CommandRecording], &'a [Effect]),
        status: StepStatus,
    ) -> Self {
        let commands = commands.iter().map(Command::from).collect();
        let for_engine = step.attributes.engine.as_ref().map(ToString::to_string);
        Self { line: step.line, commands, status, for_engine, effects }
    }
}

impl<'a> From<&'a CommandRecording> for Command<'a> {
    fn from(command: &'a CommandRecording) -> Self {
        let omitted = command.transcript.omitted_bytes;
        Self {
            command: &command.command,
            exit: command.end.status(),
            transcript: &command.transcript.chunks,
            omitted_bytes: (omitted > 0).then_some(omitted),
            terminal_columns: command.transcript.terminal.map(Columns::get),
            duration_ms: command.duration_ms,
        }
    }
}

impl<'a> JsonFinding<'a> {
    fn new(finding: &'a Finding, text: (&str, &LineStarts)) -> Self {
        Self {
            code: finding.code,
            severity: finding.severity,
            path: finding.path.display().to_string(),
            line: finding.line,
            column: finding.column,
            message: &finding.message,
            help: finding.help.as_deref(),
            remedies: finding.remedies.iter().map(|remedy| JsonRemedy::new(remedy, text)).collect(),
        }
    }
}

impl<'a> JsonRemedy<'a> {
    fn new(remedy: &'a Remedy, (text, lines): (&str, &LineStarts)) -> Self {
        let edit = |edit: Edit| {
            let (line, column) = lines.line_and_column(text, edit.range.start);
            let (end_line, end_column) = lines.line_and_column(text, edit.range.end);
            JsonEdit { line, column, end_line, end_column, text: edit.text }
        };
        let edits = remedy.edits_of(text).into_iter().map(edit).collect();
        Self { title: &remedy.title, basis: remedy.basis, edits }
    }
}
