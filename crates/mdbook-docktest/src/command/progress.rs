//! Progress on standard error: lines, or on a terminal a line for each chapter that runs.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{DecimalBytes, MultiProgress, ProgressBar, ProgressStyle};

use crate::accept::Accepted;
use crate::model::scenario::{Scenario, Step};
use crate::run::{ImageAction, Progress};
use crate::terminal::plain;

/// How many characters of a command are shown.
const COMMAND_WIDTH: usize = 60;

/// The interval of the spinner.
const TICK: Duration = Duration::from_millis(120);

/// Shows the progress of a run.
pub(crate) struct Display {
    /// How many chapters run at a time.
    jobs: usize,
    /// A line for each chapter; `None` if standard error is not a terminal.
    terminal: Option<Terminal>,
}

struct Terminal {
    lines: MultiProgress,
    bars: Mutex<BTreeMap<PathBuf, ProgressBar>>,
}

impl Display {
    pub(crate) fn new(jobs: usize) -> Self {
        let lines = MultiProgress::new();
        // Also hidden on a terminal that cannot redraw (`TERM=dumb`), which gets plain lines.
        let terminal = (!lines.is_hidden()).then(|| Terminal { lines, bars: Mutex::default() });
        Self { jobs, terminal }
    }

    /// Shows what is being done for a chapter.
    pub(crate) fn show(&self, chapter: &Scenario, progress: Progress<'_>) {
        match &self.terminal {
            Some(terminal) => terminal.show(&chapter.path, progress),
            None => self.print(&chapter.path, progress),
        }
    }

    fn print(&self, chapter: &Path, progress: Progress<'_>) {
        // Lines of several chapters can be interleaved.
        let chapter = chapter.display();
        let begin = if self.jobs > 1 { format!("{chapter}:") } else { " ".to_owned() };
        match progress {
            Progress::Engine if self.jobs > 1 => {}
            Progress::Engine => say(&chapter.to_string()),
            Progress::End => {}
            Progress::Image { action: ImageAction::Received { .. }, .. } => {}
            // The output of a recipe is shown as it comes.
            Progress::Recipe { line } => say(&format!("{begin}   {line}")),
            progress => say(&format!("{begin} {}", described(progress))),
        }
    }
}

impl Terminal {
    fn show(&self, chapter: &Path, progress: Progress<'_>) {
        let mut bars = self.bars.lock().unwrap_or_else(PoisonError::into_inner);
        if let Progress::End = progress {
            if let Some(bar) = bars.remove(chapter) {
                bar.finish_and_clear();
            }
            return;
        }
        if let Progress::Notice { line } = progress {
            // It stays above the lines that change.
            let line = format!("{}: {line}", chapter.display());
            // A closed standard error does not stop the run.
            let _ = self.lines.println(line);
            return;
        }
        let bar = bars.entry(chapter.to_owned()).or_insert_with(|| {
            let bar = self.lines.add(ProgressBar::new_spinner());
            // The template is valid: the default is never used.
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
        Progress::Image { reference, action } => image_action(reference, action),
        Progress::Notice { line } => line.to_owned(),
        Progress::Recipe { line } => plain(line),
        Progress::Step { number, of, step } => {
            format!("{number}/{of} line {}: {}", step.line, first_line(step))
        }
        Progress::End => String::new(),
    }
}

fn image_action(reference: &str, action: ImageAction) -> String {
    match action {
        ImageAction::Waiting => {
            format!(
                "image {reference}: waiting for another chapter or run, which is adding images to the cache"
            )
        }
        ImageAction::Copying => format!("copying image {reference} from Docker"),
        ImageAction::Fetching => format!("fetching image {reference}"),
        ImageAction::Received { layer, layers, bytes, of_bytes } => format!(
            "fetching image {reference}: layer {layer} of {layers}, {} of {}",
            DecimalBytes(bytes),
            DecimalBytes(of_bytes)
        ),
        ImageAction::Fetched { layers, bytes } => {
            let noun = if layers == 1 { "layer" } else { "layers" };
            format!("fetched image {reference}: {layers} {noun}, {}", DecimalBytes(bytes))
        }
        ImageAction::Building => format!("building image {reference}"),
        ImageAction::Unpacking => format!("unpacking image {reference}"),
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

/// Prints what was rewritten in a chapter's file, and what was not.
/// `place` returns the file and the line in it of a line of the chapter's text.
pub(crate) fn accepted<'a>(
    path: &Path,
    accepted: &Accepted,
    place: impl Fn(usize) -> (&'a Path, usize),
) {
    let path = path.display();
    match accepted.rewritten.len() {
        0 => {}
        1 => say(&format!("{path}: rewrote 1 expectation")),
        count => say(&format!("{path}: rewrote {count} expectations")),
    }
    for (line, changes) in &accepted.rewritten {
        let (path, line) = place(*line);
        say(&format!("{}:{line}: {changes}", path.display()));
    }
    for (line, refusal) in &accepted.refused {
        let (path, line) = place(*line);
        say(&format!("{}:{line}: not rewritten: {refusal}", path.display()));
    }
}

/// Prints a line on standard error.
pub(crate) fn say(line: &str) {
    // A closed standard error does not stop the run.
    let _ = writeln!(io::stderr(), "{line}");
}
