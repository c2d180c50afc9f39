//! Follows the commands of a chapter in order.

use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use docker_images::Reference;

use self::run::Run;
use super::expansion::{Dialect, UNKNOWN, Variables, is_known};
use super::files::Files;
use super::script::{Part, Script};
use super::{ImageUse, ImageUses, Made, Maker, UseKind};
use crate::model::scenario::Command;

mod run;

/// The number of simple commands that are followed in a chapter, each time that a loop reaches them.
const FUEL: usize = 10_000;

/// How deep scripts in scripts are followed, as in `sh -c "sh -c …"`.
const DEPTH: usize = 4;

/// The greatest number of variables, and of bytes in one.
const VARIABLES: usize = 256;
const VALUE_LIMIT: usize = 4096;

/// The greatest number of words of a command, and of values of a loop, after expansion.
const WORDS: usize = 1000;

/// The number of nested subshells that restore what they change.
const SUBSHELLS: usize = 64;

/// What is known of a chapter up to one of its commands.
#[derive(Debug)]
pub(super) struct Walk {
    pub(super) found: ImageUses,
    pub(super) makers: Vec<Maker>,
    /// The variables of the shell that are set. Subshells share them until one changes.
    pub(super) variables: Rc<BTreeMap<String, String>>,
    pub(super) files: Files,
    /// The step and the command.
    at: (usize, usize),
    /// The place of that command in the chapter.
    command_span: Range<usize>,
    /// How deep the script that is followed is in others.
    depth: usize,
    fuel: usize,
}

/// A word of a command after expansion.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    /// Its place in the chapter, if it is written there.
    pub(super) span: Option<Range<usize>>,
}

impl AsRef<str> for Word {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

/// A loop that is being followed.
struct Loop {
    name: String,
    values: std::vec::IntoIter<String>,
    /// The index of the first part of the body.
    body: usize,
}

/// What a subshell restores at its end.
struct Outer {
    variables: Rc<BTreeMap<String, String>>,
    directory: Option<String>,
}

impl Default for Walk {
    fn default() -> Self {
        Self {
            found: ImageUses::default(),
            makers: Vec::new(),
            variables: Rc::default(),
            files: Files::default(),
            at: (0, 0),
            command_span: 0..0,
            depth: 0,
            fuel: FUEL,
        }
    }
}

impl Walk {
    /// Follows a command of the chapter.
    pub(super) fn command(&mut self, step: usize, index: usize, command: &Command) {
        self.at = (step, index);
        self.command_span = command.span.clone();
        self.follow(&command.script(), &|range| command.script_place(range));
    }

    /// Follows a script that a command runs.
    pub(super) fn script(&mut self, script: &str) {
        self.nested(|walk| walk.follow(script, &|_| None));
    }

    /// Follows something within the current command, unless that is too deep.
    pub(super) fn nested(&mut self, follow: impl FnOnce(&mut Self)) {
        if self.depth < DEPTH && self.fuel > 0 {
            self.depth += 1;
            self.fuel -= 1;
            follow(self);
            self.depth -= 1;
        }
    }

    /// Sets a variable.
    pub(super) fn assign(&mut self, name: &str, value: &str) {
        let value = if value.len() <= VALUE_LIMIT { value.to_owned() } else { UNKNOWN.to_string() };
        if self.variables.len() < VARIABLES || self.variables.contains_key(name) {
            Rc::make_mut(&mut self.variables).insert(name.to_owned(), value);
        }
    }

    pub(super) fn unset(&mut self, name: &str) {
        Rc::make_mut(&mut self.variables).remove(name);
    }

    /// Follows a script in a process of its own.
    pub(super) fn child_script(&mut self, script: &str) {
        let outer = self.enter();
        self.script(script);
        self.leave(outer);
    }

    fn enter(&self) -> Outer {
        Outer { variables: self.variables.clone(), directory: self.files.directory() }
    }

    fn leave(&mut self, outer: Outer) {
        self.variables = outer.variables;
        self.files.set_directory(outer.directory);
    }

