//! `fix`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use similar::TextDiff;

use super::load::{Loaded, join, load_to_run};
use super::progress::say;
use super::verify::{output, write_report};
use super::{Engines, Exit, RunOptions, cancel_on_signals, print, print_error, run};
use crate::book::settings::Settings;
use crate::book::source_file;
use crate::cli;
use crate::fix::{Choice, Fixed, Place};
use crate::model::finding::Code;
use crate::model::scenario::Step;
use crate::report::{Chapter, Report};
use crate::store::inputs::Inputs;
use crate::text::byte_order_mark::{mark_len, without_mark};

/// How often the chapters are run, at most. Each run can reveal a finding that another one had hidden.
const MAX_RUNS: usize = 5;

/// Applies remedies, and reports what is left. With `--dry-run`, prints a diff instead.
pub(super) fn fix(options: &cli::Fix) -> Result<Exit> {
    let (mut loaded, _) = load_to_run(&options.run.paths, &options.run.chapters)?;
    let choice = choice(options, &loaded)?;
    let canceller = cancel_on_signals()?;
    let output = if options.dry_run { None } else { output(&options.run)? };
    let chapters = loaded.iter().flat_map(|loaded| &loaded.report.chapters);
    let mut files = Files::read(chapters, choice, options.dry_run)?;
    let mut exit = Exit::Success;
    for Loaded { report, settings, .. } in &mut loaded {
        let run_options = RunOptions {
            settings,
            engines: Engines::of(&options.run),
            fail_fast: options.run.fail_fast,
            jobs: options.run.jobs,
            canceller: &canceller,
        };
        let mut ran = run(report, &run_options)?;
        for round in 1.. {
            if !files.fix(report, settings) {
                break;
            }
            if round == MAX_RUNS {
                say("there may be more to fix: run it again");
                break;
            }
            ran = run(report, &run_options)?;
        }
        report.is_fixed = true;
        exit = exit.max(ran).max(Exit::from_annotations(report));
    }
    files.say_results();
    let has_changes = files.has_changes();
    if files.failed {
        exit = exit.max(Exit::Error);
    }
    if options.dry_run {
        print(&files.diff())?;
        exit = match exit {
            Exit::Success | Exit::Findings if has_changes => Exit::Findings,
            Exit::Success | Exit::Findings => Exit::Success,
            not_all_ran => not_all_ran,
        };
    } else {
        write_report(&join(loaded), &options.run, output)?;
    }
    if let Choice::Named(names) = choice
        && !files.has_applied
    {
        bail!(
            "no finding at these lines has the remedy `{}`: see the names in the report",
            names.join("` or `")
        );
    }
    Ok(exit)
}

/// The remedies that are wanted.
fn choice<'a>(options: &'a cli::Fix, loaded: &[Loaded]) -> Result<Choice<'a>> {
    if options.names.is_empty() {
        return Ok(Choice::Proved);
    }
    let mut chapters = loaded.iter().flat_map(|loaded| &loaded.report.chapters);
    if let Some(whole) = chapters.find(|chapter| chapter.selected().is_none()) {
        // Whether a failure is expected is decided for each step.
        bail!(
            "`--with` is about steps, and {} is a whole file: use FILE:LINE",
            whole.path.display()
        );
    }
    Ok(Choice::Named(&options.names))
}

/// Replaces the text of a chapter. Its run stays, if the new text has the same inputs.
fn rewrite(chapter: &mut Chapter, text: String, settings: &Settings) {
    let inputs = |chapter: &Chapter| {
        let scenario = chapter.scenario()?;
        let runs: Vec<bool> = scenario.steps.iter().map(Step::runs).collect();
        Some((runs, Inputs::new(scenario, settings, BTreeMap::new(), BTreeMap::new())))
    };
    let before = inputs(chapter);
    let recording = chapter.rewrite(text, settings);
    if let Some(recording) = recording
        && !chapter.is_kept_from_running()
        && inputs(chapter) == before
    {
        chapter.judge(recording, settings);
    }
}

