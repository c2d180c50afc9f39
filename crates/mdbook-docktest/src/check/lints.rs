//! How much each kind of finding weighs: `[preprocessor.docktest.lints]` in book.toml.
//!
//! Who makes a finding does not know how bad it is. The levels decide that, once, when findings
//! are put into a report.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::model::finding::{Code, Finding, Level, Severity};
use crate::text::nearest::nearest;

/// The levels of a book.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "BTreeMap<String, Level>")]
pub struct Lints(BTreeMap<Code, Level>);

/// A name that no finding has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no lint `{name}`: {}", .nearest.map_or_else(all_names, did_you_mean))]
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
    format!("there are {}", names.join(", "))
}

impl TryFrom<BTreeMap<String, Level>> for Lints {
    type Error = UnknownLint;

    fn try_from(levels: BTreeMap<String, Level>) -> Result<Self, UnknownLint> {
        let levels = levels.into_iter().map(|(name, level)| match Code::named(&name) {
            Some(code) => Ok((code, level)),
            None => {
                Err(UnknownLint { nearest: nearest(&name, names()).and_then(Code::named), name })
            }
        });
        levels.collect::<Result<_, _>>().map(Self)
    }
}

impl Lints {
    /// The book's level for a code, else the code's own.
    pub fn level(&self, code: Code) -> Level {
        self.0.get(&code).copied().unwrap_or_else(|| code.default_level())
    }

    /// Drops what is allowed, and says of the rest how bad it is.
    pub fn apply(&self, findings: impl IntoIterator<Item = Finding>) -> Vec<Finding> {
        let weighed = findings.into_iter().filter_map(|finding| {
            let severity = match self.level(finding.code) {
                Level::Allow => return None,
                Level::Warn => Severity::Warning,
                Level::Deny => Severity::Error,
            };
            Some(Finding { severity, ..finding })
        });
        weighed.collect()
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
        }
    }

    #[test]
    fn the_book_decides_what_findings_weigh() {
        let lints = lints(&[("exit-status", Level::Warn), ("timeout", Level::Allow)]).unwrap();
        let findings = [Code::ExitStatus, Code::Timeout, Code::NotRun].map(finding);
        let weighed: Vec<_> =
            lints.apply(findings).iter().map(|finding| (finding.code, finding.severity)).collect();
        assert_eq!(
            weighed,
            [(Code::ExitStatus, Severity::Warning), (Code::NotRun, Severity::Error)]
        );
    }

    #[test]
    fn a_lint_that_does_not_exist_is_an_error_with_a_remedy() {
        let error = |name| lints(&[(name, Level::Warn)]).unwrap_err();
        assert_eq!(
            error("exit-satus"),
            "there is no lint `exit-satus`: did you mean `exit-status`?"
        );
        assert!(error("zzz").contains("`unknown-attribute`, `bad-attribute`"));
    }

    #[test]
    fn every_code_has_a_name_that_leads_back_to_it() {
        for code in Code::ALL {
            assert_eq!(Code::named(code.name()), Some(*code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
    }
}
