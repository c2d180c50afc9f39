//! What was printed against what is expected: of a step by its `output` block, of each command of a
//! `console` block by the lines below it.

use std::ops::Range;

use super::{Difference, cut};
use crate::expect::{Bindings, Flaw, Mismatch, Pattern, Place, Placeholders};
use crate::model::finding::Code;
use crate::model::recording::CommandRecording;
use crate::model::scenario::{Expectation, OutputAttributes, Step};
use crate::model::stream::Streams;
use crate::terminal;

/// All that is expected of a step's output.
pub(super) struct AllExpected<'a> {
    /// What each command must print, with its place among them.
    of_commands: Vec<(usize, Expected<'a>)>,
    /// What the step must print.
    of_all: Option<Expected<'a>>,
}

impl<'a> AllExpected<'a> {
    pub(super) fn new(step: &'a Step, placeholders: &Placeholders) -> Self {
        let commands = step.commands.iter().enumerate();
        let of_commands = commands.filter_map(|(index, command)| {
            Some((index, Expected::new(command.expectation.as_ref()?, placeholders)))
        });
        let of_all = step.expectation.as_ref();
        Self {
            of_commands: of_commands.collect(),
            of_all: of_all.map(|expectation| Expected::new(expectation, placeholders)),
        }
    }

    /// What an author should look at again, whatever comes out.
    pub(super) fn into_flaws(self) -> Vec<Difference> {
        let of_commands = self.of_commands.into_iter().map(|(_, expected)| expected);
        of_commands.chain(self.of_all).flat_map(|expected| expected.flaws()).collect()
    }

    /// What is different in what the commands have printed. What holds binds its names.
    pub(super) fn differences(
        &self,
        commands: &[CommandRecording],
        bindings: &mut Bindings,
    ) -> Vec<Difference> {
        let of_commands = self.of_commands.iter().filter_map(|(index, expected)| {
            Some((expected, std::slice::from_ref(commands.get(*index)?)))
        });
        let of_all = self.of_all.iter().map(|expected| (expected, commands));
        of_commands
            .chain(of_all)
            .filter_map(|(expected, commands)| expected.difference(commands, bindings))
            .collect()
    }
}

/// What commands have printed, as an expectation is about it: what they leave on a terminal's screen,
/// as the page shows it; where each byte counts, what they sent. Below a command of a `console` block,
/// blank lines before its output are left out on both sides.
pub(crate) fn printed(commands: &[CommandRecording], expectation: &Expectation) -> String {
    let OutputAttributes { streams, exact, in_session } = expectation.attributes;
    let printed = |command: &CommandRecording| {
        if exact {
            command.transcript.output_of(streams)
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
            }
        };
        self.pattern.flaws().iter().map(difference).collect()
    }

    /// What is different in what these commands printed. If nothing is, names are bound.
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
                    self.expectation.fence.block.start..self.expectation.body.start,
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
