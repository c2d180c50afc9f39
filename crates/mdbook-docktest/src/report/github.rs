//! The report for GitHub Actions: findings as workflow commands, which GitHub shows at the lines
//! that they are about, then the summary.
//!
//! A remedy is a part of the message, as GitHub has no other place for it: blocks of suggestions are for
//! comments. GitHub shows ten errors and ten warnings of a step of a workflow, and keeps the others in its
//! log.
//!
//! The format is documented at
//! <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands>, and the
//! escaping of values only by the source: see `escapeData` and `escapeProperty` in
//! <https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts>.

use super::remedies::changed_lines;
use super::{Chapter, Report, human};
use crate::model::finding::{Finding, Severity};
use crate::terminal::plain;

/// Formats one command a line for each finding, and the summary.
pub(crate) fn github(report: &Report) -> String {
    let of_chapter = |chapter: &Chapter| -> String {
        chapter.findings_in_order().map(|finding| command(finding, chapter.text())).collect()
    };
    let mut text: String = report.chapters.iter().map(of_chapter).collect();
    text.extend(report.files.iter().map(|finding| command(finding, "")));
    text.push_str(&human::summary(report, human::Colours::Off));
    text
}

/// `text` is the text of the file.
fn command(finding: &Finding, text: &str) -> String {
    let name = match finding.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    let mut message = finding.message.clone();
    if let Some(help) = &finding.help {
        message.push_str(&format!("\n{help}"));
    }
    if let Some(remedy) = finding.remedies.first() {
        message.push_str(&format!("\nsuggestion: {}", remedy.title));
        for line in changed_lines(text, remedy) {
            message.push_str(&format!("\n    {line}"));
        }
    }
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
