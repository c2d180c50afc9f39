//! The `cast` command.

use std::io::Write;

use anyhow::{Context, Result, bail};

use super::{Exit, print};
use crate::book::{author, chapters};
use crate::cli::Cast;
use crate::command::progress;
use crate::render::cast::cast;
use crate::report::Chapter;
use crate::store::replay::Recordings;

pub(super) fn export(options: &Cast) -> Result<Exit> {
    let path = options.chapter.display();
    if options.chapter.is_dir() {
        bail!("{path} is a directory: use the file of a chapter");
    }
    let mut collection = chapters::read(&options.chapter)?;
    let Some(source) = collection.chapters.pop() else {
        bail!("{path} is not a chapter: use the file of a chapter");
    };
    let title = title(&source.text).unwrap_or_else(|| path.to_string());
    let mut chapter = Chapter::read(source, &collection.settings)?;
    if !chapter.has_steps_to_run() {
        bail!("nothing to export: no step of {path} runs");
    }
    Recordings::new(&collection.settings).replay(&mut chapter);
    let (Some(scenario), Some(recording)) = (chapter.scenario(), chapter.recording()) else {
        bail!("no current recording of {path}: run `mdbook-docktest record {path}`");
    };
    let is_selected = |index: usize| options.step.is_none_or(|line| chapter.is_at(index, line));
    if let Some(line) = options.step
        && !(0..scenario.steps.len()).any(is_selected)
    {
        bail!("no step at line {line} of {path}: use a line of a shell block");
    }
    let Some(cast) = cast(&title, scenario, recording, is_selected) else {
        bail!("nothing to export: no visible step of {path} ran");
    };
    for command in &cast.untimed {
        progress::say(&format!(
            "note: the recording has no times for `{command}`: its lines are evenly spaced"
        ));
    }
    match &options.output {
        None => print(&cast.text).context("cannot write the terminal recording")?,
        Some(file) => author::create(file)
            .and_then(|mut file| file.write_all(cast.text.as_bytes()))
            .with_context(|| format!("cannot write {}", file.display()))?,
    }
    Ok(Exit::Success)
}

/// The chapter's first heading.
fn title(text: &str) -> Option<String> {
    let heading = text.lines().find_map(|line| line.strip_prefix("# "))?;
    Some(heading.trim().replace(['`', '*'], ""))
}
