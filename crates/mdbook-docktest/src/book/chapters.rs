//! Reads chapters when mdBook does not send them: from a book's directory or a Markdown file.

use std::ffi::{OsStr, OsString};
use std::path::{Component, Path, PathBuf};
use std::{env, fs, io, mem};

use glob::{MatchOptions, Pattern};
use mdbook_preprocessor::book::{Book, BookItem, Chapter};
use mdbook_preprocessor::config::Config;

use crate::book::preprocessors::read_preprocessed;
use crate::book::settings::{Settings, SettingsError};
use crate::extract::Extensions;

/// A chapter's text, with the data that reading its steps needs.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    /// The path of the file in findings.
    pub path: PathBuf,
    /// The text. In a book, preprocessors have expanded mdBook's `{{#include}}` and the like.
    pub text: String,
    /// Whether the text is that of a book's chapter, rather than the file's.
    pub is_preprocessed: bool,
    /// The Markdown extensions of the book.
    pub extensions: Extensions,
    /// The line of the step to report on; `None` to report on all steps.
    pub only_at: Option<usize>,
    /// The file of the recording.
    pub recording: PathBuf,
}

/// Chapters with the same settings.
#[derive(Debug, Clone)]
pub(crate) struct Collection {
    pub settings: Settings,
    /// The chapters, in the book's order.
    pub chapters: Vec<Source>,
    /// What the chapters are of what was given.
    pub given: Given,
}

/// What was given, and to which chapters belong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    /// A book: these are all its chapters. The path is that of its book.toml.
    Book(PathBuf),
    /// Chapters of a book that were selected by a glob.
    PartOfBook,
    /// A file, or a line of it.
    File,
}

/// Why chapters cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum SourceError {
    #[error("cannot read {}: {source}", .path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    /// A directory without a book.toml.
    #[error(
        "not a book: no `book.toml` in {}; use the directory of a book or a Markdown file",
        .0.display()
    )]
    NotABook(PathBuf),
    /// mdBook cannot read the book in the directory `path`.
    #[error("cannot read the book in {}: {message}", .path.display())]
    BadBook { path: PathBuf, message: String },
    /// A glob that matches no chapter is likely mistyped.
    #[error("no chapter matches `--chapter {0}`")]
    NoChapter(Pattern),
    #[error("no step at line {line} of {}: use a line of a shell block", .path.display())]
    NoStep { path: PathBuf, line: usize },
    #[error(transparent)]
    Settings(#[from] SettingsError),
}

/// Reads a book's directory or a Markdown file. `FILE:LINE` is the file with the step at this line.
///
/// A chapter of a book is read as part of it. Another file has the settings of the book around it or, if
/// there is none, of the book in the current directory.
///
/// # Errors
/// If the chapters cannot be read.
pub(crate) fn read(path: &Path) -> Result<Collection, SourceError> {
    if path.is_dir() {
        if !path.join("book.toml").is_file() {
            return Err(SourceError::NotABook(path.to_owned()));
        }
        return read_book(path);
    }
    match file_and_line(path) {
        Some((file, line)) if !path.exists() => {
            let mut collection = read_file(file)?;
            collection.chapters.iter_mut().for_each(|chapter| chapter.only_at = Some(line));
            Ok(collection)
        }
        _ => read_file(path),
    }
}

/// Splits `FILE:LINE`.
fn file_and_line(path: &Path) -> Option<(&Path, usize)> {
    let (file, line) = path.to_str()?.rsplit_once(':')?;
    Some((Path::new(file), line.parse().ok()?))
}

fn read_file(path: &Path) -> Result<Collection, SourceError> {
    let unreadable = |source| SourceError::Unreadable { path: path.to_owned(), source };
    let text = fs::read_to_string(path).map_err(unreadable)?;
    let Some(root) = find_book(path) else {
        return Ok(single(path, text, Settings::default(), Extensions::default()));
    };
    let config = read_config(&root)?;
    let file = path.canonicalize().map_err(unreadable)?;
    let sources = root.join(&config.book.src).canonicalize().unwrap_or_default();
    if file.starts_with(sources) {
        let Collection { settings, mut chapters, .. } = read_book(&root)?;
        chapters.retain(|chapter| chapter.path.canonicalize().is_ok_and(|path| path == file));
        // The book's path of the chapter can differ from the one that was given.
        if let Some(mut chapter) = chapters.pop() {
            chapter.path = path.to_owned();
            let chapters = vec![chapter];
            return Ok(Collection { settings, chapters, given: Given::File });
        }
    }
    let settings = Settings::from_config(&config, &root)?;
    Ok(single(path, text, settings, Extensions::from_config(&config)))
}

