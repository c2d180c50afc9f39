//! Chapters and recordings, and the expected pages.

mod engine;
mod files;
mod findings;
mod hidden;
mod outputs;
mod provenance;
mod steps;

use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use proptest::prelude::*;
use scraper::{ElementRef, Html, Selector};

use super::*;
use crate::extract::{Extensions, extract};
use crate::model::finding::{Code, Severity};
use crate::model::recording::{
    Chunk, CommandRecording, End, Engine, Image, ImageOrigin, Origin, Transcript,
};
use crate::model::stream::Stream;
use crate::render::labels::Labels;
use crate::render::labels::Language;

/// The timestamp of the recordings in these tests.
const RECORDED_AT: &str = "2026-11-24T23:02:12Z";

fn command(chunks: &[(Stream, &str)], end: End) -> CommandRecording {
    let chunk = |(stream, text): &(Stream, &str)| Chunk {
        stream: *stream,
        at_ms: 0,
        text: (*text).to_owned(),
    };
    let transcript =
        Transcript { chunks: chunks.iter().map(chunk).collect(), ..Transcript::default() };
    CommandRecording { duration_ms: 1, ..CommandRecording::new("cmd", end, transcript) }
}

fn printed(text: &str) -> StepRecording {
    ran(command(&[(Stream::Stdout, text)], End::Exited { status: 0 }))
}

fn ran(command: CommandRecording) -> StepRecording {
    StepRecording::Ran { commands: vec![command], effects: Vec::new() }
}

/// Renders without the provenance at the end.
fn rendered(renderer: Renderer, text: &str, steps: Vec<StepRecording>) -> String {
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
    let recording = Recording { steps, recorded_at: RECORDED_AT.into(), ..Recording::default() };
    let rendered =
        render(text, &scenario, Some(&recording), &[], &self::page(Language::Fr, renderer));
    let end = match renderer {
        Renderer::Html => "<!--docktest--><details class=\"docktest-provenance\">",
        Renderer::Markdown => "*Vérifié le 24",
    };
    match rendered.rsplit_once(end) {
        Some((chapter, _)) => chapter.trim_end_matches(['\r', '\n']).to_owned(),
        None => rendered,
    }
}

fn page(language: Language, renderer: Renderer) -> Page {
    let labels = Arc::new(Labels::new(language));
    Page { labels, renderer, slug: "c".into(), verifications: None }
}

fn html(text: &str, steps: Vec<StepRecording>) -> String {
    rendered(Renderer::Html, text, steps)
}

fn markdown(text: &str, steps: Vec<StepRecording>) -> String {
    rendered(Renderer::Markdown, text, steps)
}

/// The block of the command `ls`.
const LS: &str =
    "<pre class=\"docktest-code\"><code class=\"nohighlight\"><span>ls</span>&#10;</code></pre>";

const BEFORE: &str = "<!--docktest--><div class=\"docktest-step\" id=\"docktest-c-1\">\
    <pre class=\"docktest-code\"><code class=\"nohighlight\"><span>ls</span>&#10;</code></pre>\
    <figure class=\"docktest\"><figcaption>Sortie</figcaption>\
    <pre role=\"group\" aria-label=\"Sortie\u{a0}: ls\" dir=\"ltr\" translate=\"no\"><samp>";

const AFTER: &str = "</samp></pre></figure></div>";

const SILENT: &str = "<!--docktest--><div class=\"docktest-step\" id=\"docktest-c-1\">\
    <pre class=\"docktest-code\"><code class=\"nohighlight\"><span>ls</span>&#10;</code></pre>\
    <figure class=\"docktest\"><p class=\"docktest-note\">aucune sortie</p></figure></div>";

/// The commands of a page, and what is below each block of them.
fn cells(html: &str) -> Vec<(String, String)> {
    let page = Html::parse_fragment(html);
    let selector = |text| Selector::parse(text).expect("the selector is valid");
    let text = |element: ElementRef<'_>| element.text().collect::<String>();
    let (block, shown) = (selector("pre.docktest-code"), selector("samp, .docktest-note"));
    let blocks = page.select(&block).map(|block| {
        let below = block.next_siblings().find_map(ElementRef::wrap);
        let below = below
            .filter(|below| below.value().name() == "figure")
            .map(|figure| figure.select(&shown).map(text).collect::<Vec<_>>().join("|"));
        (text(block), below.unwrap_or_default())
    });
    blocks.collect()
}

fn ran_all(printed: &[(&str, i32)]) -> Vec<StepRecording> {
    let commands = printed.iter().map(|(text, status)| {
        let chunk = [(Stream::Stdout, *text)];
        let chunks: &[_] = if text.is_empty() { &[] } else { &chunk };
        command(chunks, End::Exited { status: *status })
    });
    vec![StepRecording::Ran { commands: commands.collect(), effects: Vec::new() }]
}
