//! Finds questions that nobody has answered. Docker takes the end of its input for a no, and exits with 0.

use super::Difference;
use crate::extract::info_edit::set_attribute;
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{ExitExpectation, Step};
use crate::model::stream::Stream;
use crate::terminal::screen;
use crate::text::question;

/// Returns the question with which a command of a step has ended, or for whose answer it still waits.
pub(super) fn question(step: &Step, index: usize, command: &CommandRecording) -> Option<String> {
    let can_wait =
        matches!(command.end, End::Exited { .. } | End::TimedOut { .. } | End::Open | End::Typed);
    // Whoever expects another status, knows what happens without an answer.
    if !can_wait || step.attributes.exit != ExitExpectation::default() {
        return None;
    }
    let mut pieces = screen(&command.transcript);
    // The key that stops a command at its time limit is no answer.
    while pieces.last().is_some_and(|last| last.text.trim() == "^C") {
        pieces.pop();
    }
    if pieces.last()?.stream == Stream::Typed {
        return None;
    }
    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let text = text.strip_suffix("^C\n").or(text.strip_suffix("^C")).unwrap_or(&text);
    let line = text.rsplit('\n').next().filter(|line| question::is_open(line))?.trim();
    let expectation = step.commands.get(index).and_then(|command| command.expectation.as_ref());
    let expected = expectation.into_iter().chain(&step.expectations);
    // Who shows the question without an answer, shows what happens without one. A password is never shown.
    let is_shown = expected.filter_map(|expectation| expectation.text.lines().last());
    let is_shown = is_shown.map(str::trim).any(|last| last == line && !line.ends_with(':'));
    (!is_shown).then(|| line.to_owned())
}

/// The finding about a question.
pub(super) fn difference(span: std::ops::Range<usize>, question: &str) -> Difference {
    let answer = if question::is_yes_or_no(question) { "y\\n" } else { "…\\n" };
    Difference {
        code: Code::UnansweredQuestion,
        span,
        message: format!("it asked `{question}`, and nothing was typed"),
        help: Some(format!("add `stdin=\"{answer}\"`, or `exit=any` if this is expected")),
        remedies: Vec::new(),
    }
}

/// Adds the answer yes to questions that can be answered so. `text` is the chapter's.
pub(super) fn add_remedies(text: &str, step: &Step, differences: &mut [Difference]) {
    for difference in differences {
        let is_yes_or_no = difference.message.split('`').nth(1).is_some_and(question::is_yes_or_no);
        if difference.code != Code::UnansweredQuestion
            || !is_yes_or_no
            || step.attributes.stdin.is_some()
        {
            continue;
        }
        difference.remedies = vec![Remedy {
            title: "add `stdin=\"y\\n\"`".to_owned(),
            edits: vec![set_attribute(text, &step.fence, "stdin", Some("y\n"))],
            basis: Basis::Proved,
        }];
    }
}
