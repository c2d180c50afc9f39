//! The style sheet and the scripts of pages, and whether a book's copies are up to date.

use crate::text::stamp::{self, Comment, Copy};

/// How both CSS and JavaScript write a comment.
const COMMENT: Comment = ("/* ", " */");

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

impl Asset {
    /// The text of a new copy.
    pub(crate) fn copy(&self) -> String {
        stamp::stamped(self.text, COMMENT)
    }

    /// Determines the state of a copy from its text.
    pub(crate) fn judge(&self, copy: &str) -> Copy {
        stamp::judge(self.text, copy, COMMENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
