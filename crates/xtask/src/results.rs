//! What readers see of the examples in the author's guide.
//!
//! A page of the guide has `{{#include ../results/NAME.md}}` below an example. That file is the page that the
//! program makes of the example, as the chapter `NAME.md` of a book of its own, from the recording
//! `recordings/NAME.md.json`. So an engine is only needed after an example has changed.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, bail};
use mdbook_driver::MDBook;
use mdbook_preprocessor::PreprocessorContext;
use mdbook_preprocessor::book::Book;
use tempfile::TempDir;

use self::fragment::fragment;
use self::shown::{Shown, shown};
use crate::generate::Generated;
use crate::process::say;
use crate::{engine, project, setup};

mod fragment;
mod shown;

/// Records the examples that have changed since they were recorded, on an engine.
pub(crate) fn record() -> Result<()> {
    let mut has_engine = false;
    for example in all()? {
        let book = ExampleBook::new(&example)?;
        if book.is_recorded()? {
            continue;
        }
        if !has_engine {
            setup::ensure(&[setup::ENGINE])?;
            engine::ensure()?;
            has_engine = true;
        }
        say(&format!("running the example `{}` in {}", example.name, example.page));
        book.record()?;
    }
    Ok(())
}

/// Returns the results of all examples, made from their recordings.
///
/// # Errors
/// When a recording is missing, or the example has changed since.
pub(crate) fn results() -> Result<Vec<Generated>> {
    let directory = guide()?.join("results");
    let mut results = Vec::new();
    for example in all()? {
        let Shown { page, name, parts, .. } = &example;
        let book = ExampleBook::new(&example)?;
        if !book.is_recorded()? {
            bail!(
                "the example `{name}` in {page} has changed since it was recorded: run `cargo xtask generate`"
            );
        }
        let pages = book.pages().with_context(|| format!("the example `{name}` in {page}"))?;
        for part in parts {
            let text = fragment(*part, &pages, &book.language)
                .with_context(|| format!("the example `{name}` in {page} has no {part:?}"))?;
            results.push(Generated { path: directory.join(part.file(name)), text });
        }
    }
    Ok(results)
}

/// The files in the directories of results and recordings that no example of the guide has.
pub(crate) fn unused() -> Result<Vec<PathBuf>> {
    let guide = guide()?;
    let examples = all()?;
    let results = examples.iter().flat_map(|example| {
        example.parts.iter().map(|part| guide.join("results").join(part.file(&example.name)))
    });
    let recordings =
        examples.iter().map(|example| guide.join("recordings").join(recording(&example.name)));
    let used: Vec<PathBuf> = results.chain(recordings).collect();
    let mut unused = Vec::new();
    for directory in ["results", "recordings"] {
        let directory = guide.join(directory);
        let files = fs::read_dir(&directory)
            .with_context(|| format!("cannot read {}", directory.display()))?;
        for file in files {
            let path = file.context("cannot read a directory")?.path();
            if !used.contains(&path) {
                unused.push(path);
            }
        }
    }
    unused.sort();
    Ok(unused)
}

/// All examples of the guide whose results are shown.
fn all() -> Result<Vec<Shown>> {
    let source = guide()?.join("src");
    let files =
        fs::read_dir(&source).with_context(|| format!("cannot read {}", source.display()))?;
    let mut examples = Vec::new();
    for file in files {
        let path = file.context("cannot read a directory")?.path();
        let page = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        examples.extend(shown(&page, &text)?);
    }
    examples.sort_by(|one, other| one.name.cmp(&other.name));
    for pair in examples.windows(2) {
        if let [one, other] = pair
            && one.name == other.name
        {
            bail!("two examples are named `{}`: in {} and {}", one.name, one.page, other.page);
        }
    }
    Ok(examples)
}

fn guide() -> Result<PathBuf> {
    Ok(project()?.join("crates/mdbook-docktest/guide"))
}

/// The name of the file of a recording.
fn recording(name: &str) -> String {
    format!("{name}.md.json")
}

/// A book in a temporary directory, with an example as its only chapter.
struct ExampleBook {
    directory: TempDir,
    /// The name of the example.
    name: String,
    /// The language of its texts.
    language: String,
}

