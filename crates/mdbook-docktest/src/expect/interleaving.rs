//! Matching the output of two streams whose order between each other is a matter of chance.
//!
//! A program that prints on standard output and standard error writes to two pipes, and which of two lines is read first
//! depends on the machine. So a pattern matches if *any* order of the two streams' lines does, in which each stream keeps
//! its own order: then all recordings of the same two streams get the same verdict. Commands do not mix: all lines of
//! one come before those of the next.
//!
//! For each line of the pattern and each position in both streams, [`Costs`] has the fewest differences from
//! there on. A walk along positions without a difference then binds names; it returns to earlier choices if a
//! name has another value.

use std::borrow::Cow;
use std::collections::HashSet;

use super::binding::Bindings;
use super::diff::Mismatch;
use super::pattern::{Element, Pattern};

/// The most positions that are considered: 100 pattern lines with 100 lines on each stream.
const MAX_POSITIONS: usize = 1 << 20;
/// The most positions that the walk visits, beyond one for each line, to find values for names.
const MAX_VISITS: usize = 1 << 12;

/// What a command has printed on each stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct TwoStreams {
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Pattern {
    /// Matches the output of commands against the pattern, whatever the order of the two streams of each. The names that the
    /// pattern binds are added to `bindings` if it matches. `drops_blank_start` ignores blank lines at the start.
    ///
    /// Returns `None` if no command has printed on both streams, or if there is too much output to consider all orders.
    pub(crate) fn matches_in_any_order(
        &self,
        commands: &[TwoStreams],
        drops_blank_start: bool,
        bindings: &mut Bindings,
    ) -> Option<Result<(), Mismatch>> {
        let commands = whole_lines(commands);
        let prints_both =
            |printed: &TwoStreams| !printed.stdout.is_empty() && !printed.stderr.is_empty();
        if !commands.iter().any(prints_both) {
            return None;
        }
        let sections: Vec<Section<'_>> =
            commands.iter().map(|printed| Section::new(printed, self.is_exact)).collect();
        let positions = sections.iter().map(Section::positions).sum::<usize>();
        if positions.saturating_mul(self.elements.len() + 1) > MAX_POSITIONS {
            return None;
        }
        let costs = Costs::new(self, &sections, drops_blank_start, bindings);
        if let Some(bound) = costs.bind(bindings) {
            *bindings = bound;
            return Some(Ok(()));
        }
        // The order with the fewest differences explains best what is wrong.
        let merged = costs.merged();
        let lines: Vec<&str> = merged.iter().map(String::as_str).collect();
        let (steps, _) = self.align(&lines, bindings);
        Some(Err(Mismatch::new(self, &lines, &steps)))
    }
}

/// Joins commands until both streams of each end with a whole line.
fn whole_lines(commands: &[TwoStreams]) -> Vec<TwoStreams> {
    let ends_line = |text: &str| text.is_empty() || text.ends_with('\n');
    let mut joined: Vec<TwoStreams> = Vec::new();
    for printed in commands {
        match joined.last_mut() {
            Some(last) if !ends_line(&last.stdout) || !ends_line(&last.stderr) => {
                last.stdout.push_str(&printed.stdout);
                last.stderr.push_str(&printed.stderr);
            }
            _ => joined.push(printed.clone()),
        }
    }
    joined
}

/// The lines of both streams in a part of the output that others do not mix with.
struct Section<'a> {
    streams: [Lines<'a>; 2],
    /// The last line of each stream, if it has no line feed, continued by each line of the other stream.
    joined: [Vec<String>; 2],
}

struct Lines<'a> {
    lines: Vec<&'a str>,
    /// Whether the last line has no line feed, so that the next line of the other stream continues it.
    is_open: bool,
}

impl<'a> Section<'a> {
    fn new(printed: &'a TwoStreams, is_exact: bool) -> Self {
        let streams = [&printed.stdout, &printed.stderr].map(|text| {
            let lines = text.split_inclusive('\n');
            let lines = lines.map(|line| if is_exact { line } else { line.trim_ascii_end() });
            Lines { lines: lines.collect(), is_open: !text.is_empty() && !text.ends_with('\n') }
        });
        let open = |text: &'a str| text.rsplit('\n').next().unwrap_or_default();
        let joined = [(&printed.stdout, &streams[1]), (&printed.stderr, &streams[0])].map(
            |(text, other)| match open(text) {
                "" => Vec::new(),
                start => other.lines.iter().map(|line| format!("{start}{line}")).collect(),
            },
        );
        Self { streams, joined }
    }

    /// The number of positions in both streams, including their ends.
    fn positions(&self) -> usize {
        self.streams.iter().map(|stream| stream.lines.len() + 1).product()
    }

