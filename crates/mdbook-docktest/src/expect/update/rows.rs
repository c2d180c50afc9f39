//! The lines of a new pattern. Where the old one leaves out lines with `...`, the new one shows as many as it did:
//! a line that was printed elsewhere stays, a real line takes the place of one that was not printed, and `...` stands
//! for the rest.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use crate::expect::alignment::{MAX_PAIRS, Step};
use crate::expect::binding::Bindings;
use crate::expect::pattern::{Element, Pattern};

/// A line of a new pattern, or one of the old pattern that is not in it. Elements and lines are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Row {
    /// A line that matches its pattern line.
    Kept { element: usize, line: usize },
    /// The same, but other pattern lines came before it.
    Moved { element: usize, line: usize },
    /// A `...` of the old pattern.
    Dots { element: usize, is_empty: bool },
    /// A `...` in another place.
    NewDots,
    /// A line of the output.
    New { line: usize },
    /// A line of the old pattern that is not in the new one.
    Gone { element: usize },
}

/// Returns the lines of a new pattern, given the alignment of the old one. Names are bound.
pub(super) fn rows(
    pattern: &Pattern,
    steps: &[Step],
    actual: &[&str],
    bound: &mut Cow<'_, Bindings>,
) -> Vec<Row> {
    if !pattern.elements.iter().any(is_dots) {
        return steps.iter().filter_map(same).collect();
    }
    let mut matching = Matching::new(steps, actual.len());
    matching.find_missing(pattern, actual, bound);
    let mut rows = Vec::new();
    let (mut element, mut line) = (0, 0);
    for (next_line, next_element) in matching.anchors() {
        matching.between(pattern, element..next_element, line..next_line, &mut rows);
        rows.push(Row::Kept { element: next_element, line: next_line });
        (element, line) = (next_element + 1, next_line + 1);
    }
    matching.between(pattern, element..pattern.elements.len(), line..actual.len(), &mut rows);
    take_idle_dots(&mut rows);
    rows
}

fn is_dots(element: &Element) -> bool {
    matches!(element, Element::AnyLines)
}

/// Returns the line that a step of a pattern without `...` becomes.
fn same(step: &Step) -> Option<Row> {
    match *step {
        Step::Kept { element, line } => Some(Row::Kept { element, line }),
        Step::Missing { element } => Some(Row::Gone { element }),
        Step::Extra { line } => Some(Row::New { line }),
        Step::Skipped { .. } => None,
    }
}

/// Which lines match which elements.
struct Matching {
    /// For each line, the element that it matches.
    elements: Vec<Option<usize>>,
    /// The elements that match a line which is not in their order.
    moved: BTreeSet<usize>,
    /// The elements that match no line.
    missing: BTreeSet<usize>,
}

impl Matching {
    fn new(steps: &[Step], lines: usize) -> Self {
        let mut matching =
            Self { elements: vec![None; lines], moved: BTreeSet::new(), missing: BTreeSet::new() };
        for step in steps {
            match *step {
                Step::Kept { element, line } => matching.elements[line] = Some(element),
                Step::Missing { element } => _ = matching.missing.insert(element),
                Step::Skipped { .. } | Step::Extra { .. } => {}
            }
        }
        matching
    }

