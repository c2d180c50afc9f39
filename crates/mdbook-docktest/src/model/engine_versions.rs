//! The versions of Docker Engine that a step or an `output` block is for: `>=23`, `<23`, `20.10`, `>=20.10 <28`.
//!
//! The crate `semver` does not fit: versions such as `17.06.2-ce` are none for it, `20.10` means up to 21, and
//! a pre-release of 23 would not be `>=23`.

use std::fmt;

/// The numbers of a version that count: Docker's have three.
const PARTS: usize = 3;

/// A range of versions, as an author has written it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineVersions {
    text: String,
    from: Option<Version>,
    before: Option<Version>,
}

/// Why a text is not a range of versions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum EngineVersionsError {
    /// It has a part that is not a version with a comparison before it.
    #[error("invalid versions of Docker Engine `{0}`")]
    Form(String),
    /// Its parts contradict each other.
    #[error("no version of Docker Engine is `{0}`")]
    Contradiction(String),
}

/// A version, or the beginning of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version {
    /// Those that are not given are 0.
    parts: [u32; PARTS],
    /// How many are given.
    given: usize,
}

impl EngineVersions {
    /// Parses comparisons that all must hold, separated by blanks or commas.
    ///
    /// # Errors
    /// If a part is not a comparison, or no version can meet all.
    pub(crate) fn parse(text: &str) -> Result<Self, EngineVersionsError> {
        let form = || EngineVersionsError::Form(text.trim().to_owned());
        let mut range = Self { text: text.trim().to_owned(), from: None, before: None };
        let is_separator = |c: char| c == ',' || c.is_whitespace();
        let mut rest = text.trim_matches(is_separator);
        if rest.is_empty() {
            return Err(form());
        }
        while !rest.is_empty() {
            let signs = rest.find(|c| !matches!(c, '<' | '>' | '=')).ok_or_else(form)?;
            let (comparison, after) = rest.split_at(signs);
            let after = after.trim_start();
            let (version, after) = after.split_at(after.find(is_separator).unwrap_or(after.len()));
            let version = Version::parse(version).ok_or_else(form)?;
            match comparison {
                ">=" => range.from(version),
                ">" => range.from(version.next()),
                "<" => range.before(version),
                "<=" => range.before(version.next()),
                "" | "=" => {
                    range.from(version);
                    range.before(version.next());
                }
                _ => return Err(form()),
            }
            rest = after.trim_start_matches(is_separator);
        }
        match (range.from, range.before) {
            (from, Some(before)) if from.unwrap_or_default().parts >= before.parts => {
                Err(EngineVersionsError::Contradiction(range.text))
            }
            _ => Ok(range),
        }
    }

    fn from(&mut self, version: Version) {
        if self.from.is_none_or(|from| from.parts < version.parts) {
            self.from = Some(version);
        }
    }

    fn before(&mut self, version: Version) {
        if self.before.is_none_or(|before| before.parts > version.parts) {
            self.before = Some(version);
        }
    }

    /// Whether an engine's version is in the range. That of a build without a version is in none.
    pub fn include(&self, engine: &str) -> bool {
        Version::of_engine(engine).is_some_and(|version| self.contains(version))
    }

    fn contains(&self, version: Version) -> bool {
        self.from.is_none_or(|from| from.parts <= version.parts)
            && self.before.is_none_or(|before| version.parts < before.parts)
    }

    /// Returns the first version that is in both ranges.
    pub(crate) fn first_common(&self, other: &Self) -> Option<Version> {
        let [one, other_from] = [self, other].map(|range| range.from.unwrap_or_default());
        let later = if one.parts >= other_from.parts { one } else { other_from };
        (self.contains(later) && other.contains(later)).then_some(later)
    }

    /// Returns the first version, if there is one, and the first one that is too new.
    pub(crate) fn bounds(&self) -> (Option<Version>, Option<Version>) {
        (self.from, self.before)
    }

    /// Returns the version, or the beginning of it, that all in the range have.
    pub(crate) fn only(&self) -> Option<Version> {
        self.from.filter(|from| self.before.is_some_and(|before| before.parts == from.next().parts))
    }
}

