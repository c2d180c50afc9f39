//! The course as a site.

use std::env;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Context, Result, anyhow, ensure};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use tracing::level_filters::LevelFilter;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt};

use crate::{cargo, engine, workspace};

/// Builds the course with mdBook; its steps run in the prepared engine.
pub(crate) fn build() -> Result<()> {
    engine::prepare()?;
    let preprocessor = build_preprocessor()?;

    let complaints = Complaints::default();
    tracing::subscriber::set_global_default(
        tracing_subscriber::registry()
            .with(LevelFilter::INFO)
            .with(
                tracing_subscriber::fmt::layer()
                    .without_time()
                    .with_target(false)
                    .with_writer(std::io::stderr),
            )
            .with(complaints.clone()),
    )?;

    let mut config = Config::from_disk(workspace().join("book.toml"))?;
    config.update_from_env()?;
    config.set("preprocessor.docktest.command", as_shell_word(&preprocessor)?)?;
    let book = MDBook::load_with_config(workspace(), config)?;
    book.build()?;
    let complaints = complaints.count();
    // For mdBook, a mistyped key in book.toml is worth a line, and then it goes on without.
    ensure!(complaints == 0, "mdBook warned {complaints} times, see above");

    eprintln!("book: {}", book.build_dir_for("html").join("index.html").display());
    Ok(())
}

/// Builds the `mdbook-docktest` program, and returns where it is.
pub(crate) fn build_preprocessor() -> Result<PathBuf> {
    eprintln!("book: building mdbook-docktest");
    cargo(["build", "--quiet", "--release", "--package", "mdbook-docktest"]).run()?;
    // This program lies in a profile's directory too, wherever cargo was told to put those.
    let this = env::current_exe()?;
    let profiles = this.ancestors().nth(2).context("xtask does not lie in a target directory")?;
    Ok(profiles.join("release/mdbook-docktest"))
}

/// mdBook splits commands as a shell does.
fn as_shell_word(path: &Path) -> Result<String> {
    let text = path.to_str().with_context(|| format!("{} is not Unicode", path.display()))?;
    shlex::try_quote(text).map(Into::into).map_err(|error| anyhow!("{text}: {error}"))
}

/// Counts what mdBook warns of.
#[derive(Clone, Default)]
struct Complaints(Arc<AtomicUsize>);

impl Complaints {
    fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl<S: Subscriber> Layer<S> for Complaints {
    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        // Levels are ordered by how much they let through.
        if *event.metadata().level() <= Level::WARN {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn warnings_and_errors_are_complaints() {
        let complaints = Complaints::default();
        let subscriber = tracing_subscriber::registry().with(complaints.clone());
        tracing::subscriber::with_default(subscriber, || {
            tracing::info!("the html backend runs");
            tracing::warn!("unclosed tag");
            tracing::error!("unknown key");
        });
        assert_eq!(complaints.count(), 2);
    }

    #[test]
    fn a_path_with_a_space_stays_one_word() {
        let path = Path::new("/a b/mdbook-docktest");
        let words = shlex::split(&as_shell_word(path).unwrap()).unwrap();
        assert_eq!(words, ["/a b/mdbook-docktest"]);
    }
}
