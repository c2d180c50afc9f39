//! The examples of the author's guide: each is a complete small chapter, which is run.
//!
//! | a block of the guide marked | is |
//! |---|---|
//! | `markdown` | an example: a chapter, `lab.md`, in a book of its own that has the image `alpine` |
//! | `toml` | the book.toml of the next example |
//! | `text report` | the findings of `verify` in the last example; without this block, there are none |
//! | `markdown fixed` | the last example after `fix` |
//! | `markdown accepted` | the last example after `accept`, and after `fix` if there is such a block, too |
//! | `diff fixed`, `diff accepted` | the same as changes, each with a line around it |
//! | `markdown recorded` | the chapter of the next example as it was when `record` ran |
//! | `text recording` | the recording of the next example |
//! | `text table` | the table of versions, recordings/engines.json, of the next example, which has been recorded |
//! | `text report of record --check` | the findings of `record --check` in the last example |
//! | `text report of record --check --moved-images` | its findings after the last example was recorded and the image `alpine` has moved |
//!
//! `{{#include ../results/NAME.md}}` shows what readers see of the example above it. `cargo xtask generate` makes that
//! file from a recording of the example, and the lints fail if either is out of date.
//!
//! In a report, `[..]` and `...` have the same meaning as in `output` blocks. Other placeholders have
//! none, as a report may quote an `output` block.

use std::fs;

use mdbook_docktest::internal::{Bindings, Pattern, Placeholders};
use mdbook_driver::MDBook;
use mdbook_markdown::pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use similar::TextDiff;
use tempfile::TempDir;

use crate::hub::Hub;
use crate::outcome::Outcome;
use crate::program::{Program, workspace};

/// An example of the guide.
#[derive(Debug, Default)]
pub struct Example {
    /// The file and the line in the guide.
    place: String,
    chapter: String,
    settings: String,
    report: Option<String>,
    fixed: Option<String>,
    accepted: Option<String>,
    fixed_diff: Option<String>,
    accepted_diff: Option<String>,
    recorded: Option<String>,
    recording: Option<String>,
    table: Option<String>,
    check: Option<String>,
    moved: Option<String>,
}

/// All examples of the guide, in their order.
pub fn examples() -> Vec<Example> {
    let guide = MDBook::load(workspace().join("crates/mdbook-docktest/guide")).unwrap();
    let chapters = guide.book.chapters();
    let examples = chapters.flat_map(|chapter| {
        let path = chapter.source_path.as_ref().unwrap();
        read(&path.display().to_string(), &chapter.content)
    });
    examples.collect()
}

fn read(name: &str, text: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut settings: Option<String> = None;
    let mut recorded: Option<String> = None;
    let mut recording: Option<String> = None;
    let mut table: Option<String> = None;
    let mut block = None;
    for (event, span) in new_cmark_parser(text, &MarkdownOptions::default()).into_offset_iter() {
        match event {
            Event::Start(Tag::CodeBlock(CodeBlockKind::Fenced(info))) => {
                let line = text[..span.start].matches('\n').count() + 1;
                block = Some((info.to_string(), format!("{name}, line {line}"), String::new()));
            }
            Event::Text(piece) => {
                if let Some((_, _, content)) = &mut block {
                    content.push_str(&piece);
                }
            }
            Event::End(TagEnd::CodeBlock) => {
                let Some((info, place, content)) = block.take() else { continue };
                let content = unescaped(&content);
                let words: Vec<&str> = info.split_whitespace().collect();
                let part = match words.as_slice() {
                    ["markdown"] => {
                        examples.push(Example {
                            place,
                            chapter: content,
                            settings: settings.take().unwrap_or_default(),
                            recorded: recorded.take(),
                            recording: recording.take(),
                            table: table.take(),
                            ..Example::default()
                        });
                        continue;
                    }
                    ["markdown", "recorded"] => &mut recorded,
                    ["toml"] => &mut settings,
                    ["text", "report"] => &mut last(&mut examples, &place).report,
                    ["text", "recording"] => &mut recording,
                    ["text", "table"] => &mut table,
                    ["text", "report", "of", "record", "--check"] => {
                        &mut last(&mut examples, &place).check
                    }
                    ["text", "report", "of", "record", "--check", "--moved-images"] => {
                        &mut last(&mut examples, &place).moved
                    }
                    ["markdown", "fixed"] => &mut last(&mut examples, &place).fixed,
                    ["markdown", "accepted"] => &mut last(&mut examples, &place).accepted,
                    ["diff", "fixed"] => &mut last(&mut examples, &place).fixed_diff,
                    ["diff", "accepted"] => &mut last(&mut examples, &place).accepted_diff,
                    ["text"] => continue,
                    _ => panic!("{place}: unknown kind of block: `{info}`"),
                };
                assert!(
                    part.replace(content).is_none(),
                    "{place}: a second `{info}` for the same example"
                );
            }
            _ => {}
        }
    }
    assert!(settings.is_none(), "{name}: a book.toml without an example");
    let recorded = recorded.or(recording).or(table);
    assert!(recorded.is_none(), "{name}: a recording or a table without an example");
    examples
}

