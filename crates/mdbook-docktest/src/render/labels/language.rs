//! The languages that labels are written in.

/// A language that labels are written in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// The language for `book.language`, a BCP 47 tag; English where there are no labels for it.
    pub fn from_tag(tag: &str) -> Self {
        match tag.split(['-', '_']).next() {
            Some(primary) if primary.eq_ignore_ascii_case("fr") => Self::Fr,
            _ => Self::En,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regional_french_is_french() {
        assert_eq!(Language::from_tag("fr-CA"), Language::Fr);
        assert_eq!(Language::from_tag("FR"), Language::Fr);
        assert_eq!(Language::from_tag("fry"), Language::En);
        assert_eq!(Language::from_tag(""), Language::En);
    }
}
