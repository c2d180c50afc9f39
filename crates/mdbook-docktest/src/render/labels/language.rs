//! The languages of labels.

/// A language that has labels.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// French.
    Fr,
}

impl Language {
    /// The language for a BCP 47 tag such as `book.language`; English if it has no labels.
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
