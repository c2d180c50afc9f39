//! The block of a step as its page shows it: which part of it is which command, and coloured for what
//! bash does with it.
//!
//! Colours are part of the page, so they need no script. What they tell apart is what a reader has to
//! know: what is expanded and what is not, options, images and comments. The class names are short,
//! because every byte of markup counts.

use std::fmt::Write;
use std::ops::Range;

use super::samp::Samp;
use crate::extract::commands::{MarkKind, marks};
use crate::model::scenario::Step;

/// The text of a block without fence, container prefixes, and what does not belong to its commands.
#[derive(Debug)]
pub(super) struct Code {
    text: String,
    /// The range of each command of the shell, with its index in the step.
    commands: Vec<(usize, Range<usize>)>,
    /// The colour of each byte.
    colours: Vec<Colour>,
}

/// What the text is coloured for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Colour {
    None,
    Literal,
    Quoted,
    Expansion,
    Option,
    Comment,
    Image,
}

impl Colour {
    fn class(self) -> Option<&'static str> {
        match self {
            Self::None => None,
            Self::Literal => Some("r"),
            Self::Quoted => Some("q"),
            Self::Expansion => Some("x"),
            Self::Option => Some("o"),
            Self::Comment => Some("h"),
            Self::Image => Some("m"),
        }
    }
}

impl From<MarkKind> for Colour {
    fn from(kind: MarkKind) -> Self {
        match kind {
            MarkKind::Literal => Self::Literal,
            MarkKind::Quoted => Self::Quoted,
            MarkKind::Expansion => Self::Expansion,
            MarkKind::Option => Self::Option,
            MarkKind::Comment => Self::Comment,
        }
    }
}

/// A part of the text, with its place in the chapter.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    in_chapter: usize,
    length: usize,
}

impl Code {
    /// The block of a step. `omitted` are the ranges of the chapter that the page does not show, in
    /// order; `images` are those of images' names.
    ///
    /// Returns `None` where the lines of the block cannot be found in the chapter.
    pub(super) fn new(
        chapter: &str,
        step: &Step,
        omitted: &[Range<usize>],
        images: &[Range<usize>],
    ) -> Option<Self> {
        let mut text = String::new();
        let mut pieces = Vec::new();
        for line in lines(chapter, step)? {
            for part in without(line, omitted) {
                pieces.push(Piece {
                    start: text.len(),
                    in_chapter: part.start,
                    length: part.len(),
                });
                text.extend(chapter[part].split('\r'));
            }
        }
        let place = |range: &Range<usize>| place(&pieces, range);
        let commands = step.commands.iter().enumerate().filter(|(_, command)| !command.is_typed());
        let commands = commands.map(|(index, command)| {
            let (first, last) = (command.lines.first()?, command.lines.last()?);
            Some((index, place(first)?.start..place(last)?.end))
        });
        let commands = commands.collect::<Option<Vec<_>>>()?;
        let mut code = Self { colours: vec![Colour::None; text.len()], text, commands };
        // A session with its prompts is no script.
        if step.session_markup.iter().all(|range| omitted.contains(range)) {
            for mark in marks(&code.text) {
                code.mark(mark.range, mark.kind);
            }
        }
        for image in images.iter().filter_map(place) {
            code.paint(image, Colour::Image);
        }
        Some(code)
    }

    fn mark(&mut self, range: Range<usize>, kind: MarkKind) {
        let text = &self.text[range.clone()];
        let bracket = text.find('(').filter(|_| text.contains('\n'));
        match bracket {
            // The commands in a long substitution are read like those around it.
            Some(bracket) if kind == MarkKind::Expansion => {
                self.paint(range.start..range.start + bracket + 1, kind.into());
                self.paint(range.end - 1..range.end, kind.into());
            }
            _ => self.paint(range, kind.into()),
        }
    }

    fn paint(&mut self, range: Range<usize>, colour: Colour) {
        if let Some(bytes) = self.colours.get_mut(range) {
            bytes.fill(colour);
        }
    }

