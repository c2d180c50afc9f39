//! The book that mdBook sends, and its pages with the results of its steps.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::slice;
use std::sync::{Arc, LazyLock};

use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::{Book, BookItem, Chapter as MdbookChapter};
use regex::Regex;

use crate::book::chapters::{self, Source};
use crate::book::settings::Settings;
use crate::extract::Extensions;
use crate::extract::image_uses::ImageUses;
use crate::model::finding::Finding;
use crate::render::page::{Page, Renderer, Slugs};
use crate::render::render_in_book;
use crate::render::verifications::{Entry, PATH, VersionResult, link_from, verifications};
use crate::render::whole::{ChapterFacts, Whole};
use crate::report::spill::Spill;
use crate::report::{Chapter, Report};

/// mdBook's data about a chapter.
pub(super) struct BookChapter {
    /// The title.
    name: String,
    /// The path of the page in the site.
    path: PathBuf,
    /// Whether mdBook numbers it.
    is_numbered: bool,
    pub(super) page: Page,
}

/// The chapters of the book that have a file, in reading order: mdBook's data about each, and its text.
/// The paths of files are relative to the book's directory, in which mdBook starts preprocessors.
///
/// The texts are moved out of the book; [`items`] puts the pages in their place.
pub(super) fn chapters(
    context: &PreprocessorContext,
    book: &mut Book,
    settings: &Settings,
) -> Vec<(BookChapter, Source)> {
    let renderer = Renderer::named(&context.renderer).unwrap_or(Renderer::Markdown);
    // A chapter of the book with that name is not replaced.
    let is_taken = book.chapters().any(|chapter| chapter.path.as_deref() == Some(Path::new(PATH)));
    let has_listing = settings.verifications && !is_taken;
    let mut slugs = Slugs::default();
    let mut known = Vec::new();
    chapters::for_each_chapter(&mut book.items, &mut |chapter, source_path| {
        let path = chapter.path.clone().unwrap_or_else(|| source_path.to_owned());
        let labels = Arc::clone(&settings.labels);
        let verifications = has_listing.then(|| link_from(&path));
        let page = Page { labels, renderer, slug: slugs.next(&path), verifications };
        let (name, is_numbered) = (chapter.name.clone(), chapter.number.is_some());
        known.push(BookChapter { name, path, is_numbered, page });
    });
    let extensions = Extensions::from_config(&context.config);
    let sources = chapters::chapters(book, &context.config.book.src, &extensions, settings);
    known.into_iter().zip(sources).collect()
}

/// Whether a chapter has a directive about the whole book, so that all chapters must be known for its page.
pub(super) fn is_about_book(chapter: &Chapter) -> bool {
    let directives = chapter.scenario().map_or(&[][..], |scenario| &scenario.directives);
    directives.iter().any(|(directive, _)| directive.is_about_book())
}

/// What is known of a book's chapters for pages about the book. Nothing is collected if the book has no such page.
pub(super) struct BookFacts {
    /// The facts of each chapter; `None` until they are collected.
    chapters: Option<Vec<Option<ChapterFacts>>>,
}

impl BookFacts {
    /// Facts about no chapter yet, for a book with these texts.
    pub(super) fn new<'a>(mut texts: impl ExactSizeIterator<Item = &'a str>) -> Self {
        static DIRECTIVE: LazyLock<Regex> = LazyLock::new(|| {
            let regex =
                r"\{\{[ \t]*#docktest[ \t]+(?:duration[ \t]+book|commands|errors)[ \t]*\}\}";
            Regex::new(regex).expect("the regex is valid")
        });
        let count = texts.len();
        let chapters = texts.any(|text| DIRECTIVE.is_match(text)).then(|| vec![None; count]);
        Self { chapters }
    }

    /// Collects the facts of a chapter, unless they are known.
    pub(super) fn collect(&mut self, index: usize, known: &BookChapter, chapter: &Chapter) {
        let (Some(chapters), Some(scenario)) = (&mut self.chapters, chapter.scenario()) else {
            return;
        };
        let Some(facts @ None) = chapters.get_mut(index) else { return };
        let (name, path, slug) =
            (known.name.as_str(), known.path.as_path(), known.page.slug.as_str());
        let identity = (name, path, slug, known.is_numbered);
        let (text, findings) = (chapter.text(), &chapter.findings);
        *facts = Some(ChapterFacts::new(identity, text, scenario, chapter.recording(), findings));
    }
}

