use proptest::prelude::*;

use super::diff::DiffLine;
use super::token::literal;
use super::*;

const WHOLE: &str = "3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff";
const OTHER: &str = "aaaabbbbccccdddd0000111122223333444455556666777788889999aaaabbbb";

pub(super) fn matches(pattern: &str, actual: &str) -> bool {
    difference(pattern, actual).is_none()
}

fn difference(pattern: &str, actual: &str) -> Option<Mismatch> {
    let pattern = Pattern::parse(pattern, &Placeholders::default());
    pattern.matches(actual, &mut Bindings::default()).err()
}

#[test]
fn text_matches_itself() {
    assert!(matches("a\n\nb\n", "a\n\nb\n"));
    assert!(!matches("a\nb\n", "a\n"));
    assert!(!matches("a\n", "a\nb\n"));
    assert!(!matches("a.c\n", "abc\n"));
    assert!(matches("", ""));
    assert!(!matches("", "a"));
    assert!(matches("really? [y/N] (x+y)*\n", "really? [y/N] (x+y)*\n"));
}

#[test]
fn trailing_whitespace_and_blank_lines_are_ignored() {
    assert!(matches("a\nb\n", "a  \r\nb"));
    assert!(matches("NAMES     \nx\n", "NAMES\nx        \n\n\n"));
    assert!(!matches("a\n", "\na\n"), "a blank line at the start counts");
    assert!(!matches("a\n", "  a\n"), "so does indentation");
}

#[test]
fn dots_alone_on_a_line_match_any_lines() {
    assert!(matches("...\n", ""));
    assert!(matches("...\n", "a\n\nb\n"));
    assert!(matches("a\n  ... \nb\n", "a\nb\n"));
    assert!(matches("a\n...\nb\n", "a\nx\nb\nb\n"));
    assert!(!matches("a\n...\nb\n", "a\nb\nc\n"));
    assert!(!matches("a\n...\na\n", "a\n"), "a line is used once");
    assert!(matches("...\na\nb\n...\nb\n...\n", "a\na\nb\nx\nb\n"));
    assert!(!matches("a ...\n", "a\nb\n"), "dots within a line are text");
}

#[test]
fn dots_in_brackets_match_anything_within_a_line() {
    assert!(matches("a [..] c [..]\n", "a b c \n"));
    assert!(!matches("a[..]c\n", "a\nc\n"));
    assert!(!matches("c [..]\n", "cd\n"), "the space before it matches itself");
}

#[test]
fn gaps_between_columns_match_gaps_of_any_width() {
    let table = "CREATED        STATUS    NAMES\n[ID]   [AGE]  Up [AGE]   [..]  db\n";
    let printed = "CREATED                  STATUS         NAMES\n\
                   3f4a0c1d2e5b   Less than a second ago   Up 3 seconds             x   db\n";
    assert!(matches(table, printed));
    assert!(!matches("a b\n", "a  b\n") && !matches("[ID] b\n", "3f4a0c1d2e5b  b\n"));
    assert!(!matches("  [ID]\n", "    3f4a0c1d2e5b\n"), "indentation is exact");
    assert!(matches("127.0.0.1   localhost\n", "127.0.0.1\tlocalhost\n"), "a tab is a gap");
    assert!(matches("    [NUMBER] root\n", "  123 root\n"), "a number is aligned to the right");
    let exact = Pattern::exact("a  b\n");
    assert!(exact.matches("a   b\n", &mut Bindings::default()).is_err());
}

#[test]
fn placeholders_match_their_values() {
    assert!(matches("[ID]  alpine  Up [AGE]\n", "3f4a0c1d2e5b  alpine  Up 3 seconds\n"));
    assert!(!matches("[ID]\n", "3f4a0c1d2e5G\n"));
    assert!(matches("[DATE] [[]error]\n", "2026/11/24 03:02:12 [error]\n"));
    assert!(matches("[[]ID] [.]..\n", "[ID] ...\n"));
}

#[test]
fn a_book_can_have_its_own_placeholders() {
    let own = [("TICKET".to_owned(), "T-[0-9]+|none".to_owned())];
    let placeholders = Placeholders::with(own).unwrap();
    let pattern = Pattern::parse("ticket [TICKET]!\n", &placeholders);
    for (text, expected) in [("ticket T-12!", true), ("ticket none!", true), ("ticket T-!", false)]
    {
        assert_eq!(pattern.matches(text, &mut Bindings::default()).is_ok(), expected, "{text}");
    }
}

