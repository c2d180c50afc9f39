//! Chapters on several versions of Docker Engine, and in parts.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use docker_sandbox::{EngineRoot, suite_roots};
use serde_json::{Value, json};
use tempfile::TempDir;
use testsuite::{Book, Outcome, Program};

/// Makes a cache in which the prepared root of these tests is that of two suites. Returns the version of its engine.
fn two_engines(cache: &Path) -> String {
    let engines = cache.join("mdbook-docktest/engines");
    fs::create_dir_all(&engines).unwrap();
    let root = fs::canonicalize(EngineRoot::find().directory()).unwrap();
    for link in ["suite-trixie", "suite-sid"] {
        symlink(&root, engines.join(link)).unwrap();
    }
    let version = suite_roots(&engines).unwrap().remove(0).version;
    version.split('+').next().unwrap().to_owned()
}

/// Steps for all versions, for those that exist, and for one that does not; and two `output` blocks.
fn book() -> Book {
    Book::new()
        .chapter("lab.md", "# Lab\n\n")
        .step_with("engine=\">=20\"", "echo new")
        .step_with("guard engine=\"<17\"", "echo old; false")
        .step("echo here")
        .prose("```output engine=\"<17\"\nthere\n```\n\n```output engine=\">=17\"\nhere\n```\n\n")
        .chapter("other.md", "# Other\n\n")
        .step("echo other")
        .chapter("prose.md", "# Prose\n")
}

/// The cells of the page's table of chapters and versions.
fn table(page: &testsuite::Page) -> Vec<String> {
    page.texts("[aria-label='Versions of Docker Engine'] td")
}

#[test]
fn chapters_run_on_each_engine_and_the_page_shows_the_table() {
    let cache = TempDir::with_prefix("testsuite-").unwrap();
    let version = two_engines(cache.path());
    let book = book();
    let on_both = |arguments: &[&str]| {
        let all = ["verify", "--engines", "trixie,sid"].iter().chain(arguments);
        let program = all.fold(book.command([]), Program::arg);
        program.env("XDG_CACHE_HOME", cache.path()).run()
    };
    let outcome = on_both(&["--save-table", "--jobs", "1"]);
    let [trixie, sid] = ["trixie", "sid"].map(|suite| format!("{version} ({suite})"));
    let skipped =
        format!("src/lab.md:8: skipped: for Docker Engine <17 (on Docker Engine {version})\n");
    let width = "2 passed, 1 skipped".len();
    let expected = format!(
        "{skipped}{skipped}{:14}{trixie:width$}  {sid}\n\
         src/lab.md    2 passed, 1 skipped  2 passed, 1 skipped\n\
         src/other.md  1 passed             1 passed\n\
         3 chapters on 2 engines, 8 steps: 6 passed, 0 failed, 2 skipped, 0 ignored\n",
        ""
    );
    assert_eq!(outcome.exits(0).stdout(), expected);
    outcome.tells(&format!("Docker Engine {version} (sid)\n"));
    assert!(!book.recording("lab.md").exists(), "verify writes no recordings");

    // The build records the chapters, with the skipped step as such.
    let site = book.build().unwrap();
    let cells = table(&site.page("verifications.html"));
    let today = cells[2].clone();
    assert_eq!(cells, ["lab.md", "2 of 2", &today, "other.md", "1 of 1", &today]);
    let lab = site.page("lab.html");
    assert_eq!(
        lab.texts(".docktest-values"),
        [
            "for Docker Engine 20 and later",
            "for Docker Engine before 17: not run for this page",
            "output of Docker Engine 17 and later",
        ]
    );
    let recording = fs::read_to_string(book.recording("lab.md")).unwrap();
    assert_eq!(recording.matches("\"other-engine\"").count(), 1, "{recording}");
    book.command(["record", "--check"]).env("PATH", "/nowhere").run().exits(0);

    // Results of other commands are not shown as current.
    let site = book.edit("other.md", "echo other", "echo another").build().unwrap();
    let cells = table(&site.page("verifications.html"));
    assert_eq!(cells, ["lab.md", "2 of 2", &today, "other.md", "out of date", ""]);
}

