//! Remedies for blocks that are out of place.

use std::ops::Range;

use crate::model::fence::Fence;
use crate::model::remedy::{Basis, Remedy};
use crate::text::splice::Edit;

/// Closes a block at its end, which is that of the text or of the list or quote that it is in.
///
/// It may be meant to end earlier: only the author knows.
pub(super) fn close(text: &str, fence: &Fence) -> Remedy {
    let marks = &text[fence.marks.clone()];
    let line_start = text[..fence.marks.start].rfind('\n').map_or(0, |newline| newline + 1);
    // The first line of a list item has a marker where the other lines are indented.
    let prefix: String = text[line_start..fence.marks.start]
        .chars()
        .filter(|c| *c != '\u{feff}')
        .map(|c| if matches!(c, '>' | '\t') { c } else { ' ' })
        .collect();
    let end = text[..fence.block.end].trim_end().len().max(fence.opening().end);
    let edit = Edit::insert(end, format!("\n{prefix}{marks}"));
    let title = "close the block with a `fence` at its end".into();
    Remedy { title, edits: vec![edit], basis: Basis::Proposed }
}

/// Marks a block with another language, in the place of this part of its info string.
pub(super) fn mark_as(place: &Range<usize>, language: &str, basis: Basis) -> Remedy {
    let edit = Edit { range: place.clone(), text: language.to_owned() };
    Remedy { title: format!("mark the block as `{language}`"), edits: vec![edit], basis }
}

/// Makes an `output` block one that is not compared with anything.
pub(super) fn mark_as_text(text: &str, fence: &Fence) -> Remedy {
    let info = &text[fence.info.clone()];
    let language = info.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(info.len());
    let range = fence.info.start..fence.info.start + language;
    let edit = Edit { range, text: "text".into() };
    Remedy { title: "mark it as `text`".into(), edits: vec![edit], basis: Basis::Proposed }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::extract::{Extensions, extract};
    use crate::model::finding::Code;
    use crate::text::splice::splice;

    /// What the remedy for the only finding of a text makes of it.
    #[track_caller]
    fn resolved(text: &str, code: Code) -> String {
        let findings =
            |text: &str| extract(Path::new("c.md"), text, Extensions::default()).findings;
        let [finding] = &findings(text)[..] else { panic!("{:?}", findings(text)) };
        assert_eq!(finding.code, code);
        let [remedy] = &finding.remedies[..] else { panic!("{finding:?}") };
        let new = splice(text, remedy.edits_of(text));
        assert_eq!(findings(&new), [], "{new}");
        let name = if code == Code::UnterminatedFence { "fence" } else { "text" };
        assert!(remedy.is_named(name), "{}", remedy.title);
        new
    }

    #[test]
    fn a_block_is_closed_at_the_end_of_its_container() {
        for (text, expected) in [
            ("```bash\nls\n", "```bash\nls\n```\n"),
            ("```bash", "```bash\n```"),
            ("~~~~ bash\r\nls\r\n\r\n", "~~~~ bash\r\nls\r\n~~~~\r\n\r\n"),
            ("1. ```bash\n   ls\n\ntext\n", "1. ```bash\n   ls\n   ```\n\ntext\n"),
            ("> ```bash\n> ls\n\ntext\n", "> ```bash\n> ls\n> ```\n\ntext\n"),
        ] {
            assert_eq!(resolved(text, Code::UnterminatedFence), expected);
        }
    }

    #[test]
    fn an_output_block_without_a_step_becomes_text() {
        assert_eq!(resolved("```output\na\n```\n", Code::OrphanOutput), "```text\na\n```\n");
        assert_eq!(
            resolved("- ~~~ Output, exact\n  a\n  ~~~\n", Code::OrphanOutput),
            "- ~~~ text, exact\n  a\n  ~~~\n"
        );
    }
}
