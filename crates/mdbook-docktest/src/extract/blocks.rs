//! The blocks of a chapter that can have commands, in one pass over the parser's events.

use std::ops::Range;

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use super::unmarked::html::HtmlBlock;
use super::unmarked::misplaced::{Misplaced, misplaced};
use super::unmarked::template::{Template, templates};
use crate::model::markdown::Extensions;
use crate::text::byte_order_mark::{mark_len, without_mark};

/// A block that can have commands.
pub(super) enum Block<'a> {
    Code(CodeBlock),
    Html(HtmlBlock<'a>),
    Template(Template),
    Misplaced(Misplaced),
}

/// A code block as the parser reports it.
#[derive(Clone)]
pub(super) struct CodeBlock {
    pub(super) span: Range<usize>,
    /// The number of the innermost container.
    pub(super) container: usize,
    pub(super) content: String,
    /// The end of the content in the chapter's text; `None` if there is no content.
    pub(super) content_end: Option<usize>,
    /// The offset of each piece of the content, in the content and in the chapter's text.
    pieces: Vec<(usize, usize)>,
    /// Whether it is code by its indentation, without fences.
    pub(super) is_indented: bool,
}

impl CodeBlock {
    /// Returns the offset in the chapter's text of an offset in the content.
    pub(super) fn place(&self, offset: usize) -> Option<usize> {
        let after = self.pieces.partition_point(|(piece, _)| *piece <= offset);
        let (piece, place) = self.pieces.get(after.checked_sub(1)?)?;
        Some(place + offset - piece)
    }

    /// Returns the range in the chapter's text of the line that starts at an offset in the content,
    /// without trailing blanks.
    pub(super) fn line_at(&self, offset: usize) -> Option<Range<usize>> {
        let line = self.content[offset..].lines().next()?.trim_end();
        let start = self.place(offset)?;
        // Not its length after its start: a hidden line has another place for each of its parts.
        let end = match line.len().checked_sub(1) {
            Some(last) => self.place(offset + last)? + 1,
            None => start,
        };
        Some(start..end)
    }

    /// Returns the same for each line in this range of the content, from its first byte; nothing if the
    /// place of one is not known.
    pub(super) fn lines_at(&self, range: Range<usize>) -> Vec<Range<usize>> {
        let line_starts = self.content[range.clone()].match_indices('\n').map(|(at, _)| at + 1);
        let starts = std::iter::once(0).chain(line_starts).map(|start| range.start + start);
        starts.map_while(|start| self.line_at(start)).collect()
    }
}

impl CodeBlock {
    /// Returns the block with the lines that mdBook hides, as they run: without the prefix after their
    /// indentation.
    pub(super) fn with_hidden_lines(&self, prefix: &str) -> Option<Self> {
        let mut shown = Self { content: String::new(), pieces: Vec::new(), ..self.clone() };
        let mut start = 0;
        let mut has_hidden = false;
        let mut push = |from: usize, part: &str| {
            if let Some(place) = self.place(from).filter(|_| !part.is_empty()) {
                shown.pieces.push((shown.content.len(), place));
            }
            shown.content.push_str(part);
        };
        for line in self.content.split_inclusive('\n') {
            let indentation = line.len() - line.trim_start().len();
            match line[indentation..].strip_prefix(prefix).filter(|_| !prefix.is_empty()) {
                Some(rest) => {
                    has_hidden = true;
                    push(start, &line[..indentation]);
                    push(start + line.len() - rest.len(), rest);
                }
                None => push(start, line),
            }
            start += line.len();
        }
        has_hidden.then_some(shown)
    }
}

/// The blocks of a chapter.
pub(super) struct Blocks<'a> {
    /// The code blocks, the blocks of HTML, and `<pre>`, tags of generators and fences in paragraphs.
    pub(super) all: Vec<Block<'a>>,
    /// The start of the chapter's last block if that is one of these, outside of any container: only such a
    /// block can be left open.
    pub(super) last: Option<usize>,
    /// The starts of headings, lists, rules and the like: what ends a passage of paragraphs.
    pub(super) breaks: Vec<usize>,
}

