//! Outcomes as HTML that mdBook passes through unchanged.
//!
//! A CommonMark HTML block ends at a blank line, and output may have blank lines; so a fragment is one
//! physical line, with line feeds as character references. It starts with a comment, because such a
//! block ends at the end of the line with the comment's end (CommonMark 0.31, HTML blocks, kind 2).
//! After `<figure>` or `<div>` (kind 6), the author's next lines would belong to the block up to a
//! blank line, which in turn would make a tight list loose. Output is in `<samp>` without `<code>`,
//! because mdBook adds its copy button and its highlighter to code.

use std::borrow::Borrow;
use std::ops::Range;

use maud::{Markup, PreEscaped, html};
use memchr::memchr_iter;

use super::code::Code;
use super::names::beginning;
use super::outcome::{Note, Outcome, Shown};
use super::playback::Playback;
use super::provenance::Provenance;
use super::samp::{Detail, Samp};
use super::{MARK, markdown};
use crate::model::finding::{Finding, Severity};
use crate::model::scenario::ChapterFile;
use crate::render::labels::Labels;
use crate::render::page::Page;
use crate::terminal::{Piece, plain};

mod fold;
mod table;

use fold::fold;

/// The bytes that a step may add to its page, in addition to those of [`Size::limit`].
pub(super) const STEP: usize = 1024;
/// The part of [`STEP`] for the figure. The rest, and what the figure does not use, is for the changes.
const FIGURE: usize = 640;
/// The bytes that each block of commands with an output of its own may add.
const CELL: usize = 320;
/// The most cells of a command in the name of its output.
const COMMAND_WIDTH: usize = 40;

/// The output and the findings of a step as HTML.
pub(super) struct Printed {
    /// The HTML, on one physical line.
    pub(super) html: String,
    /// The bytes that the step may still add to its page.
    pub(super) spare: usize,
}

/// The block of a step, each of its commands with what it printed, and the findings.
pub(super) fn step(code: &Code, outcome: &Outcome<'_>, id: &str, labels: &Labels) -> Printed {
    let groups = Group::all(code, outcome);
    let mut parts = html! {};
    let mut size = Size::default();
    for detail in [Detail::Full, Detail::Streams] {
        (parts, size) = self::parts(code, &groups, detail, labels);
        if parts.0.len() <= size.limit(FIGURE) {
            break;
        }
    }
    if parts.0.len() > size.limit(FIGURE) {
        let (block, text) = code_block(code, 0..code.len(), false);
        let Figure { markup, text: printed } = plain_figure(&outcome.commands, labels);
        parts = html! { (block) figure.docktest { (markup) } };
        size = Size { code: text, printed, cells: groups.len() };
    }
    let markup = match outcome.commands.is_empty() {
        true => parts,
        false => html! { div.docktest-step id=(id) { (parts) } },
    };
    with_findings(markup, size.limit(STEP), outcome, labels)
}

/// The output and the findings of a step whose block is elsewhere.
pub(super) fn outcome(outcome: &Outcome<'_>, id: &str, labels: &Labels) -> Printed {
    let mut markup = html! {};
    let mut limit = STEP;
    if !outcome.commands.is_empty() {
        let (content, detail) = within_limit(outcome, labels);
        let commands: Vec<&Shown> = outcome.commands.iter().collect();
        markup = figure(&commands, Some(id), &content.markup, detail, labels);
        limit = Size::of_output(&content).limit(STEP);
    }
    with_findings(markup, limit, outcome, labels)
}

fn with_findings(
    mut markup: Markup,
    limit: usize,
    outcome: &Outcome<'_>,
    labels: &Labels,
) -> Printed {
    let spare = limit.saturating_sub(MARK.len() + markup.0.len());
    if !outcome.findings.is_empty() {
        let findings = html! {
            div.docktest-findings role="note" {
                p { strong { (labels.finding()) } }
                @for finding in &outcome.findings { (self::finding(finding)) }
            }
        };
        markup.0.push_str(&findings.0);
    }
    // Measured before references are inserted: mdBook's renderer converts them back to characters.
    Printed { html: one_line(markup), spare: spare.min(STEP) }
}

/// The bytes of text on a page, which limit the markup around them.
#[derive(Debug, Default)]
struct Size {
    /// The text of commands.
    code: usize,
    /// The text of outputs.
    printed: usize,
    /// The number of blocks of commands that have outputs of their own.
    cells: usize,
}

impl Size {
    fn of_output(figure: &Figure) -> Self {
        Self { printed: figure.text, ..Self::default() }
    }

