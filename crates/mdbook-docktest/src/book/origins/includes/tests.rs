use std::collections::BTreeMap;

use mdbook_driver::builtin_preprocessors::LinkPreprocessor;
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::config::Config;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use tempfile::TempDir;

use super::*;

/// Files that can be included.
const FILES: [(&str, &str); 6] = [
    ("all.sh", "one\r\ntwo\nthree\n"),
    ("anchors.sh", "0\n# ANCHOR: a\n1\n# ANCHOR: b\n2\n# ANCHOR_END: b\n3\n# ANCHOR_END: a\n4\n"),
    ("sub/outer.md", "Outer.\n\n{{#include inner.md}}\nEnd."),
    ("sub/inner.md", "```bash\ninner\n```\n"),
    ("empty.md", ""),
    ("self.md", "x {{#include self.md}}"),
];

/// Links, with the number of the line that the error is about if there is one.
const CHAPTER: &str = "# É\n\n{{#include ../all.sh}}\n{{ #include ../all.sh:2}}-\n\
    {{#include ../all.sh:2:}}\n{{#include ../all.sh::2}}\n{{#include ../all.sh:1:2}}\n\
    {{#include ../anchors.sh:a}}\n{{#include ../anchors.sh:b}}\n{{#rustdoc_include ../all.sh:2}}\n\
    {{#rustdoc_include ../anchors.sh:b}}\n{{#playground ../all.sh editable}}\n{{#title T}}\n\
    \\{{#include ../nowhere}}\n{{#include ../sub/outer.md}}\n{{#include ../empty.md}}\n\
    {{#unknown x}} {{#include }} {{text}}\nThe end.\n";

fn book() -> TempDir {
    let book = tempfile::tempdir().unwrap();
    for (name, text) in FILES {
        let path = book.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    fs::create_dir(book.path().join("src")).unwrap();
    book
}

/// Returns what mdBook makes of a chapter.
fn by_mdbook(book: &TempDir, text: &str) -> String {
    let context =
        PreprocessorContext::new(book.path().to_owned(), Config::default(), "html".to_owned());
    let chapter = Chapter::new("A", text.to_owned(), "a.md", Vec::new());
    let sent = Book::new_with_items(vec![BookItem::Chapter(chapter)]);
    let read = LinkPreprocessor::new().run(&context, sent).unwrap();
    read.chapters().next().unwrap().content.clone()
}

#[test]
fn includes_are_expanded_as_by_mdbook() {
    let book = book();
    let path = book.path().join("src/a.md");
    for text in [CHAPTER, "{{#include x}}{{#include ../all.sh:9}}", "a {{#include ../self.md}} b"] {
        assert_eq!(expand(&path, text).text.text, by_mdbook(&book, text), "{text}");
    }
    assert!(expand(&path, CHAPTER).missing.is_empty());
}

#[test]
fn each_line_is_found_in_its_file() {
    let book = book();
    let expansion = expand(&book.path().join("src/a.md"), CHAPTER);
    let mapped = &expansion.text;
    let mut lines: BTreeMap<&str, usize> = BTreeMap::new();
    for (start, line) in mapped.text.match_indices('\n').map(|(end, _)| end + 1).map(|start| {
        let line = mapped.text[start..].lines().next().unwrap_or_default();
        (start, line)
    }) {
        let start = start + if line.starts_with("# ") { 2 } else { 0 };
        let line = line.strip_prefix("# ").unwrap_or(line);
        if line.is_empty() || line.starts_with("```") {
            continue;
        }
        let (file, offset) = mapped.place(start).unwrap();
        let found = &expansion.files[file].text[offset..];
        let found = found.strip_prefix('\\').unwrap_or(found);
        assert!(found.starts_with(line.trim_end_matches('-')), "{line:?}: {found:?}");
        *lines.entry(line).or_default() += 1;
    }
    assert_eq!((lines["two"], lines["inner"], lines["The end."]), (6, 1, 1));
}

#[test]
fn an_include_that_gives_nothing_is_reported_at_its_place() {
    let book = book();
    let path = book.path().join("src/a.md");
    for (link, message) in [
        ("{{#include ../nowhere.md}}", "nowhere.md`: No such file or directory (os error 2)"),
        ("{{#playground ../nowhere.rs}}", "nowhere.rs`: No such file or directory (os error 2)"),
        ("{{#include ../all.sh:absent}}", "all.sh` has no anchor `absent`"),
        ("{{#rustdoc_include ../anchors.sh:c}}", "anchors.sh` has no anchor `c`"),
        ("{{#include ../all.sh:4}}", "all.sh` has no line 4"),
        ("{{#include ../all.sh:3:2}}", "all.sh` has no lines in this range"),
    ] {
        let text = format!("é\n\n{link}\nAfter.\n");
        let expansion = expand(&path, &text);
        let [missing] = &expansion.missing[..] else { panic!("{link}: {:?}", expansion.missing) };
        assert!(missing.message.ends_with(message), "{}", missing.message);
        assert_eq!(missing.place, (0, 4), "{link}");
        assert_eq!(missing.span.start, 4, "{link}");
    }
    let too_deep = expand(&path, "{{#include ../self.md}}").missing;
    assert_eq!(too_deep.len(), 1);
    assert_eq!(too_deep[0].message, "too many files that include each other");
}