fn single(path: &Path, text: String, settings: Settings, extensions: Extensions) -> Collection {
    let recording = path.with_extension("recording.json");
    let path = path.to_owned();
    let (is_preprocessed, only_at) = (false, None);
    let chapter = Source { path, text, is_preprocessed, extensions, only_at, recording };
    Collection { settings, chapters: vec![chapter], given: Given::File }
}

/// Keeps the chapters whose path, or the end of whose path, matches a glob: `volumes/*.md` matches
/// `book/src/volumes/logs.md`. Without globs, all are kept.
///
/// # Errors
/// [`SourceError::NoChapter`] if a glob matches nothing: a mistyped glob must not pass as a success.
pub(crate) fn select(collections: &mut [Collection], globs: &[Pattern]) -> Result<(), SourceError> {
    let chapters = || collections.iter().flat_map(|collection| &collection.chapters);
    let selects_none = |glob: &&Pattern| !chapters().any(|chapter| selects(glob, &chapter.path));
    if let Some(glob) = globs.iter().find(selects_none) {
        return Err(SourceError::NoChapter(glob.clone()));
    }
    if !globs.is_empty() {
        for collection in collections {
            if matches!(collection.given, Given::Book(_)) {
                collection.given = Given::PartOfBook;
            }
            collection
                .chapters
                .retain(|chapter| globs.iter().any(|glob| selects(glob, &chapter.path)));
        }
    }
    Ok(())
}