/// As the author has written it.
impl fmt::Display for EngineVersions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Version {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = [0; PARTS];
        let mut given = 0;
        for number in text.split('.') {
            // `parse` would also take a sign.
            if !number.bytes().all(|byte| byte.is_ascii_digit()) {
                return None;
            }
            *parts.get_mut(given)? = number.parse().ok()?;
            given += 1;
        }
        Some(Self { parts, given })
    }

    /// The numbers of a version that an engine reports: `20.10.24+dfsg1`, `17.06.2-ce`. A pre-release is as
    /// its release: it behaves like it.
    pub(crate) fn of_engine(text: &str) -> Option<Self> {
        let end = text.find(|c: char| c != '.' && !c.is_ascii_digit()).unwrap_or(text.len());
        Self::parse(text[..end].trim_end_matches('.'))
    }

    /// The first version that does not begin with this one.
    fn next(mut self) -> Self {
        if let Some(last) = self.given.checked_sub(1) {
            self.parts[last] = self.parts[last].saturating_add(1);
        }
        self
    }
}

impl Default for Version {
    fn default() -> Self {
        Self { parts: [0; PARTS], given: 1 }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.parts[..self.given].iter().map(u32::to_string).collect();
        f.write_str(&parts.join("."))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENGINES: [&str; 6] =
        ["17.06.2-ce", "20.10.24+dfsg1", "23.0.0-rc.1", "26.1.5+dfsg1", "28.5.2+dfsg3", "dev"];

    #[track_caller]
    fn includes(text: &str, expected: &[&str]) {
        let range = EngineVersions::parse(text).unwrap();
        let found: Vec<&str> = ENGINES.into_iter().filter(|engine| range.include(engine)).collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(range.to_string(), text.trim());
    }

    #[test]
    fn versions_are_compared_by_their_numbers() {
        includes(">=23", &ENGINES[2..5]);
        includes("<23", &ENGINES[..2]);
        includes(">=26.1.6", &ENGINES[4..5]);
        includes("<= 26.1.5", &ENGINES[..4]);
        includes("<=26", &ENGINES[..4]);
        includes(">26.1", &ENGINES[4..5]);
        includes(">26.1.4", &ENGINES[3..5]);
        includes("<18.09", &ENGINES[..1]);
        includes(">=20.10 <28", &ENGINES[1..4]);
        includes(">=20.10, <28", &ENGINES[1..4]);
        includes("<28 >=20.10 <27", &ENGINES[1..4]);
    }

    #[test]
    fn a_version_alone_stands_for_all_that_begin_with_it() {
        includes("20.10", &ENGINES[1..2]);
        includes("=26", &ENGINES[3..4]);
        includes("26.1.5", &ENGINES[3..4]);
        includes("26.1.4", &[]);
        includes("2", &[]);
    }

    #[test]
    fn what_is_no_range_is_an_error() {
        let texts = [
            "", " ", "new", ">=", "23.x", "^23", "!=23", "=>23", ">=23 or", "1.2.3.4", "2..1",
            "+23",
        ];
        for text in texts {
            let error = EngineVersions::parse(text).unwrap_err();
            assert_eq!(error, EngineVersionsError::Form(text.trim().to_owned()));
        }
        for text in ["<20 >=23", ">23 <24", "20.10 26.1", "<0"] {
            let error = EngineVersions::parse(text).unwrap_err();
            assert_eq!(error, EngineVersionsError::Contradiction(text.to_owned()));
        }
    }

    #[test]
    fn ranges_overlap_at_the_first_version_of_both() {
        let common = |one: &str, other: &str| {
            let [one, other] = [one, other].map(|text| EngineVersions::parse(text).unwrap());
            assert_eq!(
                one.first_common(&other).map(|version| version.parts),
                other.first_common(&one).map(|version| version.parts)
            );
            one.first_common(&other).map(|version| version.to_string())
        };
        assert_eq!(common("<23", ">=23"), None);
        assert_eq!(common("20.10", ">=23"), None);
        assert_eq!(common("<=23", ">=23").as_deref(), Some("23"));
        assert_eq!(common("<28", ">=20.10").as_deref(), Some("20.10"));
        assert_eq!(common("<28", "<23").as_deref(), Some("0"));
        assert_eq!(common("26.1", ">=20").as_deref(), Some("26.1"));
    }

    #[test]
    fn a_range_of_one_version_is_known() {
        let only =
            |text: &str| EngineVersions::parse(text).unwrap().only().map(|only| only.to_string());
        assert_eq!(only("20.10").as_deref(), Some("20.10"));
        assert_eq!(only(">=26 <27").as_deref(), Some("26"));
        assert_eq!(only(">=26"), None);
        assert_eq!(only(">=20.10 <28"), None);
    }
}
