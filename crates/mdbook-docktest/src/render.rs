//! Renders a chapter and its recording to the chapter with the real output in it.
//!
//! Rendering replaces byte ranges of the chapter; text outside the steps and their `output` blocks is
//! unchanged. New lines repeat the container prefix of the closing fence above them, so that they
//! belong to the same list item or quote.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::extract::image_uses::{ImageUses, image_uses};
use crate::model::fence::Fence;
use crate::model::finding::Finding;
use crate::model::markdown::Extensions;
use crate::model::page_id::named_in;
use crate::model::recording::{Origin, Recording, StepRecording};
use crate::model::scenario::{Command, Directive, Scenario, Step};
use crate::render::page::{Page, Renderer};
use crate::render::state::State;
use crate::text::byte_order_mark::mark_len;
use crate::text::splice::{Edit, splice};

mod alerts;
pub(crate) mod assets;
pub(crate) mod cast;
mod changes;
mod code;
mod diagram;
mod files;
mod fragments;
mod html;
pub(crate) mod labels;
mod markdown;
mod names;
mod notice;
mod outcome;
pub(crate) mod page;
mod playback;
mod provenance;
mod samp;
pub(crate) mod state;
mod unclosed_block;
pub(crate) mod verifications;
pub(crate) mod whole;

use changes::{Sign, changes};
use code::Code;
use files::{shown, without_repetition};
use fragments::Fragments;
use notice::Notice;
use outcome::Outcome;
use provenance::Provenance;
use unclosed_block::unclosed_block;
use whole::{Facts, Whole};

/// Returns the chapter's text with the recorded output in it.
///
/// In HTML, each command of a step is above its output, in place of the step's fence and `output` blocks. Elsewhere, and for
/// blocks with attributes of other tools, the fence keeps its language and those attributes, and loses ours; the output
/// is inserted below it, or replaces its `output` blocks. `hidden` steps are removed. Findings are shown with the step that they
/// are about, all others at the top of the chapter; the provenance is shown at its end. Below the output
/// of a step come its changes on the engine and, if the author asks for it, a diagram of the state
/// after it. Boxes have titles in the book's language.
///
/// `text` must be what `scenario` was extracted from. Without a recording, and for a step that did not
/// run, neither the output nor the expected pattern is shown.
pub fn render(
    text: &str,
    scenario: &Scenario,
    recording: Option<&Recording>,
    findings: &[Finding],
    page: &Page,
) -> String {
    let images = match page.renderer {
        Renderer::Html => image_uses(scenario),
        Renderer::Markdown => ImageUses::default(),
    };
    render_in_book(text, scenario, &images, recording, findings, page, None)
}

/// Like [`render`], for a page of a book whose pages link to steps. Directives about the book show what is known of it.
/// `images` are those of the scenario; only HTML needs them.
pub(crate) fn render_in_book(
    text: &str,
    scenario: &Scenario,
    images: &ImageUses,
    recording: Option<&Recording>,
    findings: &[Finding],
    page: &Page,
    whole: Option<&Whole<'_>>,
) -> String {
    let images = images.mentions.iter().map(|(start, end)| *start..*end).collect();
    // In a chapter that has never run, its notice says enough.
    let marks_changed = recording
        .is_some_and(|recording| recording.origin == Origin::NotRun && recording.has_run());
    let hidelines = &scenario.extensions.hidelines;
    let engine = recording.map_or("", |recording| &recording.engine.version);
    let by_step = scenario.by_step(findings);
    let rendering =
        Rendering { text, page, findings, by_step, hidelines, images, marks_changed, engine };
    let mut edits = Vec::new();
    let mut progress = Progress::default();
    let mut diagrams = scenario.diagrams.iter().enumerate().peekable();
    for (index, step) in scenario.steps.iter().enumerate() {
        while let Some(diagram) =
            diagrams.next_if(|(_, place)| place.start < step.fence.block.start)
        {
            edits.push(rendering.diagram(diagram, recording.map(|_| &progress.state)));
        }
        let recording = recording.and_then(|recording| recording.steps.get(index));
        if whole.is_some() {
            rendering.anchor(index, step, &mut edits);
        }
        rendering.step(index, step, recording, &mut progress, &mut edits);
    }
    for diagram in diagrams {
        edits.push(rendering.diagram(diagram, recording.map(|_| &progress.state)));
    }
    for (directive, place) in &scenario.directives {
        let text = rendering.directive(*directive, place, scenario, recording, whole);
        edits.push(Edit { range: place.clone(), text });
    }
    scenario.files.iter().for_each(|file| rendering.file(file, &mut edits));
    if let Some(recording) = recording {
        rendering.notice(recording, scenario, &mut edits);
    }
    rendering.chapter_findings(&mut edits);
    // After what else is inserted at their ends.
    rendering.alerts(&scenario.extensions, &mut edits);
    if let Some(recording) = recording {
        rendering.provenance(recording, scenario, &mut edits);
    }
    splice(text, edits)
}

