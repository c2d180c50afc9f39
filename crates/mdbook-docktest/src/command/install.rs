//! The `install` command.

use anyhow::{Context, Result};

use super::{Exit, print};
use crate::cli::{CiHost, Install};
use crate::command::progress;
use crate::install::{self, Done, Host, Installed};
use crate::text::stamp::version;

pub(super) fn install(options: &Install) -> Result<Exit> {
    let ci = options.ci.map(|host| match host {
        CiHost::Github => Host::Github,
        CiHost::Gitlab => Host::Gitlab,
    });
    let installed = install::install(&options.directory, options.force, ci)?;
    print(&summary(&installed)).context("cannot write the summary")?;
    for warning in &installed.warnings {
        progress::say(&format!("warning: {warning}"));
    }
    Ok(Exit::Success)
}

/// A line for each file and for each addition to book.toml.
fn summary(installed: &Installed) -> String {
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
            Done::Updated(from) if from == version() => line("updated", &place.to_string()),
            Done::Updated(from) => {
                line("updated", &format!("{place} ({from} → {})", version()));
            }
            Done::Overwritten => line("overwritten", &format!("{place} (it was edited)")),
            Done::Kept | Done::KeptOld => line("kept", &format!("{place} (it was edited)")),
            Done::KeptOther => line("kept", &format!("{place} (it is not from this program)")),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_has_a_line() {
        let file = |name: &str, done| (name.into(), done);
        let installed = Installed {
            settings: vec!["[preprocessor.docktest]".to_owned()],
            files: vec![
                file("a.css", Done::Added),
                file("b.js", Done::Updated("0.0.1".to_owned())),
                file("c.js", Done::KeptOld),
                file("d.js", Done::Overwritten),
                file(".gitlab-ci.yml", Done::KeptOther),
            ],
            warnings: Vec::new(),
        };
        let expected = format!(
            "      added  book.toml: [preprocessor.docktest]\n      added  a.css\n    updated  \
             b.js (0.0.1 → {})\n       kept  c.js (it was edited)\noverwritten  d.js (it was \
             edited)\n       kept  .gitlab-ci.yml (it is not from this program)\n",
            version()
        );
        assert_eq!(summary(&installed), expected);
    }
}
