//! Expansion of words and texts, as far as it depends on the chapter's text alone.

pub(super) use self::word::{backquoted, is_literal, unescaped};

mod word;

/// Stands for a part of a text that only running the chapter would show. No reference to an image
/// contains it.
pub(super) const UNKNOWN: char = char::REPLACEMENT_CHARACTER;

/// The greatest length of an expanded text in bytes. What is longer is unknown: a few assignments
/// could otherwise fill the memory.
pub(super) const LIMIT: usize = 64 * 1024;

/// How deep `${A:-${B:-…}}` is followed.
const DEPTH: usize = 8;

/// How `$NAME` is expanded.
pub(super) struct Variables<'a> {
    /// Returns the value of a variable that is set.
    pub(super) get: &'a dyn Fn(&str) -> Option<String>,
    pub(super) dialect: Dialect,
}

/// Whose rules apply to `$`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// A variable that the script does not set can come from its environment.
    Shell,
    /// A variable that is not set is empty.
    Dockerfile,
    /// The same, and `$$` is a dollar sign.
    Compose,
}

/// Whether all of a text is known.
pub(super) fn is_known(text: &str) -> bool {
    !text.contains(UNKNOWN)
}

/// Returns the text if it is not too long, else [`UNKNOWN`].
pub(super) fn limited(text: String) -> String {
    if text.len() <= LIMIT { text } else { UNKNOWN.to_string() }
}

impl Variables<'_> {
    /// Expands the variables of a text in which quotes mean nothing: a here-document's body, a value
    /// of a Dockerfile or a Compose file.
    pub(super) fn text(&self, text: &str) -> String {
        limited(self.nested_text(text, 0))
    }

    fn nested_text(&self, text: &str, depth: usize) -> String {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['$', '\\', '`']) {
            expanded.push_str(&rest[..at]);
            let sign = rest.as_bytes()[at];
            rest = &rest[at + 1..];
            match sign {
                b'$' => match self.parameter(rest, depth) {
                    Some((value, after)) => {
                        expanded.push_str(&value);
                        rest = after;
                    }
                    None => expanded.push('$'),
                },
                b'\\' if self.dialect != Dialect::Compose => {
                    let next = rest.chars().next();
                    let is_escape = matches!(next, Some('$' | '`' | '\\' | '\n'));
                    if is_escape {
                        expanded.extend(next.filter(|next| *next != '\n'));
                        rest = &rest[1..];
                    } else {
                        expanded.push('\\');
                    }
                }
                b'`' if self.dialect == Dialect::Shell => {
                    expanded.push(UNKNOWN);
                    rest = after_backquotes(rest);
                }
                _ => expanded.push(char::from(sign)),
            }
            if expanded.len() > LIMIT {
                return UNKNOWN.to_string();
            }
        }
        expanded + rest
    }

    /// Expands what is after a `$`. Returns its value and the rest of the text; `None` if the sign
    /// means itself.
    fn parameter<'t>(&self, rest: &'t str, depth: usize) -> Option<(String, &'t str)> {
        let unknown = || UNKNOWN.to_string();
        let first = rest.chars().next()?;
        match first {
            '{' => {
                // Bash refuses an expansion without its end.
                let Some(end) = closing(rest, '{', '}') else { return Some((unknown(), "")) };
                let value = self.braced(&rest[1..end], depth);
                Some((value, &rest[end + 1..]))
            }
            '$' if self.dialect == Dialect::Compose => Some(("$".to_owned(), &rest[1..])),
            '(' if self.dialect == Dialect::Shell => {
                let end = closing(rest, '(', ')').map_or(rest.len(), |end| end + 1);
                Some((unknown(), &rest[end..]))
            }
            '0'..='9' | '@' | '*' | '#' | '?' | '!' | '$' | '-'
                if self.dialect == Dialect::Shell =>
            {
                Some((unknown(), &rest[1..]))
            }
            _ => {
                let (name, after) = split_name(rest);
                (!name.is_empty()).then(|| (self.value(name), after))
            }
        }
    }

    fn value(&self, name: &str) -> String {
        let unset =
            if self.dialect == Dialect::Shell { UNKNOWN.to_string() } else { String::new() };
        (self.get)(name).unwrap_or(unset)
    }

    /// Returns the value of what is within `${` and `}`.
    fn braced(&self, inner: &str, depth: usize) -> String {
        let (name, operation) = split_name(inner);
        if name.is_empty() || depth == DEPTH {
            return UNKNOWN.to_string();
        }
        let (refuses_empty, operation) = match operation.strip_prefix(':') {
            Some(operation) => (true, operation),
            None => (false, operation),
        };
        let value = (self.get)(name).filter(|value| !(refuses_empty && value.is_empty()));
        let mut signs = operation.chars();
        let sign = signs.next();
        let word = || {
            let word = signs.as_str();
            let word = match self.dialect {
                // Quotes within the braces are removed.
                Dialect::Shell => word.replace(['"', '\''], ""),
                _ => word.to_owned(),
            };
            self.nested_text(&word, depth + 1)
        };
        match sign {
            None if !refuses_empty => self.value(name),
            Some('-' | '=') => value.unwrap_or_else(word),
            Some('+') => value.map(|_| word()).unwrap_or_default(),
            Some('?') => value.unwrap_or_else(|| UNKNOWN.to_string()),
            _ => UNKNOWN.to_string(),
        }
    }
}

/// Returns what follows a text in backquotes, from after the first.
fn after_backquotes(text: &str) -> &str {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate() {
        if byte == b'`' && !is_escaped {
            return &text[at + 1..];
        }
        is_escaped = byte == b'\\' && !is_escaped;
    }
    ""
}

fn split_name(text: &str) -> (&str, &str) {
    let is_name = |c: char| c == '_' || c.is_ascii_alphanumeric();
    let end = text.find(|c| !is_name(c)).unwrap_or(text.len());
    if text.starts_with(|c: char| c.is_ascii_digit()) { ("", text) } else { text.split_at(end) }
}

/// Returns the offset of what closes the sign that a text begins with. Quoted signs do not count.
fn closing(text: &str, open: char, close: char) -> Option<usize> {
    let mut depth = 0_usize;
    let mut quote = None;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match quote {
            Some('\'') if c != '\'' => {}
            _ if c == '\\' => drop(chars.next()),
            Some(opened) if c == opened => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if c == open => depth += 1,
            None if c == close => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            None => {}
        }
    }
    None
}
