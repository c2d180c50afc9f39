//! The settings of a book: `[preprocessor.docktest]` in book.toml.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use mdbook_preprocessor::config::Config;
use serde::Deserialize;
use serde::de::{Error as _, IgnoredAny};

use crate::check::lints::Lints;
use crate::expect::Placeholders;
use crate::render::labels::{Labels, Language};
use crate::text::duration::parse_duration;

mod recordings_directory;

use self::recordings_directory::recordings_directory;

/// The timeout of a step, unless the book or the step sets another.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// The settings of a book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// For each image with a recipe in the book, the directory of the recipe.
    pub images: BTreeMap<String, PathBuf>,
    /// The timeout of steps without one of their own.
    pub timeout: Duration,
    /// Variables added to the environment of the steps.
    pub environment: BTreeMap<String, String>,
    /// The prepared root file system of the engine.
    pub engine_root: Option<PathBuf>,
    /// The placeholders of `output` blocks: the built-in ones and the book's own.
    pub placeholders: Placeholders,
    /// The level of each kind of finding.
    pub lints: Lints,
    /// What a build does about errors.
    pub on_failure: OnFailure,
    /// Which chapters run when the book is built.
    pub run: RunMode,
    /// The directory of the book's recordings; `None` outside of a book.
    pub recordings: Option<PathBuf>,
    /// The words on the book's pages.
    pub labels: Arc<Labels>,
    /// Whether to add a page that lists all runs.
    pub verifications: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            images: BTreeMap::new(),
            timeout: DEFAULT_TIMEOUT,
            environment: BTreeMap::new(),
            engine_root: None,
            placeholders: Placeholders::default(),
            lints: Lints::default(),
            on_failure: OnFailure::default(),
            run: RunMode::default(),
            recordings: None,
            labels: Arc::default(),
            verifications: true,
        }
    }
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
#[error("[preprocessor.docktest] in {}: {message}", .book_toml.display())]
pub struct SettingsError {
    /// The path of the book.toml.
    pub book_toml: PathBuf,
    /// The error in the table.
    pub message: String,
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
    #[serde(default)]
    images: BTreeMap<String, PathBuf>,
    #[serde(default, deserialize_with = "duration")]
    timeout: Option<Duration>,
    #[serde(default)]
    env: BTreeMap<String, String>,
    engine_root: Option<PathBuf>,
    #[serde(default)]
    placeholders: BTreeMap<String, String>,
    #[serde(default)]
    labels: BTreeMap<String, String>,
    verifications: Option<bool>,

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

impl Settings {
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
                SettingsError { book_toml: root.join("book.toml"), message }
            })?;
        let wrong = |message| SettingsError { book_toml: root.join("book.toml"), message };
        let placeholders =
            Placeholders::with(table.placeholders).map_err(|error| wrong(error.to_string()))?;
        let language = Language::from_tag(config.book.language.as_deref().unwrap_or_default());
        let labels =
            Labels::with(language, table.labels).map_err(|error| wrong(error.to_string()))?;
        let is_rewritten = table.run == RunMode::Always && is_served(config);
        let recordings =
            recordings_directory(table.recordings.as_deref(), config, root, is_rewritten)
                .map_err(wrong)?;
        Ok(Self {
            images: table
                .images
                .into_iter()
                .map(|(reference, recipe)| (reference, root.join(recipe)))
                .collect(),
            timeout: table.timeout.unwrap_or(DEFAULT_TIMEOUT),
            environment: table.env,
            engine_root: table.engine_root.map(|path| root.join(path)),
            placeholders,
            lints: table.lints,
            on_failure: table.on_failure.unwrap_or_else(|| OnFailure::default_for(config)),
            run: table.run,
            recordings: Some(recordings),
            labels: Arc::new(labels),
            verifications: table.verifications.unwrap_or(true),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::finding::Code;
    use crate::model::finding::Level;

    fn read(table: &str) -> Result<Settings, String> {
        let config = format!("[preprocessor.docktest]\n{table}").parse::<Config>().unwrap();
        Settings::from_config(&config, Path::new("/book")).map_err(|error| error.to_string())
    }

    #[test]
    fn recipes_are_relative_to_the_book() {
        let settings = read("command = \"x\"\nimages.alpine = \"images/alpine\"").unwrap();
        assert_eq!(settings.images["alpine"], Path::new("/book/images/alpine"));
        assert_eq!(settings.timeout, DEFAULT_TIMEOUT);
    }

    #[test]
    fn placeholders_of_the_book_are_added() {
        let settings = read("[preprocessor.docktest.placeholders]\nTICKET = 'T-\\d+'").unwrap();
        assert_eq!(settings.placeholders.regex("TICKET"), Some(r"T-\d+"));
        let error = read("placeholders.ticket = 'T'").unwrap_err();
        assert!(error.contains("/book/book.toml: invalid placeholder name `ticket`"), "{error}");
        let error = read("placeholders.TICKET = '('").unwrap_err();
        assert!(error.contains("invalid regex for placeholder `TICKET`"), "{error}");
    }

    #[test]
    fn an_unknown_key_is_an_error() {
        let error = read("timeuot = \"5s\"").unwrap_err();
        assert!(error.contains("/book/book.toml"), "{error}");
        assert!(error.contains("timeuot"), "{error}");
    }

    #[test]
    fn lints_are_read_and_a_mistyped_one_is_an_error() {
        let settings = read("lints.exit-status = \"warn\"").unwrap();
        assert_eq!(settings.lints.level(Code::ExitStatus), Level::Warn);
        let error = read("lints.exit-statsu = \"warn\"").unwrap_err();
        assert!(error.contains("did you mean `exit-status`?"), "{error}");
        let error = read("lints.exit-status = \"forbid\"").unwrap_err();
        assert!(error.contains("`allow`, `warn`, `deny`"), "{error}");
    }

    #[test]
    fn failures_are_embedded_by_default_with_mdbook_serve() {
        let on_failure = |table: &str| read(table).unwrap().on_failure;
        let served = "[output.html]\nlive-reload-endpoint = \"__livereload\"";
        assert_eq!(on_failure(""), OnFailure::Abort);
        assert_eq!(on_failure("on-failure = \"embed\""), OnFailure::Embed);
        assert_eq!(on_failure(served), OnFailure::Embed);
        assert_eq!(on_failure(&format!("on-failure = \"abort\"\n{served}")), OnFailure::Abort);
        let error = read("on-failure = \"ignore\"").unwrap_err();
        assert!(error.contains("`abort`") && error.contains("`embed`"), "{error}");
    }

    #[test]
    fn recordings_are_in_the_book() {
        let at = |table: &str| read(table).unwrap().recordings.unwrap();
        assert_eq!(at(""), Path::new("/book/recordings"));
        assert_eq!(at("recordings = \"proof\""), Path::new("/book/proof"));
        let error = read("recordings = \"src\"").unwrap_err();
        assert!(error.starts_with("[preprocessor.docktest] in /book/book.toml: `recordings`"));
        assert_eq!(read("run = \"never\"").unwrap().run, RunMode::Never);
        let served = "[output.html]\nlive-reload-endpoint = \"__livereload\"";
        let always = format!("run = \"always\"\n[book]\nsrc = \".\"\n{served}");
        let error = read(&always).unwrap_err();
        assert!(error.contains("set `run = \"stale\"`"), "{error}");
        read(&always.replace(served, "")).unwrap();
        read(&always.replace("always", "stale")).unwrap();
    }

    #[test]
    fn an_invalid_duration_is_an_error_with_a_remedy() {
        assert_eq!(read("timeout = \"90s\"").unwrap().timeout, Duration::from_secs(90));
        let error = read("timeout = \"soon\"").unwrap_err();
        assert!(error.contains("invalid duration `soon`: use e.g. `30s`"), "{error}");
    }
}
