//! Where commands end.

use proptest::prelude::*;

use super::*;

mod bash;
mod scripts;

fn split(script: &str) -> Vec<&str> {
    commands(script).into_iter().map(|range| &script[range]).collect()
}

/// What goes over several lines, or looks as if it did.
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
    "echo \"$(\n  echo 'a)' # it's\n)\"",
    "if [[ $a == b ]]; then echo \"two\nlines\"; fi > out 2>&1",
    "if true\nthen false\nelif true\nthen\n  :\nelse :\nfi",
    "a=(1 2\n3 # )\n)",
    "declare -A a=(\n  [x]=1\n)",
    "a[1 +\n1]=2",
    ">f >f a[1\n]=2",
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
    "(( $(echo 1 # it's )\n) ))",
    "echo $[ $(echo 1 # it's ]\n) ]",
    "echo $((1 <<\n2)) ${x:-'}'\n} $[1 +\n1]",
    "echo `echo \\`date\n\\``",
    "echo $'it\\'s\nit'",
    "diff <(\n  echo a\n) <(echo b)",
    "! time -p {\n  false\n}",
    "coproc N {\n  cat\n}",
    "i\\\nf true; then\n  :\nfi",
    "echo a; echo b &\\\n",
    "{ { { echo a; } }\n}",
    "select x in a b; do\n  break\ndone",
    "until false; do break\ndone 2>&1 |\nwc",
    "time -- if true; then\n  echo a\nfi",
    ">f 2>&1 <<E cat\na\nE",
];

/// What bash runs at once, though it might look as if more were needed.
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
    "echo a )",
    "fi",
    "}",
    "a=(1) b=() c+=(2)",
    "echo \u{a0} é \u{feff}\u{b}",
];

#[test]
fn what_goes_over_several_lines_stays_whole() {
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
fn bash_agrees_about_all_of_them() {
    let scripts = WHOLE.iter().chain(LINES).map(|script| format!("true\n{script}\ntrue"));
    for script in scripts {
        bash::compare(&script);
    }
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
fn what_is_never_closed_is_one_command() {
    assert_eq!(split("echo a\necho \"b\necho c\n"), ["echo a", "echo \"b\necho c"]);
    assert_eq!(split("if true\necho c\n\n"), ["if true\necho c"]);
    assert_eq!(split("cat <<E\nE > f\n# c\n"), ["cat <<E\nE > f\n# c"]);
    assert_eq!(split("true |\n"), ["true |"]);
}

#[test]
fn what_waits_for_more_is_not_complete() {
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

/// However much of it there is, and however deep it goes.
#[test]
fn what_reading_costs_grows_as_the_script_does() {
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
    ] {
        let script = part.repeat(LENGTH / part.len());
        let mut reader = Reader::new(&script);
        let commands = std::iter::from_fn(|| reader.next_command()).count();
        assert!(reader.steps <= 20 * script.len(), "{part:?}: {}", reader.steps);
        assert!(commands <= script.len() / part.len(), "{part:?}");
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
    /// Each ends with the first line after which it is complete, and there is nothing else.
    #[test]
    fn commands_are_what_is_complete(script in scripts::soup()) {
        let mut end = 0;
        for range in commands(&script) {
            prop_assert!(range.start >= end && !range.is_empty());
            prop_assert!(commands(&script[end..range.start]).is_empty());
            let command = &script[range.clone()];
            prop_assert_eq!(split(command).len(), 1, "{:?}", command);
            prop_assert_eq!(split(command)[0].trim_end(), command.trim_end());
            let lines = command.match_indices('\n').map(|(line, _)| line + 1);
            for line in lines {
                prop_assert!(!is_complete(&command[..line]) || split(&command[line..]).is_empty());
            }
            end = range.end;
        }
        prop_assert!(commands(&script[end..]).is_empty());
    }
}
