//! Expands the includes of a chapter like mdBook's preprocessor `links`, and remembers where each part of
//! the result comes from. mdBook itself does not say, and leaves the text unchanged if an include is
//! missing.
//!
//! The rules are those of `builtin_preprocessors/links.rs` in mdbook-driver 0.5.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::mapped::Mapped;
use super::{File, Origins};
use crate::book::lexical_path::normalized;
use crate::model::finding::{Code, Finding, Severity};

/// mdBook's limit for files that include files.
const MAX_DEPTH: usize = 10;

/// A valid regex cannot fail to compile.
fn regex(pattern: &str) -> Option<Regex> {
    Regex::new(pattern).ok()
}

static LINK: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r"\\\{\{\#.*\}\}|\{\{\s*\#([a-zA-Z0-9_]+)\s+([^}]+)\}\}"));
static ANCHOR_START: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r"ANCHOR:\s*(?P<name>[\w_-]+)"));
static ANCHOR_END: LazyLock<Option<Regex>> =
    LazyLock::new(|| regex(r"ANCHOR_END:\s*(?P<name>[\w_-]+)"));

/// An include that gives nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MissingInclude {
    /// Its place in the expanded text.
    pub(crate) span: Range<usize>,
    /// The index of the file that contains it, and its place there.
    pub(super) place: (usize, usize),
    /// What is wrong.
    pub(crate) message: String,
}

impl MissingInclude {
    /// Returns the finding about it, in the chapter whose path is shown like this.
    pub(crate) fn finding(&self, chapter: &Path, origins: &Origins) -> Finding {
        let place = origins.place_of(self);
        let (line, column) = place.line_and_column();
        Finding {
            code: Code::MissingInclude,
            severity: Severity::Error,
            path: place.included.unwrap_or(chapter).to_owned(),
            span: self.span.clone(),
            line,
            column,
            message: self.message.clone(),
            help: Some("correct the link, or write `\\{{#` to show it".to_owned()),
            remedies: Vec::new(),
        }
    }
}

/// The result of expanding a chapter.
pub(super) struct Expansion {
    /// The chapter's own file is the first.
    pub(super) files: Vec<File>,
    pub(super) text: Mapped,
    pub(super) missing: Vec<MissingInclude>,
}

/// Expands the includes of a chapter, whose file has this path and this text.
pub(super) fn expand(path: &Path, text: &str) -> Expansion {
    let file = File::new(path.to_owned(), text.to_owned());
    let mut expansion =
        Expansion { files: vec![file], text: Mapped::default(), missing: Vec::new() };
    let directory = path.parent().unwrap_or(Path::new(""));
    expansion.replace_all(&Mapped::whole(0, text), directory, 0, None);
    expansion
}

/// The part of a file that is included.
enum Part<'a> {
    Lines(Range<usize>),
    Anchor(&'a str),
}

/// What a link includes.
struct Included {
    text: Mapped,
    /// The directory to which links in it are relative.
    directory: PathBuf,
    /// A message about the part that the file does not have.
    lacks: Option<String>,
}

impl Expansion {
    /// Appends a text with its links replaced. `link` is the place in the chapter's own file of the
    /// outermost link that the text comes from.
    fn replace_all(
        &mut self,
        source: &Mapped,
        directory: &Path,
        depth: usize,
        link: Option<usize>,
    ) {
        let mut end = 0;
        let links = LINK.iter().flat_map(|regex| regex.captures_iter(&source.text));
        for captures in links {
            let Some(whole) = captures.get(0) else { continue };
            let in_chapter = link.or_else(|| source.place(whole.start()).map(|(_, offset)| offset));
            let kind = captures.get(1).map_or("", |kind| kind.as_str());
            let mut words = captures.get(2).map_or("", |rest| rest.as_str()).split_whitespace();
            let argument = words.next();
            match (kind, argument) {
                ("", _) => {
                    // Escaped: the backslash is dropped.
                    self.text.push(source, end..whole.start(), link);
                    self.text.push(source, whole.start() + 1..whole.end(), in_chapter);
                }
                ("title", _) => self.text.push(source, end..whole.start(), link),
                ("include" | "rustdoc_include" | "playground" | "playpen", Some(argument)) => {
                    self.text.push(source, end..whole.start(), link);
                    let attributes: Vec<&str> = words.collect();
                    match self.included(kind, argument, &attributes, directory) {
                        Ok(_) if depth == MAX_DEPTH => {
                            let message = "too many files that include each other";
                            self.report(&captures, source, message.to_owned());
                        }
                        Ok(Included { text, directory, lacks }) => {
                            if let Some(message) = lacks {
                                self.report(&captures, source, message);
                            }
                            self.replace_all(&text, &directory, depth + 1, in_chapter);
                        }
                        Err(message) => {
                            self.report(&captures, source, message);
                            // The link stays.
                            end = whole.start();
                            continue;
                        }
                    }
                }
                _ => continue,
            }
            end = whole.end();
        }
        self.text.push(source, end..source.text.len(), link);
    }

