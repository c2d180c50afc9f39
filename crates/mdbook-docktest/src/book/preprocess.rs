//! mdBook's preprocessor: the book as mdBook hands it over, with what came out put in.

use std::io;
use std::path::{Component, Path, PathBuf};
use std::slice;
use std::sync::Arc;

use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::config::Config;

use crate::book::chapters::{self, Source};
use crate::book::settings::Settings;
use crate::book::spill::Spill;
use crate::extract::Extensions;
use crate::model::finding::Finding;
use crate::render::page::{Page, Renderer, Slugs};
use crate::render::render;
use crate::render::verifications::{Entry, PATH, link_from, verifications};
use crate::report::{ChapterReport, Report, is_error};

/// A book whose sources would be deleted by building it.
#[derive(Debug, thiserror::Error)]
#[error(
    "the sources in {} lie inside of the build directory {}, which mdBook empties: \
     set `build.build-dir` in book.toml to another directory, for example \"target/book\"",
    .sources.display(), .build.display()
)]
pub struct SourcesInBuildDirectory {
    sources: PathBuf,
    build: PathBuf,
}

/// Refuses a book whose sources lie where mdBook empties the directory before it writes. `config` is
/// that of the book in `root`.
///
/// # Errors
/// If so.
pub fn check_build_directory(root: &Path, config: &Config) -> Result<(), SourcesInBuildDirectory> {
    let sources = normal(&root.join(&config.book.src));
    let build = normal(&root.join(&config.build.build_dir));
    if sources.starts_with(&build) {
        return Err(SourcesInBuildDirectory { sources, build });
    }
    Ok(())
}

/// The path without `.` and `..`. Links are followed where the path exists.
fn normal(path: &Path) -> PathBuf {
    if let Ok(real) = path.canonicalize() {
        return real;
    }
    let mut normal = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

/// The chapters of the book, with the paths of their files relative to the book's directory, which
/// is where mdBook starts preprocessors.
///
/// Their texts are taken out of the book; [`items`] puts them back.
pub fn sources(context: &PreprocessorContext, book: &mut Book, settings: &Settings) -> Vec<Source> {
    let extensions = Extensions::of_book(&context.config);
    chapters::chapters(book, &context.config.book.src, extensions, settings)
}

/// The pages that the chapters of the book become, in the order of [`sources`].
pub fn pages(context: &PreprocessorContext, book: &Book, settings: &Settings) -> Vec<Page> {
    let renderer = Renderer::named(&context.renderer).unwrap_or(Renderer::Markdown);
    // A page of the author's of that name is not replaced.
    let is_taken = book.chapters().any(|chapter| chapter.path.as_deref() == Some(Path::new(PATH)));
    let has_listing = settings.verifications && !is_taken;
    let mut slugs = Slugs::default();
    let chapters = book.chapters().filter_map(|chapter| {
        let path = chapter.path.as_ref().or(chapter.source_path.as_ref())?;
        chapter.source_path.as_ref()?;
        let labels = Arc::clone(&settings.labels);
        let verifications = has_listing.then(|| link_from(path));
        Some(Page { labels, renderer, slug: slugs.next(path), verifications })
    });
    chapters.collect()
}

/// A chapter with what came out of it, and what does not hold. Warnings are for the author, so readers
/// do not get them.
pub fn page_text(chapter: &ChapterReport, page: &Page) -> String {
    let errors: Vec<Finding> =
        chapter.findings.iter().filter(|finding| is_error(finding)).cloned().collect();
    render(&chapter.text, &chapter.scenario, chapter.recording.as_ref(), &errors, page)
}

/// The items of the book with the chapters of a report in them, in the order of [`sources`], each as
/// its page, and after them the page that lists them. Pages that were done lie in `done`.
///
/// A page is fetched only once its item is asked for: all of them would be most of what the program
/// needs of memory.
pub fn items(
    book: Book,
    report: Report,
    pages: Vec<Page>,
    done: &Spill,
) -> impl Iterator<Item = io::Result<BookItem>> {
    let listing = listing(&book, &report, &pages).map(BookItem::Chapter);
    let mut chapters = report.chapters.into_iter().zip(pages);
    let items = book.items.into_iter().map(move |mut item| {
        let mut result = Ok(());
        chapters::for_each_chapter(slice::from_mut(&mut item), &mut |chapter| {
            if chapter.source_path.is_none() {
                return;
            }
            let Some((report, page)) = chapters.next() else { return };
            let text = match report.settled {
                Some(settled) => done.get(settled.page),
                None => Ok(page_text(&report, &page)),
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

/// The chapter that lists what the others rest on; none where nothing ran, or where the book is
/// without it.
fn listing(book: &Book, report: &Report, pages: &[Page]) -> Option<Chapter> {
    let page = pages.first().filter(|page| page.verifications.is_some())?;
    let chapters = book.chapters().filter(|chapter| chapter.source_path.is_some());
    let entries = chapters.zip(&report.chapters).filter_map(|(chapter, report)| {
        Some(Entry {
            name: &chapter.name,
            path: chapter.path.as_ref().or(chapter.source_path.as_ref())?,
            statuses: report.statuses().collect(),
            recording: report.ran_on(),
        })
    });
    let entries: Vec<Entry<'_>> = entries.filter(|entry| !entry.statuses.is_empty()).collect();
    // No page leads there then.
    if entries.iter().all(|entry| entry.recording.is_none()) {
        return None;
    }
    let text = verifications(&entries, page);
    let mut listing = Chapter::new(page.labels.verifications(), text, PATH, Vec::new());
    listing.source_path = None;
    Some(listing)
}
