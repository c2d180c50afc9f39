//! `mdbook-docktest install`: what a book needs to be built with the program.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mdbook_preprocessor::config::Config;

use crate::book::build_directory;
use crate::book::source_file;
pub(crate) use crate::book::source_file::WriteError;
use crate::render::assets::{self, Asset, Copy};

mod array;
mod book_toml;
mod line_endings;
mod order;

pub(crate) use book_toml::BookTomlError;
pub(crate) use order::warning as order_warning;

/// Where files are put of which book.toml does not say another place, beside it: mdBook gives the
/// files below there names that change with their contents.
const DIRECTORY: &str = "docktest";

/// What was found in a book, and what was done.
#[derive(Debug)]
pub(crate) struct Installed {
    /// What was added to book.toml, in words.
    pub settings: Vec<String>,
    /// The files.
    pub files: Vec<(PathBuf, Done)>,
    /// What the author should know of.
    pub warnings: Vec<String>,
}

/// What was done with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Done {
    /// It was not there.
    Added,
    /// It was there as it should be.
    Unchanged,
    /// It was that of the version of the program that is named, and not edited.
    Updated(String),
    /// It was edited, and that is gone.
    Overwritten,
    /// It was edited.
    Kept,
    /// It was edited, and the program has a newer one.
    KeptOld,
}

/// Why nothing, or not all, was installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum InstallError {
    /// There is no book.
    #[error(
        "there is no {}: name the directory of a book, or make one with `mdbook init`",
        .0.display()
    )]
    NoBook(PathBuf),
    /// mdBook could not read it either.
    #[error("mdBook cannot read {}: {message}", .path.display())]
    NotABook {
        /// The file.
        path: PathBuf,
        /// What mdBook says of it.
        message: String,
    },
    /// There is something in the way.
    #[error("{}: {source}", .path.display())]
    BookToml {
        /// The file.
        path: PathBuf,
        /// What is.
        source: BookTomlError,
    },
    /// A file could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Adds what is missing to the book in a directory. Files that were edited are replaced only if
/// `force`.
///
/// # Errors
/// [`InstallError`]. Each file is as it was, or as it should be.
pub(crate) fn install(directory: &Path, force: bool) -> Result<Installed, InstallError> {
    let path = directory.join("book.toml");
    let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
    let text = fs::read_to_string(&path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => InstallError::NoBook(path.clone()),
        _ => InstallError::Read { path: path.clone(), source },
    })?;
    let in_book_toml = |source| InstallError::BookToml { path: path.clone(), source };
    book_toml::check(&text).map_err(in_book_toml)?;
    let config: Config = text.parse().map_err(|error: anyhow::Error| {
        // Above it, there is the line that it is about.
        let said = error.root_cause().to_string();
        let message = said.lines().last().unwrap_or_default().to_owned();
        InstallError::NotABook { path: path.clone(), message }
    })?;
    let language = config.book.language.as_deref().unwrap_or_default();
    let assets: Vec<&Asset> = assets::for_language(language).collect();
    let edited = book_toml::edit(&text, &assets).map_err(in_book_toml)?;

    // First the files, then what names them: a book that names a file which is not there cannot be
    // built.
    let mut files = Vec::new();
    let mut warnings = edited.warnings;
    for (asset, place) in &edited.places {
        let done = put(&directory.join(place), asset, force)?;
        if let Done::KeptOld = done {
            warnings.push(kept(place));
        }
        files.push((place.clone(), done));
    }
    if edited.text != text {
        source_file::replace(&path, &text, &edited.text)?;
    }
    let in_build_directory = build_directory::check_build_directory(directory, &config);
    warnings.extend(in_build_directory.err().map(|error| error.to_string()));
    Ok(Installed { settings: edited.added, files, warnings })
}

/// Brings a book's copy of an asset up to date.
fn put(path: &Path, asset: &Asset, force: bool) -> Result<Done, InstallError> {
    let old = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            source_file::create(path, &asset.copy())?;
            return Ok(Done::Added);
        }
        Err(source) => return Err(InstallError::Read { path: path.to_owned(), source }),
    };
    let done = match asset.judge(&String::from_utf8_lossy(&old)) {
        Copy::Current => return Ok(Done::Unchanged),
        Copy::Unedited { version } => Done::Updated(version),
        Copy::Edited | Copy::EditedAndOld if force => Done::Overwritten,
        Copy::Edited => return Ok(Done::Kept),
        Copy::EditedAndOld => return Ok(Done::KeptOld),
    };
    source_file::replace(path, &old, &asset.copy())?;
    Ok(done)
}

fn kept(place: &Path) -> String {
    format!(
        "{} was edited, so it is kept, although this program has another: put what is yours into a \
         file of its own, and run `mdbook-docktest install --force`",
        place.display()
    )
}

/// What an author who builds a book should be told of its copies of the assets.
///
/// `config` is that of the book in `root`.
pub(crate) fn warnings(root: &Path, config: &Config) -> Vec<String> {
    let language = config.book.language.as_deref().unwrap_or_default();
    let (mut missing, mut old, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for asset in assets::for_language(language) {
        let key = format!("output.html.{}", asset.kind.key());
        // A list that is none is for mdBook to tell of.
        let Ok(named) = config.get::<Vec<PathBuf>>(&key) else { continue };
        let mut named = named.unwrap_or_default().into_iter();
        let Some(place) = named.find(|path| path.ends_with(asset.name)) else {
            missing.push(asset.name.to_owned());
            continue;
        };
        // So is a file that is not there.
        let Ok(bytes) = fs::read(root.join(&place)) else { continue };
        match asset.judge(&String::from_utf8_lossy(&bytes)) {
            Copy::Current | Copy::Edited => {}
            Copy::Unedited { .. } => old.push(place.display().to_string()),
            Copy::EditedAndOld => warnings.push(kept(&place)),
        }
    }
    let remedy = "run `mdbook-docktest install` in the book's directory";
    if !old.is_empty() {
        let old = old.join(", ");
        warnings.insert(0, format!("of another version of mdbook-docktest: {old}; {remedy}"));
    }
    if !missing.is_empty() {
        let missing = missing.join(", ");
        warnings.insert(0, format!("not in the book's book.toml: {missing}; {remedy}"));
    }
    warnings
}
