//! Mismatches as diffs.

use std::fmt;

use super::alignment::Step;
use super::pattern::Pattern;

/// The number of matching lines shown around a difference.
const CONTEXT: usize = 3;
/// The number of lines shown at the start and at the end of a long difference.
const SHOWN: usize = 15;

/// The differences between a text and its pattern. Displayed as a diff, in which matching lines are
/// shown as they were printed, `-` marks missing lines and `+` unexpected ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The first difference.
    pub place: Place,
    /// The lines of the diff, without the middle of long stretches.
    pub diff: Vec<DiffLine>,
}

/// Where a text first differs from its pattern. Lines are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of the pattern that no line of output matches.
    Unmet {
        /// The line of the pattern.
        expected: usize,
        /// The line of output found instead, if any.
        actual: Option<usize>,
    },
    /// A line of output that no line of the pattern matches.
    Unexpected {
        /// The line of output.
        actual: usize,
        /// The next line of the pattern, or `None` at its end.
        before: Option<usize>,
    },
}

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffLine {
    /// A line of output that matches.
    Matches(String),
    /// The lines that a `...` matches.
    AnyLines,
    /// A line of the pattern that no line of output matches.
    Missing(String),
    /// A line of output that no line of the pattern matches.
    Unexpected(String),
    /// The number of lines left out here.
    LeftOut(usize),
}

impl Mismatch {
    /// Whether all lines match, but those at the end of the pattern are missing.
    pub(crate) fn is_only_missing_the_end(&self) -> bool {
        let is_missing = |line: &DiffLine| matches!(line, DiffLine::Missing(_));
        let start = self.diff.iter().position(is_missing).unwrap_or(self.diff.len());
        let (start, end) = self.diff.split_at(start);
        !start.iter().any(|line| matches!(line, DiffLine::Unexpected(_)))
            && end.iter().all(|line| {
                matches!(line, DiffLine::Missing(_) | DiffLine::AnyLines | DiffLine::LeftOut(_))
            })
    }

    /// Describes an alignment with at least one difference.
    pub(super) fn new(pattern: &Pattern, actual: &[&str], steps: &[Step]) -> Self {
        let mut diff = Vec::new();
        let kind = std::mem::discriminant::<Step>;
        let mut stretches = steps.chunk_by(|a, b| kind(a) == kind(b)).peekable();
        let mut is_first = true;
        while let Some(stretch) = stretches.next() {
            let (head, tail) = match stretch[0] {
                Step::Kept { .. } => (
                    if is_first { 0 } else { CONTEXT },
                    if stretches.peek().is_none() { 0 } else { CONTEXT },
                ),
                _ => (SHOWN, SHOWN),
            };
            is_first = false;
            let show = |step: &Step| diff_line(pattern, actual, step);
            // A note that one line is left out would take as much room as that line.
            if stretch.len() <= head + tail + 1 {
                diff.extend(stretch.iter().map(show));
            } else {
                diff.extend(stretch[..head].iter().map(show));
                diff.push(DiffLine::LeftOut(stretch.len() - head - tail));
                diff.extend(stretch[stretch.len() - tail..].iter().map(show));
            }
        }
        Self { place: first_difference(steps), diff }
    }
}

fn first_difference(steps: &[Step]) -> Place {
    let start = steps.iter().position(Step::is_difference).unwrap_or(0);
    let differences = || steps[start..].iter().take_while(|step| step.is_difference());
    let missing = differences().find_map(|step| match step {
        Step::Missing { element } => Some(*element),
        _ => None,
    });
    let extra = differences().find_map(|step| match step {
        Step::Extra { line } => Some(*line),
        _ => None,
    });
    match (missing, extra) {
        (Some(expected), actual) => Place::Unmet { expected, actual },
        (None, actual) => Place::Unexpected {
            actual: actual.unwrap_or(0),
            before: steps[start..].iter().find_map(|step| match step {
                Step::Kept { element, .. } | Step::Skipped { element, .. } => Some(*element),
                _ => None,
            }),
        },
    }
}

fn diff_line(pattern: &Pattern, actual: &[&str], step: &Step) -> DiffLine {
    let text = |line: &str| if pattern.is_exact { visible(line) } else { line.to_owned() };
    match step {
        Step::Kept { line, .. } => DiffLine::Matches(text(actual[*line])),
        Step::Skipped { .. } => DiffLine::AnyLines,
        Step::Missing { element } => DiffLine::Missing(text(&pattern.sources[*element])),
        Step::Extra { line } => DiffLine::Unexpected(text(actual[*line])),
    }
}

/// A line of an exact pattern, with its trailing whitespace made visible.
fn visible(line: &str) -> String {
    let (line, end) = match line.strip_suffix('\n') {
        Some(line) => (line, ""),
        None => (line, " (without a line feed)"),
    };
    let blanks = line.trim_end_matches([' ', '\t', '\r']).len();
    let (text, blanks) = line.split_at(blanks);
    let blanks = blanks.replace(' ', "·").replace('\t', "\\t").replace('\r', "\\r");
    format!("{text}{blanks}{end}")
}

impl fmt::Display for DiffLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, text) = match self {
            Self::Matches(text) => (' ', text.as_str()),
            Self::AnyLines => (' ', "..."),
            Self::Missing(text) => ('-', text.as_str()),
            Self::Unexpected(text) => ('+', text.as_str()),
            Self::LeftOut(count) => {
                let plural = if *count == 1 { "" } else { "s" };
                return write!(f, "  ({count} more line{plural})");
            }
        };
        write!(f, "{}", format!("{sign} {text}").trim_end())
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, line) in self.diff.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            line.fmt(f)?;
        }
        Ok(())
    }
}
