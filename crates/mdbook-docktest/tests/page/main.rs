//! Rendered chapters after mdBook's own HTML renderer, as a reader gets them.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use mdbook_docktest::internal::{
    Chunk, CommandRecording, End, Engine, Extensions, Labels, Language, Page, Recording, Renderer,
    StepRecording, Stream, Transcript, extract, render,
};
use mdbook_driver::MDBook;
use mdbook_driver::builtin_preprocessors::LinkPreprocessor;
use mdbook_driver::config::Config;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::errors::Result;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use scraper::{Html, Selector};

mod hostile;
mod size;

/// A preprocessor that replaces the text of each chapter.
struct Texts(HashMap<PathBuf, String>);

impl Preprocessor for Texts {
    fn name(&self) -> &'static str {
        "texts"
    }

    fn run(&self, _: &PreprocessorContext, mut book: Book) -> Result<Book> {
        book.for_each_chapter_mut(|chapter| {
            if let Some(text) = chapter.path.as_ref().and_then(|path| self.0.get(path)) {
                chapter.content.clone_from(text);
            }
        });
        Ok(book)
    }
}

/// mdBook's `links`, run afterwards, as in a book without `after = ["links"]`.
struct LinksAfterwards;

impl Preprocessor for LinksAfterwards {
    fn name(&self) -> &'static str {
        "links-afterwards"
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> Result<Book> {
        LinkPreprocessor::new().run(context, book)
    }
}

/// The log of mdBook.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Builds a book of these chapters and returns their pages. mdBook must not print a warning.
fn build(chapters: &[String]) -> Vec<Html> {
    let book = tempfile::tempdir().expect("a temporary directory can be created");
    let source = book.path().join("src");
    fs::create_dir(&source).expect("the directory can be created");
    let name = |index: usize| format!("c{index}.md");
    let mut summary = String::new();
    for index in 0..chapters.len() {
        summary.push_str(&format!("- [C{index}]({})\n", name(index)));
        fs::write(source.join(name(index)), "").expect("the file can be written");
    }
    fs::write(source.join("SUMMARY.md"), summary).expect("the file can be written");

    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::WARN)
        .with_writer(move || writer.clone())
        .finish();
    tracing::subscriber::with_default(subscriber, || {
        let mut config = Config::default();
        config.set("output.html.print.enable", false).expect("mdBook has this key");
        let mut mdbook = MDBook::load_with_config(book.path(), config).expect("the book loads");
        let texts = chapters.iter().enumerate();
        let texts = texts.map(|(index, text)| (name(index).into(), text.clone())).collect();
        mdbook.with_preprocessor(Texts(texts)).with_preprocessor(LinksAfterwards);
        mdbook.build().expect("the book builds");
    });
    let log = log.0.lock().expect("no writer panics").clone();
    assert_eq!(String::from_utf8_lossy(&log), "", "{chapters:#?}");

    let page = |index: usize| book.path().join("book").join(format!("c{index}.html"));
    (0..chapters.len())
        .map(|index| {
            Html::parse_document(&fs::read_to_string(page(index)).expect("the page is built"))
        })
        .collect()
}

/// Renders a chapter whose steps printed `outputs`.
fn rendered(chapter: &str, outputs: &[&str]) -> String {
    let ran = |output: &&str| command(&[(Stream::Stdout, output)]);
    rendered_with(chapter, outputs.iter().map(ran))
}

/// A successful command that printed these chunks.
fn command(chunks: &[(Stream, &str)]) -> CommandRecording {
    let chunk = |(stream, text): &(Stream, &str)| Chunk {
        stream: *stream,
        at_ms: 0,
        text: (*text).to_owned(),
    };
    CommandRecording {
        duration_ms: 1,
        ..CommandRecording::new(
            "cmd",
            End::Exited { status: 0 },
            Transcript { chunks: chunks.iter().map(chunk).collect(), ..Transcript::default() },
        )
    }
}

/// Renders a chapter with one recorded command for each step.
fn rendered_with(chapter: &str, commands: impl Iterator<Item = CommandRecording>) -> String {
    let scenario = extract(Path::new("c.md"), chapter, Extensions::default());
    assert_eq!(scenario.findings, []);
    let ran = |command| StepRecording::Ran { commands: vec![command], effects: Vec::new() };
    let engine = Engine { version: "26.1.5".into(), ..Engine::default() };
    let recording = Recording {
        engine,
        steps: commands.map(ran).collect(),
        recorded_at: "2026-11-24T23:02:12Z".into(),
        ..Recording::default()
    };
    let labels = Arc::new(Labels::new(Language::Fr));
    let page = Page { labels, renderer: Renderer::Html, slug: "c".into(), verifications: None };
    render(chapter, &scenario, Some(&recording), &[], &page)
}

