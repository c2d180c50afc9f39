//! Whether a chapter is worse after a remedy than before.

use std::sync::LazyLock;

use regex::Regex;

use crate::extract::extract;
use crate::model::finding::{Code, Finding};
use crate::model::scenario::Scenario;
use crate::text::position::work;

/// What a message says about other lines, which remedies above them move.
static LINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\bline \d+").expect("it is a regex of our own"));

/// The wrong annotations of a chapter, sorted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mistakes(Vec<(Code, String)>);

impl Mistakes {
    /// Returns those of a new text for the chapter of a scenario.
    pub(super) fn of(text: &str, scenario: &Scenario) -> Self {
        let scenario = extract(&scenario.path, text, scenario.extensions.clone());
        let findings = scenario.findings.into_iter();
        let wrong = findings.filter(|finding| finding.code.is_about_annotations());
        let message = |finding: &Finding| LINE.replace_all(&finding.message, "line").into_owned();
        let mut mistakes: Vec<_> = wrong.map(|finding| (finding.code, message(&finding))).collect();
        mistakes.sort_unstable();
        Self(mistakes)
    }

    /// Whether a remedy alone has made the chapter worse. It may uncover a mistake in the place of the one that it mends: only
    /// the number counts.
    pub(super) fn are_more_than(&self, before: &Self) -> bool {
        self.0.len() > before.0.len()
    }

    /// Whether one of several remedies may have made the chapter worse: with another number, one could hide behind those that
    /// mend something.
    pub(super) fn have_new(&self, before: &Self) -> bool {
        let mut rest = before.0.iter();
        let is_old = |mistake: &(Code, String)| {
            let is_not_before = |other: &&(Code, String)| {
                work::add(1);
                *other >= mistake
            };
            rest.find(is_not_before) == Some(mistake)
        };
        !self.0.iter().all(is_old)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_compared_one_by_one_or_by_their_number() {
        let mistakes = |messages: &str| {
            let one = |message: char| (Code::OrphanOutput, message.to_string());
            Mistakes(messages.chars().map(one).collect())
        };
        for (before, after, are_more, have_new) in [
            ("", "", false, false),
            ("ab", "ab", false, false),
            ("abc", "b", false, false),
            ("aab", "aa", false, false),
            ("", "a", true, true),
            ("ab", "aab", true, true),
            ("ab", "aa", false, true),
            ("b", "a", false, true),
            ("a", "b", false, true),
        ] {
            let (before, after) = (mistakes(before), mistakes(after));
            assert_eq!(after.are_more_than(&before), are_more, "{before:?} {after:?}");
            assert_eq!(after.have_new(&before), have_new, "{before:?} {after:?}");
        }
    }
}
