//! Measures how much of real tutorials the program sees and runs.
//!
//! The Markdown files of directories that are given are copied, and each copy is verified in a process of its
//! own. Then a second copy is adopted: `fix`, `accept --rows`, and `verify` several times, to see which steps
//! change. The originals are only read. The tables have figures, and no text of the tutorials.

mod blocks;
mod causes;
mod measure;
mod repositories;
mod sample;
mod stand_ins;
mod table;
mod whole;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde_json::json;
use tempfile::TempDir;

use self::measure::{Counts, Obstacle, Run, Runner};
use self::repositories::Server;
use self::table::Findings;
use self::whole::{Whole, whole};
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
    /// A book.toml with settings for all files, instead of one with stand-ins for official images
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// A directory of repositories `OWNER/NAME.git`, which steps clone in place of GitHub's
    #[arg(long, value_name = "DIR")]
    repositories: Option<PathBuf>,
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
    /// Keep the copies and the reports about them in this directory
    #[arg(long, value_name = "DIR")]
    keep: Option<PathBuf>,
    /// Also write the tables to this file, as its last section
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    /// Also list the kinds of messages, and on standard error the steps that change
    #[arg(long)]
    verbose: bool,
    /// Also list on standard error the blocks that do not pass for a cause with these words in it, with their findings
    #[arg(long, value_name = "WORDS")]
    list: Vec<String>,
    /// Also print so many of the blocks that passed, chosen at random, with what was really printed
    #[arg(long, value_name = "N", default_value_t = 0)]
    sample: usize,
    /// What chooses the sample, instead of the time
    #[arg(long, value_name = "NUMBER")]
    seed: Option<u64>,
}

/// The result of a file.
#[derive(Debug, Default)]
struct Measured {
    as_it_is: Counts,
    /// With `unmarked = "run"`.
    unmarked: Counts,
    adopted: Counts,
    before: Run,
    with_unmarked: Run,
    after: Run,
    /// Why blocks do not pass with `unmarked = "run"`.
    unmarked_causes: Vec<Obstacle>,
    /// Why blocks do not pass in the adopted file.
    causes: Vec<Obstacle>,
    /// The blocks that pass in the file as it is.
    passed: Vec<String>,
    /// The lines of steps that pass in some runs only.
    unstable: Vec<usize>,
    /// For each of them, a run in which it failed.
    failed: Vec<Run>,
}

/// The results of a directory.
#[derive(Debug)]
struct Corpus {
    name: String,
    /// Those of files with shell blocks.
    files: BTreeMap<PathBuf, Measured>,
    /// That of all files as one book.
    whole: Whole,
}

/// Measures, and prints the tables.
pub(crate) fn run(options: &Options) -> Result<()> {
    let program = match &options.program {
        Some(program) => fs::canonicalize(program)
            .with_context(|| format!("cannot find {}", program.display()))?,
        None => {
            setup::ensure(&[setup::ENGINE])?;
            engine::ensure()?;
            book::build_program("release")?
        }
    };
    let runner = Runner { program, limit: Duration::from_secs(60 * options.limit) };
    let server = options.repositories.as_deref().map(Server::start).transpose()?;
    let settings = settings(options, server.as_ref())?;
    let mut corpora = Vec::new();
    for directory in &options.directories {
        let name = directory.file_name().context("a directory without a name")?;
        let name = name.to_string_lossy().into_owned();
        let (files, whole) = corpus(directory, options, &runner, &settings)?;
        corpora.push(Corpus { name, files, whole });
    }
    let (text, messages) = report(&corpora, options);
    let printed = format!("{text}{messages}{}", sample(&corpora, options));
    io::stdout().write_all(printed.as_bytes()).context("cannot print")?;
    if let Some(file) = &options.write {
        let old = fs::read_to_string(file).unwrap_or_default();
        fs::write(file, with_section(&old, &text))
            .with_context(|| format!("cannot write {}", file.display()))?;
    }
    Ok(())
}

/// The heading of the section of BENCHMARKS.md. `cargo xtask bench` keeps the section.
const HEADING: &str = "\n## Real tutorials\n";

/// A text with the tables as its last section.
fn with_section(old: &str, tables: &str) -> String {
    let kept = old.find(HEADING).map_or(old, |start| &old[..start]);
    format!(
        "{kept}{HEADING}\nGenerated by `cargo xtask corpus`. The Markdown files are copied unmodified. Shell blocks are \
         counted by a few regular expressions: fences with a\nshell’s name, a prompt or a known command, indented \
         blocks with a prompt, and `<pre>` with either. A block passes if all its steps do.\nWhere registries cannot \
         be reached, stand-ins made of Debian packages take the place of these official images: {}.\nOther images are \
         missing. With `--repositories`, clones on this machine take the place of GitHub’s repositories.\n\n{tables}",
        stand_ins::families().join(", ")
    )
}

