//! Placeholders that are words: `YOUR_USERNAME`, `CONTAINER_ID`, `your-docker-id/web`, `[container-id]`,
//! `xxx.xxx.xxx.xxx`, `...`.
//!
//! Words in capitals are often something else: variables, signals, capabilities, HTTP methods, SQL. So
//! only whole arguments and parts of paths count that say what they stand for, and only where neither
//! the name of a variable nor any text can stand.

use std::ops::Range;

use self::tables::{
    ADDRESS, BRACKETED, COMPOUND, CROSSES, IDENTITY, MINE, OBJECT, PROPERTY, SHORTENED, TAKE_DOTS,
    TAKE_NAMES_OR_TEXT, TAKE_VARIABLES, TELLING, TOOLS, YOUR_THING, YOURS,
};
use crate::extract::simple_commands::{SimpleCommand, simple_commands};

mod tables;

/// Whether a program's arguments are names of variables or any text.
pub(super) fn takes_text(program: &str) -> bool {
    TAKE_NAMES_OR_TEXT.contains(&program)
}

/// Whether words such as `volume name` say what they stand for.
pub(super) fn is_telling(text: &str) -> bool {
    TELLING.is_match(text)
}

/// Whether a text begins with a placeholder in brackets or braces.
pub(in crate::extract) fn is_in_brackets(text: &str) -> bool {
    bracketed(text).is_some()
}

/// Returns the length of a placeholder in brackets or braces, which must be in lower case: in capitals it
/// is an argument that may be left out.
fn bracketed(text: &str) -> Option<usize> {
    const OPTIONAL: [&str; 6] = ["dir", "directory", "folder", "path", "command", "url"];
    let captures = BRACKETED.captures(text)?;
    let inner = captures.get(1).or(captures.get(2))?.as_str();
    let is_list = text.starts_with('[');
    let is_known = is_telling(inner) && !(is_list && OPTIONAL.contains(&inner));
    let is_compound =
        inner.contains(['-', '_', ' ']) || inner.ends_with("id") || inner.ends_with("name");
    let is_lower = !inner.contains(|c: char| c.is_ascii_uppercase());
    let end = captures.get(0)?.end();
    let ends_word =
        text[end..].chars().next().is_none_or(|c| !c.is_alphanumeric() && c != '*' && c != '?');
    let fits = if is_list { is_lower && is_compound } else { true };
    (is_known && fits && ends_word).then_some(end)
}

/// Returns the places of placeholders in a script's words.
pub(super) fn in_words(script: &str, is_set: &dyn Fn(&str) -> bool) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    if !may_have_placeholders(script) {
        return found;
    }
    for command in simple_commands(script) {
        let reading = Reading::new(script, &command, is_set);
        for index in 0..command.words.len() {
            for place in reading.in_word(index) {
                if found.iter().all(|other| other.end <= place.start || place.end <= other.start) {
                    found.push(place);
                }
            }
        }
    }
    found
}

/// A quick test that most scripts fail.
fn may_have_placeholders(script: &str) -> bool {
    let bytes = script.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let goes_on = |text: &str| bytes[at + 1..].starts_with(text.as_bytes());
        match byte {
            b'[' | b'{' => true,
            b'.' => goes_on("..") || goes_on("x") || goes_on("X"),
            b'x' => goes_on("x"),
            b'y' | b'Y' => goes_on("our"),
            b'm' => goes_on("y"),
            b'd' => goes_on("ocker-id"),
            b'A'..=b'Z' => bytes.get(at + 1).is_some_and(u8::is_ascii_uppercase),
            0xe2 => bytes[at..].starts_with("…".as_bytes()),
            _ => false,
        }
    })
}

/// A simple command, and what its words can be.
struct Reading<'a> {
    script: &'a str,
    command: &'a SimpleCommand,
    texts: Vec<&'a str>,
    is_tool: bool,
    takes_dots: bool,
    is_set: &'a dyn Fn(&str) -> bool,
}

impl<'a> Reading<'a> {
    fn new(script: &'a str, command: &'a SimpleCommand, is_set: &'a dyn Fn(&str) -> bool) -> Self {
        let program = command.program(script);
        Self {
            script,
            command,
            texts: command.texts(script),
            is_tool: program.is_some_and(|program| TOOLS.contains(&program)),
            takes_dots: program.is_some_and(|program| TAKE_DOTS.contains(&program)),
            is_set,
        }
    }

    /// Whether a word before this one takes names of variables or any text.
    fn is_after_taker(&self, index: usize) -> bool {
        self.texts[..index].iter().any(|text| takes_text(text))
    }

