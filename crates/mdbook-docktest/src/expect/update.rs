//! Accepting output: a pattern that matches it and keeps the lines that still match. Values that change from run to
//! run become placeholders.

use std::borrow::Cow;

use super::binding::Bindings;
use super::changes::Changes;
use super::loosened::Loosened;
use super::names::Names;
use super::order::is_cache_record;
use super::pattern::{Pattern, lines};
use super::placeholder::Placeholders;
use super::token::literal;
use super::volatile::{Scanner, Volatile};

mod line;
mod progress;
mod rows;

use self::line::{Line, Origin};
use self::progress::is_progress;
use self::rows::{Row, rows};

/// A new pattern, in which values that change from run to run have no names yet.
#[derive(Debug)]
pub(crate) struct Update {
    lines: Vec<Line>,
    /// The lines of the old pattern that are not in the new one, or elsewhere.
    removed: Vec<String>,
    /// What matches in any case, without placeholders.
    plain: String,
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
    let mut bound = Cow::Owned(bound);
    let rows = rows(&loose.pattern, &steps, &actual_lines, &mut bound);
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
    for row in rows {
        let line = match row {
            Row::Gone { element } => {
                update.removed.push(strict.sources[element].clone());
                continue;
            }
            Row::Dots { element, .. } => Line::kept(&strict.sources[element]),
            Row::NewDots => Line::dots(),
            Row::Kept { element, line } | Row::Moved { element, line } => {
                let source = &strict.sources[element];
                let text = actual_lines[line];
                let fits = strict.fits(element, text, &mut Cow::Borrowed(&*bound));
                let is_wanted = |value: &Volatile| match (fits, matches) {
                    (true, true) => is_age(value),
                    (true, false) => value.kind.nature.is_measure(),
                    (false, _) => true,
                };
                let found = loose.pattern.values(element, text, &bound);
                let values = loose.values[element].iter().zip(found);
                // What no run chooses twice is the page's own, or fixed.
                let is_fixed = |value: &Volatile, found: &str| {
                    value.kind.nature.is_identity() && source[value.span.clone()] == *found
                };
                let values =
                    values.filter(|(value, found)| is_wanted(value) && !is_fixed(value, found));
                let mut line = Line::with_values(source, values, Origin::Values, str::to_owned);
                if matches!(row, Row::Moved { .. }) {
                    update.removed.push(source.clone());
                    line.origin = Origin::Output;
                }
                line
            }
            // How often it is printed changes from run to run.
            Row::New { line } if is_progress(actual_lines[line]) => {
                if update.lines.last().is_some_and(Line::is_dots) {
                    continue;
                }
                Line::dots()
            }
            Row::New { line } => new_line(actual_lines[line], &new[line], placeholders),
        };
        update.lines.push(line);
    }
    Some(update)
}

fn new_line(text: &str, values: &[Volatile], placeholders: &Placeholders) -> Line {
    let values = values.iter().map(|value| (value, &text[value.span.clone()]));
    Line::with_values(text, values, Origin::Output, |text| literal(text, placeholders))
}

/// Returns the values of output lines that change from run to run.
fn new_values(actual: &[&str], bindings: &Bindings) -> Vec<Vec<Volatile>> {
    let mut scanner = Scanner::for_expectations();
    let values = actual.iter().map(|line| {
        let mut values = scanner.line_with_ids(line, |word| bindings.is_swarm_id(word));
        values.retain(|value| !bindings.is_repeated(value.kind, &line[value.span.clone()]));
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
    let (steps, bound) = old.align(actual, bindings);
    let rows = rows(old, &steps, actual, &mut Cow::Owned(bound));
    let rewrite = |is_kept: &dyn Fn(usize) -> bool| -> String {
        let lines = rows.iter().filter_map(|row| match *row {
            Row::Gone { .. } => None,
            Row::Dots { element, .. } => Some(old.sources[element].clone()),
            Row::NewDots => Some("...".to_owned()),
            Row::Kept { element, .. } | Row::Moved { element, .. } if is_kept(element) => {
                Some(old.sources[element].clone())
            }
            Row::Kept { line, .. } | Row::Moved { line, .. } | Row::New { line } => {
                Some(literal(actual[line], placeholders))
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

impl Update {
    /// Returns the placeholders and values that stand for one object, as often as they occur, without those of the build
    /// cache.
    pub(crate) fn identities(&self) -> impl Iterator<Item = (&'static str, &str)> {
        let lines = self.lines.iter();
        let lines = lines.filter(|line| !is_cache_record(&line.text(&Names::default())));
        lines
            .flat_map(Line::values)
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

#[cfg(test)]
mod tests;
