//! Measures how much of real tutorials the program sees and runs.
//!
//! The Markdown files of directories that are given are copied, and each copy is verified in a process of its
//! own. Then a second copy is adopted: `fix`, `accept`, and `verify` several times, to see which steps do not
//! hold. The originals are only read. The tables have figures, and no text of the tutorials.

mod blocks;
mod measure;
mod table;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use clap::Args;
use mdbook_driver::config::Config;
use tempfile::TempDir;

use self::measure::{Counts, Run, Runner};
use self::table::Findings;
use crate::process::say;
use crate::{book, engine, project, setup};

/// Options of `cargo xtask corpus`.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Directories with Markdown files
    #[arg(required = true, value_name = "DIR")]
    directories: Vec<PathBuf>,
    /// The program to measure, instead of one built with optimisations
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,
    /// A book.toml with settings for all files, instead of the course's images
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// How often the adopted files are verified; 0 to leave them out
    #[arg(long, value_name = "N", default_value_t = 10)]
    runs: usize,
    /// How many files to run at a time
    #[arg(long, value_name = "N", default_value = "2")]
    jobs: NonZero<usize>,
    /// The number of seconds after which a step is stopped
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    timeout: u64,
    /// The number of minutes after which the program is killed
    #[arg(long, value_name = "MINUTES", default_value_t = 15)]
    limit: u64,
    /// Also list the kinds of messages, and on standard error the steps that do not hold
    #[arg(long)]
    verbose: bool,
}

/// The result of a file.
#[derive(Debug, Default)]
struct Measured {
    as_it_is: Counts,
    adopted: Counts,
    before: Vec<(String, String)>,
    after: Vec<(String, String)>,
    /// The lines of steps that pass in some runs only.
    unstable: Vec<usize>,
}

/// Measures, and prints the tables.
pub(crate) fn run(options: &Options) -> Result<()> {
    let program = match &options.program {
        Some(program) => fs::canonicalize(program)
            .with_context(|| format!("cannot find {}", program.display()))?,
        None => {
            setup::ensure(&[setup::ENGINE])?;
            engine::ensure()?;
            book::build_program()?
        }
    };
    let runner = Runner { program, limit: Duration::from_secs(60 * options.limit) };
    let settings = settings(options)?;
    let mut corpora = Vec::new();
    for directory in &options.directories {
        let name = directory.file_name().context("a directory without a name")?;
        let measured = corpus(directory, options, &runner, &settings)?;
        corpora.push((name.to_string_lossy().into_owned(), measured));
    }
    let mut text = report(&corpora, options);
    text.push('\n');
    io::stdout().write_all(text.as_bytes()).context("cannot print")
}

/// The book.toml of the copies.
fn settings(options: &Options) -> Result<String> {
    if let Some(path) = &options.settings {
        return fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    }
    let project = project()?;
    let config = Config::from_disk(project.join("book.toml")).map_err(|error| anyhow!(error))?;
    let images: Option<BTreeMap<String, String>> =
        config.get("preprocessor.docktest.images").map_err(|error| anyhow!(error))?;
    // A directory without chapters: no file is one of a book.
    let mut text = format!(
        "[book]\nsrc = \"none\"\n[preprocessor.docktest]\ntimeout = \"{}s\"\n\
         [preprocessor.docktest.images]\n",
        options.timeout
    );
    for (image, recipe) in images.into_iter().flatten() {
        text.push_str(&format!("{image:?} = {:?}\n", project.join(recipe)));
    }
    Ok(text)
}

/// Measures the files of a directory. The results are those of files with shell blocks.
fn corpus(
    directory: &Path,
    options: &Options,
    runner: &Runner,
    settings: &str,
) -> Result<BTreeMap<PathBuf, Measured>> {
    let files = markdown_files(directory)?;
    if files.is_empty() {
        bail!("no Markdown file in {}", directory.display());
    }
    let copies = [copy(directory, &files, settings)?, copy(directory, &files, settings)?];
    let waiting = Mutex::new(files.into_iter());
    let results = Mutex::new(BTreeMap::new());
    let failure = Mutex::new(None);
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(file) = next() {
            let paths = copies.each_ref().map(TempDir::path);
            match measure(&file, paths, options, runner) {
                Ok(None) => {}
                Ok(Some(measured)) => {
                    let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                    results.insert(file, measured);
                }
                Err(error) => {
                    *failure.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
                    return;
                }
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..options.jobs.get() {
            scope.spawn(work);
        }
    });
    match failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
        Some(error) => Err(error),
        None => Ok(results.into_inner().unwrap_or_else(PoisonError::into_inner)),
    }
}

