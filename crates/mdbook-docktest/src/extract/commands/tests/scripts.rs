//! Generators of scripts from parts that are difficult to read.

use proptest::prelude::*;
use proptest::sample::select;

/// Stands for a line end outside quotes. The here-documents begun before it are below it.
const LINE: char = '\u{1}';

/// Around the body of a here-document, after its beginning.
const BODY: [char; 2] = ['\u{2}', '\u{3}'];

const WORDS: &[&str] = &[
    "a",
    "echo",
    "-n",
    "$x",
    "\"q\"",
    "'s'",
    "*",
    "{a,b}",
    "a#b",
    "é",
    "a=b",
    "[",
    "]",
    "==",
    "esac",
    "in",
    "do",
    "done",
    "if",
    "fi",
    "{",
    "}",
    "}}",
    "time",
    "!",
    "\"a\nb\"",
    "'a\nb'",
    "$'a\\'\nb'",
    "a\\\nb",
    "$((1<<2))",
    "$[1+(2)]",
    "`echo \\`a\\` # b`",
    "\"\\\"\"",
    "\"`a`\"",
    "${#x}",
    "${x[1]}",
    "${x:-'}\n'}",
    "\"${x#'a'}\"",
    "[a]",
    "a[",
    "x[1]",
    "$",
    "\"$(\"",
    "$$",
    "\\(",
    "$\"a\nb\"",
    "function",
    "case",
    "--",
    "-p",
    "^(a|b)$",
];

const ASSIGNMENTS: &[&str] = &[
    "A=1 ",
    "A= ",
    "A+=b ",
    "a=(1\n2 # it's )\n) ",
    "a[ 1 + 2 ]=x ",
    "A==\"x\ny\" ",
    "a=() ",
    "a[`a`]+=2 ",
    "x[1]=(",
];

const REDIRECTIONS: &[&str] = &[
    ">f",
    "2>&1",
    "<f",
    "<<<\"a\nb\"",
    ">&-",
    "<&3- ",
    "&>f",
    ">|f",
    "<>f",
    "{v}>f",
    "> \\\nf",
    ">&2",
];

const CONDITIONS: &[&str] = &[
    "[[ a =~ ^(a|b c)$ ]]",
    "[[ $x == @(a|\nb)c ]]",
    "[[ a &&\n! b ||\n\nc < d ]]",
    "[[ ( a == b ) # c\n]]",
    "[[ -f a\n]]",
    "[[ \"]]\" != a ]]",
    "((x = 1 << 2))",
    "((\n(1)+(2)\n))",
    "((a); (b\n))",
    "(( 'a' # 2\n))",
];

const BODIES: &[&str] = &[
    "",
    "it's\n",
    "\"\n$(\n",
    "a \\\nE\n",
    " E\n\tEOF\n",
    "E)\n",
    "done\n# c\n",
    "\\\\\n",
    "E\\\n\n",
];

/// Further parts of `soup`.
const TOKENS: &[&str] = &[
    "then ", "else ", "elif ", "for ", "while ", "until ", "select ", "coproc ", "( ", " )", "((",
    "))", "[[ ", " ]]", "f()", "a=(", "a[", "]=1", ";", ";;", ";&", "&", "&&", "|", "||", "|&",
    "<", ">", "<<", "<<-", "<<E\n", "<<'E'\n", "<(", "$(", "$((", "${", "${x:", "$[", "'", "\"",
    "`", "$'", "\\", "#", " # c\n", "=", "=~ ", "@(", "!(", "*(", "\nE\n", "\\\n", "\n", "\n\n",
    " ", " ", "\t", "\r", "\u{a0}", "esac) ", "(a) ", "|b) ", "1>",
];

fn one(of: &'static [&'static str]) -> impl Strategy<Value = String> + Clone {
    select(of).prop_map(str::to_owned)
}

/// A line end, or something else that separates commands.
fn separator() -> impl Strategy<Value = String> + Clone {
    one(&["\u{1}", "\u{1}", " # it's\u{1}", "\u{1}\u{1}", "; ", ";\u{1}", " & ", " \\\n\u{1}"])
}

/// What can separate the parts of a compound command.
fn gap() -> impl Strategy<Value = String> + Clone {
    one(&[" ", " ", "\u{1}", " # c)\u{1}", " \\\n"])
}

fn redirection() -> impl Strategy<Value = String> + Clone {
    let document = (select(BODIES), select(&["", "-"][..]), select(&["E", "EOF"][..]), 0..4)
        .prop_map(|(body, dash, delimiter, quotes)| {
            let word = match quotes {
                0 => format!("'{delimiter}'"),
                1 => format!("\\{delimiter}"),
                _ => delimiter.to_owned(),
            };
            let tab = if dash.is_empty() { "" } else { "\t" };
            let [begin, end] = BODY;
            format!("<<{dash} {word}{begin}{body}{tab}{delimiter}\n{end}")
        });
    prop_oneof![2 => one(REDIRECTIONS), 1 => document]
}

