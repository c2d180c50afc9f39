//! `install` adds the files that a book needs, and keeps what its author has edited.

use std::fs;
use std::path::Path;

use tempfile::TempDir;
use testsuite::{Outcome, Program, workspace};

use crate::MDBOOK;

const STYLE_SHEET: &str = "docktest/docktest.css";

/// A book before `install`.
struct Fresh(TempDir);

impl Fresh {
    fn with(book_toml: &str) -> Self {
        let directory = TempDir::with_prefix("testsuite-").unwrap();
        let book = Self(directory);
        fs::create_dir(book.path("src")).unwrap();
        book.write("book.toml", book_toml);
        book.write("src/SUMMARY.md", "# Summary\n\n- [A](a.md)\n");
        book.write("src/a.md", "# A\n\n```bash ignore\nls\n```\n");
        book
    }

    fn french() -> Self {
        Self::with(
            "[book]\ntitle = \"Essai\"\nlanguage = \"fr\"\n\n[build]\nbuild-dir = \"html\"\n",
        )
    }

    fn path(&self, file: &str) -> std::path::PathBuf {
        self.0.path().join(file)
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    fn write(&self, file: &str, text: &str) {
        fs::write(self.path(file), text).unwrap();
    }

    fn install(&self) -> Outcome {
        Program::new(["install"]).directory(self.0.path()).run()
    }

    /// All files of the book with their content.
    fn files(&self) -> Vec<(String, String)> {
        fn below(directory: &Path, root: &Path, files: &mut Vec<(String, String)>) {
            for entry in fs::read_dir(directory).unwrap().flatten() {
                let path = entry.path();
                if path.is_dir() {
                    below(&path, root, files);
                } else {
                    let name = path.strip_prefix(root).unwrap().display().to_string();
                    files.push((name, fs::read_to_string(path).unwrap()));
                }
            }
        }
        let mut files = Vec::new();
        below(self.0.path(), self.0.path(), &mut files);
        files.sort();
        files
    }
}

/// The line of the output about a file.
#[track_caller]
fn line<'a>(outcome: &'a Outcome, file: &str) -> &'a str {
    let line = outcome.stdout().lines().find(|line| line.contains(file));
    line.unwrap_or_else(|| panic!("no line about {file}\n{outcome}")).trim()
}

#[test]
fn a_new_book_gets_all_files_and_builds_without_warnings() {
    let book = Fresh::french();
    let outcome = book.install();
    outcome.exits(0);
    assert_eq!(outcome.stderr(), "");
    assert!(outcome.stdout().contains("added  book.toml: [preprocessor.docktest]\n"), "{outcome}");
    assert_eq!(line(&outcome, "docktest.css")[..5], *"added");

    let build = Program::through([MDBOOK], [""; 0]).directory(book.path(""));
    let path = testsuite::program().parent().unwrap().display().to_string();
    let path = format!("{path}:{}", std::env::var("PATH").unwrap());
    let built = build.env("PATH", path).run();
    built.exits(0);
    assert_eq!(built.stderr(), "");
    let page = book.read("html/a.html");
    for name in ["docktest/docktest-", "docktest/docktest-fr-", "docktest/docktest-language-"] {
        assert!(page.contains(name), "no hashed name for {name}:\n{page}");
    }
}

#[test]
fn a_second_install_changes_nothing() {
    let book = Fresh::french();
    book.install().exits(0);
    let files = book.files();
    let outcome = book.install();
    outcome.exits(0);
    assert_eq!(outcome.stderr(), "");
    assert!(outcome.stdout().lines().all(|line| line.trim().starts_with("unchanged")), "{outcome}");
    assert_eq!(book.files(), files);
}

#[test]
fn an_english_book_gets_no_translation() {
    let book = Fresh::with("[book]\ntitle = \"Test\"\n");
    book.install().exits(0);
    let names: Vec<String> = book.files().into_iter().map(|(name, _)| name).collect();
    assert!(names.iter().any(|name| name == STYLE_SHEET), "{names:?}");
    assert!(!names.iter().any(|name| name.contains("-fr.js")), "{names:?}");
}

#[test]
fn the_guide_shows_the_output() {
    let book = Fresh::with("[book]\ntitle = \"Test\"\n");
    let guide = workspace().join("crates/mdbook-docktest/guide/src/installed.md");
    let guide = fs::read_to_string(guide).unwrap();
    let outcome = book.install();
    assert!(guide.contains(&format!("```text\n{}```\n", outcome.stdout())), "{outcome}");
}