impl ExampleBook {
    /// The book of an example, with the recording if the guide has one.
    fn new(example: &Shown) -> Result<Self> {
        let directory = TempDir::new().context("cannot create a temporary directory")?;
        let root = directory.path();
        let name = example.name.clone();
        let write = |path: &str, text: &str| {
            let path = root.join(path);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
        };
        for directory in ["src", "recordings"] {
            fs::create_dir(root.join(directory)).context("cannot create a directory")?;
        }
        let config = config(&example.settings)?;
        write("book.toml", &config.to_string())?;
        write("src/SUMMARY.md", &format!("- [{}]({name}.md)\n", example.title()))?;
        write(&format!("src/{name}.md"), &example.chapter)?;
        let recorded = guide()?.join("recordings").join(recording(&name));
        if recorded.exists() {
            fs::copy(&recorded, root.join("recordings").join(recording(&name)))
                .with_context(|| format!("cannot copy {}", recorded.display()))?;
        }
        let language = config.get("book").and_then(|book| book.get("language")?.as_str());
        let language = language.unwrap_or("en").to_owned();
        Ok(Self { directory, name, language })
    }

    /// Whether the recording belongs to the example as it is now.
    fn is_recorded(&self) -> Result<bool> {
        let check = self.program(&["record", "--check"])?.stdin_null();
        let check = check.stdout_null().stderr_null().unchecked();
        Ok(check.run().context("cannot check a recording")?.status.success())
    }

    /// Runs the example, and records it in the guide.
    fn record(&self) -> Result<()> {
        // An example with a wrong output is recorded as well: the recording is that of the mended one.
        let accept = self.program(&["accept"])?.stdin_null();
        let accept = accept.stdout_capture().stderr_capture().unchecked();
        let output = accept.run().context("cannot run an example")?;
        if !output.status.success() {
            bail!(
                "the example `{}` cannot be recorded:\n{}{}",
                self.name,
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        let recordings = guide()?.join("recordings");
        fs::create_dir_all(&recordings)
            .with_context(|| format!("cannot create {}", recordings.display()))?;
        let file = recording(&self.name);
        let recorded = self.directory.path().join("recordings").join(&file);
        fs::copy(&recorded, recordings.join(&file))
            .with_context(|| format!("cannot copy {}", recorded.display()))?;
        Ok(())
    }

    /// The texts of the book's pages, as the preprocessor passes them to mdBook's renderer for HTML.
    fn pages(&self) -> Result<Vec<String>> {
        let book = MDBook::load(self.directory.path()).map_err(|error| anyhow!(error))?;
        let renderer = "html".to_owned();
        let context = PreprocessorContext::new(book.root.clone(), book.config.clone(), renderer);
        let sent = serde_json::to_vec(&(context, &book.book))?;
        let output = self
            .program(&[])?
            .stdin_bytes(sent)
            .stdout_capture()
            // Findings, which some examples are about.
            .stderr_capture()
            .unchecked()
            .run()
            .context("cannot run the preprocessor")?;
        if !output.status.success() {
            bail!("the preprocessor failed:\n{}", String::from_utf8_lossy(&output.stderr));
        }
        let book: Book =
            serde_json::from_slice(&output.stdout).context("the preprocessor sent no book")?;
        Ok(book.chapters().map(|chapter| chapter.content.clone()).collect())
    }

    /// The program, with these arguments, in the directory of the book.
    fn program(&self, arguments: &[&str]) -> Result<duct::Expression> {
        let xtask = std::env::current_exe().context("cannot find this program")?;
        let words = ["docktest"].iter().chain(arguments);
        Ok(duct::cmd(xtask, words).dir(self.directory.path()))
    }
}

/// The book.toml of an example: its own settings, the image `alpine`, and no run while its page is made.
fn config(settings: &str) -> Result<toml::Table> {
    let mut config: toml::Table = settings.parse().context("invalid book.toml of an example")?;
    let mut docktest = &mut config;
    for name in ["preprocessor", "docktest"] {
        docktest = table(docktest, name)?;
    }
    docktest.insert("run".to_owned(), "never".into());
    docktest.insert("on-failure".to_owned(), "embed".into());
    let recipe = project()?.join("book/images/alpine");
    let recipe = recipe.to_str().context("the path of the project is not UTF-8")?;
    table(docktest, "images")?.insert("alpine".to_owned(), recipe.into());
    Ok(config)
}

/// The table of this name in a table, which is created if it is missing.
fn table<'a>(parent: &'a mut toml::Table, name: &str) -> Result<&'a mut toml::Table> {
    let value = parent.entry(name).or_insert_with(|| toml::Table::new().into());
    value.as_table_mut().with_context(|| format!("`{name}` is not a table"))
}
