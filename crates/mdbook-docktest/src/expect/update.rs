//! Accepting output: a pattern that matches it and keeps the lines that still match. Values that change from run to
//! run become placeholders.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::alignment::Step;
use super::binding::Bindings;
use super::changes::Changes;
use super::gap::gaps;
use super::loosened::{ChangedValue, Loosened};
use super::pattern::{Pattern, lines};
use super::placeholder::Placeholders;
use super::token::literal;
use super::volatile::{Kind, Nature, Scanner, Volatile};

/// A new pattern, in which values that change from run to run have no names yet.
#[derive(Debug)]
pub(crate) struct Update {
    lines: Vec<Line>,
    /// The lines of the old pattern that no line of the output matches.
    removed: Vec<String>,
    /// What matches in any case, without placeholders.
    plain: String,
}

/// A line of a new pattern.
#[derive(Debug)]
struct Line {
    pieces: Vec<Piece>,
    origin: Origin,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Origin {
    /// The line is as it was.
    Kept,
    /// Only values were replaced.
    Values,
    /// The line is what was printed.
    Output,
}

#[derive(Debug)]
enum Piece {
    /// A part of a pattern.
    Pattern(String),
    Value(Value),
}

/// A value that changes from run to run.
#[derive(Debug)]
struct Value {
    placeholder: &'static str,
    nature: Nature,
    /// What was printed.
    actual: String,
    /// The width of what stands in its place so far, in characters.
    width: usize,
}

/// The names of the values that occur more than once in a chapter, by placeholder and short form.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(BTreeMap<(String, String), String>);

impl Names {
    /// Returns the names that the author has given.
    pub(crate) fn of(bindings: &Bindings) -> Self {
        let names = bindings.all().map(|(key, value)| {
            ((key.placeholder.clone(), short(value).to_owned()), key.name.clone())
        });
        Self(names.collect())
    }

    /// Gives a name to a value, unless it has one.
    pub(crate) fn add(&mut self, placeholder: &str, value: &str, name: &str) {
        let key = (placeholder.to_owned(), short(value).to_owned());
        self.0.entry(key).or_insert_with(|| name.to_owned());
    }

    pub(crate) fn get(&self, placeholder: &str, value: &str) -> Option<&str> {
        let key = (placeholder.to_owned(), short(value).to_owned());
        self.0.get(&key).map(String::as_str)
    }

