use super::*;
use crate::model::stream::Streams;

fn step(info: &str) -> (Attributes, Vec<Problem>) {
    match parse(info) {
        Info::Step { attributes, problems, .. } => (*attributes, problems),
        other => panic!("{info}: {other:?}"),
    }
}

/// Returns the attributes of a valid info string.
fn valid(info: &str) -> Attributes {
    let (attributes, problems) = step(info);
    assert_eq!(problems, [], "{info}");
    attributes
}

/// Returns the code, the place, the message and the help of the only problem.
fn problem(info: &str) -> String {
    let problems = match parse(info) {
        Info::Step { problems, .. } | Info::Output { problems, .. } => problems,
        Info::Other => panic!("{info} opens another block"),
    };
    let [Problem { code, span, message, help, .. }] = problems.as_slice() else {
        panic!("{info}: {problems:?}");
    };
    let help = help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{code} {}: {message}{help}", &info[span.clone()])
}

#[test]
fn separators_are_spaces_and_commas() {
    for info in ["bash hidden cleanup", "bash,hidden,cleanup", "sh\thidden , cleanup,"] {
        let attributes = valid(info);
        assert!(attributes.hidden && attributes.cleanup && !attributes.ignore, "{info}");
    }
}

#[test]
fn values_are_read() {
    assert_eq!(valid("bash").exit, ExitExpectation::Code(0));
    assert_eq!(valid("bash exit=125").exit, ExitExpectation::Code(125));
    assert_eq!(valid("bash exit=any").exit, ExitExpectation::Any);
    assert_eq!(valid("bash").dies, None);
    assert_eq!(valid("bash dies").dies, Some(ExitExpectation::Any));
    assert_eq!(valid("bash dies=any").dies, Some(ExitExpectation::Any));
    assert_eq!(valid("bash dies=1").dies, Some(ExitExpectation::Code(1)));
    assert_eq!(valid("bash timeout=500ms").timeout, Some(Duration::from_millis(500)));
    assert_eq!(valid("bash timeout=2m").timeout, Some(Duration::from_secs(120)));
    assert_eq!(valid(r#"bash stdin="a, \"b\"\n""#).stdin.as_deref(), Some("a, \"b\"\n"));
    assert_eq!(valid("bash").tty, None);
    assert_eq!(valid("bash tty").tty.map(Columns::get), Some(80));
    assert_eq!(valid("bash tty=100 stdin=\"y\\n\" lines=3").tty.map(Columns::get), Some(100));
    assert!(matches!(valid("bash lines=3").follow, Some(Follow::Lines(3))));
    assert!(matches!(valid("bash for=5s").follow, Some(Follow::For(d)) if d.as_secs() == 5));
}

#[test]
fn a_regex_keeps_its_own_escapes() {
    let Some(Follow::Until(regex)) = valid(r#"bash until="seq=\d+ \[x\] \"y\"""#).follow else {
        panic!("the regex is missing");
    };
    assert_eq!(regex.as_str(), r#"seq=\d+ \[x\] "y""#);
}

#[test]
fn other_languages_are_left_alone() {
    for info in ["", "  ", "rust,ignore", "{.bash}", "bash=1", "yaml bash", "outputs"] {
        assert!(matches!(parse(info), Info::Other), "{info}");
    }
    assert!(matches!(parse("output"), Info::Output { problems, .. } if problems.is_empty()));
}

#[test]
fn attributes_of_an_output_block_are_parsed() {
    let read = |info: &str| match parse(info) {
        Info::Output { attributes, problems } if problems.is_empty() => attributes,
        other => panic!("{info}: {other:?}"),
    };
    let with = |streams, exact| OutputAttributes { streams, exact, ..OutputAttributes::default() };
    assert_eq!(read("output"), with(Streams::Both, false));
    assert_eq!(read("output stderr"), with(Streams::Stderr, false));
    assert_eq!(read("output,stdout"), with(Streams::Stdout, false));
    assert_eq!(read("output exact stderr"), with(Streams::Stderr, true));
    assert_eq!(
        problem("output stder"),
        "unknown-attribute stder: unknown attribute `stder`; did you mean `stderr`?"
    );
}

#[test]
fn the_nearest_name_is_suggested_for_an_unknown_attribute() {
    assert_eq!(
        problem("bash hiden"),
        "unknown-attribute hiden: unknown attribute `hiden`; did you mean `hidden`?"
    );
    assert_eq!(
        problem("bash exti=1"),
        "unknown-attribute exti: unknown attribute `exti`; did you mean `exit`?"
    );
    assert!(problem("bash,editable").contains("; use one of `ignore`, `hidden`, "));
    assert_eq!(
        problem("output ignore"),
        "unknown-attribute ignore: unknown attribute `ignore`; \
         use one of `stdout`, `stderr`, `exact`"
    );
}

#[test]
fn an_invalid_value_is_found_at_its_place() {
    for (info, value) in [
        ("bash exit=256", "256"),
        ("bash exit=-1", "-1"),
        ("bash hidden=yes", "yes"),
        ("bash lines=0", "0"),
        ("bash for=5", "5"),
        ("bash for=0s", "0s"),
        ("bash timeout=\"1 h\"", "\"1 h\""),
        ("bash until=\"(\"", "\"(\""),
        ("bash until=\"\"", "\"\""),
        ("bash stdin=\"y", "\"y"),
        ("bash stdin=\"y\"x", "\"y\"x"),
        ("bash exit=", ""),
        ("bash exit", "exit"),
        ("bash hidden hidden", "hidden"),
        ("bash lines=3 for=5s", "for=5s"),
        ("bash lines=3 exit=1", "exit=1"),
        ("bash exit=any until=x", "until=x"),
        ("bash tty=", ""),
        ("bash tty=19", "19"),
        ("bash tty=501", "501"),
        ("bash tty=wide", "wide"),
        ("bash tty tty=90", "tty=90"),
        ("output exact exact", "exact"),
        ("output stderr stderr", "stderr"),
        ("output stdout stderr", "stderr"),
        ("output exact=yes", "yes"),
    ] {
        let problem = problem(info);
        assert!(problem.starts_with(&format!("bad-attribute {value}: ")), "{info}: {problem}");
    }
}

#[test]
fn messages_name_the_value_and_the_remedy() {
    for (info, expected) in [
        ("bash exit=256", "256: invalid exit status `256`; use a number from 0 to 255, or `any`"),
        ("bash lines=0", "0: invalid number of lines `0`; use a whole number from 1"),
        (
            r#"bash timeout="1 h""#,
            r#""1 h": invalid duration `"1 h"`; use e.g. `500ms`, `5s` or `2m`"#,
        ),
        (r#"bash until="(""#, r#""(": invalid regex: unclosed group"#),
        (r#"bash until="""#, r#""": empty regex: it matches before any output"#),
        (r#"bash stdin="y"#, r#""y: missing closing quote"#),
        (r#"bash stdin="y"x"#, r#""y"x: unexpected text after the closing quote"#),
        ("bash exit=", ": missing value"),
        ("bash exit", "exit: `exit` needs a value; write `exit=1` or `exit=any`"),
        ("bash hidden=yes", "yes: `hidden` takes no value"),
        ("bash hidden hidden", "hidden: duplicate attribute `hidden`; remove one of them"),
        (
            "bash lines=3 exit=1",
            "exit=1: `exit` cannot be used with `lines`; \
             remove one of them: a stream that is stopped has no exit status",
        ),
        ("bash lines=3 for=5s", "for=5s: only one of `until`, `lines` and `for` can be used"),
        (
            "bash tty=1000",
            "1000: invalid terminal width `1000`; use 20 to 500 columns, or `tty` for 80",
        ),
        (
            "output stdout stderr",
            "stderr: `stdout` cannot be used with `stderr`; remove both to compare both streams",
        ),
        (r#"bash engine=">=23""#, r#"engine=">=23": `engine` is not supported yet"#),
    ] {
        assert_eq!(problem(info), format!("bad-attribute {expected}"), "{info}");
    }
}

#[test]
fn a_problem_does_not_hide_the_next_attribute() {
    let (attributes, problems) = step("bash nope exit=x hidden");
    assert!(attributes.hidden);
    assert_eq!(problems.len(), 2);
}