/// Measures a file; `None` if it has no shell block. `copies` are the directory of files that stay as they
/// are, and that of files to adopt.
fn measure(
    file: &Path,
    [as_it_is, adopted]: [&Path; 2],
    options: &Options,
    runner: &Runner,
) -> Result<Option<Measured>> {
    let blocks = |directory: &Path| -> Result<_> {
        Ok(blocks::shell_blocks(&fs::read_to_string(directory.join(file))?))
    };
    let before_blocks = blocks(as_it_is)?;
    if before_blocks.is_empty() {
        return Ok(None);
    }
    let run = runner.run("verify", as_it_is, file)?;
    say_if_broken(file, &run);
    let findings = |run: &Run| {
        run.findings().map(|(code, message)| (code.to_owned(), message.to_owned())).collect()
    };
    let mut measured = Measured {
        as_it_is: run.counts(&before_blocks),
        before: findings(&run),
        ..Measured::default()
    };
    if options.runs == 0 {
        return Ok(Some(measured));
    }
    for command in ["fix", "accept"] {
        say_if_broken(file, &runner.run(command, adopted, file)?);
    }
    let after_blocks = blocks(adopted)?;
    let mut steps: BTreeMap<usize, BTreeSet<bool>> = BTreeMap::new();
    for number in 0..options.runs {
        let run = runner.run("verify", adopted, file)?;
        if number == 0 {
            measured.adopted = run.counts(&after_blocks);
            measured.after = findings(&run);
        }
        for (line, has_passed) in run.steps() {
            steps.entry(line).or_default().insert(has_passed);
        }
    }
    let unstable = steps.into_iter().filter(|(_, results)| results.len() > 1);
    measured.unstable = unstable.map(|(line, _)| line).collect();
    if options.verbose {
        for line in &measured.unstable {
            say(&format!("does not always hold: {}:{line}", file.display()));
        }
    }
    Ok(Some(measured))
}

fn say_if_broken(file: &Path, run: &Run) {
    let status =
        run.status.map_or_else(|| "killed".to_owned(), |status| format!("status {status}"));
    match run.report.is_null() {
        true => say(&format!("{}: no report: {status}: {}", file.display(), run.last_line)),
        false => say(&format!("{}: {status}", file.display())),
    }
}

/// The paths of the Markdown files below a directory, relative to it. Links are not followed.
fn markdown_files(root: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        let entries = fs::read_dir(&directory);
        for entry in entries.with_context(|| format!("cannot read {}", directory.display()))? {
            let entry = entry?;
            let (path, kind) = (entry.path(), entry.file_type()?);
            if kind.is_dir() {
                directories.push(path);
            } else if kind.is_file() && path.extension().is_some_and(|extension| extension == "md")
            {
                files.push(path.strip_prefix(root)?.to_owned());
            }
        }
    }
    files.sort();
    Ok(files)
}

/// Copies files into a new directory with a book.toml.
fn copy(root: &Path, files: &[PathBuf], settings: &str) -> Result<TempDir> {
    let directory = TempDir::with_prefix("corpus-")?;
    fs::write(directory.path().join("book.toml"), settings)?;
    fs::create_dir(directory.path().join("none"))?;
    for file in files {
        let copy = directory.path().join(file);
        fs::create_dir_all(copy.parent().unwrap_or(directory.path()))?;
        // Invalid UTF-8 would be an error of the program about each run of the file.
        let text = String::from_utf8_lossy(&fs::read(root.join(file))?).into_owned();
        fs::write(copy, text)?;
    }
    Ok(directory)
}

/// The tables.
fn report(corpora: &[(String, BTreeMap<PathBuf, Measured>)], options: &Options) -> String {
    let rows = |counts: fn(&Measured) -> Counts| -> Vec<(String, Counts)> {
        let sum = |files: &BTreeMap<PathBuf, Measured>| {
            let mut sum = Counts::default();
            files.values().for_each(|measured| sum += counts(measured));
            sum
        };
        corpora.iter().map(|(name, files)| (name.clone(), sum(files))).collect()
    };
    let findings = |of: fn(&Measured) -> &Vec<(String, String)>| {
        let mut findings = Findings::new();
        for measured in corpora.iter().flat_map(|(_, files)| files.values()) {
            of(measured).iter().for_each(|(code, message)| {
                table::count(&mut findings, code, message);
            });
        }
        findings
    };
    let (before, after) = (findings(|m| &m.before), findings(|m| &m.after));
    let mut text = format!("As they are:\n\n{}", table::counts(&rows(|m| m.as_it_is)));
    if options.runs > 0 {
        let files = corpora.iter().flat_map(|(_, files)| files.values());
        let unstable: usize = files.map(|measured| measured.unstable.len()).sum();
        text.push_str(&format!(
            "\nAfter `fix` and `accept`; in {} runs, {unstable} steps passed in some and failed in others:\n\n{}",
            options.runs,
            table::counts(&rows(|m| m.adopted))
        ));
    }
    text.push_str(&format!("\n{}", table::codes(&before, &after)));
    if options.verbose {
        text.push_str(&format!("\n{}", table::kinds(&before)));
        if options.runs > 0 {
            text.push_str(&format!("\nAdopted:\n\n{}", table::kinds(&after)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_markdown_files_are_copied_and_the_originals_stay() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir_all(root.path().join("a/b")).unwrap();
        for (file, text) in [("a/b/c.md", "```sh\nls\n```"), ("d.md", "é"), ("a/Dockerfile", "")] {
            fs::write(root.path().join(file), text).unwrap();
        }
        let files = markdown_files(root.path()).unwrap();
        assert_eq!(files, [Path::new("a/b/c.md"), Path::new("d.md")]);
        let copied = copy(root.path(), &files, "[book]").unwrap();
        fs::write(copied.path().join("d.md"), "changed").unwrap();
        assert_eq!(fs::read_to_string(root.path().join("d.md")).unwrap(), "é");
        assert_eq!(markdown_files(copied.path()).unwrap(), files);
        assert!(!copied.path().join("a/Dockerfile").exists());
    }
}
