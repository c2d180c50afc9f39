//! The alignment of a text with a pattern that it does not match, with the fewest differences.

use std::borrow::Cow;

use super::binding::Bindings;
use super::pattern::{Element, Pattern};

/// The most pairs of lines that are compared. Lines beyond are taken to be different: hardly anyone
/// reads a diff that far.
pub(super) const MAX_PAIRS: usize = 1 << 20;
/// The most pattern lines among them.
const MAX_ELEMENTS: usize = 1 << 10;

/// A step of an alignment. Elements and lines are counted from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// A line that matches its pattern line.
    Kept { element: usize, line: usize },
    /// Lines that a `...` matches.
    Skipped { element: usize, lines: std::ops::Range<usize> },
    /// A pattern line that no line matches.
    Missing { element: usize },
    /// A line that matches no pattern line.
    Extra { line: usize },
}

impl Step {
    pub(super) fn is_difference(&self) -> bool {
        matches!(self, Self::Missing { .. } | Self::Extra { .. })
    }
}

/// Aligns the lines from `line` on with the elements from `element` on. Names that are not bound yet
/// are not compared with each other.
pub(super) fn align_rest(
    pattern: &Pattern,
    mut element: usize,
    mut line: usize,
    actual: &[&str],
    bound: &Bindings,
) -> Vec<Step> {
    let fits =
        |element, line: usize| pattern.fits(element, actual[line], &mut Cow::Borrowed(bound));
    let mut steps = Vec::new();
    let mut element_end = pattern.elements.len();
    let mut line_end = actual.len();

    // Matching lines at either end belong to one of the shortest alignments, and most lines are there.
    while element < element_end && line < line_end && fits(element, line) {
        steps.push(Step::Kept { element, line });
        (element, line) = (element + 1, line + 1);
    }
    let mut end = Vec::new();
    while element < element_end && line < line_end && fits(element_end - 1, line_end - 1) {
        (element_end, line_end) = (element_end - 1, line_end - 1);
        end.push(Step::Kept { element: element_end, line: line_end });
    }

    let elements = (element_end - element).min(MAX_ELEMENTS);
    let lines = (line_end - line).min(MAX_PAIRS / (elements + 1));
    let is_gap = |element: usize| matches!(pattern.elements[element], Element::AnyLines);
    let costs =
        Costs::new(elements, lines, |i| is_gap(element + i), |i, j| fits(element + i, line + j));
    let (mut i, mut j) = (0, 0);
    while i < elements || j < lines {
        let here = costs.at(i, j);
        if i < elements && is_gap(element + i) {
            let start = j;
            while costs.at(i + 1, j) > here {
                j += 1;
            }
            steps.push(Step::Skipped { element: element + i, lines: line + start..line + j });
            i += 1;
        } else if i < elements
            && j < lines
            && costs.at(i + 1, j + 1) == here
            && fits(element + i, line + j)
        {
            steps.push(Step::Kept { element: element + i, line: line + j });
            (i, j) = (i + 1, j + 1);
        } else if i < elements && costs.at(i + 1, j) + 1 == here {
            steps.push(Step::Missing { element: element + i });
            i += 1;
        } else {
            steps.push(Step::Extra { line: line + j });
            j += 1;
        }
    }
    for element in element + elements..element_end {
        steps.push(if is_gap(element) {
            Step::Skipped { element, lines: line + lines..line + lines }
        } else {
            Step::Missing { element }
        });
    }
    steps.extend((line + lines..line_end).map(|line| Step::Extra { line }));
    steps.extend(end.into_iter().rev());
    steps
}

/// Binds the names in order; a line that conflicts with an earlier binding becomes a difference.
pub(super) fn bind<'a>(
    pattern: &Pattern,
    steps: Vec<Step>,
    actual: &[&str],
    mut bound: Cow<'a, Bindings>,
) -> (Vec<Step>, Cow<'a, Bindings>) {
    let mut agreed = Vec::with_capacity(steps.len());
    for step in steps {
        match step {
            Step::Kept { element, line } if !pattern.fits(element, actual[line], &mut bound) => {
                agreed.extend([Step::Missing { element }, Step::Extra { line }]);
            }
            step => agreed.push(step),
        }
    }
    (agreed, bound)
}

/// For each element and line, the smallest number of differences from there on.
struct Costs {
    width: usize,
    costs: Vec<u32>,
}

impl Costs {
    fn new(
        elements: usize,
        lines: usize,
        is_gap: impl Fn(usize) -> bool,
        fits: impl Fn(usize, usize) -> bool,
    ) -> Self {
        let width = lines + 1;
        let mut costs = Self { width, costs: vec![0; (elements + 1) * width] };
        for j in (0..lines).rev() {
            costs.set(elements, j, costs.at(elements, j + 1) + 1);
        }
        for i in (0..elements).rev() {
            let is_gap = is_gap(i);
            costs.set(i, lines, costs.at(i + 1, lines) + u32::from(!is_gap));
            for j in (0..lines).rev() {
                let without_either = costs.at(i + 1, j).min(costs.at(i, j + 1));
                let cost = if is_gap {
                    without_either
                } else if fits(i, j) {
                    costs.at(i + 1, j + 1)
                } else {
                    1 + without_either
                };
                costs.set(i, j, cost);
            }
        }
        costs
    }

    fn at(&self, i: usize, j: usize) -> u32 {
        self.costs[i * self.width + j]
    }

    fn set(&mut self, i: usize, j: usize, cost: u32) {
        self.costs[i * self.width + j] = cost;
    }
}
