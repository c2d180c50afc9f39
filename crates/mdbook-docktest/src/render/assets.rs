//! The style sheet and the scripts that pages need, and whether a book's copies are the program's.
//!
//! A copy begins with a line that names the program's version and a digest of the rest: by it, a
//! copy that is only old is told from one that its author has edited.

use sha2::{Digest, Sha256};

/// A file that a book with results in it needs.
#[derive(Debug)]
pub(crate) struct Asset {
    /// What the file is called.
    pub name: &'static str,
    /// What it is to a page.
    pub kind: Kind,
    /// The languages of books that need it, as primary subtags; none is all of them.
    languages: &'static [&'static str],
    text: &'static str,
}

/// What a file is to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// It says how things look.
    StyleSheet,
    /// It is run.
    Script,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 2] = [Self::StyleSheet, Self::Script];

    /// The key of `[output.html]` that names such files.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::StyleSheet => "additional-css",
            Self::Script => "additional-js",
        }
    }
}

/// All of them, in the order in which pages load them.
pub(crate) const ASSETS: &[Asset] = &[
    Asset {
        name: "docktest.css",
        kind: Kind::StyleSheet,
        languages: &[],
        text: include_str!("../../assets/docktest.css"),
    },
    Asset {
        name: "docktest.js",
        kind: Kind::Script,
        languages: &[],
        text: include_str!("../../assets/docktest.js"),
    },
    Asset {
        name: "docktest-fr.js",
        kind: Kind::Script,
        languages: &["fr"],
        text: include_str!("../../assets/docktest-fr.js"),
    },
    Asset {
        name: "docktest-language.js",
        kind: Kind::Script,
        languages: &["fr"],
        text: include_str!("../../assets/docktest-language.js"),
    },
];

/// Those that a book in this language needs, which is a BCP 47 tag.
pub(crate) fn for_language(tag: &str) -> impl Iterator<Item = &'static Asset> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    ASSETS.iter().filter(move |asset| {
        asset.languages.is_empty() || asset.languages.contains(&primary.as_str())
    })
}

/// What a copy of an asset is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Copy {
    /// What the program brings.
    Current,
    /// What a program of this version brought.
    Unedited {
        /// The version.
        version: String,
    },
    /// What the program brings, but for what an author has changed.
    Edited,
    /// What an author has changed before the program did, or an author's own.
    EditedAndOld,
}

impl Asset {
    /// The text of a new copy.
    pub(crate) fn copy(&self) -> String {
        format!("/* mdbook-docktest {} {} */\n{}", version(), digest(self.text), self.text)
    }

    /// What a copy is, from its text. Git may have given it other line endings.
    pub(crate) fn judge(&self, copy: &str) -> Copy {
        let copy = copy.replace("\r\n", "\n");
        let Some((header, text)) = copy.split_once('\n').and_then(|(first, text)| {
            let words = first.strip_prefix("/* mdbook-docktest ")?.strip_suffix(" */")?;
            Some((words.split_once(' ')?, text))
        }) else {
            return if copy == self.text { Copy::Current } else { Copy::EditedAndOld };
        };
        let (version, written) = header;
        if text == self.text {
            Copy::Current
        } else if written == digest(text) {
            Copy::Unedited { version: version.to_owned() }
        } else if written == digest(self.text) {
            Copy::Edited
        } else {
            Copy::EditedAndOld
        }
    }
}

/// The program's version.
pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

/// Enough of a digest to tell what was edited from what was not.
fn digest(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE_SHEET: &Asset = &ASSETS[0];

    fn names(language: &str) -> Vec<&'static str> {
        for_language(language).map(|asset| asset.name).collect()
    }

    #[test]
    fn a_french_book_needs_french_words() {
        let french = names("fr");
        assert!(french.contains(&"docktest-fr.js") && french.contains(&"docktest-language.js"));
        assert_eq!(names("fr-CA"), french);
        assert_eq!(names("FR"), french);
        for language in ["en", "", "fry"] {
            assert!(
                !names(language)
                    .iter()
                    .any(|name| name.contains("-fr") || name.contains("-language"))
            );
            assert!(names(language).contains(&"docktest.css"));
        }
    }

    #[test]
    fn words_are_there_before_the_script_that_reads_them() {
        let french = names("fr");
        let place = |name| french.iter().position(|other| *other == name);
        assert!(place("docktest-fr.js") < place("docktest-language.js"));
    }

    #[test]
    fn a_copy_is_current_whatever_its_line_endings() {
        let copy = STYLE_SHEET.copy();
        assert_eq!(STYLE_SHEET.judge(&copy), Copy::Current);
        assert_eq!(STYLE_SHEET.judge(&copy.replace('\n', "\r\n")), Copy::Current);
        assert_eq!(
            STYLE_SHEET.judge(STYLE_SHEET.text),
            Copy::Current,
            "one that was copied by hand"
        );
    }

    #[test]
    fn an_old_copy_is_told_from_an_edited_one() {
        let old = Asset { text: "old {}\n", ..*STYLE_SHEET };
        let copy = old.copy();
        let version = version().to_owned();
        assert_eq!(STYLE_SHEET.judge(&copy), Copy::Unedited { version });
        assert_eq!(STYLE_SHEET.judge(&copy.replace("old", "mine")), Copy::EditedAndOld);
        assert_eq!(STYLE_SHEET.judge(&(STYLE_SHEET.copy() + "mine {}\n")), Copy::Edited);
        assert_eq!(STYLE_SHEET.judge("mine {}\n"), Copy::EditedAndOld);
        assert_eq!(STYLE_SHEET.judge(""), Copy::EditedAndOld);
    }

    #[test]
    fn what_a_page_loads_is_small() {
        let bytes = |of: fn(&str) -> bool| -> usize {
            ASSETS.iter().filter(|asset| of(asset.name)).map(|asset| asset.copy().len()).sum()
        };
        assert!(bytes(|_| true) <= 24 << 10, "{}", bytes(|_| true));
        let language = bytes(|name| name.contains("-fr") || name.contains("-language"));
        assert!(language <= 8 << 10, "{language}");
    }

    #[test]
    fn no_page_is_made_to_ask_another_host() {
        for Asset { name, text, .. } in ASSETS {
            for word in
                ["http:", "https:", "//cdn", "fetch(", "XMLHttpRequest", "import ", "@import"]
            {
                assert!(!text.contains(word), "{name}: {word}");
            }
        }
    }
}
