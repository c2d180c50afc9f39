//! The IDs of a page that its later commands name, and what the run has in their place.

use std::borrow::Cow;
use std::collections::BTreeSet;

use crate::check::printed;
use crate::expect::{Bindings, Placeholders, changed_identities, identities, in_expected_order};
use crate::model::page_id::{PageId, named_in, with_actual_ids, with_page_ids, words};
use crate::model::recording::{CommandRecording, Transcript};
use crate::model::scenario::{Expectation, OwnContainer, Scenario, Step};
use crate::model::stream::Streams;
use crate::terminal;

/// The shortest part of an ID that is known in a command. Two digits are too often something else.
const SHORTEST: usize = 3;

/// How many characters of an ID Docker prints by default.
const SHORT: usize = 12;

/// How many characters the whole ID of a container has.
const FULL: usize = 64;

/// The IDs, generated names and tokens that a page shows and that later commands name.
#[derive(Debug, Clone, Default)]
pub(super) struct PageIds {
    placeholders: Placeholders,
    /// The version of the engine.
    engine: String,
    wanted: Vec<Wanted>,
    known: Vec<PageId>,
    /// The container that placeholders in commands stand for, and its ID as soon as it is known.
    own_container: Option<OwnContainer>,
    own_id: Option<String>,
}

/// A value of a page that later commands name.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Wanted {
    value: String,
    /// How commands name it: by the value, or its beginning.
    forms: BTreeSet<String>,
}

impl PageIds {
    /// Finds those of a chapter. A word that was in a command before the page shows it as a value is the author's own.
    pub(super) fn new(scenario: &Scenario, engine: &str, placeholders: &Placeholders) -> Self {
        let mut own: BTreeSet<&str> = BTreeSet::new();
        let mut shown: Vec<String> = Vec::new();
        let mut wanted: Vec<Wanted> = Vec::new();
        for step in &scenario.steps {
            for command in &step.commands {
                for word in words(&command.text) {
                    let value = shown.iter().find(|value| names(word, value));
                    match value.filter(|_| !own.contains(word)) {
                        None => {
                            own.insert(word);
                        }
                        Some(value) => add(&mut wanted, value, word),
                    }
                }
                let expectation = command.expectation.iter();
                shown.extend(
                    expectation.flat_map(|expectation| shown_by(expectation, placeholders)),
                );
            }
            let expectations = step.expectations_on(engine);
            shown.extend(expectations.flat_map(|expectation| shown_by(expectation, placeholders)));
        }
        let own_container = scenario.own_container.clone();
        Self {
            placeholders: placeholders.clone(),
            engine: engine.to_owned(),
            wanted,
            known: Vec::new(),
            own_container,
            own_id: None,
        }
    }

