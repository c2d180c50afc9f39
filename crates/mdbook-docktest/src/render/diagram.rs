//! Diagrams of the state of the engine: SVG for HTML pages, and sentences for screen readers and other
//! renderers.

use maud::{Markup, html};

use self::cards::cards;
use self::describe::describe;
use self::layout::layout;
use self::limit::{Drawn, LIMITS, Limit};
use self::svg::svg;
use super::html::one_line;
use crate::render::labels::Labels;
use crate::render::state::State;

mod cards;
mod describe;
mod layout;
mod limit;
mod svg;

/// The largest size of a diagram, in bytes. It does not count towards the limit of its step, because the
/// author has asked for it.
const MAX_SIZE: usize = 32 << 10;

/// Returns one physical line of HTML. `id` must be unique in the book.
pub(super) fn html(state: &State, id: &str, labels: &Labels) -> String {
    let mut figures = LIMITS.iter().map(|limit| figure(state, *limit, id, labels));
    let small = figures.find(|figure| figure.len() <= MAX_SIZE);
    small.unwrap_or_else(|| figure(state, LIMITS[LIMITS.len() - 1], id, labels))
}

fn figure(state: &State, limit: Limit, id: &str, labels: &Labels) -> String {
    let drawn = Drawn::new(state, limit);
    let diagram: Markup = if state.is_empty() {
        html! { p { (labels.empty_state()) } }
    } else {
        let description = describe(&drawn, labels).join(" ");
        svg(&layout(cards(&drawn.state, labels)), id, labels.diagram(), &description)
    };
    one_line(html! {
        figure.docktest-diagram id=(id) {
            figcaption { (labels.state()) }
            (diagram)
            // Also in the description of the diagram.
            @if drawn.left_out > 0 {
                p aria-hidden="true" { (labels.more_objects(labels.number(drawn.left_out as u64))) }
            }
        }
    })
}

/// The title and the sentences, as lines of text.
pub(super) fn text(state: &State, labels: &Labels) -> Vec<String> {
    let mut lines = vec![labels.state().to_owned()];
    if state.is_empty() {
        lines.push(labels.empty_state().to_owned());
    }
    let sentences = describe(&Drawn::new(state, LIMITS[0]), labels);
    lines.extend(sentences.into_iter().map(|sentence| format!("- {sentence}")));
    lines
}

#[cfg(test)]
mod tests;
