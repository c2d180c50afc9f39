//! What a step printed against what its `output` block expects.

use std::ops::Range;

use super::{Difference, cut};
use crate::expect::{Bindings, Mismatch, Pattern, Place, Placeholders};
use crate::finding::Code;
use crate::recording::CommandRecording;
use crate::scenario::{Expectation, Streams};
use crate::terminal;

/// An expectation, ready to be compared.
pub(super) struct Expected<'a> {
    expectation: &'a Expectation,
    pattern: Pattern,
}

impl<'a> Expected<'a> {
    pub(super) fn new(expectation: &'a Expectation, placeholders: &Placeholders) -> Self {
        let pattern = if expectation.attributes.exact {
            Pattern::exact(&expectation.text)
        } else {
            Pattern::parse(&expectation.text, placeholders)
        };
        Self { expectation, pattern }
    }

    /// What an author should look at again, whatever comes out.
    pub(super) fn flaws(&self) -> impl Iterator<Item = Difference> + '_ {
        self.pattern.flaws().iter().map(|flaw| {
            let line = &self.expectation.lines[flaw.line];
            Difference {
                code: Code::BadPlaceholder,
                span: line.start + flaw.span.start..line.start + flaw.span.end,
                message: flaw.message.clone(),
                help: Some(flaw.help.clone()),
            }
        })
    }

    /// What is different in what all commands of the step printed. If nothing is, names are bound.
    pub(super) fn difference(
        &self,
        commands: &[CommandRecording],
        bindings: &mut Bindings,
    ) -> Option<Difference> {
        let streams = self.expectation.attributes.streams;
        let actual: String =
            commands.iter().map(|command| terminal::output(&command.transcript, streams)).collect();
        let mismatch = self.pattern.matches(&actual, bindings).err()?;
        let (span, message) = self.describe(&mismatch);
        let diff: Vec<String> =
            mismatch.diff.iter().map(|line| cut(&line.to_string()).into_owned()).collect();
        Some(Difference {
            code: Code::OutputMismatch,
            span,
            message,
            help: Some(format!("expected (-), actual (+):\n{}", diff.join("\n"))),
        })
    }

    fn describe(&self, mismatch: &Mismatch) -> (Range<usize>, String) {
        let what = match self.expectation.attributes.streams {
            Streams::Both => "the output",
            Streams::Stdout => "standard output",
            Streams::Stderr => "standard error",
        };
        match mismatch.place {
            Place::Unmet { expected, actual: Some(actual) } => (
                self.line(expected),
                format!("line {} of {what} is not what is expected here", actual + 1),
            ),
            Place::Unmet { expected, actual: None } => {
                (self.line(expected), format!("{what} has no line as expected here"))
            }
            Place::Unexpected { actual, before: Some(before) } => (
                self.line(before),
                format!("line {} of {what} is not expected before this one", actual + 1),
            ),
            Place::Unexpected { actual, before: None } => match self.pattern.len().checked_sub(1) {
                Some(last) => (
                    self.line(last),
                    format!("{what} goes on with line {} after this one", actual + 1),
                ),
                None => (
                    self.expectation.block.start..self.expectation.body.start,
                    format!("nothing is expected of {what} here"),
                ),
            },
        }
    }

    /// Where a line of the pattern is in the chapter, without the blanks around it.
    fn line(&self, index: usize) -> Range<usize> {
        let line = self.expectation.text.lines().nth(index).unwrap_or_default();
        let indent = line.len() - line.trim_ascii_start().len();
        let place = &self.expectation.lines[index];
        (place.start + indent).min(place.end)..place.end
    }
}
