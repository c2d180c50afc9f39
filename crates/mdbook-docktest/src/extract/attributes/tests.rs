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
        Info::Other(_) => panic!("{info} opens another block"),
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
fn a_guard_has_no_value_and_may_clean_up() {
    assert!(!valid("bash").guard);
    let attributes = valid("bash guard cleanup");
    assert!(attributes.guard && attributes.cleanup);
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
    for info in ["", "  ", "docker"] {
        assert!(matches!(parse(info), Info::Other(Kind::Unmarked)), "{info}");
    }
    for info in ["rust,ignore", "{.rust}", "yaml bash", "outputs"] {
        assert!(matches!(parse(info), Info::Other(Kind::Other)), "{info}");
    }
    assert!(matches!(parse("output"), Info::Output { problems, .. } if problems.is_empty()));
}

#[test]
fn attributes_of_an_output_block_are_parsed() {
    let read = |info: &str| match parse(info) {
        Info::Output { attributes, problems, .. } if problems.is_empty() => attributes,
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
    assert!(problem("bash exact").contains("; use one of `ignore`, `hidden`, "));
    assert_eq!(
        problem("output ignore"),
        "unknown-attribute ignore: unknown attribute `ignore`; \
         use one of `stdout`, `stderr`, `exact`, `engine`"
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
        (
            "bash guard ignore",
            "ignore: `ignore` cannot be used with `guard`; \
             remove one of them: a step that does not run checks nothing",
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
        (
            r#"bash engine="^23""#,
            "\"^23\": invalid versions of Docker Engine `^23`; use e.g. `>=23`, `<23`, `20.10` or \
             `>=20.10 <28`",
        ),
        (
            r#"output engine=">28 <23""#,
            "\">28 <23\": no version of Docker Engine is `>28 <23`; use comparisons that can hold \
             together, e.g. `>=20.10 <28`",
        ),
        ("bash engine", "engine: `engine` needs a value; write `engine=\">=23\"`"),
        (
            "output engine=26 engine=26",
            "engine=26: duplicate attribute `engine`; remove one of them",
        ),
    ] {
        assert_eq!(problem(info), format!("bad-attribute {expected}"), "{info}");
    }
}

#[test]
fn a_problem_does_not_hide_the_next_attribute() {
    let (attributes, problems) = step("bash hiden exit=x hidden");
    assert!(attributes.hidden);
    assert_eq!(problems.len(), 2);
}

/// Returns the words that mean nothing to us.
fn foreign(info: &str) -> String {
    match parse(info) {
        Info::Step { foreign, problems, .. } => {
            assert_eq!(problems, [], "{info}");
            foreign
        }
        other => panic!("{info}: {other:?}"),
    }
}

#[test]
fn attributes_of_other_tools_mean_nothing_here() {
    for (info, expected) in [
        ("bash", ""),
        ("bash exit=1", ""),
        (
            r#"bash title="In the terminal" hl_lines="1""#,
            r#" title="In the terminal" hl_lines="1""#,
        ),
        ("bash title='exit=1 for all'", " title='exit=1 for all'"),
        ("bash {1,3}", " 1 3"),
        ("bash {1-4,10}", " 1-4 10"),
        ("bash{1,3}", ""),
        ("bash {.line-numbers}", " .line-numbers"),
        ("{.bash .copy}", " .copy"),
        (
            "{.bash #listing .numberLines startFrom=\"100\"}",
            " #listing .numberLines startFrom=\"100\"",
        ),
        ("{code-block} bash", ""),
        (
            "sh {linenos=table,hl_lines=[8,\"15-17\"],linenostart=199}",
            " linenos=table hl_lines=[8,\"15-17\"] linenostart=199",
        ),
        ("{bash, eval=FALSE}", " eval=FALSE"),
        ("console?prompt=$", ""),
        ("bash,editable", " editable"),
        ("bash,should_panic,no_run", " should_panic no_run"),
        ("bash hidelines=~", " hidelines=~"),
        ("bash linenums=\"1\"", " linenums=\"1\""),
        ("bash showLineNumbers copy", " showLineNumbers copy"),
        ("bash nocopy wrap fold", " nocopy wrap fold"),
        ("bash data-x=1 id=a class=b name=c", " data-x=1 id=a class=b name=c"),
        ("bash :line-numbers", " :line-numbers"),
        ("bash [Terminal]", " [Terminal]"),
        ("bash theme={null} wordWrap", " theme={null} wordWrap"),
        ("bash frame=\"none\"", " frame=\"none\""),
        ("bash edit", " edit"),
        ("bash foo=1 far", " foo=1 far"),
        ("bash line lineno linenos", " line lineno linenos"),
        ("bash form=x", " form=x"),
        ("bash -n", " -n"),
        ("shell script", " script"),
        ("bash .annotate hidden", " .annotate"),
        ("bash // comment", " // comment"),
    ] {
        assert_eq!(foreign(info), expected, "{info}");
    }
    let Info::Output { problems, .. } = parse("output title=\"x\" {.copy}") else { panic!() };
    assert_eq!(problems, []);
}

#[test]
fn a_near_miss_of_an_attribute_is_a_mistake() {
    for (info, intended) in [
        ("bash exti=1", "exit"),
        ("bash Exit=1", "exit"),
        ("bash eixt=1", "exit"),
        ("bash timeuot=3s", "timeout"),
        ("bash time-out=3s", "timeout"),
        ("bash ignored", "ignore"),
        ("bash ingore", "ignore"),
        ("bash Ignore", "ignore"),
        ("bash hiden", "hidden"),
        ("bash hide", "hidden"),
        ("bash no_output", "no-output"),
        ("bash nooutput", "no-output"),
        ("bash untill=x", "until"),
        ("bash line=3", "lines"),
        ("bash fro=3s", "for"),
        ("bash tyt", "tty"),
        ("bash clean-up", "cleanup"),
        ("bash retyr=3s", "retry"),
        ("bash sdtin=x", "stdin"),
        ("{.bash .copy exti=1}", "exit"),
        ("output exakt", "exact"),
        ("output stdrr", "stderr"),
    ] {
        let problem = problem(info);
        assert!(problem.ends_with(&format!("; did you mean `{intended}`?")), "{info}: {problem}");
    }
}

#[test]
fn attributes_can_be_in_braces() {
    let attributes = valid("{.bash .copy exit=2 timeout=3s}");
    assert_eq!(attributes.exit, ExitExpectation::Code(2));
    assert_eq!(attributes.timeout, Some(Duration::from_secs(3)));
    assert!(valid("{.bash .hidden}").hidden);
    assert!(valid("bash{1,3} hidden").hidden);
    assert!(valid("bash {.copy} hidden").hidden);
    let Some(Follow::Until(regex)) = valid("bash until=x{2}").follow else { panic!() };
    assert_eq!(regex.as_str(), "x{2}");
}
