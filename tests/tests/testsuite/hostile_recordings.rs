//! A forged recording with a valid checksum can neither crash the program nor put anything but text into
//! a page.

use std::fs;

use mdbook_markdown::pulldown_cmark::Event;
use mdbook_markdown::{MarkdownOptions, new_cmark_parser};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use testsuite::Book;

/// Closes any markup that a page could put around it, and opens its own.
const MARKUP: &str = "</samp></kbd></pre></code></p></small></figure>--><script>alert(1)</script>\
    \u{0}\u{1b}[31m\u{202e}\u{2066}\n\n# Heading\n\n```\n````\n\n<img src=x onerror=alert(1)>&lt;";

/// The file of a recording, with a valid checksum.
fn signed(recording: &Value) -> String {
    let mut recording = recording.clone();
    recording.as_object_mut().unwrap().shift_remove("checksum");
    let text = serde_json::to_string_pretty(&recording).unwrap();
    let body = format!("{},", text.strip_suffix("\n}").unwrap());
    let checksum: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{body}\n  \"checksum\": \"{checksum}\"\n}}\n")
}

/// A book whose pages show every kind of result, and its recording.
fn recorded() -> (Book, Value) {
    let book = Book::new()
        .setting("on-failure = \"embed\"")
        .setting("run = \"never\"")
        .step("echo one\necho two >&2")
        .step("docker volume create data")
        .step_with("tty", "echo three");
    book.command(["record"]).run().exits(0);
    let text = fs::read_to_string(book.recording("lab.md")).unwrap();
    let recording: Value = serde_json::from_str(&text).unwrap();
    fs::write(book.recording("lab.md"), signed(&recording)).unwrap();
    book.command(["record", "--check"]).run().exits(0);
    (book, recording)
}

/// The HTML in a Markdown text.
fn html(markdown: &str) -> String {
    let events = new_cmark_parser(markdown, &MarkdownOptions::default());
    let html = events.filter_map(|event| match event {
        Event::Html(html) | Event::InlineHtml(html) => Some(html.into_string()),
        _ => None,
    });
    html.collect()
}

/// Replaces the value at a JSON pointer of a recording.
fn with(recording: &Value, pointer: &str, value: Value) -> Value {
    let mut recording = recording.clone();
    *recording.pointer_mut(pointer).unwrap_or_else(|| panic!("no {pointer}")) = value;
    recording
}

/// Builds the book with a recording, and checks the pages.
#[track_caller]
fn is_harmless(book: &Book, recording: &Value, what: &str) {
    fs::write(book.recording("lab.md"), signed(recording)).unwrap();
    for renderer in ["html", "markdown"] {
        let build = book.to_preprocess(renderer).env("PATH", "/nowhere").env("CI", "true");
        let outcome = build.run();
        outcome.exits(0);
        assert!(!outcome.stderr().contains("panicked"), "{what}\n{outcome}");
        assert!(!outcome.stderr().contains(['\0', '\u{202e}']), "{what}\n{outcome}");
        let pages: mdbook_preprocessor::book::Book =
            serde_json::from_str(outcome.stdout()).unwrap();
        let chapter = &pages.chapters().next().unwrap().content;
        assert!(!chapter.contains('\0'), "{what}\n{chapter}");
        let html = html(chapter);
        assert!(!html.contains("<script") && !html.contains("<img"), "{what}\n{chapter}");
        // The chapter has one heading; another one comes from the recording.
        assert_eq!(headings(chapter), 1, "{what}\n{chapter}");
    }
    let check = book.command(["record", "--check"]).env("PATH", "/nowhere").run();
    assert!(check.stderr().is_empty(), "{what}\n{check}");
}

fn headings(markdown: &str) -> usize {
    use mdbook_markdown::pulldown_cmark::Tag;
    let events = new_cmark_parser(markdown, &MarkdownOptions::default());
    events.filter(|event| matches!(event, Event::Start(Tag::Heading { .. }))).count()
}

