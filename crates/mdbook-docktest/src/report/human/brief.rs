//! Which findings are shown in full, and the others on one line each, grouped by their cause. None is left out.

use std::fmt::Write as _;
use std::ops::Range;

use super::{counted, harmless};
use crate::model::finding::{Code, Finding, Severity};

/// The number of findings that are shown in full: more than fit on a screen are hardly read.
const IN_FULL: usize = 10;

/// A finding and the text that it is shown in.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) finding: &'a Finding,
    /// The text of the file that the author edits; empty if it is not known.
    pub(super) source: &'a str,
    /// The place of the finding in it.
    pub(super) place: Range<usize>,
    /// Whether the chapter was read from this text, so that edits are places in it too.
    pub(super) is_as_read: bool,
}

/// The findings of a report.
#[derive(Debug, Default)]
pub(super) struct Listed<'a> {
    pub(super) in_full: Vec<Shown<'a>>,
    pub(super) on_one_line: Vec<&'a Finding>,
    /// Whether some are on one line only because there are many.
    pub(super) has_more: bool,
}

/// Selects the findings to show in full: the first errors, or warnings if there are few errors. Those that only
/// follow from others need no more than a line.
pub(super) fn select<'a>(findings: Vec<Shown<'a>>) -> Listed<'a> {
    let (consequences, own): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|shown| shown.finding.is_consequence());
    let errors = own.iter().filter(|shown| shown.finding.is_error()).count();
    let mut left = [IN_FULL, IN_FULL.saturating_sub(errors)];
    let mut listed = Listed::default();
    for shown in own {
        let left = &mut left[usize::from(!shown.finding.is_error())];
        if *left > 0 {
            *left -= 1;
            listed.in_full.push(shown);
        } else {
            listed.on_one_line.push(shown.finding);
        }
    }
    listed.has_more = !listed.on_one_line.is_empty();
    listed.on_one_line.extend(consequences.into_iter().map(|shown| shown.finding));
    listed
}

/// Findings with the same cause, which often have the same remedy.
struct Group<'a> {
    severity: Severity,
    code: Code,
    cause: Option<String>,
    findings: Vec<&'a Finding>,
}

/// Formats findings on a line each, with a title for those that have the same cause: errors first, and large groups first.
/// Empty if there are none.
pub(super) fn lines(findings: &[&Finding]) -> String {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for finding in findings {
        let (severity, code, cause) = (finding.severity, finding.code, cause(finding));
        let is_same = |group: &&mut Group<'_>| {
            (group.severity, group.code, &group.cause) == (severity, code, &cause)
        };
        match groups.iter_mut().find(is_same) {
            Some(group) => group.findings.push(finding),
            None => groups.push(Group { severity, code, cause, findings: vec![finding] }),
        }
    }
    // The order of the text remains among groups of the same size.
    groups.sort_by_key(|group| {
        (group.severity == Severity::Warning, std::cmp::Reverse(group.findings.len()))
    });
    let mut text = String::new();
    for group in &groups {
        text.push_str(&group.lines());
        text.push('\n');
    }
    text
}

impl Group<'_> {
    fn lines(&self) -> String {
        let level = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        let cause = self
            .cause
            .as_deref()
            .map_or_else(String::new, |cause| format!(": {}", harmless(cause)));
        let is_cause = |finding: &Finding| self.cause.as_ref() == Some(&finding.message);
        let place = |finding: &Finding| format!("{}:{}", finding.path.display(), finding.line);
        let message = |finding: &Finding| format!(": {}", harmless(&finding.message));
        let mut text = String::new();
        // Writing to a string cannot fail.
        if let [finding] = self.findings[..] {
            let cause = if is_cause(finding) { "" } else { &cause };
            let (place, message) = (place(finding), message(finding));
            let _ = writeln!(text, "{level}[{}]: {place}{message}{cause}", self.code);
            return text;
        }
        let count = counted(self.findings.len(), "finding");
        let _ = writeln!(text, "{level}[{}]: {count}{cause}", self.code);
        let advice = self.findings[0].help.as_deref().and_then(|help| help.lines().next());
        let is_same = |advice: &str| {
            self.findings.iter().all(|finding| {
                finding.help.as_deref().is_some_and(|help| help.lines().next() == Some(advice))
            })
        };
        if let Some(advice) = advice.filter(|advice| is_same(advice)) {
            let _ = writeln!(text, "  help: {}", harmless(advice));
        }
        for finding in &self.findings {
            let message = if is_cause(finding) { String::new() } else { message(finding) };
            let _ = writeln!(text, "  {}{message}", place(finding));
        }
        text
    }
}

