//! Simple commands: their words, input and output.

use std::ops::Range;

use super::{WORDS, Walk, Word};
use crate::extract::commands::Redirection;
use crate::extract::image_uses::expansion::{UNKNOWN, backquoted, is_literal};
use crate::extract::image_uses::script::{Redirected, Script, SimpleCommand};

/// A script that is being followed.
pub(super) struct Run<'a> {
    pub(super) walk: &'a mut Walk,
    pub(super) script: &'a Script,
    pub(super) text: &'a str,
    /// Returns the place of a part of the text in the chapter, if it is written there.
    pub(super) place: &'a dyn Fn(Range<usize>) -> Option<Range<usize>>,
}

impl Run<'_> {
    /// Follows a simple command. Returns its output, if that is known and not redirected.
    pub(super) fn command(
        &mut self,
        command: &SimpleCommand,
        pipe: Option<String>,
    ) -> Option<String> {
        for range in command.assignments.iter().chain(&command.words) {
            for nested in backquoted(&self.text[range.clone()]) {
                self.walk.child_script(&nested);
            }
        }
        let words = self.words(command);
        let input = self.input(command).unwrap_or(pipe);
        // Before a command, assignments are for that command alone.
        let is_prefixed = !words.is_empty() && !command.assignments.is_empty();
        let before = is_prefixed.then(|| self.walk.variables.clone());
        for range in &command.assignments {
            if let Some((name, value)) = self.assignment(range) {
                self.walk.assign(&name, &value);
            }
        }
        let output = self.walk.run(&words, input.as_deref());
        if let Some(before) = before {
            self.walk.variables = before;
        }
        self.redirect(command, output)
    }

    fn assignment(&self, range: &Range<usize>) -> Option<(String, String)> {
        let (name, value) = self.text[range.clone()].split_once('=')?;
        // The values of arrays are not followed.
        let value = match value.starts_with('(') || name.ends_with([']', '+']) {
            true => UNKNOWN.to_string(),
            false => self.walk.with_variables(|variables| variables.word(value)),
        };
        let name = name.split(['[', '+']).next().unwrap_or(name);
        Some((name.to_owned(), value))
    }

    fn words(&self, command: &SimpleCommand) -> Vec<Word> {
        let mut words = Vec::with_capacity(command.words.len());
        for range in &command.words {
            let (text, span) = (&self.text[range.clone()], (self.place)(range.clone()));
            // Most words are as they are written.
            if is_literal(text) {
                words.push(Word { text: text.to_owned(), span });
            } else {
                let fields = self.walk.fields(text).into_iter();
                words.extend(fields.map(|text| Word { text, span: span.clone() }));
            }
            if words.len() >= WORDS {
                break;
            }
        }
        words.truncate(WORDS);
        words
    }

    /// Returns the command's input if it is redirected: `Some(None)` if that is not known.
    fn input(&self, command: &SimpleCommand) -> Option<Option<String>> {
        let redirected = command.redirections.iter().rfind(|redirected| {
            let takes_input = matches!(
                redirected.kind,
                Redirection::Input | Redirection::HereDocument | Redirection::HereString
            );
            takes_input && self.has_descriptor(redirected, "0")
        })?;
        let target = &self.text[redirected.target.clone()];
        let word = || self.walk.with_variables(|variables| variables.word(target));
        Some(match redirected.kind {
            Redirection::HereDocument => self.body(redirected.target.start),
            Redirection::HereString => Some(word() + "\n"),
            _ => self.walk.files.read(&word()).map(str::to_owned),
        })
    }

    /// Returns the expanded body of the here-document whose delimiter starts at `place`.
    fn body(&self, place: usize) -> Option<String> {
        let body = self.script.bodies.get(&place)?;
        let text = &self.text[body.range.clone()];
        let text = match body.strips_tabs {
            true => text.split_inclusive('\n').map(|line| line.trim_start_matches('\t')).collect(),
            false => text.to_owned(),
        };
        Some(match body.is_literal {
            true => text,
            false => self.walk.with_variables(|variables| variables.text(&text)),
        })
    }

    /// Writes the output to the files that it is redirected to. Returns it if there are none.
    fn redirect(&mut self, command: &SimpleCommand, output: Option<String>) -> Option<String> {
        let mut is_redirected = false;
        for redirected in &command.redirections {
            let appends = redirected.kind == Redirection::Append;
            if !(appends || redirected.kind == Redirection::Output)
                || !self.has_descriptor(redirected, "1")
            {
                continue;
            }
            is_redirected = true;
            let target = &self.text[redirected.target.clone()];
            let target = self.walk.with_variables(|variables| variables.word(target));
            self.walk.files.write(&target, output.as_deref(), appends);
        }
        output.filter(|_| !is_redirected)
    }

    fn has_descriptor(&self, redirected: &Redirected, default: &str) -> bool {
        redirected.descriptor.clone().is_none_or(|range| &self.text[range] == default)
    }
}
