//! Progress, as lines on standard error.

use std::io::{self, Write};
use std::path::Path;

use crate::accept::Accepted;
use crate::report::ChapterReport;
use crate::run::Progress;

/// How much of a command fits on a line with what stands before it.
const COMMAND_WIDTH: usize = 60;

/// Tells that a chapter begins.
pub(crate) fn begin(chapter: &ChapterReport) {
    say(&chapter.scenario.path.display().to_string());
}

/// Tells what is being done for the chapter.
pub(crate) fn tell(progress: Progress<'_>) {
    match progress {
        // It takes a third of a second.
        Progress::Engine => {}
        Progress::Image { reference, action } => say(&format!("  {action} image {reference}")),
        Progress::Recipe { line } => say(&format!("    {line}")),
        Progress::Step { number, of, step } => {
            let first =
                step.script.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let mut command: String = first.chars().take(COMMAND_WIDTH).collect();
            if command.len() < step.script.trim_end().len() {
                command.push('…');
            }
            say(&format!("  {number}/{of} line {}: {command}", step.line));
        }
    }
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

fn say(line: &str) {
    // Progress that nobody can see is no reason to stop.
    let _ = writeln!(io::stderr(), "{line}");
}
