//! The settings of a book: `[preprocessor.docktest]` in book.toml.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mdbook_preprocessor::config::Config;
use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny};
use serde_json::Value;

use crate::check::lints::Lints;
use crate::expect::Placeholders;
use crate::model::finding::{Code, Level};
use crate::model::markdown::Unmarked;
use crate::model::values::{Reading, Values};
use crate::render::labels::{Labels, Language};
use crate::text::duration::parse_duration;
use crate::text::size::{parse_size, shown_size};

pub(crate) mod images;
mod recordings_directory;

pub(crate) use self::images::{BookImage, BookImages};
use self::recordings_directory::recordings_directory;

/// The timeout of a step, unless the book or the step sets another.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The least memory that an engine can be limited to, in bytes: dockerd and containerd 26.1.5 take 123 MiB
/// without a container, of which 37 MiB cannot be dropped.
const LEAST_MEMORY: u64 = 128 << 20;

/// The least number of processes that an engine can be limited to: dockerd and containerd have about 50 threads on a
/// machine with few processors, and each container adds ten.
const LEAST_PROCESSES: u32 = 200;

/// The least size that the file systems of an engine can be limited to, in bytes: what dockerd and containerd keep with a
/// container and a few images, with space for their growth.
const LEAST_DISK: u64 = 32 << 20;

/// The settings of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The images that the book names.
    pub images: BookImages,
    /// The timeout of steps without one of their own.
    pub timeout: Duration,
    /// The memory that an engine may use, in bytes; `None` for no limit.
    pub memory: Option<u64>,
    /// How many processes an engine may have, with their threads; `None` for no limit.
    pub processes: Option<u32>,
    /// How many bytes each file system of an engine may hold; `None` for the kernel's limit.
    pub disk: Option<u64>,
    /// Variables added to the environment of the steps.
    pub environment: BTreeMap<String, String>,
    /// Where engines run.
    pub engine: EngineKind,
    /// The contexts of `docker` whose Dockers run chapters, if engines run there; if empty, the one that
    /// `docker` uses by itself.
    pub contexts: Vec<String>,
    /// The prepared root file system of the engine.
    pub engine_root: Option<PathBuf>,
    /// The Debian packages that steps find besides those of the root file system.
    pub packages: Vec<String>,
    /// The placeholders of `output` blocks: the built-in ones and the book's own.
    pub placeholders: Placeholders,
    /// What takes the place of placeholders in commands.
    pub values: Arc<Values>,
    /// The level of each kind of finding.
    pub lints: Lints,
    /// What a build does about errors.
    pub on_failure: OnFailure,
    /// Which chapters run when the book is built.
    pub run: RunMode,
    /// The directory of the book's recordings; `None` outside of a book.
    pub recordings: Option<PathBuf>,
    /// The directory of the book's sources; `None` outside of a book.
    pub sources: Option<PathBuf>,
    /// The words on the book's pages.
    pub labels: Arc<Labels>,
    /// Whether to add a page that lists all runs.
    pub verifications: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            images: BookImages::default(),
            timeout: DEFAULT_TIMEOUT,
            memory: None,
            processes: None,
            disk: None,
            environment: BTreeMap::new(),
            engine: EngineKind::default(),
            contexts: Vec::new(),
            engine_root: None,
            packages: Vec::new(),
            placeholders: Placeholders::default(),
            values: Arc::default(),
            lints: Lints::default(),
            on_failure: OnFailure::default(),
            run: RunMode::default(),
            recordings: None,
            sources: None,
            labels: Arc::default(),
            verifications: true,
        }
    }
}

/// Where engines run.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// The first that works.
    #[default]
    Auto,
    /// On this machine, each in namespaces of its own.
    Process,
    /// In a privileged container on a Docker.
    Dind,
}

/// Which chapters run when a book is built. The others are replayed from their recordings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunMode {
    /// Chapters without a recording, or whose recording was made with other steps or settings.
    #[default]
    Stale,
    /// All chapters.
    Always,
    /// No chapters: a missing recording is a finding.
    Never,
}

/// What a build does about errors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnFailure {
    /// It stops and keeps the old pages.
    #[default]
    Abort,
    /// It shows the errors on the pages.
    Embed,
}

impl OnFailure {
    /// With `mdbook serve`, authors look at the page rather than at the terminal.
    fn default_for(config: &Config) -> Self {
        if is_served(config) { Self::Embed } else { Self::Abort }
    }
}

/// Whether `mdbook serve` builds the book: only then, pages have an endpoint for live reload.
pub(crate) fn is_served(config: &Config) -> bool {
    matches!(config.get::<IgnoredAny>("output.html.live-reload-endpoint"), Ok(Some(_)))
}

/// An invalid table `[preprocessor.docktest]`.
#[derive(Debug, thiserror::Error)]
#[error("[preprocessor.docktest] in {}{}: {message}", .book_toml.display(), colon_and(*.line))]
pub struct SettingsError {
    /// The path of the book.toml.
    pub book_toml: PathBuf,
    /// The line of the error in it, counted from 1, if it is known.
    pub line: Option<usize>,
    /// The error in the table.
    pub message: String,
}

