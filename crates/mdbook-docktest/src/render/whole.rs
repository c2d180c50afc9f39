//! What a chapter has for pages about the whole book, and for its own duration: numbers, commands and failures.

use std::path::{Path, PathBuf};

use mdbook_markdown::new_cmark_parser;
use mdbook_markdown::pulldown_cmark::{Event, Tag, TagEnd};

use crate::extract::command_uses::{CommandUse, command_uses};
use crate::model::finding::Finding;
use crate::model::markdown::Extensions;
use crate::model::recording::{CommandRecording, End, Recording, StepRecording};
use crate::model::scenario::{Command, Scenario, Step};
use crate::model::stream::Streams;
use crate::terminal;
use crate::text::byte_order_mark::without_mark;

mod commands;
mod duration;
mod errors;

pub(super) use commands::commands;
pub(super) use duration::duration;
pub(super) use errors::errors;

/// What a chapter has for pages about the whole book.
#[derive(Debug, Clone, Default)]
pub(crate) struct ChapterFacts {
    /// The title.
    pub(crate) name: String,
    /// The path of the page in the site.
    pub(crate) path: PathBuf,
    /// Its name in ids.
    pub(crate) slug: String,
    /// Whether mdBook numbers it: a chapter to be read in order, unlike an introduction or an appendix.
    pub(crate) is_numbered: bool,
    facts: Facts,
}

/// A book, for a page about it.
pub(crate) struct Whole<'a> {
    /// The facts of all chapters, in order.
    pub(crate) chapters: Vec<&'a ChapterFacts>,
    /// The path of the page that they are shown on.
    pub(crate) from: &'a Path,
}

impl<'a> Whole<'a> {
    /// Returns the facts of the chapters that are read from the first to the last: the numbered ones or, if there are
    /// none, all.
    pub(super) fn facts_in_order(&self) -> impl Iterator<Item = &'a Facts> {
        let has_numbers = self.chapters.iter().any(|chapter| chapter.is_numbered);
        let chapters =
            self.chapters.iter().filter(move |chapter| chapter.is_numbered || !has_numbers);
        chapters.map(|chapter| &chapter.facts)
    }
}

/// What a chapter's text and run come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// The number of words outside of blocks.
    words: u64,
    /// The number of words that commands print and readers see.
    printed_words: u64,
    /// The number of commands that readers see and run.
    commands: u64,
    /// The number of characters of these commands, and of the files that readers see.
    typed_characters: u64,
    /// How long these took, in milliseconds.
    run_ms: u64,
    /// The programs that they run, each with the index of its step.
    uses: Vec<(usize, CommandUse)>,
    failures: Vec<Failure>,
}

/// A command that fails, as the chapter expects.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Failure {
    /// The index of its step.
    step: usize,
    command: String,
    status: i32,
    /// What it printed to standard error or, if that is nothing, at all.
    message: String,
}

impl ChapterFacts {
    /// Collects the facts of a chapter. Commands are those of its recording, if it has run.
    pub(crate) fn new(
        (name, path, slug, is_numbered): (&str, &Path, &str, bool),
        text: &str,
        scenario: &Scenario,
        recording: Option<&Recording>,
        findings: &[Finding],
    ) -> Self {
        let facts = Facts::new(text, scenario, recording, findings);
        let (name, path, slug) = (name.to_owned(), path.to_owned(), slug.to_owned());
        Self { name, path, slug, is_numbered, facts }
    }

    /// Returns the link from the page at `from` to a step, by its index.
    fn link(&self, from: &Path, step: usize) -> String {
        let depth = from.components().count().saturating_sub(1);
        let page = super::verifications::html_path(&self.path);
        format!("{}{page}#{}", "../".repeat(depth), anchor(&self.slug, step))
    }
}

/// Returns the id of a step, by its index. Links to it lead to its commands, where that of its figure is below them.
pub(super) fn anchor(slug: &str, step: usize) -> String {
    format!("docktest-{slug}-{}-step", step + 1)
}

impl Facts {
    pub(super) fn new(
        text: &str,
        scenario: &Scenario,
        recording: Option<&Recording>,
        findings: &[Finding],
    ) -> Self {
        let files = scenario.files.iter().filter(|file| !file.hidden);
        let mut facts = Self {
            words: words(text, &scenario.extensions),
            typed_characters: files.map(|file| character_count(&file.contents())).sum(),
            ..Self::default()
        };
        let with_findings = scenario.by_step(findings);
        for (index, step) in scenario.steps_that_run() {
            if step.attributes.hidden {
                continue;
            }
            let recorded = recording.and_then(|recording| recording.steps.get(index));
            // A reader has one version of the engine.
            if recorded == Some(&StepRecording::OtherEngine) {
                continue;
            }
            facts.commands += step.commands.len() as u64;
            let typed = step.commands.iter().map(|command| character_count(&command.script()));
            facts.typed_characters += typed.sum::<u64>();
            let Some(StepRecording::Ran { commands, .. }) = recorded else { continue };
            facts.run_ms += commands.iter().map(|command| command.duration_ms).sum::<u64>();
            if !step.attributes.no_output {
                let printed = commands.iter().map(|command| {
                    word_count(&terminal::output(&command.transcript, Streams::Both))
                });
                facts.printed_words += printed.sum::<u64>();
            }
            let in_shell = step.commands.iter().filter(|command| !command.is_typed());
            let uses = in_shell.flat_map(|command| command_uses(&command.script()));
            facts.uses.extend(uses.map(|used| (index, used)));
            let has_failed = with_findings.contains_key(&Some(index));
            if !(has_failed || step.attributes.no_output) {
                facts.failures.extend(failures(index, step, commands));
            }
        }
        facts
    }
}

fn failures<'a>(
    index: usize,
    step: &'a Step,
    commands: &'a [CommandRecording],
) -> impl Iterator<Item = Failure> {
    let pairs = step.commands.iter().zip(commands);
    pairs.filter_map(move |(command, recorded): (&Command, _)| {
        let End::Exited { status } = recorded.end else { return None };
        let streams = [Streams::Stderr, Streams::Both];
        let printed = streams.map(|streams| terminal::output(&recorded.transcript, streams));
        let message = printed.into_iter().find(|printed| !printed.trim().is_empty())?;
        let message = message.trim_end().to_owned();
        let command = command.script().trim_end().to_owned();
        (status != 0).then_some(Failure { step: index, command, status, message })
    })
}

/// Returns the number of words outside of code blocks, comments and other HTML.
fn words(text: &str, extensions: &Extensions) -> u64 {
    let mut in_block = false;
    let mut count = 0;
    for event in new_cmark_parser(without_mark(text), &extensions.to_options()) {
        match event {
            Event::Start(Tag::CodeBlock(_) | Tag::MetadataBlock(_)) => in_block = true,
            Event::End(TagEnd::CodeBlock | TagEnd::MetadataBlock(_)) => in_block = false,
            Event::Text(text) | Event::Code(text) if !in_block => {
                count += word_count(&text);
            }
            _ => {}
        }
    }
    count
}

/// Returns the number of words of a text. What has no letter and no digit, such as a dash, is not a word.
fn word_count(text: &str) -> u64 {
    let is_word = |word: &&str| word.chars().any(char::is_alphanumeric);
    text.split_whitespace().filter(is_word).count() as u64
}

fn character_count(text: &str) -> u64 {
    text.chars().count() as u64
}

#[cfg(test)]
mod tests;