    /// Finds the missing elements among the lines that match no other: in their order if possible.
    fn find_missing(&mut self, pattern: &Pattern, actual: &[&str], bound: &mut Cow<'_, Bindings>) {
        let mut pairs = MAX_PAIRS;
        for element in self.missing.clone() {
            let Some(left) = pairs.checked_sub(actual.len()) else { break };
            pairs = left;
            let ordered = self.ordered_places(element);
            let is_match = |line: &usize, bound: &mut Cow<'_, Bindings>| {
                self.elements[*line].is_none() && pattern.fits(element, actual[*line], bound)
            };
            let mut others = (0..ordered.start).chain(ordered.end..actual.len());
            let found = ordered.clone().find(|line| is_match(line, bound));
            let Some(line) = found.or_else(|| others.find(|line| is_match(line, bound))) else {
                continue;
            };
            if !ordered.contains(&line) {
                self.moved.insert(element);
            }
            self.elements[line] = Some(element);
            self.missing.remove(&element);
        }
    }

    /// Returns the lines between those that match the elements before and after an element.
    fn ordered_places(&self, element: usize) -> Range<usize> {
        let mut places = 0..self.elements.len();
        for (line, other) in self.anchors() {
            if other > element {
                places.end = line;
                break;
            }
            places.start = line + 1;
        }
        places
    }

    /// Returns the lines that match elements in their order, and these.
    fn anchors(&self) -> impl Iterator<Item = (usize, usize)> {
        let elements = self.elements.iter().enumerate();
        elements
            .filter_map(|(line, element)| Some((line, (*element)?)))
            .filter(|(_, element)| !self.moved.contains(element))
    }

    /// Adds the rows between two lines that are kept.
    fn between(
        &self,
        pattern: &Pattern,
        elements: Range<usize>,
        lines: Range<usize>,
        rows: &mut Vec<Row>,
    ) {
        let dots: Vec<usize> =
            elements.clone().filter(|element| is_dots(&pattern.elements[*element])).collect();
        let missing: Vec<usize> = self.missing.range(elements).copied().collect();
        rows.extend(missing.iter().map(|element| Row::Gone { element: *element }));

        // A real line takes the place of each missing one, before and after the `...`.
        let free: Vec<usize> =
            lines.clone().filter(|line| self.elements[*line].is_none()).collect();
        let before = dots.first().map_or(missing.len(), |first| {
            missing.iter().filter(|element| *element < first).count()
        });
        let first = before.min(free.len());
        let last = (missing.len() - before).min(free.len() - first);
        let left_out = free[first..free.len() - last].iter().copied().collect::<BTreeSet<_>>();
        let after_dots = free[free.len() - last..].first().copied().unwrap_or(lines.end);

        let mut dots = dots.into_iter();
        let mut is_open = false;
        let mut after = Vec::new();
        for line in lines {
            let row = match self.elements[line] {
                Some(element) => Row::Moved { element, line },
                None if left_out.contains(&line) && is_open => continue,
                None if left_out.contains(&line) => dots
                    .next()
                    .map_or(Row::NewDots, |element| Row::Dots { element, is_empty: false }),
                None => Row::New { line },
            };
            is_open = matches!(row, Row::NewDots | Row::Dots { .. });
            if line >= after_dots { after.push(row) } else { rows.push(row) }
        }
        // Where rows have changed, the old `...` stays unless others stand in its place or there are too few lines.
        let kept = match missing.len() {
            0 => dots.len(),
            missing if missing > free.len() || !left_out.is_empty() => 0,
            _ => 1,
        };
        rows.extend(dots.by_ref().take(kept).map(|element| Row::Dots { element, is_empty: true }));
        rows.extend(dots.map(|element| Row::Gone { element }));
        rows.append(&mut after);
    }
}

/// Removes the `...` next to each new one if it stands for no line: the new one is the same in another place.
fn take_idle_dots(rows: &mut [Row]) {
    let is_dots = |row: &Row| matches!(row, Row::NewDots | Row::Dots { .. });
    for new in 0..rows.len() {
        if rows[new] != Row::NewDots {
            continue;
        }
        let after = (new + 1..rows.len()).find(|row| is_dots(&rows[*row]));
        let before = (0..new).rfind(|row| is_dots(&rows[*row]));
        let idle = after.into_iter().chain(before).find_map(|row| match rows[row] {
            Row::Dots { element, is_empty: true } => Some((row, element)),
            _ => None,
        });
        if let Some((row, element)) = idle {
            rows[row] = Row::Gone { element };
        }
    }
}
