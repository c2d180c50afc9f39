//! Blocks that are written to files: those of any language with the attribute `file`.
//!
//! ````markdown
//! ```dockerfile file=Dockerfile
//! ````
//!
//! What else is in their info strings belongs to other tools, except for the attributes of steps, which
//! would have no effect.

use std::ops::Range;

use super::Extraction;
use super::attributes::foreign::intended;
use super::attributes::word::{Value, Word, words};
use super::attributes::{Problem, names_for_steps};
use super::blocks::CodeBlock;
use crate::model::fence::Fence;
use crate::model::finding::Code;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::ChapterFile;
use crate::text::splice::Edit;

const OUTPUT: &str = "output";

/// The attributes of blocks that are written to files.
const KNOWN: [&str; 5] = ["file", "mode", "append", "hidden", "ignore"];

/// The attributes of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct FileInfo {
    language: String,
    /// The path, and its place in the info string; `None` if it is invalid.
    name: Option<(String, Range<usize>)>,
    mode: Option<String>,
    appends: bool,
    hidden: bool,
    ignore: bool,
}

/// Returns the names of all attributes of blocks that are written to files.
pub fn names_for_files() -> &'static [&'static str] {
    &KNOWN
}

/// Parses an info string; returns `None` if it is not that of a file.
pub(super) fn parse(info: &str) -> Option<(FileInfo, Vec<Problem>)> {
    // Most blocks have none of these.
    if !(info.contains(['=']) || info.contains("file") || info.contains("append")) {
        return None;
    }
    // Pandoc's form: `{.dockerfile file=Dockerfile}`.
    let inner = info.strip_prefix('{').and_then(|inner| inner.strip_suffix('}'));
    let (info, shift) = inner.map_or((info, 0), |inner| (inner, 1));
    let words: Vec<Word<'_>> = words(info).map(|word| shifted(word, shift)).collect();
    let language = words.first().filter(|first| first.value.is_none()).map(|first| first.name);
    let language = language.map(|language| language.trim_start_matches('.'));
    if language.is_some_and(|language| language.eq_ignore_ascii_case(OUTPUT)) {
        return None;
    }
    let attributes = &words[usize::from(language.is_some())..];
    let has_name = attributes.iter().any(|word| word.name == "file");
    let appends = |word: &&Word<'_>| word.name == "append" && word.value.is_none();
    let mut file =
        FileInfo { language: language.unwrap_or_default().to_owned(), ..FileInfo::default() };
    if !has_name {
        if let Some(problem) = attributes.iter().find_map(mistyped_file) {
            return Some((file, vec![problem]));
        }
        let word = attributes.iter().find(appends)?;
        let problem = bad(word.span.clone(), "`append` needs `file`", "write `file=NAME append`");
        return Some((file, vec![problem]));
    }
    let mut problems = Vec::new();
    let mut seen: Vec<&str> = Vec::new();
    for word in attributes {
        if !is_ours(word.name) {
            problems.extend(mistyped(word));
            continue;
        }
        if seen.contains(&word.name) {
            let message = format!("duplicate attribute `{}`", word.name);
            problems.push(bad(word.span.clone(), &message, "remove one of them"));
            continue;
        }
        seen.push(word.name);
        problems.extend(file.read(word).err());
    }
    Some((file, problems))
}

/// The problem with a word that is nearly `file`, and has a path as `file` does: `flie=Dockerfile`.
fn mistyped_file(word: &Word<'_>) -> Option<Problem> {
    let path = word.value.as_ref().filter(|value| name(value).is_ok())?.text.as_str();
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '.' | '/' | '_' | '-' | '~');
    let has_letter = path.contains(|c: char| c.is_alphabetic());
    let is_near = intended(word, &["file"]).is_some();
    if is_near && has_letter && path.chars().all(is_path) { mistyped(word) } else { None }
}

/// The problem with a word that is a mistyped attribute of files.
fn mistyped(word: &Word<'_>) -> Option<Problem> {
    let intended = intended(word, &KNOWN)?;
    Some(Problem {
        code: Code::UnknownAttribute,
        span: word.name_span.clone(),
        message: format!("unknown attribute `{}`", word.name),
        help: Some(format!("did you mean `{intended}`?")),
        remedies: vec![Remedy {
            title: format!("write `{intended}`"),
            edits: vec![Edit { range: word.name_span.clone(), text: intended.to_owned() }],
            basis: Basis::Proposed,
        }],
    })
}

