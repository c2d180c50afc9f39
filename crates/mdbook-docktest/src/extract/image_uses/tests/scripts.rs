//! The simple commands of scripts.

use super::super::script::{Part, Script};

/// Shows the parts of a script: the words of each command, `|` after it if it is piped, and what it is in.
fn parts(text: &str) -> String {
    let script = Script::new(text);
    let parts = script.parts.iter().map(|part| match part {
        Part::Command(command) => {
            let assignments =
                command.assignments.iter().map(|range| format!("={}", &text[range.clone()]));
            let words = command.words.iter().map(|range| text[range.clone()].to_owned());
            let targets = command.redirections.iter().map(|redirected| {
                let descriptor = redirected.descriptor.clone().map_or("", |range| &text[range]);
                format!("{descriptor}>{}", &text[redirected.target.clone()])
            });
            let pipe = command.is_piped.then(|| "|".to_owned());
            assignments.chain(words).chain(targets).chain(pipe).collect::<Vec<_>>().join(" ")
        }
        Part::Loop { name, words, end } => {
            assert!(matches!(script.parts[*end], Part::Done), "{text}");
            let words: Vec<&str> = words.iter().map(|range| &text[range.clone()]).collect();
            format!("for {}: {}", &text[name.clone()], words.join(" "))
        }
        Part::Done => "done".to_owned(),
        Part::Enter => "(".to_owned(),
        Part::Leave => ")".to_owned(),
    });
    parts.collect::<Vec<_>>().join("; ")
}

#[test]
fn commands_are_split_as_bash_splits_them() {
    for (script, expected) in [
        ("a 'b c' \"d\" # e\nf", "a 'b c' \"d\"; f"),
        ("A=1 B=2 a C=3", "=A=1 =B=2 a C=3"),
        ("a && b || c; d & e", "a; b; c; d; e"),
        ("a | b |& c\nd", "a |; b |; c; d"),
        ("a |\n\n  b", "a |; b"),
        ("a > f 2>&1 < g", "a >f 2>1 >g"),
        ("a &> f", "a >f"),
        ("a <<E b\nx y\nE\nc", "a b >E; c"),
        ("a $(b \"$(c)\") d", "(; (; c; ); b \"$(c)\"; ); a $(b \"$(c)\") d"),
        ("(a; b) | c", "(; a; b; ); c"),
        ("{ a; b; } > f", "a; b; >f"),
        ("if a; then b; elif c; then d; else e; fi", "a; b; c; d; e"),
        ("while a; do b; done", "a; b"),
        ("for x in 1 \"2 3\"; do a $x; done; b", "for x: 1 \"2 3\"; a $x; done; b"),
        ("for x in 1; do for y in 2; do a; done; done", "for x: 1; for y: 2; a; done; done"),
        ("for x in $(a); do b; done", "(; a; ); for x: $(a); b; done"),
        ("for x in 1; { a; }", "for x: 1; a; done"),
        ("for x; do a; done", "for x: ; a; done"),
        ("for ((;;)); do a; done", "a"),
        ("case x in a|b) c ;; (d) e ;; esac", "c; e"),
        ("[[ a && b < c ]] && d", "d"),
        ("f() { a; }", "a"),
        ("function f { a; }", "a"),
        ("A=(b c)\nd", "=A=(b c); d"),
        ("((a); b $(c))", "(; (; a; ); (; c; ); b $(c); )"),
        ("((1 + $(a)))", "(; a; )"),
        ("time -p a; ! b; coproc c", "a; b; c"),
        ("a \"b", "a"),
        ("a (", "a"),
    ] {
        assert_eq!(parts(script), expected, "{script}");
    }
}
