//! Where chapters come from, outside of a running mdBook: a book, or a Markdown file.

use std::path::{Path, PathBuf};
use std::{env, fs, io};

use glob::{MatchOptions, Pattern};
use mdbook_driver::MDBook;
use mdbook_driver::builtin_preprocessors::LinkPreprocessor;
use mdbook_preprocessor::book::{Book, BookItem};
use mdbook_preprocessor::config::Config;
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};

use crate::extract::Extensions;
use crate::settings::{Settings, SettingsError};

/// A chapter's text and what its book says about it.
#[derive(Debug, Clone)]
pub struct Source {
    /// The file, as findings name it.
    pub path: PathBuf,
    /// The text, with mdBook's `{{#include}}` and its like carried out if it is a book's.
    pub text: String,
    /// How its Markdown is read.
    pub extensions: Extensions,
}

/// Chapters that share their settings.
#[derive(Debug, Clone)]
pub struct Collection {
    /// The settings.
    pub settings: Settings,
    /// The chapters, in the book's order.
    pub chapters: Vec<Source>,
}

/// Why there is nothing to run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// A path leads nowhere.
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A directory is no book.
    #[error("{} is no book: there is no book.toml in it; name a book's directory or a Markdown file", .0.display())]
    NoBook(PathBuf),
    /// mdBook cannot read the book.
    #[error("cannot read the book in {}: {message}", .path.display())]
    BadBook {
        /// The book's directory.
        path: PathBuf,
        /// What mdBook said.
        message: String,
    },
    /// A glob selects nothing.
    #[error("no chapter matches `--chapter {0}`")]
    NoChapter(Pattern),
    /// The book's settings make no sense.
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// Reads a book's directory or a Markdown file.
///
/// A file that lies outside of any book is read with the settings of the book in the current
/// directory, if there is one.
///
/// # Errors
/// When there is nothing to read.
pub fn read(path: &Path) -> Result<Collection, SourceError> {
    if path.is_dir() {
        if !path.join("book.toml").is_file() {
            return Err(SourceError::NoBook(path.to_owned()));
        }
        return read_book(path);
    }
    let text = fs::read_to_string(path)
        .map_err(|source| SourceError::Unreadable { path: path.to_owned(), source })?;
    let (settings, extensions) = match find_book(path) {
        Some(root) => {
            let config = read_config(&root)?;
            (Settings::of_book(&config, &root)?, Extensions::of_book(&config))
        }
        None => (Settings::default(), Extensions::default()),
    };
    Ok(Collection { settings, chapters: vec![Source { path: path.to_owned(), text, extensions }] })
}

/// Keeps the chapters that a glob selects, by their path or the end of it: `volumes/*.md` selects
/// `book/src/volumes/logs.md`. Without globs, all are kept.
///
/// # Errors
/// [`SourceError::NoChapter`], because a mistyped glob must not look like a success.
pub fn select(collections: &mut [Collection], globs: &[Pattern]) -> Result<(), SourceError> {
    let chapters = || collections.iter().flat_map(|collection| &collection.chapters);
    let selects_none = |glob: &&Pattern| !chapters().any(|chapter| selects(glob, &chapter.path));
    if let Some(glob) = globs.iter().find(selects_none) {
        return Err(SourceError::NoChapter(glob.clone()));
    }
    if !globs.is_empty() {
        for collection in collections {
            collection
                .chapters
                .retain(|chapter| globs.iter().any(|glob| selects(glob, &chapter.path)));
        }
    }
    Ok(())
}

fn selects(glob: &Pattern, path: &Path) -> bool {
    let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
    let mut rest = path.components();
    loop {
        if glob.matches_path_with(rest.as_path(), options) {
            return true;
        }
        if rest.next().is_none() {
            return false;
        }
    }
}

/// The directory of the nearest book.toml above a file, or of the one right here.
fn find_book(file: &Path) -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    let file = here.join(file);
    let above = file.ancestors().skip(1).find(|directory| directory.join("book.toml").is_file());
    above.map(Path::to_owned).or_else(|| here.join("book.toml").is_file().then_some(here))
}

fn read_config(root: &Path) -> Result<Config, SourceError> {
    Config::from_disk(root.join("book.toml")).map_err(|error| bad_book(root, &error))
}

fn bad_book(root: &Path, error: &mdbook_preprocessor::errors::Error) -> SourceError {
    let message = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    SourceError::BadBook { path: root.to_owned(), message }
}

fn read_book(root: &Path) -> Result<Collection, SourceError> {
    let config = read_config(root)?;
    let settings = Settings::of_book(&config, root)?;
    let book =
        MDBook::load_with_config(root, config.clone()).map_err(|error| bad_book(root, &error))?;
    let context = PreprocessorContext::new(book.root.clone(), config.clone(), "html".to_owned());
    let expanded =
        LinkPreprocessor::new().run(&context, book.book).map_err(|error| bad_book(root, &error))?;
    let sources = root.join(&config.book.src);
    let chapters = chapters(&expanded, &sources, Extensions::of_book(&config));
    Ok(Collection { settings, chapters })
}

/// The chapters of a book that have a file; `sources` is where those lie.
pub fn chapters(book: &Book, sources: &Path, extensions: Extensions) -> Vec<Source> {
    let chapters = book.iter().filter_map(|item| match item {
        BookItem::Chapter(chapter) => Some(chapter),
        _ => None,
    });
    chapters
        .filter_map(|chapter| {
            let path = sources.join(chapter.source_path.as_ref()?);
            let path = path.strip_prefix("./").map(Path::to_owned).unwrap_or(path);
            Some(Source { path, text: chapter.content.clone(), extensions })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(globs: &[&str]) -> Result<Vec<String>, String> {
        let chapter = |path: &str| Source {
            path: path.into(),
            text: String::new(),
            extensions: Extensions::default(),
        };
        let paths = ["book/src/index.md", "book/src/volumes/a.md", "book/src/volumes/sub/b.md"];
        let chapters = paths.map(chapter).into();
        let mut collections = [Collection { settings: Settings::default(), chapters }];
        let globs: Vec<Pattern> = globs.iter().map(|glob| Pattern::new(glob).unwrap()).collect();
        select(&mut collections, &globs).map_err(|error| error.to_string())?;
        let [Collection { chapters, .. }] = collections;
        let names = chapters.iter().filter_map(|chapter| chapter.path.file_stem());
        Ok(names.map(|name| name.to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn globs_select_chapters_by_the_end_of_their_paths() {
        let all = ["index", "a", "b"];
        assert_eq!(selected(&[]).unwrap(), all);
        assert_eq!(selected(&["*.md"]).unwrap(), all);
        assert_eq!(selected(&["volumes/*.md"]).unwrap(), ["a"]);
        assert_eq!(selected(&["volumes/**/*.md"]).unwrap(), ["a", "b"]);
        assert_eq!(selected(&["book/src/*.md"]).unwrap(), ["index"]);
        assert_eq!(selected(&["b.md", "index.*"]).unwrap(), ["index", "b"]);
    }

    #[test]
    fn a_glob_that_selects_nothing_is_an_error() {
        let error = selected(&["index.md", "olumes/*.md"]).unwrap_err();
        assert_eq!(error, "no chapter matches `--chapter olumes/*.md`");
    }
}