/// Moves a word's places.
fn shifted(word: Word<'_>, by: usize) -> Word<'_> {
    let moved = |range: Range<usize>| range.start + by..range.end + by;
    let value = word.value.map(|value| Value { span: moved(value.span), ..value });
    Word { name_span: moved(word.name_span), value, span: moved(word.span), ..word }
}

fn is_ours(name: &str) -> bool {
    KNOWN.contains(&name) || names_for_steps().contains(&name)
}

fn bad(span: Range<usize>, message: &str, help: &str) -> Problem {
    Problem {
        code: Code::BadAttribute,
        span,
        message: message.to_owned(),
        help: Some(help.to_owned()),
        remedies: Vec::new(),
    }
}

impl FileInfo {
    fn read(&mut self, word: &Word<'_>) -> Result<(), Problem> {
        match word.name {
            "file" => {
                let value = value(word, "file=Dockerfile")?;
                self.name = Some((name(value)?, value.span.clone()));
            }
            "mode" => self.mode = Some(mode(value(word, "mode=755")?)?),
            "append" => self.appends = flag(word)?,
            "hidden" => self.hidden = flag(word)?,
            "ignore" => self.ignore = flag(word)?,
            other => {
                return Err(bad(
                    word.span.clone(),
                    &format!(
                        "`{other}` has no effect on a block with `file`: it is written, not run"
                    ),
                    &format!("remove `{other}`, or `file`"),
                ));
            }
        }
        Ok(())
    }
}

fn flag(word: &Word<'_>) -> Result<bool, Problem> {
    match &word.value {
        None => Ok(true),
        Some(value) => {
            let message = format!("`{}` takes no value", word.name);
            Err(bad(value.span.clone(), &message, "remove the value"))
        }
    }
}

fn value<'a>(word: &'a Word<'_>, example: &str) -> Result<&'a Value<'a>, Problem> {
    let help = format!("write `{example}`");
    let Some(value) = &word.value else {
        return Err(bad(word.span.clone(), &format!("`{}` needs a value", word.name), &help));
    };
    match value.flaw {
        Some(flaw) => Err(bad(value.span.clone(), flaw, &help)),
        None => Ok(value),
    }
}

/// Checks the path of a file. Any place of the engine is allowed: nothing outlives it.
fn name(value: &Value<'_>) -> Result<String, Problem> {
    let name = value.text.as_str();
    let wrong = |why: &str| {
        let message = format!("invalid file name `{}`: {why}", value.raw);
        bad(
            value.span.clone(),
            &message,
            "write a path, as in `file=Dockerfile` or `file=\"a b.txt\"`",
        )
    };
    if name.is_empty() {
        return Err(wrong("it is empty"));
    }
    if name.contains(char::is_control) {
        return Err(wrong("it has a control character"));
    }
    if matches!(name.rsplit('/').next(), Some("" | "." | "..")) || name == "~" {
        return Err(wrong("it is a directory"));
    }
    Ok(name.to_owned())
}

fn mode(value: &Value<'_>) -> Result<String, Problem> {
    let is_mode = matches!(value.text.len(), 3..=4)
        && value.text.bytes().all(|digit| matches!(digit, b'0'..=b'7'));
    if is_mode {
        return Ok(value.text.clone());
    }
    let message = format!("invalid mode `{}`", value.raw);
    Err(bad(value.span.clone(), &message, "use three octal digits, as in `mode=755`"))
}

impl Extraction<'_> {
    /// Adds a file.
    pub(super) fn file(&mut self, block: &CodeBlock, fence: &Fence, info: FileInfo) {
        let FileInfo { language, name: Some((name, place)), mode, appends, hidden, ignore: false } =
            info
        else {
            return;
        };
        self.scenario.files.push(ChapterFile {
            name,
            name_span: fence.info.start + place.start..fence.info.start + place.end,
            text: block.content.clone(),
            substitutions: Vec::new(),
            mode,
            appends,
            hidden,
            language,
            before_step: self.scenario.steps.len(),
            fence: fence.clone(),
        });
    }
}

#[cfg(test)]
mod tests;
