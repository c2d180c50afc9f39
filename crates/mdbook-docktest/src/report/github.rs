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

use std::borrow::Cow;
use std::path::{Component, Path, PathBuf};

use super::remedies::changed_lines;
use super::{Chapter, Report, human};
use crate::model::finding::{Finding, Severity};
use crate::terminal::plain;

/// Where the paths of findings begin, and those that GitHub knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checkout {
    /// The root of the repository, absolute.
    pub root: PathBuf,
    /// The current directory, absolute.
    pub directory: PathBuf,
}

impl Checkout {
    /// The path of a file from the root of the repository. One outside of it stays as it is.
    fn path<'a>(&self, path: &'a Path) -> Cow<'a, Path> {
        let mut whole = PathBuf::new();
        for component in self.directory.join(path).components() {
            match component {
                Component::ParentDir => _ = whole.pop(),
                component => whole.push(component),
            }
        }
        whole.strip_prefix(&self.root).map_or(path.into(), |path| path.to_owned().into())
    }
}

/// Formats one command a line for each finding, and the summary.
pub(crate) fn github(report: &Report, checkout: &Checkout) -> String {
    let of_chapter = |chapter: &Chapter| -> String {
        let findings = chapter.findings_in_order();
        findings.map(|finding| command(finding, chapter.text(), checkout)).collect()
    };
    let mut text: String = report.chapters.iter().map(of_chapter).collect();
    text.extend(report.files.iter().map(|finding| command(finding, "", checkout)));
    text.push_str(&human::summary(report, human::Colours::Off));
    text
}

/// `text` is the text of the file.
fn command(finding: &Finding, text: &str, checkout: &Checkout) -> String {
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
        property(&checkout.path(&finding.path).to_string_lossy()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_begin_at_the_root_of_the_repository() {
        let checkout = |root: &str, directory: &str| Checkout {
            root: root.into(),
            directory: directory.into(),
        };
        for (root, directory, path, expected) in [
            ("/r", "/r", "src/a.md", "src/a.md"),
            ("/r", "/r/docs", "src/a.md", "docs/src/a.md"),
            ("/r", "/r/docs/en", "./src/a.md", "docs/en/src/a.md"),
            ("/r", "/r/docs/en", "../fr/src/a.md", "docs/fr/src/a.md"),
            ("/r", "/r/docs", "/r/docs/src/a.md", "docs/src/a.md"),
            ("/r", "/r/docs", "../../s/a.md", "../../s/a.md"),
            ("/r", "/r", "/tmp/a.md", "/tmp/a.md"),
        ] {
            let found = checkout(root, directory);
            assert_eq!(found.path(Path::new(path)), Path::new(expected), "{directory} {path}");
        }
    }
}