/// A text as readers see it: mdBook removes the backslash before a link of its own.
fn unescaped(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match line.split_once(r"\{{#") {
        Some((before, link)) if link.contains("}}") => format!("{before}{{{{#{link}"),
        _ => line.to_owned(),
    });
    lines.collect()
}

fn last<'a>(examples: &'a mut [Example], place: &str) -> &'a mut Example {
    examples.last_mut().unwrap_or_else(|| panic!("{place}: no example before this block"))
}

impl Example {
    /// The file and the line in the guide.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The chapter's text.
    pub fn chapter(&self) -> &str {
        &self.chapter
    }

    /// Runs the example, and compares the result with the guide.
    ///
    /// # Errors
    /// The differences, as a message for the guide's author.
    pub fn check(&self) -> Result<(), String> {
        let book = self.book();
        let run_in = |directory: &str, words: &[&str]| {
            let program = Program::new(words).directory(book.path().join(directory));
            program.env("TMPDIR", book.path().join("tmp")).run()
        };
        let run = |command: &str| run_in("src", &[command, "lab.md"]);
        if let Some(moved) = &self.moved {
            let hub = Hub::start();
            let run = |words: &[&str]| {
                let program = Program::new(words).directory(book.path()).in_network(&hub);
                program.env("TMPDIR", book.path().join("tmp")).run()
            };
            run(&["record"]).exits(0);
            hub.tag("library/alpine", "other", "latest");
            return self.compare(moved, &run(&["record", "--check", "--moved-images"]));
        }
        if let Some(check) = &self.check {
            if let Some(recorded) = &self.recorded {
                fs::write(book.path().join("src/lab.md"), recorded).unwrap();
                run_in(".", &["record"]).exits(0);
                fs::write(book.path().join("src/lab.md"), &self.chapter).unwrap();
            }
            if let Some(recording) = &self.recording {
                fs::create_dir(book.path().join("recordings")).unwrap();
                fs::write(book.path().join("recordings/lab.md.json"), recording).unwrap();
            }
            if let Some(table) = &self.table {
                run_in(".", &["record"]).exits(0);
                fs::write(book.path().join("recordings/engines.json"), table).unwrap();
            }
            return self.compare(check, &run_in(".", &["record", "--check"]));
        }
        let rewritten = [
            ("fix", &self.fixed, &self.fixed_diff),
            ("accept", &self.accepted, &self.accepted_diff),
        ];
        let is_shown =
            |whole: &Option<String>, diff: &Option<String>| whole.is_some() || diff.is_some();
        let is_rewritten = rewritten.iter().any(|(_, whole, diff)| is_shown(whole, diff));
        if self.report.is_some() || !is_rewritten {
            self.compare(self.report.as_deref().unwrap_or_default(), &run("verify"))?;
        }
        let read_chapter = || fs::read_to_string(book.path().join("src/lab.md")).unwrap();
        for (command, whole, diff) in rewritten {
            if !is_shown(whole, diff) {
                continue;
            }
            let before = read_chapter();
            let outcome = run(command);
            let chapter = read_chapter();
            let changes = changes(&before, &chapter);
            let is_as_shown = whole.as_ref().is_none_or(|whole| *whole == chapter)
                && diff.as_ref().is_none_or(|diff| *diff == changes);
            if !is_as_shown {
                let place = &self.place;
                return Err(format!(
                    "{place}: after `{command}`:\n{chapter}\n{changes}\n{outcome}"
                ));
            }
        }
        if is_rewritten { self.compare("", &run("verify")) } else { Ok(()) }
    }