    /// The most bytes for all of it, with this allowance.
    fn limit(&self, allowance: usize) -> usize {
        self.code * 3 + self.printed * 8 / 5 + self.cells * CELL + allowance
    }
}

/// Commands of a step that are shown together, and what they printed.
struct Group<'a> {
    /// The range of the commands in the block; empty if all of them were typed into a program.
    code: Range<usize>,
    shown: Vec<&'a Shown>,
}

impl<'a> Group<'a> {
    /// Groups commands: those that print nothing with those before them that print nothing, and those that are
    /// typed into a program with the command that has opened it.
    fn all(code: &Code, outcome: &'a Outcome<'_>) -> Vec<Self> {
        let mut groups: Vec<Vec<&Shown>> = Vec::new();
        for shown in &outcome.commands {
            let joins = groups
                .last()
                .and_then(|group| group.last())
                .is_some_and(|before| shown.is_typed || before.is_silent() && shown.is_silent());
            match groups.last_mut().filter(|_| joins) {
                Some(group) => group.push(shown),
                None => groups.push(vec![shown]),
            }
        }
        // The commands that did not run.
        if code.has_command(outcome.commands.len()) {
            groups.push(Vec::new());
        }
        let first = |group: &Vec<&Shown>| match group.first() {
            Some(first) => (!first.is_typed).then_some(first.index),
            None => Some(outcome.commands.len()),
        };
        let firsts: Vec<usize> = groups.iter().filter_map(first).collect();
        let mut chunks = code.chunks(&firsts).into_iter();
        let groups: Vec<Self> = groups
            .into_iter()
            .map(|shown| {
                let has_code = first(&shown).is_some();
                let code = if has_code { chunks.next() } else { None };
                Self { code: code.unwrap_or_default(), shown }
            })
            .collect();
        if groups.is_empty() {
            vec![Self { code: 0..code.len(), shown: Vec::new() }]
        } else {
            groups
        }
    }
}

/// The groups of a step, one below the other.
fn parts(code: &Code, groups: &[Group<'_>], detail: Detail, labels: &Labels) -> (Markup, Size) {
    let shown = groups.iter().flat_map(|group| &group.shown);
    let printed: usize = shown.flat_map(|shown| &shown.pieces).map(|piece| piece.text.len()).sum();
    let expected = Size { code: code.len(), printed, cells: groups.len() };
    let mut markup = PreEscaped(String::with_capacity(expected.limit(0)));
    let mut size = Size { cells: groups.len(), ..Size::default() };
    for Group { code: range, shown } in groups {
        if !range.is_empty() || shown.is_empty() {
            let (block, text) = code_block(code, range.clone(), detail == Detail::Full);
            markup.0.push_str(&block.0);
            size.code += text;
        }
        let Some(first) = shown.first() else { continue };
        // One note is enough for all of them.
        let is_silent = shown.iter().all(|shown| shown.is_silent());
        let shown = if is_silent { &shown[..1] } else { shown };
        let Figure { markup: content, text } =
            Figure::new(shown, code.command(first.index), detail, labels);
        size.printed += text;
        markup.0.push_str(&figure(shown, None, &content, detail, labels).0);
    }
    (markup, size)
}

/// A part of a step's block. Returns the bytes of its text, too.
fn code_block(code: &Code, range: Range<usize>, has_colours: bool) -> (Markup, usize) {
    let Samp { html: lines, text } = code.html(range, has_colours);
    // mdBook's highlighter leaves this class alone, as long as no class names a language.
    let block = html! { pre.docktest-code { code.nohighlight { (PreEscaped(lines)) } } };
    (block, text)
}

/// The caption of a block that is written to a file.
pub(super) fn file(file: &ChapterFile, labels: &Labels) -> String {
    let label = if file.appends { labels.added_to_file() } else { labels.file() };
    one_line(html! {
        p.docktest-file {
            (label) " " code translate="no" { (plain(&file.name)) }
            @if let Some(mode) = &file.mode { " · " (labels.mode(mode)) }
        }
    })
}

/// A note below a step.
pub(super) fn note(text: &str) -> String {
    one_line(html! { p.docktest-values { strong { (plain(text)) } } })
}

/// The values that took the place of placeholders.
pub(super) fn values(label: &str, values: &[(&str, &str)]) -> String {
    one_line(html! {
        p.docktest-values {
            (label)
            @for (index, (placeholder, value)) in values.iter().enumerate() {
                @if index > 0 { "," }
                " " code translate="no" { (plain(placeholder)) } " = "
                code translate="no" { (plain(value)) }
            }
        }
    })
}

/// The provenance of the page: a summary line, with the details folded.
pub(super) fn provenance(provenance: &Provenance, page: &Page) -> String {
    one_line(html! {
        details.docktest-provenance {
            summary { (plain(&provenance.summary)) }
            dl {
                @for (term, description) in &provenance.details {
                    dt { (term) }
                    dd { (plain(description)) }
                }
            }
            @if let Some(href) = &page.verifications {
                p { a href=(href) { (page.labels.verifications()) } }
            }
        }
    })
}

/// The element around what commands printed. What was typed into a program is a session, which can be played
/// back as a whole.
fn figure(
    commands: &[&Shown],
    id: Option<&str>,
    content: &Markup,
    detail: Detail,
    labels: &Labels,
) -> Markup {
    let is_session = commands.iter().any(|shown| shown.is_typed);
    let lines = commands.iter().filter_map(|shown| Some((shown.is_typed, shown.lines.as_ref()?)));
    let playback = Playback::from_session(lines).filter(|_| detail == Detail::Full);
    let player = playback.as_ref().map(|playback| Player::new(playback, labels));
    html! {
        figure.docktest.docktest-session[is_session]
            id=[id]
            data-docktest-times=[player.as_ref().map(|player| player.delays)]
            data-label=[player.as_ref().map(|_| labels.playback())]
            data-play=[player.as_ref().map(|_| labels.play())]
            data-pause=[player.as_ref().map(|_| labels.pause())]
            data-restart=[player.as_ref().map(|_| labels.restart())]
            data-note=[player.as_ref().and_then(|player| player.note.as_deref())]
        { (content) }
    }
}

/// What the script needs to play lines back.
struct Player<'a> {
    delays: &'a str,
    note: Option<String>,
}

