//! Puts the book's values in the place of placeholders, and holds back the steps that cannot run as they
//! are written: those with a placeholder without a value, and synopses.
//!
//! A step with an expected exit status other than 0 runs as it is, as its author knows that it fails; but not
//! with a placeholder in angle brackets, because of which bash would fail.

use std::ops::Range;

use super::info_edit::set_attribute;
use super::own_container::Started;
use super::placeholders::{mask, occurrences, placeholders};
use super::synopsis::synopsis;
use crate::model::finding::{Code, Finding, Severity};
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{
    Command, ExitExpectation, Expectation, Scenario, Substitution, substituted,
};
use crate::model::values::{Reading, Values};
use crate::text::position::LineStarts;

/// Fills in the values, and holds back the steps that cannot run.
pub(super) fn fill_in(scenario: &mut Scenario, text: &str, lines: &LineStarts, reading: &Reading) {
    if !reading.values.is_empty() {
        put_in_values(scenario, &reading.values);
    }
    let mut findings = Vec::new();
    let mut started = Started::default();
    for index in 0..scenario.steps.len() {
        let step = &scenario.steps[index];
        if !step.runs() {
            continue;
        }
        let mut found = Held::all(scenario, index, reading, &mut started);
        if step.attributes.exit != ExitExpectation::default() {
            // Bash takes angle brackets for redirections: the command would not even start.
            let is_redirection = |held: &Held| {
                let text = &scenario.steps[index].commands[held.command].text;
                held.code == Code::Placeholder && text[held.place.clone()].starts_with('<')
            };
            found.retain(is_redirection);
        }
        if !found.is_empty() {
            findings
                .extend(found.into_iter().map(|held| held.finding(scenario, index, (text, lines))));
            scenario.steps[index].is_held = true;
            started.was_held(&scenario.steps[index]);
        }
    }
    scenario.own_container = started.into_own();
    scenario.findings.append(&mut findings);
}

/// Puts values into commands, files, and the outputs that are expected of a command with a value or of a
/// later one.
fn put_in_values(scenario: &mut Scenario, values: &Values) {
    let mut used = Values::default();
    let substitute = |text: &str, used: &mut Values| -> Vec<Substitution> {
        let found = occurrences(text, values).into_iter();
        let substitution = |(range, value): (Range<usize>, &str)| {
            used.insert(&text[range.clone()], value);
            Substitution { range, value: value.to_owned() }
        };
        found.map(substitution).collect()
    };
    for file in &mut scenario.files {
        file.substitutions = substitute(&file.text, &mut used);
    }
    for step in scenario.steps.iter_mut().filter(|step| step.runs()) {
        for command in &mut step.commands {
            command.substitutions = substitute(&command.text, &mut used);
        }
        let own = step.commands.iter_mut().filter_map(|command| command.expectation.as_mut());
        own.chain(&mut step.expectations).for_each(|expectation| expect_values(expectation, &used));
    }
}

fn expect_values(expectation: &mut Expectation, values: &Values) {
    // A bracket begins a pattern.
    let literal = |value: &str| match expectation.attributes.exact {
        true => value.to_owned(),
        false => value.replace('[', "[[]"),
    };
    let found = occurrences(&expectation.text, values).into_iter();
    let found: Vec<Substitution> =
        found.map(|(range, value)| Substitution { range, value: literal(value) }).collect();
    if !found.is_empty() {
        expectation.text = substituted(&expectation.text, &found).into_owned();
    }
}

/// Why a step is held.
struct Held {
    code: Code,
    /// The index of the command, and the place in its text.
    command: usize,
    place: Range<usize>,
}

