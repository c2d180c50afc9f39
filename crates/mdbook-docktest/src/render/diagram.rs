//! A picture of what there is on the engine, for pages in HTML; in sentences, for who cannot see it
//! and for other renderers.

use maud::{Markup, html};

use self::cards::cards;
use self::describe::describe;
use self::layout::layout;
use self::svg::svg;
use super::html::one_line;
use crate::labels::Labels;
use crate::state::State;

mod cards;
mod describe;
mod layout;
mod svg;

/// One physical line of HTML. `id` is the book's only one of that name.
pub(super) fn html(state: &State, id: &str, labels: &Labels) -> String {
    let picture: Markup = if state.is_empty() {
        html! { p { (labels.empty_state()) } }
    } else {
        svg(&layout(cards(state, labels)), id, labels.diagram(), &describe(state, labels).join(" "))
    };
    one_line(html! {
        figure.docktest-diagram id=(id) {
            figcaption { (labels.state()) }
            (picture)
        }
    })
}

/// The lines of a text.
pub(super) fn text(state: &State, labels: &Labels) -> Vec<String> {
    let mut lines = vec![labels.state().to_owned()];
    if state.is_empty() {
        lines.push(labels.empty_state().to_owned());
    }
    lines.extend(describe(state, labels).into_iter().map(|sentence| format!("- {sentence}")));
    lines
}

#[cfg(test)]
mod tests;
