//! Recognizes commands in blocks that are no steps.

use std::sync::LazyLock;

use regex::Regex;

use super::attributes::language::{Kind, language};
use super::command_line::{Reading, is_unmistakable, reading};
use super::commands::commands;
use super::prompt::{Prompt, Prompts};

pub(super) mod html;
pub(super) mod misplaced;
pub(super) mod template;

/// What a block that is not a step looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Look {
    /// Commands at prompts.
    Session,
    /// Commands for a shell of Windows, by their prompts or paths.
    Windows,
    /// Commands.
    Script,
    /// A command and what it prints: without prompts, nothing says which lines are which. Or commands with
    /// comments that bash would run.
    Mixed,
}

/// Returns what a block looks like to a person; `None` if it does not look like commands.
pub(super) fn look(text: &str) -> Option<Look> {
    let lines: Vec<&str> = text.lines().collect();
    if has_commands_at_prompts(text, &lines) {
        let is_windows =
            Prompts::in_lines(&lines) == Some(Prompts::Windows) || goes_on_as_on_windows(text);
        return Some(if is_windows { Look::Windows } else { Look::Session });
    }
    // A file of its own.
    if text.trim_start().starts_with("#!") {
        return None;
    }
    look_of_script(text).map(|look| if is_for_windows(text) { Look::Windows } else { look })
}

/// Returns what a block of a language looks like; `None` if it does not look like commands, or its language says that they
/// are only shown.
pub(super) fn look_of(kind: Kind, text: &str) -> Option<Look> {
    match kind {
        Kind::Script | Kind::Session | Kind::Terminal => {
            Some(look(text).unwrap_or(Look::Script)).filter(|_| !text.trim().is_empty())
        }
        Kind::Unmarked => look(text),
        // The language says that these are commands.
        Kind::AnyShell => look(text).or_else(|| {
            let may_be_script = readings(text).iter().all(|(reading, ..)| *reading > Reading::Text);
            let look = if may_be_script { Look::Script } else { Look::Mixed };
            has_code(text).then_some(look)
        }),
        Kind::OtherShell => {
            let is_known = |line| reading(line) == Reading::Command;
            let runs_known = || first_line(text).is_some_and(is_known);
            let look = look(text).filter(|look| *look != Look::Script || runs_known());
            look.or_else(|| has_code(text).then_some(Look::Windows))
        }
        Kind::Other => look_in_other_language(text).or_else(|| {
            let look = look_in_other_language(&without_foreign_comments(text)?)?;
            Some(if look == Look::Script { Look::Mixed } else { look })
        }),
        // Somebody types these commands, and nobody has said otherwise.
        Kind::Text => has_command_at_prompt(text).then_some(Look::Session),
        Kind::Document | Kind::Output => None,
    }
}

/// Whether a block whose fence is text has commands that nobody sees, as far as its content is known.
fn is_unseen(info: &str, content: &str) -> bool {
    let kind = language(info).kind;
    let is_shell = matches!(kind, Kind::Script | Kind::Session | Kind::Terminal);
    (is_shell || look_of(kind, content).is_some()) && !is_ignored(info)
}

/// Whether the author says behind a fence that its block, which is not a step, does not run.
pub(super) fn is_ignored(info: &str) -> bool {
    let mut words = info.split(|c: char| c == ',' || c.is_whitespace() || "{}".contains(c));
    words.any(|word| word.trim_start_matches('.') == "ignore")
}

fn look_in_other_language(text: &str) -> Option<Look> {
    look(text).filter(|look| match look {
        Look::Session | Look::Windows => true,
        Look::Script => has_only_commands(text) && has_unmistakable_command(text),
        Look::Mixed => first_line(text).is_some_and(is_unmistakable),
    })
}

/// What begins a line of a comment in other languages than bash.
const FOREIGN_COMMENTS: [&str; 7] = ["//", "/*", "* ", "*/", "-- ", ";", "<!--"];

/// A text without its lines that are comments of another language; `None` if it has none.
fn without_foreign_comments(text: &str) -> Option<String> {
    let is_comment = |line: &&str| {
        let line = line.trim_start();
        FOREIGN_COMMENTS.iter().any(|sign| line.starts_with(sign))
    };
    text.lines().any(|line| is_comment(&line)).then(|| {
        let code = text.split_inclusive('\n').filter(|line| !is_comment(line));
        code.collect()
    })
}