    fn in_word(&self, index: usize) -> Vec<Range<usize>> {
        let Some(word) = self.command.words.get(index).cloned() else { return Vec::new() };
        let text = &self.script[word.clone()];
        if matches!(text, "..." | "…" | "[...]" | "[…]") {
            let is_text = self.takes_dots || self.is_after_taker(index);
            return if is_text { Vec::new() } else { vec![word] };
        }
        if let Some(inner) = quoted(text) {
            let is_placeholder = YOURS.is_match(&inner.replace('-', "_"));
            let place = word.start + 1..word.end - 1;
            return if is_placeholder && !(self.is_set)(inner) { vec![place] } else { Vec::new() };
        }
        if text.contains(['\'', '"', '$', '`', '\\', '*', '?', '(']) || text.contains("{{") {
            return Vec::new();
        }
        if self.is_tool && SHORTENED.is_match(text) {
            return vec![word];
        }
        let mut found: Vec<Range<usize>> = Vec::new();
        let addresses = ADDRESS.find_iter(text).map(|found| found.range());
        let to_fill_in = |place: &Range<usize>| {
            let is_whole =
                |c: Option<char>| c.is_none_or(|c| !c.is_ascii_alphanumeric() && c != '.');
            text[place.clone()].contains(['x', 'X'])
                && is_whole(text[..place.start].chars().next_back())
                && is_whole(text[place.end..].chars().next())
        };
        found.extend(addresses.filter(to_fill_in));
        let mut start = 0;
        for part in text.split(['/', ':', '=', '@', ',', '.']) {
            let place = start..start + part.len();
            start = place.end + 1;
            if found.iter().any(|other| other.start < place.end && place.start < other.end) {
                continue;
            }
            // What is in brackets can go on in the next word.
            let line = self.script[word.start + place.start..].lines().next().unwrap_or("");
            if part.starts_with(['[', '{']) && !text[..place.start].ends_with('$') {
                found.extend(bracketed(line).map(|length| place.start..place.start + length));
            } else if self.is_placeholder(index, text, &place) {
                found.push(place);
            }
        }
        found.into_iter().map(|place| word.start + place.start..word.start + place.end).collect()
    }

    /// Whether a part of a word is a placeholder.
    fn is_placeholder(&self, index: usize, text: &str, place: &Range<usize>) -> bool {
        // The second looks at all commands of the chapter.
        self.looks_like_one(index, text, place) && !(self.is_set)(&text[place.clone()])
    }

    fn looks_like_one(&self, index: usize, text: &str, place: &Range<usize>) -> bool {
        let part = &text[place.clone()];
        if part.is_empty() || text[place.end..].starts_with('=') {
            return false;
        }
        let name = part.replace('-', "_");
        let is_upper = name.starts_with(|c: char| c.is_ascii_uppercase())
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_');
        if !is_upper {
            return IDENTITY.is_match(part)
                || (index > 0 && YOUR_THING.is_match(part) && !self.is_after_taker(index))
                || (CROSSES.is_match(part) && self.is_tool && index > 0);
        }
        let is_value = text[..place.start].contains('=');
        let is_variable = index > 0 && TAKE_VARIABLES.contains(&self.texts[index - 1]) && !is_value;
        let takes_variable = TAKE_VARIABLES
            .iter()
            .any(|option| option.starts_with("--") && text.starts_with(&format!("{option}=")));
        if is_variable || (takes_variable && text.matches('=').count() < 2) {
            return false;
        }
        if YOURS.is_match(&name) || CROSSES.is_match(part) {
            return !(self.is_after_taker(index) && CROSSES.is_match(part));
        }
        let is_assigned = is_value && !text.starts_with("--");
        if index == 0
            || text.starts_with('-') && !is_value
            || is_assigned
            || self.is_after_taker(index)
        {
            return false;
        }
        let is_last_of_domain = text[..place.start].ends_with('.');
        // Alone, it is a variable of bash, and the heading of a column.
        let is_host = name == "HOSTNAME" && !self.is_tool;
        (COMPOUND.is_match(&name) && !is_host)
            || (!is_last_of_domain && (PROPERTY.is_match(&name) || MINE.is_match(&name)))
            || (self.is_tool && !is_value && OBJECT.is_match(&name))
            || (self.is_tool && matches!(&*name, "USER" | "REPO") && text.contains('/'))
    }
}

/// Returns what is between the quotes of a word that has no others.
fn quoted(text: &str) -> Option<&str> {
    let mark = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    text.strip_prefix(mark)?.strip_suffix(mark).filter(|inner| !inner.contains(mark))
}