fn selector(css: &str) -> Selector {
    Selector::parse(css).expect("the selector is valid")
}

fn texts(page: &Html, css: &str) -> Vec<String> {
    page.select(&selector(css)).map(|element| element.text().collect()).collect()
}

fn count(page: &Html, css: &str) -> usize {
    page.select(&selector(css)).count()
}

fn page(chapter: &str, outputs: &[&str]) -> Html {
    build(&[rendered(chapter, outputs)]).remove(0)
}

const OUTPUT: &str = "\n a *b* _c_ `d`\n\n\t<b>&amp;</b> $$x$$ [e](f)\n\n\n```\n# no title\n";

#[test]
fn output_is_unchanged() {
    let long = "x ".repeat(5000) + "\n";
    for output in [
        OUTPUT,
        &long,
        "</samp></pre></script>-->\n",
        "{{#include /etc/passwd}} {{ title }} {{{x}}} \\{{#title y}}\n",
        "\u{feff}\u{fffe}\u{ad}\n",
        "\n",
        "\n\n\nend",
    ] {
        let page = page("```bash\nls\n```\n", &[output]);
        assert_eq!(texts(&page, "main figure > pre > samp"), [output]);
        assert_eq!(count(&page, "pre p, samp *, figure code"), 0);
        assert_eq!(texts(&page, "pre.docktest-code > code"), ["ls\n"]);
    }
}

#[test]
fn a_tight_list_stays_tight_and_keeps_its_items() {
    let chapter = "- one\n  ```bash exit=0\n  ls\n  ```\n  *after*\n- two\n  1. three\n     ~~~sh\n     ls\n     ~~~\n- four\n";
    let page = page(chapter, &[OUTPUT, OUTPUT]);
    assert_eq!(texts(&page, "li samp"), [OUTPUT, OUTPUT]);
    assert_eq!(count(&page, "main > ul"), 1);
    assert_eq!(count(&page, "main > ul > li"), 3);
    assert_eq!(count(&page, "main > ul > li p"), 0);
    assert_eq!(texts(&page, "main > ul > li > em"), ["after"]);
    assert_eq!(count(&page, "li > ol > li > div > figure"), 1);
    assert_eq!(texts(&page, "pre > code"), ["ls\n", "ls\n"]);
}

#[test]
fn a_loose_list_keeps_its_paragraphs() {
    let chapter = "1. one\r\n\r\n   ```bash\r\n   ls\r\n   ```\r\n\r\n   ```output\r\n   x\r\n   ```\r\n\r\n2. two\r\n\r\n\ttext\r\n";
    let page = page(chapter, &[OUTPUT]);
    assert_eq!(texts(&page, "ol > li > div > figure samp"), [OUTPUT]);
    assert_eq!(texts(&page, "ol > li > p"), ["one", "two", "text"]);
}

#[test]
fn quotes_are_not_split() {
    let chapter = "> before\n> ```bash\n> ls\n> ```\n> *after*\n>\n> - one\n>   ```bash\n>   ls\n>   ```\n>   two\n\n- > ```bash\n  > ls\n  > ```\n  > end\n";
    let page = page(chapter, &[OUTPUT, OUTPUT, OUTPUT]);
    assert_eq!(count(&page, "main > blockquote"), 1);
    assert_eq!(texts(&page, "main > blockquote > div > figure samp"), [OUTPUT]);
    assert_eq!(texts(&page, "main > blockquote > p"), ["before", "after"]);
    assert_eq!(texts(&page, "main > blockquote > ul > li > div > figure samp"), [OUTPUT]);
    assert_eq!(texts(&page, "main > ul > li > blockquote > div > figure samp"), [OUTPUT]);
    assert_eq!(texts(&page, "main > ul > li > blockquote > p"), ["end"]);
}

#[test]
fn hidden_steps_leave_no_trace() {
    let chapter =
        "- ```bash hidden\n  SECRET\n  ```\n  ```output\n  SECRET\n  ```\n  text\n- two\n";
    let page = page(chapter, &["SECRET"]);
    assert_eq!(count(&page, "main > ul > li"), 2);
    assert_eq!(count(&page, "main > p, main pre"), 0);
    assert!(!texts(&page, "main").concat().contains("SECRET"));
}

