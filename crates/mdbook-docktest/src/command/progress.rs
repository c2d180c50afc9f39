//! Progress on standard error: lines, or on a terminal a line for each chapter that runs.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::accept::Accepted;
use crate::model::scenario::{Scenario, Step};
use crate::run::Progress;
use crate::terminal::plain;

/// How much of a command fits on a line with what stands before it.
const COMMAND_WIDTH: usize = 60;

/// How often a chapter's line moves although nothing happens.
const TICK: Duration = Duration::from_millis(120);

/// Shows what is being done.
pub(crate) struct Display {
    /// How many chapters run at a time.
    jobs: usize,
    /// The chapters' lines, on a terminal.
    terminal: Option<Terminal>,
}

struct Terminal {
    lines: MultiProgress,
    of_chapters: Mutex<BTreeMap<PathBuf, ProgressBar>>,
}

impl Display {
    pub(crate) fn new(jobs: usize) -> Self {
        let lines = MultiProgress::new();
        // It hides itself also on a terminal that cannot redraw (`TERM=dumb`), which can have lines.
        let terminal =
            (!lines.is_hidden()).then(|| Terminal { lines, of_chapters: Mutex::default() });
        Self { jobs, terminal }
    }

    /// Tells what is being done for a chapter.
    pub(crate) fn tell(&self, chapter: &Scenario, progress: Progress<'_>) {
        match &self.terminal {
            Some(terminal) => terminal.tell(&chapter.path, progress),
            None => self.say(&chapter.path, progress),
        }
    }

    fn say(&self, chapter: &Path, progress: Progress<'_>) {
        // Lines of several chapters are mixed.
        let chapter = chapter.display();
        let begin = if self.jobs > 1 { format!("{chapter}:") } else { " ".to_owned() };
        match progress {
            Progress::Engine if self.jobs > 1 => {}
            Progress::Engine => say(&chapter.to_string()),
            Progress::End => {}
            // What it says is for people to read as it comes.
            Progress::Recipe { line } => say(&format!("{begin}   {line}")),
            progress => say(&format!("{begin} {}", described(progress))),
        }
    }
}

impl Terminal {
    fn tell(&self, chapter: &Path, progress: Progress<'_>) {
        let mut bars = self.of_chapters.lock().unwrap_or_else(PoisonError::into_inner);
        if let Progress::End = progress {
            if let Some(bar) = bars.remove(chapter) {
                bar.finish_and_clear();
            }
            return;
        }
        let bar = bars.entry(chapter.to_owned()).or_insert_with(|| {
            let bar = self.lines.add(ProgressBar::new_spinner());
            // A template of our own that holds no mistake.
            let style = ProgressStyle::with_template("{spinner} {prefix} {wide_msg}");
            bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
            bar.set_prefix(chapter.display().to_string());
            bar.enable_steady_tick(TICK);
            bar
        });
        bar.set_message(described(progress));
    }
}

fn described(progress: Progress<'_>) -> String {
    match progress {
        Progress::Engine => "starting an engine".to_owned(),
        Progress::Image { reference, action } => format!("{action} image {reference}"),
        Progress::Recipe { line } => plain(line),
        Progress::Step { number, of, step } => {
            format!("{number}/{of} line {}: {}", step.line, first_line(step))
        }
        Progress::End => String::new(),
    }
}

fn first_line(step: &Step) -> String {
    let first = step.commands.first().map_or("", |command| command.text.as_str());
    let line = first.lines().next().unwrap_or_default();
    let mut shown: String = line.chars().take(COMMAND_WIDTH).collect();
    if shown.len() < first.len() || step.commands.len() > 1 {
        shown.push('…');
    }
    shown
}

/// Tells what was rewritten in a chapter's file, and what was not.
pub(crate) fn accepted(path: &Path, accepted: &Accepted) {
    let path = path.display();
    match accepted.rewritten {
        0 => {}
        1 => say(&format!("{path}: rewrote one expectation")),
        count => say(&format!("{path}: rewrote {count} expectations")),
    }
    for line in &accepted.refused {
        say(&format!(
            "{path}:{line}: not rewritten, as its block cannot hold this output or is another \
             file's: edit it by hand"
        ));
    }
}

/// Tells that something was done.
pub(crate) fn say(line: &str) {
    // Progress that nobody can see is no reason to stop.
    let _ = writeln!(io::stderr(), "{line}");
}