    /// Returns a command as it runs now.
    pub(super) fn actual<'t>(&self, command: &'t str) -> Cow<'t, str> {
        let actual = with_actual_ids(command, &self.known);
        let of_container = self.own_container.iter().flat_map(|own| &own.placeholders);
        let mut named =
            of_container.filter(|placeholder| command.contains(&**placeholder)).peekable();
        if named.peek().is_none() {
            return actual;
        }
        named.fold(actual, |text, placeholder| self.with_own_id(&text, placeholder).into())
    }

    /// Returns a command with the ID of the chapter's container in the place of a placeholder. Without the ID, one in
    /// brackets is quoted, so that docker says that there is no such container.
    fn with_own_id(&self, command: &str, placeholder: &str) -> String {
        let is_word = words(placeholder).next() == Some(placeholder);
        let quoted = format!("'{placeholder}'");
        match &self.own_id {
            Some(id) if is_word => {
                let id = PageId { page: placeholder.to_owned(), actual: id.clone() };
                with_actual_ids(command, &[id]).into_owned()
            }
            Some(id) => command.replace(&quoted, id).replace(placeholder, id),
            None if is_word || command.contains(&quoted) => command.to_owned(),
            None => command.replace(placeholder, &quoted),
        }
    }

    /// Learns the ID of the chapter's container from the command that has started it.
    pub(super) fn learn_container(&mut self, command: &str, transcript: &Transcript) {
        let starts = self.own_container.as_ref().is_some_and(|own| own.run == command);
        if starts && self.own_id.is_none() {
            let output = terminal::output(transcript, Streams::Both);
            let is_id = |line: &&str| {
                line.len() == FULL && line.bytes().all(|byte| byte.is_ascii_hexdigit())
            };
            let mut ids = output.lines().map(str::trim_ascii).filter(is_id);
            // A loop can have started more than one.
            self.own_id = ids.next().filter(|_| ids.next().is_none()).map(str::to_owned);
        }
    }

    /// Learns from what a command of a session has printed.
    pub(super) fn learn_from_command(&mut self, expected: &[&str], transcript: &Transcript) {
        if !self.wanted.is_empty() && !expected.is_empty() {
            self.learn(&expected.join("\n"), &terminal::output(transcript, Streams::Both));
        }
    }

    /// Learns from what all commands of a step have printed.
    pub(super) fn learn_from_step(&mut self, step: &Step, commands: &[CommandRecording]) {
        if self.wanted.is_empty() {
            return;
        }
        let expectations: Vec<&Expectation> = step.expectations_on(&self.engine).collect();
        for expectation in expectations {
            self.learn(&expectation.text, &printed(commands, expectation.attributes));
        }
    }

    /// The first value that is seen in the place of another one counts.
    fn learn(&mut self, expected: &str, actual: &str) {
        let actual = with_page_ids(actual, &self.known);
        let actual = in_expected_order(expected, &actual, &Bindings::default());
        for (page, actual) in changed_identities(expected, &actual, &self.placeholders) {
            let is_same =
                |wanted: &&Wanted| names(&page, &wanted.value) || names(&wanted.value, &page);
            let Some(wanted) = self.wanted.iter().find(is_same) else { continue };
            let mut forms: BTreeSet<&str> = wanted.forms.iter().map(String::as_str).collect();
            forms.insert(&page);
            if names(&page[..page.len().min(SHORTEST)], &page) {
                forms.extend(page.get(..SHORT));
            }
            for form in forms {
                let is_new = self.known.iter().all(|known| known.page != form);
                let Some(actual) = form_of(&actual, form, &page).filter(|_| is_new) else {
                    continue;
                };
                self.known.push(PageId { page: form.to_owned(), actual: actual.to_owned() });
            }
        }
    }

    /// Returns the known IDs that a command names or has printed.
    pub(super) fn concerning(&self, command: &CommandRecording) -> Vec<PageId> {
        if self.known.is_empty() {
            return Vec::new();
        }
        let output = terminal::output(&command.transcript, Streams::Both);
        let printed: BTreeSet<&str> = words(&output).collect();
        let named = named_in(&command.command, &self.known);
        let concerns = |id: &&PageId| named.contains(id) || printed.contains(id.actual.as_str());
        self.known.iter().filter(concerns).cloned().collect()
    }
}

/// Returns the values of a page's expectation that stand for one object.
fn shown_by(expectation: &Expectation, placeholders: &Placeholders) -> Vec<String> {
    if expectation.attributes.exact {
        return Vec::new();
    }
    identities(&expectation.text, placeholders)
}

/// Returns what the run has in the place of a form of a page's value; `None` if the page has shown less of the value
/// than the form.
fn form_of<'a>(actual: &'a str, form: &str, page: &str) -> Option<&'a str> {
    if form == page {
        Some(actual)
    } else {
        actual.get(..form.len()).filter(|_| page.starts_with(form))
    }
}

/// Whether a word names an object with this ID, name or token.
fn names(word: &str, value: &str) -> bool {
    let is_id = value.len() >= SHORT && value.bytes().all(|byte| byte.is_ascii_alphanumeric());
    word == value || (is_id && word.len() >= SHORTEST && value.starts_with(word))
}

fn add(wanted: &mut Vec<Wanted>, value: &str, form: &str) {
    let form = form.to_owned();
    match wanted.iter_mut().find(|wanted| wanted.value == value) {
        Some(wanted) => {
            wanted.forms.insert(form);
        }
        None => wanted.push(Wanted { value: value.to_owned(), forms: BTreeSet::from([form]) }),
    }
}

#[cfg(test)]
mod tests;
