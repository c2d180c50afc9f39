//! What a page says of a chapter that could not run, as no engine was at hand.

use std::path::Path;

use maud::html;

use super::html::one_line;
use super::markdown::fenced;
use crate::model::recording::{Origin, Recording};
use crate::render::labels::Labels;
use crate::render::page::Renderer;
use crate::terminal::plain;

/// The notice above a chapter.
pub(super) struct Notice {
    text: String,
    /// What runs the chapter.
    command: String,
}

impl Notice {
    /// Returns `None` if the chapter has run. `path` is its file.
    pub(super) fn new(recording: &Recording, path: &Path, labels: &Labels) -> Option<Self> {
        if recording.origin != Origin::NotRun {
            return None;
        }
        let date = labels.day(&recording.recorded_at).filter(|_| recording.has_run());
        let text =
            date.map_or_else(|| labels.never_ran().to_owned(), |date| labels.out_of_date(date));
        Some(Self { text, command: format!("mdbook-docktest record {}", path.display()) })
    }

    /// The text to insert into a chapter. Each line after the first starts with `next_line`.
    pub(super) fn render(&self, renderer: Renderer, labels: &Labels, next_line: &str) -> String {
        let Self { text, command } = self;
        match renderer {
            Renderer::Html => one_line(html! {
                div.docktest-notice role="note" {
                    p { strong { (plain(text)) } }
                    p { (labels.to_run()) " " code translate="no" { (plain(command)) } }
                }
            }),
            Renderer::Markdown => {
                let lines = format!("{}\n{} {}\n", plain(text), labels.to_run(), plain(command));
                fenced(&lines, next_line)
            }
        }
    }
}
