//! Where each part of a chapter's text comes from: the author edits files, and preprocessors make the text
//! from them.

use std::fs;
use std::path::{Path, PathBuf};

use self::includes::{Expansion, MissingInclude, expand};
use self::mapped::Mapped;
use crate::text::byte_order_mark::{mark_len, without_mark};
use crate::text::position::LineStarts;

mod includes;
mod mapped;

/// A file that text comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
struct File {
    path: PathBuf,
    text: String,
    lines: LineStarts,
}

impl File {
    fn new(path: PathBuf, text: String) -> Self {
        let lines = LineStarts::of(&text);
        Self { path, text, lines }
    }
}

/// Where the parts of a chapter's text come from.
#[derive(Debug, Clone)]
pub(crate) struct Origins {
    /// The chapter's own file is the first.
    files: Vec<File>,
    text: Mapped,
}

/// A place in a file that the author edits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place<'a> {
    /// The file, unless it is the chapter's own.
    pub(crate) included: Option<&'a Path>,
    file: &'a File,
    /// The offset in it.
    pub(crate) offset: usize,
}

impl Place<'_> {
    /// Returns the line and the column, both counted from 1.
    pub(crate) fn line_and_column(&self) -> (usize, usize) {
        self.file.lines.line_and_column(&self.file.text, self.offset)
    }
}

/// Returns the origins of a chapter's text, and its includes that give nothing. `path` is that of its file;
/// there are no origins if the text is the file's.
pub(crate) fn origins(path: &Path, text: &str) -> (Option<Origins>, Vec<MissingInclude>) {
    // Without its file, a chapter is made up by a preprocessor.
    let Ok(file) = fs::read(path) else { return (None, Vec::new()) };
    // Most chapters are as their file is: this is cheaper than to check its encoding.
    if file == text.as_bytes() && !text.contains("{{") {
        return (None, Vec::new());
    }
    let Ok(file) = String::from_utf8(file) else { return (None, Vec::new()) };
    // mdBook removes a byte order mark.
    let source = if mark_len(text) == 0 { without_mark(&file) } else { &file };
    let is_unchanged = text == source;
    if is_unchanged && !source.contains("{{") {
        return (None, Vec::new());
    }
    let Expansion { files, text: expanded, missing } = expand(path, source);
    if is_unchanged && expanded.text != text {
        // mdBook expands its includes later, or not at all.
        return (None, Vec::new());
    }
    let mapped = if expanded.text == text { expanded } else { expanded.aligned(text) };
    (Some(Origins { files, text: mapped }), missing)
}

impl Origins {
    /// Returns the place of a position in the chapter's text.
    pub(crate) fn place(&self, position: usize) -> Place<'_> {
        self.place_in(self.text.place(position).unwrap_or((0, 0)))
    }

    /// Returns the place of an include that gives nothing.
    pub(crate) fn place_of(&self, missing: &MissingInclude) -> Place<'_> {
        self.place_in(missing.place)
    }

    fn place_in(&self, (file, offset): (usize, usize)) -> Place<'_> {
        let (included, file) = (file > 0, &self.files[file]);
        Place { included: included.then_some(&file.path), file, offset }
    }

    /// Returns the line in the chapter's own file of a position in its text; for included text, that of the
    /// link.
    pub(crate) fn line_in_chapter(&self, position: usize) -> usize {
        self.files[0].lines.line(&self.files[0].text, self.text.place_of_link(position))
    }

    /// Returns the text of an included file, and the offset in it of a line and a column.
    pub(crate) fn text_of(&self, path: &Path, line: usize, column: usize) -> (&str, usize) {
        let included = self.files.iter().skip(1).find(|file| file.path == path);
        let File { text, lines, .. } = included.unwrap_or(&self.files[0]);
        (text, lines.offset(text, line, column))
    }
}
