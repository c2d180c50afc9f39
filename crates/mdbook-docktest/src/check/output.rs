//! Compares output with its expectation: the output of a step with its `output` block, and that of
//! each command of a `console` block with the lines below it.

use std::ops::Range;

use super::comparison::{compare, compare_start, depends_on_order, parse, pattern, printed_for};
use super::quote::cut;
use super::{Difference, changed_values, look_alike};
use crate::expect::{
    Bindings, ChangedValue, Flaw, Loosened, Mismatch, Pattern, Place, Placeholders, without_pull,
};
use crate::extract::constant::is_constant;
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End};
use crate::model::scenario::{Expectation, OutputAttributes, Step};
use crate::model::stream::Streams;

/// All expectations of a step's output.
pub(super) struct AllExpected<'a> {
    /// The expectations of single commands, with the commands' indices.
    by_command: Vec<(usize, Expected<'a>)>,
    /// The expectations of the whole step: one, or one for each stream.
    whole: Vec<Expected<'a>>,
}

impl<'a> AllExpected<'a> {
    /// What is expected on an engine of this version.
    pub(super) fn on(step: &'a Step, engine: &str, placeholders: &'a Placeholders) -> Self {
        Self::of(step, step.expectations_on(engine), placeholders)
    }

    /// What is expected on any engine.
    pub(super) fn all(step: &'a Step, placeholders: &'a Placeholders) -> Self {
        Self::of(step, step.expectations.iter(), placeholders)
    }

    fn of(
        step: &'a Step,
        whole: impl Iterator<Item = &'a Expectation>,
        placeholders: &'a Placeholders,
    ) -> Self {
        let commands = step.commands.iter().enumerate();
        let by_command = commands.filter_map(|(index, command)| {
            Some((index, Expected::new(command.expectation.as_ref()?, placeholders)))
        });
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

    /// Returns the differences in the output of the commands, each with the index of its command, or `None` for the
    /// whole step, which has `count` commands. An expectation that matches binds its names.
    ///
    /// Of commands that were stopped, only what they have printed is compared.
    pub(super) fn differences(
        &self,
        commands: &[CommandRecording],
        count: usize,
        bindings: &mut Bindings,
    ) -> Vec<(Option<usize>, Difference)> {
        let by_command = self.by_command.iter().filter_map(|(index, expected)| {
            let command = commands.get(*index)?;
            let is_whole = has_ended(command);
            Some((Some(*index), expected, std::slice::from_ref(command), is_whole))
        });
        let is_whole = commands.len() >= count && commands.iter().all(has_ended);
        let whole = self.whole.iter().map(|expected| (None, expected, commands, is_whole));
        by_command
            .chain(whole)
            .filter_map(|(index, expected, commands, is_whole)| {
                Some((index, expected.difference(commands, is_whole, bindings)?))
            })
            .collect()
    }
}

/// Whether a command ended by itself, was followed long enough, or waits for what comes next.
pub(super) fn has_ended(command: &CommandRecording) -> bool {
    matches!(command.end, End::Exited { .. } | End::Stopped | End::Open | End::Typed)
}

/// Whether a value is the same in every run: only commands have printed it that depend on nothing.
fn is_fixed(value: &ChangedValue, commands: &[CommandRecording]) -> bool {
    let has_printed =
        |command: &&CommandRecording| command.transcript.output().contains(&value.actual);
    let mut printed_by = commands.iter().filter(has_printed).peekable();
    printed_by.peek().is_some() && printed_by.all(|command| is_constant(&command.command))
}

/// An expectation, ready to be compared.
struct Expected<'a> {
    expectation: &'a Expectation,
    placeholders: &'a Placeholders,
    pattern: Pattern,
}

impl<'a> Expected<'a> {
    fn new(expectation: &'a Expectation, placeholders: &'a Placeholders) -> Self {
        Self { expectation, placeholders, pattern: pattern(expectation, placeholders) }
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

    /// Returns the difference in the output of these commands. If there is none, names are bound. If the
    /// output is not whole, its missing end is no difference.
    fn difference(
        &self,
        commands: &[CommandRecording],
        is_whole: bool,
        bindings: &mut Bindings,
    ) -> Option<Difference> {
        let compared = if is_whole {
            compare(commands, self.expectation, &self.pattern, bindings)
        } else {
            compare_start(commands, self.expectation, &self.pattern, bindings)
        };
        let mismatch = compared.err()?;
        let loosened = if is_whole && !depends_on_order(commands, self.expectation) {
            self.loosened(&printed_for(commands, self.expectation, bindings), bindings)
        } else {
            None
        };
        let mismatch = match loosened {
            None => mismatch,
            Some(Ok(changed)) if changed.iter().any(|value| is_fixed(value, commands)) => mismatch,
            Some(Ok(changed)) => {
                return Some(changed_values::difference(self.expectation, &changed));
            }
            Some(Err(mismatch)) => mismatch,
        };
        if is_whole && let Some(changed) = self.differs_only_in_pull(commands, bindings) {
            return Some(changed_values::in_pull(self.expectation, &changed));
        }
        let (span, message) = self.describe(&mismatch);
        let parse = |line: &str| parse(line, self.expectation, self.placeholders);
        let diff = look_alike::diff(&mismatch, parse);
        let diff: Vec<_> = diff.iter().map(|line| cut(line)).collect();
        Some(Difference {
            code: Code::OutputMismatch,
            span,
            message,
            help: Some(format!("expected (-), actual (+):\n{}", diff.join("\n"))),
            remedies: Vec::new(),
        })
    }

    /// Compares the output with values that change from run to run taken for equal; `None` for `exact`.
    fn loosened(
        &self,
        actual: &str,
        bindings: &mut Bindings,
    ) -> Option<Result<Vec<ChangedValue>, Mismatch>> {
        let OutputAttributes { exact, .. } = self.expectation.attributes;
        (!exact).then(|| {
            Loosened::parse(&self.expectation.text, self.placeholders, bindings)
                .matches(actual, bindings)
        })
    }

    /// Returns the values that differ if, apart from them, only what docker prints while it pulls an image does.
    fn differs_only_in_pull(
        &self,
        commands: &[CommandRecording],
        bindings: &mut Bindings,
    ) -> Option<Vec<ChangedValue>> {
        if self.expectation.attributes.exact {
            return None;
        }
        let (expected, actual) =
            (&self.expectation.text, printed_for(commands, self.expectation, bindings));
        let (new_expected, new_actual) = (without_pull(expected), without_pull(&actual));
        if new_expected.is_none() && new_actual.is_none() {
            return None;
        }
        let expected = new_expected.as_ref().unwrap_or(expected);
        let loosened = Loosened::parse(expected, self.placeholders, bindings);
        let changed = loosened.matches(new_actual.as_ref().unwrap_or(&actual), bindings).ok()?;
        (!changed.iter().any(|value| is_fixed(value, commands))).then_some(changed)
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
