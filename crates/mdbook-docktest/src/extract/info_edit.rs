//! Edits of info strings: attributes that a remedy adds or changes.

use std::ops::Range;

use super::attributes::word::{Word, words};
use crate::model::fence::Fence;
use crate::text::splice::Edit;

/// Returns the edit that sets an attribute of a block: it replaces the attribute's value if there is one, and
/// else adds the attribute at the end of the info string, or within the braces of `{.bash}`. `value` is quoted where it
/// needs quotes; `None` is for flags, such as `tty`.
///
/// The block must have a language: the first word of an info string is never taken for an attribute.
///
/// `text` is the chapter's text.
pub(crate) fn set_attribute(text: &str, fence: &Fence, name: &str, value: Option<&str>) -> Edit {
    let attribute = match value {
        Some(value) => format!("{name}={}", quoted(value)),
        None => name.to_owned(),
    };
    let info = &text[fence.info.clone()];
    let at = |range: Range<usize>| fence.info.start + range.start..fence.info.start + range.end;
    if let Some(word) = find(info, name) {
        return Edit { range: at(word.span), text: attribute };
    }
    let inner = info.strip_suffix('}').unwrap_or(info);
    let end = inner.trim_end().len();
    let separator = if inner[..end].ends_with([',', '{']) { "" } else { separator(info) };
    Edit::insert(fence.info.start + end, format!("{separator}{attribute}"))
}

/// Returns the edit that removes an attribute of a block, with the separator before it; `None` if it has none of this
/// name.
pub(crate) fn remove_attribute(text: &str, fence: &Fence, name: &str) -> Option<Edit> {
    let info = &text[fence.info.clone()];
    let all: Vec<Word<'_>> = words(info).collect();
    let index = all.iter().skip(1).position(|word| word.name == name)? + 1;
    let start = fence.info.start;
    let range = start + all[index - 1].span.end..start + all[index].span.end;
    Some(Edit { range, text: String::new() })
}

fn find<'a>(info: &'a str, name: &str) -> Option<Word<'a>> {
    words(info).skip(1).find(|word| word.name == name)
}

/// Returns what separates the words of an info string: a comma only where the author uses nothing else.
fn separator(info: &str) -> &'static str {
    if info.contains(',') && !info.contains(|c: char| c.is_ascii_whitespace()) { "," } else { " " }
}

/// Returns a value as it is written in an info string: in quotes unless it is a plain word.
fn quoted(value: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_.:/".contains(c);
    if !value.is_empty() && value.chars().all(is_plain) {
        return value.to_owned();
    }
    let mut quoted = String::from('"');
    let mut characters = value.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // A backslash is only special before these, the last three in `stdin`, and most are in a regex: `\d` stays
            // readable.
            '\\' if !matches!(
                characters.peek(),
                Some('n' | 't' | '"' | '\\' | '\n' | '\t' | 'c' | 'e' | 'x') | None
            ) =>
            {
                quoted.push('\\');
            }
            '\\' => quoted.push_str("\\\\"),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use super::*;
    use crate::extract::attributes::{Info, parse};
    use crate::extract::{Extensions, extract};
    use crate::text::splice::splice;

    fn set(text: &str, name: &str, value: Option<&str>) -> String {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        splice(text, vec![set_attribute(text, &scenario.steps[0].fence, name, value)])
    }

    #[test]
    fn an_attribute_is_added_at_the_end() {
        assert_eq!(set("```bash\na\n```\n", "tty", None), "```bash tty\na\n```\n");
        assert_eq!(
            set("> ~~~bash  \r\n> a\r\n> ~~~\r\n", "tty", None),
            "> ~~~bash tty  \r\n> a\r\n> ~~~\r\n"
        );
        assert_eq!(
            set("- ```bash exit=1\n  a\n  ```\n", "for", Some("5s")),
            "- ```bash exit=1 for=5s\n  a\n  ```\n"
        );
        assert_eq!(
            set("```bash,hidden\na\n```\n", "exit", Some("1")),
            "```bash,hidden,exit=1\na\n```\n"
        );
        assert_eq!(set("```bash, hidden\na\n```\n", "tty", None), "```bash, hidden tty\na\n```\n");
    }

    #[test]
    fn an_attribute_that_is_there_is_changed() {
        assert_eq!(
            set("```bash timeout=1s hidden\na\n```\n", "timeout", Some("2m")),
            "```bash timeout=2m hidden\na\n```\n"
        );
    }

    #[test]
    fn an_attribute_is_put_within_braces() {
        let fence = |text: &str| Fence {
            language: 0..0,
            block: 0..text.len(),
            marks: 0..3,
            info: 3..text.len(),
            body: text.len()..text.len(),
            closing: None,
        };
        let edit = |text: &str| splice(text, vec![set_attribute(text, &fence(text), "tty", None)]);
        assert_eq!(edit("```{.bash}"), "```{.bash tty}");
        assert_eq!(edit("```{.bash .copy }"), "```{.bash .copy tty }");
    }

    #[test]
    fn a_value_is_quoted_where_it_needs_quotes() {
        for (value, expected) in [
            ("30s", "30s"),
            ("", "\"\""),
            ("y\n", "\"y\\n\""),
            ("^\\d+ \"x\"$", "\"^\\d+ \\\"x\\\"$\""),
            ("a\\nb", "\"a\\\\nb\""),
            ("\\\\", "\"\\\\\\\\\""),
            ("\\cd\\e\\x41", "\"\\\\cd\\\\e\\\\x41\""),
            ("é", "\"é\""),
        ] {
            assert_eq!(quoted(value), expected, "{value:?}");
        }
    }

    proptest! {
        #[test]
        fn any_value_is_read_as_it_was_set(value in "(\\\\|[ntcex4\"=,{} ]|\n|\t|\\PC){0,12}", info in "bash( hidden|,exit=1| stdin=\"a\")?") {
            let text = format!("```{info}\na\n```\n");
            let edited = set(&text, "stdin", Some(&value));
            let info = edited.lines().next().unwrap_or_default().trim_start_matches('`');
            let Info::Step { attributes, problems, .. } = parse(info) else { panic!("{info}") };
            prop_assert_eq!(problems, []);
            prop_assert_eq!(attributes.stdin, Some(value));
        }
    }
}