/// Returns what findings of one cause have in common, beyond their code: the last line that a command has printed, or
/// the message.
fn cause(finding: &Finding) -> Option<String> {
    match finding.code {
        Code::ExitStatus if !finding.is_consequence() => {
            // Docker may refer to its own help below the error.
            let is_hint = |line: &&str| {
                (line.starts_with("See '") || line.starts_with("Run '")) && line.contains("--help'")
            };
            let mut lines = finding.help.as_deref()?.lines().rev().map(str::trim);
            let last = lines.find(|line| !is_hint(line))?;
            let last =
                last.strip_prefix("it printed `").map_or(last, |last| last.trim_end_matches('`'));
            Some(last.to_owned())
        }
        // Their messages have numbers of lines and times.
        Code::OutputMismatch | Code::Timeout | Code::StreamEnded | Code::NotRun => None,
        _ => Some(finding.message.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(line: usize, code: Code, severity: Severity, message: &str, help: &str) -> Finding {
        let help = Some(help.to_owned());
        let (path, message) = ("a.md".into(), message.to_owned());
        Finding {
            code,
            severity,
            path,
            span: 0..0,
            line,
            column: 1,
            message,
            help,
            remedies: Vec::new(),
        }
    }

    fn failed(line: usize, printed: &str) -> Finding {
        let help = format!("create it\nit printed `{printed}`");
        finding(line, Code::ExitStatus, Severity::Error, "exited with status 1", &help)
    }

    fn warning(line: usize) -> Finding {
        finding(line, Code::Leftover, Severity::Warning, "left over", "remove it")
    }

    fn numbers(findings: &[&Finding]) -> Vec<usize> {
        findings.iter().map(|finding| finding.line).collect()
    }

    fn selected(findings: &[Finding]) -> (Vec<usize>, Vec<usize>, bool) {
        let shown = |finding| Shown { finding, source: "", place: 0..0, is_as_read: false };
        let listed = select(findings.iter().map(shown).collect());
        let in_full: Vec<&Finding> = listed.in_full.iter().map(|shown| shown.finding).collect();
        (numbers(&in_full), numbers(&listed.on_one_line), listed.has_more)
    }

    #[test]
    fn errors_are_shown_in_full_before_warnings() {
        let warnings = (1..=4).map(warning);
        let errors = (5..=12).map(|line| failed(line, "no"));
        let all: Vec<Finding> = warnings.chain(errors).collect();
        assert_eq!(selected(&all), ([1, 2].into_iter().chain(5..=12).collect(), vec![3, 4], true));
        let many: Vec<Finding> =
            [warning(1)].into_iter().chain((2..=12).map(|line| failed(line, "no"))).collect();
        assert_eq!(selected(&many), ((2..=11).collect(), vec![1, 12], true));
    }

    #[test]
    fn what_follows_from_another_finding_takes_a_line() {
        let follows = finding(
            2,
            Code::ExitStatus,
            Severity::Error,
            "follows from line 1: `web` does not exist",
            "",
        );
        assert_eq!(selected(&[failed(1, "no"), follows]), (vec![1], vec![2], false));
    }

    #[test]
    fn findings_are_grouped_by_what_was_printed() {
        let mut all = vec![
            failed(1, "No such container: db"),
            warning(2),
            failed(3, "No such container: web"),
        ];
        all.push(failed(4, "No such container: web"));
        all.push(finding(5, Code::OutputMismatch, Severity::Error, "line 2 differs", "diff"));
        let follows = "follows from line 1: `db` does not exist";
        all.push(finding(6, Code::ExitStatus, Severity::Error, follows, ""));
        all.extend(
            [7, 8].map(|line| finding(line, Code::UnpinnedImage, Severity::Warning, "pin it", "")),
        );
        let all: Vec<&Finding> = all.iter().collect();
        assert_eq!(
            lines(&all),
            "error[exit-status]: 2 findings: No such container: web\n  help: create it\n  \
             a.md:3: exited with status 1\n  a.md:4: exited with status 1\n\n\
             error[exit-status]: a.md:1: exited with status 1: No such container: db\n\n\
             error[output-mismatch]: a.md:5: line 2 differs\n\n\
             error[exit-status]: a.md:6: follows from line 1: `db` does not exist\n\n\
             warning[unpinned-image]: 2 findings: pin it\n  a.md:7\n  a.md:8\n\n\
             warning[leftover]: a.md:2: left over\n\n"
        );
        assert_eq!(lines(&[]), "");
    }

    #[test]
    fn what_refers_to_the_help_of_docker_is_no_cause() {
        let help = "add it\nit printed:\n  unknown flag: --bad\n  See 'docker run --help'.";
        let found = finding(1, Code::ExitStatus, Severity::Error, "exited", help);
        assert_eq!(cause(&found).as_deref(), Some("unknown flag: --bad"));
    }

    #[test]
    fn escape_sequences_are_removed() {
        let shown = lines(&[&failed(1, "\u{1b}[31mred\u{202e}")]);
        assert_eq!(shown, "error[exit-status]: a.md:1: exited with status 1: red<U+202E>\n\n");
    }
}
