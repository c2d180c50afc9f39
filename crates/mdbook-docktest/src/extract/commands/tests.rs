//! Where commands end.

use proptest::prelude::*;

use super::*;

mod bash;
pub(crate) mod corpus;
mod scripts;

fn split(script: &str) -> Vec<&str> {
    commands(script).into_iter().map(|range| &script[range]).collect()
}

/// Commands that extend over several lines, or look as if they did.
const WHOLE: &[&str] = &[
    "docker run -d \\\n  --name x alpine",
    "for i in 1 2; do\n  echo $i\ndone | wc -l",
    "for i\nin a b\ndo\n  echo $i\ndone",
    "for ((i = 0; i < 2; i++)) {\n  echo\n}",
    "for i in a; {\n  echo\n}",
    "while read -r a; do\n  echo $a\ndone <<< \"a\nb\"",
    "greet() {\n  echo hi\n}",
    "greet()\n{\n  echo hi\n}",
    "function greet\n# why\n(\n  echo hi\n)",
    "cat <<EOF >file\nheredoc $x\n\nEOF",
    "cat <<-'EOF'\n\ta # no comment\n\tEOF",
    "cat <<A <<\"B C\" | wc\na\nB C\nA\nb\nB C",
    "cat <<E\na \\\nE\nE\\\nE\nE",
    "cat <<\\E\na \\\nE",
    "x=$(cat <<E\nit's )\nE\n)",
    "x=$(cat <<E\na\nE)",
    "x=$( (cat <<E\na\nE) )",
    "x=$(cat <<E) && echo \"a\nit's )\nE\nb\"",
    "x=$(cat <<E) y=<(cat <<F) cat <<G |\nE\nF\nG\n\nwc",
    "echo $(cat <<E)\na\nE",
    "echo \"$(\n  echo 'a)' # it's\n)\"",
    "if [[ $a == b ]]; then echo \"two\nlines\"; fi > out 2>&1",
    "if true\nthen false\nelif true\nthen\n  :\nelse :\nfi",
    "a=(1 2\n3 # )\n)",
    "declare -A a=(\n  [x]=1\n)",
    "a[1 +\n1]=2",
    ">f >f a[1\n]=2",
    "2>f a[1\n]=2",
    "{v_1}>f a[1\n]=2",
    "<f A=1 a[1\n]=2",
    "docker ps |\n  wc -l",
    "docker ps |& # all of them\n\n  wc -l",
    "true &&\n  echo yes",
    "true ||\n# or\n\n  echo no",
    "x=$(\n  date\n)",
    "case $x in\n  a) echo a ;;\n  (b|c) echo b ;&\n  *) echo b\nesac",
    "case $x\nin esac",
    "[[ a == b &&\n  c =~ (d e)|f ||\n  ! ( -n $x ) ]]",
    "[[ $x == @(a|\nb) ]]",
    "(( 1 <<\n 2 ))",
    "((echo a\n); echo b)",
    "((cat <<E; [[ a &&\nb ]]); (echo))\nE",
    "((cat << E && [[ a &&\nb ]]); (A=\"x\nE\ny\"))",
    "(( $(echo 1 # it's )\n) ))",
    "echo $[ $(echo 1 # it's ]\n) ]",
    "echo $((1 <<\n2)) ${x:-'}'\n} $[1 +\n1]",
    "echo `echo \\`date\n\\``",
    "echo $'it\\'s\nit'",
    "diff <(\n  echo a\n) <(echo b)",
    "! time -p {\n  false\n}",
    "coproc N {\n  cat\n}",
    "i\\\nf true; then\n  :\nfi",
    "cat <\\\n<\\\n-E |\\\n| wc\na\n\tE",
    "cat <\\\n(\necho)",
    "(\\\n( 1 << 2\n))",
    "echo a; echo b &\\\n",
    "{ { { echo a; } }\n}",
    "select x in a b; do\n  break\ndone",
    "until false; do break\ndone 2>&1 |\nwc",
    "time -- if true; then\n  echo a\nfi",
    ">f 2>&1 <<E cat\na\nE",
];

