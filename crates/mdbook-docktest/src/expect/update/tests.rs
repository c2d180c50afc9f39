//! Given a pattern and a text, the pattern that accepting the text makes.

use proptest::prelude::*;

use super::update;
use crate::expect::names::Names;
use crate::expect::tests::{matches, text};
use crate::expect::{Bindings, Pattern, Placeholders};

fn rewritten_after(pattern: &str, actual: &str, bindings: &Bindings) -> String {
    let placeholders = Placeholders::default();
    let update = update(pattern, actual, &placeholders, bindings);
    update.map_or_else(
        || pattern.to_owned(),
        |update| update.text(actual, &Names::default(), &placeholders, bindings),
    )
}

fn rewritten(pattern: &str, actual: &str) -> String {
    rewritten_after(pattern, actual, &Bindings::default())
}

#[test]
fn accepting_keeps_matching_lines() {
    let pattern = "id [ID]\none\n...\ntwo [..]\nthree\n";
    let actual = "id 3f4a0c1d2e5b\none\nx\ny\ntwo 2\n[..]\n";
    assert_eq!(rewritten(pattern, actual), "id [ID]\none\n...\ntwo [..]\n[[]..]\n");
    assert_eq!(rewritten("a  \n\n", "a"), "a  \n\n", "a matching pattern is not changed");
    assert_eq!(rewritten("a\n...\n", "b\nc\n"), "b\n...\n");
}

#[test]
fn accepting_keeps_ids_that_are_the_same() {
    assert_eq!(
        rewritten("3f4a0c1d2e5b Up 2 days\n", "3f4a0c1d2e5b Up 3 hours\n"),
        "3f4a0c1d2e5b Up [AGE]\n"
    );
}

#[test]
fn accepting_writes_dots_for_lines_of_progress() {
    let zero = "overall progress: 0 out of 2 tasks\n";
    let two = "overall progress: 2 out of 2 tasks\n";
    let end = "verify: Service web converged\n";
    let actual = format!(
        "{zero}1/2:\n2/2:\n{zero}{zero}{two}verify: Waiting 5 seconds to verify that\n{end}"
    );
    assert_eq!(rewritten("old\n", &actual), format!("...\n{end}"));
    assert_eq!(rewritten(&format!("{two}old\n"), &actual), format!("...\n{two}...\n{end}"));
    let other = format!("{zero}{two}{end}");
    assert!(matches(&rewritten("old\n", &actual), &other));
}

#[test]
fn accepting_keeps_the_rows_beside_dots() {
    for (pattern, actual, new) in [
        // The row is among those that `...` stands for: it stays, and `...` moves.
        ("H a ...", "H b a", "H ... a"),
        ("H a ...", "H b a c", "H ... a ..."),
        ("H a ...", "H b c a d", "H ... a ..."),
        ("H a c ...", "H b a c", "H ... a c"),
        ("H a c ...", "H b a c d", "H ... a c ..."),
        ("H a c ...", "H b e a d c", "H ... a ... c"),
        ("... a z", "a y z", "a ... z"),
        ("... a z", "b a y z", "... a ... z"),
        ("H ... a", "H b a c", "H ... a ..."),
        // In another order.
        ("H a c ...", "H c b a", "H c ... a"),
        ("x ... H a c", "x H c a", "x ... H c a"),
        // A row that was not printed goes; a real line takes its place.
        ("x z ... w", "x y", "x y"),
        ("x z ... w", "x y v", "x y ... v"),
        ("x z ... w", "x y u v", "x y ... v"),
        ("x z ...", "x y", "x y ..."),
        ("x z ...", "x", "x"),
        ("x z k ...", "x p q k r", "x p ... k ..."),
        ("... z ...", "y k", "... k"),
        ("H a q ...", "H b a c", "H ... a c"),
        // Nothing to do with `...`.
        ("a ... ... b", "a x b", "a ... ... b"),
        ("a ... b c", "a b d", "a ... b d"),
        ("H a", "H b a", "H b a"),
        ("a b", "b a", "b a"),
    ] {
        let lines = |text: &str| text.replace(' ', "\n") + "\n";
        let accepted = rewritten(&lines(pattern), &lines(actual));
        assert_eq!(accepted, lines(new), "`{pattern}` against `{actual}`");
    }
    let row = |id: &str, name: &str| format!("{id}   {name}\n");
    let old = format!("H\n{}...\n", row("9b1d0f7c2a3e", "a"));
    let actual = format!("H\n{}{}", row("aaaabbbbcccc", "b"), row("3f4a0c1d2e5b", "a"));
    assert_eq!(rewritten(&old, &actual), "H\n...\n[ID]           a\n");
}

proptest! {
    #[test]
    fn an_accepted_pattern_matches_and_is_stable(pattern in text(), actual in text()) {
        let once = rewritten(&pattern, &actual);
        prop_assert!(matches(&once, &actual), "{once:?}");
        prop_assert_eq!(rewritten(&once, &actual), once);
    }

    #[test]
    fn accepting_neither_drops_nor_adds_rows_beside_dots(
        rows in Just(('a'..='h').collect::<Vec<_>>()).prop_shuffle(),
        printed in Just(('a'..='h').collect::<Vec<_>>()).prop_shuffle(),
        dots in prop::collection::vec(0..8_usize, 1..3),
        shown in 0..8_usize,
        count in 0..8_usize,
    ) {
        let mut pattern: Vec<String> = rows[..shown].iter().map(char::to_string).collect();
        dots.iter().for_each(|at| pattern.insert(*at.min(&shown), "...".to_owned()));
        let actual: String = printed[..count].iter().map(|row| format!("{row}\n")).collect();
        let accepted = rewritten(&(pattern.join("\n") + "\n"), &actual);
        let is_in = |row: &&char| accepted.lines().any(|line| line == row.to_string());
        prop_assert!(matches(&accepted, &actual), "{accepted}");
        for row in rows[..shown].iter().filter(|row| printed[..count].contains(row)) {
            prop_assert!(is_in(&row), "{row} is not in {accepted}");
        }
        prop_assert!(accepted.lines().filter(|line| *line != "...").count() <= shown, "{accepted}");
    }

    #[test]
    fn accepting_respects_earlier_bindings(pattern in text(), actual in text()) {
        let placeholders = Placeholders::default();
        let mut bound = Bindings::default();
        Pattern::parse("[ID:a] [IP:a]", &placeholders)
            .matches("aaaabbbbcccc 10.0.0.1", &mut bound)
            .unwrap();
        let once = rewritten_after(&pattern, &actual, &bound);
        let accepted = Pattern::parse(&once, &placeholders);
        prop_assert!(accepted.matches(&actual, &mut bound.clone()).is_ok(), "{once:?}");
        prop_assert_eq!(rewritten_after(&once, &actual, &bound), once);
    }
}