/// The files of the chapters.
struct Files<'a> {
    files: BTreeMap<PathBuf, File>,
    choice: Choice<'a>,
    is_dry_run: bool,
    /// What was not applied, to be said once.
    refused: BTreeSet<(PathBuf, Place)>,
    has_applied: bool,
    /// Whether a file could not be written.
    failed: bool,
}

struct File {
    /// The text before everything.
    original: String,
    /// The text now. In a dry run, it is not written.
    current: String,
    /// The number of remedies that were applied.
    applied: usize,
    /// Whether it could not be written, so that it is left alone.
    is_lost: bool,
}

impl<'a> Files<'a> {
    /// Reads the files before anything runs, so that what is edited meanwhile is not overwritten.
    fn read<'b>(
        chapters: impl IntoIterator<Item = &'b Chapter>,
        choice: Choice<'a>,
        is_dry_run: bool,
    ) -> Result<Self> {
        let mut files = BTreeMap::new();
        for chapter in chapters {
            let original = source_file::read_again(&chapter.path)?;
            let current = original.clone();
            let file = File { original, current, applied: 0, is_lost: false };
            files.insert(chapter.path.clone(), file);
        }
        let (refused, has_applied) = (BTreeSet::new(), false);
        Ok(Self { files, choice, is_dry_run, refused, has_applied, failed: false })
    }

    /// Applies remedies to all chapters. Returns whether a chapter has changed, and is to be run again.
    fn fix(&mut self, report: &mut Report, settings: &Settings) -> bool {
        let mut has_changed = false;
        for chapter in &mut report.chapters {
            if let Some(text) = self.fix_chapter(chapter) {
                rewrite(chapter, text, settings);
                has_changed = true;
            }
        }
        // A book in which nothing ran can have steps now.
        if report.chapters.iter().any(Chapter::has_steps_to_run) {
            report.files.retain(|finding| finding.code != Code::NoSteps);
        }
        has_changed
    }

    /// Applies remedies to a chapter's file. Returns the chapter's new text; `None` if it is unchanged.
    fn fix_chapter(&mut self, chapter: &Chapter) -> Option<String> {
        let path = &chapter.path;
        let file = self.files.get_mut(path).filter(|file| !file.is_lost)?;
        // mdBook removes a byte order mark.
        let is_removed = mark_len(chapter.text()) == 0;
        let source = if is_removed { without_mark(&file.current) } else { &file.current };
        let Fixed { text, source: new, applied, refused } = chapter.fixed(source, self.choice)?;
        self.refused.extend(refused.into_iter().map(|place| (path.clone(), place)));
        if applied.is_empty() {
            return None;
        }
        let mark = &file.current[..file.current.len() - source.len()];
        let new = format!("{mark}{new}");
        if !self.is_dry_run
            && let Err(error) = source_file::replace(path, &file.current, &new)
        {
            print_error(&error.to_string());
            file.is_lost = true;
            self.failed = true;
            return None;
        }
        for Place { line, title } in &applied {
            say(&format!("{}:{line}: {title}", path.display()));
        }
        file.current = new;
        file.applied += applied.len();
        self.has_applied = true;
        Some(text)
    }

    fn say_results(&self) {
        for (path, Place { line, title }) in &self.refused {
            say(&format!(
                "{}:{line}: not applied: {title}: the text comes from an included file, or an annotation \
                 would be wrong afterwards; edit it by hand",
                path.display()
            ));
        }
        let verb = if self.is_dry_run { "would fix" } else { "fixed" };
        for (path, file) in self.changed() {
            let noun = if file.applied == 1 { "place" } else { "places" };
            say(&format!("{}: {verb} {} {noun}", path.display(), file.applied));
        }
    }

    fn changed(&self) -> impl Iterator<Item = (&Path, &File)> {
        let files = self.files.iter().filter(|(_, file)| file.original != file.current);
        files.map(|(path, file)| (path.as_path(), file))
    }

    fn has_changes(&self) -> bool {
        self.changed().next().is_some()
    }

    /// The changes as a unified diff.
    fn diff(&self) -> String {
        let diff = |(path, file): (&Path, &File)| {
            let path = path.display().to_string();
            let diff = TextDiff::from_lines(&file.original, &file.current);
            diff.unified_diff().header(&path, &path).to_string()
        };
        self.changed().map(diff).collect()
    }
}