#[test]
fn tables_comments_and_line_endings_are_kept() {
    let lines = [
        "# My course",
        "[book]",
        "language   =   'fr'   # aligned",
        "",
        "[output.html]",
        "additional-css = [",
        "  \"mine.css\", # before all others",
        "]",
        "[output.html.fold]",
        "enable = true",
        "",
    ];
    let book = Fresh::with(&lines.join("\r\n"));
    book.install().exits(0);
    let text = book.read("book.toml");
    assert!(!text.replace("\r\n", "").contains(['\r', '\n']), "{text:?}");
    let mut rest = text.lines();
    for line in lines {
        assert!(rest.any(|other| other == line), "{line:?} was changed or moved:\n{text}");
    }
    assert!(text.contains("all others\r\n  \"docktest/docktest.css\",\r\n]"), "{text}");
}

#[test]
fn inline_tables_stay_inline() {
    let book = Fresh::with("output = { html = { no-section-label = true } }\npreprocessor = {}\n");
    book.install().exits(0);
    let expected = "output = { html = { no-section-label = true, additional-css = \
                    [\"docktest/docktest.css\"], additional-js = [\"docktest/docktest.js\"] } }\npreprocessor = { docktest = { after = [\"links\"] } }\n";
    assert_eq!(book.read("book.toml"), expected);
}

#[test]
fn a_style_sheet_in_another_directory_is_updated_there() {
    let book = Fresh::with("[output.html]\nadditional-css = [\"docktest.css\"]\n");
    book.install().exits(0);
    assert!(book.read("docktest.css").starts_with("/* mdbook-docktest "));
    assert!(!fs::exists(book.path(STYLE_SHEET)).unwrap());
}

/// A copy from an older version of the program.
pub(crate) fn older(copy: &str) -> String {
    use sha2::{Digest, Sha256};
    let (_, text) = copy.split_once('\n').unwrap();
    let text = format!("{text}/* of old */\n");
    let digest = Sha256::digest(text.as_bytes());
    let digest: String = digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("/* mdbook-docktest 0.0.9 {digest} */\n{text}")
}

#[test]
fn an_older_style_sheet_is_updated() {
    let book = Fresh::french();
    book.install().exits(0);
    let current = book.read(STYLE_SHEET);
    book.write(STYLE_SHEET, &older(&current));
    let outcome = book.install();
    outcome.exits(0);
    assert!(line(&outcome, STYLE_SHEET).starts_with("updated"), "{outcome}");
    assert!(line(&outcome, STYLE_SHEET).contains("(0.0.9 → "), "{outcome}");
    assert_eq!(book.read(STYLE_SHEET), current);
}

#[test]
fn edited_files_are_kept_without_force() {
    let book = Fresh::french();
    book.install().exits(0);
    let current = book.read(STYLE_SHEET);

    let edited = format!("{current}.mine {{}}\n");
    book.write(STYLE_SHEET, &edited);
    let outcome = book.install();
    outcome.exits(0);
    assert_eq!(line(&outcome, STYLE_SHEET), "kept  docktest/docktest.css (it was edited)");
    assert_eq!(outcome.stderr(), "", "no warning before an update is available");

    let edited = older(&current).replace("of old", "mine");
    book.write(STYLE_SHEET, &edited);
    let outcome = book.install();
    outcome
        .exits(0)
        .tells("warning: docktest/docktest.css was edited, and is not the current version")
        .tells("--force");
    assert_eq!(book.read(STYLE_SHEET), edited);

    let outcome = Program::new(["install", "--force"]).directory(book.path("")).run();
    outcome.exits(0);
    assert!(line(&outcome, STYLE_SHEET).starts_with("overwritten"), "{outcome}");
    assert_eq!(book.read(STYLE_SHEET), current);
}

#[test]
fn sources_in_the_build_directory_are_a_warning() {
    let book = Fresh::with("[book]\nsrc = \"book/src\"\n");
    book.install().exits(0).tells("warning: the sources in ").tells("build-dir");
}

#[test]
fn without_a_book_nothing_is_written() {
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    let path = directory.path().to_str().unwrap();
    let outcome = Program::new(["install", path]).run();
    outcome.exits(2).fails_saying(&["book.toml", "mdbook init"]);
    assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
}

#[test]
fn an_invalid_book_toml_is_not_changed() {
    for (text, expected) in [
        ("[book\n", ": line 1: unclosed table"),
        ("[book]\ntitel = \"x\"\n", ": unknown field `titel`"),
        (
            "[output.html]\nadditional-css = \"a.css\"\n",
            "`output.html.additional-css` is not an array",
        ),
    ] {
        let book = Fresh::with(text);
        book.install().exits(2).fails_saying(&["book.toml", expected]);
        assert_eq!(book.read("book.toml"), text);
        assert!(!fs::exists(book.path("docktest")).unwrap());
    }
}
