//! Lists such as `a && b` before another command: if `a` fails, neither a status nor an ERR trap of bash shows that.

use std::mem;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::questions::is_question;
use super::reader::grammar::Opener;
use super::{Syntax, Token};

/// A part of a list which, if it fails, keeps the next part from running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ListPart<'a> {
    /// Its text, without comments before it.
    pub(crate) text: &'a str,
    /// Where the `&&` after it begins, in bytes of the command.
    pub(crate) end: usize,
    /// The number of its list. Of a list, only the first part that fails counts.
    pub(crate) list: usize,
    /// Whether it only finds out something, as `[ -f x ]` does: it may fail.
    pub(crate) is_test: bool,
}

/// Whoever hides the messages of a command expects that it fails.
static HIDES_ERRORS: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?:2>>?|&>>?|>&)\s*/dev/null\b|>\s*/dev/null\s+2>&1";
    Regex::new(pattern).expect("it is a regex of our own")
});

/// Returns the parts of a command's outermost lists that can fail unseen, with the tests between them, in order. Nothing is
/// unseen that is tested by `||`, at the end of a list, or before a command that uses `$?`.
pub(crate) fn unseen_parts<'a>(command: &Syntax<'a>) -> Vec<ListPart<'a>> {
    if !command.text.contains("&&") {
        return Vec::new();
    }
    let mut unseen = Vec::new();
    let mut later = None;
    for list in Lists::read(command).into_iter().rev() {
        let is_seen = later.is_none_or(uses_status);
        later = if list.is_blank { later } else { command.text.get(list.range) };
        if !is_seen && list.is_foreground {
            unseen.push(list.parts);
        }
    }
    unseen.into_iter().rev().flat_map(up_to_last_command).collect()
}

/// Returns the parts up to the last one that is no test.
fn up_to_last_command(mut parts: Vec<ListPart<'_>>) -> Vec<ListPart<'_>> {
    let end = parts.iter().rposition(|part| !part.is_test).map_or(0, |last| last + 1);
    parts.truncate(end);
    parts
}

/// Whether a text looks at the status of the command before it.
pub(crate) fn uses_status(text: &str) -> bool {
    ["$?", "${?}", "PIPESTATUS"].iter().any(|use_| text.contains(use_))
}

/// A list of a command: pipelines between `&&` and `||`.
#[derive(Default)]
struct List<'a> {
    range: Range<usize>,
    /// Its parts before each `&&`, since the last `||`.
    parts: Vec<ListPart<'a>>,
    is_blank: bool,
    is_foreground: bool,
}

/// The lists of a command while it is read.
struct Lists<'a> {
    command: &'a str,
    lists: Vec<List<'a>>,
    list: List<'a>,
    /// Where the current part begins.
    start: usize,
    is_negated: bool,
    /// The words of the last simple command in the current part, and whether it is in a list or a substitution.
    words: Vec<&'a str>,
    is_inner: bool,
    begins_command: bool,
    is_condition: bool,
    depth: usize,
}

