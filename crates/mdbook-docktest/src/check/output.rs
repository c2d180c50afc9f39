//! Compares output with its expectation: the output of a step with its `output` block, and that of
//! each command of a `console` block with the lines below it.

use std::ops::Range;

use super::Difference;
use super::quote::cut;
use crate::expect::{Bindings, Flaw, Mismatch, Pattern, Place, Placeholders};
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End};
use crate::model::scenario::{Expectation, OutputAttributes, Step};
use crate::model::stream::Streams;
use crate::terminal;

/// All expectations of a step's output.
pub(super) struct AllExpected<'a> {
    /// The expectations of single commands, with the commands' indices.
    by_command: Vec<(usize, Expected<'a>)>,
    /// The expectations of the whole step: one, or one for each stream.
    whole: Vec<Expected<'a>>,
}

impl<'a> AllExpected<'a> {
    pub(super) fn new(step: &'a Step, placeholders: &Placeholders) -> Self {
        let commands = step.commands.iter().enumerate();
        let by_command = commands.filter_map(|(index, command)| {
            Some((index, Expected::new(command.expectation.as_ref()?, placeholders)))
        });
        let whole = step.expectations.iter();
        Self {
            by_command: by_command.collect(),
            whole: whole.map(|expectation| Expected::new(expectation, placeholders)).collect(),
        }
    }

    /// Returns the differences that do not depend on a run.
    pub(super) fn into_flaws(self) -> Vec<Difference> {
        let by_command = self.by_command.into_iter().map(|(_, expected)| expected);
        by_command.chain(self.whole).flat_map(|expected| expected.flaws()).collect()
    }

    /// Returns the differences in the output of the commands. An expectation that matches binds its
    /// names.
    pub(super) fn differences(
        &self,
        commands: &[CommandRecording],
        bindings: &mut Bindings,
    ) -> Vec<Difference> {
        let by_command = self.by_command.iter().filter_map(|(index, expected)| {
            Some((expected, std::slice::from_ref(commands.get(*index)?)))
        });
        let whole = self.whole.iter().map(|expected| (expected, commands));
        by_command
            .chain(whole)
            .filter_map(|(expected, commands)| expected.difference(commands, bindings))
            .collect()
    }
}

/// Returns the output of commands in the form that an expectation is compared with: the text that a
/// terminal would show in the end, as on the page; or the exact bytes for `exact`. In a `console`
/// block, blank lines before the output are dropped, as they are from the expectation.
pub(crate) fn printed(commands: &[CommandRecording], expectation: &Expectation) -> String {
    let OutputAttributes { streams, exact, in_session, with_answers } = expectation.attributes;
    let printed = |command: &CommandRecording| {
        if exact {
            command.transcript.output_of(streams)
        } else if with_answers && command.end != End::Stopped {
            terminal::output_with_answers(&command.transcript)
        } else {
            terminal::output(&command.transcript, streams)
        }
    };
    let all: String = commands.iter().map(printed).collect();
    if !in_session {
        return all;
    }
    all.split_inclusive('\n').skip_while(|line| line.trim().is_empty()).collect()
}

/// An expectation, ready to be compared.
struct Expected<'a> {
    expectation: &'a Expectation,
    pattern: Pattern,
}

impl<'a> Expected<'a> {
    fn new(expectation: &'a Expectation, placeholders: &Placeholders) -> Self {
        let pattern = if expectation.attributes.exact {
            Pattern::exact(&expectation.text)
        } else {
            Pattern::parse(&expectation.text, placeholders)
        };
        Self { expectation, pattern }
    }

    fn flaws(&self) -> Vec<Difference> {
        let difference = |flaw: &Flaw| {
            let line = &self.expectation.lines[flaw.line];
            Difference {
                code: Code::BadPlaceholder,
                span: line.start + flaw.span.start..line.start + flaw.span.end,
                message: flaw.message.clone(),
                help: Some(flaw.help.clone()),
                remedies: Vec::new(),
            }
        };
        self.pattern.flaws().iter().map(difference).collect()
    }

    /// Returns the difference in the output of these commands. If there is none, names are bound.
    fn difference(
        &self,
        commands: &[CommandRecording],
        bindings: &mut Bindings,
    ) -> Option<Difference> {
        let actual = printed(commands, self.expectation);
        let mismatch = self.pattern.matches(&actual, bindings).err()?;
        let (span, message) = self.describe(&mismatch);
        let diff: Vec<String> =
            mismatch.diff.iter().map(|line| cut(&line.to_string()).into_owned()).collect();
        Some(Difference {
            code: Code::OutputMismatch,
            span,
            message,
            help: Some(format!("expected (-), actual (+):\n{}", diff.join("\n"))),
            remedies: Vec::new(),
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
                format!("line {} of {what} does not match this line", actual + 1),
            ),
            Place::Unmet { expected, actual: None } => {
                (self.line(expected), format!("{what} has no further line that matches this line"))
            }
            Place::Unexpected { actual, before: Some(before) } => (
                self.line(before),
                format!("line {} of {what} is not expected before this line", actual + 1),
            ),
            Place::Unexpected { actual, before: None } => match self.pattern.len().checked_sub(1) {
                Some(last) => (
                    self.line(last),
                    format!("line {} of {what} is not expected after this line", actual + 1),
                ),
                None => (
                    self.expectation.fence.block.start..self.expectation.body.start,
                    format!("{what} is expected to be empty"),
                ),
            },
        }
    }

    /// Returns the place of a line of the pattern in the chapter, without the blanks around it.
    fn line(&self, index: usize) -> Range<usize> {
        let line = self.expectation.text.lines().nth(index).unwrap_or_default();
        let indent = line.len() - line.trim_ascii_start().len();
        let place = &self.expectation.lines[index];
        (place.start + indent).min(place.end)..place.end
    }
}
