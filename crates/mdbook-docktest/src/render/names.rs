//! Names of Docker objects on pages: on one line, shortened to the available width.
//!
//! A recording can have any text where the engine would only have a valid name.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::terminal::plain;

/// A name as text on one line, without characters that affect the text around it.
pub(super) fn shown(name: &str) -> String {
    let replaced = |c: char| match c {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        // Invisible characters.
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => '\u{fffd}',
        c => c,
    };
    plain(name).chars().map(replaced).collect()
}

/// The name of a volume or an image. A digest is shortened to the 12 digits that Docker prints.
pub(super) fn short(name: &str) -> String {
    let digest = name.strip_prefix("sha256:").unwrap_or(name);
    if is_digest(digest) { digest[..12].to_owned() } else { shown(name) }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The most characters per cell: combining accents are characters without a width.
const CHARACTERS: usize = 3;

/// The width of a text in cells of a monospaced font; a Chinese character takes two.
pub(super) fn cells(text: &str) -> usize {
    text.width()
}

/// Shortens a text that is too wide to its beginning and an ellipsis.
pub(super) fn beginning(text: &str, width: usize) -> String {
    if fits(text, width) {
        return text.to_owned();
    }
    let mut kept = fitting(text.chars(), width.saturating_sub(1));
    kept.push('…');
    kept
}

/// Shortens a path that is too wide to an ellipsis and its end, the most specific part.
pub(super) fn end(path: &str, width: usize) -> String {
    if fits(path, width) {
        return path.to_owned();
    }
    let backwards = fitting(path.chars().rev(), width.saturating_sub(1));
    let kept: String = backwards.chars().rev().collect();
    // Start with a whole component, if one fits.
    let whole = kept.find('/').map_or(kept.as_str(), |slash| &kept[slash..]);
    format!("…{}", if cells(whole) > 1 { whole } else { &kept })
}

/// Breaks a text that is too wide into rows, after signs that separate its parts, and before slashes.
/// Returns `None` if it needs more than `most` rows.
pub(super) fn rows(text: &str, width: usize, most: usize) -> Option<Vec<String>> {
    let mut rows = Vec::new();
    let mut rest = text;
    while !fits(rest, width) {
        let row = fitting(rest.chars(), width);
        let is_end = |(at, c): (usize, char)| match c {
            '/' => at,
            '-' | '_' | '.' | ':' | '@' => at + 1,
            _ => 0,
        };
        // A row with little in it looks like an entry of its own.
        let end = row.char_indices().map(is_end).filter(|end| *end > row.len() / 3).max();
        let (row, after) = rest.split_at(end.unwrap_or(row.len()));
        if row.is_empty() || rows.len() + 1 == most {
            return None;
        }
        rows.push(row.to_owned());
        rest = after;
    }
    rows.push(rest.to_owned());
    Some(rows)
}

fn fits(text: &str, width: usize) -> bool {
    // No character is wider than its bytes are many.
    text.len() <= width || cells(text) <= width && text.chars().count() <= width * CHARACTERS
}

/// As many of the first characters as fit.
fn fitting(chars: impl Iterator<Item = char>, width: usize) -> String {
    let mut used = 0;
    chars
        .take(width * CHARACTERS)
        .take_while(|c| {
            used += c.width().unwrap_or_default();
            used <= width
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_shown_name_is_one_line_without_control_characters() {
        assert_eq!(shown("a\x1b[31mb\n\u{202e}c\u{200b}"), "ab <U+202E>c\u{fffd}");
    }

    #[test]
    fn digests_are_shortened_to_twelve_digits() {
        let digits = "0123456789abcdef".repeat(4);
        assert_eq!(short(&digits), "0123456789ab");
        assert_eq!(short(&format!("sha256:{digits}")), "0123456789ab");
        assert_eq!(short("data"), "data");
    }

    #[test]
    fn long_names_keep_their_beginning_and_long_paths_their_end() {
        assert_eq!(beginning("app-server", 10), "app-server");
        assert_eq!(beginning("app-server-1", 10), "app-serve…");
        assert_eq!(beginning("日本語日本語", 6), "日本…");
        assert_eq!(end("/var/lib/postgresql/data", 17), "…/postgresql/data");
        assert_eq!(end("/var/lib/postgresql/data", 18), "…/postgresql/data");
        assert_eq!(end("/averyverylongname", 8), "…ongname");
    }

    #[test]
    fn long_names_have_several_rows() {
        for (name, expected) in [
            ("serene_visvesvaraya", vec!["serene_", "visvesvaraya"]),
            ("/var/lib/postgresql/data", vec!["/var/lib", "/postgresql/data"]),
            ("cours-un-nom-tres-long", vec!["cours-un-nom-", "tres-long"]),
            ("abcdefghijklmnopqrst", vec!["abcdefghijklmnopq", "rst"]),
            ("a", vec!["a"]),
        ] {
            let rows = rows(name, 17, 3).unwrap();
            assert_eq!(rows.concat(), name);
            assert_eq!(rows, expected);
        }
        assert_eq!(rows(&"a".repeat(52), 17, 3), None);
    }

    #[test]
    fn characters_without_a_width_are_limited() {
        let accents = "e\u{301}".repeat(10);
        assert_eq!(beginning(&accents, 10), accents);
        let heap = "e".to_owned() + &"\u{301}".repeat(1_000);
        assert!(beginning(&heap, 10).chars().count() <= 31 && end(&heap, 10).chars().count() <= 31);
    }

    proptest! {
        #[test]
        fn a_shortened_text_fits(text in "(\\PC|/){0,30}", width in 2_usize..20) {
            prop_assert!(cells(&beginning(&text, width)) <= width);
            prop_assert!(cells(&end(&text, width)) <= width);
            if let Some(rows) = rows(&text, width, 4) {
                prop_assert!(rows.len() <= 4 && rows.iter().all(|row| cells(row) <= width));
                prop_assert_eq!(rows.concat(), text);
            }
        }

        #[test]
        fn any_shown_name_is_one_line(name in any::<String>()) {
            prop_assert!(!shown(&name).contains(char::is_control));
        }
    }
}
