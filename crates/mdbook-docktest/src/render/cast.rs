//! A recording as a terminal recording of asciinema, version 2
//! (<https://docs.asciinema.org/manual/asciicast/v2/>): a line of JSON about the whole, and one for each output.
//!
//! A recording has the time of each output since the start of its command, but not when a reader would type
//! the command. So each begins a second after the one before has ended.

use std::time::Duration;

use chrono::DateTime;
use serde_json::json;

use crate::model::recording::{CommandRecording, End, Recording, StepRecording};
use crate::model::scenario::{Command, Scenario};
use crate::model::stream::{Columns, Stream};
use crate::render::playback::LONGEST_SILENCE_MS;
use crate::terminal::ROWS;

/// The time before a command.
const PAUSE: Duration = Duration::from_secs(1);
/// The time between two lines of a recording without times.
const LINE: Duration = Duration::from_millis(100);

/// A terminal recording.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cast {
    /// The content of the file.
    pub(crate) text: String,
    /// The commands of which the recording has no times.
    pub(crate) untimed: Vec<String>,
}

/// Returns the steps of a chapter for which `is_selected`, given their index, as a terminal recording; `None` if
/// none of them ran. Hidden steps are left out, as they are on the page.
pub(crate) fn cast(
    title: &str,
    scenario: &Scenario,
    recording: &Recording,
    is_selected: impl Fn(usize) -> bool,
) -> Option<Cast> {
    let mut writer = Writer::default();
    let mut columns = None;
    let steps = scenario.steps.iter().zip(&recording.steps).enumerate();
    for (index, (step, recorded)) in steps {
        let StepRecording::Ran { commands, .. } = recorded else { continue };
        if step.attributes.hidden || !is_selected(index) {
            continue;
        }
        for (own, command) in step.commands.iter().zip(commands) {
            columns = columns.max(command.transcript.terminal.map(u16::from));
            writer.command(own, command, !step.attributes.no_output);
        }
    }
    if writer.events.is_empty() {
        return None;
    }
    let mut header = json!({
        "version": 2,
        // Of outputs that were not written to a terminal, too.
        "width": columns.unwrap_or_else(|| Columns::default().into()),
        "height": ROWS,
        // Players shorten longer silences, as pages do.
        "idle_time_limit": Duration::from_millis(LONGEST_SILENCE_MS).as_secs_f64(),
        "title": title,
        "env": {"TERM": "xterm-256color"},
    });
    if let Ok(time) = DateTime::parse_from_rfc3339(&recording.recorded_at) {
        header["timestamp"] = json!(time.timestamp());
    }
    let Writer { events, untimed, .. } = writer;
    Some(Cast { text: format!("{header}\n{events}"), untimed })
}

/// The events of a terminal recording.
#[derive(Debug, Default)]
struct Writer {
    events: String,
    now: Duration,
    /// Whether the last line has not ended.
    is_in_line: bool,
    untimed: Vec<String>,
}

impl Writer {
    /// Adds a command, and what it printed.
    fn command(&mut self, own: &Command, command: &CommandRecording, has_output: bool) {
        if self.is_in_line {
            self.output("\r\n");
        }
        let prompt = if own.is_typed() { command.transcript.prompt.as_deref() } else { None };
        self.output(prompt.unwrap_or("$ "));
        self.now += PAUSE;
        // From the chapter and not from the recording, which is only trusted for output.
        let text = own.text.trim_end().replace('\n', "\r\n> ");
        self.output(&format!("{text}\r\n"));
        if has_output {
            self.transcript(command);
        }
    }

    fn transcript(&mut self, command: &CommandRecording) {
        let chunks = &command.transcript.chunks;
        let is_at_terminal = command.transcript.terminal.is_some();
        let lines = chunks.iter().map(|chunk| chunk.text.matches('\n').count()).sum::<usize>();
        let is_timed =
            lines < 2 || command.duration_ms > 0 || chunks.iter().any(|chunk| chunk.at_ms > 0);
        if !is_timed {
            self.untimed.push(command.command.lines().next().unwrap_or_default().to_owned());
        }
        let start = self.now;
        let at = |milliseconds| start.saturating_add(Duration::from_millis(milliseconds));
        for chunk in chunks {
            let text = match is_at_terminal {
                true => chunk.text.clone(),
                false => chunk.text.replace("\r\n", "\n").replace('\n', "\r\n"),
            };
            if is_timed {
                self.now = self.now.max(at(chunk.at_ms));
                self.output(&text);
            } else {
                for line in text.split_inclusive('\n') {
                    self.now += LINE;
                    self.output(line);
                }
            }
        }
        let is_interrupted = chunks
            .iter()
            .any(|chunk| chunk.stream == Stream::Typed && chunk.text.trim_end().ends_with("^C"));
        if command.end == End::Stopped && !is_interrupted {
            self.output("^C");
        }
        self.now = self.now.max(at(command.duration_ms));
    }

    fn output(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.is_in_line = !text.ends_with('\n');
        let milliseconds = u32::try_from(self.now.as_millis()).unwrap_or(u32::MAX);
        let event = json!([f64::from(milliseconds) / 1000.0, "o", text]);
        self.events.push_str(&format!("{event}\n"));
    }
}

#[cfg(test)]
mod tests;
