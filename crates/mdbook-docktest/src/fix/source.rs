//! Finds the place of an edit of a chapter's text in the chapter's file.

use std::collections::HashMap;
use std::ops::Range;

use crate::text::position::work;
use crate::text::splice::Edit;

/// The number of lines around an edit that are compared, at most.
const CONTEXT: usize = 60;

/// A chapter's text and its file's, in which places of edits are looked for.
pub(super) enum Places<'a> {
    /// Both are the same.
    Same,
    Different {
        text: Lines<'a>,
        source: Lines<'a>,
    },
}

/// A text, and where each line stands in it.
pub(super) struct Lines<'a> {
    text: &'a str,
    places: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Places<'a> {
    pub(super) fn of(text: &'a str, source: &'a str) -> Self {
        if text == source {
            return Self::Same;
        }
        Self::Different { text: Lines::of(text), source: Lines::of(source) }
    }

    /// Returns edits of `source` that have the effect of edits of `text`; `None` if they are about text
    /// that comes from another file, or if it cannot be known where it comes from.
    ///
    /// `text` is `source` with `{{#include}}` and the like replaced. So lines that occur once in `text`, and
    /// once in `source`, are the same lines: if those of `text` came from elsewhere, those of `source` would
    /// be a second time in `text`. Lines that occur more often are looked for together with their
    /// neighbours.
    pub(super) fn in_source(&self, edits: &[Edit]) -> Option<Vec<Edit>> {
        let Self::Different { text, source } = self else { return Some(edits.to_vec()) };
        let moved = |edit: &Edit| {
            let lines = whole_lines(text.text, &edit.range);
            let start = windows(text.text, &lines).find_map(|window| {
                let lines = &text.text[window.clone()];
                text.only_place(lines)?;
                Some(source.only_place(lines)? + edit.range.start - window.start)
            })?;
            Some(Edit { range: start..start + edit.range.len(), text: edit.text.clone() })
        };
        edits.iter().map(moved).collect()
    }
}

impl<'a> Lines<'a> {
    fn of(text: &'a str) -> Self {
        let mut places: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, line) in with_offsets(text.split('\n')) {
            places.entry(line).or_default().push(at);
        }
        Self { text, places }
    }

    /// Returns the offset of lines, if they occur once as whole lines.
    fn only_place(&self, lines: &str) -> Option<usize> {
        // What is behind the last line feed is no line, unless nothing is before it.
        let each = with_offsets(lines.strip_suffix('\n').unwrap_or(lines).split('\n'));
        let places = |line| self.places.get(line).map_or(&[][..], Vec::as_slice);
        // As the rarest line is somewhere, so are all of them.
        let (before, places) =
            each.map(|(at, line)| (at, places(line))).min_by_key(|(_, places)| places.len())?;
        let starts = places.iter().filter_map(|at| at.checked_sub(before));
        let mut found = starts.filter(|at| self.are_at(*at, lines));
        let only = found.next()?;
        found.next().is_none().then_some(only)
    }

    /// Whether these whole lines are at an offset.
    fn are_at(&self, at: usize, lines: &str) -> bool {
        work::add(1);
        let is_start = at == 0 || self.text.as_bytes()[at - 1] == b'\n';
        let rest = self.text.get(at..).and_then(|rest| rest.strip_prefix(lines));
        let is_end =
            |rest: &str| lines.ends_with('\n') || rest.is_empty() || rest.starts_with('\n');
        is_start && rest.is_some_and(is_end)
    }
}

/// Returns the lines of a text, without their line feeds, and the offset of each.
fn with_offsets<'a>(
    lines: impl Iterator<Item = &'a str>,
) -> impl Iterator<Item = (usize, &'a str)> {
    let mut next = 0;
    lines.map(move |line| {
        let at = next;
        next += line.len() + 1;
        (at, line)
    })
}

/// Returns the lines that a range is in.
fn whole_lines(text: &str, range: &Range<usize>) -> Range<usize> {
    let is_whole_lines = !range.is_empty() && text[..range.end].ends_with('\n');
    let end = if is_whole_lines { range.end } else { line_end(text, range.end) };
    line_start(text, range.start)..end
}