/// The book.toml of the copies.
fn settings(options: &Options, server: Option<&Server>) -> Result<String> {
    if let Some(path) = &options.settings {
        return fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()));
    }
    let project = project()?;
    // A directory without chapters: no file is one of a book.
    let mut text = format!(
        "[book]\nsrc = \"none\"\n[preprocessor.docktest]\ntimeout = \"{}s\"\n",
        options.timeout
    );
    text.push_str("[preprocessor.docktest.env]\n");
    for (name, value) in server.iter().flat_map(|server| server.environment()) {
        text.push_str(&format!("{name} = {value:?}\n"));
    }
    text.push_str("[preprocessor.docktest.images]\n");
    let mut tagged = BTreeSet::new();
    for directory in &options.directories {
        for file in markdown_files(directory)? {
            let text = fs::read(directory.join(file))?;
            stand_ins::add_tagged(&mut tagged, &String::from_utf8_lossy(&text));
        }
    }
    // What Dockerfiles and Compose files of the tutorials' repositories begin with.
    tagged.extend(["nginx:alpine", "redis:alpine", "python:3-slim"].map(str::to_owned));
    for (image, recipe) in stand_ins::write(&project, &project.join("target/corpus"), &tagged)? {
        text.push_str(&format!("{image:?} = {recipe:?}\n"));
    }
    Ok(text)
}

/// The same settings, with which blocks without a language run.
fn with_unmarked(settings: &str) -> String {
    const TABLE: &str = "[preprocessor.docktest]\n";
    settings.replacen(TABLE, &format!("{TABLE}unmarked = \"run\"\n"), 1)
}

