//! Finds `{{#docktest …}}` directives between steps.
//!
//! mdBook's own preprocessor, which runs before, leaves directives alone, and only removes a
//! backslash before them. In code and comments, a directive is plain text.

use std::ops::Range;
use std::sync::LazyLock;

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::{Event, Tag};
use regex::Regex;

use super::Extraction;
use crate::model::finding::Code;
use crate::model::scenario::Directive;
use crate::text::byte_order_mark::{mark_len, without_mark};

static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\{\{[ \t]*#docktest([^}\n]*)(\}\})?").expect("the regex is valid")
});

/// The text allowed before a directive on its line: markers of quotes, lists, definitions and
/// footnotes.
static CONTAINERS: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"\A(?:[ \t>\u{feff}]|[-*+:][ \t]|\d{1,9}[.)][ \t]|\[\^[^\]]*\]:)*\z";
    Regex::new(regex).expect("the regex is valid")
});

enum Kind {
    Diagram,
    Other(Directive),
}

/// Text that looks like a directive.
struct Candidate {
    place: Range<usize>,
    /// The text after `#docktest`; `None` if the directive is not closed.
    word: Option<String>,
}

impl Extraction<'_> {
    /// Finds directives, and invalid ones.
    pub(super) fn directives(&mut self) {
        let mut candidates: Vec<Candidate> = DIRECTIVE
            .captures_iter(self.text)
            .filter_map(|found| {
                let place = found.get(0)?.range();
                let word = found.get(2).and(found.get(1)).map(|word| word.as_str().to_owned());
                Some(Candidate { place, word })
            })
            .collect();
        if candidates.is_empty() {
            return;
        }
        let body = without_mark(self.text);
        let dropped = mark_len(self.text);
        let text = self.text;
        let mut blocks: Vec<Block> = Vec::new();
        let events =
            new_cmark_parser(body, &self.scenario.extensions.to_options()).into_offset_iter();
        let mut events = events.peekable();
        let mut after_break = false;
        while let Some((event, span)) = events.next() {
            let span = span.start + dropped..span.end + dropped;
            let breaks = is_line_break(&event);
            let is_text = matches!(event, Event::Text(_));
            match event {
                Event::Start(tag) => blocks.push(Block::from_tag(&tag, &text[span])),
                Event::End(_) => drop(blocks.pop()),
                Event::Text(_) | Event::Html(_) => {
                    let block = blocks.last().copied().unwrap_or(Block::Other);
                    // Other lines of the paragraph would be torn apart.
                    let next = events.peek().map(|(event, _)| event);
                    let is_alone = !(after_break || next.is_some_and(is_line_break));
                    // Text can come in pieces: each candidate is removed once it is found.
                    let is_here = |candidate: &mut Candidate| span.contains(&candidate.place.start);
                    for candidate in candidates.extract_if(.., is_here) {
                        if block == Block::Verbatim {
                            continue;
                        }
                        let is_whole = span.start == candidate.place.start;
                        let is_line = is_whole && is_alone && block == Block::Lines;
                        self.directive(&candidate, is_line, is_text);
                    }
                }
                _ => {}
            }
            after_break = breaks;
        }
        self.scenario.diagrams.sort_by_key(|place| place.start);
        self.scenario.directives.sort_by_key(|(_, place)| place.start);
        self.scenario.findings.sort_by_key(|finding| finding.span.start);
    }

    /// `is_line` is whether it is alone on its line in a block of lines, and `is_text` whether it is in text, not in HTML.
    fn directive(&mut self, candidate: &Candidate, is_line: bool, is_text: bool) {
        let Candidate { place, word } = candidate;
        if self.text[..place.start].ends_with('\\') {
            return;
        }
        let words: Option<Vec<&str>> = word
            .as_deref()
            .filter(|word| word.starts_with(|c: char| c.is_ascii_whitespace()))
            .map(|word| word.split_ascii_whitespace().collect());
        let kind = match words.as_deref() {
            Some(["diagram"]) => Kind::Diagram,
            Some(["duration"]) => Kind::Other(Directive::Duration),
            Some(["duration", "book"]) => Kind::Other(Directive::BookDuration),
            Some(["commands"]) => Kind::Other(Directive::Commands),
            Some(["errors"]) => Kind::Other(Directive::Errors),
            _ => {
                let found = self.text[place.clone()].trim_end();
                let message = match word {
                    Some(_) => format!("unknown directive `{found}`"),
                    None => format!("unclosed directive `{found}`"),
                };
                let help = "use `{{#docktest diagram}}`, `duration`, `duration book`, `commands` or `errors`";
                let place = place.start..place.start + found.len();
                return self.find(Code::BadDirective, place, message, Some(help.to_owned()));
            }
        };
        if let Kind::Other(directive) = kind
            && directive.is_inline()
        {
            if is_text {
                self.scenario.directives.push((directive, place.clone()));
            } else {
                let message = "this directive is in HTML".to_owned();
                let help = "put it into a sentence of the text".to_owned();
                self.find(Code::BadDirective, place.clone(), message, Some(help));
            }
            return;
        }
        let before = &self.text[..place.start];
        let before = &before[before.rfind('\n').map_or(0, |newline| newline + 1)..];
        let after = self.text[place.end..].split('\n').next().unwrap_or_default();
        if is_line && after.trim_ascii().is_empty() && CONTAINERS.is_match(before) {
            // The replacement may end with a fence, which must not be followed by a tab.
            let blanks = after.len() - after.trim_ascii_start().len();
            let blanks = blanks - usize::from(after.ends_with('\r'));
            let place = place.start..place.end + blanks;
            match kind {
                Kind::Diagram => self.scenario.diagrams.push(place),
                Kind::Other(directive) => self.scenario.directives.push((directive, place)),
            }
            return;
        }
        let message = "this directive is not a paragraph of its own".to_owned();
        let help = "put it on a line of its own with blank lines around it, outside headings, \
                    tables and HTML";
        self.find(Code::BadDirective, place.clone(), message, Some(help.to_owned()));
    }
}

