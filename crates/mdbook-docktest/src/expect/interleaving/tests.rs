use proptest::prelude::*;

use super::*;
use crate::expect::Placeholders;

fn two(stdout: &str, stderr: &str) -> TwoStreams {
    TwoStreams { stdout: stdout.to_owned(), stderr: stderr.to_owned() }
}

fn parse(pattern: &str) -> Pattern {
    Pattern::parse(pattern, &Placeholders::default())
}

fn matches(pattern: &str, commands: &[TwoStreams]) -> Option<bool> {
    let result = parse(pattern).matches_in_any_order(commands, false, &mut Bindings::default());
    result.map(|result| result.is_ok())
}

#[test]
fn each_stream_keeps_its_own_order() {
    let printed = [two("o1\no2\n", "e1\ne2\n")];
    for pattern in ["o1\ne1\no2\ne2\n", "o1\no2\ne1\ne2\n", "e1\ne2\no1\no2\n", "e1\no1\no2\ne2"] {
        assert_eq!(matches(pattern, &printed), Some(true), "{pattern}");
    }
    for pattern in ["o2\ne1\no1\ne2\n", "o1\ne2\no2\ne1\n", "o1\ne1\no2\n", "o1\ne1\no2\ne2\ne3\n"]
    {
        assert_eq!(matches(pattern, &printed), Some(false), "{pattern}");
    }
}

#[test]
fn patterns_match_lines_of_either_stream() {
    let printed = [two("Up 3 seconds\nx\ny\n", "warning: 12 lines\n")];
    assert_eq!(matches("warning: [NUMBER] lines\nUp [AGE]\n...\n", &printed), Some(true));
    assert_eq!(matches("Up [AGE]\n...\ny\n", &printed), Some(true));
    assert_eq!(matches("...\nx\nwarning[..]\ny\n", &printed), Some(true));
    assert_eq!(matches("...\ny\n...\nx\n...\n", &printed), Some(false));
}

#[test]
fn commands_do_not_mix() {
    let printed = [two("o1\n", "e1\n"), two("o2\n", "e2\n")];
    assert_eq!(matches("e1\no1\ne2\no2\n", &printed), Some(true));
    assert_eq!(matches("o1\no2\ne1\ne2\n", &printed), Some(false));
    assert_eq!(matches("...\ne2\n", &printed), Some(true));
}

#[test]
fn output_of_one_stream_has_one_order() {
    assert_eq!(matches("a\n", &[two("a\n", "")]), None);
    assert_eq!(matches("a\nb\n", &[two("a\n", ""), two("", "b\n")]), None);
    assert_eq!(matches("", &[]), None);
}

#[test]
fn a_line_without_a_line_feed_is_continued_by_the_other_stream() {
    assert_eq!(matches("Name? hello\n", &[two("hello\n", "Name? ")]), Some(true));
    assert_eq!(matches("hello\nName?\n", &[two("hello\n", "Name? ")]), Some(true));
    assert_eq!(
        matches("Name?\nhello\n", &[two("hello\n", "Name? ")]),
        Some(false),
        "no order prints this"
    );
    let commands = [two("a", ""), two("b\n", "e\n")];
    assert_eq!(matches("e\nab\n", &commands), Some(true));
}

#[test]
fn blank_lines_at_the_end_are_ignored() {
    let printed = [two("o\n\n", "e\n")];
    for pattern in ["o\ne\n", "e\no\n", "o\n\ne\n"] {
        assert_eq!(matches(pattern, &printed), Some(true), "{pattern:?}");
    }
    assert_eq!(matches("\no\ne\n", &printed), Some(false));
}

#[test]
fn blank_lines_at_the_start_of_a_session_are_ignored() {
    let printed = [two("\no\n", "e\n")];
    let matches = |pattern: &str, drops_blank_start| {
        let mut bindings = Bindings::default();
        let result =
            parse(pattern).matches_in_any_order(&printed, drops_blank_start, &mut bindings);
        result.is_some_and(|result| result.is_ok())
    };
    assert!(matches("o\ne\n", true) && !matches("o\ne\n", false));
    assert!(matches("e\no\n", true) && !matches("e\no\n", false));
    assert!(matches("e\n\no\n", true) && matches("e\n\no\n", false));
    assert!(!matches("o\n\ne\n", true));
}

#[test]
fn exact_output_has_any_order_too() {
    let exact = |text: &str| {
        let printed = [two("o  \n\n", "[..]\n")];
        let result =
            Pattern::exact(text).matches_in_any_order(&printed, false, &mut Bindings::default());
        result.is_some_and(|result| result.is_ok())
    };
    assert!(exact("o  \n\n[..]\n") && exact("o  \n[..]\n\n") && exact("[..]\no  \n\n"));
    assert!(!exact("[..]\no  \n") && !exact("o\n\n[..]\n"));
}

