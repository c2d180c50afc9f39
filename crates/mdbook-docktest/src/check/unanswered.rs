//! Finds questions that nobody has answered. Docker takes the end of its input for a no, and exits with 0.

use std::sync::LazyLock;

use regex::Regex;

use super::Difference;
use crate::extract::info_edit::set_attribute;
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End, Transcript};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{ExitExpectation, Step};
use crate::model::stream::{Stream, Streams};
use crate::terminal::{self, screen};
use crate::text::question;

/// Returns the question with which a command of a step has ended, or for whose answer it still waits.
pub(super) fn question(step: &Step, index: usize, command: &CommandRecording) -> Option<String> {
    if command.end == End::Unanswered {
        let output = terminal::output(&command.transcript, Streams::Both);
        return Some(output.lines().last().unwrap_or_default().trim().to_owned());
    }
    let can_wait =
        matches!(command.end, End::Exited { .. } | End::TimedOut { .. } | End::Open | End::Typed);
    // Whoever expects another status, knows what happens without an answer.
    if !can_wait || step.attributes.exit != ExitExpectation::default() {
        return None;
    }
    if ends_with_line(&command.transcript) {
        return None;
    }
    let line = open_question(&command.transcript)?;
    let expectation = step.commands.get(index).and_then(|command| command.expectation.as_ref());
    let expected = expectation.into_iter().chain(&step.expectations);
    // Who shows the question without an answer, shows what happens without one. A password is never shown.
    let is_shown = expected.filter_map(|expectation| expectation.text.lines().last());
    let is_shown = is_shown.map(str::trim).any(|last| last == line && !line.ends_with(':'));
    (!is_shown).then_some(line)
}

/// The question that the output of a command ends with, if nothing was typed at it.
fn open_question(transcript: &Transcript) -> Option<String> {
    let mut pieces = screen(transcript);
    // The key that stops a command at its time limit is no answer.
    while pieces.last().is_some_and(|last| last.text.trim() == "^C") {
        pieces.pop();
    }
    if pieces.last()?.stream == Stream::Typed {
        return None;
    }
    let text: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let text = text.strip_suffix("^C\n").or(text.strip_suffix("^C")).unwrap_or(&text);
    let line = text.rsplit('\n').next().filter(|line| question::is_open(line))?;
    Some(line.trim().to_owned())
}

/// A quick test that most output passes: whether it ends with a line, and so with no question. The sign of a key can
/// follow one.
fn ends_with_line(transcript: &Transcript) -> bool {
    let chunks = &transcript.chunks;
    transcript.terminal.is_none()
        && chunks
            .last()
            .is_none_or(|last| last.text.ends_with('\n') && last.stream != Stream::Typed)
        && !chunks.iter().any(|chunk| chunk.text.contains('^'))
}

/// The finding about a question.
pub(super) fn difference(
    step: &Step,
    span: std::ops::Range<usize>,
    question: &str,
    end: End,
) -> Difference {
    let has_input = step.attributes.stdin.is_some();
    let is_secret = question::is_for_secret(question);
    let answer = if question::is_yes_or_no(question) {
        "y\\n".to_owned()
    } else {
        "…\\n".repeat(secrets(step))
    };
    let help = match (has_input, is_secret) {
        (true, _) => "`stdin` has no line left: add one, which ends with `\\n`".to_owned(),
        (false, true) => format!(
            "add `stdin=\"{answer}\"` with what a reader types here, which the page does not show"
        ),
        // Whatever its status may be, it does not end by itself.
        (false, false) if end == End::Unanswered => format!("add `stdin=\"{answer}\"`"),
        (false, false) => format!("add `stdin=\"{answer}\"`, or `exit=any` if this is expected"),
    };
    Difference {
        code: Code::UnansweredQuestion,
        span,
        message: format!("it asked `{question}`, and nothing was typed"),
        help: Some(help),
        remedies: Vec::new(),
    }
}

/// The number of questions for secrets that the chapter shows in a step, but at least one.
fn secrets(step: &Step) -> usize {
    let of_commands = step.commands.iter().filter_map(|command| command.expectation.as_ref());
    let expectations = of_commands.chain(&step.expectations);
    let lines = expectations.flat_map(|expectation| expectation.text.lines());
    lines.filter(|line| question::is_hidden(line)).count().max(1)
}

/// Where a chapter sets a password: `-e POSTGRES_PASSWORD=secret`, `MYSQL_ROOT_PASSWORD: secret`.
static PASSWORD: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"\w*(?:PASSWORD|PASSWD|password)(?:=|: )["']?([\w.!@%+-]+)["']?(?:\s|$)"#)
        .expect("the regex is valid")
});

/// The password that a chapter sets, if it sets one only.
fn password(text: &str) -> Option<&str> {
    let mut found = PASSWORD.captures_iter(text).filter_map(|found| found.get(1));
    let first = found.next()?.as_str();
    found.all(|other| other.as_str() == first).then_some(first)
}

/// Adds answers to questions: yes where that is one, and the password that the chapter sets. `text` is the chapter's.
pub(super) fn add_remedies(text: &str, step: &Step, differences: &mut [Difference]) {
    for difference in differences {
        if difference.code != Code::UnansweredQuestion || step.attributes.stdin.is_some() {
            continue;
        }
        let question = difference.message.split('`').nth(1).unwrap_or_default();
        let (answer, basis) = if question::is_yes_or_no(question) {
            ("y\n".to_owned(), Basis::Proved)
        } else if let Some(password) = password(text).filter(|_| question::is_for_secret(question))
        {
            (format!("{password}\n").repeat(secrets(step)), Basis::Proposed)
        } else {
            continue;
        };
        let edit = set_attribute(text, &step.fence, "stdin", Some(&answer));
        let attribute = edit.text.trim_start_matches([',', ' ']);
        let title = format!("add `{attribute}`");
        difference.remedies = vec![Remedy { title, edits: vec![edit], basis }];
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::recording::Chunk;

    proptest! {
        #[test]
        fn output_that_ends_with_a_line_asks_nothing(
            texts in prop::collection::vec("(go on\\? |\\[y/N\\]|\\^C|a|\n|\r| |\x1b\\[0m|\x1b){0,4}", 0..4),
        ) {
            let streams = [Stream::Stdout, Stream::Typed, Stream::Stderr].into_iter().cycle();
            let chunk = |(stream, text)| Chunk { stream, at_ms: 0, text };
            let chunks = streams.zip(texts).map(chunk).collect();
            let transcript = Transcript { chunks, ..Transcript::default() };
            prop_assert!(!ends_with_line(&transcript) || open_question(&transcript).is_none());
        }
    }
}
