//! The prose of Markdown: what a reader reads, without code.

use std::ops::Range;
use std::sync::LazyLock;

use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use regex::Regex;

/// What stands for inline code and for directives.
pub(crate) const CODE: char = '¤';

/// A block of a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Block {
    /// A paragraph, a heading, a cell or the like.
    Prose(Prose),
    /// A code block.
    Code {
        /// Whether it runs, or is what a step must print.
        is_step: bool,
    },
}

/// Prose on some lines.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Prose {
    /// Its text, in which [`CODE`] stands for inline code, and a blank for the end of a line.
    pub(crate) text: String,
    /// The line, counted from 1, of each piece of the text that is on one line, by its offset.
    lines: Vec<(usize, usize)>,
    /// What is in italics, as are terms and quotes in other languages.
    pub(crate) foreign: Vec<Range<usize>>,
    pub(crate) is_heading: bool,
    pub(crate) has_link: bool,
}

impl Prose {
    /// Returns the line of an offset in the text.
    pub(crate) fn line(&self, offset: usize) -> usize {
        let last = self.lines.iter().take_while(|(start, _)| *start <= offset).last();
        last.map_or(1, |(_, line)| *line)
    }

    fn push(&mut self, text: &str, line: usize) {
        self.lines.push((self.text.len(), line));
        self.text.push_str(text);
    }
}

/// Returns the blocks of a Markdown text, in order.
pub(crate) fn blocks(markdown: &str) -> Vec<Block> {
    static DIRECTIVE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\{\{#[^}\n]*\}\}").expect("the regex is valid"));
    let markdown = &DIRECTIVE.replace_all(markdown, CODE.to_string());
    let mut blocks = Vec::new();
    let mut prose = Prose::default();
    let mut in_code = false;
    let mut emphasis: Vec<usize> = Vec::new();
    let end = |prose: &mut Prose, blocks: &mut Vec<Block>| {
        let prose = std::mem::take(prose);
        if !prose.text.trim().is_empty() {
            blocks.push(Block::Prose(prose));
        }
    };
    // As the author has typed it.
    let mut options = MarkdownOptions::default();
    options.smart_punctuation = false;
    for (event, span) in new_cmark_parser(markdown, &options).into_offset_iter() {
        let line = markdown[..span.start].matches('\n').count() + 1;
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                end(&mut prose, &mut blocks);
                in_code = true;
                let info = match &kind {
                    CodeBlockKind::Fenced(info) => info.as_ref(),
                    CodeBlockKind::Indented => "",
                };
                let language = info.split([' ', ',']).next().unwrap_or_default();
                let is_step = ["bash", "sh", "shell", "console", "output"].contains(&language);
                blocks.push(Block::Code { is_step });
            }
            Event::End(TagEnd::CodeBlock) => in_code = false,
            Event::Text(text) if !in_code => prose.push(&text, line),
            Event::Code(_) => prose.push(&CODE.to_string(), line),
            Event::SoftBreak | Event::HardBreak => prose.push(" ", line),
            Event::Start(Tag::Emphasis) => emphasis.push(prose.text.len()),
            Event::End(TagEnd::Emphasis) => {
                let start = emphasis.pop();
                prose.foreign.extend(start.map(|start| start..prose.text.len()));
            }
            Event::Start(Tag::Link { .. }) => prose.has_link = true,
            Event::Start(Tag::Heading { .. }) => {
                end(&mut prose, &mut blocks);
                prose.is_heading = true;
            }
            Event::Start(
                Tag::Paragraph | Tag::Item | Tag::TableCell | Tag::BlockQuote(_) | Tag::HtmlBlock,
            )
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::TableCell
                | TagEnd::BlockQuote(_)
                | TagEnd::HtmlBlock,
            ) => end(&mut prose, &mut blocks),
            _ => {}
        }
    }
    end(&mut prose, &mut blocks);
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prose_has_no_code_and_knows_its_lines() {
        let blocks = blocks(
            "# A `b`\n\nc [d](e)\nf (*read only*)\n\n```bash guard\ng\n```\n\n> - h\n\n| i |\n|---|\n| j |\n",
        );
        let texts: Vec<_> = blocks
            .iter()
            .map(|block| match block {
                Block::Prose(prose) => (prose.text.as_str(), prose.line(prose.text.len() - 1)),
                Block::Code { is_step } => (if *is_step { "step" } else { "code" }, 0),
            })
            .collect();
        assert_eq!(
            texts,
            [("A ¤", 1), ("c d f (read only)", 4), ("step", 0), ("h", 10), ("i", 12), ("j", 14)]
        );
        let Block::Prose(heading) = &blocks[0] else { panic!() };
        assert!(heading.is_heading && !heading.has_link);
        let Block::Prose(paragraph) = &blocks[1] else { panic!() };
        assert!(paragraph.has_link && !paragraph.is_heading);
        assert_eq!(paragraph.line(0), 3);
        assert_eq!(&paragraph.text[paragraph.foreign[0].clone()], "read only");
    }
}
