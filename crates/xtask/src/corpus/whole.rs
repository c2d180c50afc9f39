//! All files of a corpus as one book: nobody names a file there, so one can be silent although others are not.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::blocks::shell_blocks;
use super::measure::{Run, Runner};

/// Where the files are in the book's sources. SUMMARY.md is beside it, so that a file of that name is a chapter.
const FILES: &str = "files";

/// What a book of all files says of them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Whole {
    pub(super) status: Option<i32>,
    /// The number of files with shell blocks.
    pub(super) files: usize,
    /// Those of which neither a step nor a finding is in the report.
    pub(super) silent: BTreeSet<PathBuf>,
}

/// Verifies a book of these files, which are below `root`.
pub(super) fn whole(
    root: &Path,
    files: &[PathBuf],
    settings: &str,
    jobs: usize,
    runner: &Runner,
) -> Result<Whole> {
    let book = book(root, files, settings)?;
    let run = runner.run_book(book.path(), jobs, files.len())?;
    let mut whole = Whole { status: run.status, ..Whole::default() };
    for file in files {
        let blocks = shell_blocks(&fs::read_to_string(root.join(file))?);
        if !blocks.is_empty() {
            whole.files += 1;
            if of_file(&run, file).counts(&blocks).accounted == 0 {
                whole.silent.insert(file.clone());
            }
        }
    }
    Ok(whole)
}

/// Writes a book whose chapters are these files.
fn book(root: &Path, files: &[PathBuf], settings: &str) -> Result<TempDir> {
    let directory = TempDir::with_prefix("corpus-book-")?;
    let sources = directory.path().join("src");
    fs::create_dir(&sources)?;
    // The settings of the copies have no chapters.
    let settings = settings.replacen("src = \"none\"", "src = \"src\"", 1);
    fs::write(directory.path().join("book.toml"), settings)?;
    let mut summary = String::from("# Summary\n\n");
    for (number, file) in files.iter().enumerate() {
        let copy = sources.join(FILES).join(file);
        fs::create_dir_all(copy.parent().unwrap_or(&sources))?;
        fs::copy(root.join(file), copy)?;
        summary.push_str(&format!("- [{number}](<{FILES}/{}>)\n", file.display()));
    }
    fs::write(sources.join("SUMMARY.md"), summary)?;
    Ok(directory)
}

/// What a book's report says of a file.
fn of_file(run: &Run, file: &Path) -> Run {
    let path = Path::new("src").join(FILES).join(file);
    let chapters = run.report["chapters"].as_array().into_iter().flatten();
    let is_of_file = |chapter: &&Value| {
        chapter["path"].as_str().is_some_and(|other| Path::new(other).ends_with(&path))
    };
    let chapters: Vec<&Value> = chapters.filter(is_of_file).collect();
    Run { report: json!({ "chapters": chapters }), ..run.clone() }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_file_of_which_a_book_says_nothing_is_silent() {
        let directory = tempfile::tempdir().unwrap();
        let root = directory.path().join("corpus");
        fs::create_dir_all(root.join("a b")).unwrap();
        let text = "```bash\nls\n```\n";
        let texts =
            [("SUMMARY.md", text), ("a b/seen.md", text), ("found.md", text), ("no.md", "")];
        for (file, text) in texts {
            fs::write(root.join(file), text).unwrap();
        }
        // It says in which directory it was called, and with which chapters.
        let report = json!({"chapters": [
            {"path": "src/files/a b/seen.md", "steps": [{"line": 2, "status": "passed"}]},
            {"path": "src/files/found.md", "findings": [{"line": 1, "code": "not-a-step"}]},
        ]});
        let program = directory.path().join("program");
        let script = format!(
            "#!/bin/sh\ngrep -q '<files/a b/seen.md>' src/SUMMARY.md && grep -q 'src = \"src\"' book.toml || exit 9\n\
             cat <<'END'\n{report}\nEND\nexit 1\n"
        );
        fs::write(&program, script).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let runner = Runner { program, limit: Duration::from_secs(60) };
        let files = texts.map(|(file, _)| PathBuf::from(file));
        let found = whole(&root, &files, "[book]\nsrc = \"none\"\n", 1, &runner).unwrap();
        let silent = BTreeSet::from([PathBuf::from("SUMMARY.md")]);
        assert_eq!(found, Whole { status: Some(1), files: 3, silent });
    }
}