    /// Whether a name is used for a value of this placeholder.
    pub(crate) fn has(&self, placeholder: &str, name: &str) -> bool {
        self.0.iter().any(|((of, _), known)| of == placeholder && known == name)
    }
}

/// The short form of a full ID; other values as they are.
fn short(value: &str) -> &str {
    let is_id =
        matches!(value.len(), 64 | 25) && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if is_id { &value[..12] } else { value }
}

/// Returns the changes after which a pattern matches `actual`, given the earlier `bindings`; `None` if it does and will.
/// Lines that still match are kept as they are written, and lines in which only values differ that change from run to
/// run get placeholders for these.
pub(crate) fn update(
    pattern: &str,
    actual: &str,
    placeholders: &Placeholders,
    bindings: &Bindings,
) -> Option<Update> {
    let strict = Pattern::parse(pattern, placeholders);
    let loose = Loosened::parse(pattern, placeholders, bindings);
    let matches = strict.matches(actual, &mut bindings.clone()).is_ok();
    // An age that is right this time will be another one the next time.
    let is_age = |value: &Volatile| value.kind.placeholder == "AGE";
    if matches && !loose.values.iter().flatten().any(is_age) {
        return None;
    }
    let actual_lines = lines(actual, false);
    let (steps, bound) = loose.pattern.align(&actual_lines, bindings);
    let new = new_values(&actual_lines, bindings);
    let mut update = Update {
        lines: Vec::new(),
        removed: Vec::new(),
        plain: if matches {
            pattern.to_owned()
        } else {
            plain(&strict, &actual_lines, placeholders, bindings)
        },
    };
    for step in steps {
        let line = match step {
            Step::Missing { element } => {
                update.removed.push(strict.sources[element].clone());
                continue;
            }
            Step::Skipped { element, .. } => Line::kept(&strict.sources[element]),
            Step::Kept { element, line } => {
                let source = &strict.sources[element];
                let text = actual_lines[line];
                let fits = strict.fits(element, text, &mut Cow::Borrowed(&bound));
                let is_wanted = |value: &Volatile| match (fits, matches) {
                    (true, true) => is_age(value),
                    (true, false) => value.kind.nature.is_measure(),
                    (false, _) => true,
                };
                let found = loose.pattern.values(element, text, &bound);
                let values = loose.values[element].iter().zip(found);
                let values = values.filter(|(value, _)| is_wanted(value));
                Line::with_values(source, values, Origin::Values, str::to_owned)
            }
            Step::Extra { line } => {
                let text = actual_lines[line];
                let values = new[line].iter().map(|value| (value, &text[value.span.clone()]));
                Line::with_values(text, values, Origin::Output, |text| literal(text, placeholders))
            }
        };
        update.lines.push(line);
    }
    Some(update)
}

/// Returns a line of a pattern with placeholders in place of values, given in their order. Columns stay where they are
/// as far as possible.
pub(crate) fn with_placeholders(source: &str, changed: &[&ChangedValue]) -> String {
    let mut pieces = Vec::new();
    let mut kept = 0;
    for ChangedValue { span, kind, actual, .. } in changed {
        pieces.push(Piece::Pattern(source[kept..span.start].to_owned()));
        pieces.push(Piece::Value(Value::new(kind, actual, &source[span.clone()])));
        kept = span.end;
    }
    pieces.push(Piece::Pattern(source[kept..].to_owned()));
    Line { pieces, origin: Origin::Values }.text(&Names::default())
}

/// Returns the values of output lines that change from run to run.
fn new_values(actual: &[&str], bindings: &Bindings) -> Vec<Vec<Volatile>> {
    let mut scanner = Scanner::for_expectations();
    let values = actual.iter().map(|line| {
        let mut values = scanner.line_with_ids(line, bindings);
        values.retain(|value| !bindings.is_chosen(value.kind, &line[value.span.clone()]));
        values
    });
    values.collect()
}

/// Returns a pattern that matches without new placeholders.
fn plain(
    old: &Pattern,
    actual: &[&str],
    placeholders: &Placeholders,
    bindings: &Bindings,
) -> String {
    let (steps, _) = old.align(actual, bindings);
    let rewrite = |is_kept: &dyn Fn(usize) -> bool| -> String {
        let lines = steps.iter().filter_map(|step| match step {
            Step::Missing { .. } => None,
            Step::Skipped { element, .. } => Some(old.sources[*element].clone()),
            Step::Kept { element, .. } if is_kept(*element) => Some(old.sources[*element].clone()),
            Step::Kept { line, .. } | Step::Extra { line } => {
                Some(literal(actual[*line], placeholders))
            }
        });
        lines.map(|line| line + "\n").collect()
    };
    let new = rewrite(&|_| true);
    let matches = Pattern::parse(&new, placeholders)
        .matches(&actual.join("\n"), &mut bindings.clone())
        .is_ok();
    // Names are bound in the order of the lines, which a new line can change.
    if matches { new } else { rewrite(&|element| !old.binds(element)) }
}

impl Line {
    fn kept(source: &str) -> Self {
        Self { pieces: vec![Piece::Pattern(source.to_owned())], origin: Origin::Kept }
    }

    /// A line in which values become placeholders. `pattern` makes a pattern of the rest.
    fn with_values<'a>(
        source: &str,
        values: impl Iterator<Item = (&'a Volatile, &'a str)>,
        origin: Origin,
        pattern: impl Fn(&str) -> String,
    ) -> Self {
        let mut pieces = Vec::new();
        let mut kept = 0;
        for (Volatile { span, kind }, actual) in values {
            pieces.push(Piece::Pattern(pattern(&source[kept..span.start])));
            pieces.push(Piece::Value(Value::new(kind, actual, &source[span.clone()])));
            kept = span.end;
        }
        let origin = if kept == 0 && origin == Origin::Values { Origin::Kept } else { origin };
        pieces.push(Piece::Pattern(pattern(&source[kept..])));
        Self { pieces, origin }
    }