fn simple(list: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = String> + Clone {
    let nested = (list, 0..7).prop_map(|(list, kind)| match kind {
        0 => format!("\"a $({list}) b\""),
        1 => format!("\"${{x:-$({list})}}\""),
        2 => format!("<({list})"),
        3 => format!("a=({list}\n)"),
        _ => format!("$({list})"),
    });
    let word = prop_oneof![8 => select(&["a", "-n", "$x"][..]).prop_map(str::to_owned),
        6 => one(WORDS), 1 => nested, 2 => redirection()];
    let assignments = prop::collection::vec(one(ASSIGNMENTS), 0..2);
    (assignments, one(&["echo", "f", "[", "declare", ">f"]), prop::collection::vec(word, 0..4))
        .prop_map(|(assignments, first, words)| {
            format!("{}{first} {}", assignments.concat(), words.join(" "))
        })
}

/// A compound command around some lists.
fn compound(list: impl Strategy<Value = String> + Clone) -> impl Strategy<Value = String> + Clone {
    let parts =
        (list.clone(), list, separator(), gap(), gap(), 0..16, prop::option::of(redirection()));
    parts.prop_map(|(a, b, end, gap, other, kind, redirection)| {
        let command = match kind {
            0 => format!("({gap}{a}{other})"),
            1 => format!("{{{gap}{a}{end}}}"),
            2 => format!("if{gap}{a}{end}then{gap}{b}{end}fi"),
            3 => format!("if {a}{end}then {b}{end}else{gap}{b}{end}fi"),
            4 => format!("while{gap}{a}{end}do{gap}{b}{end}done"),
            5 => format!("for x{gap}in a b{end}do{gap}{a}{end}done"),
            6 => format!("for x{gap}do{other}{a}{end}done"),
            7 => format!("for ((i = 0; i < 1; i++)){gap}do {a}{end}done"),
            8 => format!("case a{gap}in{other}a|if){gap}{a}{end}esac"),
            9 => format!("case a in (esac){gap}{a};;{gap}*) {b}\u{1};& esac"),
            10 => format!("f(){gap}{{ {a}{end}}}"),
            11 => format!("function f{gap}( {a}{other})"),
            12 => format!("(({a}); ({b}))"),
            13 => format!("coproc N {{ {a}{end}}}"),
            14 => format!("for x in a{end}{{ {a}{end}}}"),
            _ => format!("! time -p {{ {a}{end}}}"),
        };
        redirection.map_or(command.clone(), |redirection| format!("{command} {redirection}"))
    })
}

fn list() -> impl Strategy<Value = String> + Clone {
    let nothing = one(&["a", "true", "[ a == ]"]);
    let first = prop_oneof![3 => simple(nothing), 1 => one(CONDITIONS)].boxed();
    first.prop_recursive(3, 12, 2, |list| {
        let command = prop_oneof![2 => simple(list.clone()), 3 => compound(list.clone())];
        let and_then =
            one(&[" && ", " || ", " | ", "|&\u{1}", " &&\u{1}", "|\u{1}\u{1}", "; ", "\u{1}"]);
        (command, prop::option::of((and_then, list))).prop_map(|(command, rest)| match rest {
            Some((and_then, rest)) => format!("{command}{and_then}{rest}"),
            None => command,
        })
    })
}

/// Moves the bodies of here-documents below their lines.
fn laid_out(text: &str) -> String {
    let (mut script, mut bodies) = (String::new(), String::new());
    let mut is_body = false;
    for c in text.chars() {
        match c {
            LINE => {
                script.push('\n');
                script.push_str(&bodies);
                bodies.clear();
            }
            _ if BODY.contains(&c) => is_body = c == BODY[0],
            _ if is_body => bodies.push(c),
            _ => script.push(c),
        }
    }
    script
}

/// A script that bash accepts, for the most part.
pub(super) fn script() -> impl Strategy<Value = String> {
    let line = (list(), one(&["\u{1}", ";\u{1}", " &\u{1}", " # c\u{1}"]));
    prop::collection::vec(line, 1..4).prop_map(|lines| {
        let lines: String = lines.iter().map(|(list, end)| format!("{list}{end}")).collect();
        laid_out(&lines)
    })
}

/// A script that bash may refuse.
pub(super) fn soup() -> impl Strategy<Value = String> {
    let token = prop_oneof![2 => one(TOKENS), 1 => one(WORDS), 1 => one(CONDITIONS), 1 => one(REDIRECTIONS)];
    let tokens = prop::collection::vec(token.clone(), 0..12).prop_map(|tokens| tokens.concat());
    let broken =
        (script(), any::<prop::sample::Index>(), token).prop_map(|(mut script, at, token)| {
            let places: Vec<usize> = script.char_indices().map(|(place, _)| place).collect();
            script.insert_str(*at.get(&places), &token);
            script
        });
    prop_oneof![tokens, broken]
}
