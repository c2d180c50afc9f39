//! The commands of a script: what a reader types, line by line, until the shell runs it.
//!
//! The grammar is bash's own as tree-sitter-bash has it. Commands that share a line are one: a
//! terminal runs them at one press of Enter, and their output comes as one.

use std::ops::Range;

use tree_sitter::{Node, Parser};

/// The byte ranges of a script's commands, in order, without comments and blank lines between them.
///
/// A script that the grammar does not understand is one command: bash will have its say.
pub(crate) fn commands(script: &str) -> Vec<Range<usize>> {
    if is_plain_line(script) {
        return whole(script).into_iter().collect();
    }
    if is_plain_lines(script) {
        return lines(script);
    }
    match parse(script) {
        Some(commands) => commands,
        None => whole(script).into_iter().collect(),
    }
}

/// Whether bash would run this text at once: nothing that was begun waits for its end.
pub(crate) fn is_complete(text: &str) -> bool {
    let backslashes = text.len() - text.trim_end_matches('\\').len();
    backslashes.is_multiple_of(2) && parse(text).is_some()
}

/// Whether this is a line that is one command whatever the grammar says of it, as most steps are:
/// asking costs more than all else that is done to read a step.
fn is_plain_line(script: &str) -> bool {
    let line = script.trim_matches([' ', '\t', '\n']);
    // A comment or a backslash at the end is no part of the command. Other blanks (a no-break space, a
    // carriage return) are trimmed here, and mean something to bash.
    !line.contains(['\n', '#', '\\']) && line == script.trim()
}

/// Words that mean something to bash where a command begins.
const RESERVED: [&str; 17] = [
    "case", "coproc", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "in",
    "select", "then", "time", "until", "while",
];

/// Whether these are lines of nothing but words that mean themselves, each of which is a command.
fn is_plain_lines(script: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b" \n./:=_@,+-".contains(&byte);
    let begins = |line: &str| {
        RESERVED.contains(&line.split(' ').find(|word| !word.is_empty()).unwrap_or_default())
    };
    script.bytes().all(is_plain) && !script.lines().any(begins)
}

/// The lines that are not blank.
fn lines(script: &str) -> Vec<Range<usize>> {
    let mut end = 0;
    let lines = script.split_inclusive('\n').filter_map(|line| {
        let start = end;
        end += line.len();
        whole(line).map(|range| start + range.start..start + range.end)
    });
    lines.collect()
}

fn whole(script: &str) -> Option<Range<usize>> {
    let trimmed = script.trim();
    let start = script.len() - script.trim_start().len();
    (!trimmed.is_empty()).then(|| start..start + trimmed.len())
}

fn parse(script: &str) -> Option<Vec<Range<usize>>> {
    let mut parser = Parser::new();
    parser.set_language(&tree_sitter_bash::LANGUAGE.into()).ok()?;
    let tree = parser.parse(script, None)?;
    let root = tree.root_node();
    if root.has_error() {
        return None;
    }
    let mut commands: Vec<Range<usize>> = Vec::new();
    let mut last_row = None;
    for node in root.children(&mut root.walk()).filter(|node| !is_comment(node)) {
        let range = node.byte_range();
        match commands.last_mut() {
            // Separators and what follows them on the same line.
            Some(last) if last_row == Some(node.start_position().row) => last.end = range.end,
            _ if node.is_named() => commands.push(range),
            // A separator alone on its line ends the command above it.
            Some(last) => last.end = range.end,
            None => return None,
        }
        last_row = Some(last_row_of(&node));
    }
    leaves_out_nothing(script, &commands).then_some(commands)
}

/// Whether there is nothing between the commands but what bash passes over. The grammar is not
/// bash itself; where they differ, a part of the script must not get lost.
fn leaves_out_nothing(script: &str, commands: &[Range<usize>]) -> bool {
    let starts = commands.iter().map(|range| range.start).chain([script.len()]);
    let ends = [0].into_iter().chain(commands.iter().map(|range| range.end));
    ends.zip(starts).all(|(end, start)| {
        script.get(end..start).is_some_and(|between| {
            between
                .lines()
                .map(str::trim)
                .all(|line| matches!(line, "" | "\\") || line.starts_with('#'))
        })
    })
}

/// The row in which a node's text ends. A here-document can end with the line feed itself.
fn last_row_of(node: &Node<'_>) -> usize {
    let end = node.end_position();
    if end.column == 0 { end.row.saturating_sub(1) } else { end.row }
}

fn is_comment(node: &Node<'_>) -> bool {
    node.kind() == "comment"
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn split(script: &str) -> Vec<&str> {
        commands(script).into_iter().map(|range| &script[range]).collect()
    }

    #[test]
    fn each_line_is_a_command() {
        assert_eq!(
            split("docker ps\n\n# who is there?\ndocker images\n"),
            ["docker ps", "docker images"]
        );
        assert!(split("").is_empty());
        assert!(split("\n# nothing\n").is_empty());
    }

    #[test]
    fn what_goes_over_several_lines_stays_whole() {
        for command in [
            "docker run -d \\\n  --name x alpine",
            "for i in 1 2; do\n  echo $i\ndone | wc -l",
            "greet() {\n  echo hi\n}",
            "cat <<EOF >file\nheredoc $x\n\nEOF",
            "cat <<-'EOF'\n\ta # no comment\n\tEOF",
            "if [[ $a == b ]]; then echo \"two\nlines\"; fi > out 2>&1",
            "a=(1 2\n3)",
            "docker ps |\n  wc -l",
            "true &&\n  echo yes",
            "x=$(\n  date\n)",
            "case $x in\n  a) echo a ;;\n  *) echo b ;;\nesac",
        ] {
            let script = format!("echo before\n{command}\necho after\n");
            assert_eq!(split(&script), ["echo before", command, "echo after"]);
        }
    }

    #[test]
    fn a_line_is_one_command() {
        assert_eq!(split("cd /tmp; ls\nsleep 1 &\nwait\n"), ["cd /tmp; ls", "sleep 1 &", "wait"]);
        assert_eq!(split("cat <<A\na\nA\necho hi\n"), ["cat <<A\na\nA", "echo hi"]);
        assert_eq!(split("echo a # why\necho b"), ["echo a", "echo b"]);
    }

    #[test]
    fn what_is_not_understood_is_one_command() {
        assert_eq!(split("echo \"never closed\necho b\n"), ["echo \"never closed\necho b"]);
        assert_eq!(split("echo )\necho b\n"), ["echo )\necho b"]);
    }

    proptest! {
        #[test]
        fn a_plain_line_is_what_the_grammar_says(script in "[ \t\n]{0,2}[ a-z;&|'\"$(){}<>=*\r\u{b}\u{a0}-]{0,30}\n?") {
            if is_plain_line(&script)
                && let Some(commands) = parse(&script)
            {
                prop_assert_eq!(commands, whole(&script).into_iter().collect::<Vec<_>>());
            }
        }

        #[test]
        fn plain_lines_are_what_the_grammar_says(script in "([ \n./:=_@,+a-z0-9-]{0,9}|if |do\n|in\n|time |echo |docker ps\n|A=b ){0,9}") {
            if is_plain_lines(&script)
                && let Some(commands) = parse(&script)
            {
                prop_assert_eq!(commands, lines(&script), "{:?}", script);
            }
        }

        #[test]
        fn commands_are_in_order_and_not_empty(script in "[ a-z;&|#\n\"'$(){}<\\\\-]{0,60}") {
            let mut end = 0;
            for range in commands(&script) {
                prop_assert!(range.start >= end && !range.is_empty());
                end = range.end;
            }
        }
    }
}