fn is_line_break(event: &Event<'_>) -> bool {
    matches!(event, Event::SoftBreak | Event::HardBreak)
}

/// The kind of block that contains a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Block {
    /// Lines of a paragraph, or of a list item without paragraphs.
    Lines,
    /// Code or a comment.
    Verbatim,
    /// Anything else.
    Other,
}

impl Block {
    fn from_tag(tag: &Tag<'_>, source: &str) -> Self {
        match tag {
            Tag::Paragraph
            | Tag::Item
            | Tag::BlockQuote(_)
            | Tag::FootnoteDefinition(_)
            | Tag::DefinitionListDefinition => Self::Lines,
            Tag::CodeBlock(_) | Tag::MetadataBlock(_) => Self::Verbatim,
            Tag::HtmlBlock if source.trim_ascii_start().starts_with("<!--") => Self::Verbatim,
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Extensions, extract};
    use super::*;

    /// Returns the lines of diagrams, and the findings with the text that they are about.
    fn found(text: &str) -> (Vec<usize>, Vec<(&str, String)>) {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        let diagrams = scenario.diagrams.iter().map(|place| {
            assert_eq!(text[place.clone()].trim_end_matches([' ', '\t']), "{{#docktest diagram}}");
            assert!(text[place.end..].is_empty() || text[place.end..].starts_with(['\r', '\n']));
            text[..place.start].matches('\n').count() + 1
        });
        let findings = scenario.findings.iter().map(|finding| {
            assert_eq!(finding.code, Code::BadDirective);
            (&text[finding.span.clone()], finding.message.clone())
        });
        (diagrams.collect(), findings.collect())
    }

    #[test]
    fn a_directive_is_alone_on_a_line_of_any_container() {
        let text = "\u{feff}{{#docktest diagram}}\r\n\r\ntext\n\n{{#docktest diagram}} \t\n\n\
            > {{#docktest diagram}}\n\n- a\n\n  {{#docktest diagram}}\n- {{#docktest diagram}}\n\
            1. > {{#docktest diagram}}\n\nterm\n: {{#docktest diagram}}\n\n[^1]: {{#docktest diagram}}\n\n[^1]\n";
        assert_eq!(found(text), (vec![1, 5, 7, 11, 12, 13, 16, 18], vec![]));
    }

    #[test]
    fn a_directive_in_code_or_a_comment_is_text() {
        let text = "```text\n{{#docktest diagram}}\n```\n\n    {{#docktest diagram}}\n\n\
            `{{#docktest diagram}}`\n\n<!--\n{{#docktest diagram}}\n-->\n\n[a](<{{#docktest diagram}}>)\n\n\
            > ```bash\n> {{#docktest x}}\n> ```\n";
        assert_eq!(found(text), (vec![], vec![]));
    }

    #[test]
    fn a_directive_after_a_backslash_is_text() {
        assert_eq!(
            found("\\{{#docktest diagram}}\n\n&#123;{#docktest diagram}}\n"),
            (vec![], vec![])
        );
    }

    #[test]
    fn a_directive_within_other_text_is_found() {
        for text in [
            "# {{#docktest diagram}}\n",
            "{{#docktest diagram}}\n===\n",
            "see {{#docktest diagram}}\n",
            "{{#docktest diagram}} here\n",
            "{{#docktest diagram}}\nbelow\n",
            "above\n{{#docktest diagram}}\n",
            "> above\n{{#docktest diagram}}\n",
            "- {{#docktest diagram}}\nlazy\n",
            "**{{#docktest diagram}}**\n",
            "**b** {{#docktest diagram}}\n",
            "| a |\n|---|\n| {{#docktest diagram}} |\n",
            "<div>\n{{#docktest diagram}}\n</div>\n",
            "- [ ] {{#docktest diagram}}\n",
        ] {
            let message = "this directive is not a paragraph of its own".to_owned();
            assert_eq!(found(text), (vec![], vec![("{{#docktest diagram}}", message)]), "{text}");
        }
    }

    #[test]
    fn an_unknown_or_unclosed_directive_is_found() {
        for (directive, message) in [
            ("{{#docktest diagramm}}", "unknown directive `{{#docktest diagramm}}`"),
            ("{{#docktestdiagram}}", "unknown directive `{{#docktestdiagram}}`"),
            ("{{ #docktest }}", "unknown directive `{{ #docktest }}`"),
            ("{{#docktest a_b *c*}}", "unknown directive `{{#docktest a_b *c*}}`"),
            ("{{#docktest diagram}", "unclosed directive `{{#docktest diagram`"),
        ] {
            let text = format!("> {directive}\n");
            let (diagrams, findings) = found(&text);
            assert_eq!(diagrams, [0; 0]);
            let [(place, found)] = &findings[..] else { panic!("{findings:?}") };
            assert!(directive.starts_with(place));
            assert_eq!(found, message);
        }
    }

    /// Returns the directives that are no diagrams, with the text that they replace.
    fn others(text: &str) -> Vec<(Directive, &str)> {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        assert_eq!(scenario.findings, [], "{text}");
        scenario.directives.into_iter().map(|(kind, place)| (kind, &text[place])).collect()
    }

    #[test]
    fn durations_are_part_of_a_sentence() {
        for text in [
            "{{#docktest duration}}\n",
            "> [!NOTE]\n> **Time.** {{#docktest duration}}. **Before.** None.\n",
            "# Plan: {{#docktest duration}}\n",
            "| a |\n|---|\n| {{#docktest duration}} |\n",
            "a\n{{#docktest duration}}\nb\n",
        ] {
            assert_eq!(others(text), [(Directive::Duration, "{{#docktest duration}}")], "{text}");
        }
        let book = "In all: {{#docktest  duration book }}.\n";
        assert_eq!(others(book), [(Directive::BookDuration, "{{#docktest  duration book }}")]);
        assert_eq!(others("`{{#docktest duration}}` and \\{{#docktest duration}}\n"), []);
        let (_, findings) = found("<p>{{#docktest duration}}</p>\n");
        assert_eq!(findings, [("{{#docktest duration}}", "this directive is in HTML".to_owned())]);
    }

    #[test]
    fn tables_about_the_book_are_paragraphs() {
        let text = "{{#docktest commands}}\n\n- {{#docktest errors}}\n";
        let expected = [
            (Directive::Commands, "{{#docktest commands}}"),
            (Directive::Errors, "{{#docktest errors}}"),
        ];
        assert_eq!(others(text), expected);
        let (_, findings) = found("See {{#docktest commands}}.\n");
        let message = "this directive is not a paragraph of its own".to_owned();
        assert_eq!(findings, [("{{#docktest commands}}", message)]);
    }
}