impl Held {
    /// Returns all reasons why a step is to be held.
    fn all(
        scenario: &Scenario,
        step: usize,
        reading: &Reading,
        started: &mut Started,
    ) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        let commands = &scenario.steps[step].commands;
        // What is typed into a program has the program's syntax.
        let of_shell = commands.iter().enumerate().filter(|(_, command)| !command.is_typed());
        for (index, command) in of_shell {
            // With words in the place of what has a value.
            let filled_in: Vec<_> = command
                .substitutions
                .iter()
                .map(|substitution| substitution.range.clone())
                .collect();
            let script = mask(&command.text, &filled_in);
            let new = |code| move |place| Self { code, command: index, place };
            if !reading.runs_synopses
                && let Some(place) = synopsis(&script)
            {
                found.push(new(Code::Synopsis)(place));
            } else if !reading.runs_placeholders {
                let is_set = |name: &str| is_set(scenario, name);
                let mut places = placeholders(&script, &is_set);
                started.take_own(&script, &mut places);
                found.extend(places.into_iter().map(new(Code::Placeholder)));
            }
            started.add(&script, &command.script());
        }
        let texts: Vec<String> = found
            .iter()
            .map(|held| commands[held.command].text[held.place.clone()].to_owned())
            .collect();
        // One finding for each placeholder.
        let is_first = |index: usize| !texts[..index].contains(&texts[index]);
        let mut index = 0..;
        found.retain(|held| {
            index.next().is_some_and(|index| held.code == Code::Synopsis || is_first(index))
        });
        found
    }

    fn finding(
        self,
        scenario: &Scenario,
        step: usize,
        (text, lines): (&str, &LineStarts),
    ) -> Finding {
        let Self { code, command, place } = self;
        let step = &scenario.steps[step];
        let command = &step.commands[command];
        let name = &command.text[place.clone()];
        let ignore = |basis| Remedy {
            title: "add `ignore`".to_owned(),
            edits: vec![set_attribute(text, &step.fence, "ignore", None)],
            basis,
        };
        let (message, help, remedies) = if code == Code::Synopsis {
            let others =
                step.commands.iter().filter(|command| synopsis(&command.text).is_none()).count();
            let is_all = others == 0;
            let message = match others {
                0 => "this is a synopsis, not a command: it is not run".to_owned(),
                1 => "this is a synopsis, not a command: neither it nor the other command of the \
                      block is run"
                    .to_owned(),
                _ => format!(
                    "this is a synopsis, not a command: neither it nor the other {others} commands of \
                     the block are run"
                ),
            };
            let help = match is_all {
                true => "mark the block as `text`, or add `ignore` to keep its highlighting",
                false => {
                    "move it to a block of its own, marked as `text` or `ignore`; if it is a command, \
                     put quotes around its brackets"
                }
            };
            let basis = if is_all { Basis::Proved } else { Basis::Proposed };
            (message, help.to_owned(), vec![ignore(basis)])
        } else if matches!(name, "..." | "…") {
            let message = format!("`{name}` stands for a part of this command: it is not run");
            let help = "write the whole command; or add `ignore` if it is only shown";
            (message, help.to_owned(), vec![ignore(Basis::Proposed)])
        } else {
            let message = format!("the placeholder `{name}` has no value: this step is not run");
            let help = format!(
                "set what runs in its place in book.toml; or add `ignore` if the command is only shown:\n  \
                 [preprocessor.docktest.values]\n  {} = \"…\"",
                toml_key(name)
            );
            (message, help, vec![ignore(Basis::Proposed)])
        };
        let span = command.place(place).unwrap_or_else(|| command.span.clone());
        let (line, column) = lines.line_and_column(text, span.start);
        Finding {
            code,
            severity: Severity::Error,
            path: scenario.path.clone(),
            span,
            line,
            column,
            message,
            help: Some(help),
            remedies,
        }
    }
}

/// A key of a TOML table.
fn toml_key(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Programs and options after which a word is the name of something new.
const MAKES: [&str; 11] = [
    "mkdir",
    "touch",
    "--name",
    "-t",
    "--tag",
    "create",
    "clone",
    "new",
    "init",
    "--hostname",
    "--network-alias",
];

/// Whether a chapter gives a meaning to a name: as a variable, or as that of something it makes.
fn is_set(scenario: &Scenario, name: &str) -> bool {
    let commands = || scenario.steps.iter().flat_map(|step| &step.commands);
    let is_variable = |command: &Command| {
        command.text.match_indices(name).any(|(at, _)| {
            let (before, after) = (&command.text[..at], &command.text[at + name.len()..]);
            let is_expanded = before.ends_with('$') || before.ends_with("${");
            let is_assigned = after.starts_with('=')
                && before.chars().next_back().is_none_or(|c| c.is_whitespace() || c == ';');
            is_expanded || is_assigned
        })
    };
    let is_made = |command: &Command| {
        let words: Vec<&str> = command.text.split_ascii_whitespace().collect();
        let is_named = |pair: &[&str]| match pair {
            // An image cannot have a name in capitals.
            ["-t" | "--tag", word] if word.starts_with(|c: char| c.is_ascii_uppercase()) => false,
            [before, word] => *word == name && MAKES.contains(before),
            _ => false,
        };
        let is_directory = |words: &[&str]| words == ["mkdir", "-p", name];
        let named_at_once = format!("--name={name}");
        words.windows(2).any(is_named)
            || words.windows(3).any(is_directory)
            || words.contains(&&*named_at_once)
    };
    let is_capital_object = name.contains("_ID") || name.contains("_NAME");
    commands().any(is_variable) || (!is_capital_object && commands().any(is_made))
}

#[cfg(test)]
mod tests;