    fn values(&self) -> impl Iterator<Item = &Value> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Value(value) => Some(value),
            Piece::Pattern(_) => None,
        })
    }

    /// Returns the line's text. Columns stay where they are as far as possible.
    fn text(&self, names: &Names) -> String {
        let mut text = String::new();
        // By how many characters the text is ahead of what it replaces.
        let mut ahead = 0_isize;
        for piece in &self.pieces {
            match piece {
                Piece::Value(value) => {
                    let placeholder = value.placeholder(names);
                    ahead += signed(placeholder.len()) - signed(value.width);
                    text.push_str(&placeholder);
                }
                Piece::Pattern(pattern) => {
                    let leading = pattern.len() - pattern.trim_start_matches(' ').len();
                    let leading = (!text.is_empty() && leading >= 2).then_some(0..leading);
                    let mut kept = 0;
                    for gap in leading.into_iter().chain(gaps(pattern)) {
                        text.push_str(&pattern[kept..gap.start]);
                        kept = gap.end;
                        if pattern[gap.clone()].contains('\t') {
                            text.push_str(&pattern[gap]);
                            continue;
                        }
                        let width = (signed(gap.len()) - ahead).max(2);
                        ahead += width - signed(gap.len());
                        text.push_str(&" ".repeat(width.unsigned_abs()));
                    }
                    text.push_str(&pattern[kept..]);
                }
            }
        }
        text
    }
}

/// A width for calculations. No line is longer than an `isize` can tell.
fn signed(width: usize) -> isize {
    isize::try_from(width).unwrap_or(isize::MAX)
}

impl Value {
    fn new(kind: &Kind, actual: &str, expected: &str) -> Self {
        Self {
            placeholder: kind.placeholder,
            nature: kind.nature,
            actual: actual.to_owned(),
            width: expected.chars().count(),
        }
    }

    fn placeholder(&self, names: &Names) -> String {
        let is_named = self.nature.is_identity();
        match names.get(self.placeholder, &self.actual).filter(|_| is_named) {
            Some(name) => format!("[{}:{name}]", self.placeholder),
            None => format!("[{}]", self.placeholder),
        }
    }
}

impl Update {
    /// Returns the placeholders and values that stand for one object, as often as they occur.
    pub(crate) fn identities(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let values = self.lines.iter().flat_map(Line::values);
        values
            .filter(|value| value.nature.is_identity())
            .map(|value| (value.placeholder, value.actual.as_str()))
    }

    /// Returns the new pattern: the first that matches of one with named placeholders, one with unnamed ones, and one
    /// without new placeholders.
    pub(crate) fn text(
        &self,
        actual: &str,
        names: &Names,
        placeholders: &Placeholders,
        bindings: &Bindings,
    ) -> String {
        let render = |names: &Names| -> String {
            self.lines.iter().map(|line| line.text(names) + "\n").collect()
        };
        let matches = |text: &String| {
            Pattern::parse(text, placeholders).matches(actual, &mut bindings.clone()).is_ok()
        };
        let named = Some(render(names)).filter(matches);
        let unnamed = || Some(render(&Names::default())).filter(matches);
        named.or_else(unnamed).unwrap_or_else(|| self.plain.clone())
    }

    /// Returns what changes.
    pub(crate) fn changes(&self) -> Changes {
        let of = |origin| self.lines.iter().filter(move |line| line.origin == origin);
        let added = of(Origin::Output).map(|line| line.text(&Names::default()));
        let values = self.lines.iter().flat_map(Line::values);
        Changes {
            lines: self.lines.len(),
            values: of(Origin::Values).count(),
            placeholders: values.map(|value| value.placeholder).collect(),
            removed: self.removed.clone(),
            added: added.collect(),
        }
    }
}
