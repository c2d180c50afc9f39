//! Parses sessions: blocks with commands at prompts and their output below, as on a terminal and in
//! Docker's own documentation.
//!
//! The prompt of a block is `$ ` if a line starts with it; otherwise it is `# `, if a line starts
//! with that. In a block with the prompt `$ `, `# ` starts a comment, or is output.
//!
//! A command continues with the lines that start with `> `, bash's second prompt, and with further
//! lines as long as it is incomplete: Docker's documentation shows the lines after a backslash, and
//! those of a here-document, without a prompt.

use std::ops::Range;

use crate::extract::commands::lines_until_complete;

const CONTINUATION: &str = "> ";

/// A session, by line indices.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Session {
    /// The commands in order.
    pub(crate) commands: Vec<SessionCommand>,
    /// The lines that belong to no command, and are neither comments nor blank.
    pub(crate) unprompted: Vec<usize>,
}

/// A command of a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SessionCommand {
    /// The lines of the command itself.
    pub(crate) lines: Range<usize>,
    /// The length of the prompt on each of these lines, in bytes.
    pub(crate) prompts: Vec<usize>,
    /// The lines below the command, up to the next prompt.
    pub(crate) below: Range<usize>,
    /// The lines below the command, without blank ones at the beginning and the end.
    pub(crate) output: Range<usize>,
}

impl SessionCommand {
    /// Returns the command without prompts. `lines` are the lines of the session.
    pub(crate) fn text(&self, lines: &[&str]) -> String {
        let own = lines[self.lines.clone()].iter().zip(&self.prompts);
        own.map(|(line, prompt)| &line[*prompt..]).collect::<Vec<_>>().join("\n")
    }
}

/// Parses a session, given as lines without line endings.
pub(crate) fn session(lines: &[&str]) -> Session {
    let mut session = Session::default();
    let Some(prompt) = prompt(lines) else {
        session.unprompted =
            (0..lines.len()).filter(|line| !is_comment_or_blank(lines[*line])).collect();
        return session;
    };
    let mut at = 0;
    while at < lines.len() {
        let Some(begin) = prompted(lines[at], prompt) else {
            if !is_comment_or_blank(lines[at]) {
                session.unprompted.push(at);
            }
            at += 1;
            continue;
        };
        at += 1;
        // An empty prompt: only Enter was pressed.
        if lines[at - 1][begin..].trim().is_empty() {
            continue;
        }
        let next = (at..lines.len()).find(|line| prompted(lines[*line], prompt).is_some());
        let next = next.unwrap_or(lines.len());
        session.commands.push(command(lines, at - 1, begin, next));
        at = next;
    }
    session
}

/// Parses the command that starts on the line `first`, and the lines below it up to `next`, the
/// line of the next prompt.
fn command(lines: &[&str], first: usize, begin: usize, next: usize) -> SessionCommand {
    let mut prompts = vec![begin];
    let mut text = lines[first][begin..].to_owned();
    let mut at = first + 1;
    while at < next {
        if let Some(line) = lines[at].strip_prefix(CONTINUATION) {
            prompts.push(CONTINUATION.len());
            text = format!("{text}\n{line}");
        } else if lines[at] == CONTINUATION.trim_end() {
            prompts.push(lines[at].len());
            text.push('\n');
        } else {
            break;
        }
        at += 1;
    }
    if prompts.len() == 1 {
        let whole = completing_lines(&text, &lines[at..next]);
        prompts.extend(std::iter::repeat_n(0, whole));
        at += whole;
    }
    let printed = |line: &usize| !lines[*line].trim().is_empty();
    let output = match ((at..next).find(printed), (at..next).rfind(printed)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => at..at,
    };
    SessionCommand { lines: first..at, prompts, below: at..next, output }
}

/// Returns how many of the lines below a command complete it; 0 if it is complete without them, or
/// never.
fn completing_lines(first: &str, below: &[&str]) -> usize {
    let text = [&[first], below].concat().join("\n");
    lines_until_complete(&text).map_or(0, |lines| lines - 1)
}

