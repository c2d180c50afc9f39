//! The simple commands of a script, with the loops and subshells around them.

use std::collections::BTreeMap;
use std::mem;
use std::ops::Range;

use crate::extract::commands::{Opener, Redirection, Token, tokens};

/// A script, as far as it matters for the images it uses. Ranges are in bytes of its text.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Script {
    pub(super) parts: Vec<Part>,
    /// The bodies of here-documents, by the start of their delimiter.
    pub(super) bodies: BTreeMap<usize, Body>,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Command(SimpleCommand),
    /// A loop that sets a variable to each of these words, up to the part with the index `end`.
    Loop {
        name: Range<usize>,
        words: Vec<Range<usize>>,
        end: usize,
    },
    /// The end of the innermost loop.
    Done,
    /// The beginning of a subshell or a substitution.
    Enter,
    /// The end of a subshell or a substitution.
    Leave,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SimpleCommand {
    pub(super) assignments: Vec<Range<usize>>,
    pub(super) words: Vec<Range<usize>>,
    pub(super) redirections: Vec<Redirected>,
    /// Whether its output is the input of the next command.
    pub(super) is_piped: bool,
}

/// A redirection of a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Redirected {
    pub(super) kind: Redirection,
    pub(super) descriptor: Option<Range<usize>>,
    pub(super) target: Range<usize>,
}

/// The lines of a here-document.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) range: Range<usize>,
    pub(super) is_literal: bool,
    pub(super) strips_tabs: bool,
}

impl Script {
    pub(super) fn new(text: &str) -> Self {
        let mut builder = Builder::default();
        for token in tokens(text) {
            builder.take(token);
        }
        builder.end_command(false);
        builder.script
    }
}

#[derive(Default)]
struct Builder {
    script: Script,
    /// The innermost list.
    list: List,
    /// The lists around it, outermost first.
    outer: Vec<List>,
}

/// A list of commands that is being read.
#[derive(Default)]
struct List {
    command: SimpleCommand,
    descriptor: Option<Range<usize>>,
    /// The redirection whose target comes next.
    redirection: Option<Redirection>,
    is_subshell: bool,
    name: Option<Range<usize>>,
    words: Vec<Range<usize>>,
    /// The index of the loop whose body this is.
    loop_start: Option<usize>,
}

impl Builder {
    fn take(&mut self, token: Token) {
        match token {
            Token::Word(range) => self.list.command.words.push(range),
            Token::Assignment(range) => self.list.command.assignments.push(range),
            Token::Descriptor(range) => self.list.descriptor = Some(range),
            Token::Redirection(kind) => self.list.redirection = Some(kind),
            Token::Target(target) => {
                let descriptor = self.list.descriptor.take();
                if let Some(kind) = self.list.redirection.take() {
                    let redirected = Redirected { kind, descriptor, target };
                    self.list.command.redirections.push(redirected);
                }
            }
            Token::Body { place, range, is_literal, strips_tabs } => {
                self.script.bodies.insert(place, Body { range, is_literal, strips_tabs });
            }
            Token::Pipe(_) => self.end_command(true),
            Token::End(_) => self.end_command(false),
            // The word before it is the function's name.
            Token::Function => self.list.command = SimpleCommand::default(),
            Token::LoopName(range) => self.list.name = Some(range),
            Token::LoopWord(range) => self.list.words.push(range),
            Token::Do => self.begin_loop(),
            Token::Open(opener) => {
                let is_subshell = matches!(opener, Opener::Subshell | Opener::Substitution);
                self.outer.push(mem::take(&mut self.list));
                self.list.is_subshell = is_subshell;
                if is_subshell {
                    self.script.parts.push(Part::Enter);
                }
            }
            Token::Close => self.close(),
            Token::Arithmetic(_) | Token::Then | Token::Condition | Token::Not => {}
        }
    }

    fn end_command(&mut self, is_piped: bool) {
        self.list.descriptor = None;
        self.list.redirection = None;
        let command = mem::take(&mut self.list.command);
        if command != SimpleCommand::default() {
            self.script.parts.push(Part::Command(SimpleCommand { is_piped, ..command }));
        }
    }

    fn begin_loop(&mut self) {
        let words = mem::take(&mut self.list.words);
        if let Some(name) = self.list.name.take() {
            self.list.loop_start = Some(self.script.parts.len());
            self.script.parts.push(Part::Loop { name, words, end: 0 });
        }
    }

    fn close(&mut self) {
        self.end_command(false);
        let inner = mem::take(&mut self.list);
        self.list = self.outer.pop().unwrap_or_default();
        let parts = &mut self.script.parts;
        let length = parts.len();
        if let Some(Part::Loop { end, .. }) = inner.loop_start.and_then(|at| parts.get_mut(at)) {
            *end = length;
            parts.push(Part::Done);
        }
        if inner.is_subshell {
            parts.push(Part::Leave);
        }
    }
}