/// Whether there is more than comments.
fn has_code(text: &str) -> bool {
    text.lines().any(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

fn first_line(text: &str) -> Option<&str> {
    readings(text).first().map(|(_, line, _)| *line)
}

fn has_unmistakable_command(text: &str) -> bool {
    readings(text).iter().any(|(_, line, _)| is_unmistakable(line))
}

/// Whether there is a command of a known program at a prompt that bash could not mean.
pub(super) fn has_command_at_prompt(text: &str) -> bool {
    commands_at_prompts(text).iter().any(|command| reading(command) == Reading::Command)
}

/// Returns the first lines of the commands at prompts of the steps' shell that bash could not mean.
pub(super) fn commands_at_prompts(text: &str) -> Vec<&str> {
    let lines: Vec<&str> = text.lines().collect();
    let prompt = match Prompts::in_lines(&lines) {
        Some(Prompts::Shell(prompt)) if prompt.is_unlike_bash() => prompt,
        _ => return Vec::new(),
    };
    lines.iter().filter_map(|line| Some(line[prompt.end_in(line)?..].trim())).collect()
}

/// What bash would take for something else without an error: a path such as `C:\lab` or `.\build.ps1`, whose backslashes it
/// drops, and a sign that continues a line.
static OF_WINDOWS: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?m)(?:^|[\s=])(?:[A-Za-z]:\\|\.{1,2}\\\w)|\s[`^][ \t]*$";
    Regex::new(regex).expect("the regex is valid")
});

/// Whether commands are for a shell of Windows.
fn is_for_windows(text: &str) -> bool {
    text.contains(['\\', '`', '^']) && OF_WINDOWS.is_match(text)
}

/// Whether the first command goes on in the next line as in PowerShell or in Windows' command prompt: `docker run ^`.
pub(super) fn goes_on_as_on_windows(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| line.trim().is_empty());
    let (Some(first), Some(next)) = (lines.next(), lines.next()) else { return false };
    let Some(command) = first.trim_end().strip_suffix(['`', '^']) else { return false };
    let command = Prompt::of(command).map_or(command, |(_, end)| &command[end..]);
    // In bash, a backtick is closed, maybe on another line.
    let is_at_end = |line: &str| {
        let line = line.trim_end();
        let before = line.strip_suffix('`').unwrap_or(line);
        !before.contains('`') && (before == line || before.ends_with([' ', '\t']))
    };
    command.ends_with([' ', '\t'])
        && text.lines().all(is_at_end)
        && next.starts_with([' ', '\t'])
        && reading(command) == Reading::Command
}

fn look_of_script(text: &str) -> Option<Look> {
    let readings = readings(text);
    let (first, rest) = readings.split_first()?;
    let has_arguments = |(reading, line, is_long): &(Reading, &str, bool)| {
        *reading == Reading::Command && (*is_long || line.trim().contains(' '))
    };
    if first.0 < Reading::Command {
        let is_script = first.0 == Reading::Possible
            && readings.iter().all(|(reading, ..)| *reading > Reading::Text)
            && commands(text).first().is_some_and(|command| is_flagged(&text[command.clone()]));
        return is_script.then_some(Look::Script);
    }
    let known = readings.iter().filter(|(reading, ..)| *reading == Reading::Command).count();
    if rest.is_empty() || readings.iter().any(has_arguments) {
        if readings.iter().all(|(reading, ..)| *reading > Reading::Text)
            && known * 2 >= readings.len()
        {
            return Some(Look::Script);
        }
        let is_sure = is_about_docker(first.1) || is_unmistakable(first.1);
        return (has_arguments(first) && is_sure).then_some(Look::Mixed);
    }
    None
}

/// Whether a command of an unknown program has a flag after at most three subcommands: `mytool build --tag x`.
fn is_flagged(command: &str) -> bool {
    static FLAGGED: LazyLock<Regex> = LazyLock::new(|| {
        let word = r"[a-z][a-z0-9_-]*";
        let before = format!(r"^\s*{word}(?:\s+(?:{word}|\\|\.\.\.)){{0,4}}?");
        let regex = format!(r"{before}\s+--[a-z][a-z0-9-]+(?:[ =]\S|\s*$)");
        Regex::new(&regex).expect("the regex is valid")
    });
    /// What begins a sentence about a flag.
    const VERBS: [&str; 8] = ["add", "pass", "run", "see", "set", "try", "use", "with"];
    let first = command.lines().next().unwrap_or_default().trim();
    // A help text has columns.
    FLAGGED.is_match(command)
        && !first.contains("  ")
        && !first.split(' ').next().is_some_and(|word| VERBS.contains(&word))
}

