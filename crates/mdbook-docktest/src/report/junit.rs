//! The report as JUnit XML, which most build servers show: a suite for each chapter, a case for
//! each step.
//!
//! The form has no standard; the one of <https://llg.cubic.org/docs/junit/> is what servers read.

use std::path::Path;
use std::time::Duration;

use quick_junit::{NonSuccessKind, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{Chapter, Report};
use crate::model::finding::Finding;
use crate::model::recording::CommandRecording;
use crate::model::scenario::Step;
use crate::model::status::StepStatus;
use crate::terminal::{plain, text};

/// Writes the report.
///
/// # Errors
///
/// Those of quick-junit; plain data as this gives none.
pub(crate) fn junit(report: &Report) -> Result<String, SerializeError> {
    let mut document = quick_junit::Report::new("mdbook-docktest");
    let suites: Vec<TestSuite> =
        report.chapters.iter().map(suite).chain(report.files.iter().map(suite_of_file)).collect();
    document.set_time(suites.iter().filter_map(|suite| suite.time).sum());
    document.add_test_suites(suites);
    document.to_string()
}

fn suite(chapter: &Chapter) -> TestSuite {
    let steps = chapter.steps().iter().zip(chapter.statuses()).enumerate();
    let cases: Vec<TestCase> = steps
        .map(|(index, (step, status))| case(chapter, step, chapter.commands(index), status))
        .chain(case_of_no_step(chapter))
        .collect();
    suite_of(&chapter.path, cases)
}

/// What is wrong with a file that is no chapter.
fn suite_of_file(finding: &Finding) -> TestSuite {
    suite_of(&finding.path, failing_case(&[finding]).into_iter().collect())
}

fn suite_of(path: &Path, mut cases: Vec<TestCase>) -> TestSuite {
    let path = path.display().to_string();
    let mut suite = TestSuite::new(path.as_str());
    for case in &mut cases {
        case.set_classname(path.as_str());
    }
    suite.set_time(cases.iter().filter_map(|case| case.time).sum());
    suite.add_test_cases(cases);
    suite
}

fn case(
    chapter: &Chapter,
    step: &Step,
    commands: &[CommandRecording],
    status: StepStatus,
) -> TestCase {
    let findings: Vec<&Finding> =
        chapter.findings_in_order().filter(|finding| step.is_subject_of(finding)).collect();
    let status = match status {
        StepStatus::Passed => TestCaseStatus::success(),
        StepStatus::Failed => failure(&findings, commands),
        StepStatus::Skipped => skipped("it did not run"),
        StepStatus::Ignored => skipped("it is marked `ignore`"),
    };
    let first = step.script.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let mut case = TestCase::new(format!("line {}: {}", step.line, first.trim()), status);
    case.set_time(commands.iter().map(CommandRecording::duration).sum());
    case
}

/// What is wrong with a chapter and none of its steps would be lost without a case of its own.
fn case_of_no_step(chapter: &Chapter) -> Option<TestCase> {
    let is_of_a_step =
        |finding: &Finding| chapter.steps().iter().any(|step| step.is_subject_of(finding));
    let findings: Vec<&Finding> =
        chapter.findings_in_order().filter(|finding| !is_of_a_step(finding)).collect();
    failing_case(&findings)
}

/// A case for findings that no step is about; nothing where none of them is an error.
fn failing_case(findings: &[&Finding]) -> Option<TestCase> {
    findings.iter().any(|finding| finding.is_error()).then(|| {
        let mut case = TestCase::new("the chapter", failure(findings, &[]));
        case.set_time(Duration::ZERO);
        case
    })
}

fn skipped(why: &str) -> TestCaseStatus {
    let mut status = TestCaseStatus::skipped();
    status.set_message(why);
    status
}

/// The first error gives the title; all findings and the transcript are the text.
fn failure(findings: &[&Finding], commands: &[CommandRecording]) -> TestCaseStatus {
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    if let Some(first) = findings.iter().find(|finding| finding.is_error()) {
        status.set_message(plain(&first.message)).set_type(first.code.name());
    }
    let findings = findings.iter().copied().map(described);
    let transcript = commands.iter().map(shown);
    let description: Vec<String> = findings.chain(transcript).collect();
    status.set_description(description.join("\n"));
    status
}

fn described(finding: &Finding) -> String {
    let place = format!("{}:{}:{}", finding.path.display(), finding.line, finding.column);
    let mut text = format!("{place}: {} [{}]\n", plain(&finding.message), finding.code);
    if let Some(help) = &finding.help {
        text += &format!("{}\n", plain(help));
    }
    text
}

fn shown(command: &CommandRecording) -> String {
    let transcript = text(&command.transcript);
    format!("$ {}\n{}\n", plain(&command.command), transcript.trim_end())
}
