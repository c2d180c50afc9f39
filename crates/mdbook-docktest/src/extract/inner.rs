//! The prompts of programs that commands open: shells in containers, clients of databases, interpreters.
//!
//! They count only below a command that opens a program, or while one is open: in output, `>` and the like
//! can stand anywhere.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::command_line::{Reading, reading};
use super::commands::{is_complete, lines_until_complete, unended_here_document};
use super::console::{Session, SessionCommand};
use super::interactive::needs_terminal;
use super::prompt::Prompt;
use crate::text::keys;

/// Programs that read commands at a prompt if they are started without an operand, or with few.
const INTERPRETERS: [&str; 44] = [
    "ash",
    "bash",
    "bc",
    "clickhouse-client",
    "cqlsh",
    "cypher-shell",
    "dash",
    "fish",
    "ftp",
    "gdb",
    "ghci",
    "hbase",
    "iex",
    "influx",
    "ipython",
    "irb",
    "jshell",
    "julia",
    "ksh",
    "lldb",
    "lua",
    "mariadb",
    "mongo",
    "mongosh",
    "mysql",
    "nc",
    "node",
    "php",
    "psql",
    "pry",
    "pypy3",
    "python",
    "python2",
    "python3",
    "R",
    "redis-cli",
    "scala",
    "sh",
    "sqlite3",
    "sqlplus",
    "ssh",
    "su",
    "telnet",
    "zsh",
];

/// Those whose prompts are also those of the steps' shell.
const SHELLS: [&str; 9] = ["ash", "bash", "dash", "fish", "ksh", "sh", "ssh", "su", "zsh"];

/// Prompts that end with `>` or `=#`, of databases and interpreters.
static INTERPRETER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r#"(?x)^
        (?:
            >>> | \.\.\. | \s*(?:->|'>|">|`>)                 # Python, and MySQL's second prompts
          | (?:In|Out)\ \[\d+\]:                              # IPython
          | (?:\w+\ )?\w+\ \[[^\]]*\]>                         # MariaDB [(none)]>, mysql [db]>
          | [\w.-]+[=\-^!*$('"][*!?]?[\#>]                     # psql: postgres=#, postgres-#, postgres=*#
          | (?:irb|hbase)\([^)]*\):\d+(?::\d+)?[>*"']         # Ruby, HBase
          | php\ [>{('"]                                     # PHP, with its second prompts
          | \((?:gdb|lldb|[Pp]db)\)                          # debuggers
          | \w+\ :[)-](?:\])?                                # ClickHouse
          | [\w.-]+@[\w.:/-]*>                               # neo4j@neo4j>, root@:26257/defaultdb>
          | \[\d+\]\ pry\([^)]*\)>
          | iex(?:\([^)]*\))?>
          | [\w.-]+(?::[\w.-]+)?(?:\[\d+\])?(?:\([^)]*\))?>   # mysql>, redis:6379>, 127.0.0.1:6379[1]>, cqlsh:ks>, rs0:PRIMARY>
          | (?:[\w.-]+\ )?\[[^\]]*\]\ [\w.-]+>                # rs0 [direct: primary] test>, [direct: mongos] test>
        )
        (?:\ |$)"#,
    )
    .expect("the regex is valid")
});

/// Text that ends a program.
static ENDING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)^(?:(?:exit|quit|bye|logout)(?:\(\))?;?|exit \d+|\\q|\.exit|\.quit|(?:\^P\^Q|\^D)|<?ctrl[-+ ]?d>?)$")
        .expect("the regex is valid")
});

/// A program that is open.
#[derive(Debug, Clone)]
pub(super) struct Open {
    /// The index of the step whose command has opened it.
    pub(super) step: usize,
    /// The prompt at which that command stands, if it has one.
    outer: Option<Prompt>,
    /// Whether it is certain that it is open.
    pub(super) is_certain: bool,
    /// Whether a script has opened it, and it certainly is a shell.
    pub(super) is_shell_of_script: bool,
}

/// The prompt at the start of a line, and the length of both.
fn inner_prompt(line: &str, outer: Option<&Prompt>, is_certain: bool) -> Option<usize> {
    if outer.is_some_and(|outer| outer.end_in(line).is_some()) {
        return None;
    }
    if let Some(found) = INTERPRETER.find(line) {
        return Some(found.end());
    }
    // Below a command that certainly opens a program, also `# ` and `> `.
    let is_bare = ["# ", "$ ", "> ", "% "].iter().any(|bare| line.starts_with(bare))
        || ["#", "$", ">"].contains(&line);
    match Prompt::of(line) {
        Some((_, end)) if !is_bare || is_certain => Some(end),
        _ => None,
    }
}

/// How a command opens a program that reads commands at a prompt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// It asks for a terminal: in a container, or because the program needs one.
    WithTerminal,
    /// It is one of the programs that do so without arguments, if they are at a terminal.
    Alone,
    /// Its arguments decide.
    Perhaps,
}

/// Whether a command certainly opens a program that reads from the terminal.
pub(super) fn certainly_opens(command: &str) -> bool {
    opening(command).is_some_and(Opening::is_certain)
}