/// Whether a glob matches the path, or the end of the path, of a chapter.
pub(crate) fn selects(glob: &Pattern, path: &Path) -> bool {
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

/// The directory of the nearest book.toml above a file, or else of the one in the current directory.
fn find_book(file: &Path) -> Option<PathBuf> {
    let here = env::current_dir().ok()?;
    let file = here.join(file);
    let above = file.ancestors().skip(1).find(|directory| directory.join("book.toml").is_file());
    above.map(Path::to_owned).or_else(|| here.join("book.toml").is_file().then_some(here))
}

fn read_config(root: &Path) -> Result<Config, SourceError> {
    let mut config =
        Config::from_disk(root.join("book.toml")).map_err(|error| bad_book(root, &error))?;
    if env::vars_os().any(|(name, _)| name.as_encoded_bytes().starts_with(b"MDBOOK_")) {
        // mdBook would panic.
        let is_text = |(name, value): &(OsString, OsString)| {
            name.to_str().is_some() && value.to_str().is_some()
        };
        if let Some((name, _)) = env::vars_os().find(|variable| !is_text(variable)) {
            let name = name.display();
            let message = format!("mdBook cannot read the environment variable `{name}`: unset it");
            return Err(SourceError::BadBook { path: root.to_owned(), message });
        }
        config.update_from_env().map_err(|error| bad_book(root, &error))?;
    }
    // mdBook must not create missing chapters in a book that is only read.
    config.build.create_missing = false;
    Ok(config)
}

/// Reads the book in a directory, and its settings for mdBook. Preprocessors that come before ours have run.
///
/// # Errors
/// If it is not a book, or mdBook cannot read it.
pub(crate) fn read_book_and_config(root: &Path) -> Result<(Book, Config), SourceError> {
    if !root.join("book.toml").is_file() {
        return Err(SourceError::NotABook(root.to_owned()));
    }
    let config = read_config(root)?;
    let book = read_preprocessed(root, config.clone()).map_err(|error| bad_book(root, &error))?;
    Ok((book, config))
}

fn bad_book(root: &Path, error: &mdbook_preprocessor::errors::Error) -> SourceError {
    let message = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    SourceError::BadBook { path: root.to_owned(), message }
}

fn read_book(root: &Path) -> Result<Collection, SourceError> {
    let config = read_config(root)?;
    let settings = Settings::from_config(&config, root)?;
    let mut book =
        read_preprocessed(root, config.clone()).map_err(|error| bad_book(root, &error))?;
    let sources = root.join(&config.book.src);
    let chapters = chapters(&mut book, &sources, &Extensions::from_config(&config), &settings);
    let book_toml = without_dot(root.join("book.toml"));
    Ok(Collection { settings, chapters, given: Given::Book(book_toml) })
}

/// The chapters of a book that have a file in the directory `sources`. The texts are moved out of the
/// book, so that a large book is not in memory twice.
pub(crate) fn chapters(
    book: &mut Book,
    sources: &Path,
    extensions: &Extensions,
    settings: &Settings,
) -> Vec<Source> {
    let mut chapters = Vec::new();
    let recordings = settings.recordings.as_deref().unwrap_or(Path::new("recordings"));
    for_each_chapter(&mut book.items, &mut |chapter, source_path| {
        let path = without_dot(sources.join(source_path));
        let recording = recordings.join(recording_name(source_path));
        let text = mem::take(&mut chapter.content);
        let (is_preprocessed, only_at, extensions) = (true, None, extensions.clone());
        chapters.push(Source { path, text, is_preprocessed, extensions, only_at, recording });
    });
    chapters
}

/// A path as it is shown.
fn without_dot(path: PathBuf) -> PathBuf {
    path.strip_prefix("./").map(Path::to_owned).unwrap_or(path)
}

/// Visits the chapters that have a file, with its path, in reading order. mdBook's own iterator visits
/// the chapters below a chapter before it.
pub(crate) fn for_each_chapter(items: &mut [BookItem], visit: &mut dyn FnMut(&mut Chapter, &Path)) {
    for item in items {
        if let BookItem::Chapter(chapter) = item {
            if let Some(source_path) = chapter.source_path.clone() {
                visit(chapter, &source_path);
            }
            for_each_chapter(&mut chapter.sub_items, visit);
        }
    }
}

/// The path of a chapter's recording in the directory of recordings, also for a chapter outside of the
/// source directory.
fn recording_name(chapter: &Path) -> PathBuf {
    let parts = chapter.components().filter_map(|part| match part {
        Component::Normal(name) => Some(name),
        Component::ParentDir => Some(OsStr::new("_")),
        _ => None,
    });
    let mut name = parts.collect::<PathBuf>().into_os_string();
    name.push(".json");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn selected(globs: &[&str]) -> Result<Vec<String>, String> {
        let chapter = |path: &str| Source {
            path: path.into(),
            text: String::new(),
            is_preprocessed: true,
            extensions: Extensions::default(),
            only_at: None,
            recording: PathBuf::new(),
        };
        let paths = ["book/src/index.md", "book/src/volumes/a.md", "book/src/volumes/sub/b.md"];
        let chapters = paths.map(chapter).into();
        let given = Given::Book("book/book.toml".into());
        let mut collections = [Collection { settings: Settings::default(), chapters, given }];
        let globs: Vec<Pattern> = globs.iter().map(|glob| Pattern::new(glob).unwrap()).collect();
        select(&mut collections, &globs).map_err(|error| error.to_string())?;
        let [Collection { chapters, .. }] = collections;
        let names = chapters.iter().filter_map(|chapter| chapter.path.file_stem());
        Ok(names.map(|name| name.to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn chapters_are_in_reading_order() {
        let chapter = |path: &str, sub_items| {
            let mut chapter = Chapter::new(path, String::new(), path, Vec::new());
            chapter.sub_items = sub_items;
            BookItem::Chapter(chapter)
        };
        let nested = chapter("b.md", vec![chapter("b/c.md", vec![chapter("b/c/d.md", vec![])])]);
        let items = vec![chapter("a.md", vec![]), nested, chapter("e.md", vec![])];
        let mut book = Book::new_with_items(items);
        let sources = Path::new("src");
        let read = chapters(&mut book, sources, &Extensions::default(), &Settings::default());
        let paths: Vec<_> = read.iter().map(|source| source.path.to_str().unwrap()).collect();
        assert_eq!(paths, ["src/a.md", "src/b.md", "src/b/c.md", "src/b/c/d.md", "src/e.md"]);
    }

    #[test]
    fn globs_match_the_end_of_paths() {
        let all = ["index", "a", "b"];
        assert_eq!(selected(&[]).unwrap(), all);
        assert_eq!(selected(&["*.md"]).unwrap(), all);
        assert_eq!(selected(&["volumes/*.md"]).unwrap(), ["a"]);
        assert_eq!(selected(&["volumes/**/*.md"]).unwrap(), ["a", "b"]);
        assert_eq!(selected(&["book/src/*.md"]).unwrap(), ["index"]);
        assert_eq!(selected(&["b.md", "index.*"]).unwrap(), ["index", "b"]);
    }

    #[test]
    fn recordings_are_named_after_chapters_and_stay_in_their_directory() {
        for (chapter, recording) in [
            ("a.md", "a.md.json"),
            ("b/README.md", "b/README.md.json"),
            ("../../x.md", "_/_/x.md.json"),
            ("/etc/./x.md", "etc/x.md.json"),
        ] {
            assert_eq!(recording_name(Path::new(chapter)), Path::new(recording));
        }
    }

    #[test]
    fn a_glob_without_a_match_is_an_error() {
        let error = selected(&["index.md", "olumes/*.md"]).unwrap_err();
        assert_eq!(error, "no chapter matches `--chapter olumes/*.md`");
    }
}
