//! The report for GitHub Actions: findings as workflow commands, which GitHub shows in the lines
//! that they are about, then the line of figures.
//!
//! The form is that of
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>. Of how
//! values are escaped the page says nothing; `escapeData` and `escapeProperty` in
//! <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts> do.

use super::{Chapter, Report, human};
use crate::model::finding::{Finding, Severity};
use crate::terminal::plain;

/// Writes a command for each finding, one a line.
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
    // First the sign that the others bring in.
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
