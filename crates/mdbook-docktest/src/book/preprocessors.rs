//! Runs the preprocessors that come before ours when mdBook builds a book, so that steps are read from the
//! same text.
//!
//! mdBook itself decides which these are, and runs them: ours is replaced by one that takes the book and
//! ends the run.

use std::cell::RefCell;
use std::io;
use std::path::Path;
use std::rc::Rc;

use mdbook_driver::MDBook;
use mdbook_driver::builtin_renderers::CmdRenderer;
use mdbook_preprocessor::book::Book;
use mdbook_preprocessor::config::Config;
use mdbook_preprocessor::errors::{Error, Result};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext};
use serde::de::IgnoredAny;

const NAME: &str = "docktest";

/// The renderer that the book is built for.
const RENDERER: &str = "html";

/// Reads the book in the directory `root`, as mdBook sends it to us.
///
/// # Errors
/// mdBook's, also if a preprocessor is missing or fails.
pub(super) fn read_preprocessed(root: &Path, mut config: Config) -> Result<Book> {
    prepare(&mut config)?;
    let has_commands = config
        .preprocessors::<IgnoredAny>()?
        .keys()
        .any(|name| !["links", "index", NAME].contains(&name.as_str()));
    // mdBook starts commands with absolute paths.
    let mut book = MDBook::load_with_config(root.canonicalize()?, config)?;
    let taken = Rc::default();
    // It replaces the one with the same name.
    book.with_preprocessor(Ours(Rc::clone(&taken)));
    let run = || book.preprocess_book(&CmdRenderer::new(RENDERER.to_owned(), String::new()));
    let result = if has_commands { with_stdout_as_stderr(run)? } else { run() };
    match (taken.take(), result) {
        (Some(book), _) | (None, Ok((book, _))) => Ok(book),
        (None, Err(error)) => Err(error),
    }
}

/// Changes a configuration so that mdBook runs us.
fn prepare(config: &mut Config) -> Result<()> {
    let renderers = format!("preprocessor.{NAME}.renderers");
    if config.contains_key(&format!("preprocessor.{NAME}")) {
        // It is not one of those for which we are to run, but only those before us count here.
        return config.set(renderers, [RENDERER]);
    }
    // mdBook does not run us yet. `install` would put us after `links`.
    config.set(format!("preprocessor.{NAME}.after"), ["links"])?;
    for name in config.preprocessors::<IgnoredAny>()?.into_keys().filter(|name| name != NAME) {
        // Then, what the book needs may not be installed either.
        config.set(format!("preprocessor.{name}.optional"), true)?;
    }
    Ok(())
}

/// Takes the book, and ends the run.
struct Ours(Rc<RefCell<Option<Book>>>);

impl Preprocessor for Ours {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, _: &PreprocessorContext, book: Book) -> Result<Book> {
        self.0.replace(Some(book));
        Err(Error::msg("the preprocessors after this one do not run"))
    }
}

/// Calls a function while standard output leads to standard error: it is inherited by preprocessors that
/// are asked whether they support a renderer, and carries our report.
fn with_stdout_as_stderr<T>(call: impl FnOnce() -> T) -> io::Result<T> {
    let stdout = rustix::io::dup(io::stdout())?;
    rustix::stdio::dup2_stdout(io::stderr())?;
    let result = call();
    rustix::stdio::dup2_stdout(stdout)?;
    Ok(result)
}