#[test]
fn markup_stays_text() {
    let (book, recording) = recorded();
    let effect = |change: Value| {
        let mut effect = json!({"command": 0, "kind": "container", "name": MARKUP, "id": MARKUP});
        effect.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        effect
    };
    let places = [
        ("/recorded_at", json!(MARKUP)),
        ("/engine/version", json!(MARKUP)),
        ("/engine/kind", json!(MARKUP)),
        ("/images", json!([{"reference": MARKUP, "id": MARKUP, "origin": "recipe"}])),
        ("/steps/0/commands/0/command", json!(MARKUP)),
        ("/steps/0/commands/0/transcript/chunks/0/text", json!(MARKUP)),
        ("/steps/0/commands/1/transcript/chunks/0/text", json!(MARKUP)),
        ("/steps/2/commands/0/transcript/chunks/0/text", json!(MARKUP)),
        (
            "/steps/1/effects",
            json!([
                effect(json!({"action": "created", "image": MARKUP})),
                effect(json!({"action": "started"})),
                effect(json!({"action": "died", "exit": 1, "alone": true, "log": MARKUP})),
            ]),
        ),
        ("/leftovers/0/name", json!(MARKUP)),
    ];
    for (place, value) in places {
        is_harmless(&book, &with(&recording, place, value), place);
    }
    let typed = json!([{"stream": "typed", "at_ms": 0, "text": MARKUP}]);
    is_harmless(&book, &with(&recording, "/steps/0/commands/0/transcript/chunks", typed), "typed");
    let missing = format!("Unable to find image '{MARKUP}' locally");
    let failed = with(&recording, "/steps/0/commands/0/transcript/chunks/0/text", json!(missing));
    let failed = with(&failed, "/steps/0/commands/0/end", json!({"how": "exited", "status": 1}));
    is_harmless(&book, &failed, "a failure");
}

#[test]
fn wrong_numbers_do_no_harm() {
    let (book, recording) = recorded();
    let steps = recording["steps"].as_array().unwrap();
    let commands = recording["steps"][0]["commands"].as_array().unwrap();
    let wild = json!({"step": u64::MAX, "command": u64::MAX, "kind": "volume", "name": "é".repeat(64), "id": ""});
    let near =
        json!({"step": 1, "command": u64::MAX, "kind": "volume", "name": "é".repeat(64), "id": ""});
    let died = |command: Value, exit: i64| {
        json!([
            {"command": command, "kind": "container", "name": "a", "id": "a", "action": "started"},
            {"command": command, "kind": "container", "name": "a", "id": "a", "action": "died", "exit": exit, "alone": true},
        ])
    };
    for (place, value) in [
        ("/steps", json!([])),
        ("/steps", json!([steps[0]])),
        ("/steps", steps.iter().cycle().take(1000).cloned().collect()),
        ("/steps/0", json!({"status": "ignored"})),
        ("/steps/0", json!({"status": "skipped"})),
        ("/steps/0/commands", json!([])),
        ("/steps/0/commands", commands.iter().cycle().take(1000).cloned().collect()),
        ("/steps/0/commands/0/transcript/chunks", json!([])),
        ("/steps/0/commands/0/end", json!({"how": "exited", "status": i32::MIN})),
        ("/steps/0/commands/0/end", json!({"how": "timed-out", "limit_ms": u64::MAX})),
        ("/steps/0/commands/0/end", json!({"how": "timed-out", "limit_ms": -1})),
        ("/steps/0/commands/0/end", json!({"how": "engine-lost"})),
        ("/steps/0/commands/0/end", json!({"how": "stopped"})),
        ("/steps/0/commands/0/duration_ms", json!(u64::MAX)),
        ("/steps/0/commands/0/duration_ms", json!(-1)),
        ("/steps/0/commands/0/duration_ms", json!(1e300)),
        ("/steps/0/commands/0/transcript", json!({"chunks": [], "omitted_bytes": u64::MAX})),
        ("/steps/2/commands/0/transcript/terminal", json!(0)),
        ("/steps/2/commands/0/transcript/terminal", json!(65_535)),
        (
            "/steps/2/commands/0/transcript/chunks/0/text",
            json!("\u{1b}[99999999999C\u{1b}[65535bx\u{1b}[65535L"),
        ),
        ("/steps/1/effects", died(json!(u64::MAX), 1)),
        ("/steps/1/effects", died(json!(0), i32::MIN.into())),
        ("/steps/1/effects", died(json!(0), i64::MAX)),
        ("/leftovers", json!([wild, near])),
        ("/recorded_at", json!("+262142-12-31T23:59:59Z")),
        ("/recorded_at", json!("2026-11-24T99:99:99Z")),
        ("/schema", json!(-1)),
        ("/schema", json!(u64::MAX)),
        ("/inputs/timeout_ms", json!(u64::MAX)),
        ("/inputs/steps", json!([])),
        ("/inputs/steps", json!(vec!["x"; 1000])),
    ] {
        is_harmless(
            &book,
            &with(&recording, place, value.clone()),
            &format!("{place} {:.60}", value.to_string()),
        );
    }
}
