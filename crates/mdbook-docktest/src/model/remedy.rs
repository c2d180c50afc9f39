//! Remedies: edits of a chapter that would resolve a finding.

use serde::Serialize;

use crate::text::splice::Edit;

/// An edit of the chapter's text that resolves a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// What the edit does, as an imperative without a full stop: ``add `tty` ``. The first text in
    /// backticks names the remedy on the command line.
    pub title: String,
    /// The changes to the chapter's text. They do not overlap. A line feed stands for the chapter's
    /// own line ending: see [`Self::edits_of`].
    pub edits: Vec<Edit>,
    /// Whether the edit can be made without asking the author.
    pub basis: Basis,
}

/// What a remedy is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// The text or the run shows that it is right, and it turns no failure into an expected one.
    Proved,
    /// Only the author knows whether it is what they mean.
    Proposed,
}

impl Remedy {
    /// Returns the edits with the line endings that the text has where they are made.
    pub(crate) fn edits_of(&self, text: &str) -> Vec<Edit> {
        self.edits.iter().map(|edit| with_line_endings(text, edit)).collect()
    }

    /// Whether this is what `name` stands for on the command line: the first text in backticks of the
    /// title, or the part of it before its `=`.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let Some(own) = self.title.split('`').nth(1) else { return false };
        own == name || own.split_once('=').is_some_and(|(attribute, _)| attribute == name)
    }
}

fn with_line_endings(text: &str, edit: &Edit) -> Edit {
    let at = edit.range.start.min(text.len());
    // The line that the edit is in, or, for a line that has no end, the one before it.
    let end = text.as_bytes()[at..].iter().position(|byte| *byte == b'\n').map(|end| at + end);
    let end = end.or_else(|| text.as_bytes()[..at].iter().rposition(|byte| *byte == b'\n'));
    let is_crlf = end.is_some_and(|end| text[..end].ends_with('\r'));
    let new = edit.text.replace("\r\n", "\n");
    let new = if is_crlf { new.replace('\n', "\r\n") } else { new };
    Edit { range: edit.range.clone(), text: new }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_have_the_line_endings_of_their_place() {
        let edit = |at| Remedy {
            title: "add a line".into(),
            edits: vec![Edit::insert(at, "x\ny".into())],
            basis: Basis::Proved,
        };
        let new = |text: &str, at| edit(at).edits_of(text).remove(0).text;
        assert_eq!(new("a\nb\n", 2), "x\ny");
        assert_eq!(new("a\r\nb\r\n", 3), "x\r\ny");
        assert_eq!(new("a\r\nb", 4), "x\r\ny", "after the last line feed");
        assert_eq!(new("a", 1), "x\ny");
        assert_eq!(new("é\n\r\n", 0), "x\ny", "a file with both");
    }

    #[test]
    fn a_remedy_has_the_name_of_what_it_adds() {
        let remedy =
            |title: &str| Remedy { title: title.into(), edits: Vec::new(), basis: Basis::Proposed };
        let exit = remedy("add `exit=1` or `dies`");
        assert!(exit.is_named("exit") && exit.is_named("exit=1"));
        assert!(!exit.is_named("exit=2") && !exit.is_named("dies") && !exit.is_named("add"));
        assert!(remedy("add `until=\"a=b\"`").is_named("until"));
        assert!(!remedy("remove the line").is_named(""));
    }
}