impl Opening {
    fn is_certain(self) -> bool {
        self != Self::Perhaps
    }
}

/// How a command opens a program; `None` if it opens none.
fn opening(command: &str) -> Option<Opening> {
    if needs_terminal(command) {
        return Some(Opening::WithTerminal);
    }
    let mut words =
        command.split_whitespace().skip_while(|word| *word == "sudo" || word.contains('='));
    let program = words.next().unwrap_or_default().rsplit('/').next().unwrap_or_default();
    if INTERPRETERS.contains(&program) && !command.contains(['|', '<']) {
        let is_alone = words.next().is_none() && !SHELLS.contains(&program);
        return Some(if is_alone { Opening::Alone } else { Opening::Perhaps });
    }
    let is_shell = command.starts_with("sudo ") && command.contains(" -i") || command == "sudo -s";
    is_shell.then_some(Opening::Perhaps)
}

/// Splits the lines below commands that open a program into its output and what is typed into it.
pub(super) fn add_typed_commands(session: &mut Session, lines: &[&str]) {
    let starts: Vec<usize> = session.commands.iter().map(|command| command.lines.start).collect();
    let mut all = Vec::new();
    for (index, mut command) in session.commands.drain(..).enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(lines.len());
        let text = command.text(lines);
        let outer = Prompt::of(lines[command.lines.start]).map(|(prompt, _)| prompt);
        let range = command.lines.end..end;
        let mut typed = Vec::new();
        if let Some(opening) = opening(&text) {
            let is_certain = opening.is_certain();
            typed = typed_commands(lines, range, outer.as_ref(), is_certain);
            if let Some(first) = typed.first() {
                command.below = command.lines.end..first.lines.start;
                command.output = command.below.clone();
            }
            // Above what is typed, there can be the prompt of the program, with nothing or a comment behind it.
            let has_names = has_named_prompts(lines, command.lines.end..end, outer.as_ref());
            let is_printed = |line: &usize| {
                let line = lines[*line];
                let prompt = inner_prompt(line, outer.as_ref(), is_certain);
                let is_empty =
                    prompt.is_some_and(|end| line[end.min(line.len())..].trim().is_empty());
                let is_comment = has_names && line.starts_with("# ");
                line.starts_with("...") || !line.trim().is_empty() && !is_empty && !is_comment
            };
            let output = command.output.clone();
            let printed = output.clone().rfind(is_printed).map_or(output.start, |last| last + 1);
            command.output = without_blanks(lines, output.start..printed);
        }
        all.push(command);
        all.extend(typed);
    }
    session.commands = all;
}

/// Reads the lines before the first command as typed into a program that is open, if they are.
pub(super) fn continue_program(session: &mut Session, lines: &[&str], open: &Open) -> bool {
    let end = session.commands.first().map_or(lines.len(), |command| command.lines.start);
    let Some(first) = (0..end).find(|line| !lines[*line].trim().is_empty()) else { return false };
    let outer = open.outer.as_ref();
    // Right above the next command of the shell, `# Start another one` is about that.
    let is_comment = |line: &&str| {
        let text = line.strip_prefix("# ");
        line.trim().is_empty() || text.is_some_and(|text| reading(text) < Reading::Command)
    };
    let is_about_next = end < lines.len() && lines[first..end].iter().all(is_comment);
    if is_about_next || inner_prompt(lines[first], outer, open.is_certain).is_none() {
        return false;
    }
    let typed = typed_commands(lines, first..end, outer, open.is_certain);
    if typed.is_empty() {
        return false;
    }
    session.unprompted.retain(|line| *line >= end);
    session.elsewhere = None;
    session.commands.splice(0..0, typed);
    true
}

/// Reads a block of which nothing else is known as typed into a program.
pub(super) fn program_session(lines: &[&str], open: &Open) -> Option<Session> {
    let mut session = Session::default();
    continue_program(&mut session, lines, open).then_some(session)
}

/// What a session leaves open: the program of its last command of the shell, unless it is ended.
pub(super) fn left_open(session: &Session, lines: &[&str], step: usize) -> Option<Open> {
    let last = session.commands.last()?;
    if last.inner.is_some() {
        let text = last.text(lines);
        let outer = session.commands.iter().rfind(|command| command.inner.is_none());
        let outer = outer.and_then(|command| Some(Prompt::of(lines[command.lines.start])?.0));
        let is_detached = keys::named(&text).is_some_and(|pressed| pressed == keys::DETACH);
        let has_ended = is_detached || ENDING.is_match(text.trim());
        return (!has_ended).then_some(Open {
            step,
            outer,
            is_certain: true,
            is_shell_of_script: false,
        });
    }
    let text = last.text(lines);
    let outer = Prompt::of(lines[last.lines.start]).map(|(prompt, _)| prompt);
    let is_certain = opening(&text)?.is_certain();
    Some(Open { step, outer, is_certain, is_shell_of_script: false })
}