/// Finds the code blocks and the blocks of HTML.
pub(super) fn blocks<'a>(text: &'a str, extensions: &Extensions) -> Blocks<'a> {
    // Like mdBook, drop a byte order mark: otherwise a fence in line 1 would not be recognized.
    let body = without_mark(text);
    let dropped = mark_len(text);

    let mut blocks = Vec::new();
    let mut last = None;
    let mut breaks = Vec::new();
    let mut open: Option<CodeBlock> = None;
    let mut html: Option<HtmlBlock<'_>> = None;
    let mut containers = vec![0];
    let mut seen_containers = 0;
    // A blank line within makes a block of what is below.
    let mut misplaced_end = 0;
    for (event, span) in new_cmark_parser(body, &extensions.to_options()).into_offset_iter() {
        let span = span.start + dropped..span.end + dropped;
        if containers.len() == 1 {
            match event {
                Event::Start(Tag::CodeBlock(_) | Tag::HtmlBlock) => last = Some(span.start),
                Event::Start(_) | Event::Rule => last = None,
                _ => {}
            }
        }
        if is_break(&event) {
            breaks.push(span.start);
        }
        match event {
            Event::Start(Tag::CodeBlock(kind)) => {
                open = Some(CodeBlock {
                    span,
                    container: containers.last().copied().unwrap_or(0),
                    content: String::new(),
                    content_end: None,
                    pieces: Vec::new(),
                    is_indented: kind == CodeBlockKind::Indented,
                });
            }
            Event::End(TagEnd::CodeBlock) => {
                let is_apart = |block: &CodeBlock| block.span.start >= misplaced_end;
                blocks.extend(open.take().filter(is_apart).map(Block::Code));
            }
            Event::Start(Tag::HtmlBlock) => {
                let rest = text.get(span.end..).unwrap_or_default();
                html = Some(HtmlBlock { lines: Vec::new(), rest });
            }
            Event::End(TagEnd::HtmlBlock) => blocks.extend(html.take().map(Block::Html)),
            Event::InlineHtml(tag) if tag.starts_with("<pre") => {
                let rest = text.get(span.start..).unwrap_or_default();
                let line = rest.split_inclusive('\n').next().unwrap_or_default();
                let rest = &rest[line.len()..];
                blocks.push(Block::Html(HtmlBlock { lines: vec![(span.start, line)], rest }));
            }
            Event::Html(_) => {
                if let (Some(html), Some(line)) = (&mut html, text.get(span.clone())) {
                    html.lines.push((span.start, line));
                }
            }
            Event::Start(tag) => {
                if tag == Tag::Paragraph {
                    blocks.extend(templates(text, &span).into_iter().map(Block::Template));
                }
                seen_containers += 1;
                containers.push(seen_containers);
            }
            Event::End(_) => {
                containers.pop();
            }
            Event::Text(piece) => {
                if let Some(block) = &mut open {
                    block.pieces.push((block.content.len(), span.start));
                    block.content.push_str(&piece);
                    block.content_end = Some(span.end);
                } else if let Some(block) = misplaced(text, span.start) {
                    misplaced_end = block.end.unwrap_or(0);
                    blocks.push(Block::Misplaced(block));
                }
            }
            Event::Code(_) => blocks.extend(misplaced(text, span.start).map(Block::Misplaced)),
            _ => {}
        }
    }
    Blocks { all: blocks, last, breaks }
}

/// Whether text below does not go on from what is above.
fn is_break(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Rule
            | Event::Start(
                Tag::Heading { .. }
                    | Tag::BlockQuote(_)
                    | Tag::HtmlBlock
                    | Tag::List(_)
                    | Tag::Table(_)
                    | Tag::FootnoteDefinition(_)
                    | Tag::DefinitionList
            )
    )
}
