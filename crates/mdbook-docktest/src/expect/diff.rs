//! What a mismatch says.

use std::fmt;

use super::alignment::Step;
use super::pattern::Pattern;

/// How many lines around a difference are shown.
const CONTEXT: usize = 3;
/// How many lines are shown at the start and at the end of a longer difference.
const SHOWN: usize = 15;

/// In what a text differs from its pattern. Displayed, it is a diff in which lines that hold are
/// shown as they came out; `-` is what is missing, `+` what is not expected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The first difference.
    pub place: Place,
    /// The diff. Long stretches are left out of it.
    pub diff: Vec<DiffLine>,
}

/// Where a text first differs from its pattern. Lines are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// A line of the pattern is not met.
    Unmet {
        /// The pattern's line.
        expected: usize,
        /// The line of output that came instead, if one did.
        actual: Option<usize>,
    },
    /// There is a line of output that no line of the pattern stands for.
    Unexpected {
        /// The line of output.
        actual: usize,
        /// The pattern's line that comes next; none at the end.
        before: Option<usize>,
    },
}

/// A line of a diff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DiffLine {
    /// A line of output that fits its pattern line.
    Holds(String),
    /// What a `...` stands for.
    AnyLines,
    /// A line of the pattern that is not met.
    Missing(String),
    /// A line of output that is not expected.
    Unexpected(String),
    /// So many lines are left out here.
    LeftOut(usize),
}

impl Mismatch {
    /// Describes steps, of which one is a difference at least.
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
            // A line that says that one line is left out would take its place.
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
        Step::Kept { line, .. } => DiffLine::Holds(text(actual[*line])),
        Step::Skipped { .. } => DiffLine::AnyLines,
        Step::Missing { element } => DiffLine::Missing(text(&pattern.sources[*element])),
        Step::Extra { line } => DiffLine::Unexpected(text(actual[*line])),
    }
}

/// An exact line such that what differs can be seen.
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
            Self::Holds(text) => (' ', text.as_str()),
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