impl<'a> Player<'a> {
    fn new(playback: &'a Playback, labels: &Labels) -> Self {
        let notes = [
            playback.is_typed.then(|| labels.pauses_added()),
            playback.is_shortened.then(|| labels.silences_shortened()),
        ];
        let notes: Vec<&str> = notes.into_iter().flatten().collect();
        let note = (!notes.is_empty()).then(|| notes.join(" · "));
        Self { delays: &playback.delays, note }
    }
}

/// Renders a figure within its limit: if it is too large, without colours and playback; if that is still
/// too large, as plain text.
fn within_limit(outcome: &Outcome<'_>, labels: &Labels) -> (Figure, Detail) {
    for detail in [Detail::Full, Detail::Streams] {
        let figure = Figure::new(&outcome.commands, None, detail, labels);
        if figure.markup.0.len() <= Size::of_output(&figure).limit(FIGURE) {
            return (figure, detail);
        }
    }
    (plain_figure(&outcome.commands, labels), Detail::Streams)
}

/// A figure without any markup in its text.
fn plain_figure(commands: &[Shown], labels: &Labels) -> Figure {
    let mut samp = Samp::default();
    samp.text(&markdown::transcript(commands));
    let label = match caption(commands, labels) {
        Some((true, _)) => labels.mixed_output(),
        Some((false, label)) => label,
        None => labels.output(),
    };
    let text = samp.text;
    let markup = html! {
        figcaption { (label) }
        (block(label, samp, None, labels))
    };
    Figure { markup, text }
}

/// The content of a step's figure.
struct Figure {
    markup: Markup,
    /// The bytes of text in the markup.
    text: usize,
}

impl Figure {
    /// What commands printed. If the first of them is shown above the figure, `above` is its first line.
    fn new<S: Borrow<Shown>>(
        commands: &[S],
        above: Option<&str>,
        detail: Detail,
        labels: &Labels,
    ) -> Self {
        let mut figure = Self { markup: html! {}, text: 0 };
        if let Some((is_mixed, label)) = caption(commands, labels) {
            let caption = html! {
                figcaption {
                    (label)
                    @if is_mixed { " " span.err { (labels.error_output()) } }
                }
            };
            figure.markup.0.push_str(&caption.0);
        }
        for (place, shown) in commands.iter().enumerate() {
            figure.command(shown.borrow(), above.filter(|_| place == 0), detail, labels);
        }
        figure
    }

