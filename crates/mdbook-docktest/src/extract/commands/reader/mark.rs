//! Marks: the parts of a script that bash quotes, expands or skips, for those who show it.

use std::cmp::Reverse;
use std::ops::Range;

use super::Reader;
use super::pair::Kind;
use super::plain::is_plain;
use super::token::{TOKENS, Token};

/// A part of a script. Ranges are in bytes of its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) kind: MarkKind,
    pub(crate) range: Range<usize>,
}

/// What bash does with a part of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MarkKind {
    /// Nothing in it is expanded: `'…'`, or the lines of a here-document with a quoted delimiter.
    Literal,
    /// It is one word, in which expansions are marked on their own: `"…"`, or the lines of another
    /// here-document.
    Quoted,
    /// Its value takes its place: `$(…)`, `` `…` ``, `$((…))`, `${…}`, `$NAME`, `<(…)`.
    Expansion,
    /// An argument that begins with a dash, up to its `=`.
    Option,
    /// `#` and the rest of the line.
    Comment,
}

/// The longest line of a here-document in which expansions are looked for.
const LONGEST_LINE: usize = 1_000;

/// Returns the marks of a script, each before those within it.
pub(crate) fn marks(script: &str) -> Vec<Mark> {
    if may_have_marks(script.as_bytes()) { read_marks(script) } else { Vec::new() }
}

fn read_marks(script: &str) -> Vec<Mark> {
    let mut reader = Reader::new(script);
    reader.tokens = Some(Vec::with_capacity(TOKENS));
    reader.marks = Some(Vec::with_capacity(TOKENS));
    while reader.next_command().is_some() {}
    let mut marks = reader.marks.unwrap_or_default();
    for token in reader.tokens.unwrap_or_default() {
        match token {
            Token::Word(range) => marks.extend(option(script, range)),
            Token::Body { range, is_literal, .. } => {
                let kind = if is_literal { MarkKind::Literal } else { MarkKind::Quoted };
                if !is_literal {
                    expansions_in_body(script, range.clone(), &mut marks);
                }
                marks.push(Mark { kind, range });
            }
            _ => {}
        }
    }
    marks.retain(|mark| !mark.range.is_empty());
    marks.sort_by_key(|mark| (mark.range.start, Reverse(mark.range.end)));
    marks
}

/// A quick test that many scripts fail.
fn may_have_marks(script: &[u8]) -> bool {
    script.iter().enumerate().any(|(at, byte)| match byte {
        b'\'' | b'"' | b'`' | b'$' | b'<' | b'>' | b'#' => true,
        // An option is at the beginning of a word.
        b'-' => script[..at].last().is_none_or(|before| !is_plain(*before)),
        _ => false,
    })
}

/// The mark of a word that is an option.
fn option(script: &str, word: Range<usize>) -> Option<Mark> {
    let text = script.get(word.clone())?;
    let name = text.trim_start_matches('-');
    if name.len() == text.len() || !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
    Some(Mark { kind: MarkKind::Option, range: word.start..word.start + length })
}

/// Adds the expansions in the lines of a here-document, in which quotes mean nothing.
fn expansions_in_body(script: &str, body: Range<usize>, marks: &mut Vec<Mark>) {
    let mut start = body.start;
    for line in script[body].split_inclusive('\n') {
        let mut at = 0;
        while let Some(found) =
            line[at..].find(['$', '`', '\\']).filter(|_| line.len() <= LONGEST_LINE)
        {
            at += found;
            if line[at..].starts_with('\\') {
                // What is behind it means itself.
                at += 1 + line[at + 1..].chars().next().map_or(0, char::len_utf8);
                continue;
            }
            // The same reader, as if the expansion were a command.
            let mut reader = Reader::new(&line[at..]);
            reader.marks = Some(Vec::new());
            reader.next_command();
            let mut read = reader.marks.unwrap_or_default().into_iter();
            let first = read.find(|mark| mark.range.start == 0 && mark.kind == MarkKind::Expansion);
            let length = first.map_or(0, |mark| mark.range.end);
            if length > 0 {
                let range = start + at..start + at + length;
                marks.push(Mark { kind: MarkKind::Expansion, range });
            }
            at += length.max(1);
        }
        start += line.len();
    }
}

