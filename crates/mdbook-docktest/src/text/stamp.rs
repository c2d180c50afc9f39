//! Files of this program that an author has a copy of, and may have edited.
//!
//! A copy starts with a line with the program's version and a digest of the rest, which distinguishes
//! an outdated copy from one that the author has edited.

use super::digest::digest;

/// What is around the first line in the language of the file.
pub(crate) type Comment = (&'static str, &'static str);

/// The state of an author's copy of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Copy {
    /// Equal to the program's text.
    Current,
    /// As the program wrote it, but not its text any more.
    Unedited { version: String },
    /// The program's text, edited by the author.
    Edited,
    /// Another text of the program, edited by the author.
    EditedAndOld,
    /// Not written by the program.
    Other,
}

/// The version of this program.
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// The text of a new copy.
pub(crate) fn stamped(text: &str, (start, end): Comment) -> String {
    format!("{start}mdbook-docktest {} {}{end}\n{text}", version(), digest(text.as_bytes()))
}

/// Determines the state of a copy of `text`. Line endings are ignored, as Git may convert them. A copy without a
/// first line is current if it is equal.
pub(crate) fn judge(text: &str, copy: &str, (start, end): Comment) -> Copy {
    let copy = copy.replace("\r\n", "\n");
    let Some(((version, written), rest)) = copy.split_once('\n').and_then(|(first, rest)| {
        let words = first.strip_prefix(start)?.strip_prefix("mdbook-docktest ")?;
        Some((words.strip_suffix(end)?.split_once(' ')?, rest))
    }) else {
        return if copy == text { Copy::Current } else { Copy::Other };
    };
    if rest == text {
        Copy::Current
    } else if written == digest(rest.as_bytes()) {
        Copy::Unedited { version: version.to_owned() }
    } else if written == digest(text.as_bytes()) {
        Copy::Edited
    } else {
        Copy::EditedAndOld
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CSS: Comment = ("/* ", " */");
    const YAML: Comment = ("# ", "");

    #[test]
    fn line_endings_of_a_copy_are_ignored() {
        for comment in [CSS, YAML] {
            let copy = stamped("a\nb\n", comment);
            assert_eq!(judge("a\nb\n", &copy, comment), Copy::Current);
            assert_eq!(judge("a\nb\n", &copy.replace('\n', "\r\n"), comment), Copy::Current);
        }
        assert_eq!(judge("a\n", "a\n", CSS), Copy::Current, "a copy made by hand");
    }

    #[test]
    fn outdated_copies_are_distinguished_from_edited_ones_and_from_other_files() {
        for comment in [CSS, YAML] {
            let judge = |copy: &str| judge("new {}\n", copy, comment);
            let old = stamped("old {}\n", comment);
            assert_eq!(judge(&old), Copy::Unedited { version: version().to_owned() });
            assert_eq!(judge(&old.replace("old", "mine")), Copy::EditedAndOld);
            assert_eq!(judge(&(stamped("new {}\n", comment) + "mine {}\n")), Copy::Edited);
            assert_eq!(judge("mine {}\n"), Copy::Other);
            assert_eq!(judge(""), Copy::Other);
        }
    }
}