/// Returns how each command of a block reads: by its first line, which is also returned, and whether it has more.
fn readings(text: &str) -> Vec<(Reading, &str, bool)> {
    let readings = commands(text).into_iter().map(|range| {
        let command = &text[range];
        let line = command.lines().next().unwrap_or_default();
        (reading(line), line, command.contains('\n'))
    });
    readings.collect()
}

/// Whether each command of a script runs a known program: nothing in it can be output.
pub(super) fn has_only_commands(text: &str) -> bool {
    readings(text).iter().all(|(reading, ..)| *reading == Reading::Command)
}

/// Whether a block without prompts is one command of Docker, and then its output.
pub(super) fn is_command_with_output(text: &str) -> bool {
    let readings = readings(text);
    let mut readings = readings.iter();
    readings.next().is_some_and(|(_, line, _)| is_about_docker(line))
        && readings.all(|(reading, ..)| *reading != Reading::Command)
}

/// Whether the first line is a prompt and a command of a known program.
pub(super) fn begins_with_command_at_prompt(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    let Some(Prompts::Shell(prompt)) = Prompts::in_lines(&lines) else { return false };
    let first = lines.iter().find(|line| !line.trim().is_empty());
    let command = first.and_then(|line| Some(&line[prompt.end_in(line)?..]));
    command.is_some_and(|command| reading(command) == Reading::Command)
}

fn is_about_docker(line: &str) -> bool {
    let mut words = line.split_whitespace().filter(|word| *word != "sudo");
    words.next().is_some_and(|word| word == "docker" || word == "docker-compose")
}

/// Whether there are prompts with commands. A sign that can also begin a comment, a quote or a list counts only if
/// nothing else speaks against a session.
fn has_commands_at_prompts(text: &str, lines: &[&str]) -> bool {
    let Some(prompts) = Prompts::in_lines(lines) else { return false };
    let commands = |is_at: &dyn Fn(&str) -> Option<usize>| {
        let at = lines.iter().filter_map(|line| Some(reading(&line[is_at(line)?..])));
        at.max().unwrap_or(Reading::Text)
    };
    match prompts {
        Prompts::Shell(prompt) if prompt.is_unlike_bash() => {
            commands(&|line| prompt.end_in(line)) > Reading::Text
        }
        Prompts::Shell(prompt) => {
            let begins = lines.iter().find(|line| !line.trim().is_empty());
            let is_heading = |line: &&str| line.starts_with('#') && prompt.end_in(line).is_none();
            begins.is_some_and(|line| prompt.end_in(line).is_some())
                && !lines.iter().any(|line| is_heading(line) || is_setting(line))
                && Prompts::in_script(text, lines).is_some()
        }
        Prompts::Container => {
            let end = |line: &str| Prompt::of(line).map(|(_, end)| end);
            commands(&end) > Reading::Text
        }
        Prompts::Windows => lines.iter().any(|line| {
            let command = line.split_once('>').map_or("", |(_, command)| command);
            reading(command) == Reading::Command
        }),
    }
}

/// The instructions of a Dockerfile.
const INSTRUCTIONS: [&str; 18] = [
    "ADD",
    "ARG",
    "CMD",
    "COPY",
    "ENTRYPOINT",
    "ENV",
    "EXPOSE",
    "FROM",
    "HEALTHCHECK",
    "LABEL",
    "MAINTAINER",
    "ONBUILD",
    "RUN",
    "SHELL",
    "STOPSIGNAL",
    "USER",
    "VOLUME",
    "WORKDIR",
];

/// Whether a line is one of a Dockerfile, of YAML or of a file of settings.
fn is_setting(line: &str) -> bool {
    let line = line.trim_start();
    let word = line.split([' ', '=', ':']).next().unwrap_or_default();
    let is_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
    let is_key = !word.is_empty() && word.chars().all(is_key);
    let after = &line[word.len()..];
    INSTRUCTIONS.contains(&word) || is_key && after.starts_with(['=', ':'])
}

#[cfg(test)]
mod tests;