    fn command(&mut self, shown: &Shown, above: Option<&str>, detail: Detail, labels: &Labels) {
        let label = if shown.is_all_stderr() { labels.error_output() } else { labels.output() };
        let label = match above {
            Some(command) => labels.described(label, beginning(&plain(command), COMMAND_WIDTH)),
            None => label.to_owned(),
        };
        let command = shown.command.as_ref().filter(|_| above.is_none()).map(|command| {
            let mut kbd = Samp::default();
            kbd.text(command.trim_end());
            self.text += kbd.text;
            kbd
        });
        let (visible, folded) = fold(&shown.pieces);
        let columns = table::columns(&shown.pieces).filter(|_| detail == Detail::Full);
        let mut samp = |pieces: &[Piece]| {
            let samp = match &columns {
                Some(columns) => table::samp(pieces, columns),
                None => Samp::new(pieces, detail),
            };
            self.text += samp.text;
            samp
        };
        let visible = samp(&visible);
        let folded = folded.map(|folded| (samp(&folded.pieces), folded.lines));
        let playback = shown.playback.as_ref().filter(|_| detail == Detail::Full);
        let markup = html! {
            @if let Some(kbd) = command {
                p.docktest-command data-prompt=[&shown.prompt] { kbd { (PreEscaped(kbd.html)) } }
            }
            @if !shown.pieces.is_empty() { (block(&label, visible, playback, labels)) }
            @if let Some((samp, lines)) = folded {
                details {
                    summary { (labels.more_lines(labels.number(lines))) }
                    (block(&label, samp, None, labels))
                }
            }
            @if !shown.notes.is_empty() {
                p.docktest-note {
                    @for (place, note) in shown.notes.iter().enumerate() {
                        @if place > 0 { " · " }
                        @match note {
                            Note::End(text) => strong { (text) },
                            Note::NoOutput(text) | Note::Other(text) => (text),
                        }
                    }
                }
            }
        };
        self.markup.0.push_str(&markup.0);
    }
}

/// Whether there is output of both streams, and the caption of the figure; `None` without output.
fn caption<'l, S: Borrow<Shown>>(commands: &[S], labels: &'l Labels) -> Option<(bool, &'l str)> {
    if commands.iter().map(S::borrow).any(|shown| shown.is_typed) {
        return Some((false, labels.session()));
    }
    let mut printing = commands.iter().map(S::borrow).filter(|shown| !shown.pieces.is_empty());
    printing.clone().next()?;
    if printing.clone().all(Shown::is_all_stderr) {
        Some((false, labels.error_output()))
    } else {
        Some((printing.any(Shown::has_stderr), labels.output()))
    }
}

/// A block of output. Its text is always left to right, whatever the direction of the page.
fn block(label: &str, samp: Samp, playback: Option<&Playback>, labels: &Labels) -> Markup {
    let player = playback.map(|playback| Player::new(playback, labels));
    html! {
        pre
            role="group" aria-label=(label) dir="ltr" translate="no"
            data-docktest-times=[player.as_ref().map(|player| player.delays)]
            data-label=[player.as_ref().map(|_| labels.playback())]
            data-play=[player.as_ref().map(|_| labels.play())]
            data-pause=[player.as_ref().map(|_| labels.pause())]
            data-restart=[player.as_ref().map(|_| labels.restart())]
            data-note=[player.as_ref().and_then(|player| player.note.as_deref())]
        { samp { (PreEscaped(samp.html)) } }
    }
}

fn finding(finding: &Finding) -> Markup {
    let severity = match finding.severity {
        Severity::Warning => "warning",
        Severity::Error => "error",
    };
    html! {
        // Messages are always in English.
        p lang="en" {
            code { (severity) "[" (finding.code) "]" } " " (plain(&finding.message))
            @if let Some(help) = &finding.help { br; "help: " (plain(help)) }
        }
    }
}

/// Converts markup to one physical line of Markdown; see the module's documentation.
///
/// Escapes double braces for preprocessors that run later: `links` would replace `{{#include}}` in
/// output by a file. mdBook's renderer converts the references back to characters.
pub(super) fn one_line(markup: Markup) -> String {
    let mut html = markup.into_string();
    // Most fragments have none, which is quickly known.
    if html.contains("{{") {
        html = html.replace("{{", "{&#123;");
    }
    let mut line = String::with_capacity(MARK.len() + html.len() * 9 / 8);
    line.push_str(MARK);
    let mut start = 0;
    for end in memchr_iter(b'\n', html.as_bytes()) {
        line.push_str(&html[start..end]);
        line.push_str("&#10;");
        start = end + 1;
    }
    line.push_str(&html[start..]);
    line
}

#[cfg(test)]
mod tests;
