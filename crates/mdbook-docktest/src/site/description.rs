//! The description of a chapter, from its text.

use std::sync::LazyLock;

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};
use regex::Regex;

use crate::model::markdown::Extensions;
use crate::text::byte_order_mark::without_mark;

/// Longer ones are cut by those who show them.
const LONGEST: usize = 200;
/// A shorter beginning says too little.
const SHORTEST: usize = 50;

static WRITTEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)<!--\s*description:\s*(.*?)\s*-->").expect("the regex is valid")
});

/// Returns what the author has written as `<!-- description: … -->`, or else the beginning of the first
/// paragraph; `None` if there is no text. A label in front, such as **Goals.**, is left out.
pub(super) fn description(text: &str, extensions: &Extensions) -> Option<String> {
    if let Some(written) = WRITTEN.captures(text) {
        return Some(one_line(&written[1]));
    }
    let mut events = new_cmark_parser(without_mark(text), &extensions.to_options());
    while events.any(|event| event == Event::Start(Tag::Paragraph)) {
        let mut paragraph = Paragraph::default();
        for event in events.by_ref().take_while(|event| *event != Event::End(TagEnd::Paragraph)) {
            paragraph.add(&event);
        }
        let text = one_line(&paragraph.text);
        if !text.is_empty() && !text.starts_with("{{#") {
            return Some(shortened(&text));
        }
    }
    None
}

#[derive(Default)]
struct Paragraph {
    text: String,
    /// Whether what is in bold stands at the beginning.
    is_in_label: bool,
}

impl Paragraph {
    fn add(&mut self, event: &Event<'_>) {
        match event {
            Event::Start(Tag::Strong) => self.is_in_label = self.text.trim().is_empty(),
            Event::End(TagEnd::Strong) => {
                if self.is_in_label && self.text.trim_end().ends_with(['.', ':']) {
                    self.text.clear();
                }
                self.is_in_label = false;
            }
            Event::Text(text) | Event::Code(text) => self.text.push_str(text),
            Event::SoftBreak | Event::HardBreak => self.text.push(' '),
            _ => {}
        }
    }
}

/// Joins lines, and leaves no-break spaces.
fn one_line(text: &str) -> String {
    text.split([' ', '\t', '\r', '\n'])
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Shortens a text to whole sentences, or else to whole words.
fn shortened(text: &str) -> String {
    let Some((end, _)) = text.char_indices().nth(LONGEST) else { return text.to_owned() };
    let start = &text[..end];
    let sentence = start.rmatch_indices(['.', '!', '?']).map(|(at, mark)| at + mark.len());
    let mut sentence = sentence.filter(|at| text[*at..].starts_with(' '));
    if let Some(end) = sentence.find(|at| text[..*at].chars().count() >= SHORTEST) {
        return text[..end].to_owned();
    }
    let words = start.rsplit_once(' ').map_or(start, |(words, _)| words);
    format!("{}…", words.trim_end_matches([',', ';', ':', '\u{a0}', '\u{202f}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<String> {
        description(text, &Extensions::default())
    }

    #[test]
    fn it_is_the_first_paragraph() {
        assert_eq!(
            of("# A\n\nSome `code` and\n*more* [links](a.md).\n\nB").unwrap(),
            "Some code and more links."
        );
        assert_eq!(
            of("# A\n\n> [!NOTE]\n> **Goals.** To know\u{a0}: x.\n>\n> B").unwrap(),
            "To know\u{a0}: x."
        );
        assert_eq!(of("{{#docktest diagram}}\n\n**Bold** text").unwrap(), "Bold text");
        assert_eq!(of("# A\n\n```bash\nls\n```\n"), None);
    }

    #[test]
    fn an_author_can_write_it() {
        let text = "# A\n\n<!-- description: What\nis there. -->\n\nB";
        assert_eq!(of(text).unwrap(), "What is there.");
    }

    #[test]
    fn a_long_one_ends_with_a_sentence_or_a_word() {
        let sentence = format!("{} end.", "word ".repeat(12).trim());
        let text = format!("{sentence} {}", "more ".repeat(40));
        assert_eq!(of(&text).unwrap(), sentence);
        let cut = of(&"éléments, ".repeat(40)).unwrap();
        assert!(cut.ends_with("éléments…") && cut.chars().count() <= LONGEST, "{cut}");
        let cut = of(&format!("Yes. {}", "w ".repeat(200))).unwrap();
        assert!(
            cut.starts_with("Yes. w w") && cut.ends_with("w…"),
            "a short sentence is not enough: {cut}"
        );
    }
}
