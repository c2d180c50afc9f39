//! The level of each kind of finding: `[preprocessor.docktest.lints]` in book.toml.
//!
//! Checks do not decide the severity of their findings. The levels do, once, when findings are
//! added to a report.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::model::finding::{Code, Finding, Level, Severity};
use crate::text::nearest::nearest;

/// The levels that a book sets.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "BTreeMap<String, Level>", into = "BTreeMap<String, Level>")]
pub struct Lints(BTreeMap<Code, Level>);

/// An unknown name in the table of lints.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown lint `{name}`: {}", .nearest.map_or_else(all_names, did_you_mean))]
pub struct UnknownLint {
    name: String,
    nearest: Option<Code>,
}

fn did_you_mean(code: Code) -> String {
    format!("did you mean `{code}`?")
}

fn names() -> impl Iterator<Item = &'static str> {
    Code::ALL.iter().map(|code| code.name())
}

fn all_names() -> String {
    let names: Vec<String> = names().map(|name| format!("`{name}`")).collect();
    format!("use one of {}", names.join(", "))
}

impl TryFrom<BTreeMap<String, Level>> for Lints {
    type Error = UnknownLint;

    fn try_from(levels: BTreeMap<String, Level>) -> Result<Self, UnknownLint> {
        let levels = levels.into_iter().map(|(name, level)| match Code::from_name(&name) {
            Some(code) => Ok((code, level)),
            None => Err(UnknownLint {
                nearest: nearest(&name, names()).and_then(Code::from_name),
                name,
            }),
        });
        levels.collect::<Result<_, _>>().map(Self)
    }
}

impl From<Lints> for BTreeMap<String, Level> {
    fn from(Lints(levels): Lints) -> Self {
        levels.into_iter().map(|(code, level)| (code.name().to_owned(), level)).collect()
    }
}

impl Lints {
    /// Returns the book's level for a code, or its default level.
    pub fn level(&self, code: Code) -> Level {
        self.0.get(&code).copied().unwrap_or_else(|| code.default_level())
    }

    /// Drops the findings that are allowed, and sets the severity of the others.
    pub fn apply(&self, findings: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
        let kept = findings.into_iter().filter_map(|finding| {
            let severity = match self.level(finding.code) {
                Level::Allow => return None,
                Level::Warn => Severity::Warning,
                Level::Deny => Severity::Error,
            };
            Some(Finding { severity, ..finding })
        });
        kept.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lints(levels: &[(&str, Level)]) -> Result<Lints, String> {
        let levels: BTreeMap<String, Level> =
            levels.iter().map(|(name, level)| ((*name).to_owned(), *level)).collect();
        Lints::try_from(levels).map_err(|error| error.to_string())
    }

    fn finding(code: Code) -> Finding {
        Finding {
            code,
            severity: Severity::Error,
            path: "lab.md".into(),
            span: 0..1,
            line: 1,
            column: 1,
            message: String::new(),
            help: None,
            remedies: Vec::new(),
        }
    }

    #[test]
    fn the_book_sets_the_severity_of_findings() {
        let lints = lints(&[("exit-status", Level::Warn), ("timeout", Level::Allow)]).unwrap();
        let findings = [Code::ExitStatus, Code::Timeout, Code::NotRun].map(finding);
        let kept: Vec<_> =
            lints.apply(findings).iter().map(|finding| (finding.code, finding.severity)).collect();
        assert_eq!(kept, [(Code::ExitStatus, Severity::Warning), (Code::NotRun, Severity::Error)]);
    }

    #[test]
    fn an_unknown_lint_is_an_error_with_a_remedy() {
        let error = |name| lints(&[(name, Level::Warn)]).unwrap_err();
        assert_eq!(error("exit-satus"), "unknown lint `exit-satus`: did you mean `exit-status`?");
        assert!(
            error("zzz")
                .starts_with("unknown lint `zzz`: use one of `unknown-attribute`, `bad-attribute`")
        );
    }

    #[test]
    fn every_code_is_found_by_its_name() {
        for code in Code::ALL {
            assert_eq!(Code::from_name(code.name()), Some(*code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }
}