#[test]
fn a_name_has_one_value_throughout_a_chapter() {
    let both = |first: &str, second: &str| {
        let pattern = Pattern::parse("[ID:app] [..]\n", &Placeholders::default());
        let mut bindings = Bindings::default();
        pattern.matches(&format!("{first} x"), &mut bindings).unwrap();
        let again = Pattern::parse("...\nit is [ID:app]\n", &Placeholders::default());
        again.matches(&format!("y\nit is {second}"), &mut bindings).is_ok()
    };
    assert!(both(WHOLE, WHOLE));
    assert!(both(WHOLE, &WHOLE[..12]));
    assert!(both(&WHOLE[..12], WHOLE));
    assert!(!both(WHOLE, OTHER));
    assert!(!both(WHOLE, &OTHER[..12]));
}

#[test]
fn a_bound_value_is_found_among_others_on_a_line() {
    let placeholders = Placeholders::default();
    let mut bindings = Bindings::default();
    Pattern::parse("[ID:app]", &placeholders).matches(WHOLE, &mut bindings).unwrap();
    let ps = format!("{} {}", &OTHER[..12], &WHOLE[..12]);
    Pattern::parse("[..][ID:app][..]", &placeholders).matches(&ps, &mut bindings).unwrap();
}

#[test]
fn a_block_that_does_not_match_binds_nothing() {
    let mut bindings = Bindings::default();
    let pattern = Pattern::parse("[ID:app]\nx\n", &Placeholders::default());
    assert!(pattern.matches(WHOLE, &mut bindings).is_err());
    assert_eq!(bindings, Bindings::default());
}

#[test]
fn a_second_value_for_a_name_is_a_difference() {
    let text = format!("{WHOLE}\n{OTHER}\n");
    let mismatch = difference("[ID:a]\n[ID:a]\n", &text).unwrap();
    assert_eq!(mismatch.place, Place::Unmet { expected: 1, actual: Some(1) });
}

#[test]
fn exact_patterns_compare_byte_for_byte() {
    let exact =
        |text: &str, actual: &str| Pattern::exact(text).matches(actual, &mut Bindings::default());
    assert!(exact("a \n[..]\n...\n", "a \n[..]\n...\n").is_ok());
    assert!(exact("[..]\n", "a\n").is_err());
    let mismatch = exact("a\nb\n", "a \nb").unwrap_err();
    assert_eq!(mismatch.to_string(), "- a\n- b\n+ a·\n+ b (without a line feed)");
    assert_eq!(exact("a\n", "a\r\n").unwrap_err().to_string(), "- a\n+ a\\r");
}

#[test]
fn a_mismatch_shows_matching_lines_as_they_were_printed() {
    let pattern = "id [ID]\none\n...\ntwo [..]\nthree\n";
    let actual = "id 3f4a0c1d2e5b\none\nx\ny\ntwo 2\n3\n";
    let mismatch = difference(pattern, actual).unwrap();
    assert_eq!(mismatch.to_string(), "  id 3f4a0c1d2e5b\n  one\n  ...\n  two 2\n- three\n+ 3");
    assert_eq!(mismatch.place, Place::Unmet { expected: 4, actual: Some(5) });
}

#[test]
fn an_extra_or_missing_line_does_not_shift_the_others() {
    let extra = difference("a\nb\nc\n", "a\nx\nb\nc\n").unwrap();
    assert_eq!(extra.to_string(), "  a\n+ x\n  b\n  c");
    assert_eq!(extra.place, Place::Unexpected { actual: 1, before: Some(1) });
    let missing = difference("a\nb\nc\n", "a\nc\n").unwrap();
    assert_eq!(missing.to_string(), "  a\n- b\n  c");
    assert_eq!(missing.place, Place::Unmet { expected: 1, actual: None });
    let longer = difference("a\n", "a\nb\n").unwrap();
    assert_eq!(longer.place, Place::Unexpected { actual: 1, before: None });
}

