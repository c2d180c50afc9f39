use super::*;
use crate::model::stream::Streams;

fn step(info: &str) -> (Attributes, Vec<Problem>) {
    match parse(info) {
        Info::Step { attributes, problems, .. } => (*attributes, problems),
        other => panic!("{info} is no step but {other:?}"),
    }
}

/// The attributes of an info string that is right.
fn right(info: &str) -> Attributes {
    let (attributes, problems) = step(info);
    assert_eq!(problems, [], "{info}");
    attributes
}

/// The code, the text and the help of the one problem.
fn wrong(info: &str) -> String {
    let problems = match parse(info) {
        Info::Step { problems, .. } | Info::Output { problems, .. } => problems,
        Info::Other => panic!("{info} is not ours"),
    };
    let [Problem { code, span, message, help }] = problems.as_slice() else {
        panic!("{info}: {problems:?}");
    };
    let help = help.as_ref().map(|help| format!("; {help}")).unwrap_or_default();
    format!("{code} {}: {message}{help}", &info[span.clone()])
}

#[test]
fn separators_are_spaces_and_commas() {
    for info in ["bash hidden cleanup", "bash,hidden,cleanup", "sh\thidden , cleanup,"] {
        let attributes = right(info);
        assert!(attributes.hidden && attributes.cleanup && !attributes.ignore, "{info}");
    }
}

#[test]
fn values_are_read() {
    assert_eq!(right("bash").exit, ExitExpectation::Code(0));
    assert_eq!(right("bash exit=125").exit, ExitExpectation::Code(125));
    assert_eq!(right("bash exit=any").exit, ExitExpectation::Any);
    assert_eq!(right("bash").dies, None);
    assert_eq!(right("bash dies").dies, Some(ExitExpectation::Any));
    assert_eq!(right("bash dies=any").dies, Some(ExitExpectation::Any));
    assert_eq!(right("bash dies=1").dies, Some(ExitExpectation::Code(1)));
    assert_eq!(right("bash timeout=500ms").timeout, Some(Duration::from_millis(500)));
    assert_eq!(right("bash timeout=2m").timeout, Some(Duration::from_secs(120)));
    assert_eq!(right(r#"bash stdin="a, \"b\"\n""#).stdin.as_deref(), Some("a, \"b\"\n"));
    assert_eq!(right("bash").tty, None);
    assert_eq!(right("bash tty").tty.map(Columns::get), Some(80));
    assert_eq!(right("bash tty=100 stdin=\"y\\n\" lines=3").tty.map(Columns::get), Some(100));
    assert!(matches!(right("bash lines=3").follow, Some(Follow::Lines(3))));
    assert!(matches!(right("bash for=5s").follow, Some(Follow::For(d)) if d.as_secs() == 5));
}

#[test]
fn a_regex_keeps_its_own_escapes() {
    let Some(Follow::Until(regex)) = right(r#"bash until="seq=\d+ \[x\] \"y\"""#).follow else {
        panic!("there is no regex");
    };
    assert_eq!(regex.as_str(), r#"seq=\d+ \[x\] "y""#);
}

#[test]
fn other_languages_are_none_of_our_business() {
    for info in ["", "  ", "rust,ignore", "{.bash}", "bash=1", "yaml bash", "outputs"] {
        assert!(matches!(parse(info), Info::Other), "{info}");
    }
    assert!(matches!(parse("output"), Info::Output { problems, .. } if problems.is_empty()));
}

#[test]
fn an_output_block_says_what_is_compared() {
    let read = |info: &str| match parse(info) {
        Info::Output { attributes, problems } if problems.is_empty() => attributes,
        other => panic!("{info}: {other:?}"),
    };
    let of = |streams, exact| OutputAttributes { streams, exact, in_session: false };
    assert_eq!(read("output"), of(Streams::Both, false));
    assert_eq!(read("output stderr"), of(Streams::Stderr, false));
    assert_eq!(read("output,stdout"), of(Streams::Stdout, false));
    assert_eq!(read("output exact stderr"), of(Streams::Stderr, true));
    assert_eq!(
        wrong("output stder"),
        "unknown-attribute stder: there is no attribute `stder`; did you mean `stderr`?"
    );
}

#[test]
fn an_unknown_attribute_is_told_with_the_nearest_one() {
    assert_eq!(
        wrong("bash hiden"),
        "unknown-attribute hiden: there is no attribute `hiden`; did you mean `hidden`?"
    );
    assert_eq!(
        wrong("bash exti=1"),
        "unknown-attribute exti: there is no attribute `exti`; did you mean `exit`?"
    );
    assert!(wrong("bash,editable").contains("; the attributes are ignore, hidden"));
    assert!(wrong("output ignore").starts_with("unknown-attribute ignore"));
}

#[test]
fn a_bad_value_is_told_where_it_is() {
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
        let wrong = wrong(info);
        assert!(wrong.starts_with(&format!("bad-attribute {value}: ")), "{info}: {wrong}");
    }
    assert_eq!(wrong("bash until=\"(\""), "bad-attribute \"(\": this is no regex: unclosed group");
    assert_eq!(
        wrong("bash tty=1000"),
        "bad-attribute 1000: a terminal has from 20 to 500 columns; write `tty` for 80"
    );
    assert_eq!(
        wrong("bash engine=\">=23\""),
        "bad-attribute engine=\">=23\": `engine` is not supported yet"
    );
}

#[test]
fn a_problem_does_not_hide_the_next_attribute() {
    let (attributes, problems) = step("bash nope exit=x hidden");
    assert!(attributes.hidden);
    assert_eq!(problems.len(), 2);
}
