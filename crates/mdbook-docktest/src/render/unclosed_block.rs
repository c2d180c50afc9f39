//! Unclosed blocks at the end of a chapter, which would include all text inserted below them.

use std::ops::Range;

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::Event;

use crate::model::markdown::Extensions;
use crate::text::byte_order_mark::without_mark;

/// A paragraph of its own, unless an open block includes it.
const PROBE: &str = "\n\ndocktest\n";

/// Returns the start of the line where the last block of the text begins, if the text does not close
/// that block: a fence, a comment or another HTML block.
pub(super) fn unclosed_block(text: &str, extensions: &Extensions) -> Option<usize> {
    let body = without_mark(text);
    let probed = format!("{body}{PROBE}");
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
    let is_open = last.start < body.len();
    let line = body[..last.start.min(body.len())].rfind('\n').map_or(0, |feed| feed + 1);
    is_open.then_some(text.len() - body.len() + line)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            ("", None),
        ] {
            assert_eq!(unclosed_block(text, &Extensions::default()), expected, "{text:?}");
        }
    }
}
