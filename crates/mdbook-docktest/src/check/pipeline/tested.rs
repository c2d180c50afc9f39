//! Whether a script looks at a status, as far as only its text shows that.

use crate::extract::commands::{
    Pipeline, Token, negated, part_text, pipelines, tokens, uses_status,
};
use crate::model::recording::{CommandRecording, Failure};

use super::SIGPIPE;

/// Whether a simple command that has exited with this status has failed.
pub(super) fn is_failure(command: &CommandRecording, failure: &Failure, status: i32) -> bool {
    !is_value(command, failure)
        && status != SIGPIPE
        && !is_status_used(&command.command, &failure.command)
}

/// Whether the status is that of arithmetic, which says whether its value is 0, unless it has no value: `(( 1 / 0 ))`.
fn is_value(command: &CommandRecording, failure: &Failure) -> bool {
    let sign = ["((", "let "].into_iter().find(|sign| failure.command.starts_with(sign));
    sign.is_some_and(|sign| {
        let complaint = format!(": {}: ", sign.trim_end());
        !command.transcript.output().lines().any(|line| line.contains(&complaint))
    })
}

/// Whether the script looks at the status each time that a command has failed, of which it looks only sometimes: it has
/// failed no more often than that.
pub(crate) fn is_looked_at(command: &str, failure: &Failure, count: usize) -> bool {
    let looks = looks(command, &failure.command);
    let seen = looks.iter().filter(|is_seen| **is_seen).count();
    failure.statuses.len() == 1 && seen < looks.len() && count <= seen
}

/// Whether the command behind `part` uses `$?` or PIPESTATUS, wherever that part stands. If it is not in the text, it is
/// run by something that is: then any command can be the one behind it.
fn is_status_used(command: &str, part: &str) -> bool {
    let looks = looks(command, part);
    if looks.is_empty() { uses_status(command) } else { looks.iter().all(|is_seen| *is_seen) }
}

/// Returns, for each place of a command where `part` stands, whether what is behind it looks at its status, or `!` in front
/// of it does.
fn looks(command: &str, part: &str) -> Vec<bool> {
    let is_in_word = |text: char| text.is_alphanumeric() || "_-./:=$@%+,".contains(text);
    let places = command.match_indices(part).map(|(start, _)| start);
    let places = places.filter(|start| {
        let (before, behind) = (&command[..*start], &command[start + part.len()..]);
        !part.is_empty() && !before.ends_with(is_in_word) && !behind.starts_with(is_in_word)
    });
    let negated = negated(command);
    let is_negated = |start: usize| negated.iter().any(|range| range.contains(&start));
    places.map(|start| is_negated(start) || is_seen_at(command, start, part)).collect()
}

/// Whether what is behind `part` at this place looks at its status.
fn is_seen_at(command: &str, start: usize, part: &str) -> bool {
    let before = command[..start].trim_end();
    // `$?` is the status of a substitution only where that is the value of an assignment.
    let substitution = before.strip_suffix("$(").or_else(|| before.strip_suffix('`'));
    if substitution.is_some_and(|before| !before.trim_end_matches('"').ends_with('=')) {
        return false;
    }
    let rest = without_closing(&command[start + part.len()..]);
    // What `&&` keeps from running looks at nothing.
    let rest = if rest.starts_with("&&") { behind_and(command, rest) } else { rest };
    uses_status(rest.split([';', '\n']).next().unwrap_or_default())
}

/// Returns a text without what can be between the end of a command and the next one.
fn without_closing(text: &str) -> &str {
    text.trim_start_matches([' ', '\t', '\n', ';', ')', '}', '`', '"'])
}

/// Returns what bash runs next if the command before `rest` fails. `rest` is the end of the command, and begins with `&&`.
fn behind_and<'a>(command: &'a str, rest: &str) -> &'a str {
    let place = command.len() - rest.len();
    let is_here = |token: &Token| matches!(token, Token::End(sign) if sign.start == place);
    let mut depth = 0;
    let mut later = tokens(command).into_iter().skip_while(|token| !is_here(token));
    let end = later.find_map(|token| match token {
        Token::Open(_) => {
            depth += 1;
            None
        }
        Token::Close => {
            depth -= 1;
            None
        }
        Token::End(sign) if depth <= 0 && &command[sign.clone()] != "&&" => Some(sign.end),
        _ => None,
    });
    end.map_or("", |end| without_closing(&command[end..]))
}

/// Returns the texts of the parts of the pipeline that has failed, or none if they are not known. Returns `None` if something
/// depends on the pipeline's status.
pub(super) fn untested_pipeline(
    command: &CommandRecording,
    failure: &Failure,
) -> Option<Vec<String>> {
    let text = &command.command[..];
    let all = pipelines(text);
    let is_candidate = |pipeline: &&Pipeline| pipeline.parts.len() == failure.statuses.len();
    let candidates: Vec<&Pipeline> = all.iter().filter(is_candidate).collect();
    // Bash prints a command with other blanks than the author writes.
    let squeezed = |text: &str| text.split_whitespace().collect::<String>();
    let last = squeezed(&failure.command);
    let has_last = |pipeline: &&&Pipeline| {
        pipeline.parts.iter().any(|part| squeezed(part_text(text, part)) == last)
    };
    let named: Vec<&Pipeline> = candidates.iter().filter(has_last).copied().collect();
    if let Some(untested) = named.iter().find(|pipeline| !pipeline.is_tested) {
        let parts = untested.parts.iter();
        let last = untested.parts.last().map_or("", |part| part_text(text, part));
        if is_status_used(text, last) {
            return None;
        }
        return Some(parts.map(|part| part_text(text, part).to_owned()).collect());
    }
    let tests_something = ["&&", "||", "!", "if ", "while ", "until "];
    let is_tested = match (&named[..], failure.in_function) {
        ([_, ..], _) => true,
        // The function may be run where something depends on its status.
        (_, true) => tests_something.iter().any(|sign| text.contains(sign)),
        _ => candidates.iter().any(|pipeline| pipeline.is_tested),
    };
    (!is_tested).then(Vec::new)
}