/// The page of a chapter, with the results and the errors. Warnings are for the author and not on the
/// page.
pub(super) fn page_text(chapter: &Chapter, known: &BookChapter, book: &BookFacts) -> String {
    let Some(scenario) = chapter.scenario() else { return String::new() };
    let errors: Vec<Finding> =
        chapter.findings.iter().filter(|finding| finding.is_error()).cloned().collect();
    let whole = book
        .chapters
        .as_ref()
        .map(|chapters| Whole { chapters: chapters.iter().flatten().collect(), from: &known.path });
    let no_images = ImageUses::default();
    let images = match known.page.renderer {
        Renderer::Html => chapter.image_uses().unwrap_or(&no_images),
        Renderer::Markdown => &no_images,
    };
    let (text, recording) = (chapter.text(), chapter.recording());
    render_in_book(text, scenario, images, recording, &errors, &known.page, whole.as_ref())
}

/// The items of the book with the page of each chapter, followed by the page that lists all runs.
/// `known` are the chapters that [`chapters()`] returned, and the report has the same ones in the same
/// order, as have the results on versions of the engine. Finished pages are in `spill`.
///
/// A page is read only when its item is requested: all pages at once would need most of the program's
/// memory.
pub(super) fn items(
    book: Book,
    known: Vec<BookChapter>,
    (report, versions): (Report, Vec<BTreeMap<String, VersionResult>>),
    mut book_facts: BookFacts,
    spill: &mut Spill,
) -> impl Iterator<Item = io::Result<BookItem>> {
    let listing = listing(&known, &report, versions).map(BookItem::Chapter);
    for (index, (known, chapter)) in known.iter().zip(&report.chapters).enumerate() {
        book_facts.collect(index, known, chapter);
    }
    let mut chapters = known.into_iter().zip(report.chapters);
    let items = book.items.into_iter().map(move |mut item| {
        let mut result = Ok(());
        chapters::for_each_chapter(slice::from_mut(&mut item), &mut |chapter, _| {
            let Some((known, report)) = chapters.next() else { return };
            let text = match report.page() {
                Some(page) => spill.get(page),
                None => Ok(page_text(&report, &known, &book_facts)),
            };
            match text {
                Ok(text) => chapter.content = text,
                Err(error) => result = Err(error),
            }
        });
        result.map(|()| item)
    });
    items.chain(listing.map(Ok))
}

/// The chapter that lists all runs; `None` if nothing ran or the book does not want it.
fn listing(
    known: &[BookChapter],
    report: &Report,
    versions: Vec<BTreeMap<String, VersionResult>>,
) -> Option<MdbookChapter> {
    let page = known.first().map(|chapter| &chapter.page);
    let page = page.filter(|page| page.verifications.is_some())?;
    let chapters = known.iter().zip(&report.chapters).zip(versions);
    let entries = chapters.map(|((chapter, report), versions)| Entry {
        name: &chapter.name,
        path: &chapter.path,
        statuses: report.statuses().collect(),
        recording: report.ran_on(),
        versions,
    });
    let entries: Vec<Entry<'_>> = entries.filter(|entry| !entry.statuses.is_empty()).collect();
    // Then no page links to it.
    if entries.iter().all(|entry| entry.recording.is_none()) {
        return None;
    }
    let text = verifications(&entries, page);
    let mut listing = MdbookChapter::new(page.labels.verifications(), text, PATH, Vec::new());
    listing.source_path = None;
    Some(listing)
}
