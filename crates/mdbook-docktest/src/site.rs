//! What mdBook leaves out of the pages that it has built, and a preprocessor cannot add: it is in their heads, or
//! beside them.
//!
//! - Each page has a description of its own, and the data that other sites show with a link
//!   (<https://ogp.me/>).
//! - With the site's address, each page names its own, and `sitemap.xml` lists all
//!   (<https://www.sitemaps.org/protocol.html>).
//! - Without it, the page for what is not found finds the site's root by itself.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use mdbook_preprocessor::config::Config;

use crate::book::author;
use crate::book::build_directory::pages_directory;
use crate::book::chapters::{SourceError, for_each_chapter, read_book_and_config};
use crate::book::source_file::{self, WriteError};
use crate::model::markdown::Extensions;

mod description;
mod head;
mod not_found;
mod sitemap;

use self::description::description;
use self::head::Page;

/// Pages that readers do not come to by a link, with mdBook's names.
const OTHER_PAGES: [&str; 2] = ["print.html", "toc.html"];

/// What was done.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finished {
    /// The number of pages with a description.
    pub(crate) pages: usize,
    /// The address of the site, if it is known. It ends with a slash.
    pub(crate) address: Option<String>,
}

/// Why the pages cannot be completed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SiteError {
    #[error(transparent)]
    Book(#[from] SourceError),
    #[error("no pages in {}: run `mdbook build` first", .0.display())]
    NotBuilt(PathBuf),
    #[error("cannot read {}: {source}", .path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Completes the pages of the book in a directory. Pages that are complete stay as they are.
///
/// # Errors
/// [`SiteError`]. Each page is then unchanged or complete.
pub(crate) fn finish(root: &Path) -> Result<Finished, SiteError> {
    let (mut book, config) = read_book_and_config(root)?;
    let site = root.join(pages_directory(&config));
    let extensions = Extensions::from_config(&config);
    let mut chapters = BTreeMap::new();
    for_each_chapter(&mut book.items, &mut |chapter, _| {
        if let Some(path) = &chapter.path {
            let about = description(&chapter.content, &extensions);
            chapters.insert(path.with_extension("html"), (chapter.name.clone(), about));
        }
    });
    let address = address(&config);
    let mut listed = Vec::new();
    let mut count = 0;
    for path in pages(&site)? {
        let file = site.join(&path);
        let html = read(&file)?;
        if !html.contains(head::MDBOOK) || OTHER_PAGES.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        let is_not_found = path == Path::new(not_found::NAME);
        let completed = if is_not_found {
            let has_root = config.contains_key("output.html.site-url");
            if has_root { None } else { not_found::complete(&html) }
        } else {
            let url = address.as_ref().map(|address| sitemap::url(address, &path));
            listed.extend(url.clone());
            let (title, about) = chapters.remove(&path).unwrap_or_default();
            let about = about.or_else(|| config.book.description.clone());
            head::complete(
                &html,
                &Page {
                    title: (!title.is_empty()).then_some(title),
                    book: config.book.title.clone().unwrap_or_default(),
                    description: about.unwrap_or_default(),
                    url,
                    is_first: path == Path::new("index.html"),
                },
            )
        };
        if let Some(completed) = completed {
            source_file::replace(&file, &html, &completed)?;
        }
        count += usize::from(!is_not_found);
    }
    if address.is_some() {
        let map = sitemap::sitemap(&listed);
        let file = site.join("sitemap.xml");
        let written = author::create(&file).and_then(|mut file| file.write_all(map.as_bytes()));
        written.map_err(|source| WriteError::Io { path: file, source })?;
    }
    Ok(Finished { pages: count, address })
}

/// The site's address, if book.toml has it.
fn address(config: &Config) -> Option<String> {
    let get = |key: &str| config.get::<String>(&format!("output.html.{key}")).ok().flatten();
    let path = get("site-url");
    let is_whole = |url: &&String| url.starts_with("https://") || url.starts_with("http://");
    let address = match (path.as_ref().filter(is_whole), get("cname")) {
        (Some(url), _) => url.clone(),
        (None, Some(host)) => {
            let path = path.unwrap_or_default();
            format!("https://{host}/{}", path.trim_start_matches('/'))
        }
        (None, None) => return None,
    };
    Some(format!("{}/", address.trim_end_matches('/')))
}

/// The paths of all pages in the directory of the site, sorted.
fn pages(site: &Path) -> Result<Vec<PathBuf>, SiteError> {
    let mut pages = Vec::new();
    let mut directories = vec![site.to_owned()];
    while let Some(directory) = directories.pop() {
        let unreadable = |source| SiteError::Read { path: directory.clone(), source };
        let entries = match fs::read_dir(&directory) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => break,
            entries => entries.map_err(unreadable)?,
        };
        for entry in entries {
            let entry = entry.map_err(unreadable)?;
            let path = entry.path();
            if entry.file_type().map_err(unreadable)?.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "html") {
                pages.extend(path.strip_prefix(site).map(Path::to_owned));
            }
        }
    }
    pages.sort();
    if pages.is_empty() { Err(SiteError::NotBuilt(site.to_owned())) } else { Ok(pages) }
}

fn read(path: &Path) -> Result<String, SiteError> {
    fs::read_to_string(path).map_err(|source| SiteError::Read { path: path.to_owned(), source })
}

#[cfg(test)]
mod tests;
