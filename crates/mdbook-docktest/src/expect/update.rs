//! Accepting output: a pattern that matches it and keeps the lines that still match.

use super::alignment::Step;
use super::binding::Bindings;
use super::pattern::{Pattern, lines};
use super::placeholder::Placeholders;
use super::token::literal;

/// Returns a pattern that matches `actual`, given the earlier `bindings`. Lines that still match are
/// kept as they are written; a pattern that matches is returned unchanged.
///
/// For [`Pattern::exact`], the new text is simply the output.
pub(crate) fn update(
    pattern: &str,
    actual: &str,
    placeholders: &Placeholders,
    bindings: &Bindings,
) -> String {
    let matches = |text: &str| {
        Pattern::parse(text, placeholders).matches(actual, &mut bindings.clone()).is_ok()
    };
    if matches(pattern) {
        return pattern.to_owned();
    }
    let old = Pattern::parse(pattern, placeholders);
    let actual_lines = lines(actual, false);
    let (steps, _) = old.align(&actual_lines, bindings);
    let rewrite = |is_kept: &dyn Fn(usize) -> bool| -> String {
        let lines = steps.iter().filter_map(|step| match step {
            Step::Missing { .. } => None,
            Step::Skipped { element, .. } => Some(old.sources[*element].clone()),
            Step::Kept { element, .. } if is_kept(*element) => Some(old.sources[*element].clone()),
            Step::Kept { line, .. } | Step::Extra { line } => {
                Some(literal(actual_lines[*line], placeholders))
            }
        });
        lines.map(|line| line + "\n").collect()
    };
    let new = rewrite(&|_| true);
    if matches(&new) {
        return new;
    }
    // Names are bound in the order of the lines, which a new line can change.
    rewrite(&|element| !old.binds(element))
}
