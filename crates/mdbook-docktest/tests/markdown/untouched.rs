//! Properties of any text that is extracted and rendered without a recording. The fuzzer checks them
//! too.

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use mdbook_docktest::internal::{
    Extensions, Page, Renderer, Scenario, Step, extract, line_and_column, render,
};

/// Extracts and renders a text. All spans must be within the text, and all bytes outside of the blocks
/// that rendering changes must be unchanged.
///
/// # Panics
/// If a property is violated.
#[track_caller]
pub(crate) fn check(text: &str) -> Scenario {
    let scenario = extract(Path::new("a.md"), text, Extensions::default());
    for span in spans(&scenario) {
        assert!(text.get(span.clone()).is_some(), "{span:?} is not a range of {text:?}");
    }
    for finding in &scenario.findings {
        let place = line_and_column(text, finding.span.start);
        assert_eq!((finding.line, finding.column), place, "{text:?}");
    }
    for renderer in [Renderer::Html, Renderer::Markdown] {
        let kept = kept(text, &scenario, renderer);
        let labels = Arc::default();
        let page = Page { labels, renderer, slug: "a".into(), verifications: None };
        let rendered = render(text, &scenario, None, &[], &page);
        if kept.len() == 1 {
            assert_eq!(rendered, text);
        }
        assert!(has_pieces(&rendered, &kept), "{kept:?} are not all in {rendered:?}");
    }
    scenario
}

fn spans(scenario: &Scenario) -> Vec<Range<usize>> {
    let mut spans: Vec<_> = scenario.findings.iter().map(|finding| finding.span.clone()).collect();
    spans.extend(scenario.files.iter().map(|file| file.fence.block.clone()));
    for step in &scenario.steps {
        spans.extend([step.fence.block.clone(), step.command.clone()]);
        spans.extend(step.commands.iter().map(|command| command.span.clone()));
        for expectation in &step.expectations {
            spans.extend([expectation.fence.block.clone(), expectation.body.clone()]);
            spans.extend(expectation.lines.iter().cloned());
        }
    }
    spans
}

/// The pieces of a text that rendering must not change, in order.
fn kept<'a>(text: &'a str, scenario: &Scenario, renderer: Renderer) -> Vec<&'a str> {
    let is_changed = |step: &&Step| {
        // In HTML, the commands of a closed fence are markup.
        let is_markup = renderer == Renderer::Html && step.fence.closing.is_some();
        is_markup || has_attributes(text, step)
    };
    let steps = scenario.steps.iter().filter(is_changed).map(|step| &step.fence);
    let outputs = scenario.steps.iter().flat_map(|step| &step.expectations);
    let fences = steps.chain(outputs.map(|expectation| &expectation.fence));
    let fences = fences.chain(scenario.files.iter().map(|file| &file.fence));
    let directives = scenario.directives.iter().map(|(_, place)| place);
    let mut changed: Vec<_> = fences.map(|fence| &fence.block).chain(directives).collect();
    changed.extend(&scenario.diagrams);
    changed.sort_unstable_by_key(|place| place.start);
    let mut kept = Vec::new();
    let mut start = 0;
    for place in changed {
        kept.push(&text[start..place.start]);
        start = place.end;
    }
    kept.push(&text[start..]);
    kept
}

/// Whether the info string of the block has more than the language.
fn has_attributes(text: &str, step: &Step) -> bool {
    let opening = text[step.fence.block.clone()].split('\n').next().unwrap_or_default();
    opening.trim_start_matches(['`', '~']).trim_ascii() != step.language
}

/// Whether a text starts with the first piece and ends with the last, with the others between them in
/// order.
fn has_pieces(text: &str, pieces: &[&str]) -> bool {
    let [first, middle @ .., last] = pieces else { return text == pieces[0] };
    let rest = text.strip_prefix(first).and_then(|rest| rest.strip_suffix(last));
    let rest = middle.iter().try_fold(rest, |rest, piece| {
        let (_, rest) = rest?.split_once(piece)?;
        Some(Some(rest))
    });
    rest.flatten().is_some()
}
