//! The style sheet and the scripts of pages, and whether a book's copies are up to date.
//!
//! A copy starts with a line with the program's version and a digest of the rest, which distinguishes
//! an outdated copy from one that the author has edited.

use crate::text::digest::digest;

/// A style sheet or a script that a book needs.
#[derive(Debug)]
pub(crate) struct Asset {
    /// The file name.
    pub name: &'static str,
    pub kind: Kind,
    /// The languages of the books that need it, as primary subtags; empty for all books.
    languages: &'static [&'static str],
    text: &'static str,
}

/// The kind of an asset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    StyleSheet,
    Script,
}

impl Kind {
    pub(crate) const ALL: [Self; 2] = [Self::StyleSheet, Self::Script];

    /// The key of `[output.html]` that lists the files of this kind.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::StyleSheet => "additional-css",
            Self::Script => "additional-js",
        }
    }
}

/// All assets, in the order in which pages load them.
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

/// The assets that a book needs, given its language as a BCP 47 tag.
pub(crate) fn for_language(tag: &str) -> impl Iterator<Item = &'static Asset> {
    let primary = tag.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
    ASSETS.iter().filter(move |asset| {
        asset.languages.is_empty() || asset.languages.contains(&primary.as_str())
    })
}

/// The state of a book's copy of an asset.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Copy {
    /// Equal to the program's text.
    Current,
    /// Written by another version of the program and not edited.
    Unedited { version: String },
    /// The program's text, edited by the author.
    Edited,
    /// Outdated and edited, or not written by the program.
    EditedAndOld,
}

impl Asset {
    /// The text of a new copy.
    pub(crate) fn copy(&self) -> String {
        format!(
            "/* mdbook-docktest {} {} */\n{}",
            version(),
            digest(self.text.as_bytes()),
            self.text
        )
    }

    /// Determines the state of a copy from its text. Line endings are ignored, as Git may convert them.
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
        } else if written == digest(text.as_bytes()) {
            Copy::Unedited { version: version.to_owned() }
        } else if written == digest(self.text.as_bytes()) {
            Copy::Edited
        } else {
            Copy::EditedAndOld
        }
    }
}

pub(crate) fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLE_SHEET: &Asset = &ASSETS[0];

    fn names(language: &str) -> Vec<&'static str> {
        for_language(language).map(|asset| asset.name).collect()
    }

    #[test]
    fn french_books_need_the_french_scripts() {
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
    fn translations_are_loaded_before_the_script_that_uses_them() {
        let french = names("fr");
        let place = |name| french.iter().position(|other| *other == name);
        assert!(place("docktest-fr.js") < place("docktest-language.js"));
    }

    #[test]
    fn line_endings_of_a_copy_are_ignored() {
        let copy = STYLE_SHEET.copy();
        assert_eq!(STYLE_SHEET.judge(&copy), Copy::Current);
        assert_eq!(STYLE_SHEET.judge(&copy.replace('\n', "\r\n")), Copy::Current);
        assert_eq!(
            STYLE_SHEET.judge(STYLE_SHEET.text),
            Copy::Current,
            "a copy made by hand has no first line"
        );
    }

    #[test]
    fn outdated_copies_are_distinguished_from_edited_ones() {
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
    fn assets_are_small() {
        let bytes = |is_counted: fn(&str) -> bool| -> usize {
            ASSETS
                .iter()
                .filter(|asset| is_counted(asset.name))
                .map(|asset| asset.copy().len())
                .sum()
        };
        assert!(bytes(|_| true) <= 36 << 10, "{}", bytes(|_| true));
        let language = bytes(|name| name.contains("-fr") || name.contains("-language"));
        assert!(language <= 9 << 10, "{language}");
    }

    #[test]
    fn assets_make_no_requests_to_other_hosts() {
        for Asset { name, text, .. } in ASSETS {
            for word in
                ["http:", "https:", "//cdn", "fetch(", "XMLHttpRequest", "import ", "@import"]
            {
                assert!(!text.contains(word), "{name}: {word}");
            }
        }
    }
}
