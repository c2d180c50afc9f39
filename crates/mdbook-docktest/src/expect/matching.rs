//! Matching a text against a pattern.
//!
//! The runs of lines between two `...` are placed one after the other, each at the first place where
//! it matches; the first and the last run have only one possible place. This is the greedy algorithm
//! for globs: an earlier place never leaves less room for the rest, so it never has to backtrack.

use std::borrow::Cow;
use std::ops::Range;

use super::alignment::{self, Step};
use super::binding::Bindings;
use super::diff::Mismatch;
use super::pattern::{Element, Pattern, lines};

impl Pattern {
    /// Matches a text against the pattern. The names that the pattern binds are added to `bindings`
    /// if the whole text matches.
    ///
    /// # Errors
    /// The differences, if the text does not match.
    pub fn matches(&self, actual: &str, bindings: &mut Bindings) -> Result<(), Mismatch> {
        let actual = lines(actual, self.is_exact);
        let (steps, bound) = self.align(&actual, bindings);
        if steps.iter().any(Step::is_difference) {
            return Err(Mismatch::new(self, &actual, &steps));
        }
        *bindings = bound;
        Ok(())
    }

    /// Aligns the lines of a text with the pattern, with few differences if it does not match.
    /// Returns the steps and the bindings after them.
    pub(super) fn align(&self, actual: &[&str], bindings: &Bindings) -> (Vec<Step>, Bindings) {
        let mut bound = Cow::Borrowed(bindings);
        let runs = runs(&self.elements);
        let starts = place(&runs, actual.len(), &mut bound, |element, line, bound| {
            self.fits(element, actual[line], bound)
        });

        let mut steps = Vec::new();
        let mut line = 0;
        for (run, start) in runs.iter().zip(&starts) {
            if run.start > 0 {
                steps.push(Step::Skipped { element: run.start - 1, lines: line..*start });
            }
            steps.extend(
                run.clone().zip(*start..).map(|(element, line)| Step::Kept { element, line }),
            );
            line = start + run.len();
        }
        if starts.len() == runs.len() {
            return (steps, bound.into_owned());
        }
        let element = starts.len().checked_sub(1).map_or(0, |last| runs[last].end);
        let rest = alignment::align_rest(self, element, line, actual, &bound);
        let (rest, bound) = alignment::bind(self, rest, actual, bound);
        steps.extend(rest);
        (steps, bound.into_owned())
    }

    /// Whether an element has names to bind.
    pub(super) fn binds(&self, element: usize) -> bool {
        matches!(&self.elements[element], Element::Line(pattern) if pattern.binds())
    }

    /// Returns what a line of output has in place of an element's values that are compared by their kind.
    pub(super) fn values<'a>(
        &self,
        element: usize,
        line: &'a str,
        bindings: &Bindings,
    ) -> Vec<&'a str> {
        match &self.elements[element] {
            Element::Line(pattern) => pattern.values(line, bindings),
            Element::AnyLines => Vec::new(),
        }
    }

    /// Whether a line of output matches an element of the pattern. If so, its names are bound.
    pub(super) fn fits(&self, element: usize, line: &str, bound: &mut Cow<'_, Bindings>) -> bool {
        match &self.elements[element] {
            Element::Line(pattern) => pattern.fits(line, bound),
            Element::AnyLines => false,
        }
    }
}

/// The runs of elements before, between and after the `...`; any of them can be empty.
fn runs(elements: &[Element]) -> Vec<Range<usize>> {
    let gaps = (0..elements.len()).filter(|index| matches!(elements[*index], Element::AnyLines));
    let mut start = 0;
    let mut runs = Vec::new();
    for gap in gaps {
        runs.push(start..gap);
        start = gap + 1;
    }
    runs.push(start..elements.len());
    runs
}

/// The start of each run among `lines` lines, up to the first run that matches nowhere.
fn place<'a>(
    runs: &[Range<usize>],
    lines: usize,
    bound: &mut Cow<'a, Bindings>,
    mut fits: impl FnMut(usize, usize, &mut Cow<'a, Bindings>) -> bool,
) -> Vec<usize> {
    let mut starts = Vec::with_capacity(runs.len());
    let mut next = 0;
    for (index, run) in runs.iter().enumerate() {
        let Some(latest) = lines.checked_sub(run.len()) else { break };
        let is_last = index + 1 == runs.len();
        let from = if is_last { latest } else { next };
        let to = if index == 0 { 0 } else { latest };
        if from < next {
            break;
        }
        let found = (from..=to).find_map(|start| {
            let mut trial = bound.clone();
            let all = run.clone().zip(start..).all(|(i, j)| fits(i, j, &mut trial));
            all.then_some((start, trial))
        });
        let Some((start, trial)) = found else { break };
        *bound = trial;
        next = start + run.len();
        starts.push(start);
    }
    starts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::expect::Placeholders;

    /// The number of line comparisons, and whether the text matches.
    fn cost(pattern: &str, actual: &str) -> (usize, bool) {
        let pattern = Pattern::parse(pattern, &Placeholders::default());
        let actual = lines(actual, false);
        let runs = runs(&pattern.elements);
        let mut bound = Cow::Owned(Bindings::default());
        let mut count = 0;
        let starts = place(&runs, actual.len(), &mut bound, |element, line, bound| {
            count += 1;
            pattern.fits(element, actual[line], bound)
        });
        (count, starts.len() == runs.len())
    }

    #[test]
    fn cost_is_linear_in_the_length_of_the_text() {
        let text: String = (0..20_000).map(|n| format!("{n:08} a line of fifty bytes\n")).collect();
        let pattern: String = (0..50)
            .map(|n| format!("[NUMBER] a line of [..] bytes\n[..]line[..]\n{n:04}9999 [..]\n...\n"))
            .collect();
        let (count, _) = cost(&pattern, &text);
        assert!(count <= 3 * 20_000 + 200, "{count}");
    }

    #[test]
    fn matching_does_not_backtrack_into_earlier_gaps() {
        // With backtracking, this would take 20,000 to the power of 50 comparisons.
        let text = "a\n".repeat(20_000);
        let (count, matches) = cost(&("...\na\n".repeat(50) + "...\nb\n...\n"), &text);
        assert!(!matches);
        assert!(count <= 20_000, "{count}");
    }

    #[test]
    fn the_worst_case_compares_each_line_with_each_line_of_a_run() {
        let text = "a\n".repeat(1_000);
        let (count, matches) = cost(&format!("...\n{}b\n...\n", "a\n".repeat(99)), &text);
        assert!(!matches);
        assert!(count <= 1_000 * 100, "{count}");
    }
}