/// Lines that bash runs at once, though they may look unfinished.
const LINES: &[&str] = &[
    "A=1 ID=$(docker run -d nosuch-image) ",
    "false ==",
    "[ a == ]",
    "B=$(false) FOO=",
    "exec 3<>f",
    "[ \"a\" \\< \"b\" ]",
    "echo a= b+= c[",
    "a[ ]=",
    "echo if then for do { case in",
    "echo { (( [[ esac",
    "A=b if",
    ">f if",
    "!",
    "time",
    "echo a#b # it's \"x",
    "echo a \\# b",
    "echo \\\" \\' \\`",
    "echo '\\'",
    "echo $'\\''",
    "echo \"\\\"\" \"'\" '\"' \"`echo \\\"`\"",
    "echo $# ${#a} ${a#b} ${a##*/}",
    "echo $$ $$'a' \"$\" $",
    "echo {a,b} {} } ]]",
    "[[ $a =~ ^(a|b)\\ [[:space:]]$ ]]",
    "[[ a < b || b > a ]]",
    "(( a << b ))",
    "(( $[ ${ )) || echo $(( $[ ${ )) $[ ${ ]",
    "echo $(( 1 << 2 )) $((a|b))",
    "let x=1",
    "cat <<<a",
    "cat <<< 'E'",
    "echo 2>&1 >&2 2>&- <&3-",
    "exec {fd}>f",
    "! (false)",
    "!(false)",
    "f() { echo; }; f",
    "f() (echo)",
    "{ (echo a) }",
    "case a in (a) ;; esac",
    "case esac in esac) ;& *) ;; esac",
    "for a do echo; done",
    "for a; do echo; done",
    "for a in; do echo; done",
    "echo @(a|b) *(c)",
    "A=1 >f a[",
    "<f {1v}>f a[1",
    "coproc N= {",
    "echo a )",
    "fi",
    "}",
    "a=(1) b=() c+=(2)",
    "echo \u{a0} é \u{feff}\u{b}",
];

/// Scripts that are hard to read, and that bash refuses or warns of.
const BROKEN: &[&str] = &[
    "echo <({ echo \n} << 'E')\nE\nthen declare \n",
    "echo $(cat <<E)\nE) \ntrue",
    "))declare <(echo << 'E') && if echo $((1<<2))\nE\nthen echo a\nelse # c)\necho a\nfi\n",
    "( ((coproc echo  && a=(1\n2 # it's )\n) echo ); (echo )) << 'E' )|&\na \\\nE\nE\n\
     a=(1\n2 # it's )\n) echo \necho \n",
    "(( ]]a=(1\n2 # it's )\n) echo ); (echo )) && if echo \nthen echo << 'E'\na \\\nE\nE\nfi\n\
     echo  && ( echo \"a $(a=(1\n2 # it's )\n) echo ) b\" )\necho \n",
];

#[test]
fn a_command_of_several_lines_stays_whole() {
    for command in WHOLE {
        let script = format!("echo before\n{command}\necho after\n");
        assert_eq!(split(&script), ["echo before", command.trim_end_matches("\\\n"), "echo after"]);
    }
}

#[test]
fn a_line_that_bash_runs_at_once_is_a_command() {
    for line in LINES {
        let line = line.trim_end();
        let command = line.split(" #").next().unwrap_or_default();
        assert_eq!(
            split(&format!("echo a\n{line} \nfalse\necho b\n")),
            ["echo a", command, "false", "echo b"]
        );
    }
}

#[test]
fn bash_agrees_with_the_fixed_cases() {
    for script in WHOLE.iter().chain(LINES).chain(BROKEN) {
        bash::compare(&format!("true\n{script}\ntrue"));
    }
}

#[test]
fn each_construct_of_the_corpus_ends_where_bash_ends_it() {
    assert!(corpus::constructs().count() >= 250);
    for construct in corpus::constructs() {
        assert!(bash::accepts(construct), "{construct}");
        bash::compare(&format!("true\n{construct}\ntrue"));
    }
}

/// Bash refuses the first command by itself, for want of a quote, but not the script.
#[test]
fn here_documents_of_later_commands_do_not_belong_to_two_subshells() {
    assert_eq!(
        split("((echo # it's\n) )\ncat <<E\na\nE\necho 'b\n)\n'"),
        ["((echo # it's\n) )", "cat <<E\na\nE", "echo 'b\n)\n'"]
    );
}

#[test]
fn each_line_is_a_command() {
    assert_eq!(
        split("docker ps\n\n# who is there?\ndocker images\n"),
        ["docker ps", "docker images"]
    );
    assert!(split("").is_empty());
    assert!(split(" \n# nothing\n\t\\\n").is_empty());
}

#[test]
fn a_line_is_one_command() {
    assert_eq!(split("cd /tmp; ls\nsleep 1 &\nwait\n"), ["cd /tmp; ls", "sleep 1 &", "wait"]);
    assert_eq!(split("cat <<A\na\nA\necho hi\n"), ["cat <<A\na\nA", "echo hi"]);
    assert_eq!(split("echo a # why\necho b"), ["echo a", "echo b"]);
    assert_eq!(split(" \\\n echo a \\\n\necho b"), ["echo a", "echo b"]);
}

