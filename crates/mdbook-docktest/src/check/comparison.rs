//! The comparison of what commands have printed with an expectation.

use std::borrow::Cow;

use crate::expect::{Bindings, Mismatch, Pattern, Placeholders, TwoStreams, in_expected_order};
use crate::model::page_id::with_page_ids;
use crate::model::recording::{CommandRecording, End, Transcript};
use crate::model::scenario::{Expectation, OutputAttributes};
use crate::model::stream::{Stream, Streams};
use crate::terminal;

/// Returns the output of commands in the form that an expectation is compared with: the text that a
/// terminal would show in the end, as on the page; or the exact bytes for `exact`. In a `console`
/// block, blank lines before the output are dropped, as they are from the expectation.
pub(crate) fn printed(commands: &[CommandRecording], attributes: OutputAttributes) -> String {
    let OutputAttributes { streams, in_session, .. } = attributes;
    let all: String = commands.iter().map(|command| shown(command, streams, attributes)).collect();
    if in_session { without_blank_start(&all) } else { all }
}

/// As [`printed`], with what is in no particular order in the order of the expectation, whose names have the values of
/// `bindings`.
pub(crate) fn printed_for(
    commands: &[CommandRecording],
    expectation: &Expectation,
    bindings: &Bindings,
) -> String {
    let text = printed(commands, expectation.attributes);
    match ordered_for(&text, expectation, bindings) {
        Cow::Borrowed(_) => text,
        Cow::Owned(ordered) => ordered,
    }
}

/// Returns output with what is in no particular order in the order of the expectation.
fn ordered_for<'a>(text: &'a str, expectation: &Expectation, bindings: &Bindings) -> Cow<'a, str> {
    if expectation.attributes.exact {
        return Cow::Borrowed(text);
    }
    in_expected_order(&expectation.text, text, bindings)
}

/// Returns the pattern of an expectation.
pub(crate) fn pattern(expectation: &Expectation, placeholders: &Placeholders) -> Pattern {
    parse(&expectation.text, expectation, placeholders)
}

/// Parses a text as part of an expectation.
pub(super) fn parse(text: &str, expectation: &Expectation, placeholders: &Placeholders) -> Pattern {
    if expectation.attributes.exact {
        Pattern::exact(text)
    } else {
        Pattern::parse(text, placeholders)
    }
}

/// Compares the output of commands with an expectation, whose pattern is `pattern`. If it matches, names are bound.
///
/// The order between standard output and standard error is a matter of chance, unless a command has a terminal. So an
/// expectation of both streams is compared with all orders.
///
/// # Errors
/// The differences.
pub(crate) fn compare(
    commands: &[CommandRecording],
    expectation: &Expectation,
    pattern: &Pattern,
    bindings: &mut Bindings,
) -> Result<(), Mismatch> {
    let texts = Texts { commands, expectation, is_whole: true };
    texts.compare(pattern, bindings)
}

/// Compares what commands had printed before they were stopped. Lines that are still missing at the end are no difference.
/// Names are not bound.
///
/// # Errors
/// The differences.
pub(super) fn compare_start(
    commands: &[CommandRecording],
    expectation: &Expectation,
    pattern: &Pattern,
    bindings: &Bindings,
) -> Result<(), Mismatch> {
    let texts = Texts { commands, expectation, is_whole: false };
    match texts.compare(pattern, &mut bindings.clone()) {
        Err(mismatch) if !mismatch.is_only_missing_the_end() => Err(mismatch),
        _ => Ok(()),
    }
}

/// Whether the order of the output is a matter of chance.
pub(super) fn depends_on_order(commands: &[CommandRecording], expectation: &Expectation) -> bool {
    Texts { commands, expectation, is_whole: true }.has_two_streams()
}

struct Texts<'a> {
    commands: &'a [CommandRecording],
    expectation: &'a Expectation,
    /// Whether the commands have printed everything; else, a line without a line feed may go on.
    is_whole: bool,
}

impl Texts<'_> {
    fn compare(&self, pattern: &Pattern, bindings: &mut Bindings) -> Result<(), Mismatch> {
        let recorded = |bindings: &mut Bindings| {
            let printed = printed(self.commands, self.expectation.attributes);
            let result = pattern.matches(self.finished(&printed), bindings);
            if result.is_ok() {
                return result;
            }
            // Most output is in the expected order, or has only one.
            match ordered_for(&printed, self.expectation, bindings) {
                Cow::Borrowed(_) => result,
                Cow::Owned(ordered) => pattern.matches(self.finished(&ordered), bindings),
            }
        };
        if !self.has_two_streams() {
            return recorded(bindings);
        }
        // Most recordings match as they are. The values of names must not depend on the order of the recording.
        if !pattern.has_names() && recorded(bindings).is_ok() {
            return Ok(());
        }
        let OutputAttributes { in_session, .. } = self.expectation.attributes;
        let text = |command: &CommandRecording, streams| {
            let shown = shown(command, streams, self.expectation.attributes);
            self.finished(&ordered_for(&shown, self.expectation, bindings)).to_owned()
        };
        let two_streams = |command| TwoStreams {
            stdout: text(command, Streams::Stdout),
            stderr: text(command, Streams::Stderr),
        };
        let commands: Vec<TwoStreams> = self.commands.iter().map(two_streams).collect();
        let in_any_order = pattern.matches_in_any_order(&commands, in_session, bindings);
        in_any_order.unwrap_or_else(|| recorded(bindings))
    }

    /// Whether both streams are compared, and a command has printed on both.
    fn has_two_streams(&self) -> bool {
        let prints = |transcript: &Transcript, stream| {
            transcript.chunks.iter().any(|chunk| chunk.stream == stream && !chunk.text.is_empty())
        };
        self.expectation.attributes.streams == Streams::Both
            && self.commands.iter().map(|command| &command.transcript).any(|transcript| {
                prints(transcript, Stream::Stdout) && prints(transcript, Stream::Stderr)
            })
    }

    fn finished<'t>(&self, text: &'t str) -> &'t str {
        if self.is_whole {
            return text;
        }
        text.rfind('\n').map_or("", |end| &text[..=end])
    }
}

/// The output of a command, with the page's IDs in the place of the run's.
fn shown(command: &CommandRecording, streams: Streams, attributes: OutputAttributes) -> String {
    let transcript = &command.transcript;
    let text = if attributes.exact {
        transcript.output_of(streams)
    } else if attributes.with_answers
        && transcript.terminal.is_some()
        && command.end != End::Stopped
    {
        terminal::output_with_answers(transcript)
    } else {
        terminal::output(transcript, streams)
    };
    match with_page_ids(&text, &command.page_ids) {
        Cow::Borrowed(_) => text,
        Cow::Owned(text) => text,
    }
}

fn without_blank_start(text: &str) -> String {
    text.split_inclusive('\n').skip_while(|line| line.trim().is_empty()).collect()
}

#[cfg(test)]
mod tests;
