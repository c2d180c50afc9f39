//! Parses sessions: blocks with commands at prompts and their output below, as on a terminal and in
//! Docker's own documentation.
//!
//! The prompt of a block is decided in [`prompt`](super::prompt). A command continues with the lines that
//! start with `> `, bash's second prompt, and with further lines as long as it is incomplete: Docker's
//! documentation shows the lines after a backslash, and those of a here-document, without a prompt.
//!
//! Comments right above a prompt are about its command. Only below a program that prints files, they are
//! output.

use std::ops::Range;

use super::command_line::{Reading, reading};
use super::command_words::{builds, prints_files};
use super::commands::{commands, lines_until_complete};
use super::interactive::needs_terminal;
use super::prompt::{Prompt, Prompts, is_heading};

const CONTINUATION: &str = "> ";

/// A session, by line indices.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Session {
    /// The commands in order.
    pub(crate) commands: Vec<SessionCommand>,
    /// The lines that belong to no command, and are neither comments nor blank.
    pub(crate) unprompted: Vec<usize>,
    /// Where the commands are typed, if it is not the shell of the steps; there are no commands then.
    pub(crate) elsewhere: Option<Elsewhere>,
}

/// A place where commands are typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Elsewhere {
    /// A shell inside of a container.
    Container,
    /// A shell of Windows.
    Windows,
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
    /// The prompt of the program that it is typed into, if that is not the shell.
    pub(crate) inner: Option<String>,
}

impl SessionCommand {
    /// Returns the command without prompts. `lines` are the lines of the session.
    pub(crate) fn text(&self, lines: &[&str]) -> String {
        let own = lines[self.lines.clone()].iter().zip(&self.prompts);
        own.map(|(line, prompt)| &line[*prompt..]).collect::<Vec<_>>().join("\n")
    }
}

/// Parses a session, given as lines without line endings and common indentation.
pub(crate) fn session(lines: &[&str]) -> Session {
    session_at(Prompts::in_lines(lines), lines)
}

/// Parses a block that says it is a script; `None` if it is one.
pub(crate) fn session_in_script(text: &str, lines: &[&str]) -> Option<Session> {
    let prompts = Prompts::in_script(text, lines)?;
    if let Prompts::Shell(prompt) = &prompts
        && let Some(commands) = mixed_commands(text, prompt)
    {
        return Some(Session { commands, ..Session::default() });
    }
    Some(session_at(Some(prompts), lines))
}

fn session_at(prompts: Option<Prompts>, lines: &[&str]) -> Session {
    let mut session = Session::default();
    let prompt = match prompts {
        Some(Prompts::Shell(prompt)) => prompt,
        other => {
            let is_text = |line: &usize| !is_comment_or_blank(lines[*line]);
            session.unprompted = (0..lines.len()).filter(is_text).collect();
            session.elsewhere = match other {
                Some(Prompts::Container) => Some(Elsewhere::Container),
                Some(Prompts::Windows) => Some(Elsewhere::Windows),
                _ => None,
            };
            return session;
        }
    };
    let is_prompted = |line: &usize| prompt.end_in(lines[*line]).is_some();
    let mut at = 0;
    while at < lines.len() {
        let Some(begin) = prompt.end_in(lines[at]) else {
            if !is_comment_or_blank(lines[at]) && !is_heading(lines[at]) {
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
        let next = (at..lines.len()).find(is_prompted).unwrap_or(lines.len());
        session.commands.push(command(lines, at - 1, begin, next, &prompt));
        at = next;
    }
    session
}

/// Returns the commands of a script in which only some have a prompt, and nothing is output.
fn mixed_commands(text: &str, prompt: &Prompt) -> Option<Vec<SessionCommand>> {
    // Blanks in the place of prompts leave everything where it is.
    let mut script = String::with_capacity(text.len());
    let mut prompts = Vec::new();
    for line in text.split_inclusive('\n') {
        let end = prompt.end_in(line.trim_end_matches('\n'));
        let end_or_start = end.unwrap_or(0);
        script.extend(std::iter::repeat_n(' ', end_or_start));
        script.push_str(&line[end_or_start..]);
        prompts.push(end);
    }
    let mut number = 0;
    let mut counted = 0;
    let mut may_be_output = false;
    let mut found = Vec::new();
    for range in commands(&script) {
        let command = &script[range.clone()];
        number += script[counted..range.start].matches('\n').count();
        counted = range.start;
        let first = prompts.get(number).copied().flatten();
        let line = command.lines().next().unwrap_or_default();
        if first.is_none() && (may_be_output || reading(line) < Reading::Command) {
            return None;
        }
        // `cat run.sh` prints commands.
        may_be_output = first.is_some() && prints_files(command);
        let lines = number..number + command.trim_end_matches('\n').matches('\n').count() + 1;
        let rest = std::iter::repeat_n(0, lines.len() - 1);
        let prompts = std::iter::once(first.unwrap_or(0)).chain(rest).collect();
        let end = lines.end;
        found.push(SessionCommand {
            lines,
            prompts,
            below: end..end,
            output: end..end,
            inner: None,
        });
    }
    let is_mixed =
        found.iter().any(|command| prompts.get(command.lines.start).is_some_and(Option::is_none));
    is_mixed.then_some(found)
}

/// Parses the command that starts on the line `first`, and the lines below it up to `next`, the
/// line of the next prompt.
fn command(
    lines: &[&str],
    first: usize,
    begin: usize,
    next: usize,
    prompt: &Prompt,
) -> SessionCommand {
    let mut prompts = vec![begin];
    let mut text = lines[first][begin..].to_owned();
    let mut at = first + 1;
    while at < next && !prompt.is_continuation() && !needs_terminal(&text) {
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
    let end = if next < lines.len() { at + output_above(&text, &lines[at..next]) } else { next };
    let printed = |line: &usize| !lines[*line].trim().is_empty();
    let output = match ((at..end).find(printed), (at..end).rfind(printed)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => at..at,
    };
    SessionCommand { lines: first..at, prompts, below: at..end, output, inner: None }
}

/// Returns how many of the lines between a command and the next prompt are output. The others are comments
/// about the next command, or the first line of its prompt.
fn output_above(command: &str, lines: &[&str]) -> usize {
    let is_comment = |line: &str| {
        line.starts_with('#') && !prints_files(command) && !(builds(command) && is_of_build(line))
    };
    let about_next = |line: &str| is_heading(line) || is_comment(line);
    let trailing = lines.iter().rposition(|line| !line.trim().is_empty() && !about_next(line));
    let after = trailing.map_or(0, |last| last + 1);
    let first = lines[after..].iter().position(|line| about_next(line));
    first.map_or(lines.len(), |first| after + first)
}

/// Whether a line is one of BuildKit's without a terminal: `#8 DONE 0.0s`.
fn is_of_build(line: &str) -> bool {
    let Some(line) = line.strip_prefix('#') else { return false };
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    digits > 0 && line.as_bytes().get(digits) == Some(&b' ')
}

/// Returns how many of the lines below a command complete it; 0 if it is complete without them, or
/// never.
fn completing_lines(first: &str, below: &[&str]) -> usize {
    let text = [&[first], below].concat().join("\n");
    lines_until_complete(&text).map_or(0, |lines| lines - 1)
}

fn is_comment_or_blank(line: &str) -> bool {
    line.trim().is_empty() || line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests;