/// The same for a script, which has no terminal of its own.
pub(super) fn left_open_by_script(
    commands: &[crate::model::scenario::Command],
    step: usize,
) -> Option<Open> {
    let text = &commands.last()?.text;
    let is_certain = opening(text)? == Opening::WithTerminal;
    let last = text.split_whitespace().next_back().unwrap_or_default();
    let is_shell = SHELLS.contains(&last.rsplit('/').next().unwrap_or_default());
    Some(Open { step, outer: None, is_certain, is_shell_of_script: is_certain && is_shell })
}

/// Whether a program shows prompts that are more than a sign: then `# ` begins the author's comments.
fn has_named_prompts(lines: &[&str], range: Range<usize>, outer: Option<&Prompt>) -> bool {
    // Without certainty, signs are no prompts.
    lines[range]
        .iter()
        .any(|line| inner_prompt(line, outer, false).is_some() && !line.starts_with("..."))
}

fn typed_commands(
    lines: &[&str],
    range: Range<usize>,
    outer: Option<&Prompt>,
    is_certain: bool,
) -> Vec<SessionCommand> {
    let mut found: Vec<SessionCommand> = Vec::new();
    let mut is_block = false;
    let has_names = has_named_prompts(lines, range.clone(), outer);
    // The lines up to this one continue the last command.
    let mut continued_to = range.start;
    for at in range.clone() {
        let line = lines[at];
        if at < continued_to {
            let (length, prompt) = second_prompt(line).unwrap_or((0, ""));
            found.push(typed_line(at, length, prompt));
            continue;
        }
        // The key, as the terminal shows it below a line that runs until it is interrupted.
        if !found.is_empty() && keys::is_interrupt(line) {
            end_output(lines, found.last_mut(), at);
            found.push(typed_line(at, 0, ""));
            continue;
        }
        if has_names && line.starts_with("# ") {
            end_output(lines, found.last_mut(), at);
            continue;
        }
        let Some(end) = inner_prompt(line, outer, is_certain) else { continue };
        let is_more = line.starts_with("...");
        // In output, `...` stands for any lines.
        if is_more && !is_block {
            continue;
        }
        let text = line[end.min(line.len())..].trim_end();
        let is_python = line.starts_with(">>>") || is_more;
        is_block = is_python
            && (text.ends_with([':', '\\', '(', '[', '{', ','])
                || (is_more && !text.trim().is_empty()));
        // An empty prompt: nothing is typed. After Python's second prompt, Enter ends the block.
        if text.trim().is_empty() && !is_more {
            end_output(lines, found.last_mut(), at);
            continue;
        }
        end_output(lines, found.last_mut(), at);
        found.push(typed_line(at, end, &line[..end]));
        if is_of_shell(&line[..end]) {
            continued_to = at + 1 + continuation(text, &lines[at + 1..range.end]);
        }
    }
    // The last one's output ends at the next prompt of the shell, or the end.
    end_output(lines, found.last_mut(), range.end);
    found
}

/// Whether a prompt is one of a shell.
pub(super) fn is_of_shell(prompt: &str) -> bool {
    !INTERPRETER.is_match(prompt)
        && Prompt::of(prompt).is_some_and(|(prompt, _)| !prompt.is_continuation())
}

/// Whether a prompt is a shell's second one, at which the rest of a command is typed; empty for the lines of a
/// here-document that the chapter shows without one.
pub(super) fn is_second_prompt(prompt: &str) -> bool {
    matches!(prompt.trim(), "" | ">")
}

/// The length of a shell's second prompt at the start of a line, and the prompt.
fn second_prompt(line: &str) -> Option<(usize, &str)> {
    let length = if line == ">" { 1 } else { line.strip_prefix("> ").map(|_| 2)? };
    Some((length, &line[..length]))
}

/// Returns how many of the lines below a command for a shell continue it: those with the second prompt, or
/// the text of a here-document without it.
fn continuation(command: &str, below: &[&str]) -> usize {
    if is_complete(command) {
        return 0;
    }
    let prompted = below.iter().take_while(|line| second_prompt(line).is_some()).count();
    if prompted > 0 || unended_here_document(command).is_none() {
        return prompted;
    }
    let text = [&[command], below].concat().join("\n");
    lines_until_complete(&text).map_or(0, |lines| lines - 1)
}

/// The line `at`, typed at a prompt of this length, which is shown as `prompt`.
fn typed_line(at: usize, length: usize, prompt: &str) -> SessionCommand {
    SessionCommand {
        lines: at..at + 1,
        prompts: vec![length],
        below: at + 1..at + 1,
        output: at + 1..at + 1,
        inner: Some(prompt.to_owned()),
    }
}

/// Ends the output of a command, unless an empty prompt has ended it already.
fn end_output(lines: &[&str], command: Option<&mut SessionCommand>, end: usize) {
    let Some(command) = command else { return };
    let start = command.lines.end;
    if command.below.is_empty() {
        command.below = start..end;
        command.output = without_blanks(lines, start..end);
    }
}

fn without_blanks(lines: &[&str], range: Range<usize>) -> Range<usize> {
    let printed = |line: &usize| !lines[*line].trim().is_empty();
    match (range.clone().find(printed), range.clone().rfind(printed)) {
        (Some(first), Some(last)) => first..last + 1,
        _ => range.start..range.start,
    }
}

#[cfg(test)]
mod tests;
