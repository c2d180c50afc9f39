//! What the text between a step and an `output` block says about the block.

use super::command_line::{Reading, reading};

/// Words of sentences about what is printed elsewhere.
const ELSEWHERE: [&str; 9] = [
    "alternatively",
    "instead",
    "mac",
    "macos",
    "otherwise",
    "powershell",
    "sinon",
    "unless",
    "windows",
];

/// Words of conditions.
const IF: [&str; 4] = ["if", "in case", "when", "si"];

/// What makes a condition one that is not the usual one.
const FAILURES: [&str; 13] = [
    "already", "cannot", "denied", "erreur", "error", "errors", "fail", "failed", "fails",
    "missing", "no", "not", "wrong",
];

/// Returns the last command that inline code names and a script does not have.
pub(super) fn other_command<'a>(prose: &'a str, script: &str) -> Option<&'a str> {
    let codes = prose.split('`').skip(1).step_by(2).map(str::trim);
    let is_other = |code: &&str| {
        code.contains(' ') && reading(code) == Reading::Command && !script.contains(*code)
    };
    codes.filter(is_other).last()
}

/// Whether the last paragraph says that what follows is printed in another case than that of the step.
pub(super) fn is_of_another_case(prose: &str) -> bool {
    let prose = prose.trim().to_lowercase();
    let paragraph = prose.rsplit("\n\n").next().unwrap_or_default();
    let words: Vec<&str> = paragraph
        .split(|c: char| !(c.is_alphanumeric() || matches!(c, '\'' | '’')))
        .filter(|word| !word.is_empty())
        .collect();
    let has_any = |list: &[&str]| words.iter().any(|word| list.contains(word));
    let is_negated = words.iter().any(|word| word.ends_with("n't") || word.ends_with("n’t"));
    has_any(&ELSEWHERE) || has_any(&IF) && (has_any(&FAILURES) || is_negated)
}
