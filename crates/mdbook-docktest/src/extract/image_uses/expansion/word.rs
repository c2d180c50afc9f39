//! Words of commands: quotes, and fields.

use super::{LIMIT, UNKNOWN, Variables, after_backquotes, closing, limited};

impl Variables<'_> {
    /// Returns the fields that a word of a command expands to.
    pub(in super::super) fn fields(&self, word: &str) -> Vec<String> {
        let mut expansion = Expansion { variables: self, fields: Vec::new(), field: None };
        expansion.word(word, true);
        expansion.fields.extend(expansion.field);
        expansion.fields
    }

    /// Returns what a word expands to where it stays one, as in assignments.
    pub(in super::super) fn word(&self, word: &str) -> String {
        let mut expansion = Expansion { variables: self, fields: Vec::new(), field: None };
        expansion.word(word, false);
        limited(expansion.field.unwrap_or_default())
    }
}

/// The expansion of one word.
struct Expansion<'a> {
    variables: &'a Variables<'a>,
    fields: Vec<String>,
    field: Option<String>,
}

impl Expansion<'_> {
    fn add(&mut self, text: &str) {
        let field = self.field.get_or_insert_default();
        if field.len() <= LIMIT {
            field.push_str(text);
        }
    }

    /// Adds a value that is not quoted.
    fn add_split(&mut self, value: &str) {
        for (index, piece) in value.split([' ', '\t', '\n']).enumerate() {
            if index > 0 {
                self.fields.extend(self.field.take());
            }
            if !piece.is_empty() {
                self.add(piece);
            }
        }
    }

    fn word(&mut self, word: &str, splits: bool) {
        let mut rest = word;
        while let Some(first) = rest.chars().next() {
            let after = &rest[first.len_utf8()..];
            rest = match first {
                '\\' => {
                    let next = after.chars().next();
                    let escaped = next.map_or(0, char::len_utf8);
                    if next != Some('\n') {
                        self.add(&after[..escaped]);
                    }
                    &after[escaped..]
                }
                '\'' => {
                    let (inner, after) = after.split_once('\'').unwrap_or((after, ""));
                    self.add(inner);
                    after
                }
                '"' => self.double_quoted(after),
                '$' if after.starts_with('\'') => self.ansi_quoted(&after[1..]),
                '$' if after.starts_with('"') => after,
                '$' => self.parameter(after, splits),
                '`' => {
                    self.add(&UNKNOWN.to_string());
                    after_backquotes(after)
                }
                '<' | '>' if after.starts_with('(') => {
                    self.add(&UNKNOWN.to_string());
                    &after[closing(after, '(', ')').map_or(after.len(), |end| end + 1)..]
                }
                // Patterns stand for names of files.
                '*' | '?' if splits => {
                    self.add(&UNKNOWN.to_string());
                    after
                }
                '{' if splits && is_brace_expansion(after) => {
                    self.add(&UNKNOWN.to_string());
                    after
                }
                _ => self.add_literal(rest, first),
            };
        }
    }

    /// Adds a text up to the next sign that can have a meaning. Returns what follows. The first character
    /// has none here.
    fn add_literal<'t>(&mut self, text: &'t str, first: char) -> &'t str {
        let begin = first.len_utf8();
        let end = text[begin..].find(is_sign).map_or(text.len(), |end| begin + end);
        self.add(&text[..end]);
        &text[end..]
    }

    /// Adds the value of a parameter, or the sign itself if there is none. Returns what follows.
    fn parameter<'t>(&mut self, after: &'t str, splits: bool) -> &'t str {
        match self.variables.parameter(after, 0) {
            Some((value, after)) => {
                match splits {
                    true => self.add_split(&value),
                    false => self.add(&value),
                }
                after
            }
            None => {
                self.add("$");
                after
            }
        }
    }

    /// Adds a text in double quotes, from after the first. Returns what follows the last.
    fn double_quoted<'t>(&mut self, text: &'t str) -> &'t str {
        self.add("");
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let after = &rest[first.len_utf8()..];
            rest = match first {
                '"' => return after,
                '\\' if after.starts_with(['$', '`', '"', '\\', '\n']) => {
                    if !after.starts_with('\n') {
                        self.add(&after[..1]);
                    }
                    &after[1..]
                }
                '$' => self.parameter(after, false),
                '`' => {
                    self.add(&UNKNOWN.to_string());
                    after_backquotes(after)
                }
                _ => self.add_literal(rest, first),
            };
        }
        rest
    }

    /// Adds a text in `$'…'`, from after the first quote. Returns what follows the last.
    fn ansi_quoted<'t>(&mut self, text: &'t str) -> &'t str {
        let mut end = text.len();
        let mut is_escaped = false;
        for (at, byte) in text.bytes().enumerate() {
            if byte == b'\'' && !is_escaped {
                end = at;
                break;
            }
            is_escaped = byte == b'\\' && !is_escaped;
        }
        self.add(&unescaped(&text[..end]));
        text.get(end + 1..).unwrap_or("")
    }
}