#[test]
fn a_long_mismatch_is_shortened() {
    let before = "same\n".repeat(100);
    let mismatch =
        difference(&format!("{before}a\n"), &format!("{before}{}", "b\n".repeat(50))).unwrap();
    let shown = mismatch.to_string();
    assert!(shown.starts_with("  (97 more lines)\n  same\n  same\n  same\n- a\n+ b\n"), "{shown}");
    assert!(shown.contains("+ b\n  (20 more lines)\n+ b\n"), "{shown}");
}

#[test]
fn a_large_mismatch_is_reported_where_it_begins() {
    let numbers: String = (0..30_000).map(|n| format!("{n}\n")).collect();
    let mismatch = difference(&format!("{numbers}x\n"), &format!("{numbers}y\n")).unwrap();
    assert_eq!(mismatch.place, Place::Unmet { expected: 30_000, actual: Some(30_000) });
}

#[test]
fn a_mistyped_placeholder_is_a_flaw() {
    let pattern = Pattern::parse("ok\nid [DIGSET:a]\n", &Placeholders::default());
    let [flaw] = pattern.flaws() else { panic!("{:?}", pattern.flaws()) };
    assert_eq!((flaw.line, flaw.span.clone()), (1, 3..13));
    assert_eq!(flaw.help, "did you mean `[DIGEST:a]`? If not, write `[[]DIGSET:a]`");
}

const PIECES: &[&str] = &[
    "...",
    "\n...\n",
    "[..]",
    "[.]",
    "[[]",
    "[ID]",
    "[ID:a]",
    "[IP:a]",
    "[DIGSET]",
    "[",
    "]",
    ".",
    ":",
    "a",
    "é",
    "3f4a0c1d2e5b",
    "aaaabbbbcccc",
    "10.0.0.1",
    " ",
    "\t",
    "\r\n",
    "\n",
    "\n",
];

/// Texts that often contain special sequences.
pub(super) fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(PIECES), 0..16).prop_map(|pieces| pieces.concat())
}

/// The lines of a text that are compared.
fn compared(text: &str) -> Vec<&str> {
    pattern::lines(text, false)
}

proptest! {
    #[test]
    fn a_literal_matches_itself_and_nothing_else(text in text(), other in text()) {
        let pattern = literal(&text, &Placeholders::default());
        prop_assert!(matches(&pattern, &text), "{pattern:?}");
        let (lines, others) = (compared(&text), compared(&other));
        let mut pairs = lines.iter().zip(&others);
        let is_same = pairs.all(|(one, other)| gap::is_equal_but_for_gaps(one, other));
        prop_assert_eq!(matches(&pattern, &other), is_same && lines.len() == others.len());
        let pattern = Pattern::parse(&pattern, &Placeholders::default());
        prop_assert_eq!(pattern.flaws(), []);
    }

    #[test]
    fn a_changed_character_is_a_difference(text in "\\PC{1,40}", at in any::<prop::sample::Index>()) {
        let mut changed: Vec<char> = text.chars().collect();
        let at = at.index(changed.len());
        changed[at] = if changed[at] == 'x' { 'y' } else { 'x' };
        let changed: String = changed.into_iter().collect();
        prop_assert!(!matches(&literal(&text, &Placeholders::default()), &changed));
    }

    #[test]
    fn dots_match_any_text(text in "(?s).{0,200}") {
        prop_assert!(matches("...", &text));
    }

    #[test]
    fn an_exact_match_is_equality(text in text(), other in text()) {
        let exact = Pattern::exact(&text);
        prop_assert!(exact.matches(&text, &mut Bindings::default()).is_ok());
        let is_match = exact.matches(&other, &mut Bindings::default()).is_ok();
        prop_assert_eq!(is_match, text == other);
    }

    #[test]
    fn a_mismatch_always_shows_a_difference(pattern in text(), actual in text()) {
        if let Some(mismatch) = difference(&pattern, &actual) {
            let is_shown = |line: &DiffLine| {
                matches!(line, DiffLine::Missing(_) | DiffLine::Unexpected(_))
            };
            prop_assert!(mismatch.diff.iter().any(is_shown));
        }
    }

    #[test]
    fn any_pattern_and_any_text_can_be_matched(pattern in "(?s).{0,60}", actual in "(?s).{0,60}") {
        let _ = matches(&pattern, &actual);
    }
}