    /// Returns the next line from a position, with the position after it, if it is a line of the given stream.
    fn next(&self, stream: usize, at: [usize; 2]) -> Option<Next> {
        let other = 1 - stream;
        let lines = &self.streams[stream];
        let line = at[stream];
        if line >= lines.lines.len() {
            return None;
        }
        let is_last = line + 1 == lines.lines.len();
        let is_joined = is_last && lines.is_open && at[other] < self.streams[other].lines.len();
        let mut to = at;
        to[stream] += 1;
        if is_joined {
            to[other] += 1;
            return Some(Next { line: Line::Joined(stream, at[other]), to });
        }
        Some(Next { line: Line::Of(stream, line), to })
    }

    fn text(&self, line: Line) -> &str {
        match line {
            Line::Of(stream, line) => self.streams[stream].lines[line],
            Line::Joined(stream, line) => &self.joined[stream][line],
        }
    }
}

/// A line, and the position after it.
struct Next {
    line: Line,
    to: [usize; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    /// A line of a stream.
    Of(usize, usize),
    /// The last line of a stream, continued by a line of the other one.
    Joined(usize, usize),
}

/// A position in the pattern and in the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Position {
    section: usize,
    element: usize,
    at: [usize; 2],
}

/// A move to another position.
struct Move {
    to: Position,
    cost: u32,
    /// The line of output that it passes.
    line: Option<Line>,
    /// Whether the line must match the element, which binds names.
    matches: bool,
}

/// For each position, the fewest differences from there on, if names that are not bound can have any value.
struct Costs<'a> {
    pattern: &'a Pattern,
    sections: &'a [Section<'a>],
    drops_blank_start: bool,
    /// For each section, whether each element fits each line.
    fits: Vec<Fits>,
    /// For each section, the costs by element and position.
    costs: Vec<Vec<u32>>,
}

/// Whether the elements fit the lines of a section: of both streams, then the joined lines of both.
struct Fits {
    starts: [usize; 4],
    width: usize,
    fits: Vec<bool>,
}

impl Fits {
    fn new(pattern: &Pattern, section: &Section<'_>, bound: &Bindings) -> Self {
        let streams = section.streams.iter().map(|stream| stream.lines.clone());
        let joined = section.joined.iter().map(|lines| lines.iter().map(String::as_str).collect());
        let parts: Vec<Vec<&str>> = streams.chain(joined).collect();
        let mut starts = [0; 4];
        for (part, lines) in parts.iter().enumerate().take(3) {
            starts[part + 1] = starts[part] + lines.len();
        }
        let lines: Vec<&str> = parts.concat();
        let fits = (0..pattern.elements.len()).flat_map(|element| {
            lines.iter().map(move |line| pattern.fits(element, line, &mut Cow::Borrowed(bound)))
        });
        Self { starts, width: lines.len(), fits: fits.collect() }
    }

    fn get(&self, element: usize, line: Line) -> bool {
        let column = match line {
            Line::Of(stream, line) => self.starts[stream] + line,
            Line::Joined(stream, line) => self.starts[2 + stream] + line,
        };
        self.fits[element * self.width + column]
    }
}