    /// A book with the example as its only chapter.
    fn book(&self) -> TempDir {
        let mut config: toml::Table =
            self.settings.parse().unwrap_or_else(|error| panic!("{}: {error}", self.place));
        let mut inner = &mut config;
        for name in ["preprocessor", "docktest", "images"] {
            let empty = || toml::Value::Table(toml::Table::new());
            let value = inner.entry(name).or_insert_with(empty);
            inner = value.as_table_mut().unwrap();
        }
        let recipe = workspace().join("book/images/alpine");
        inner.insert("alpine".into(), recipe.to_str().unwrap().into());

        let book = TempDir::with_prefix("testsuite-").unwrap();
        for directory in ["src", "tmp"] {
            fs::create_dir(book.path().join(directory)).unwrap();
        }
        fs::write(book.path().join("book.toml"), config.to_string()).unwrap();
        fs::write(book.path().join("src/SUMMARY.md"), "- [Lab](lab.md)\n").unwrap();
        fs::write(book.path().join("src/lab.md"), &self.chapter).unwrap();
        book
    }

    fn compare(&self, expected: &str, outcome: &Outcome) -> Result<(), String> {
        let anything: Vec<String> =
            expected.split("[..]").map(|text| text.replace('[', "[[]")).collect();
        let pattern = Pattern::parse(&anything.join("[..]"), &Placeholders::default());
        let report = findings(outcome.stdout());
        if let Err(mismatch) = pattern.matches(&report, &mut Bindings::default()) {
            let diff: Vec<String> = mismatch.diff.iter().map(ToString::to_string).collect();
            let diff = diff.join("\n").replace("[[]", "[");
            return Err(format!("{}:\n{diff}\n{outcome}", self.place));
        }
        if expected.is_empty() && outcome.stdout().contains(" 0 steps:") {
            return Err(format!("{}: none of its steps is run", self.place));
        }
        let passes = !report.lines().any(|line| line.starts_with("error["));
        if passes != (outcome.status == Some(0)) {
            return Err(format!("{}: unexpected exit status\n{outcome}", self.place));
        }
        Ok(())
    }
}

/// The changes of a chapter as a diff.
fn changes(before: &str, after: &str) -> String {
    TextDiff::from_lines(before, after).unified_diff().context_radius(1).to_string()
}

/// The report without the lines that all reports have: what did not run, how to run a step again, what `fix`
/// can do, and the summary.
fn findings(report: &str) -> String {
    let lines: Vec<&str> = report.lines().collect();
    let lines = lines.split_last().map_or(&[] as &[&str], |(_, findings)| findings);
    let is_common = |line: &str| {
        line.starts_with("Not run because of its errors: ")
            || line.contains("To run it again: ")
            || line.ends_with(" can be fixed by `mdbook-docktest fix`")
    };
    let findings = lines.iter().filter(|line| !is_common(line));
    findings.copied().collect::<Vec<_>>().join("\n")
}