impl<'a> Lists<'a> {
    fn read(command: &Syntax<'a>) -> Vec<List<'a>> {
        let mut lists = Self {
            command: command.text,
            lists: Vec::new(),
            list: List { is_blank: true, ..List::default() },
            start: 0,
            is_negated: false,
            words: Vec::new(),
            is_inner: false,
            begins_command: true,
            is_condition: false,
            depth: 0,
        };
        for token in &command.tokens {
            lists.add(token);
        }
        let end = command.text.len();
        lists.end_list(&(end..end));
        lists.lists
    }

    fn add(&mut self, token: &Token) {
        let is_outermost = self.depth == 0;
        match token {
            Token::End(sign) if is_outermost => {
                self.end_part(sign);
                if !matches!(&self.command[sign.clone()], "&&" | "||") {
                    self.end_list(sign);
                }
                self.begins_command = true;
                return;
            }
            Token::Open(opener) => {
                self.is_condition = is_outermost && *opener == Opener::Condition;
                self.depth += 1;
                self.begins_command = true;
            }
            Token::Close => self.depth = self.depth.saturating_sub(1),
            Token::Pipe(_) => {
                if is_outermost {
                    self.words.clear();
                    self.is_condition = false;
                }
                self.begins_command = true;
            }
            Token::End(_) | Token::Then | Token::Condition | Token::Do => {
                self.begins_command = true;
            }
            Token::Arithmetic(_) if is_outermost => self.is_condition = true,
            Token::Not if is_outermost => self.is_negated = true,
            Token::Word(word) => self.add_word(&self.command[word.clone()]),
            _ => {}
        }
        self.list.is_blank = false;
    }

    fn add_word(&mut self, word: &'a str) {
        // The word of a command comes after the substitutions in it.
        if self.begins_command || (self.depth == 0 && self.is_inner) {
            self.words.clear();
            self.is_inner = self.depth > 0;
        }
        self.begins_command = false;
        self.words.push(word);
    }

    fn end_part(&mut self, sign: &Range<usize>) {
        let start = mem::replace(&mut self.start, sign.end);
        let words = mem::take(&mut self.words);
        let is_negated = mem::take(&mut self.is_negated);
        let is_condition = mem::take(&mut self.is_condition);
        self.is_inner = false;
        let text = without_comments(&self.command[start..sign.start]);
        match &self.command[sign.clone()] {
            "&&" => self.list.parts.push(ListPart {
                text,
                end: sign.start,
                list: self.lists.len(),
                is_test: is_negated || is_condition || is_test(&words, text),
            }),
            "||" => self.list.parts.clear(),
            _ => {}
        }
    }

    fn end_list(&mut self, sign: &Range<usize>) {
        let list = mem::replace(&mut self.list, List { is_blank: true, ..List::default() });
        let start = self.lists.last().map_or(0, |list| list.range.end);
        let is_foreground = &self.command[sign.clone()] != "&";
        self.lists.push(List { range: start..sign.end, is_foreground, ..list });
    }
}

/// Whether a part with these words in its last simple command only finds out something.
fn is_test(words: &[&str], text: &str) -> bool {
    is_question(words) || HIDES_ERRORS.is_match(text)
}

/// Returns a text without blanks around it and comments before it.
fn without_comments(text: &str) -> &str {
    let text = text.trim();
    match text.strip_prefix('#') {
        Some(comment) => comment.split_once('\n').map_or("", |(_, rest)| without_comments(rest)),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The parts that can fail unseen, each with `?` before it if it is a test.
    fn unseen(command: &str) -> Vec<String> {
        let parts = unseen_parts(&Syntax::of(command));
        let shown = parts.iter().map(|part| {
            assert!(command[part.end..].starts_with("&&"), "{command}");
            format!("{}{}", if part.is_test { "?" } else { "" }, part.text)
        });
        shown.collect()
    }

    #[test]
    fn a_part_before_and_can_fail_unseen_if_another_command_follows_the_list() {
        for (command, expected) in [
            ("cd app && docker build -t x .; docker images", &["cd app"][..]),
            ("a && b && c; d", &["a", "b"]),
            ("a&&b;c", &["a"]),
            ("a &&\n  # why\n  b && c; d", &["a", "b"]),
            ("a; b && c; d", &["b"]),
            ("a && b; c && d; e", &["a", "c"]),
            ("a && b; c && d", &["a"]),
            ("a && b; (c)", &["a"]),
            ("a && b; c; echo $? ${PIPESTATUS[0]}", &["a"]),
            ("a && b; x=1", &["a"]),
            ("a && b; ((x++))", &["a"]),
            ("a | b && c; d", &["a | b"]),
            ("( a; b ) && c; d", &["( a; b )"]),
            ("x=$(a) && b; c", &["x=$(a)"]),
            ("cat <<E && b; c\nx && y\nE", &["cat <<E"]),
            ("a || b && c; d", &["b"]),
            ("echo $(grep x f) && b; c", &["echo $(grep x f)"]),
            ("echo '[ -f x ] && y' && b; c", &["echo '[ -f x ] && y'"]),
            ("command a && b; c", &["command a"]),
            ("a >/dev/null && b; c", &["a >/dev/null"]),
            // A test in front of it is known, too.
            ("[ -f x ] && a && b; c", &["?[ -f x ]", "a"]),
            ("a && [ -f x ] && b; c", &["a"]),
        ] {
            assert_eq!(unseen(command), expected, "{command}");
        }
    }

    #[test]
    fn what_is_tested_or_a_test_is_not_unseen() {
        for command in [
            "a && b",
            "a && b;",
            "a && b; # c",
            "a; b && c",
            "a && b & c",
            "a || b; c",
            "a && b || c; d",
            "a && b; echo $?",
            "a && b; if [ $? = 0 ]; then c; fi",
            "a && b; echo ${PIPESTATUS[0]}",
            "! a && b; c",
            "[ -f x ] && rm x; c",
            "[ -f x ] && [ -f y ] && rm x; c",
            "[[ -f x && -f y ]] && rm x; c",
            "((i > 0)) && a; b",
            "a; ((i > 0)) && b; c",
            "(\\\n(i > 0)) && a; b",
            "((i > $(a | b))) && c; d",
            "test -f x && a; b",
            "a | grep -q x && b; c",
            "x=$(a | grep x) && b; c",
            "( a | grep -q x ) && b; c",
            "command -v a && b; c",
            "docker compose exec -T db pg_isready && a; b",
            "a | sudo /usr/bin/grep x && b; c",
            "docker inspect x >/dev/null 2>&1 && docker rm x; c",
            "docker inspect x &>/dev/null && docker rm x; c",
            "docker rm x 2> /dev/null && a; b",
            "if a && b; then c; fi; d",
            "while a && b; do c; done; d",
            "for i in 1 2; do a && break; done; b",
            "{ a && b; }; c",
            "( a && b ); c",
            "x=$(a && b; c)",
            "echo 'a && b; c'; d",
            "f() { a && b; }; f",
        ] {
            assert_eq!(unseen(command), [""; 0], "{command}");
        }
    }
}
