//! Matching and extraction: text in, data out.

use std::hint::black_box;
use std::path::Path;

use anyhow::{Result, bail};
use mdbook_docktest::internal::{Bindings, Extensions, Pattern, Placeholders, extract};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};

use crate::bench::milliseconds;
use crate::book;
use crate::row::{Row, Sides, Unit};

const MIB: usize = 1 << 20;

/// A line of a log, after its number.
const LINE: &str = "une ligne comme un serveur en écrit [info]\n";

/// The number of chapters that are parsed.
const CHAPTERS: usize = 1_000;

pub(super) static MATCHING: Row = Row {
    name: "matching",
    numerator: "1 MiB that matches 200 pattern lines, 50 of them `...`",
    denominator: "a second",
    unit: Unit::Milliseconds,
    goal: Some(0.1),
    runs: 30,
    quick_runs: 5,
    note: "`Pattern::matches` in this process, with a pattern that is already parsed. Half of the \
           pattern's lines have placeholders or `[..]`. The `...` match nearly all of the text.",
    prepare: |_| {
        let text = transcript(MIB);
        let pattern = pattern("fin");
        Ok(Sides::against(1e3, move || matching(&pattern, &text, true)))
    },
};

pub(super) static MATCHING_MISMATCH: Row = Row {
    name: "matching-mismatch",
    numerator: "1 MiB that does not match anywhere",
    denominator: "a second",
    unit: Unit::Milliseconds,
    goal: Some(0.5),
    runs: 10,
    quick_runs: 3,
    note: "As `matching`, with another text: none of its lines matches a line of the pattern, which is \
           the worst case for the alignment in the report.",
    prepare: |_| {
        let text = LINE.repeat(MIB / LINE.len());
        let pattern = pattern("fin");
        Ok(Sides::against(1e3, move || matching(&pattern, &text, false)))
    },
};

pub(super) static MATCHING_WORST: Row = Row {
    name: "matching-worst",
    numerator: "1 MiB of lines that each match 197 of 198 consecutive pattern lines",
    denominator: "a second",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 5,
    quick_runs: 1,
    note: "The worst case of matching: half a million lines `a` against a `...`, 197 lines `a`, a line \
           `b` and a `...`, so that each line of text is compared with each of the 198 lines.",
    prepare: |_| {
        let text = "a\n".repeat(MIB / 2);
        let pattern = format!("...\n{}b\n...\n", "a\n".repeat(197));
        let pattern = Pattern::parse(&pattern, &Placeholders::default());
        Ok(Sides::against(1e3, move || matching(&pattern, &text, false)))
    },
};

pub(super) static MATCHING_LINEAR: Row = Row {
    name: "matching-linear",
    numerator: "2 MiB that matches",
    denominator: "1 MiB that matches",
    unit: Unit::Milliseconds,
    goal: Some(2.2),
    runs: 30,
    quick_runs: 5,
    note: "As `matching`. Linear growth is 2; the goal allows a tenth more, for caches.",
    prepare: |_| {
        let (one, two) = (transcript(MIB), transcript(2 * MIB));
        let (pattern, again) = (pattern("fin"), pattern("fin"));
        Ok(Sides::new(move || matching(&pattern, &two, true), move || matching(&again, &one, true)))
    },
};

pub(super) static MATCHING_THROUGHPUT: Row = Row {
    name: "matching-throughput",
    numerator: "matching",
    denominator: "parsing Markdown",
    unit: Unit::MegabytesPerSecond,
    goal: None,
    runs: 20,
    quick_runs: 3,
    note: "Throughputs: higher is better. Matching as in the row `matching`, parsing as in \
           `extraction-throughput`.",
    prepare: |_| {
        let text = transcript(MIB);
        let pattern = pattern("fin");
        let chapters = book::text(CHAPTERS);
        Ok(Sides::new(
            move || Ok(throughput(text.len(), matching(&pattern, &text, true)?)),
            move || Ok(throughput(chapters.len(), parsing(&chapters)?)),
        ))
    },
};

pub(super) static EXTRACTION_THROUGHPUT: Row = Row {
    name: "extraction-throughput",
    numerator: "extraction",
    denominator: "parsing Markdown",
    unit: Unit::MegabytesPerSecond,
    goal: None,
    runs: 20,
    quick_runs: 3,
    note: "Throughputs: higher is better. `extract` of 1,000 chapters with 5 steps each; parsing is \
           mdBook's parser (pulldown-cmark) on the same text, chapter by chapter, without using its \
           events. Extraction uses this parser as well, and parses each step with a grammar of bash.",
    prepare: |_| {
        let chapters: Vec<String> = (1..=CHAPTERS).map(book::chapter).collect();
        let size = chapters.iter().map(String::len).sum();
        let again = chapters.clone();
        Ok(Sides::new(
            move || {
                let time = milliseconds(|| {
                    for chapter in &chapters {
                        black_box(extract(Path::new("a.md"), chapter, Extensions::default()));
                    }
                    Ok(())
                })?;
                Ok(throughput(size, time))
            },
            move || {
                let times = again.iter().map(|chapter| parsing(chapter));
                Ok(throughput(size, times.sum::<Result<f64>>()?))
            },
        ))
    },
};

/// MB/s.
fn throughput(bytes: usize, milliseconds: f64) -> f64 {
    bytes as f64 / 1e3 / milliseconds
}

fn parsing(text: &str) -> Result<f64> {
    milliseconds(|| {
        for event in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
            black_box(event);
        }
        Ok(())
    })
}

fn matching(pattern: &Pattern, text: &str, expected: bool) -> Result<f64> {
    milliseconds(|| {
        let result = black_box(pattern).matches(black_box(text), &mut Bindings::default());
        if result.is_ok() != expected {
            bail!("the text matches: {}, expected: {expected}", result.is_ok());
        }
        Ok(())
    })
}

/// A pattern of 200 lines: 49 times a `...` and three lines that follow each other in the text, then
/// another `...` and the end of the text.
fn pattern_text(end: &str) -> String {
    let mut text = String::new();
    for mark in 0..49 {
        text += &format!("...\nmarque {mark:02}\n[ID:{mark}] [..] [IP] octets\n[DATE] fini\n");
    }
    text += &format!("...\n{end} a\n{end} b\n{end} c\n");
    text
}

fn pattern(end: &str) -> Pattern {
    Pattern::parse(&pattern_text(end), &Placeholders::default())
}

/// A text of about this size that matches the pattern.
fn transcript(size: usize) -> String {
    let lines = size / 49 / (LINE.len() + 9);
    let mut text = String::new();
    for mark in 0..49 {
        for line in 0..lines {
            text += &format!("{line:08} {LINE}");
        }
        let id = format!("{mark:02x}").repeat(6);
        text += &format!("marque {mark:02}\n{id} vient de 172.17.0.{mark} octets\n");
        text += "2026-11-24T21:17:16Z fini\n";
    }
    text + "fin a\nfin b\nfin c\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pattern_is_as_described() {
        let text = pattern_text("fin");
        assert_eq!(text.lines().count(), 200);
        assert_eq!(text.lines().filter(|line| *line == "...").count(), 50);
        assert!(pattern("fin").flaws().is_empty());
        matching(&pattern("fin"), &transcript(MIB), true).unwrap();
        matching(&pattern("faim"), &transcript(MIB), false).unwrap();
        assert!(transcript(MIB).len().abs_diff(MIB) < MIB / 20, "{}", transcript(MIB).len());
    }
}