#[test]
fn text_right_below_a_step_is_still_markdown() {
    for below in ["*text*\n", "> *text*\n", "- *text*\n", "# *text*\n", "```bash\n```\n*text*\n"] {
        let outputs = if below.contains("bash") { vec!["a", "b"] } else { vec!["a"] };
        let page = page(&format!("```bash\nls\n```\n{below}"), &outputs);
        assert_eq!(texts(&page, "main em"), ["text"], "{below}");
    }
}

#[test]
fn the_provenance_is_outside_of_lists_and_quotes() {
    let page = page("> - ```bash\n>   ls\n>   ```", &["a"]);
    assert_eq!(
        texts(&page, "main > details.docktest-provenance > summary"),
        ["Vérifié le 24\u{a0}novembre 2026 · Docker Engine 26.1.5"]
    );
}

#[test]
fn the_provenance_is_outside_of_unclosed_blocks() {
    for end in ["```text\nx", "~~~\n", "<!-- x", "<pre>\n\nx", "text\n```text\nx\n"] {
        let rendered = rendered(&format!("```bash\nls\n```\n\n{end}"), &["a"]);
        let page = Html::parse_document(&format!("<main>{}</main>", to_html(&rendered)));
        assert_eq!(count(&page, "main > details.docktest-provenance > summary"), 1, "{rendered}");
    }
}

/// Renders Markdown that mdBook would print warnings about.
fn to_html(markdown: &str) -> String {
    let options = mdbook_markdown::MarkdownOptions::default();
    let mut html = String::new();
    let parser = mdbook_markdown::new_cmark_parser(markdown, &options);
    mdbook_markdown::pulldown_cmark::html::push_html(&mut html, parser);
    html
}

#[test]
fn any_output_is_unchanged() {
    // Each case builds a book. `proptest!` would take the number of cases from the environment.
    let config =
        ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() };
    let output = "(\\PC|[\n\t <>&\"'`*_{}$#\\[\\]]|-->|</pre>|<script>|&#0;|\\{\\{){1,60}";
    let outputs = prop::collection::vec(output, 24);
    let result = TestRunner::new(config).run(&outputs, |outputs| {
        let chapter = "- a\n  ```bash\n  ls\n  ```\n  *b*\n";
        let chapters: Vec<_> = outputs.iter().map(|output| rendered(chapter, &[output])).collect();
        for (page, output) in build(&chapters).iter().zip(&outputs) {
            prop_assert_eq!(&texts(page, "li samp").concat(), output);
            prop_assert_eq!(texts(page, "li > em"), ["b"]);
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// The page of a chapter without steps, in French.
fn french(text: &str) -> Html {
    let scenario = extract(Path::new("c.md"), text, Extensions::default());
    let labels = Arc::new(Labels::new(Language::Fr));
    let page = Page { labels, renderer: Renderer::Html, slug: "c".into(), verifications: None };
    let [page] = &build(&[render(text, &scenario, None, &[], &page)])[..] else { unreachable!() };
    page.clone()
}

#[test]
fn a_box_has_one_title_and_all_its_content() {
    let page = french(
        "a\n> [!WARNING]\n> b\n> - c\n>\n> ```text\n> d\n\n1. e\n   > [!NOTE]\n   > f\n2. > > [!TIP]\n   > > g\nlazy\n\n\
         > [!CAUTION]\n> ~~~text\n> h\n> ~~~\n",
    );
    let titles = ["Piège", "Remarque", "Bonne pratique", "Attention"];
    assert_eq!(texts(&page, "main .blockquote-tag > .blockquote-tag-title"), titles);
    assert_eq!(count(&page, "main .blockquote-tag-title"), 4);
    assert_eq!(texts(&page, "main > .blockquote-tag-warning > blockquote > p"), ["b"]);
    assert_eq!(texts(&page, "main > .blockquote-tag-warning > blockquote > ul > li"), ["c"]);
    assert_eq!(texts(&page, "main > .blockquote-tag-warning > blockquote code"), ["d\n"]);
    assert_eq!(texts(&page, "main > ol > li > .blockquote-tag-note > blockquote > p"), ["f"]);
    let tip = "main > ol > li > blockquote > .blockquote-tag-tip > blockquote > p";
    assert_eq!(texts(&page, tip), ["g\nlazy"]);
    assert_eq!(texts(&page, "main > .blockquote-tag-caution > blockquote code"), ["h\n"]);
    assert_eq!(texts(&page, "main > p"), ["a"]);
}
