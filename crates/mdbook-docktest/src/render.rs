//! From a chapter and its recording to the chapter with the real output in it.
//!
//! Everything is put in by replacing bytes of the chapter; what lies outside of the steps and
//! their `output` blocks stays as it is. New lines repeat the container prefix of the closing
//! fence above them, so that they land in the same list item or quote.

use crate::fence::Fence;
use crate::finding::Finding;
use crate::page::{Page, Renderer};
use crate::recording::{Recording, StepRecording};
use crate::scenario::{Scenario, Step};
use crate::splice::{Edit, splice};

mod html;
mod markdown;
mod outcome;
mod provenance;
pub mod verifications;

use outcome::Outcome;
use provenance::Provenance;

/// Puts the recording into the chapter's text.
///
/// Each step's fence keeps its language and loses its attributes. Its output comes below it, or in
/// the place of its `output` block. `hidden` steps are taken out. Findings are shown with the step
/// that they are about, others at the chapter's top; where the steps ran is said at its end.
///
/// `text` must be what `scenario` was extracted from. Without a recording, as for a step that did
/// not run, no output is shown, nor is the pattern that it was expected to match.
pub fn render(
    text: &str,
    scenario: &Scenario,
    recording: Option<&Recording>,
    findings: &[Finding],
    page: &Page,
) -> String {
    splice(text, edits(text, scenario, recording, findings, page))
}

/// The changes to the chapter's text by which [`render`] puts the recording into it.
pub(crate) fn edits(
    text: &str,
    scenario: &Scenario,
    recording: Option<&Recording>,
    findings: &[Finding],
    page: &Page,
) -> Vec<Edit> {
    let rendering = Rendering { text, page, findings };
    let mut edits = Vec::new();
    for (index, step) in scenario.steps.iter().enumerate() {
        let recording = recording.and_then(|recording| recording.steps.get(index));
        rendering.step(index, step, recording, &mut edits);
    }
    rendering.findings_of_no_step(scenario, &mut edits);
    if let Some(recording) = recording {
        rendering.provenance(recording, &mut edits);
    }
    edits
}

/// A comment: what each fragment of HTML starts with, and what takes the place of a block that is
/// not shown, in Markdown too. Without it, a tight list could become loose, or two lists one.
const MARK: &str = "<!--docktest-->";

struct Rendering<'a> {
    text: &'a str,
    page: &'a Page,
    findings: &'a [Finding],
}

impl Rendering<'_> {
    fn step(
        &self,
        index: usize,
        step: &Step,
        recording: Option<&StepRecording>,
        edits: &mut Vec<Edit>,
    ) {
        let Some(fence) = Fence::of_block(self.text, &step.block, None) else { return };
        let findings = self.findings.iter().filter(|finding| step.is_subject_of(finding)).collect();
        let outcome = Outcome::new(step, recording, findings, &self.page.labels);
        let id = format!("docktest-{}-{}", self.page.slug, index + 1);

        let hidden = step.attributes.hidden;
        // A session's real output takes the place of the expected one; what stays is a script, which a
        // reader can copy.
        let is_undressed =
            !step.dressing.is_empty() && matches!(recording, Some(StepRecording::Ran { .. }));
        if !hidden {
            let language = if is_undressed { "bash" } else { step.language.as_str() };
            edits.push(Edit { range: fence.info.clone(), text: language.to_owned() });
        }
        if !hidden && is_undressed {
            let ranges = step.dressing.iter().cloned();
            edits.extend(ranges.map(|range| Edit { range, text: String::new() }));
        }
        let output = step.expectation.as_ref().map(|expectation| &expectation.block);
        // The place that the outcome takes; the step's other blocks go.
        let place = match (output, hidden) {
            (Some(output), _) => {
                if hidden {
                    edits.push(Edit { range: step.block.clone(), text: MARK.to_owned() });
                }
                output.clone()
            }
            (None, true) => step.block.clone(),
            (None, false) => {
                if !outcome.is_empty() {
                    let next_line = self.next_line(&fence);
                    let text = next_line.clone() + &self.outcome(&outcome, &id, &next_line);
                    edits.push(Edit::insert(step.block.end, text));
                }
                return;
            }
        };
        let text = if outcome.is_empty() {
            MARK.to_owned()
        } else {
            Fence::of_block(self.text, &place, None).map_or_else(String::new, |fence| {
                self.outcome(&outcome, &id, &self.next_line(&fence))
            })
        };
        edits.push(Edit { range: place, text });
    }

    fn outcome(&self, outcome: &Outcome<'_>, id: &str, next_line: &str) -> String {
        match self.page.renderer {
            Renderer::Html => html::outcome(outcome, id, &self.page.labels),
            Renderer::Markdown => markdown::outcome(outcome, next_line),
        }
    }

    /// What starts another line in the container of a fence.
    fn next_line(&self, fence: &Fence) -> String {
        let prefix =
            fence.closing.as_ref().map_or("", |closing| &self.text[closing.prefix.clone()]);
        format!("{}{prefix}", line_ending(&self.text[fence.block.clone()]))
    }

    fn findings_of_no_step(&self, scenario: &Scenario, edits: &mut Vec<Edit>) {
        let of_no_step =
            |finding: &&Finding| !scenario.steps.iter().any(|step| step.is_subject_of(finding));
        let outcome = Outcome::of_findings(self.findings.iter().filter(of_no_step).collect());
        if !outcome.is_empty() {
            let eol = line_ending(self.text);
            let id = format!("docktest-{}", self.page.slug);
            let box_ = self.outcome(&outcome, &id, eol);
            // At the end, a fence that is never closed would swallow it.
            let start = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
            edits.push(Edit::insert(start, format!("{box_}{eol}{eol}")));
        }
    }

    fn provenance(&self, recording: &Recording, edits: &mut Vec<Edit>) {
        let Some(provenance) = Provenance::new(recording, self.findings, &self.page.labels) else {
            return;
        };
        let eol = line_ending(self.text);
        let paragraph = match self.page.renderer {
            Renderer::Html => html::provenance(&provenance, self.page),
            Renderer::Markdown => markdown::provenance(&provenance),
        };
        edits.push(Edit::insert(self.text.len(), format!("{eol}{eol}{paragraph}{eol}")));
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
