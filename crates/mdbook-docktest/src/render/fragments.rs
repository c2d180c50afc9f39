//! The fragments that are inserted at one place of a chapter, as HTML or as Markdown.

use super::changes::{Entry, Sign};
use super::code::Code;
use super::outcome::Outcome;
use super::{changes, diagram, html, markdown};
use crate::render::labels::Labels;
use crate::render::page::Renderer;
use crate::render::state::State;

/// Fragments of a page, one below the other.
pub(super) struct Fragments {
    renderer: Renderer,
    pieces: Vec<Piece>,
    /// The bytes that the step may still add to its page.
    spare: usize,
}

enum Piece {
    /// HTML on one physical line.
    Html(String),
    /// The lines of a fenced block.
    Text(String),
}

impl Fragments {
    pub(super) fn new(renderer: Renderer) -> Self {
        Self { renderer, pieces: Vec::new(), spare: html::STEP }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Adds the block of a step, its output and its findings, as HTML.
    pub(super) fn step(&mut self, code: &Code, outcome: &Outcome<'_>, id: &str, labels: &Labels) {
        let printed = html::step(code, outcome, id, labels);
        self.spare = printed.spare;
        self.pieces.push(Piece::Html(printed.html));
    }

    /// Adds the output and the findings of a step.
    pub(super) fn outcome(&mut self, outcome: &Outcome<'_>, id: &str, labels: &Labels) {
        if !outcome.is_empty() {
            self.pieces.push(match self.renderer {
                Renderer::Html => {
                    let printed = html::outcome(outcome, id, labels);
                    self.spare = printed.spare;
                    Piece::Html(printed.html)
                }
                Renderer::Markdown => Piece::Text(markdown::outcome(outcome)),
            });
        }
    }

    /// Adds a note below a step.
    pub(super) fn note(&mut self, text: &str) {
        self.pieces.push(match self.renderer {
            Renderer::Html => Piece::Html(html::note(text)),
            Renderer::Markdown => Piece::Text(format!("[{text}]\n")),
        });
    }

    /// Adds notes below a step.
    pub(super) fn notes(&mut self, notes: impl IntoIterator<Item = String>) {
        notes.into_iter().for_each(|note| self.note(&note));
    }

    /// Adds the values that took the place of placeholders.
    pub(super) fn values(&mut self, label: &str, values: &[(&str, &str)]) {
        if !values.is_empty() {
            self.pieces.push(match self.renderer {
                Renderer::Html => Piece::Html(html::values(label, values)),
                Renderer::Markdown => Piece::Text(markdown::values(label, values)),
            });
        }
    }

    /// Adds the list of a step's changes. `explained` are the signs that the page has explained.
    pub(super) fn changes(
        &mut self,
        entries: &[Entry],
        explained: &mut Vec<Sign>,
        labels: &Labels,
    ) {
        if !entries.is_empty() {
            self.pieces.push(match self.renderer {
                Renderer::Html => {
                    Piece::Html(changes::html(entries, explained, self.spare, labels))
                }
                Renderer::Markdown => Piece::lines(entries.iter().map(Entry::text)),
            });
        }
    }

    /// Adds a diagram of the state of the engine.
    pub(super) fn diagram(&mut self, state: &State, id: &str, labels: &Labels) {
        self.pieces.push(match self.renderer {
            Renderer::Html => Piece::Html(diagram::html(state, id, labels)),
            Renderer::Markdown => Piece::lines(diagram::text(state, labels).into_iter()),
        });
    }

    /// The text to insert into the chapter. Each line after the first starts with `next_line`.
    pub(super) fn join(self, next_line: &str) -> String {
        let mut joined = String::new();
        for piece in self.pieces {
            match piece {
                Piece::Html(html) if joined.is_empty() => joined = html,
                // All on one line: what follows a comment is HTML up to the end of the line.
                Piece::Html(html) => joined.push_str(&html),
                Piece::Text(text) => {
                    if !joined.is_empty() {
                        joined.push_str(next_line);
                    }
                    joined.push_str(&markdown::fenced(&text, next_line));
                }
            }
        }
        joined
    }
}

impl Piece {
    fn lines(lines: impl Iterator<Item = String>) -> Self {
        Self::Text(lines.map(|line| line + "\n").collect())
    }
}
