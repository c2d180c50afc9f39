//! mdBook's own words: `docktest-fr.js` translates all of them into French.

use std::collections::BTreeSet;
use std::fs;
use std::sync::LazyLock;

use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use testsuite::{Book, Site, workspace};

/// Texts that are the same in French.
const SAME: [&str; 9] = ["Ayu", "Important", "←", "→", "S", "/", "?", "1.", "2."];

/// Texts in mdBook's scripts that readers do not see: those about runnable Rust code, which our books do
/// not have, and names of keys and headers.
const INVISIBLE: [&str; 27] = [
    "use strict",
    "Content-Type",
    "POST",
    "Ctrl-Enter",
    "result hljs language-bash",
    "Running...",
    "No output",
    "Playground Communication: ",
    "Run this code",
    "Undo changes",
    "pre code",
    "(prefers-color-scheme: dark)",
    "Escape",
    "ArrowUp",
    "ArrowDown",
    "ArrowRight",
    "ArrowLeft",
    "Home",
    "End",
    "Enter",
    "li:first-child button",
    "li:last-child button",
    "#mdbook-sidebar a",
    "clip-button tooltipped",
    "AND",
    "position: absolute; opacity: 0;",
    // It is printed to the browser's console.
    "Failed to load `${url}`: ${error}",
];

/// The translations: English, French.
fn words() -> Vec<(String, String)> {
    let script = workspace().join("crates/mdbook-docktest/assets/docktest-fr.js");
    let script = fs::read_to_string(script).unwrap();
    let (_, data) = script.split_once("window.docktestLanguage = ").unwrap();
    let data: Value = serde_json::from_str(data.trim_end().trim_end_matches(';')).unwrap();
    let words = data["words"].as_object().unwrap();
    words.iter().map(|(key, word)| (key.clone(), word.as_str().unwrap().to_owned())).collect()
}

/// A site with all texts that mdBook can add.
fn site() -> Site {
    let config = "[book]\ntitle = \"Essai\"\nlanguage = \"fr\"\nsrc = \"src\"\n\
                  [build]\nbuild-dir = \"html\"\n[output.html]\n\
                  git-repository-url = \"https://git.example/x\"\n\
                  edit-url-template = \"https://git.example/x/edit/{path}\"\n\
                  [output.html.code.hidelines]\ntext = \"#!\"";
    let admonitions = ["NOTE", "TIP", "IMPORTANT", "WARNING", "CAUTION"];
    let admonitions = admonitions.map(|kind| format!("> [!{kind}]\n> x\n\n")).concat();
    let text = format!("# b\n\n{admonitions}```text\na\n#!b\n```\n");
    // With mdBook's own titles, boxes stay mdBook's.
    let titles = ["note", "tip", "warning", "caution"];
    let book = titles.iter().fold(Book::new().config(config), |book, title| {
        let english = title[..1].to_uppercase() + &title[1..];
        book.setting(&format!("labels.box-{title} = {english:?}"))
    });
    let book = book.chapter("a.md", "# a\n");
    book.chapter("b.md", &text).chapter("c.md", "# c\n").build().unwrap()
}

/// The texts that mdBook adds to a page. `main` says whether its main part is mdBook's, too.
fn texts_of_page(page: &Html, main: bool) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let titles = Selector::parse(".blockquote-tag-title").unwrap();
    let texts = page.select(&titles).flat_map(|title| title.text());
    found.extend(texts.map(|text| text.trim().to_owned()));
    for element in page.select(&Selector::parse("body *").unwrap()) {
        let inside = |name: &str| is_inside(element, name);
        let is_code = ["script", "style", "template", "noscript"].into_iter().any(inside);
        // The title and the chapters come from the author.
        let is_authors = element.attr("class") == Some("menu-title")
            || inside("mdbook-sidebar-scrollbox")
            || (inside("main") && !main);
        if is_code || is_authors {
            continue;
        }
        let attributes = ["title", "aria-label", "placeholder", "alt"];
        found.extend(attributes.iter().filter_map(|name| element.attr(name)).map(str::to_owned));
        let own = element.children().filter_map(|child| child.value().as_text().cloned());
        found.extend(own.map(|text| text.trim().to_owned()));
    }
    found.remove("");
    found
}

fn is_inside(element: ElementRef<'_>, name: &str) -> bool {
    element.value().name() == name
        || element.ancestors().filter_map(ElementRef::wrap).any(|over| over.value().name() == name)
}

/// The texts in a script: string literals that look like prose.
fn texts_of_script(script: &str) -> BTreeSet<String> {
    static ATTRIBUTE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r#"(?:title|aria-label|placeholder|alt)="([^"]+)""#).unwrap());
    static PROSE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^\s*(?:[A-Z]|.*\S\s+\S).*[A-Za-z]{2}").unwrap());
    let mut texts = BTreeSet::new();
    for literal in literals(script) {
        if literal.contains(['<', '>']) || literal.contains("=\"") {
            texts.extend(ATTRIBUTE.captures_iter(&literal).map(|found| found[1].to_owned()));
        } else if PROSE.is_match(&literal) || literal.ends_with(" '") {
            texts.insert(literal);
        }
    }
    texts
}

