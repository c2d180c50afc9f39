//! Sessions: blocks in which commands stand at prompts and what they print below them, as on a
//! terminal and in Docker's own documentation.
//!
//! If a line begins with `$ `, that is the block's prompt; else `# ` is, if a line begins with it.
//! With `$ ` as the prompt, `# ` begins a comment or is what a command printed.
//!
//! A command goes on with the lines that begin with `> `, bash's second prompt, and with further
//! lines as long as it is incomplete: Docker's documentation writes the lines after a backslash, and
//! those of a here-document, without a prompt.

use std::ops::Range;

use crate::extract::commands::lines_until_complete;

const CONTINUATION: &str = "> ";

/// A session, by the numbers of its lines, from 0.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Session {
    /// The commands, in order.
    pub(crate) commands: Vec<SessionCommand>,
    /// The lines that are no command's: neither comments nor blank, and with no prompt before them.
    pub(crate) strays: Vec<usize>,
}

/// A command of a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct SessionCommand {
    /// Its lines.
    pub(crate) lines: Range<usize>,
    /// How many bytes of each of these lines are its prompt.
    pub(crate) prompts: Vec<usize>,
    /// The lines below it, up to the next prompt.
    pub(crate) below: Range<usize>,
    /// The same without blank ones at the beginning and the end.
    pub(crate) output: Range<usize>,
}

impl SessionCommand {
    /// Its text: `lines` are those of the session.
    pub(crate) fn text(&self, lines: &[&str]) -> String {
        let own = lines[self.lines.clone()].iter().zip(&self.prompts);
        own.map(|(line, prompt)| &line[*prompt..]).collect::<Vec<_>>().join("\n")
    }
}

/// Reads a session. A line is given without its end.
pub(crate) fn session(lines: &[&str]) -> Session {
    let mut session = Session::default();
    let Some(prompt) = prompt(lines) else {
        session.strays = (0..lines.len()).filter(|line| !is_passed_over(lines[*line])).collect();
        return session;
    };
    let mut at = 0;
    while at < lines.len() {
        let Some(begin) = prompted(lines[at], prompt) else {
            if !is_passed_over(lines[at]) {
                session.strays.push(at);
            }
            at += 1;
            continue;
        };
        at += 1;
        // At an empty prompt, somebody has pressed Enter.
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

/// Reads the command that begins at a line, and what follows it up to the next prompt.
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
        let whole = incomplete_lines(&text, &lines[at..next]);
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

/// How many of the lines below it a command needs to be complete; none if they do not make it so.
fn incomplete_lines(first: &str, below: &[&str]) -> usize {
    let text = [&[first], below].concat().join("\n");
    lines_until_complete(&text).map_or(0, |lines| lines - 1)
}

fn prompt(lines: &[&str]) -> Option<char> {
    ['$', '#'].into_iter().find(|prompt| lines.iter().any(|line| prompted(line, *prompt).is_some()))
}

/// Where the text behind a prompt begins.
fn prompted(line: &str, prompt: char) -> Option<usize> {
    let rest = line.strip_prefix(prompt)?;
    (rest.is_empty() || rest.starts_with([' ', '\t']))
        .then(|| (prompt.len_utf8() + 1).min(line.len()))
}

fn is_passed_over(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each command and, behind `=>`, the lines below it; then the strays.
    fn outline(text: &str) -> Vec<String> {
        let lines: Vec<&str> = text.lines().collect();
        let session = session(&lines);
        let commands = session.commands.iter().map(|command| {
            format!("{} => {}", command.text(&lines), lines[command.output.clone()].join("|"))
        });
        commands.chain(session.strays.iter().map(|line| format!("! {}", lines[*line]))).collect()
    }

    #[test]
    fn commands_stand_at_prompts_and_what_they_print_below() {
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
    fn an_incomplete_command_goes_on_without_a_prompt() {
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
    fn what_never_becomes_complete_is_one_line() {
        assert_eq!(outline("$ echo \"a\nout\n$ b\n"), ["echo \"a => out", "b => "]);
    }

    #[test]
    fn roots_prompt_is_one_where_there_is_no_other() {
        assert_eq!(outline("# id -u\n0\n# true\n"), ["id -u => 0", "true => "]);
        assert_eq!(
            outline("# on the manager\n$ cat resolv.conf\n# Generated\n"),
            ["cat resolv.conf => # Generated"]
        );
    }

    #[test]
    fn what_stands_at_no_prompt_is_a_stray() {
        assert_eq!(outline("docker ps\n\n# why\n"), ["why => ", "! docker ps"]);
        assert_eq!(outline("docker ps\ndocker images\n"), ["! docker ps", "! docker images"]);
        assert_eq!(outline("out\n$ a\nb\n"), ["a => b", "! out"]);
        assert_eq!(outline("$\nout\n$ a\n"), ["a => ", "! out"]);
        assert_eq!(outline("$5\n#!x\n"), ["! $5"]);
        assert!(outline("\n").is_empty());
    }

    proptest! {
        #[test]
        fn every_line_has_one_place(text in "([$#>] ?)?[a \\\\\"<]{0,5}(\n([$#>] ?)?[aE \\\\\"<]{0,5}){0,8}") {
            let lines: Vec<&str> = text.lines().collect();
            let session = session(&lines);
            let mut end = 0;
            for command in &session.commands {
                prop_assert!(command.lines.start >= end && !command.lines.is_empty());
                prop_assert!(command.output.start >= command.lines.end);
                prop_assert_eq!(command.prompts.len(), command.lines.len());
                end = command.output.end.max(command.lines.end);
            }
            for stray in session.strays {
                prop_assert!(!session.commands.iter().any(|c| c.lines.contains(&stray) || c.output.contains(&stray)));
            }
        }
    }
}