    fn report(&mut self, link: &Captures<'_>, source: &Mapped, message: String) {
        let Some((link, place)) = link.get(0).and_then(|link| {
            let place = source.place(link.start())?;
            Some((link, place))
        }) else {
            return;
        };
        let start = self.text.text.len();
        self.missing.push(MissingInclude { span: start..start + link.len(), place, message });
    }

    /// Returns what a link includes, or why it stays.
    fn included(
        &mut self,
        kind: &str,
        argument: &str,
        attributes: &[&str],
        directory: &Path,
    ) -> Result<Included, String> {
        let (name, part) = match kind {
            "playground" | "playpen" => (argument, None),
            _ => match argument.split_once(':') {
                Some((name, part)) => (name, Some(part)),
                None => (argument, None),
            },
        };
        let path = directory.join(name);
        let shown = normalized(&path);
        let text = fs::read_to_string(&path)
            .map_err(|error| format!("cannot include `{}`: {error}", shown.display()))?;
        let file = self.files.len();
        let (included, lacks) = match kind {
            "playground" | "playpen" => (playground(file, &text, attributes), None),
            _ => take(file, &text, &self::part(part), kind == "rustdoc_include"),
        };
        let lacks = lacks.map(|what| format!("`{}` has no {what}", shown.display()));
        self.files.push(File::new(shown, text));
        let directory = path.parent().unwrap_or(Path::new("")).to_owned();
        Ok(Included { text: included, directory, lacks })
    }
}

/// The part of a file that the text after the first colon names; all lines if there is none.
fn part(text: Option<&str>) -> Part<'_> {
    let mut words = text.unwrap_or_default().splitn(3, ':');
    let first = words.next().unwrap_or_default();
    let start = match first.parse::<usize>() {
        Ok(line) => Some(line.saturating_sub(1)),
        Err(_) if first.is_empty() => None,
        Err(_) => return Part::Anchor(first),
    };
    let end = words.next().map(|end| end.parse::<usize>().unwrap_or(usize::MAX));
    Part::Lines(match (start, end) {
        (Some(start), None) => start..start + 1,
        (start, end) => start.unwrap_or(0)..end.unwrap_or(usize::MAX),
    })
}

/// Returns a part of a file, and what the file does not have of it. If `keeps_rest`, the other lines are kept
/// behind `# `.
fn take(file: usize, text: &str, part: &Part<'_>, keeps_rest: bool) -> (Mapped, Option<String>) {
    let name = |regex: &'static LazyLock<Option<Regex>>, line: &str| {
        let captures = regex.as_ref()?.captures(line)?;
        Some(captures.name("name")?.as_str().to_owned())
    };
    let mut taken = Mapped::default();
    let (mut is_inside, mut is_found, mut is_over) = (false, false, false);
    let mut count = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        count = index + 1;
        let is_taken = match part {
            Part::Lines(range) => {
                let is_taken = range.contains(&index);
                is_found |= is_taken;
                is_taken
            }
            Part::Anchor(anchor) => {
                if is_inside {
                    if let Some(end) = name(&ANCHOR_END, line) {
                        is_inside = end != *anchor;
                        is_over = !is_inside && !keeps_rest;
                        continue;
                    }
                    if name(&ANCHOR_START, line).is_some() {
                        continue;
                    }
                } else if let Some(start) = name(&ANCHOR_START, line) {
                    is_inside = start == *anchor && !is_over;
                    is_found |= is_inside;
                    continue;
                } else if name(&ANCHOR_END, line).is_some() {
                    continue;
                }
                is_inside
            }
        };
        if !is_taken && !keeps_rest {
            continue;
        }
        let start = line.as_ptr() as usize - text.as_ptr() as usize;
        let content = line.strip_suffix('\n').unwrap_or(line);
        let content = content.strip_suffix('\r').unwrap_or(content);
        if taken.has_lines() {
            taken.push_added("\n", file, start);
        }
        if !is_taken {
            taken.push_added("# ", file, start);
        }
        taken.push_line(content, file, start);
    }
    let is_whole = matches!(part, Part::Lines(range) if *range == (0..usize::MAX));
    let lacks = match part {
        _ if is_found || is_whole => None,
        Part::Anchor(anchor) => Some(format!("anchor `{anchor}`")),
        Part::Lines(range) if range.start >= count => Some(format!("line {}", range.start + 1)),
        Part::Lines(_) => Some("lines in this range".to_owned()),
    };
    (taken, lacks)
}

/// Returns the block that mdBook makes of a Rust file.
fn playground(file: usize, text: &str, attributes: &[&str]) -> Mapped {
    let mut block = Mapped::default();
    let separator = if attributes.is_empty() { "" } else { "," };
    block.push_added(&format!("```rust{separator}{}\n", attributes.join(",")), file, 0);
    block.push_line(text, file, 0);
    let end = if text.ends_with('\n') { "```\n" } else { "\n```\n" };
    block.push_added(end, file, text.len());
    block
}

#[cfg(test)]
mod tests;
