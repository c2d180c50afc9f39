//! The list of the failures that a book shows.

use maud::html;

use super::{Failure, Whole};
use crate::render::html::one_line;
use crate::render::labels::Labels;
use crate::render::markdown;
use crate::render::page::Renderer;
use crate::terminal::plain;

/// Returns the failures in the order of the book, each with its command, its message and a link to its step.
/// The same command with the same message is listed once. Each line after the first starts with `next_line`.
pub(in crate::render) fn errors(
    whole: &Whole<'_>,
    renderer: Renderer,
    labels: &Labels,
    next_line: &str,
) -> String {
    let mut seen: Vec<(&str, &str)> = Vec::new();
    let mut pieces = Vec::new();
    for chapter in &whole.chapters {
        for Failure { step, command, status, message } in &chapter.facts.failures {
            if seen.contains(&(command, message)) {
                continue;
            }
            seen.push((command, message));
            let status = labels.exit_status(status);
            pieces.push(match renderer {
                Renderer::Html => one_line(html! {
                    figure.docktest.docktest-error {
                        figcaption {
                            a href=(chapter.link(whole.from, *step)) { (plain(&chapter.name)) }
                        }
                        p.docktest-command { kbd { (plain(command)) } }
                        pre tabindex="0" role="group" aria-label=(labels.error_output()) dir="ltr" translate="no" {
                            samp { span.err { (plain(message)) } }
                        }
                        p.docktest-note { (status) }
                    }
                }),
                Renderer::Markdown => {
                    let text = format!("$ {}\n{}\n[{status}]\n", plain(command), plain(message));
                    let name = markdown::escape(&chapter.name);
                    format!("{name}{next_line}{next_line}{}", markdown::fenced(&text, next_line))
                }
            });
        }
    }
    match renderer {
        Renderer::Html => pieces.concat(),
        Renderer::Markdown => pieces.join(&format!("{next_line}{next_line}")),
    }
}
