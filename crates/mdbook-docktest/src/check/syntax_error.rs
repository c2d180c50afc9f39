//! Recognizes that bash could not parse a command, or has read it in another way than this program.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Difference;
use super::quote::quote;
use crate::extract::commands::is_complete;
use crate::model::finding::Code;
use crate::model::recording::{CommandRecording, End};
use crate::model::scenario::{Command, Step};
use crate::model::stream::Streams;
use crate::terminal;

/// Bash's status for a command that it could not parse.
const STATUS: i32 = 2;

/// How bash reports that, for a text that it evaluates.
static MESSAGE: LazyLock<Regex> = LazyLock::new(|| {
    let words = "syntax error|unexpected|conditional binary operator expected";
    Regex::new(&format!(r"(?m)^bash: eval: line (\d+): ((?:{words}).*?)\r?$"))
        .expect("it is a regex of our own")
});

/// Returns the difference if the command at this place of its step failed because bash could not parse it.
/// A command that evaluates a text by itself may have given it a wrong one.
pub(super) fn difference(
    step: &Step,
    span: &Range<usize>,
    recorded: &CommandRecording,
) -> Option<Difference> {
    let evaluates = || recorded.command.split_whitespace().any(|word| word.contains("eval"));
    if recorded.end.status() != Some(STATUS) || evaluates() {
        return None;
    }
    let output = terminal::output(&recorded.transcript, Streams::Both);
    let found = MESSAGE.captures(&output)?;
    let command = step.commands.iter().find(|command| command.span == *span);
    // What is never closed is reported below the last line. The first one is where it begins.
    let line = found[1].parse().ok().and_then(|number| line_of(command?, number));
    Some(Difference {
        code: Code::SyntaxError,
        span: line.unwrap_or_else(|| span.clone()),
        message: format!("bash cannot parse this command: {}", &found[2]),
        help: Some(format!("correct it, or mark the block as `text`\n{}", quote(recorded))),
        remedies: Vec::new(),
    })
}

/// Returns the place of a command's line, counted from 1, without the blanks around it; `None` if it has no
/// such line, or a blank one.
fn line_of(command: &Command, number: usize) -> Option<Range<usize>> {
    let index = number.checked_sub(1)?;
    let (text, place) = (command.text.lines().nth(index)?, command.lines.get(index)?);
    let start = place.start + text.len() - text.trim_start().len();
    (start < place.end).then_some(start..place.end)
}

/// Returns the difference if bash has run a command to its end that lacks one to this program. It then may be
/// several commands, of which only the last one's status is known.
pub(super) fn doubt(span: &Range<usize>, recorded: &CommandRecording) -> Option<Difference> {
    let text = &recorded.command;
    let has_run = matches!(recorded.end, End::Exited { .. }) && text.contains('\n');
    // A line that is continued, but not by anything, is read the same way.
    if !has_run || text.ends_with('\\') || is_complete(text) {
        return None;
    }
    let output = terminal::output(&recorded.transcript, Streams::Both);
    if MESSAGE.is_match(&output) {
        return None;
    }
    Some(Difference {
        code: Code::UnclearCommands,
        span: span.clone(),
        message: "it is unclear where this command ends: it is judged together with all below it"
            .to_owned(),
        help: Some("move the commands below it to blocks of their own".to_owned()),
        remedies: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::check::findings_by_default;
    use crate::extract::{Extensions, extract};
    use crate::model::recording::{Chunk, Recording, StepRecording, Transcript};
    use crate::model::stream::Stream;

    /// Returns the findings of a chapter with one step, of which each command ended with a status and printed
    /// a text.
    fn findings(script: &str, ends: &[(i32, &str)]) -> Vec<String> {
        let text = format!("# T\n\n```bash\n{script}\n```\n");
        let scenario = extract(Path::new("a.md"), &text, Extensions::default());
        let commands =
            scenario.steps[0].commands.iter().zip(ends).map(|(command, (status, text))| {
                let chunk = Chunk { stream: Stream::Stderr, at_ms: 0, text: (*text).to_owned() };
                CommandRecording::new(
                    command.text.clone(),
                    End::Exited { status: *status },
                    Transcript { chunks: vec![chunk], ..Transcript::default() },
                )
            });
        let steps = vec![StepRecording::Ran { commands: commands.collect(), effects: Vec::new() }];
        let recording = Recording { steps, ..Recording::default() };
        let found = findings_by_default(&text, &scenario, &recording);
        let describe = |found: &crate::model::finding::Finding| {
            format!("{} {}: {}", found.code, found.line, found.message)
        };
        found.iter().map(describe).collect()
    }

    #[test]
    fn the_words_of_bash_are_at_the_line_that_it_names() {
        let printed = "bash: eval: line 2: syntax error near unexpected token `)'\n\
                       bash: eval: line 2: `  echo )'\n";
        assert_eq!(
            findings("true\nif true; then\n  echo )\nfi", &[(0, ""), (2, printed)]),
            [
                "syntax-error 6: bash cannot parse this command: syntax error near unexpected token `)'"
            ]
        );
    }

    #[test]
    fn what_is_never_closed_is_at_its_first_line() {
        let printed = "bash: eval: line 3: syntax error: unexpected end of file\n";
        assert_eq!(
            findings("true\nif true; then\n  echo", &[(0, ""), (2, printed)]),
            [
                "syntax-error 5: bash cannot parse this command: syntax error: unexpected end of file"
            ]
        );
    }

    #[test]
    fn a_command_that_fails_while_it_runs_is_no_syntax_error() {
        for (command, printed) in [
            ("(( 1 + ))", "bash: line 1: ((: 1 + : syntax error: operand expected\n"),
            ("eval 'echo )'", "bash: eval: line 1: syntax error near unexpected token `)'\n"),
            ("./script", "./script: line 1: syntax error near unexpected token `)'\n"),
        ] {
            let found = findings(command, &[(2, printed)]);
            assert_eq!(found, ["exit-status 4: this command exited with status 2 instead of 0"]);
        }
    }

    #[test]
    fn a_command_that_has_run_although_it_lacks_its_end_is_doubtful() {
        let unclear = "unclear-commands 4: it is unclear where this command ends: it is judged \
                       together with all below it";
        assert_eq!(findings("echo 'a\nfalse\ntrue", &[(0, "")]), [unclear]);
        assert_eq!(findings("echo a \\\n  b \\", &[(0, "")]), [""; 0]);
        assert_eq!(findings("for i in 1; do\n  true\ndone", &[(0, "")]), [""; 0]);
    }
}
