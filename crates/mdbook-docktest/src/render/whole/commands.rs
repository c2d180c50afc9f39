//! The table of a book's commands.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::Whole;
use crate::render::html::one_line;
use crate::render::labels::Labels;
use crate::render::markdown::escape;
use crate::render::page::Renderer;
use crate::terminal::plain;

/// The place of a step: the index of its chapter, and its own in it.
type Place = (usize, usize);

/// Where a command and its options are used first.
#[derive(Default)]
struct Row {
    /// The first use of each option.
    options: BTreeMap<String, Place>,
    /// The first use in each chapter.
    chapters: BTreeMap<usize, usize>,
}

/// Returns the table: each command once, with its options. These and the chapters are links to their first use.
pub(in crate::render) fn commands(
    whole: &Whole<'_>,
    renderer: Renderer,
    labels: &Labels,
) -> String {
    let mut rows: BTreeMap<(bool, &str), Row> = BTreeMap::new();
    for (index, chapter) in whole.chapters.iter().enumerate() {
        for (step, used) in &chapter.facts.uses {
            // Docker's commands come first.
            let row = rows.entry((!used.name.starts_with("docker"), &used.name)).or_default();
            row.chapters.entry(index).or_insert(*step);
            for option in &used.options {
                row.options.entry(option.clone()).or_insert((index, *step));
            }
        }
    }
    let rows = rows.into_iter().map(|((_, name), row)| (name, row));
    match renderer {
        Renderer::Html => one_line(html_table(whole, rows, labels)),
        Renderer::Markdown => {
            let line = |cells: [&str; 3]| format!("| {} |", cells.join(" | "));
            let head = [labels.command(), labels.options(), labels.chapter()].map(escape);
            let mut lines = vec![line([&head[0], &head[1], &head[2]]), line(["---"; 3])];
            for (name, row) in rows {
                let options: Vec<String> =
                    row.options.keys().map(|option| escape(option)).collect();
                let chapters =
                    row.chapters.keys().map(|index| escape(&whole.chapters[*index].name));
                let chapters: Vec<String> = chapters.collect();
                lines.push(line([&escape(name), &options.join(" "), &chapters.join(", ")]));
            }
            lines.join("\n")
        }
    }
}

fn html_table<'a>(
    whole: &Whole<'_>,
    rows: impl Iterator<Item = (&'a str, Row)>,
    labels: &Labels,
) -> Markup {
    let link = |(chapter, step): Place| whole.chapters[chapter].link(whole.from, step);
    html! {
        div.table-wrapper.docktest-commands tabindex="0" role="region" aria-label=(labels.commands()) {
            table {
                thead {
                    tr {
                        th scope="col" { (labels.command()) }
                        th scope="col" { (labels.options()) }
                        th scope="col" { (labels.chapter()) }
                    }
                }
                tbody {
                    @for (name, row) in rows {
                        tr {
                            th scope="row" { code translate="no" { (plain(name)) } }
                            td {
                                @for (index, (option, place)) in row.options.iter().enumerate() {
                                    @if index > 0 { " " }
                                    a href=(link(*place)) { code translate="no" { (plain(option)) } }
                                }
                            }
                            td {
                                @for (index, (chapter, step)) in row.chapters.iter().enumerate() {
                                    @if index > 0 { ", " }
                                    a href=(link((*chapter, *step))) { (plain(&whole.chapters[*chapter].name)) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
