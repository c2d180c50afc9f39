//! The report as JUnit XML, which most build servers show: a suite for each chapter, and a case for
//! each step.
//!
//! There is no standard; this is the format that servers read, see
//! <https://llg.cubic.org/docs/junit/>.

use std::collections::BTreeMap;
use std::time::Duration;

use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{Chapter, Report};
use crate::model::finding::{Code, Finding};
use crate::model::recording::CommandRecording;
use crate::model::scenario::Step;
use crate::model::status::StepStatus;
use crate::terminal::{plain, text};

/// The message of a step that failed after an image was missing: it has no finding of its own.
const AFTER_MISSING_IMAGE: &str =
    "this step failed after an image was missing; it may depend on the image";

/// Formats the report.
///
/// # Errors
///
/// Those of quick-junit, which do not occur with plain data.
pub(crate) fn junit(report: &Report) -> Result<String, SerializeError> {
    let part = report.part.map(|part| format!(" {}", part.partition)).unwrap_or_default();
    let mut document = quick_junit::Report::new(format!("mdbook-docktest{part}"));
    let suites: Vec<TestSuite> = report
        .chapters
        .iter()
        .map(chapter_suite)
        .chain(report.files.iter().map(file_suite))
        .collect();
    document.set_time(suites.iter().filter_map(|suite| suite.time).sum());
    document.add_test_suites(suites);
    document.to_string()
}

fn chapter_suite(chapter: &Chapter) -> TestSuite {
    let steps = chapter.steps().iter().zip(chapter.statuses()).enumerate();
    let mut findings = chapter
        .scenario()
        .map_or_else(BTreeMap::new, |scenario| scenario.by_step(chapter.findings_in_order()));
    let mut cases: Vec<TestCase> = steps
        .map(|(index, (step, status))| {
            let findings = findings.remove(&Some(index)).unwrap_or_default();
            case(&findings, step, chapter.commands(index), status)
        })
        .collect();
    // The errors of the chapter that are not about a step.
    cases.extend(failing_case(&findings.remove(&None).unwrap_or_default()));
    let path = chapter.path.display();
    let name = match &chapter.engine {
        Some(engine) => format!("{path} (Docker Engine {})", engine.short_version()),
        None => path.to_string(),
    };
    suite_with(&name, cases)
}

/// Returns the suite for a file that is not a chapter.
fn file_suite(finding: &Finding) -> TestSuite {
    let path = finding.path.display().to_string();
    suite_with(&path, failing_case(&[finding]).into_iter().collect())
}

fn suite_with(name: &str, mut cases: Vec<TestCase>) -> TestSuite {
    let name = legal(name);
    let mut suite = TestSuite::new(name.as_str());
    for case in &mut cases {
        case.set_classname(name.as_str());
    }
    suite.set_time(cases.iter().filter_map(|case| case.time).sum());
    suite.add_test_cases(cases);
    suite
}

fn case(
    findings: &[&Finding],
    step: &Step,
    commands: &[CommandRecording],
    status: StepStatus,
) -> TestCase {
    let status = match status {
        StepStatus::Passed => TestCaseStatus::success(),
        StepStatus::Failed => failure(findings, commands),
        StepStatus::Skipped => skipped("not run"),
        StepStatus::OtherEngine => skipped(&step.for_engine().unwrap_or_default()),
        StepStatus::Ignored => skipped("marked `ignore`"),
    };
    let first = step.script.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let name = format!("line {}: {}", step.line, first.trim());
    let mut case = TestCase::new(legal(&plain(&name)), status);
    case.set_time(commands.iter().map(CommandRecording::duration).sum());
    case
}

/// Returns a case for findings that are not about a step; `None` if there is no error among them.
fn failing_case(findings: &[&Finding]) -> Option<TestCase> {
    findings.iter().any(|finding| finding.is_error()).then(|| {
        let mut case = TestCase::new("the chapter", failure(findings, &[]));
        case.set_time(Duration::ZERO);
        case
    })
}

fn skipped(reason: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(reason);
    status
}

/// Returns a failure with the first error as its message, and all findings and transcripts as its
/// text.
fn failure(findings: &[&Finding], commands: &[CommandRecording]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    if let Some(first) = findings.iter().find(|finding| finding.is_error()) {
        status.set_message(legal(&plain(&first.message))).set_type(first.code.name());
    } else {
        status.set_message(AFTER_MISSING_IMAGE).set_type(Code::ImageMissing.name());
    }
    let findings = findings.iter().copied().map(finding_text);
    let transcript = commands.iter().map(command_text);
    let description: Vec<String> = findings.chain(transcript).collect();
    status.set_description(legal(&description.join("\n")));
    status
}

/// Replaces the characters that no XML document can contain, not even escaped
/// (<https://www.w3.org/TR/xml/#charsets>). quick-junit removes only some of them.
fn legal(text: &str) -> String {
    let is_legal = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.replace(|c| !is_legal(c), "\u{fffd}")
}

fn finding_text(finding: &Finding) -> String {
    let place = format!("{}:{}:{}", finding.path.display(), finding.line, finding.column);
    let mut text = format!("{place}: {} [{}]\n", plain(&finding.message), finding.code);
    if let Some(help) = &finding.help {
        text += &format!("{}\n", plain(help));
    }
    text
}

fn command_text(command: &CommandRecording) -> String {
    let transcript = text(&command.transcript);
    format!("$ {}\n{}\n", plain(&command.command), transcript.trim_end())
}
