//! Whether a line of text reads as a shell command, to a person who knows the usual ones.
//!
//! `# docker ps` can be a command at root's prompt, and `# docker must be running` is a comment; bash
//! cannot tell. So this looks at the words: known programs, and arguments that are no English.

mod words;

use words::{ENGLISH, IMAGES, ONLY_IN_SHELLS, PROGRAMS, PROSE, SAYS, WRAPPERS, subcommands};

/// How much a line reads like a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reading {
    /// Prose, output, data, or nothing.
    Text,
    /// It has the form of a command, of a program that is not known here.
    Possible,
    /// It runs a known program, with arguments that are no prose.
    Command,
}

/// Returns how much a line reads like a command. Prompts must have been removed.
pub(crate) fn reading(line: &str) -> Reading {
    let words = words_of(line);
    let mut rest = words.as_slice();
    let mut is_wrapped = false;
    while let Some((word, after)) = rest.split_first() {
        let skipped = if is_assignment(word) {
            after
        } else if WRAPPERS.contains(word) {
            is_wrapped = true;
            let flags = after.iter().take_while(|word| word.starts_with('-')).count();
            &after[flags..]
        } else {
            break;
        };
        rest = skipped;
    }
    let Some((program, arguments)) = rest.split_first() else {
        // Assignments alone are as likely lines of a file of settings.
        return if words.is_empty() || is_wrapped { Reading::Text } else { Reading::Possible };
    };
    if is_keyword(line.trim()) {
        return Reading::Command;
    }
    if is_prose(program, arguments) {
        return Reading::Text;
    }
    let Some(name) = program_name(program) else {
        let is_variable = program.trim_start_matches('"').starts_with('$');
        return if is_variable { Reading::Possible } else { Reading::Text };
    };
    // As in a table, e.g. of images, which can begin with `node` or `docker`.
    let has_columns = line.trim().contains("   ");
    match is_known(name, arguments, program != &name) {
        true if has_columns && IMAGES.contains(name) => Reading::Possible,
        true => Reading::Command,
        false if has_columns => Reading::Text,
        false => Reading::Possible,
    }
}

/// Whether a line can only be a command, in a block of any language: `docker run nginx`, but not `echo "a";`.
pub(super) fn is_unmistakable(line: &str) -> bool {
    let words = words_of(line);
    let mut words = words.iter().skip_while(|word| **word == "sudo");
    let is_program = |word: &&str| subcommands(word).is_some() || ONLY_IN_SHELLS.contains(word);
    words.next().is_some_and(is_program)
        && words.next().is_some()
        && reading(line) == Reading::Command
}

/// Returns the words of the line up to a comment, each with its quotes.
fn words_of(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = None;
    let mut quote = None;
    for (at, c) in line.char_indices() {
        match (quote, c) {
            (Some(open), _) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"' | '`') => {
                quote = Some(c);
                start.get_or_insert(at);
            }
            (None, '#') if start.is_none() => return words,
            (None, _) if c.is_whitespace() => {
                words.extend(start.take().map(|start| &line[start..at]));
            }
            (None, _) => {
                start.get_or_insert(at);
            }
        }
    }
    words.extend(start.map(|start| &line[start..]));
    words
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        !name.is_empty()
            && !name.starts_with(|c: char| c.is_ascii_digit())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

/// Whether the line begins a compound command.
fn is_keyword(line: &str) -> bool {
    let body = |keyword: &str| line.contains(&format!("; {keyword}")) || line.ends_with(keyword);
    match line.split_once(' ') {
        Some(("for", rest)) => {
            rest.starts_with("((") || rest.split_whitespace().nth(1) == Some("in") && body("do")
        }
        Some(("while" | "until", _)) => body("do"),
        Some(("if", _)) => body("then"),
        Some(("case", _)) => line.ends_with(" in"),
        Some(("[" | "[[", _)) => line.contains(']'),
        _ => false,
    }
}

/// Returns the name of the program that a word runs, if it can be one.
fn program_name(word: &str) -> Option<&str> {
    let is_file = word.contains('/');
    let name = word.rsplit('/').next().unwrap_or(word);
    let allowed = |c: char| match c {
        'a'..='z' | '0'..='9' | '_' | '-' | '.' | '+' => true,
        'A'..='Z' => is_file,
        _ => false,
    };
    let has_letter = name.contains(|c: char| c.is_ascii_alphabetic());
    let is_name = has_letter && name.chars().all(allowed) && !name.starts_with(['-', '+']);
    let is_place = !is_file || ["/", "./", "../", "~/"].iter().any(|start| word.starts_with(start));
    (is_name && is_place && !name.ends_with('.')).then_some(name)
}

/// Whether a program is known, and its arguments fit it. `is_file`: it is called by its path.
fn is_known(name: &str, arguments: &[&str], is_file: bool) -> bool {
    if is_file {
        // A list of files has lines such as `./build`.
        return name.ends_with(".sh") || name.ends_with(".py") || !arguments.is_empty();
    }
    if let Some(known) = subcommands(name) {
        let first = arguments.iter().find(|word| !word.starts_with('-'));
        return first.is_none_or(|word| known.contains(word) || word.starts_with(['[', '<', '$']))
            || arguments.iter().any(|word| word.starts_with("--"));
    }
    let is_word = |word: &&str| word.chars().all(|c| c.is_ascii_lowercase());
    if !PROGRAMS.contains(name) {
        return false;
    }
    if !ENGLISH.contains(name) || arguments.is_empty() || !arguments.iter().all(is_word) {
        return true;
    }
    // `which docker`, `watch docker ps`; but not `test connection`.
    let is_program = arguments.first().is_some_and(|word| subcommands(word).is_some());
    is_program && ["man", "service", "time", "watch", "which"].contains(&name)
        || arguments.len() == 1 && ["cat", "make", "ping", "touch"].contains(&name)
}

/// Whether arguments are words of a sentence.
fn is_prose(program: &str, arguments: &[&str]) -> bool {
    // `ip a` is short for `ip address`.
    if SAYS.contains(program) || (program == "ip" && arguments == ["a"]) {
        return false;
    }
    let is_letters = |word: &str| !word.is_empty() && word.chars().all(char::is_alphabetic);
    let ends_a_clause = |word: &&&str| {
        let stem = word.trim_end_matches([',', '.', ':', '?', '!', ';']);
        stem.len() < word.len()
            && !word.ends_with("...")
            && is_letters(stem)
            && !word.ends_with(';')
    };
    let has_apostrophe = |word: &&str| {
        word.contains('’') || ["n't", "'s", "'ll", "'re"].iter().any(|end| word.ends_with(end))
    };
    arguments.iter().any(|word| PROSE.contains(word) || has_apostrophe(word))
        || arguments.iter().any(|word| ends_a_clause(&word))
}

#[cfg(test)]
mod tests;