impl Reader<'_> {
    fn mark(&mut self, kind: MarkKind, range: Range<usize>) {
        if let Some(marks) = &mut self.marks {
            marks.push(Mark { kind, range });
        }
    }

    /// Marks the comment that ends here.
    pub(super) fn mark_comment(&mut self, start: usize) {
        self.mark(MarkKind::Comment, start..self.at);
    }

    /// Marks the variable whose `$` is the next byte, if that is one.
    pub(super) fn mark_parameter(&mut self) {
        let name = &self.text[self.at + 1..];
        let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = match name.first() {
            Some(b'0'..=b'9' | b'@' | b'*' | b'#' | b'?' | b'!' | b'$' | b'-') => 1,
            _ => name.iter().take_while(|byte| is_name(byte)).count(),
        };
        if length > 0 {
            self.mark(MarkKind::Expansion, self.at..self.at + 1 + length);
        }
    }

    /// Records where a substitution begins, of which this is the parenthesis.
    pub(super) fn begin_mark(&mut self, parenthesis: usize) {
        let start = self.sign_before(parenthesis);
        self.substitutions.push(start);
    }

    /// Marks the substitution that ends here.
    pub(super) fn mark_substitution(&mut self) {
        if let Some(start) = self.substitutions.pop() {
            self.mark(MarkKind::Expansion, start..self.at);
        }
    }

    /// Marks the quotes or the expansion that end here.
    pub(super) fn mark_pair(&mut self, kind: Kind, start: usize) {
        match kind {
            Kind::Single | Kind::Ansi => self.mark(MarkKind::Literal, start..self.at),
            Kind::Double => self.mark(MarkKind::Quoted, start..self.at),
            Kind::Backquotes => self.mark(MarkKind::Expansion, start..self.at),
            Kind::Parameter | Kind::Brackets => {
                let start = self.sign_before(start);
                self.mark(MarkKind::Expansion, start..self.at);
            }
            // It was opened at its second parenthesis.
            Kind::Arithmetic => {
                let start = self.sign_before(start.saturating_sub(1));
                self.mark(MarkKind::Expansion, start..self.at);
            }
            Kind::Subscript | Kind::Parentheses | Kind::ArithmeticCommand => {}
        }
    }

    /// Returns the offset of the sign in front of a bracket; that of the bracket if there is none.
    fn sign_before(&self, bracket: usize) -> usize {
        let mut before = &self.text[..bracket];
        while let Some(joined) = before.strip_suffix(b"\\\n") {
            before = joined;
        }
        match before.last() {
            Some(b'$' | b'<' | b'>') if self.text.get(bracket) != Some(&b'$') => before.len() - 1,
            _ => bracket,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The marks of a script as `x:$(date)`, by the first letter of their kind; `x` for expansions.
    fn shown(script: &str) -> Vec<String> {
        let letter = |kind| match kind {
            MarkKind::Literal => 'l',
            MarkKind::Quoted => 'q',
            MarkKind::Expansion => 'x',
            MarkKind::Option => 'o',
            MarkKind::Comment => 'c',
        };
        let marks = marks(script).into_iter();
        marks.map(|mark| format!("{}:{}", letter(mark.kind), &script[mark.range])).collect()
    }

    #[test]
    fn marks_are_what_bash_quotes_expands_and_skips() {
        for (script, expected) in [
            (r#"sh -c "echo \"$(date)\"""#, vec!["o:-c", r#"q:"echo \"$(date)\"""#, "x:$(date)"]),
            ("sh -c 'echo $(date)'", vec!["o:-c", "l:'echo $(date)'"]),
            ("echo $'a\\'b' \"it's\"", vec!["l:$'a\\'b'", "q:\"it's\""]),
            (
                "a=$b; echo ${a:-$c} $1$? \\$d $$",
                vec!["x:$b", "x:${a:-$c}", "x:$c", "x:$1", "x:$?", "x:$$"],
            ),
            (
                "echo `ls -l` $((1 + $x)) <(ls)",
                vec!["x:`ls -l`", "x:$((1 + $x))", "x:$x", "x:<(ls)"],
            ),
            ("x=$(a $(b) \"c\")", vec!["x:$(a $(b) \"c\")", "x:$(b)", "q:\"c\""]),
            (
                "docker run --name=a -it --mount type=b -- x --",
                vec!["o:--name", "o:-it", "o:--mount"],
            ),
            ("head -5 - -c1", vec!["o:-c1"]),
            ("ls # -l $x\n# 'a\n", vec!["c:# -l $x", "c:# 'a"]),
            ("echo a#b \"# c\"", vec!["q:\"# c\""]),
            ("cat <<'E'\n$x\nE\nls -l", vec!["l:'E'", "l:$x\n", "o:-l"]),
            (
                "cat <<E\n$x \\$y $(date -u) \"z'\nE",
                vec!["q:$x \\$y $(date -u) \"z'\n", "x:$x", "x:$(date -u)"],
            ),
            // These are two subshells, which bash reads twice.
            ("((a $x) | (b 'c'))", vec!["x:$x", "l:'c'"]),
            ("echo $ \"$\" $( \"unclosed", vec!["q:\"$\""]),
        ] {
            assert_eq!(shown(script), expected, "{script}");
        }
    }

    proptest! {
        /// Any two marks are apart, or one is in the other.
        #[test]
        fn marks_are_nested(script in "([a-z -]|\\$|\\$\\(|\\)|\\(|\\{|\\}|'|\"|`|\\\\|\n|#|<<E\n|E\n|é){0,40}") {
            let marks = marks(&script);
            for (index, one) in marks.iter().enumerate() {
                prop_assert!(script.get(one.range.clone()).is_some_and(|text| !text.is_empty()));
                for other in &marks[index + 1..] {
                    let is_apart = one.range.end <= other.range.start;
                    let is_within = other.range.end <= one.range.end;
                    prop_assert!(is_apart || is_within, "{:?} {:?}", one, other);
                }
            }
        }

        #[test]
        fn the_quick_test_loses_no_mark(
            script in "([a-z]|-|-a|[ \n;&|(){}=*!\\[\\]]|\\\\|\\\\\n|é|>|>&-){0,9}"
        ) {
            prop_assert_eq!(marks(&script), read_marks(&script));
        }
    }
}