    /// Splits the lines of the text before commands, given by their indices in the step, and before the comments
    /// above each. The text before the first of them belongs to it.
    pub(super) fn chunks(&self, firsts: &[usize]) -> Vec<Range<usize>> {
        let starts = firsts.iter().enumerate().map(|(place, first)| {
            let above = self.commands.iter().rfind(|(index, _)| index < first);
            match above.filter(|_| place > 0) {
                Some((_, above)) => self.line_end(above.end),
                None => 0,
            }
        });
        let starts: Vec<usize> = starts.collect();
        let ends = starts.iter().skip(1).copied().chain([self.text.len()]);
        starts.iter().zip(ends).map(|(start, end)| *start..end).collect()
    }

    /// The end of the line that an offset is in, with its line feed.
    fn line_end(&self, offset: usize) -> usize {
        self.text[offset..].find('\n').map_or(self.text.len(), |feed| offset + feed + 1)
    }

    /// The bytes of the text.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Whether a command of this index, or of a later one, is in the text.
    pub(super) fn has_command(&self, index: usize) -> bool {
        self.commands.iter().any(|(own, _)| *own >= index)
    }

    /// The first line of a command.
    pub(super) fn command(&self, index: usize) -> Option<&str> {
        let (_, range) = self.commands.iter().find(|(own, _)| *own == index)?;
        self.text[range.clone()].lines().next()
    }

    /// The lines of a range as HTML, each in an element of its own, without blank lines at both ends.
    pub(super) fn html(&self, range: Range<usize>, has_colours: bool) -> Samp {
        let text = &self.text[range.clone()];
        let blank: usize = text
            .split_inclusive('\n')
            .take_while(|line| line.trim().is_empty())
            .map(str::len)
            .sum();
        let lines = text[blank..].trim_end_matches('\n').split('\n');
        let mut samp = Samp::with_capacity(2 * text.len());
        let mut at = range.start + blank;
        for line in lines {
            // Further rows of a line are indented deeper than the line.
            match line.len() - line.trim_start_matches(' ').len() {
                0 => samp.html.push_str("<span>"),
                // Writing to a string does not fail.
                blanks => {
                    let _ = write!(samp.html, "<span style=\"--i:{}\">", blanks.min(16));
                }
            }
            let colours = &self.colours[at..at + line.len()];
            let mut start = 0;
            for run in colours.chunk_by(|one, other| one == other) {
                let part = &line[start..start + run.len()];
                start += run.len();
                match run[0].class().filter(|_| has_colours) {
                    Some(class) => {
                        samp.html.extend(["<span class=\"", class, "\">"]);
                        samp.text(part);
                        samp.html.push_str("</span>");
                    }
                    None => samp.text(part),
                }
            }
            samp.html.push_str("</span>");
            samp.text("\n");
            at += line.len() + 1;
        }
        samp
    }
}

/// The place in the chapter of each line of a block, with its line ending and without its container prefix.
fn lines(chapter: &str, step: &Step) -> Option<Vec<Range<usize>>> {
    let body = step.fence.body.clone();
    let mut at = body.start;
    let mut lines = chapter.get(body)?.split_inclusive('\n');
    let found = step.script.split_inclusive('\n').map(|content| {
        let line = lines.next()?;
        let end = at + line.len();
        let text_end = at + line.trim_end_matches(['\n', '\r']).len();
        let content = content.trim_end_matches('\n');
        let is_there = chapter[at..text_end].ends_with(content);
        let start = is_there.then(|| text_end - content.len());
        at = end;
        Some(start?..end)
    });
    found.collect()
}

/// What is left of a range without others, which are in order.
fn without(range: Range<usize>, omitted: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut left = Vec::new();
    let mut at = range.start;
    for hole in omitted.iter().filter(|hole| hole.start < range.end && hole.end > range.start) {
        if hole.start > at {
            left.push(at..hole.start);
        }
        at = at.max(hole.end);
    }
    if at < range.end {
        left.push(at..range.end);
    }
    left
}

/// Returns the place in the text of a range of the chapter that is on one line.
fn place(pieces: &[Piece], range: &Range<usize>) -> Option<Range<usize>> {
    let piece = pieces.iter().find(|piece| {
        piece.in_chapter <= range.start && range.end <= piece.in_chapter + piece.length
    })?;
    let start = piece.start + range.start - piece.in_chapter;
    Some(start..start + range.len())
}