    fn follow(&mut self, text: &str, place: &dyn Fn(Range<usize>) -> Option<Range<usize>>) {
        let script = Script::new(text);
        let mut loops: Vec<Loop> = Vec::new();
        let mut subshells: Vec<Option<Outer>> = Vec::new();
        let mut pipe = None;
        let mut at = 0;
        while let Some(part) = script.parts.get(at) {
            at += 1;
            match part {
                Part::Command(command) if self.fuel > 0 => {
                    self.fuel -= 1;
                    let mut run = Run { walk: self, script: &script, text, place };
                    let output = run.command(command, pipe.take());
                    pipe = output.filter(|_| command.is_piped);
                }
                Part::Command(_) => self.add_unknown_use(),
                Part::Loop { name, words, end } => {
                    let words = words.iter().flat_map(|word| self.fields(&text[word.clone()]));
                    let mut values: Vec<String> = words.take(WORDS).collect();
                    if values.is_empty() {
                        values.push(UNKNOWN.to_string());
                    }
                    let name = text[name.clone()].to_owned();
                    let mut values = values.into_iter();
                    match values.next() {
                        Some(first) if *end > at => {
                            self.assign(&name, &first);
                            loops.push(Loop { name, values, body: at });
                        }
                        _ => {}
                    }
                }
                Part::Done => {
                    let Some(innermost) = loops.last_mut() else { continue };
                    let body = innermost.body;
                    match innermost.values.next().filter(|_| self.fuel > 0) {
                        Some(value) => {
                            let name = innermost.name.clone();
                            self.assign(&name, &value);
                            at = body;
                        }
                        None => drop(loops.pop()),
                    }
                }
                Part::Enter => {
                    subshells.push((subshells.len() < SUBSHELLS).then(|| self.enter()));
                }
                Part::Leave => {
                    if let Some(outer) = subshells.pop().flatten() {
                        self.leave(outer);
                    }
                }
            }
        }
        // A script that is cut off can lack their ends.
        if let Some(outer) = subshells.into_iter().next().flatten() {
            self.leave(outer);
        }
    }

    fn fields(&self, word: &str) -> Vec<String> {
        self.with_variables(|variables| variables.fields(word))
    }

    pub(super) fn with_variables<T>(&self, expand: impl FnOnce(&Variables) -> T) -> T {
        let get = |name: &str| self.variables.get(name).cloned();
        expand(&Variables { get: &get, dialect: Dialect::Shell })
    }

    /// Records that a command uses the image with this name.
    pub(super) fn add_use(&mut self, name: &Word, kind: UseKind) {
        if !is_known(&name.text) {
            self.found.unresolved += 1;
            return;
        }
        if let Some(span) = &name.span {
            self.found.mentions.insert((span.start, span.end));
        }
        if is_id(&name.text) {
            return;
        }
        // Docker refuses what is not a reference.
        let Ok(reference) = name.text.parse::<Reference>() else { return };
        let is_seen = || self.found.uses.iter().any(|used| used.reference == reference);
        if reference.is_local() || self.found.made.contains(&reference) || is_seen() {
            return;
        }
        let (step, command) = self.at;
        let span = name.span.clone().unwrap_or_else(|| self.command_span.clone());
        self.found.uses.push(ImageUse { reference, kind, step, command, span });
    }

    /// Records that a command uses an image that only a run can show.
    pub(super) fn add_unknown_use(&mut self) {
        self.found.unresolved += 1;
    }

    /// Records that a command gives this name to an image.
    pub(super) fn add_made(&mut self, name: &str) {
        if let Ok(reference) = name.parse::<Reference>() {
            self.add_maker(Made::Image(reference.clone()));
            self.found.made.insert(reference);
        }
    }

    /// Records that the command makes an image.
    pub(super) fn add_maker(&mut self, made: Made) {
        self.makers.push(Maker { made, start: self.command_span.start });
    }
}

/// Whether a name is an image's ID: hexadecimal digits, of which at least one is no letter, or as
/// many as Docker prints.
fn is_id(name: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    name.starts_with("sha256:")
        || name.bytes().all(is_digit)
            && (name.len() >= 12 || name.bytes().any(|byte| byte.is_ascii_digit()))
}