fn colon_and(line: Option<usize>) -> String {
    line.map_or(String::new(), |line| format!(":{line}"))
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Table {
    #[serde(default)]
    lints: Lints,
    on_failure: Option<OnFailure>,
    #[serde(default)]
    run: RunMode,
    recordings: Option<PathBuf>,
    images: Option<Value>,
    #[serde(default, deserialize_with = "duration")]
    timeout: Option<Duration>,
    #[serde(default, deserialize_with = "memory")]
    memory: Option<u64>,
    #[serde(default, deserialize_with = "processes")]
    processes: Option<u32>,
    #[serde(default, deserialize_with = "disk")]
    disk: Option<u64>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    #[serde(default)]
    engine: EngineKind,
    #[serde(default)]
    contexts: Vec<String>,
    engine_root: Option<PathBuf>,
    #[serde(default, deserialize_with = "packages")]
    packages: Vec<String>,
    #[serde(default)]
    placeholders: BTreeMap<String, String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    verifications: Option<bool>,
    /// Read with the [extensions](crate::model::markdown::Extensions::unmarked); an invalid value is an error here.
    #[serde(rename = "unmarked")]
    _unmarked: Option<Unmarked>,

    // mdBook's own keys in the table of a preprocessor.
    #[serde(rename = "command")]
    _command: Option<IgnoredAny>,
    #[serde(rename = "before")]
    _before: Option<IgnoredAny>,
    #[serde(rename = "after")]
    _after: Option<IgnoredAny>,
    #[serde(rename = "renderers")]
    _renderers: Option<IgnoredAny>,
    #[serde(rename = "optional")]
    _optional: Option<IgnoredAny>,
}

fn duration<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(from)?;
    let duration = parse_duration(&text).filter(|duration| !duration.is_zero());
    duration.map(Some).ok_or_else(|| {
        D::Error::custom(format!("invalid duration `{text}`: use e.g. `30s` or `2m`"))
    })
}

fn packages<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let packages = Vec::<String>::deserialize(from)?;
    match packages.iter().find(|package| !is_package(package)) {
        Some(package) => Err(D::Error::custom(format!(
            "invalid package name `{package}`: use the name of a Debian package, e.g. `tree`"
        ))),
        None => Ok(packages),
    }
}

/// Whether Debian allows the name: <https://www.debian.org/doc/debian-policy/ch-controlfields.html#source>.
fn is_package(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
    name.len() >= 2
        && name.chars().all(is_allowed)
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}

fn memory<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    size(from, "memory", LEAST_MEMORY)
}

fn disk<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u64>, D::Error> {
    size(from, "disk", LEAST_DISK)
}

fn size<'de, D: serde::Deserializer<'de>>(
    from: D,
    setting: &str,
    least: u64,
) -> Result<Option<u64>, D::Error> {
    let text = String::deserialize(from)?;
    let size = parse_size(&text).ok_or_else(|| {
        D::Error::custom(format!("invalid size `{text}`: use e.g. `512m` or `2g`"))
    })?;
    if size < least {
        let least = shown_size(least);
        return Err(D::Error::custom(format!(
            "`{setting}` is too small for an engine, `{text}`: use `{least}` or more"
        )));
    }
    Ok(Some(size))
}

fn processes<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
    match u32::deserialize(from)? {
        few if few < LEAST_PROCESSES => Err(D::Error::custom(format!(
            "`processes` is too small for an engine, `{few}`: use `{LEAST_PROCESSES}` or more"
        ))),
        processes => Ok(Some(processes)),
    }
}

impl Settings {
    /// Returns how the commands of chapters are read.
    pub(crate) fn reading(&self) -> Reading {
        let is_allowed = |code| self.lints.level(code) == Level::Allow;
        Reading {
            values: self.values.clone(),
            runs_synopses: is_allowed(Code::Synopsis),
            runs_placeholders: is_allowed(Code::Placeholder),
        }
    }

    /// Reads the settings from the book.toml in the directory `root`, to which paths are relative.
    ///
    /// # Errors
    /// If the table has an unknown key or an invalid value.
    pub fn from_config(config: &Config, root: &Path) -> Result<Self, SettingsError> {
        let table: Table = config
            .get("preprocessor.docktest")
            .map(Option::unwrap_or_default)
            .map_err(|error| {
                // toml ends its messages with a line feed.
                let message = error.root_cause().to_string().trim_end().to_owned();
                SettingsError { book_toml: root.join("book.toml"), line: None, message }
            })?;
        let wrong_at =
            |line, message| SettingsError { book_toml: root.join("book.toml"), line, message };
        let wrong = |message| wrong_at(None, message);
        let placeholders =
            Placeholders::with(table.placeholders).map_err(|error| wrong(error.to_string()))?;
        let values = Values::new(table.values).map_err(wrong)?;
        let language = Language::from_tag(config.book.language.as_deref().unwrap_or_default());
        let labels =
            Labels::with(language, table.labels).map_err(|error| wrong(error.to_string()))?;
        let is_rewritten = table.run == RunMode::Always && is_served(config);
        let recordings =
            recordings_directory(table.recordings.as_deref(), config, root, is_rewritten)
                .map_err(wrong)?;
        let images = table.images.map(|images| BookImages::read(&images, root)).transpose();
        Ok(Self {
            images: images
                .map_err(|error| wrong_at(error.line, error.message))?
                .unwrap_or_default(),
            timeout: table.timeout.unwrap_or(DEFAULT_TIMEOUT),
            memory: table.memory,
            processes: table.processes,
            disk: table.disk,
            environment: table.env,
            engine: table.engine,
            contexts: table.contexts,
            engine_root: table.engine_root.map(|path| root.join(path)),
            packages: table.packages,
            placeholders,
            values: Arc::new(values),
            lints: table.lints,
            on_failure: table.on_failure.unwrap_or_else(|| OnFailure::default_for(config)),
            run: table.run,
            recordings: Some(recordings),
            sources: Some(root.join(&config.book.src)),
            labels: Arc::new(labels),
            verifications: table.verifications.unwrap_or(true),
        })
    }
}

#[cfg(test)]
mod tests;
