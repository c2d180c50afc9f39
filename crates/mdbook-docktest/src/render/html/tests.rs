use proptest::prelude::*;
use scraper::{Html, Selector};

use super::*;
use crate::model::recording::{Chunk, CommandRecording, End, Transcript};
use crate::model::stream::Stream;
use crate::render::labels::Language;
use crate::render::playback::Lines;
use crate::terminal::screen;

fn command(chunks: &[(Stream, u64, &str)], end: End) -> CommandRecording {
    let chunk = |(stream, at_ms, text): &(Stream, u64, &str)| Chunk {
        stream: *stream,
        at_ms: *at_ms,
        text: (*text).to_owned(),
    };
    let transcript =
        Transcript { chunks: chunks.iter().map(chunk).collect(), ..Transcript::default() };
    CommandRecording { duration_ms: 100, ..CommandRecording::new("cmd", end, transcript) }
}

fn shown(command: &CommandRecording) -> Shown {
    let pieces = screen(&command.transcript);
    Shown {
        index: 0,
        is_typed: false,
        prompt: None,
        command: None,
        playback: Playback::from_command(command, &pieces),
        lines: None,
        pieces,
        notes: Vec::new(),
    }
}

/// The shown result of a command that printed these chunks at once.
fn printed(chunks: &[(Stream, &str)]) -> Shown {
    let chunks: Vec<_> = chunks.iter().map(|&(stream, text)| (stream, 0, text)).collect();
    shown(&command(&chunks, End::Exited { status: 0 }))
}

fn outcome_with(commands: Vec<Shown>) -> Outcome<'static> {
    Outcome { commands, findings: Vec::new() }
}

/// The parsed figure.
fn page(commands: Vec<Shown>) -> Html {
    let html = outcome(&outcome_with(commands), "docktest-c-1", &Labels::new(Language::Fr)).html;
    assert!(!html.contains('\n'));
    let page = Html::parse_fragment(&html);
    assert_eq!(page.errors, Vec::<&str>::new(), "{html}");
    page
}

fn texts(page: &Html, selector: &str) -> Vec<String> {
    let selector = Selector::parse(selector).unwrap();
    page.select(&selector).map(|element| element.text().collect()).collect()
}

const OUT: Stream = Stream::Stdout;
const ERR: Stream = Stream::Stderr;

#[test]
fn the_caption_is_a_legend_if_there_are_both_streams() {
    let caption = |commands| texts(&page(commands), "figcaption");
    assert_eq!(caption(vec![printed(&[(OUT, "a")])]), ["Sortie"]);
    assert_eq!(caption(vec![printed(&[(ERR, "a")])]), ["Sortie d’erreur"]);
    let both = vec![printed(&[(OUT, "a\n"), (ERR, "b\n")])];
    assert_eq!(texts(&page(both), "figcaption .err"), ["Sortie d’erreur"]);
    let each = vec![printed(&[(OUT, "a")]), printed(&[(ERR, "b")])];
    let page = page(each);
    assert_eq!(texts(&page, "figcaption .err"), ["Sortie d’erreur"]);
    let pre = Selector::parse("pre").unwrap();
    let labels = page.select(&pre).map(|pre| pre.attr("aria-label"));
    assert_eq!(labels.collect::<Vec<_>>(), [Some("Sortie"), Some("Sortie d’erreur")]);
}

#[test]
fn a_long_output_is_folded_after_its_first_lines() {
    let lines = |range: std::ops::RangeInclusive<usize>| {
        range.map(|n| format!("line {n}\n")).collect::<String>()
    };
    let long = lines(1..=1_040);
    let page = page(vec![printed(&[(OUT, &long)])]);
    assert_eq!(texts(&page, "figure > pre > samp"), [lines(1..=12)]);
    assert_eq!(texts(&page, "figure > details > pre > samp"), [lines(13..=1_040)]);
    assert_eq!(texts(&page, "details > summary"), ["1\u{202f}028 lignes de plus"]);
}

#[test]
fn a_stream_has_the_data_for_playback() {
    let stream = command(&[(OUT, 0, "1\n"), (OUT, 5_000, "2\n")], End::Stopped);
    let page = page(vec![shown(&stream)]);
    let pre = page.select(&Selector::parse("pre").unwrap()).next().unwrap();
    let data = |name: &str| pre.attr(&format!("data-{name}"));
    assert_eq!(data("docktest-times"), Some("0 300"));
    assert_eq!(data("play"), Some("Rejouer"));
    assert_eq!(data("pause"), Some("Pause"));
    assert_eq!(data("restart"), Some("Recommencer"));
    assert_eq!(data("label"), Some("Rejouer cette sortie"));
    assert_eq!(data("note"), Some("silences de plus de 3\u{a0}s abrégés"));
}

