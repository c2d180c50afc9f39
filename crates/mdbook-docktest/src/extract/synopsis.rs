//! Recognizes synopses: the syntax of a command, as manuals and `--help` write it, in the place of a
//! command.
//!
//! ```text
//! docker run [OPTIONS] IMAGE [COMMAND] [ARG...]
//! ```
//!
//! Bash would run it: brackets are patterns to it, and bars are pipes. A word with a quote or an
//! expansion is never part of a synopsis.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::placeholders::{is_in_brackets, mask_angle_brackets};
use super::simple_commands::{SimpleCommand, simple_commands};

/// A regex that is known to be valid.
macro_rules! regex {
    ($($part:expr),+ $(,)?) => {
        LazyLock::new(|| Regex::new(&[$($part),+].concat()).expect("the regex is valid"))
    };
}

/// Words that stand for arguments in lower case. A pattern such as `[a-z]*` has none of them.
const ARGUMENTS: &str = "options?|opts?|commands?|cmd|subcommand|args?|arguments?|flags?|parameters?|params|\
    directory|dir|folder|files?|filename|path|images?|containers?|volumes?|networks?|services?|nodes?|stacks?|\
    repository|repo|registry|tags?|target|source|destination|dest|url|uri|hosts?|ports?|context|value|pattern|key|\
    driver|plugin";

/// What stands in brackets: `OPTIONS`, `ARG...`, `COMMAND [ARG...]`, `--no-cache`, `-f FILE`, `--rm[=false]`, `a|b`,
/// `options`. Single letters and ranges are left to bash's patterns.
static OPTIONAL: LazyLock<Regex> = regex!(
    r"^\[(?:",
    // Capitals, alone or with more of the kind in them.
    r"[A-Z][A-Z0-9]{2,}(?:[-_ ][A-Z0-9]+)*(?:\.\.\.|…)?(?:\s*\[[^\]\[]*\])*",
    // Options.
    r"|--[a-z][^\]\[]*|-[A-Za-z]{1,4}(?:[ ,=|][^\]\[]*)?",
    // Options with their default: `-a|--attach[=[]]`, `--rm[=false]`.
    r"|(?:-[A-Za-z]\|)?--[a-z][a-z-]*\[=(?:\[\]|[^\]\[]*)\]",
    // Alternatives.
    r"|[A-Za-z0-9_.-]{2,}(?:\s?\|\s?[A-Za-z0-9_.-]+)+",
    // Arguments in lower case.
    r"|(?i:",
    ARGUMENTS,
    r")(?:[-_ ][a-z]+)?",
    // Repetition.
    r"|[A-Za-z][A-Za-z0-9_ -]*(?:\.\.\.|…)",
    r")\](?:\.\.\.|…)?(?:[\s;\])]|$|\[)",
);

/// The same for commands whose arguments are patterns and text: only what is certainly a synopsis.
static CERTAIN: LazyLock<Regex> = regex!(
    r"^\[(?:OPTIONS?|COMMAND|ARGS?|FILE|FLAGS?|PATTERN|[A-Z]{2,}(?:\.\.\.|…))\](?:\.\.\.|…)?(?:\s|$)"
);

/// A part that may be left out within a word: `NAME[:TAG|@DIGEST]`, `[HOST:]PORT`.
static PART: LazyLock<Regex> = regex!(
    r"^(?:[A-Za-z_/:-]*[A-Za-z_]\[[:@/=|.][A-Za-z_|@:/.=-]*[A-Za-z]\]",
    r"|\[[A-Za-z_-]{2,}[:/@=]\][A-Za-z]",
    r"|[A-Za-z_,=/:-]*=\[[A-Z][A-Z_]{2,}\])",
);

/// Alternatives: `DEST_PATH|-`, `{start|stop}`, `PATH|URL`.
static ALTERNATIVES: LazyLock<Regex> = regex!(
    r"^(?:\{[A-Za-z-][A-Za-z0-9_-]*(?:\s?\|\s?[A-Za-z-][A-Za-z0-9_-]*)+\}",
    r"|[A-Z][A-Z_]{2,}(?:\|-|(?:\|[A-Z][A-Z_]{2,})+)(?:\s|\]|$))",
);

/// An argument that can be repeated: `CONTAINER...`.
static REPEATED: LazyLock<Regex> = regex!(r"^[A-Z][A-Z0-9_-]+(?:\.\.\.|…)$");

/// Programs whose arguments are patterns of files, or text.
const TAKE_ANYTHING: [&str; 21] = [
    "echo", "printf", "grep", "egrep", "fgrep", "rg", "sed", "awk", "tr", "find", "ls", "rm", "cp",
    "mv", "cat", "chmod", "chown", "expr", "test", "jq", "[",
];

/// Returns the place of the first thing that shows that a script is a synopsis.
pub(super) fn synopsis(script: &str) -> Option<Range<usize>> {
    if !may_be_synopsis(script) {
        return None;
    }
    let script = &*mask_angle_brackets(script);
    simple_commands(script).iter().find_map(|command| in_command(script, command))
}

/// A quick test that most scripts fail.
fn may_be_synopsis(script: &str) -> bool {
    let bytes = script.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| match byte {
        b'[' => true,
        b'.' => bytes[at..].starts_with(b"..."),
        b's' => bytes[at..].starts_with(b"sage:"),
        b'S' => bytes[at..].starts_with(b"SAGE:"),
        b'|' => bytes[..at].last().is_some_and(u8::is_ascii_uppercase) || bytes.contains(&b'{'),
        0xe2 => bytes[at..].starts_with("…".as_bytes()),
        _ => false,
    })
}

fn in_command(script: &str, command: &SimpleCommand) -> Option<Range<usize>> {
    let first = command.words.first()?;
    let is_usage = matches!(script.get(first.clone())?, "Usage:" | "usage:" | "USAGE:");
    if is_usage {
        return Some(first.clone());
    }
    let takes_anything =
        command.program(script).is_none_or(|program| TAKE_ANYTHING.contains(&program));
    // A command does not begin with what may be left out: that is a section of a file.
    let arguments = command.words.iter().skip(1);
    arguments.into_iter().find_map(|word| in_word(script, word, takes_anything))
}

fn in_word(script: &str, word: &Range<usize>, takes_anything: bool) -> Option<Range<usize>> {
    let text = script.get(word.clone())?;
    if text.contains(['\'', '"', '$', '`', '\\', '*', '?']) {
        return None;
    }
    // What begins in an unquoted word can go on in others, but not on another line.
    let line = script[word.start..].lines().next()?;
    let length = |regex: &Regex| {
        let found = regex.find(line)?;
        let trimmed = found.as_str().trim_end_matches(|c: char| c.is_whitespace() || c == ';');
        Some(trimmed.len())
    };
    if takes_anything {
        return Some(word.start..word.start + length(&CERTAIN)?);
    }
    let length = match text.as_bytes().first()? {
        b'[' if is_in_brackets(line) => None,
        b'[' => length(&OPTIONAL).or_else(|| length(&PART)),
        b'{' => length(&ALTERNATIVES),
        _ => length(&PART)
            .or_else(|| length(&ALTERNATIVES))
            .or_else(|| REPEATED.is_match(text).then_some(text.len())),
    };
    Some(word.start..word.start + length?)
}

#[cfg(test)]
mod tests;