/// Returns larger and larger windows around lines: with lines above, below, and on both sides.
fn windows<'a>(
    text: &'a str,
    lines: &'a Range<usize>,
) -> impl Iterator<Item = Range<usize>> + use<'a> {
    let (mut above, mut below) = (lines.start, lines.end);
    let grown = (0..CONTEXT).flat_map(move |_| {
        above = line_start(text, above.saturating_sub(1));
        below = line_end(text, below);
        [above..lines.end, lines.start..below, above..below]
    });
    std::iter::once(lines.clone()).chain(grown)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// Returns the offset behind the line feed of the line that begins at or before `at`.
fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |newline| at + newline + 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::splice::splice;

    /// What an insertion before `at` in the text makes of the source; `None` if it has no place there.
    fn marked(text: &str, source: &str, at: usize) -> Option<String> {
        let edit = Edit::insert(at, "!".into());
        Some(splice(source, Places::of(text, source).in_source(&[edit])?))
    }

    #[test]
    fn an_edit_is_moved_by_what_is_included_above() {
        let text = "# é\none\ntwo\n```bash\nls\n```\n";
        let source = "# é\n{{#include a.md}}\n```bash\nls\n```\n";
        let at = text.find("bash").unwrap();
        let expected = "# é\n{{#include a.md}}\n```!bash\nls\n```\n";
        assert_eq!(marked(text, source, at).as_deref(), Some(expected));
        assert_eq!(marked(text, source, text.find("one").unwrap()), None, "it is in a.md");
    }

    #[test]
    fn equal_lines_are_distinguished_by_their_neighbours() {
        let block = "```bash\nls\n```\n";
        let text = format!("# One\n{block}# Two\n{block}");
        let source = format!("{{{{#include one.md}}}}\n# Two\n{block}");
        let last = text.rfind("bash").unwrap();
        let expected = "{{#include one.md}}\n# Two\n```!bash\nls\n```\n";
        assert_eq!(marked(&text, &source, last).as_deref(), Some(expected));
        assert_eq!(marked(&text, &source, text.find("bash").unwrap()), None);
        // Either of the two blocks can be the included one.
        let text = format!("{block}{block}");
        for source in
            [format!("{{{{#include a.md}}}}\n{block}"), format!("{block}{{{{#include a.md}}}}\n")]
        {
            assert_eq!(marked(&text, &source, text.find("bash").unwrap()), None);
            assert_eq!(marked(&text, &source, text.rfind("bash").unwrap()), None);
        }
    }

    #[test]
    fn a_line_is_not_found_as_a_part_of_another() {
        assert_eq!(marked("tty\nx\n", "~tty\ntty~\n", 0), None);
        assert_eq!(marked("a\nx", "{{a}}\nxx\nx", 2).as_deref(), Some("{{a}}\nxx\n!x"));
    }

    #[test]
    fn lines_can_be_replaced_up_to_an_include() {
        let (text, source) = ("a\nb\nincluded\n", "a\nb\n{{#include c.md}}\n");
        let edit = Edit { range: 2..4, text: "new\n".into() };
        let edits = Places::of(text, source).in_source(&[edit]).unwrap();
        assert_eq!(splice(source, edits), "a\nnew\n{{#include c.md}}\n");
    }

    proptest! {
        /// With an included file at a random place, an edit of a line of the chapter's own lands at that
        /// line or nowhere; an edit of an included line lands nowhere.
        #[test]
        fn an_edit_is_made_at_its_line_or_not_at_all(
            own in prop::collection::vec("[ab]{0,2}", 1..12),
            included in prop::collection::vec("[ab]{0,2}", 1..6),
            place in any::<prop::sample::Index>(),
            line in any::<prop::sample::Index>(),
        ) {
            let place = place.index(own.len() + 1);
            let lines = |lines: &[String]| lines.iter().map(|line| format!("{line}\n")).collect::<String>();
            let mut expanded = own.clone();
            expanded.splice(place..place, included.clone());
            let text = lines(&expanded);
            let mut source = own;
            source.insert(place, "{{#include a.md}}".into());
            let line = line.index(expanded.len());
            let at = lines(&expanded[..line]).len();
            if let Some(new) = marked(&text, &lines(&source), at) {
                let is_included = (place..place + included.len()).contains(&line);
                prop_assert!(!is_included, "{:?}", new);
                let line = if line < place { line } else { line - included.len() + 1 };
                source[line].insert(0, '!');
                prop_assert_eq!(new, lines(&source));
            }
        }
    }
}