#[test]
fn detail_is_dropped_step_by_step_to_stay_within_the_limit() {
    let colours: String = (0..500).map(|n| format!("\x1b[3{}mx", n % 8)).collect();
    let page_of_colours = page(vec![printed(&[(OUT, &colours), (ERR, "\x1b[31mbad\n")])]);
    assert_eq!(
        texts(&page_of_colours, "samp span"),
        ["bad\n"],
        "colours are dropped, the stream is kept"
    );
    assert_eq!(texts(&page_of_colours, "samp"), ["x".repeat(500) + "bad\n"]);

    let streams: Vec<_> = [(OUT, "a\n"), (ERR, "b\n")].into_iter().cycle().take(400).collect();
    let page_of_streams = page(vec![printed(&streams)]);
    assert_eq!(texts(&page_of_streams, "samp *"), Vec::<String>::new());
    assert_eq!(texts(&page_of_streams, "samp"), ["a\nb\n".repeat(200)]);
    assert_eq!(texts(&page_of_streams, "figcaption"), ["Sortie et sortie d’erreur"]);

    let command = |n: usize| Shown {
        command: Some(format!("echo {n}")),
        notes: vec![Note::Other("durée".into())],
        ..printed(&[(OUT, "a\n")])
    };
    let page_of_many = page((0..100).map(command).collect());
    let text = texts(&page_of_many, "samp");
    assert_eq!(text.len(), 1);
    assert!(text[0].starts_with("$ echo 0\na\n[durée]\n$ echo 1\n"), "{text:?}");
}

fn any_stream() -> impl Strategy<Value = Stream> {
    prop_oneof![Just(OUT), Just(ERR), Just(Stream::Typed)]
}

/// Output of every kind, including output that needs much markup.
fn any_command() -> impl Strategy<Value = (Vec<(Stream, u64, String)>, bool)> {
    let text = prop_oneof![
        any::<String>(),
        "[a-z<&\"' ]{1,30}\n",
        "(\x1b\\[[0-9;]{1,8}m[a-z]{1,3}){1,30}",
        "[\0\x08\u{202e}<>&\n]{1,20}",
        "\n{1,40}",
        "(</?(samp|pre|script|figure|details|!--)>?|-->|]]>|&#0;|&lt){1,5}",
    ];
    (prop::collection::vec((any_stream(), 0..9_000u64, text), 0..30), any::<bool>())
}

fn shown_from((chunks, is_stream): &(Vec<(Stream, u64, String)>, bool)) -> Shown {
    let mut at = 0;
    let chunks: Vec<_> = chunks
        .iter()
        .map(|(stream, delay, text)| {
            at += delay;
            (*stream, at, text.as_str())
        })
        .collect();
    let end = if *is_stream { End::Stopped } else { End::Exited { status: 0 } };
    shown(&command(&chunks, end))
}

#[test]
fn a_session_is_one_figure_with_one_player() {
    let typed = |text: &str, output: &str| {
        let command = command(&[(OUT, 30, output)], End::Typed);
        let shown = shown(&command);
        let lines = Some(Lines::new(&command, &shown.pieces));
        let (command, prompt) = (Some(text.to_owned()), Some("/ # ".to_owned()));
        Shown { is_typed: true, command, prompt, lines, ..shown }
    };
    let page = page(vec![typed("echo a", "a\n"), typed("true", ""), typed("exit", "bye\n")]);
    assert_eq!(texts(&page, "figcaption"), ["Session"]);
    assert_eq!(texts(&page, ".docktest-command"), ["echo a", "true", "exit"]);
    let played = Selector::parse("[data-docktest-times]").unwrap();
    let played: Vec<_> = page.select(&played).collect();
    let [figure] = played.as_slice() else { panic!("{played:?}") };
    assert!(figure.value().classes().any(|class| class == "docktest-session"));
    assert_eq!(figure.attr("data-docktest-times"), Some("80 3 80 80 3"));
    assert_eq!(figure.attr("data-note"), Some("pauses ajoutées avant ce qui est tapé"));
}

proptest! {
    /// Limits the size of a page for any output.
    #[test]
    fn a_step_stays_within_its_limit(
        commands in prop::collection::vec((any_command(), prop::option::of("[a-z '<]{1,20}")), 1..12),
    ) {
        let commands = commands.iter().map(|(printed, command)| Shown {
            command: command.clone(),
            ..shown_from(printed)
        });
        let outcome = outcome_with(commands.collect());
        let html = super::outcome(&outcome, "docktest-c-1", &Labels::new(Language::Fr)).html;
        let mut text = Samp::default();
        text.text(&markdown::transcript(&outcome.commands));
        // A line feed is one byte on the page.
        let size = html.replace("&#10;", "\n").len();
        prop_assert!(size <= text.text * 8 / 5 + 1024 - 256, "{} of {}", size, text.text);
    }

    /// Every character is shown, and none is markup.
    #[test]
    fn the_page_has_the_text_and_nothing_else(command in any_command()) {
        let shown = shown_from(&command);
        let all: String = shown.pieces.iter().map(|piece| piece.text.as_str()).collect();
        let page = page(vec![shown]);
        let text = texts(&page, "samp").concat();
        prop_assert!(text == all || text == all.clone() + "\n", "{:?} is not {:?}", text, all);
        let is_ours = |name: &str| {
            ["html", "body", "figure", "figcaption", "pre", "samp", "span", "kbd", "details", "summary", "b"]
                .contains(&name)
        };
        for element in page.tree.values().filter_map(|node| node.as_element()) {
            prop_assert!(is_ours(element.name()), "{}", element.name());
        }
    }
}

#[test]
fn a_large_output_is_complete_within_its_limit() {
    let text = format!("{}<&>\n", "x".repeat(9_996)).repeat(100);
    let html = outcome(
        &outcome_with(vec![printed(&[(OUT, &text)])]),
        "docktest-c-1",
        &Labels::new(Language::Fr),
    )
    .html;
    let samp = texts(&Html::parse_fragment(&html), "samp").concat();
    assert!(samp == text, "{} bytes of {}", samp.len(), text.len());
    assert!(html.len() <= text.len() * 8 / 5 + STEP, "{}", html.len());
}
