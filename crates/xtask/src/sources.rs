//! The text files of the repository.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A text file.
pub(crate) struct Source {
    /// Relative to the project's directory.
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Source {
    /// The extension of the file's name; empty if it has none.
    pub(crate) fn extension(&self) -> &str {
        self.path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
    }

    /// Whether a shell runs this file: its name or its first line says so.
    pub(crate) fn is_shell(&self) -> bool {
        const SHELLS: [&str; 4] = ["sh", "bash", "dash", "ksh"];
        let interpreter = || {
            let mut words = self.text.lines().next()?.strip_prefix("#!")?.split_whitespace();
            let name = |word: &str| word.rsplit('/').next().unwrap_or_default().to_owned();
            match name(words.next()?).as_str() {
                // `env -S` splits the rest of the line into words by itself.
                "env" => words.find(|word| !word.starts_with('-')).map(name),
                program => Some(program.to_owned()),
            }
        };
        SHELLS.contains(&self.extension())
            || interpreter().is_some_and(|program| SHELLS.contains(&program.as_str()))
    }
}

/// All text files that git tracks, or would track after `git add`, in order of their paths.
pub(crate) fn sources(project: &Path) -> Result<Vec<Source>> {
    let mut safe = std::ffi::OsString::from("safe.directory=");
    // Root may test the checkout of another user.
    safe.push(project);
    let list = ["ls-files", "-z", "--cached", "--others", "--exclude-standard"];
    let words = ["-c".into(), safe].into_iter().chain(list.map(Into::into));
    let paths = duct::cmd("git", words)
        .dir(project)
        .stdin_null()
        .read()
        .context("cannot list the repository's files with `git`")?;
    let mut sources = Vec::new();
    for path in paths.split_terminator('\0').map(PathBuf::from) {
        let file = project.join(&path);
        // A file that was removed is tracked until the next commit; a link's target is in the list.
        if !file.symlink_metadata().is_ok_and(|about| about.is_file()) {
            continue;
        }
        let bytes = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        if let Ok(text) = String::from_utf8(bytes) {
            sources.push(Source { path, text });
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    sources.dedup_by(|one, other| one.path == other.path);
    Ok(sources)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project;

    #[test]
    fn shell_files_are_recognised_by_name_or_first_line() {
        let is_shell =
            |path: &str, text: &str| Source { path: path.into(), text: text.to_owned() }.is_shell();
        assert!(is_shell("a.sh", ""));
        assert!(is_shell("a.bash", "echo\n"));
        assert!(is_shell("prepare", "#!/bin/sh\n"));
        assert!(is_shell("run", "#!/usr/bin/env bash\n"));
        assert!(is_shell("run", "#! /usr/bin/env -S bash -e\n"));
        assert!(!is_shell("a.py", "#!/usr/bin/env python3\n"));
        assert!(!is_shell("README.md", "Run `#!/bin/sh`.\n"));
        assert!(!is_shell("empty", ""));
    }

    #[test]
    fn the_projects_shell_files_are_found() {
        let sources = sources(&project().unwrap()).unwrap();
        let shell: Vec<&Path> =
            sources.iter().filter(|file| file.is_shell()).map(|file| file.path.as_path()).collect();
        for known in [".ci/run", "book/images/alpine/prepare", "crates/docker-sandbox/src/init.sh"]
        {
            assert!(shell.contains(&Path::new(known)), "{known} is not in {shell:?}");
        }
    }
}