/// The string literals of a script.
fn literals(script: &str) -> Vec<String> {
    let mut literals = Vec::new();
    let mut rest = script;
    // The character before a slash distinguishes a regex from a division.
    let mut before = ';';
    while let Some(next) = rest.chars().next() {
        let skipped = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if rest.starts_with("/*") {
            rest.find("*/").unwrap() + 2
        } else if matches!(next, '\'' | '"' | '`') {
            let end = end_of(rest, next);
            literals.push(unescaped(&rest[1..end]));
            end + 1
        } else if next == '/' && "(,=:[!&|?{};".contains(before) {
            end_of(rest, '/') + 1
        } else {
            next.len_utf8()
        };
        if !next.is_whitespace() && !rest.starts_with("//") && !rest.starts_with("/*") {
            before = next;
        }
        rest = &rest[skipped..];
    }
    literals
}

/// The end of the literal at the start of `text`.
fn end_of(text: &str, quote: char) -> usize {
    let (mut is_escaped, mut is_in_class) = (false, false);
    for (index, next) in text.char_indices().skip(1) {
        match next {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '[' if quote == '/' => is_in_class = true,
            ']' if quote == '/' => is_in_class = false,
            _ if next == quote && !is_in_class => return index,
            _ => {}
        }
    }
    panic!("unclosed literal: {text}");
}

fn unescaped(literal: &str) -> String {
    literal.replace("\\\n", "").replace("\\'", "'").replace("\\\"", "\"").replace("\\`", "`")
}

fn script_of(site: &Site, name: &str) -> String {
    let files = fs::read_dir(site.directory()).unwrap().flatten();
    let file = files
        .map(|entry| entry.path())
        .find(|path| path.file_name().unwrap().to_str().unwrap().starts_with(&format!("{name}-")));
    fs::read_to_string(file.unwrap_or_else(|| panic!("mdBook has no {name}.js"))).unwrap()
}

/// All texts of mdBook: whole texts in pages, and pieces of texts in scripts.
fn all_texts() -> (BTreeSet<String>, BTreeSet<String>) {
    let site = site();
    let page = |name: &str| {
        Html::parse_document(&fs::read_to_string(site.directory().join(name)).unwrap())
    };
    let mut whole = texts_of_page(&page("b.html"), false);
    whole.extend(texts_of_page(&page("404.html"), true));
    let title = page("404.html");
    let title = title.select(&Selector::parse("title").unwrap()).next().unwrap();
    whole.insert(title.text().collect::<String>().replace("Essai", "{}"));
    let pieces = ["book", "searcher"].map(|name| texts_of_script(&script_of(&site, name)));
    (whole, pieces.into_iter().flatten().collect())
}

#[test]
fn all_words_of_mdbook_are_translated() {
    let words = words();
    let (whole, pieces) = all_texts();
    assert!(whole.len() > 30, "{whole:?}");
    let is_known = |text: &String| words.iter().any(|(key, _)| key == text);
    let is_same = |text: &String| SAME.contains(&text.as_str());
    let new: Vec<&String> = whole.iter().filter(|text| !is_known(text) && !is_same(text)).collect();
    assert!(new.is_empty(), "docktest-fr.js does not translate {new:#?}");

    assert!(pieces.len() > 20, "{pieces:?}");
    let is_piece = |piece: &String| words.iter().any(|(key, _)| key.contains(piece.as_str()));
    let is_invisible = |piece: &String| INVISIBLE.contains(&piece.as_str());
    let new: Vec<&String> =
        pieces.iter().filter(|piece| !is_piece(piece) && !is_invisible(piece)).collect();
    assert!(new.is_empty(), "docktest-fr.js does not translate these texts of scripts: {new:#?}");
}

#[test]
fn no_translation_is_unused() {
    let (whole, pieces) = all_texts();
    let own = workspace().join("crates/mdbook-docktest/assets/docktest.js");
    let own = literals(&fs::read_to_string(own).unwrap());
    for (key, _) in words() {
        let is_used = whole.contains(&key)
            || pieces.iter().any(|piece| key.contains(piece))
            || own.contains(&key);
        // The title of this page in a book without a title.
        assert!(is_used || key == "Page not found", "mdBook no longer has the text {key:?}");
    }
}

#[test]
fn french_typography_is_correct() {
    for (key, word) in words() {
        for (mark, space) in
            [(':', '\u{a0}'), ('!', '\u{202f}'), ('?', '\u{202f}'), ('»', '\u{a0}')]
        {
            for (index, _) in word.match_indices(mark) {
                let before = word[..index].chars().next_back();
                assert_eq!(before, Some(space), "{key:?}: wrong space before {mark} in {word:?}");
            }
        }
        assert!(!word.contains(['\'', '"']) && !word.contains("..."), "{key:?} is {word:?}");
        assert_eq!(key.matches("{}").count(), word.matches("{}").count(), "{key:?} is {word:?}");
    }
}