/// Measures the files of a directory: each by itself, and all as one book.
fn corpus(
    directory: &Path,
    options: &Options,
    runner: &Runner,
    settings: &str,
) -> Result<(BTreeMap<PathBuf, Measured>, Whole)> {
    let files = markdown_files(directory)?;
    if files.is_empty() {
        bail!("no Markdown file in {}", directory.display());
    }
    let unmarked = with_unmarked(settings);
    let copies = [
        copy(directory, &files, settings)?,
        copy(directory, &files, &unmarked)?,
        copy(directory, &files, settings)?,
    ];
    let whole = whole(copies[0].path(), &files, settings, options.jobs.get(), runner)?;
    let waiting = Mutex::new(files.into_iter());
    let results = Mutex::new(BTreeMap::new());
    let failure = Mutex::new(None);
    let next = || waiting.lock().unwrap_or_else(PoisonError::into_inner).next();
    let work = || {
        while let Some(file) = next() {
            let paths = copies.each_ref().map(TempDir::path);
            match measure(&file, paths, options, runner).and_then(|measured| {
                keep(&file, &copies, measured.as_ref(), directory, options)?;
                Ok(measured)
            }) {
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
        None => Ok((results.into_inner().unwrap_or_else(PoisonError::into_inner), whole)),
    }
}

/// Measures a file; `None` if it has no shell block. `copies` are the directory of files that stay as they
/// are, that of files in which blocks without a language run, and that of files to adopt.
fn measure(
    file: &Path,
    [as_it_is, unmarked, adopted]: [&Path; 3],
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
    let mut measured =
        Measured { as_it_is: run.counts(&before_blocks), before: run, ..Measured::default() };
    // Otherwise the setting changes nothing.
    let run = match measured.before.has_unmarked() {
        true => runner.run("verify", unmarked, file)?,
        false => measured.before.clone(),
    };
    measured.unmarked = run.counts(&before_blocks);
    measured.unmarked_causes = run.causes(&before_blocks);
    if options.sample > 0 {
        let (name, text) = (file.display().to_string(), fs::read_to_string(as_it_is.join(file))?);
        measured.passed = sample::passed(&name, &text, &before_blocks, &measured.before);
    }
    measured.with_unmarked = run;
    if options.runs == 0 {
        return Ok(Some(measured));
    }
    // Adopting takes the output as it is, also tables with other rows.
    for words in [&["fix"][..], &["accept", "--rows"]] {
        say_if_broken(file, &runner.run_with(words, adopted, file)?);
    }
    let after_blocks = blocks(adopted)?;
    let runs = (0..options.runs).map(|_| runner.run("verify", adopted, file));
    let runs: Vec<Run> = runs.collect::<Result<_>>()?;
    measured.unstable = measure::unstable(&runs);
    let failed = |line| runs.iter().find(|run| run.steps().get(line) == Some(&false)).cloned();
    measured.failed = measured.unstable.iter().filter_map(failed).collect();
    if let Some(run) = runs.into_iter().next() {
        measured.adopted = run.counts(&after_blocks);
        measured.causes = run.causes(&after_blocks);
        measured.after = run;
    }
    let is_listed = |obstacle: &&Obstacle| {
        options.list.iter().any(|words| obstacle.cause.contains(words.as_str()))
    };
    for Obstacle { line, cause, details } in measured.causes.iter().filter(is_listed) {
        say(&format!("{}:{line}: {cause}: {}", file.display(), details.join("; ")));
    }
    if options.verbose {
        for line in &measured.unstable {
            say(&format!("passes in some runs only: {}:{line}", file.display()));
        }
    }
    Ok(Some(measured))
}

/// Keeps the copies of a file, and the reports about them.
fn keep(
    file: &Path,
    copies: &[TempDir; 3],
    measured: Option<&Measured>,
    corpus: &Path,
    options: &Options,
) -> Result<()> {
    let (Some(directory), Some(measured)) = (&options.keep, measured) else { return Ok(()) };
    let runs = [&measured.before, &measured.with_unmarked, &measured.after];
    for ((copy, run), name) in copies.iter().zip(runs).zip(["as-it-is", "unmarked", "adopted"]) {
        let text = fs::read_to_string(copy.path().join(file))?;
        let blocks = blocks::shell_blocks(&text);
        let blocks: Vec<_> = blocks.iter().map(|lines| [*lines.start(), *lines.end()]).collect();
        let report = json!({
            "status": run.status, "blocks": blocks, "report": run.report,
            "unstable": measured.unstable,
            "failed": measured.failed.iter().map(|run| &run.report).collect::<Vec<_>>(),
        });
        let target = directory.join(corpus.file_name().unwrap_or_default()).join(name).join(file);
        fs::create_dir_all(target.parent().unwrap_or(directory))?;
        fs::write(target.with_added_extension("json"), report.to_string())?;
        fs::write(target, text)?;
    }
    Ok(())
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

/// Blocks that passed, chosen at random; empty if none are wanted.
fn sample(corpora: &[Corpus], options: &Options) -> String {
    if options.sample == 0 {
        return String::new();
    }
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    let seed = options.seed.unwrap_or(since_1970.as_secs());
    let files = corpora.iter().flat_map(|corpus| corpus.files.values());
    let passed: Vec<String> = files.flat_map(|measured| measured.passed.clone()).collect();
    let all = passed.len();
    let chosen = sample::choose(passed, options.sample, seed);
    let title =
        format!("\n{} of {all} blocks that passed as they are (`--seed {seed}`):\n", chosen.len());
    chosen.iter().fold(title, |text, block| format!("{text}\n{block}"))
}

/// The tables, and those of messages, which can contain what the tutorials name.
fn report(corpora: &[Corpus], options: &Options) -> (String, String) {
    let rows = |counts: fn(&Measured) -> Counts| -> Vec<(String, Counts)> {
        let sum = |files: &BTreeMap<PathBuf, Measured>| {
            let mut sum = Counts::default();
            files.values().for_each(|measured| sum += counts(measured));
            sum
        };
        corpora.iter().map(|corpus| (corpus.name.clone(), sum(&corpus.files))).collect()
    };
    let findings = |of: fn(&Measured) -> &Run| {
        let mut findings = Findings::new();
        for measured in corpora.iter().flat_map(|corpus| corpus.files.values()) {
            of(measured).findings().for_each(|(code, message)| {
                table::count(&mut findings, code, message);
            });
        }
        findings
    };
    let (before, after) = (findings(|m| &m.before), findings(|m| &m.after));
    let mut text = format!("As they are:\n\n{}", table::counts(&rows(|m| m.as_it_is)));
    text.push_str(&format!(
        "\nAs they are, with the setting `unmarked = \"run\"`:\n\n{}",
        table::counts(&rows(|m| m.unmarked))
    ));
    let files = corpora.iter().flat_map(|corpus| corpus.files.values());
    let causes = files.flat_map(|measured| measured.unmarked_causes.iter().map(|of| of.cause));
    text.push_str(&format!(
        "\nWhy the other blocks do not pass then:\n\n{}\nAll files of a directory as one book:\n\n{}",
        table::causes(causes),
        table::books(corpora.iter().map(|corpus| (corpus.name.as_str(), &corpus.whole)))
    ));
    if options.runs > 0 {
        let files = corpora.iter().flat_map(|corpus| corpus.files.values());
        let unstable: usize = files.map(|measured| measured.unstable.len()).sum();
        text.push_str(&format!(
            "\nAfter `fix` and `accept --rows`; in {} runs, {unstable} steps passed in some and failed in others:\n\n{}",
            options.runs,
            table::counts(&rows(|m| m.adopted))
        ));
        let files = corpora.iter().flat_map(|corpus| corpus.files.values());
        let causes = files.flat_map(|measured| measured.causes.iter().map(|of| of.cause));
        text.push_str(&format!(
            "\nWhy the other blocks do not pass then:\n\n{}",
            table::causes(causes)
        ));
    }
    text.push_str(&format!("\n{}", table::codes(&before, &after)));
    let mut messages = String::new();
    if options.verbose {
        messages.push_str(&format!("\n{}", table::kinds(&before)));
        if options.runs > 0 {
            messages.push_str(&format!("\nAdopted:\n\n{}", table::kinds(&after)));
        }
    }
    (text, messages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_is_replaced_and_the_rest_kept() {
        let first = with_section("# Benchmarks\n", "| a |\n");
        assert!(first.starts_with("# Benchmarks\n\n## Real tutorials\n\nGenerated"), "{first}");
        assert!(first.ends_with("\n\n| a |\n"), "{first}");
        assert_eq!(with_section(&first, "| b |\n"), first.replace("| a |", "| b |"));
    }

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