#[test]
fn a_file_whose_steps_run_on_none_of_the_engines_fails() {
    let cache = TempDir::with_prefix("testsuite-").unwrap();
    two_engines(cache.path());
    let book = book().chapter("old.md", "# Old\n\n").step_with("engine=\"<17\"", "echo old");
    let on_both = |path: &str| {
        let arguments = ["verify", "--format", "json", "--engines", "trixie,sid", path];
        book.command(arguments).env("XDG_CACHE_HOME", cache.path()).run()
    };
    on_both("src/lab.md").exits(0).finds_nothing();
    let outcome = on_both("src/old.md");
    outcome.exits(1).finds("no-steps", 4).keeps_quiet_about("(on Docker Engine");
    assert_eq!(outcome.findings().len(), 1, "{outcome}");
}

#[test]
fn reports_for_programs_say_on_which_engine_a_chapter_ran() {
    let cache = TempDir::with_prefix("testsuite-").unwrap();
    let version = two_engines(cache.path());
    let book = Book::new()
        .chapter("lab.md", "# Lab\n\n")
        .step("false")
        .chapter("b.md", "```sh\nls\n```\n");
    let arguments = ["verify", "--engines", &version, "--partition", "1/2", "--format", "json"];
    let run = |format: &str| {
        let arguments =
            arguments.map(|argument| if argument == "json" { format } else { argument });
        let program = book.command(arguments).env("XDG_CACHE_HOME", cache.path());
        program.run()
    };
    let outcome = run("json");
    let report = outcome.exits(1).report();
    assert_eq!(
        (&report["engine"], &report["partition"]),
        (&Value::Null, &json!({"number": 1, "of": 2, "of_chapters": 2}))
    );
    let [chapter] = &report["chapters"].as_array().unwrap()[..] else { panic!("{report}") };
    let reported = chapter["engine_version"].as_str().unwrap();
    assert_eq!(reported.split('+').next(), Some(version.as_str()));
    let message =
        format!("this command exited with status 1 instead of 0 (on Docker Engine {version})");
    assert_eq!(chapter["findings"][0]["message"], json!(message));
    let github = run("github");
    assert!(github.exits(1).stdout().contains(&message), "{github}");
    let junit = run("junit");
    let suite = format!("<testsuite name=\"src/lab.md (Docker Engine {version})\"");
    assert!(junit.exits(1).stdout().contains(&suite), "{junit}");
    assert!(junit.stdout().contains("name=\"mdbook-docktest 1/2\""), "{junit}");
}

#[test]
fn an_engine_that_is_not_prepared_or_does_not_exist_is_named() {
    let cache = TempDir::with_prefix("testsuite-").unwrap();
    two_engines(cache.path());
    let book = book();
    let run = |engine: &str| -> Outcome {
        let program = book.command(["verify", "--engines", engine]);
        program.env("XDG_CACHE_HOME", cache.path()).run()
    };
    for engine in ["bookworm", "20.10"] {
        let remedy = format!(
            "error: engine `{engine}` is not prepared: run `mdbook-docktest engine prepare --suite bookworm`, or let a Docker \
             build it, with `--engine dind --engines bookworm`\n"
        );
        assert_eq!(run(&format!("trixie,{engine}")).exits(3).stderr(), remedy);
    }
    run("jessie").exits(2).tells("error: unknown engine `jessie`: use `20.10` or `bookworm`, ");
}

#[test]
fn recordings_of_parts_can_be_put_together() {
    let book = book();
    let record = |part: &str| book.command(["record", "--partition", part]).run();
    for part in ["0/2", "3/2", "2"] {
        record(part).exits(2).tells("use e.g. `2/3` for the second of three parts");
    }
    let kept = TempDir::with_prefix("testsuite-").unwrap();
    let mut counts = Vec::new();
    for part in ["1/2", "2/2"] {
        let outcome = record(part);
        let summary = outcome.exits(0).stdout().lines().last().unwrap().to_owned();
        let (title, summary) = summary.split_once(": ").unwrap();
        assert_eq!(title, format!("partition {part}, of 3 chapters"));
        counts.push(summary.split(',').next().unwrap().to_owned());
        // Each part starts from the same files.
        for entry in fs::read_dir(book.path().join("recordings")).unwrap() {
            let path = entry.unwrap().path();
            let copy = kept.path().join(path.file_name().unwrap());
            assert!(!copy.exists(), "{} is in both parts", path.display());
            fs::rename(path, copy).unwrap();
        }
    }
    assert_eq!(counts, ["1 chapter", "2 chapters"]);
    for entry in fs::read_dir(kept.path()).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, book.path().join("recordings").join(path.file_name().unwrap())).unwrap();
    }
    book.command(["record", "--check"]).env("PATH", "/nowhere").run().exits(0);
}
