//! The sites of the course and of the author's guide.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{env, fs};

use anyhow::{Context, Result, anyhow, bail};
use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context as LayerContext, Layer, SubscriberExt};

use crate::process::{say, succeed};
use crate::{cargo, engine, pdf, picture, project, setup};

/// The variable with the address of the course's site, for mdBook.
const SITE_URL: &str = "MDBOOK_OUTPUT__HTML__SITE_URL";

/// Where the guide is published, in the course's site.
const GUIDE: &str = "guide/";

/// What `cargo xtask book` makes.
#[derive(Debug, clap::Args)]
pub(crate) struct Options {
    /// Also print each book as a PDF, with Chromium
    #[arg(long)]
    pub(crate) pdf: bool,
    /// Also take the picture of the course in the README, docs/page.png, with Chromium
    #[arg(long)]
    pub(crate) picture: bool,
}

/// Builds the sites of the course and the guide. If the course's recordings are stale, sets up an
/// engine first, on which the course's commands are run.
pub(crate) fn build(options: &Options) -> Result<()> {
    build_with(&program()?, options)
}

/// As [`build`], with this `mdbook-docktest`.
pub(crate) fn build_with(program: &Path, options: &Options) -> Result<()> {
    if options.pdf || options.picture {
        setup::ensure(&[setup::PDF])?;
    }
    let project = project()?;
    let check = duct::cmd!(program, "record", "--check").dir(&project).stdin_null().stdout_null();
    let is_current = check.stderr_null().unchecked().run().context("cannot run the program")?;
    if !is_current.status.success() {
        say("the course's recordings are stale: its commands will be run");
        setup::ensure(&[setup::ENGINE])?;
        engine::ensure()?;
    }

    let mut config =
        Config::from_disk(project.join("book.toml")).map_err(|error| anyhow!(error))?;
    // As `mdbook build` does, for variables such as MDBOOK_PREPROCESSOR__DOCKTEST__RUN.
    config.update_from_env().map_err(|error| anyhow!(error))?;
    config
        .set("preprocessor.docktest.command", shlex::try_quote(&program.to_string_lossy())?)
        .map_err(|error| anyhow!(error))?;

    // mdBook logs some errors, and goes on.
    let complaints = Arc::new(AtomicUsize::new(0));
    let log = tracing_subscriber::fmt::layer()
        .with_writer(std::io::stderr)
        .without_time()
        .with_target(false)
        .with_filter(tracing_subscriber::filter::LevelFilter::INFO);
    let subscriber =
        tracing_subscriber::registry().with(log).with(CountComplaints(Arc::clone(&complaints)));
    tracing::subscriber::set_global_default(subscriber).context("cannot set up mdBook's log")?;

    let (book, course) = build_site(&project, config).context("the course was not built")?;
    let guide_root = project.join("crates/mdbook-docktest/guide");
    let config = Config::from_disk(guide_root.join("book.toml")).map_err(|error| anyhow!(error))?;
    let (guide_book, guide) = build_site(&guide_root, config).context("the guide was not built")?;
    finish(program, &project, None)?;
    let address = env::var(SITE_URL).ok().map(|course| format!("{course}{GUIDE}"));
    finish(program, &guide_root, address.as_deref())?;
    if complaints.load(Ordering::Relaxed) > 0 {
        bail!("mdBook logged warnings or errors: see above");
    }
    say(&format!("book: open {}", course.join("index.html").display()));
    say(&format!("guide: open {}", guide.join("index.html").display()));
    if options.pdf {
        pdf::print(&book, &course, "course.pdf").context("the course has no PDF")?;
        pdf::print(&guide_book, &guide, "guide.pdf").context("the guide has no PDF")?;
    }
    if options.picture {
        picture::take(&course).context("there is no picture for the README")?;
    }
    Ok(())
}

/// Builds a book, and returns it with the directory of its pages.
fn build_site(root: &Path, config: Config) -> Result<(MDBook, PathBuf)> {
    let book = MDBook::load_with_config(root, config).map_err(|error| anyhow!(error))?;
    book.build().map_err(|error| anyhow!(error))?;
    let site = book.build_dir_for("html");
    let site =
        fs::canonicalize(&site).with_context(|| format!("cannot find {}", site.display()))?;
    Ok((book, site))
}

/// Completes the pages of the book in a directory. `address` takes the place of the site's address in the
/// environment.
fn finish(program: &Path, root: &Path, address: Option<&str>) -> Result<()> {
    let mut finish = duct::cmd!(program, "finish").dir(root).stdin_null().stdout_to_stderr();
    if let Some(address) = address {
        finish = finish.env(SITE_URL, address);
    }
    succeed("mdbook-docktest finish", &finish)
}

/// The program that builds the books: `MDBOOK_DOCKTEST` if that is set, as for tests, else a release build.
fn program() -> Result<PathBuf> {
    match env::var_os("MDBOOK_DOCKTEST") {
        Some(program) => Ok(program.into()),
        None => build_program("release"),
    }
}

/// Builds `mdbook-docktest` with a profile of Cargo.toml, and returns its path.
pub(crate) fn build_program(profile: &str) -> Result<PathBuf> {
    cargo::program(&["build", "--profile", profile, "--package", "mdbook-docktest"])
}

/// Counts mdBook's warnings and errors.
struct CountComplaints(Arc<AtomicUsize>);

impl<S: Subscriber> Layer<S> for CountComplaints {
    fn on_event(&self, event: &Event<'_>, _: LayerContext<'_, S>) {
        if *event.metadata().level() <= Level::WARN {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}
