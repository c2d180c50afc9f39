//! Renderers other than mdBook's HTML get results as Markdown.

use std::fs;

use testsuite::{Book, Program, Site};

/// A book for these renderers. The output of its step would be markup in HTML.
fn built(outputs: &str) -> (Book, Site) {
    let config = format!("[book]\nsrc = \"src\"\n[build]\nbuild-dir = \"out\"\n{outputs}");
    let book = Book::new()
        .config(&config)
        .prose("# Lab\n\n> Quoted.\n>\n> ```bash exit=1\n> echo '<b>&'; false\n> ```\n\nEnd.\n");
    let site = book.build().unwrap();
    (book, site)
}

/// Checks that only the result was added to the chapter, as a fenced block in the quote.
#[track_caller]
fn is_markdown(text: &str) {
    assert!(text.contains("> ```bash\n> echo '<b>&'; false\n> ```\n"), "{text}");
    assert!(text.contains("> ```text\n> <b>&\n"), "{text}");
    let prose = text.replace("<b>&", "");
    assert!(!prose.contains(['<', '&']), "{text}");
}

#[test]
fn the_markdown_renderer_gets_fenced_text() {
    let (book, _) = built("[output.html]\n[output.markdown]\n");
    let text = fs::read_to_string(book.path().join("out/markdown/lab.md")).unwrap();
    is_markdown(&text);
    let page = Site::new(book.path().join("out/html")).page("lab.html");
    assert_eq!(page.texts("main figure.docktest samp")[0].trim_end(), "<b>&");
}

#[test]
fn an_unknown_renderer_gets_markdown() {
    let (book, _) = built("[output.epub]\ncommand = \"sh -c 'cat > book.json'\"\n");
    let given = fs::read_to_string(book.path().join("out/book.json")).unwrap();
    let given: serde_json::Value = serde_json::from_str(&given).unwrap();
    let chapter = given.pointer("/book/items/0/Chapter/content").and_then(|text| text.as_str());
    is_markdown(chapter.unwrap());
}

#[test]
fn mdbook_test_is_not_affected() {
    Program::new(["supports", "test"]).run().exits(1);
}