/// The comment at the start of each HTML fragment; see [`html`].
const MARK: &str = "<!--docktest-->";
/// A link definition that no link refers to, so it renders to nothing. The empty title prevents the next
/// line from becoming the title.
const LINK_DEFINITION: &str = "[docktest]: # \"\"";

/// How far a page is.
#[derive(Default)]
struct Progress {
    /// The state of the engine.
    state: State,
    /// The signs that the page has explained.
    explained: Vec<Sign>,
}

struct Rendering<'a> {
    text: &'a str,
    page: &'a Page,
    findings: &'a [Finding],
    /// The same by the indices of their steps.
    by_step: BTreeMap<Option<usize>, Vec<&'a Finding>>,
    /// For each language, what lines begin with that mdBook hides.
    hidelines: &'a BTreeMap<String, String>,
    /// The places of images' names, in order.
    images: Vec<Range<usize>>,
    /// Whether steps that have changed since the chapter ran are marked.
    marks_changed: bool,
    /// The version of the engine that the chapter ran on; empty if it has not run.
    engine: &'a str,
}

impl Rendering<'_> {
    fn step(
        &self,
        index: usize,
        step: &Step,
        recording: Option<&StepRecording>,
        progress: &mut Progress,
        edits: &mut Vec<Edit>,
    ) {
        let fence = &step.fence;
        let hidden = step.attributes.hidden;
        // The real output replaces the expected output of a session. What is left is a script, which a
        // reader can copy.
        let strips_prompts =
            !step.session_markup.is_empty() && matches!(recording, Some(StepRecording::Ran { .. }));
        let omitted = if strips_prompts { step.session_markup.as_slice() } else { &[] };
        let code = self.code(step, omitted);
        let below = self.below(index, step, code.as_ref(), recording, progress);
        let outputs = step.expectations.iter().map(|expectation| &expectation.fence.block);
        if code.is_some() {
            // The block, too, is one of the fragments.
            let text = below.join(&self.next_line(fence));
            edits.push(Edit { range: fence.block.clone(), text });
            let nothing =
                |block: &Range<usize>| Edit { range: block.clone(), text: self.nothing(block) };
            edits.extend(outputs.map(nothing));
            return;
        }
        // Code by indentation has no place for a language.
        if !hidden && !fence.marks.is_empty() {
            let is_script = !step.commands.iter().all(Command::is_typed);
            let language =
                if strips_prompts && is_script { "bash" } else { step.language.as_str() };
            let info = format!("{language}{}", step.foreign);
            edits.push(Edit { range: fence.info.clone(), text: info });
        }
        if !hidden && strips_prompts {
            let ranges = step.session_markup.iter().cloned();
            edits.extend(ranges.map(|range| Edit { range, text: String::new() }));
        }
        let mut outputs = step.expectations.iter().map(|expectation| &expectation.fence);
        // The block to be replaced by the outcome; the step's other blocks are removed.
        let place = match (outputs.next(), hidden) {
            (Some(output), _) => {
                if hidden {
                    let text = self.nothing(&step.fence.block);
                    edits.push(Edit { range: step.fence.block.clone(), text });
                }
                output
            }
            (None, true) => fence,
            (None, false) => {
                if !below.is_empty() {
                    let next_line = self.next_line(fence);
                    let text = next_line.clone() + &below.join(&next_line);
                    edits.push(Edit::insert(step.fence.block.end, text));
                }
                return;
            }
        };
        let text = if below.is_empty() {
            self.nothing(&place.block)
        } else {
            below.join(&self.next_line(place))
        };
        edits.push(Edit { range: place.block.clone(), text });
        let others = outputs.map(|output| &output.block);
        edits.extend(others.map(|block| Edit { range: block.clone(), text: self.nothing(block) }));
    }

    /// Puts a target for links above a step that is shown.
    fn anchor(&self, index: usize, step: &Step, edits: &mut Vec<Edit>) {
        if self.page.renderer == Renderer::Html && step.runs() && !step.attributes.hidden {
            let block = &step.fence.block;
            let id = whole::anchor(&self.page.slug, index);
            let anchor = format!("{MARK}<span id=\"{id}\"></span>{}", self.next_line_after(block));
            edits.push(Edit::insert(block.start, anchor));
        }
    }

    /// Returns what takes the place of a directive; nothing for one about the book if no book is known.
    fn directive(
        &self,
        directive: Directive,
        place: &Range<usize>,
        scenario: &Scenario,
        recording: Option<&Recording>,
        whole: Option<&Whole<'_>>,
    ) -> String {
        let Page { labels, renderer, .. } = self.page;
        match (directive, whole) {
            (Directive::Duration, _) => {
                let facts = Facts::new(self.text, scenario, recording, self.findings);
                markdown::escape(&whole::duration(std::iter::once(&facts), labels))
            }
            (Directive::BookDuration, Some(whole)) => {
                markdown::escape(&whole::duration(whole.facts_in_order(), labels))
            }
            (Directive::Commands, Some(whole)) => {
                let table = whole::commands(whole, *renderer, labels);
                table.replace('\n', &self.next_line_after(place))
            }
            (Directive::Errors, Some(whole)) => {
                whole::errors(whole, *renderer, labels, &self.next_line_after(place))
            }
            (Directive::BookDuration, None) => String::new(),
            (Directive::Commands | Directive::Errors, None) => self.nothing(place),
        }
    }

    /// The block of a step as HTML; `None` if it stays a fence: for renderers other than HTML's, and if mdBook or
    /// another tool does something with it.
    fn code(&self, step: &Step, omitted: &[Range<usize>]) -> Option<Code> {
        let fence = &step.fence;
        let is_html = self.page.renderer == Renderer::Html;
        let is_fence = !fence.marks.is_empty() && fence.closing.is_some();
        let is_ours = step.foreign.is_empty() && !self.hidelines.contains_key(&step.language);
        // The output is where the text introduces it.
        let is_apart = step.expectations.first().is_some_and(|expectation| {
            let between = fence.block.end..expectation.fence.block.start;
            let between = self.text.get(between).unwrap_or_default();
            !between.chars().all(|c| c == '>' || c.is_ascii_whitespace())
        });
        // What is held back may be no command.
        if step.attributes.hidden || step.is_held || is_apart || !(is_html && is_fence && is_ours) {
            return None;
        }
        let before = |end: usize| self.images.partition_point(|image| image.start < end);
        let images = &self.images[before(fence.block.start)..before(fence.block.end)];
        Code::new(self.text, step, omitted, images)
    }

    /// The fragments below a step, and above them its block, if that is not a fence. Advances `progress` from
    /// before the step to after it.
    fn below(
        &self,
        index: usize,
        step: &Step,
        code: Option<&Code>,
        recording: Option<&StepRecording>,
        progress: &mut Progress,
    ) -> Fragments {
        let Page { labels, renderer, slug, .. } = self.page;
        let findings = self.by_step.get(&Some(index)).cloned().unwrap_or_default();
        let outcome = Outcome::new(step, recording, findings, labels);
        let id = format!("docktest-{slug}-{}", index + 1);
        let mut below = Fragments::new(*renderer);
        match code {
            Some(code) => below.step(code, &outcome, &id, labels),
            None => below.outcome(&outcome, &id, labels),
        }
        let Some(StepRecording::Ran { effects, commands: recorded }) = recording else {
            let is_changed = self.marks_changed && recording == Some(&StepRecording::Skipped);
            if is_changed && !step.attributes.hidden {
                below.note(labels.changed_since());
            }
            if recording == Some(&StepRecording::OtherEngine) && !step.attributes.hidden {
                let versions = step.attributes.engine.as_ref();
                below.notes(
                    versions.map(|versions| labels.not_for_engine(labels.versions(versions))),
                );
            }
            return below;
        };
        if !step.attributes.hidden {
            below.notes(self.engine_note(step));
        }
        if !step.attributes.hidden {
            let commands = step.commands.iter();
            let values = commands.flat_map(|command| shown(&command.text, &command.substitutions));
            let ids =
                recorded.iter().flat_map(|command| named_in(&command.command, &command.page_ids));
            let values = values.chain(ids.map(|id| (id.page.as_str(), id.actual.as_str())));
            below.values(labels.run_with(), &without_repetition(values));
        }
        if !(step.attributes.hidden || step.attributes.no_output) {
            let Progress { state, explained } = progress;
            below.changes(&changes(state, effects, labels), explained, labels);
        }
        effects.iter().for_each(|effect| progress.state.apply(effect));
        if step.attributes.diagram {
            below.diagram(&progress.state, &format!("{id}-state"), labels);
        }
        below
    }

    /// Which versions of the engine a step that has run is for, or its output.
    fn engine_note(&self, step: &Step) -> Option<String> {
        let labels = &self.page.labels;
        if let Some(versions) = &step.attributes.engine {
            return Some(labels.for_engine(labels.versions(versions)));
        }
        let mut expectations = step.expectations_on(self.engine);
        let versions = expectations.find_map(|expectation| expectation.engine.as_ref());
        let versions = versions.filter(|_| !step.attributes.no_output)?;
        Some(labels.output_of_engine(labels.versions(versions)))
    }

    /// Replaces a directive by a diagram of the state, or by nothing if there is no state.
    fn diagram(&self, (index, place): (usize, &Range<usize>), state: Option<&State>) -> Edit {
        let Page { labels, renderer, slug, .. } = self.page;
        let text = state.map_or_else(
            || self.nothing(place),
            |state| {
                let mut fragments = Fragments::new(*renderer);
                fragments.diagram(state, &format!("docktest-{slug}--state-{}", index + 1), labels);
                fragments.join(&self.next_line_after(place))
            },
        );
        Edit { range: place.clone(), text }
    }

    /// Replaces a block that is not shown. Without a replacement, a tight list could become loose, or two
    /// lists one.
    fn nothing(&self, place: &Range<usize>) -> String {
        match self.page.renderer {
            Renderer::Html => MARK.to_owned(),
            // Directly below text, a definition would continue the paragraph, so a blank line comes
            // first. A blank line alone would not end a list above, as the block did, and indented text
            // below would continue its item.
            Renderer::Markdown if self.is_below_text(place) => {
                self.next_line_after(place) + LINK_DEFINITION
            }
            Renderer::Markdown => LINK_DEFINITION.to_owned(),
        }
    }

    /// Whether the line above a block may belong to a paragraph.
    fn is_below_text(&self, place: &Range<usize>) -> bool {
        let is_prefix = |c: char| matches!(c, ' ' | '\t' | '>' | '\r' | '\u{feff}');
        let (above, prefix) = self.text[..place.start].rsplit_once('\n').unwrap_or_default();
        // After a list marker, the lines above belong to another container.
        if !prefix.chars().all(is_prefix) {
            return false;
        }
        let line = above.rsplit('\n').next().unwrap_or_default().trim_matches(is_prefix);
        let is_fence =
            line.len() >= 3 && ['`', '~'].iter().any(|mark| line.chars().all(|c| c == *mark));
        !(line.is_empty() || is_fence)
    }

    /// The start of another line in the container of a text that is the first of its line.
    fn next_line_after(&self, place: &Range<usize>) -> String {
        let start = self.text[..place.start].rfind('\n').map_or(0, |newline| newline + 1);
        // The marker of a list item is only on its first line; those of quotes are on every line.
        let blanked = |c: char| match c {
            '>' | '\t' => c,
            _ => ' ',
        };
        let mut line = line_ending(&self.text[start..]).to_owned();
        let mut rest = &self.text[start..place.start];
        // The continuation lines of a footnote are indented by four columns, however long its label is.
        while let Some((before, label)) = rest.split_once("[^") {
            line.extend(before.chars().map(blanked));
            line.push_str("    ");
            let after = label.split_once("]:").map_or("", |(_, after)| after);
            rest = after.trim_start_matches(' ');
        }
        line.extend(rest.chars().map(blanked));
        line
    }

    /// The start of another line in the container of a fence.
    fn next_line(&self, fence: &Fence) -> String {
        let prefix =
            fence.closing.as_ref().map_or("", |closing| &self.text[closing.prefix.clone()]);
        format!("{}{prefix}", line_ending(&self.text[fence.block.clone()]))
    }

    /// Says above a chapter that it could not run.
    fn notice(&self, recording: &Recording, scenario: &Scenario, edits: &mut Vec<Edit>) {
        let Page { labels, renderer, .. } = self.page;
        let Some(notice) = Notice::new(recording, &scenario.path, labels) else { return };
        let eol = line_ending(self.text);
        let notice = notice.render(*renderer, labels, eol);
        edits.push(Edit::insert(mark_len(self.text), format!("{notice}{eol}{eol}")));
    }

    fn chapter_findings(&self, edits: &mut Vec<Edit>) {
        let outcome = Outcome::from_findings(self.by_step.get(&None).cloned().unwrap_or_default());
        if !outcome.is_empty() {
            let eol = line_ending(self.text);
            let id = format!("docktest-{}", self.page.slug);
            let mut fragments = Fragments::new(self.page.renderer);
            fragments.outcome(&outcome, &id, &self.page.labels);
            let note = fragments.join(eol);
            // Not at the end, where an unclosed fence would include it.
            edits.push(Edit::insert(mark_len(self.text), format!("{note}{eol}{eol}")));
        }
    }

    /// Gives boxes the titles of the book's language.
    fn alerts(&self, extensions: &Extensions, edits: &mut Vec<Edit>) {
        if self.page.renderer == Renderer::Html {
            let next_line = |place: &Range<usize>| self.next_line_after(place);
            edits.extend(alerts::edits(self.text, extensions, &self.page.labels, next_line));
        }
    }

    fn provenance(&self, recording: &Recording, scenario: &Scenario, edits: &mut Vec<Edit>) {
        let Some(provenance) = Provenance::new(recording, self.findings, &self.page.labels) else {
            return;
        };
        let eol = line_ending(self.text);
        let paragraph = match self.page.renderer {
            Renderer::Html => html::provenance(&provenance, self.page),
            Renderer::Markdown => markdown::provenance(&provenance),
        };
        edits.push(match unclosed_block(self.text, scenario.last_block, &scenario.extensions) {
            Some(start) => Edit::insert(start, format!("{eol}{paragraph}{eol}{eol}")),
            None => Edit::insert(self.text.len(), format!("{eol}{eol}{paragraph}{eol}")),
        });
    }
}

/// The line ending of a text's first line.
fn line_ending(text: &str) -> &'static str {
    match text.split_once('\n') {
        Some((line, _)) if line.ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

#[cfg(test)]
mod tests;
