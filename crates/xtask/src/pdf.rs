//! A book as one PDF: a cover, contents with page numbers, and mdBook's page for printing.
//!
//! Chromium prints it. It can number pages and print running heads, but cannot put the number of another page
//! into the contents: the page is printed twice, and a chapter that would end with a nearly empty page is
//! then set a little smaller or larger.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use mdbook_driver::MDBook;
use mdbook_driver::book::BookItem;

use self::document::{Cover, Document, Entry};
use self::pages::{destinations, last_pages, lines};
use crate::chromium::chromium;
use crate::process::{read, say};

mod document;
mod pages;

/// A page with fewer lines looks like a mistake.
const FEWEST_LINES: usize = 6;

/// How often the chapters are set in another size before it is an error that one ends with too few lines.
const ATTEMPTS: usize = 17;

/// Prints the site of a book. Returns the path of the PDF, which is beside its pages.
///
/// # Errors
/// When Chromium cannot print it, a chapter is missing in the PDF, or one ends with a nearly empty page.
pub(crate) fn print(book: &MDBook, site: &Path, name: &str) -> Result<PathBuf> {
    let printed = site.join("print.html");
    let html = fs::read_to_string(&printed)
        .with_context(|| format!("cannot read {}", printed.display()))?;
    let document = Document::parse(&html).context("mdBook's page for printing has another form")?;
    let cover = cover(book);
    let entries = entries(book);
    let pdf = site.join(name);
    let mut attempts = vec![0; document.chapters.len()];
    let mut numbers = BTreeMap::new();
    for attempt in 0..ATTEMPTS {
        let page = document.with_front(&cover, &entries, &numbers, &attempts);
        to_pdf(site, &page, &pdf)?;
        let found = destinations(&read("pdfinfo", &["-dests", &path(&pdf)?])?);
        let starts = document.chapters.iter().map(|chapter| {
            let page = found.get(&chapter.id);
            page.copied().with_context(|| format!("`{}` is not in the PDF", chapter.title))
        });
        let starts = starts.collect::<Result<Vec<usize>>>()?;
        let count = lines(&read("pdftotext", &["-layout", &path(&pdf)?, "-"])?);
        let short: Vec<usize> = last_pages(&starts, count.len())
            .filter(|(_, page)| count[page - 1] < FEWEST_LINES)
            .map(|(chapter, _)| chapter)
            .collect();
        let is_numbered = std::mem::replace(&mut numbers, found) == numbers;
        if short.is_empty() && is_numbered {
            say(&format!("pdf: {} pages, open {}", count.len(), pdf.display()));
            return Ok(pdf);
        }
        if attempt + 1 == ATTEMPTS
            && let Some(chapter) = short.first()
        {
            bail!("`{}` ends with a nearly empty page", document.chapters[*chapter].title);
        }
        for chapter in short {
            attempts[chapter] += 1;
        }
    }
    bail!("the page numbers of the contents do not settle");
}

/// Prints a page of the site.
fn to_pdf(site: &Path, page: &str, pdf: &Path) -> Result<()> {
    // Beside the others, for its style sheets.
    let source = site.join("print-pdf.html");
    fs::write(&source, page).with_context(|| format!("cannot write {}", source.display()))?;
    let flags = [
        "--no-pdf-header-footer".to_owned(),
        "--generate-pdf-document-outline".to_owned(),
        format!("--print-to-pdf={}", pdf.display()),
    ];
    let done = chromium(&source, &flags);
    fs::remove_file(&source).with_context(|| format!("cannot remove {}", source.display()))?;
    done
}

/// The words of a cover.
fn cover(book: &MDBook) -> Cover {
    let settings = &book.config.book;
    let is_french = settings.language.as_deref().is_some_and(|language| language.starts_with("fr"));
    Cover {
        title: settings.title.clone().unwrap_or_default(),
        description: settings.description.clone().unwrap_or_default(),
        authors: settings.authors.join(", "),
        contents: if is_french { "Sommaire" } else { "Contents" },
    }
}

/// The headings of parts and the chapters of the summary, in order.
fn entries(book: &MDBook) -> Vec<Entry> {
    let entry = |item: &BookItem| match item {
        BookItem::PartTitle(title) => Some(Entry::Part(title.clone())),
        BookItem::Chapter(chapter) if !chapter.is_draft_chapter() => {
            Some(Entry::Chapter(chapter.number.as_ref().map(ToString::to_string)))
        }
        BookItem::Chapter(_) | BookItem::Separator => None,
    };
    book.iter().filter_map(entry).collect()
}

fn path(path: &Path) -> Result<String> {
    Ok(path.to_str().context("the path is not UTF-8")?.to_owned())
}