fn prompt(lines: &[&str]) -> Option<char> {
    ['$', '#'].into_iter().find(|prompt| lines.iter().any(|line| prompted(line, *prompt).is_some()))
}

/// Returns the offset of the text after the prompt, if the line starts with it.
fn prompted(line: &str, prompt: char) -> Option<usize> {
    let rest = line.strip_prefix(prompt)?;
    (rest.is_empty() || rest.starts_with([' ', '\t']))
        .then(|| (prompt.len_utf8() + 1).min(line.len()))
}

fn is_comment_or_blank(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Returns each command and, after `=>`, its output; then the lines without a prompt, after
    /// `!`.
    fn outline(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        let session = session(&lines);
        let commands = session.commands.iter().map(|command| {
            format!("{} => {}", command.text(&lines), lines[command.output.clone()].join("|"))
        });
        commands
            .chain(session.unprompted.iter().map(|line| format!("! {}", lines[*line])))
            .collect()
    }

    #[test]
    fn commands_are_at_prompts_with_their_output_below() {
        assert_eq!(
            outline("$ docker ps\n\nCONTAINER ID\n\nabc\n\n$ true\n$ echo hi\nhi\n"),
            ["docker ps => CONTAINER ID||abc", "true => ", "echo hi => hi"]
        );
    }

    #[test]
    fn the_second_prompt_continues_a_command() {
        assert_eq!(
            outline("$ for i in 1 2; do\n> echo $i\n>\n> done\n1\n2\n"),
            ["for i in 1 2; do\necho $i\n\ndone => 1|2"]
        );
    }

    #[test]
    fn an_incomplete_command_continues_without_a_prompt() {
        for command in [
            "docker run -d \\\n  --name x \\\n  nginx",
            "docker build - <<EOF\nFROM busybox\n# x\nEOF",
            "cat <<'A' | wc\na\nA",
            "echo \"a\nb\"",
        ] {
            let expected = [format!("{command} => out")];
            assert_eq!(outline(&format!("$ {command}\nout\n")), expected);
        }
    }

    #[test]
    fn a_command_that_is_never_complete_is_one_line() {
        assert_eq!(outline("$ echo \"a\nout\n$ b\n"), ["echo \"a => out", "b => "]);
    }

    #[test]
    fn the_root_prompt_counts_only_without_the_other_prompt() {
        assert_eq!(outline("# id -u\n0\n# true\n"), ["id -u => 0", "true => "]);
        assert_eq!(
            outline("# on the manager\n$ cat resolv.conf\n# Generated\n"),
            ["cat resolv.conf => # Generated"]
        );
    }

    #[test]
    fn lines_that_belong_to_no_command_are_unprompted() {
        assert_eq!(outline("docker ps\n\n# why\n"), ["why => ", "! docker ps"]);
        assert_eq!(outline("docker ps\ndocker images\n"), ["! docker ps", "! docker images"]);
        assert_eq!(outline("out\n$ a\nb\n"), ["a => b", "! out"]);
        assert_eq!(outline("$\nout\n$ a\n"), ["a => ", "! out"]);
        assert_eq!(outline("$5\n#!x\n"), ["! $5"]);
        assert!(outline("\n").is_empty());
    }

    proptest! {
        #[test]
        fn every_line_has_one_role(text in "([$#>] ?)?[a \\\\\"<]{0,5}(\n([$#>] ?)?[aE \\\\\"<]{0,5}){0,8}") {
            let lines: Vec<&str> = text.lines().collect();
            let session = session(&lines);
            let mut end = 0;
            for command in &session.commands {
                prop_assert!(command.lines.start >= end && !command.lines.is_empty());
                prop_assert!(command.output.start >= command.lines.end);
                prop_assert_eq!(command.prompts.len(), command.lines.len());
                end = command.output.end.max(command.lines.end);
            }
            for line in session.unprompted {
                prop_assert!(!session.commands.iter().any(|c| c.lines.contains(&line) || c.output.contains(&line)));
            }
        }
    }
}
