//! Accepting what came out: a pattern that matches it, with as much of the old one as still holds.

use super::alignment::Step;
use super::binding::Bindings;
use super::pattern::{Pattern, lines};
use super::placeholder::Placeholders;
use super::token::literal;

/// Rewrites the lines of a pattern that do not hold, such that it matches `actual`, with `bindings`
/// being what is bound before. Lines that still hold stay as they are written; a pattern that matches
/// comes back unchanged.
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
    // A name is bound in the order in which lines are found, which a new line can change.
    rewrite(&|element| !old.binds(element))
}
