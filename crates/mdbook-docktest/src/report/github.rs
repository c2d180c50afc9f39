//! The report for GitHub Actions: findings as workflow commands, which GitHub shows at the lines
//! that they are about, then the summary.
//!
//! The format is documented at
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>, and the
//! escaping of values only by the source: see `escapeData` and `escapeProperty` in
//! <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.

use super::{Chapter, Report, human};
use crate::model::finding::{Finding, Severity};
use crate::terminal::plain;

/// Formats one command a line for each finding, and the summary.
pub(crate) fn github(report: &Report) -> String {
    let findings = report.chapters.iter().flat_map(Chapter::findings_in_order);
    let mut text: String = findings.chain(&report.files).map(command).collect();
    text.push_str(&human::summary(report));
    text
}

fn command(finding: &Finding) -> String {
    let name = match finding.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let message = match &finding.help {
        Some(help) => format!("{}\n{help}", finding.message),
        None => finding.message.clone(),
    };
    format!(
        "::{name} file={},line={},col={},title=docktest {}::{}\n",
        property(&finding.path.to_string_lossy()),
        finding.line,
        finding.column,
        finding.code,
        data(&plain(&message)),
    )
}

fn data(text: &str) -> String {
    // `%` first, as the other replacements add it.
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
