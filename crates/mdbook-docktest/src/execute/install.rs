//! `install`: what was done to a book, told to its author.

use anyhow::{Context, Result};

use super::{Exit, print};
use crate::assets;
use crate::cli::Install;
use crate::install::{self, Done, Installed};
use crate::progress;

pub(super) fn install(options: &Install) -> Result<Exit> {
    let installed = install::install(&options.directory, options.force)?;
    print(&told(&installed)).context("cannot write what was done")?;
    for warning in &installed.warnings {
        progress::say(&format!("warning: {warning}"));
    }
    Ok(Exit::Success)
}

/// A line for each file; what was added to book.toml has lines of its own.
fn told(installed: &Installed) -> String {
    let mut text = String::new();
    let mut line = |what: &str, about: &str| text.push_str(&format!("{what:>11}  {about}\n"));
    for setting in &installed.settings {
        line("added", &format!("book.toml: {setting}"));
    }
    if installed.settings.is_empty() {
        line("unchanged", "book.toml");
    }
    for (place, done) in &installed.files {
        let place = place.display();
        match done {
            Done::Added => line("added", &place.to_string()),
            Done::Unchanged => line("unchanged", &place.to_string()),
            Done::Updated(from) if from == assets::version() => line("updated", &place.to_string()),
            Done::Updated(from) => {
                line("updated", &format!("{place} ({from} → {})", assets::version()));
            }
            Done::Overwritten => line("overwritten", &format!("{place} (it was edited)")),
            Done::Kept | Done::KeptOld => line("kept", &format!("{place} (it was edited)")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_author_reads_what_was_done() {
        let file = |name: &str, done| (name.into(), done);
        let installed = Installed {
            settings: vec!["[preprocessor.docktest]".to_owned()],
            files: vec![
                file("a.css", Done::Added),
                file("b.js", Done::Updated("0.0.1".to_owned())),
                file("c.js", Done::KeptOld),
                file("d.js", Done::Overwritten),
            ],
            warnings: Vec::new(),
        };
        let version = assets::version();
        let expected = format!(
            "      added  book.toml: [preprocessor.docktest]\n      added  a.css\n    updated  \
             b.js (0.0.1 → {version})\n       kept  c.js (it was edited)\noverwritten  d.js (it was \
             edited)\n"
        );
        assert_eq!(told(&installed), expected);
    }
}
