//! The names of Docker's objects as a page shows them: on one line, and not longer than there is room.
//!
//! A recording can hold any text where the engine would only have a name.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::terminal::plain;

/// A name as text of one line that changes neither the direction nor the look of what is around it.
pub(super) fn shown(name: &str) -> String {
    let replaced = |c: char| match c {
        '\n' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
        // What cannot be seen.
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => '\u{fffd}',
        c => c,
    };
    plain(name).chars().map(replaced).collect()
}

/// A volume's name, or an image's, with the 64 digits that nobody reads cut to the 12 that Docker
/// shows.
pub(super) fn short(name: &str) -> String {
    let digest = name.strip_prefix("sha256:").unwrap_or(name);
    if is_digest(digest) { digest[..12].to_owned() } else { shown(name) }
}

fn is_digest(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// How many characters a cell may have: accents are characters, too, without a width of their own.
const CHARACTERS: usize = 3;

/// The width of a text in cells of a monospaced font: a Chinese character takes two.
pub(super) fn cells(text: &str) -> usize {
    text.width()
}

/// The beginning of a text that is too wide, with an ellipsis behind it.
pub(super) fn beginning(text: &str, width: usize) -> String {
    if fits(text, width) {
        return text.to_owned();
    }
    let mut kept = fitting(text.chars(), width.saturating_sub(1));
    kept.push('…');
    kept
}

/// The end of a path that is too wide, with an ellipsis before it: its last part tells most.
pub(super) fn end(path: &str, width: usize) -> String {
    if fits(path, width) {
        return path.to_owned();
    }
    let backwards = fitting(path.chars().rev(), width.saturating_sub(1));
    let kept: String = backwards.chars().rev().collect();
    // It begins with a whole part, if there is one.
    let whole = kept.find('/').map_or(kept.as_str(), |slash| &kept[slash..]);
    format!("…{}", if cells(whole) > 1 { whole } else { &kept })
}

fn fits(text: &str, width: usize) -> bool {
    cells(text) <= width && text.chars().count() <= width * CHARACTERS
}

/// The first characters, as many as there is room for.
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
    fn names_are_one_line_without_controls() {
        assert_eq!(shown("a\x1b[31mb\n\u{202e}c\u{200b}"), "ab <U+202E>c\u{fffd}");
    }

    #[test]
    fn digits_that_nobody_reads_are_cut_as_docker_does() {
        let digits = "0123456789abcdef".repeat(4);
        assert_eq!(short(&digits), "0123456789ab");
        assert_eq!(short(&format!("sha256:{digits}")), "0123456789ab");
        assert_eq!(short("data"), "data");
    }

    #[test]
    fn names_keep_their_beginning_and_paths_their_end() {
        assert_eq!(beginning("app-server", 10), "app-server");
        assert_eq!(beginning("app-server-1", 10), "app-serve…");
        assert_eq!(beginning("日本語日本語", 6), "日本…");
        assert_eq!(end("/var/lib/postgresql/data", 17), "…/postgresql/data");
        assert_eq!(end("/var/lib/postgresql/data", 18), "…/postgresql/data");
        assert_eq!(end("/averyverylongname", 8), "…ongname");
    }

    #[test]
    fn characters_without_a_width_do_not_come_in_any_number() {
        let accents = "e\u{301}".repeat(10);
        assert_eq!(beginning(&accents, 10), accents);
        let heap = "e".to_owned() + &"\u{301}".repeat(1_000);
        assert!(beginning(&heap, 10).chars().count() <= 31 && end(&heap, 10).chars().count() <= 31);
    }

    proptest! {
        #[test]
        fn what_is_shortened_fits(text in "(\\PC|/){0,30}", width in 2_usize..20) {
            prop_assert!(cells(&beginning(&text, width)) <= width);
            prop_assert!(cells(&end(&text, width)) <= width);
        }

        #[test]
        fn what_is_shown_is_one_line(name in any::<String>()) {
            prop_assert!(!shown(&name).contains(char::is_control));
        }
    }
}