impl<'a> Costs<'a> {
    fn new(
        pattern: &'a Pattern,
        sections: &'a [Section<'a>],
        drops_blank_start: bool,
        bound: &Bindings,
    ) -> Self {
        let elements = pattern.elements.len();
        let fits = sections.iter().map(|section| Fits::new(pattern, section, bound)).collect();
        let costs = sections.iter().map(|section| vec![0; section.positions() * (elements + 1)]);
        let costs = costs.collect();
        let mut costs = Self { pattern, sections, drops_blank_start, fits, costs };
        for section in (0..sections.len()).rev() {
            let [out, err] = [0, 1].map(|stream| sections[section].streams[stream].lines.len());
            for element in (0..=elements).rev() {
                for out in (0..=out).rev() {
                    for err in (0..=err).rev() {
                        let position = Position { section, element, at: [out, err] };
                        let all = costs.moves(position);
                        let cost = all.map(|to| to.cost + costs.at(to.to)).min().unwrap_or(0);
                        let index = costs.index(position);
                        costs.costs[section][index] = cost;
                    }
                }
            }
        }
        costs
    }

    fn index(&self, Position { section, element, at: [out, err] }: Position) -> usize {
        let [outs, errs] = [0, 1].map(|s| self.sections[section].streams[s].lines.len() + 1);
        (element * outs + out) * errs + err
    }

    fn at(&self, position: Position) -> u32 {
        self.costs[position.section][self.index(position)]
    }

    /// The moves from a position: first those that match, with standard output before standard error.
    fn moves(&self, position: Position) -> impl Iterator<Item = Move> {
        let Position { section, element, at } = position;
        let pattern_line = self.pattern.elements.get(element);
        let next = [0, 1].map(|stream| self.sections[section].next(stream, at));
        let is_gap = matches!(pattern_line, Some(Element::AnyLines));
        let matched = next.each_ref().map(|next| {
            let next = next.as_ref().filter(|next| {
                pattern_line.is_some() && !is_gap && self.fits[section].get(element, next.line)
            })?;
            let to = Position { section, element: element + 1, at: next.to };
            Some(Move { to, cost: 0, line: Some(next.line), matches: true })
        });
        // The rest of the pattern follows a `...` as soon as possible.
        let past_element = pattern_line.map(|_| Move {
            to: Position { element: element + 1, ..position },
            cost: u32::from(!is_gap),
            line: None,
            matches: false,
        });
        let past_line = next.map(|next| {
            let next = next?;
            let to = Position { at: next.to, ..position };
            let is_free = is_gap || self.is_ignored(position, next.line);
            Some(Move { to, cost: u32::from(!is_free), line: Some(next.line), matches: false })
        });
        let is_end = self.sections[section].next(0, at).is_none()
            && self.sections[section].next(1, at).is_none();
        let next_section = (is_end && section + 1 < self.sections.len()).then(|| Move {
            to: Position { section: section + 1, element, at: [0, 0] },
            cost: 0,
            line: None,
            matches: false,
        });
        let all = matched.into_iter().chain([past_element]).chain(past_line).chain([next_section]);
        all.flatten()
    }

    /// Whether a line does not count: a blank one at the end, or at the start.
    fn is_ignored(&self, position: Position, line: Line) -> bool {
        let is_at_end = position.element == self.pattern.elements.len() && !self.pattern.is_exact;
        let is_at_start = position.element == 0 && self.drops_blank_start;
        (is_at_end || is_at_start)
            && self.sections[position.section].text(line).trim_ascii().is_empty()
    }

    /// Returns the bindings after a match, if there is one.
    fn bind(&self, bindings: &Bindings) -> Option<Bindings> {
        let start = Position { section: 0, element: 0, at: [0, 0] };
        if self.at(start) > 0 {
            return None;
        }
        if !self.pattern.has_names() {
            return Some(bindings.clone());
        }
        let lines = self.sections.iter().flat_map(|section| &section.streams);
        let lines: usize = lines.map(|stream| stream.lines.len()).sum();
        let limit = self.pattern.elements.len() + lines + self.sections.len() + MAX_VISITS;
        let mut seen: HashSet<(Position, Bindings)> = HashSet::new();
        let mut open = vec![(start, bindings.clone())];
        while let Some((position, bound)) = open.pop() {
            if self.is_end(position) {
                return Some(bound);
            }
            if seen.len() >= limit || !seen.insert((position, bound.clone())) {
                continue;
            }
            let moves = self.moves(position).filter(|to| to.cost + self.at(to.to) == 0);
            let reached = moves.filter_map(|to| {
                let mut bound = Cow::Borrowed(&bound);
                if let Some(line) = to.line.filter(|_| to.matches) {
                    let text = self.sections[position.section].text(line);
                    if !self.pattern.fits(position.element, text, &mut bound) {
                        return None;
                    }
                }
                Some((to.to, bound.into_owned()))
            });
            let mut reached: Vec<_> = reached.collect();
            // The first move is tried first.
            reached.reverse();
            open.append(&mut reached);
        }
        None
    }

    fn is_end(&self, position: Position) -> bool {
        let Position { section, element, at } = position;
        let rest = &self.sections[section];
        section + 1 == self.sections.len()
            && element == self.pattern.elements.len()
            && (0..2).all(|stream| at[stream] == rest.streams[stream].lines.len())
    }

    /// Returns the lines in an order with the fewest differences.
    fn merged(&self) -> Vec<String> {
        let mut position = Position { section: 0, element: 0, at: [0, 0] };
        let mut merged: Vec<String> = Vec::new();
        let mut is_after_missing = false;
        loop {
            let cost = self.at(position);
            let best = || self.moves(position).filter(|to| to.cost + self.at(to.to) == cost);
            // A line that is printed instead of another is shown below it.
            let instead = best().find(|to| is_after_missing && to.line.is_some() && to.cost > 0);
            let Some(to) = instead.or_else(|| best().next()) else { break };
            is_after_missing = to.line.is_none() && to.cost > 0;
            let is_blank_start = position.element == 0 && merged.is_empty() && to.cost == 0;
            if let Some(line) = to.line {
                let text = self.sections[position.section].text(line);
                let is_dropped = self.drops_blank_start && is_blank_start && text.trim().is_empty();
                if !is_dropped {
                    merged.push(text.to_owned());
                }
            }
            position = to.to;
        }
        while !self.pattern.is_exact && merged.last().is_some_and(|line| line.trim().is_empty()) {
            merged.pop();
        }
        merged
    }
}

#[cfg(test)]
mod tests;