#[test]
fn a_syntax_error_ends_with_its_line() {
    assert_eq!(split("echo )\necho b\n"), ["echo )", "echo b"]);
    assert_eq!(split("cat <\nfi; echo ;;\n( ) a\n"), ["cat <", "fi; echo ;;", "( ) a"]);
}

#[test]
fn an_unclosed_command_extends_to_the_end() {
    assert_eq!(split("echo a\necho \"b\necho c\n"), ["echo a", "echo \"b\necho c"]);
    assert_eq!(split("if true\necho c\n\n"), ["if true\necho c"]);
    assert_eq!(split("cat <<E\nE > f\n# c\n"), ["cat <<E\nE > f\n# c"]);
    assert_eq!(split("true |\n"), ["true |"]);
}

#[test]
fn an_unfinished_command_is_not_complete() {
    for text in
        ["a \\", "a \\\n", "a &&", "a |\n\n", "'", "$(", "${x", "f()", "cat <<E\n", "{ a; ", "[[ a"]
    {
        assert!(!is_complete(text), "{text:?}");
        assert_eq!(lines_until_complete(text), None, "{text:?}");
    }
    for text in ["", "a", "a \\\\", "# a \\", "echo )", "cat <<E\nE", "\n\n", "a # |"] {
        assert!(is_complete(text), "{text:?}");
    }
    let lines = |text: &str| lines_until_complete(text);
    assert_eq!(lines("# a\nb"), Some(1));
    assert_eq!(lines("a\nb"), Some(1));
    assert_eq!(lines("a \\\n\nb"), Some(2));
    assert_eq!(lines("cat <<E\nb\nE\nc"), Some(3));
}

/// For any length and any depth of nesting.
#[test]
fn reading_takes_linear_time() {
    const LENGTH: usize = 1 << 17;
    for part in [
        "echo a\n",
        "echo \"\n",
        "(",
        "((",
        "$(",
        "$((",
        "\"$(",
        "${",
        "{ ",
        "if ",
        "a=(",
        "a[",
        "=(",
        "`",
        "[[ ",
        "[[ a =~ (",
        "case x in a) ",
        "cat <<E\n",
        "cat <<E\nE\n",
        "cat <<E $(\n",
        "((a) ; ",
        "(( ) ",
        "\\\n",
        "f()\n",
        "@(",
        "&&\n",
        "#",
        "a[1]=(",
        "time ! ",
        ")",
        "fi\n",
        "cat <<E\n\\\n",
        "$(cat <<E)",
        "$(cat <<E)\nE\n",
        "((a <<E\n) ; ",
        "$(cat <<E\n",
        "((cat <<E\n",
        "((a <<E # '\n) )\n",
    ] {
        let script = part.repeat(LENGTH / part.len());
        let mut reader = Reader::new(&script);
        let commands = std::iter::from_fn(|| reader.next_command()).count();
        assert!(reader.steps <= 20 * script.len(), "{part:?}: {}", reader.steps);
        assert!(commands <= script.len() / part.len(), "{part:?}");
    }
}

/// Each command ends with the first line after which it is complete, and nothing else is between
/// them.
#[track_caller]
fn assert_commands_are_what_is_complete(script: &str) {
    let mut end = 0;
    for range in commands(script) {
        assert!(range.start >= end && !range.is_empty());
        assert_eq!(split(&script[end..range.start]), [""; 0]);
        let command = &script[range.clone()];
        assert_eq!(split(command).len(), 1, "{command:?}");
        assert_eq!(split(command)[0].trim_end(), command.trim_end());
        for (line_end, _) in command.match_indices('\n') {
            let (first, rest) = command.split_at(line_end + 1);
            assert!(!is_complete(first) || split(rest).is_empty(), "{command:?}");
        }
        end = range.end;
    }
    assert_eq!(split(&script[end..]), [""; 0]);
}

#[test]
fn commands_of_the_fixed_cases_are_what_is_complete() {
    for script in WHOLE.iter().chain(LINES).chain(BROKEN) {
        assert_commands_are_what_is_complete(script);
    }
}

proptest! {
    #[test]
    fn commands_end_where_bash_says(script in scripts::script()) {
        bash::compare(&script);
    }

    #[test]
    fn commands_end_where_bash_says_in_what_is_no_script(script in scripts::soup()) {
        bash::compare(&script);
    }
}

proptest! {
    #[test]
    fn commands_are_what_is_complete(script in scripts::soup()) {
        assert_commands_are_what_is_complete(&script);
    }
}
