//! A text, and the places in files that its parts come from.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

/// A text, and where its parts come from.
#[derive(Debug, Clone, Default)]
pub(super) struct Mapped {
    pub(super) text: String,
    /// In the order of the text.
    pieces: Vec<Piece>,
    has_lines: bool,
}

/// A part of a text, up to the next piece.
#[derive(Debug, Clone, Copy)]
struct Piece {
    start: usize,
    file: usize,
    /// Its offset in the file.
    offset: usize,
    /// Whether each of its bytes is in the file, rather than all of it at the offset.
    is_exact: bool,
    /// The offset in the chapter's own file of the link that it comes from.
    link: Option<usize>,
}

impl Piece {
    fn offset_at(&self, position: usize) -> usize {
        self.offset + if self.is_exact { position - self.start } else { 0 }
    }
}

impl Mapped {
    /// The whole text of a file.
    pub(super) fn whole(file: usize, text: &str) -> Self {
        let mut whole = Self::default();
        whole.push_line(text, file, 0);
        whole
    }

    /// Whether something was pushed, which can be an empty line.
    pub(super) fn has_lines(&self) -> bool {
        self.has_lines
    }

    /// Appends text that is in a file at this offset.
    pub(super) fn push_line(&mut self, text: &str, file: usize, offset: usize) {
        self.push_piece(text, Piece { start: 0, file, offset, is_exact: true, link: None });
    }

    /// Appends text that is added at this offset of a file.
    pub(super) fn push_added(&mut self, text: &str, file: usize, offset: usize) {
        self.push_piece(text, Piece { start: 0, file, offset, is_exact: false, link: None });
    }

    fn push_piece(&mut self, text: &str, piece: Piece) {
        self.has_lines = true;
        if !text.is_empty() {
            self.pieces.push(Piece { start: self.text.len(), ..piece });
            self.text.push_str(text);
        }
    }

    /// Appends a part of another text, which a link in the chapter's own file has included.
    pub(super) fn push(&mut self, other: &Self, range: Range<usize>, link: Option<usize>) {
        let mut start = range.start;
        while start < range.end {
            let next = other.pieces.partition_point(|piece| piece.start <= start);
            let end = other.pieces.get(next).map_or(range.end, |next| next.start.min(range.end));
            let Some(piece) = next.checked_sub(1).map(|index| other.pieces[index]) else { return };
            let piece =
                Piece { offset: piece.offset_at(start), link: link.or(piece.link), ..piece };
            self.push_piece(&other.text[start..end], piece);
            start = end;
        }
    }

    fn piece(&self, position: usize) -> Option<&Piece> {
        let next = self.pieces.partition_point(|piece| piece.start <= position);
        self.pieces.get(next.checked_sub(1)?)
    }

    /// Returns the file and the offset in it of a position in the text.
    pub(super) fn place(&self, position: usize) -> Option<(usize, usize)> {
        let piece = self.piece(position)?;
        Some((piece.file, piece.offset_at(position)))
    }

    /// Returns the offset in the first file of a position in the text; for included text, that of the link.
    pub(super) fn place_of_link(&self, position: usize) -> usize {
        let Some(piece) = self.piece(position) else { return 0 };
        piece.link.unwrap_or_else(|| piece.offset_at(position))
    }

    /// Returns the origins of another text, which preprocessors have made from this one. Lines that are not
    /// in this one have the origin of those that they replace, or that they follow.
    pub(super) fn aligned(&self, text: &str) -> Self {
        let (old, new): (Vec<&str>, Vec<&str>) =
            (self.text.split_inclusive('\n').collect(), text.split_inclusive('\n').collect());
        let starts: Vec<usize> = starts(&old);
        let mut aligned = Self::default();
        for operation in capture_diff_slices(Algorithm::Patience, &old, &new) {
            let (_, olds, news) = operation.as_tag_tuple();
            for (index, line) in new[news].iter().enumerate() {
                if matches!(operation, DiffOp::Equal { .. }) {
                    let start = starts[olds.start + index];
                    aligned.push(self, start..start + line.len(), None);
                } else {
                    let last = olds.end.saturating_sub(1);
                    let nearest = starts.get((olds.start + index).min(last)).copied();
                    let Some(piece) = nearest.and_then(|start| {
                        let piece = self.piece(start)?;
                        Some(Piece { offset: piece.offset_at(start), is_exact: false, ..*piece })
                    }) else {
                        continue;
                    };
                    aligned.push_piece(line, piece);
                }
            }
        }
        aligned
    }
}

/// Returns the offset of each line.
fn starts(lines: &[&str]) -> Vec<usize> {
    let mut end = 0;
    let start = |line: &&str| {
        end += line.len();
        end - line.len()
    };
    lines.iter().map(start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &Mapped, at: &str) -> (usize, usize) {
        text.place(text.text.find(at).unwrap()).unwrap()
    }

    #[test]
    fn lines_that_a_preprocessor_has_kept_are_found() {
        let old = "a\n{{tabs}}\nb\n\nls\n{{end}}\nc\n";
        let new = "<head>\na\n<div>\n<ul>\n</ul>\nb\n\nls\n</div>\nc\n";
        let aligned = Mapped::whole(0, old).aligned(new);
        assert_eq!(aligned.text, new);
        for kept in ["a\n", "b\n", "ls\n", "c\n"] {
            assert_eq!(line(&aligned, kept).1, old.find(kept).unwrap(), "{kept:?}");
        }
        assert_eq!(line(&aligned, "<head>"), (0, 0));
        for replaced in ["<div>", "</div>"] {
            let offset = line(&aligned, replaced).1;
            assert!(old[offset..].starts_with("{{"), "{replaced}: {offset}");
        }
    }
}
