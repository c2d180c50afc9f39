//! Unclosed blocks at the end of a chapter, which would include all text inserted below them.

use std::ops::Range;

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::Event;

use crate::model::markdown::Extensions;
use crate::text::byte_order_mark::mark_len;

/// A paragraph of its own, unless an open block includes it.
const PROBE: &str = "\n\ndocktest\n";

/// Returns the start of the line where the last block of the text begins, if the text does not close
/// that block: a fence, a comment or another HTML block. `last_block` is where it begins, if it is one of
/// code or HTML; what is before it has no effect on it.
pub(super) fn unclosed_block(
    text: &str,
    last_block: Option<usize>,
    extensions: &Extensions,
) -> Option<usize> {
    let line = text[..last_block?].rfind('\n').map_or(mark_len(text), |feed| feed + 1);
    let block = &text[line..];
    let probed = format!("{block}{PROBE}");
    let mut depth = 0_usize;
    let mut last: Range<usize> = 0..0;
    for (event, span) in new_cmark_parser(&probed, &extensions.to_options()).into_offset_iter() {
        if depth == 0 {
            last = span;
        }
        match event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
    }
    (last.start < block.len()).then_some(line)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::extract::extract;

    #[test]
    fn an_unclosed_block_is_found_at_its_line() {
        for (text, expected) in [
            ("a\n\n```bash\nb\n", Some(3)),
            ("\u{feff}~~~~\nb\n~~~", Some(3)),
            ("a\n  ```\n\n\nb", Some(2)),
            ("a\n\n<!-- b\n\nc", Some(3)),
            ("<pre>\n\na", Some(0)),
            ("```\na\n```", None),
            ("- ```\n  a\n", None),
            ("> <!-- a", None),
            ("[^a]: ```\n    b", None),
            ("<div>\na", None),
            ("a <!-- b", None),
            ("<!-- a\n\nb -->\n\n---", None),
            ("```\na\n\n- b", Some(0)),
            ("```\na\n```\n\n- b\n\n  ```\n  c", None),
            ("# a\n> b\n```\nc", Some(8)),
            ("", None),
        ] {
            let extensions = Extensions::default();
            let last = extract(Path::new("a.md"), text, extensions.clone()).last_block;
            assert_eq!(unclosed_block(text, last, &extensions), expected, "{text:?}");
        }
    }
}
