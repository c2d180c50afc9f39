//! `mdbook-docktest install`: the settings and assets that a book needs, and a workflow for its repository.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mdbook_preprocessor::config::Config;

use crate::book::build_directory;
use crate::book::source_file;
pub(crate) use crate::book::source_file::WriteError;
use crate::render::assets::{self, Asset};
use crate::text::stamp::Copy;

mod array;
mod book_toml;
mod ci;
mod line_endings;
mod order;

pub(crate) use book_toml::BookTomlError;
pub use ci::Host;
pub(crate) use order::warning as order_warning;

/// The directory for assets that book.toml does not name yet, beside it. mdBook adds a hash to the names
/// of additional files.
const DIRECTORY: &str = "docktest";

/// The result of an installation.
#[derive(Debug)]
pub(crate) struct Installed {
    /// What was added to book.toml.
    pub settings: Vec<String>,
    /// The assets, with what was done to each.
    pub files: Vec<(PathBuf, Done)>,
    /// Warnings for the author.
    pub warnings: Vec<String>,
}

/// What was done to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Done {
    /// It did not exist.
    Added,
    /// It was current.
    Unchanged,
    /// It was an unedited copy from this version of the program.
    Updated(String),
    /// It was edited, and was replaced.
    Overwritten,
    /// It was edited, from the current version.
    Kept,
    /// It was edited, from another version.
    KeptOld,
    /// It is not from this program.
    KeptOther,
}

/// Why the installation failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum InstallError {
    /// The directory has no book.toml.
    #[error("not a book: no {}; name a book's directory, or create one with `mdbook init`", .0.display())]
    NoBook(PathBuf),
    /// The file is TOML, but not a book.toml.
    #[error("mdBook cannot read {}: {message}", .path.display())]
    NotABook {
        /// The file.
        path: PathBuf,
        /// mdBook's message.
        message: String,
    },
    /// The settings cannot be added.
    #[error("{}: {source}", .path.display())]
    BookToml {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: BookTomlError,
    },
    /// A file could not be read.
    #[error("cannot read {}: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// A file could not be written.
    #[error(transparent)]
    Write(#[from] WriteError),
}

/// Adds what the book in a directory lacks, and a workflow for the host `ci`. Edited files are replaced only with
/// `force`.
///
/// # Errors
/// [`InstallError`]. Each file is then unchanged or complete.
pub(crate) fn install(
    directory: &Path,
    force: bool,
    ci: Option<Host>,
) -> Result<Installed, InstallError> {
    let path = directory.join("book.toml");
    let path = path.strip_prefix(".").map(Path::to_owned).unwrap_or(path);
    let text = fs::read_to_string(&path).map_err(|source| match source.kind() {
        io::ErrorKind::NotFound => InstallError::NoBook(path.clone()),
        _ => InstallError::Read { path: path.clone(), source },
    })?;
    let in_book_toml = |source| InstallError::BookToml { path: path.clone(), source };
    book_toml::check(&text).map_err(in_book_toml)?;
    let config: Config = text.parse().map_err(|error: anyhow::Error| {
        // The lines above the last one quote the file.
        let said = error.root_cause().to_string();
        let message = said.lines().last().unwrap_or_default().to_owned();
        InstallError::NotABook { path: path.clone(), message }
    })?;
    let language = config.book.language.as_deref().unwrap_or_default();
    let assets: Vec<&Asset> = assets::for_language(language).collect();
    let edited = book_toml::edit(&text, &assets).map_err(in_book_toml)?;

    // First the files, then the settings: mdBook cannot build a book that names missing files.
    let mut files = Vec::new();
    let mut warnings = edited.warnings;
    for (asset, place) in &edited.places {
        let done = put(&directory.join(place), asset, force)?;
        if let Done::KeptOld = done {
            warnings.push(kept_warning(place));
        }
        files.push((place.clone(), done));
    }
    if edited.text != text {
        source_file::replace(&path, &text, &edited.text)?;
    }
    if let Some(host) = ci {
        let (place, done, warning) = ci::install(host, directory, &config, force)?;
        files.push((place, done));
        warnings.extend(warning);
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
        Copy::Edited | Copy::EditedAndOld | Copy::Other if force => Done::Overwritten,
        Copy::Edited => return Ok(Done::Kept),
        Copy::EditedAndOld | Copy::Other => return Ok(Done::KeptOld),
    };
    source_file::replace(path, &old, &asset.copy())?;
    Ok(done)
}

fn kept_warning(place: &Path) -> String {
    format!(
        "{} was edited, and is not the current version: move your changes to a file of their own, and \
         run `mdbook-docktest install --force`",
        place.display()
    )
}

/// Warnings about the assets of a book that is being built.
///
/// `config` is that of the book in `root`.
pub(crate) fn warnings(root: &Path, config: &Config) -> Vec<String> {
    let language = config.book.language.as_deref().unwrap_or_default();
    let (mut missing, mut old, mut warnings) = (Vec::new(), Vec::new(), Vec::new());
    for asset in assets::for_language(language) {
        let key = format!("output.html.{}", asset.kind.key());
        // mdBook reports a value of another type.
        let Ok(named) = config.get::<Vec<PathBuf>>(&key) else { continue };
        let mut named = named.unwrap_or_default().into_iter();
        let Some(place) = named.find(|path| path.ends_with(asset.name)) else {
            missing.push(asset.name.to_owned());
            continue;
        };
        // mdBook reports a missing file.
        let Ok(bytes) = fs::read(root.join(&place)) else { continue };
        match asset.judge(&String::from_utf8_lossy(&bytes)) {
            Copy::Current | Copy::Edited => {}
            Copy::Unedited { .. } => old.push(place.display().to_string()),
            Copy::EditedAndOld | Copy::Other => warnings.push(kept_warning(&place)),
        }
    }
    let remedy = "run `mdbook-docktest install` in the book's directory";
    if !old.is_empty() {
        let old = old.join(", ");
        warnings.insert(0, format!("outdated assets: {old}; {remedy}"));
    }
    if !missing.is_empty() {
        let missing = missing.join(", ");
        warnings.insert(0, format!("assets missing in book.toml: {missing}; {remedy}"));
    }
    warnings
}
