//! What is put into one place of a chapter, in the form that its renderer takes.

use super::changes::Entry;
use super::outcome::Outcome;
use super::{changes, diagram, html, markdown};
use crate::render::labels::Labels;
use crate::render::page::Renderer;
use crate::render::state::State;

/// Pieces of a page, one below the other.
pub(super) struct Fragments {
    renderer: Renderer,
    pieces: Vec<Piece>,
    /// What else the step may add to its page, in bytes.
    spare: usize,
}

enum Piece {
    /// HTML of one physical line.
    Html(String),
    /// Lines of a fenced block.
    Text(String),
}

impl Fragments {
    pub(super) fn new(renderer: Renderer) -> Self {
        Self { renderer, pieces: Vec::new(), spare: html::STEP }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Adds what a step printed.
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

    /// Adds what a step changed.
    pub(super) fn changes(&mut self, entries: &[Entry], labels: &Labels) {
        if !entries.is_empty() {
            self.pieces.push(match self.renderer {
                Renderer::Html => Piece::Html(changes::html(entries, self.spare, labels)),
                Renderer::Markdown => Piece::lines(entries.iter().map(Entry::text)),
            });
        }
    }

    /// Adds a picture of what there is on the engine.
    pub(super) fn diagram(&mut self, state: &State, id: &str, labels: &Labels) {
        self.pieces.push(match self.renderer {
            Renderer::Html => Piece::Html(diagram::html(state, id, labels)),
            Renderer::Markdown => Piece::lines(diagram::text(state, labels).into_iter()),
        });
    }

    /// The text that goes into the chapter. `next_line` starts each of its lines but the first.
    pub(super) fn join(&self, next_line: &str) -> String {
        let mut joined = String::new();
        for piece in &self.pieces {
            match piece {
                // They all go on one line: what follows a comment is HTML up to the line's end.
                Piece::Html(html) => joined.push_str(html),
                Piece::Text(text) => {
                    if !joined.is_empty() {
                        joined.push_str(next_line);
                    }
                    joined.push_str(&markdown::fenced(text, next_line));
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
