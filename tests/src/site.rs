//! The pages of a book.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use scraper::{ElementRef, Html, Selector};
use tempfile::TempDir;

/// The directory of a book's HTML pages.
#[derive(Debug)]
pub struct Site {
    html: PathBuf,
    _book: Option<Arc<TempDir>>,
}

impl Site {
    /// The site in this directory.
    pub fn new(html: PathBuf) -> Self {
        Self { html, _book: None }
    }

    /// Keeps the book's directory as long as this site.
    pub(crate) fn keep(self, directory: &Arc<TempDir>) -> Self {
        Self { _book: Some(Arc::clone(directory)), ..self }
    }

    /// The directory of the pages.
    pub fn directory(&self) -> &Path {
        &self.html
    }

    /// The page in this file.
    pub fn page(&self, path: &str) -> Page {
        Page(Html::parse_document(&fs::read_to_string(self.html.join(path)).unwrap()))
    }

    /// Whether this file exists.
    pub fn has(&self, path: &str) -> bool {
        self.html.join(path).exists()
    }

    /// All pages in the site's top directory, with their names.
    pub fn pages(&self) -> Vec<(String, Page)> {
        let names = fs::read_dir(&self.html).unwrap().flatten();
        let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let pages = names.filter(|name| name.ends_with(".html"));
        pages.map(|name| (name.clone(), self.page(&name))).collect()
    }
}

/// A page of a site.
#[derive(Debug)]
pub struct Page(Html);

impl Page {
    /// The texts of all elements that match a CSS selector.
    pub fn texts(&self, selector: &str) -> Vec<String> {
        self.0.select(&Selector::parse(selector).unwrap()).map(text).collect()
    }

    /// The values of an attribute of all elements that match a CSS selector and have the attribute.
    pub fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let selector = Selector::parse(selector).unwrap();
        self.0
            .select(&selector)
            .filter_map(|element| element.attr(name))
            .map(str::to_owned)
            .collect()
    }

    /// The texts of all elements that match a CSS selector between the first heading that contains
    /// `title` and the next heading of the same level.
    pub fn texts_below(&self, title: &str, selector: &str) -> Vec<String> {
        let headings = Selector::parse("main h1, main h2, main h3, main h4").unwrap();
        let heading = self.0.select(&headings).find(|heading| text(*heading).contains(title));
        let heading = heading.unwrap_or_else(|| panic!("no heading contains {title:?}"));
        let level = heading.value().name();
        let selector = Selector::parse(selector).unwrap();
        heading
            .next_siblings()
            .filter_map(ElementRef::wrap)
            .take_while(|element| element.value().name() != level)
            .flat_map(|element| {
                let itself = selector.matches(&element).then_some(element);
                itself.into_iter().chain(element.select(&selector))
            })
            .map(text)
            .collect()
    }
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect()
}