/// Whether a character can have a meaning in a word.
fn is_sign(c: char) -> bool {
    matches!(c, '\\' | '\'' | '"' | '$' | '`' | '<' | '>' | '*' | '?' | '{')
}

/// Whether a word is its only field, as it is written.
pub(in super::super) fn is_literal(word: &str) -> bool {
    !word.is_empty() && !word.contains(is_sign)
}

/// Replaces the escape sequences of `echo -e`, `printf` and `$'…'`. The value of numeric ones is
/// unknown.
pub(in super::super) fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, c == '\\') {
            (_, true) => match chars.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') => plain.push('\r'),
                Some(c @ ('\\' | '\'' | '"')) => plain.push(c),
                Some('0'..='9' | 'x' | 'u' | 'U' | 'c') => plain.push(UNKNOWN),
                Some(c) => plain.extend(['\\', c]),
                None => plain.push('\\'),
            },
            _ => plain.push(c),
        }
    }
    plain
}

/// Returns the commands in backquotes of a word, as bash runs them.
pub(in super::super) fn backquoted(word: &str) -> Vec<String> {
    let mut found = Vec::new();
    // Most words have none.
    if !word.contains('`') {
        return found;
    }
    let mut is_double = false;
    let mut rest = word;
    while let Some(at) = rest.find(['`', '\'', '"', '\\']) {
        let after = &rest[at + 1..];
        rest = match rest.as_bytes()[at] {
            b'`' => {
                let after_it = after_backquotes(after);
                let inner = &after[..after.len() - after_it.len()];
                let inner = inner.strip_suffix('`').unwrap_or(inner);
                found.push(inner.replace("\\`", "`").replace("\\$", "$").replace("\\\\", "\\"));
                after_it
            }
            b'\'' if !is_double => after.split_once('\'').map_or("", |(_, after)| after),
            b'\\' => after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap_or(""),
            b'"' => {
                is_double = !is_double;
                after
            }
            _ => after,
        };
    }
    found
}

/// Whether `{a,b}` or `{1..3}` begins before this text.
fn is_brace_expansion(after: &str) -> bool {
    let inner = after.split_once('}').map_or("", |(inner, _)| inner);
    (inner.contains(',') || inner.contains("..")) && !inner.contains(['\'', '"', '{'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Dialect;
    use super::*;

    proptest! {
        #[test]
        fn a_literal_word_is_its_only_field(word in "([a-z/=:,.~!é}-]|[\\\\'\"$`<>*?{( ]){0,8}") {
            let get = |_: &str| None;
            let variables = Variables { get: &get, dialect: Dialect::Shell };
            let fields = variables.fields(&word);
            prop_assert!(!is_literal(&word) || fields == [word.as_str()], "{:?}", fields);
        }
    }
}