#[test]
fn a_name_has_one_value_in_any_order() {
    let printed = [two("10.0.0.2\n", "10.0.0.1\nweb 10.0.0.1\n")];
    let mut bindings = Bindings::default();
    let pattern = parse("[IP:web]\n[IP:db]\nweb [IP:web]\n");
    assert_eq!(pattern.matches_in_any_order(&printed, false, &mut bindings), Some(Ok(())));
    assert_eq!(bindings.get("IP", "web"), Some("10.0.0.1"), "standard output does not come first");
    assert_eq!(bindings.get("IP", "db"), Some("10.0.0.2"));

    let mut known = Bindings::default();
    parse("[IP:web]").matches("10.9.9.9", &mut known).expect("it is the first value");
    assert!(matches!(pattern.matches_in_any_order(&printed, false, &mut known), Some(Err(_))));
    assert_eq!(known.get("IP", "db"), None);
}

#[test]
fn a_mismatch_shows_the_order_with_the_fewest_differences() {
    let printed = [two("o1\no2\n", "e1\ne2\n")];
    let pattern = parse("e1\no1\nother\ne2\n");
    let result = pattern.matches_in_any_order(&printed, false, &mut Bindings::default());
    let Some(Err(mismatch)) = result else { panic!("{result:?}") };
    assert_eq!(mismatch.to_string(), "  e1\n  o1\n- other\n+ o2\n  e2");
}

#[test]
fn the_cost_is_bounded() {
    let lines = |count: usize| "x\n".repeat(count);
    let matches = |elements, out, err| matches(&lines(elements), &[two(&lines(out), &lines(err))]);
    assert_eq!(matches(199, 100, 99), None, "2 million positions");
    assert_eq!(matches(100, 50, 50), Some(true));
    assert_eq!(matches(101, 50, 50), Some(false));
    // Names could be bound in 2 to the power of 60 ways, none of which is right.
    let out: String = (0..30).map(|n| format!("10.0.0.{n}\n")).collect();
    let err = out.replace("10.0", "10.1");
    let names: String = (0..60).map(|n| format!("[IP:n{n}]\n")).collect();
    let mut bindings = Bindings::default();
    let pattern = parse(&names.replace("n59", "n0"));
    assert!(matches!(
        pattern.matches_in_any_order(&[two(&out, &err)], false, &mut bindings),
        Some(Err(_))
    ));
}

/// All orders of the lines of two streams.
fn orders(stdout: &[&str], stderr: &[&str]) -> Vec<String> {
    let (Some(out), Some(err)) = (stdout.first(), stderr.first()) else {
        return vec![[stdout, stderr].concat().concat()];
    };
    let first = orders(&stdout[1..], stderr).into_iter().map(|rest| format!("{out}{rest}"));
    first
        .chain(orders(stdout, &stderr[1..]).into_iter().map(|rest| format!("{err}{rest}")))
        .collect()
}

fn text(
    lines: &'static [&'static str],
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(lines), count)
}

const LINES: &[&str] = &["a\n", "b\n", "a b\n", "1.1.1.1\n", "1.1.1.2\n"];
const PATTERNS: &[&str] = &["a\n", "b\n", "...\n", "[..]b\n", "[IP]\n"];

proptest! {
    #[test]
    fn a_pattern_matches_if_it_matches_some_order(
        stdout in text(LINES, 1..5),
        stderr in text(LINES, 1..5),
        pattern in text(PATTERNS, 0..7),
    ) {
        let parsed = parse(&pattern.concat());
        let mut all = orders(&stdout, &stderr).into_iter();
        let expected = all.any(|order| parsed.matches(&order, &mut Bindings::default()).is_ok());
        let printed = [two(&stdout.concat(), &stderr.concat())];
        prop_assert_eq!(matches(&pattern.concat(), &printed), Some(expected));
    }

    #[test]
    fn a_diff_is_of_one_of_the_orders(
        stdout in text(LINES, 1..4),
        stderr in text(LINES, 1..4),
        pattern in text(PATTERNS, 0..5),
    ) {
        let pattern = parse(&pattern.concat());
        let printed = [two(&stdout.concat(), &stderr.concat())];
        let result = pattern.matches_in_any_order(&printed, false, &mut Bindings::default());
        if let Some(Err(mismatch)) = result {
            let orders = orders(&stdout, &stderr);
            let mut mismatches = orders.iter().map(|order| pattern.matches(order, &mut Bindings::default()));
            prop_assert!(mismatches.any(|other| other == Err(mismatch.clone())));
        }
    }
}
