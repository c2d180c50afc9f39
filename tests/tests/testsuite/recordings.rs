//! A recording replaces a run until an input of the run changes.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use docker_sandbox::EngineRoot;
use testsuite::{Book, Outcome, Program, workspace};

use crate::MDBOOK;

/// Prints another number in each run.
const UNIQUE: &str = "date +%s%N";

/// The environment variable with which mdBook overrides `run` in book.toml.
const RUN: &str = "MDBOOK_PREPROCESSOR__DOCKTEST__RUN";

fn lab() -> Book {
    Book::new().step(UNIQUE)
}

/// Builds the book without a PATH, so that nothing can be run. In CI, that is an error if something has to.
fn without_engine(book: &Book) -> Program {
    book.to_build(MDBOOK).env("PATH", "/nowhere").env("CI", "true")
}

/// Builds the book.
#[track_caller]
fn build(book: &Book) {
    book.to_build(MDBOOK).run().exits(0);
}

/// The output on a page of the last build.
fn shown(book: &Book, page: &str) -> String {
    book.site().page(page).texts("main samp").concat()
}

fn provenance(book: &Book, page: &str) -> String {
    book.site().page(page).texts("main .docktest-provenance").concat()
}

/// Whether a page says that its results come from a run rather than from a recording.
fn was_run(book: &Book, page: &str) -> bool {
    let text = provenance(book, page);
    assert!(text.starts_with("Verified on ") && text.contains(" · Docker Engine "), "{text}");
    match (text.contains("from a run while this page was built"), text.contains("from a recording"))
    {
        (true, false) => true,
        (false, true) => false,
        _ => panic!("{text}"),
    }
}

/// The names of all files below a directory.
fn files_below(directory: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(directory).unwrap().flatten() {
        match entry.path() {
            path if path.is_dir() => names.extend(files_below(&path)),
            path => names.push(path.file_name().unwrap().to_string_lossy().into_owned()),
        }
    }
    names.sort();
    names
}

#[test]
fn a_second_build_needs_no_engine_and_shows_the_date_of_the_first() {
    let book = lab().step("echo out; echo err >&2; exit 3").edit(
        "lab.md",
        "```bash\necho",
        "```bash exit=3\necho",
    );
    build(&book);
    assert!(was_run(&book, "lab.html"));
    let first = shown(&book, "lab.html");

    without_engine(&book).run().exits(0);
    assert_eq!(shown(&book, "lab.html"), first);
    assert!(!was_run(&book, "lab.html"));

    let french =
        book.config("[book]\nlanguage = \"fr\"\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"");
    without_engine(&french).run().exits(0);
    assert_eq!(shown(&french, "lab.html"), first);
    let text = provenance(&french, "lab.html");
    assert!(text.starts_with("Vérifié le ") && text.contains(" · Docker Engine "), "{text}");
    assert!(text.contains("tirées d’un enregistrement"), "{text}");
}

#[test]
fn a_recording_has_all_data_of_a_run() {
    let book = Book::new()
        .with_alpine()
        .setting("env.GREETING = \"hello\"")
        .step("docker run --rm --name app alpine sh -c 'echo out; echo err >&2'\necho $GREETING");
    build(&book);
    let text = fs::read_to_string(book.recording("lab.md")).unwrap();
    let file: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (&file["schema"], &file["inputs"]["environment"]["GREETING"]),
        (&1.into(), &"hello".into())
    );
    for pointer in [
        "/program",
        "/recorded_at",
        "/engine/kind",
        "/engine/version",
        "/engine/client_version",
        "/engine/api_version",
        "/engine/storage_driver",
        "/engine/kernel",
        "/engine/architecture",
        "/images/0/reference",
        "/images/0/id",
        "/images/0/origin",
        "/inputs/recipes/alpine",
        "/inputs/steps/0",
        "/steps/0/effects/0/action",
        "/steps/0/commands/1/end/how",
        "/checksum",
    ] {
        let value = file.pointer(pointer).and_then(|value| value.as_str());
        assert!(value.is_some_and(|value| !value.is_empty()), "{pointer}\n{text}");
    }
    let chunk = |stream: &str, printed: &str| {
        let line = text.lines().find(|line| line.contains(&format!("\"text\": \"{printed}\\n\"")));
        let line = line.unwrap_or_else(|| panic!("no line for the chunk {printed}\n{text}"));
        assert!(
            line.contains(&format!("\"stream\": \"{stream}\"")) && line.contains("at_ms"),
            "{line}"
        );
    };
    chunk("stdout", "out");
    chunk("stderr", "err");
    chunk("stdout", "hello");
}

#[test]
fn changes_that_are_not_inputs_run_nothing() {
    let book = lab().output("[..]\n").step("true");
    build(&book);
    let recorded = shown(&book, "lab.html");
    let is_replayed = |book: &Book, page: &str, output: &str| {
        without_engine(book).run().exits(0);
        assert_eq!(shown(book, page), output);
        assert!(!was_run(book, page));
    };
    let book = book.edit("lab.md", "# Lab\n", "# Another title\n\nSome prose.\n\n- an item\n");
    is_replayed(&book, "lab.html", &recorded);
    let book = book.edit(
        "lab.md",
        &format!("```bash\n{UNIQUE}\n```"),
        &format!("Below.\n\n~~~sh ignore\nnever\n~~~\n\n```sh\n{UNIQUE}\n```"),
    );
    is_replayed(&book, "lab.html", &recorded);
    let book = book.edit("lab.md", "[..]\n", "[NUMBER]\n");
    is_replayed(&book, "lab.html", &recorded);
    let book = book.edit("lab.md", "```bash\ntrue", "```bash exit=any dies=any no-output\ntrue");
    let outcome = without_engine(&book).run();
    outcome.exits(1).tells("error[container-died]");
    let book = book.edit("lab.md", " dies=any", "").rename("lab.md", "renamed.md");
    is_replayed(&book, "renamed.html", &recorded);
    let book = book.edit("renamed.md", "```sh\n", "```sh hidden\n");
    is_replayed(&book, "renamed.html", "");
}

#[test]
fn a_recording_is_checked_against_current_expectations() {
    let book = Book::new().step("echo one").output("one\n");
    build(&book);
    let book = book.edit("lab.md", "```output\none", "```output\ntwo");
    without_engine(&book).run().exits(1).tells("error[output-mismatch]").tells("src/lab.md:8:1");
}

#[test]
fn changed_inputs_run_only_that_chapter() {
    let book = Book::new()
        .file("part.sh", "echo part")
        .chapter("other.md", &format!("```bash\n{UNIQUE}\n```\n"))
        .chapter(
            "lab.md",
            &format!("```bash\n{UNIQUE}\n```\n\n```bash\n{{{{#include ../part.sh}}}}\n```\n"),
        );
    build(&book);
    let mut before = shown(&book, "lab.html");
    let other = shown(&book, "other.html");
    let mut runs = |book: &Book| {
        build(book);
        let now = shown(book, "lab.html");
        assert_ne!(std::mem::replace(&mut before, now.clone()), now, "the chapter did not run");
        assert_eq!(shown(book, "other.html"), other, "the other chapter ran");
        assert!(was_run(book, "lab.html"));
        assert!(!was_run(book, "other.html"));
        without_engine(book).run().exits(0);
        assert_eq!(shown(book, "lab.html"), now, "the run was not recorded");
    };
    let book = book.file("part.sh", "echo another part");
    runs(&book);
    let book = book.edit("lab.md", "```bash\ndate", "```bash timeout=9s\ndate");
    runs(&book);
    let book = book.edit("lab.md", "timeout=9s", "stdin=\"y\\n\"");
    runs(&book);
    let book = book.edit("lab.md", UNIQUE, &format!("{UNIQUE}; true"));
    runs(&book);
}

#[test]
fn settings_of_the_run_run_all_chapters() {
    let mut book = lab();
    build(&book);
    for setting in ["env.A = \"1\"", "timeout = \"29s\""] {
        let before = shown(&book, "lab.html");
        book = book.setting(setting);
        without_engine(&book).run().exits(1).tells("`unshare` not found");
        build(&book);
        assert_ne!(shown(&book, "lab.html"), before, "{setting}");
    }
    let book = book.setting("lints.leftover = \"allow\"").setting("placeholders.WORD = \"[a-z]+\"");
    without_engine(&book).run().exits(0);
}

#[test]
fn a_changed_recipe_runs_the_chapters_that_name_its_image() {
    let EngineRoot::Prepared(root) = EngineRoot::find() else {
        panic!("run `cargo xtask engine` first")
    };
    let recipe = |book: Book, label: &str| {
        book.file(
            "recipe/Dockerfile",
            &format!("FROM scratch\nCOPY Dockerfile /\nLABEL is={label}\n"),
        )
    };
    let inspect = "docker image inspect --format '{{.Config.Labels.is}}' testsuite/labelled:1";
    let book = Book::new()
        .setting(&format!("engine-root = {root:?}"))
        .setting("images.\"testsuite/labelled:1\" = \"recipe\"")
        .chapter("other.md", &format!("```bash\n{UNIQUE}\n```\n"))
        .chapter("lab.md", &format!("```bash\n{inspect}\n```\n"));
    let build = |book: &Book| {
        // The image must not stay in the user's cache.
        let cache = book.path().join("tmp/cache");
        book.to_build(MDBOOK).env("XDG_CACHE_HOME", &cache).run().exits(0);
        fs::remove_dir_all(cache).unwrap();
    };
    let book = recipe(book, "one");
    build(&book);
    assert_eq!(shown(&book, "lab.html"), "one\n");
    let other = shown(&book, "other.html");
    let book = recipe(book, "two");
    build(&book);
    assert_eq!(shown(&book, "lab.html"), "two\n");
    assert_eq!(shown(&book, "other.html"), other);
}

#[test]
fn run_never_runs_nothing() {
    let book = lab();
    let says = |outcome: &Outcome, code: &str| {
        outcome
            .exits(1)
            .tells(&format!("error[{code}]"))
            .tells("src/lab.md:4:1")
            .tells("recordings/lab.md.json");
        assert!(!outcome.stderr().contains("1/1"), "something ran\n{outcome}");
    };
    let never = |book: &Book| without_engine(book).env(RUN, "never").run();
    says(&never(&book), "missing-recording");
    assert!(!book.recording("lab.md").exists());
    build(&book);
    never(&book).exits(0);
    let book = book.edit("lab.md", UNIQUE, "touch /tmp/it-ran");
    // With a PATH, so that an engine could start.
    says(&book.to_build(MDBOOK).env(RUN, "never").run(), "stale-recording");
    let book = book.setting("run = \"never\"");
    says(&never(&book), "stale-recording");
    says(&book.to_preprocess("html").run(), "stale-recording");
    let book = book.setting("on-failure = \"embed\"");
    never(&book).exits(0).tells("error[stale-recording]");
    let findings = book.site().page("lab.html").texts("main p[lang=en]").concat();
    assert!(findings.contains("error[stale-recording]"), "{findings}");
}

#[test]
fn run_always_runs_everything() {
    let book = lab();
    build(&book);
    let before = shown(&book, "lab.html");
    book.to_build(MDBOOK).env(RUN, "always").run().exits(0);
    assert_ne!(shown(&book, "lab.html"), before);
    assert!(was_run(&book, "lab.html"));
    without_engine(&book).env(RUN, "always").run().exits(1).tells("`unshare` not found");
    // An unknown value is an error.
    without_engine(&book).env(RUN, "nevr").run().exits(1).tells("nevr");
}

#[test]
fn failures_are_not_recorded() {
    let book = Book::new()
        .chapter("bad.md", "```bash\nfalse\n```\n")
        .chapter("good.md", &format!("```bash\n{UNIQUE}\n```\n"));
    book.to_build(MDBOOK).run().exits(1).tells("error[exit-status]");
    assert_eq!(files_below(&book.path().join("recordings")), ["good.md.json"]);
}

#[test]
fn concurrent_builds_leave_complete_files() {
    let mut book = Book::new();
    for name in ["a.md", "b.md", "c.md"] {
        book = book.chapter(name, &format!("```bash\n{UNIQUE}\n```\n"));
    }
    // mdBook does not support two builds in the same directory of pages.
    let build = |pages: &str| book.to_build(MDBOOK).env("MDBOOK_BUILD__BUILD_DIR", pages);
    let runs = ["html", "html-too"].map(|pages| build(pages).start());
    for run in runs {
        run.wait().exits(0);
    }
    assert_eq!(
        files_below(&book.path().join("recordings")),
        ["a.md.json", "b.md.json", "c.md.json"]
    );
    book.command(["record", "--check"]).run().exits(0);
    let mode = fs::metadata(book.recording("a.md")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o644);
}

#[test]
fn a_recording_that_cannot_be_written_is_a_warning() {
    let book = lab().file("recordings", "a file in the directory's place");
    let outcome = book.to_build(MDBOOK).run();
    outcome.exits(0).tells("warning: cannot write the recording").tells("recordings/lab.md.json");
    assert!(!shown(&book, "lab.html").is_empty());
}

#[test]
fn without_runs_chapters_are_unchanged() {
    let mut book = Book::new()
        .setting("run = \"never\"")
        .setting("lints.missing-recording = \"allow\"")
        // The guide includes the results of its examples, which this book does not have.
        .setting("lints.missing-include = \"allow\"")
        .chapter("lab.md", "# Été\r\n\r\n- ```bash\r\n  docker ps\r\n  ```\r\n\r\n> ~~~ sh\n> ls\n> ~~~\n\n```console\n$ ls\n```");
    let guide = workspace().join("crates/mdbook-docktest/guide/src");
    let mut documents: Vec<_> =
        fs::read_dir(guide).unwrap().map(|entry| entry.unwrap().path()).collect();
    documents.retain(|path| path.file_name().unwrap() != "SUMMARY.md");
    documents.extend(
        ["README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"].map(|name| workspace().join(name)),
    );
    let mut texts = Vec::new();
    for (number, path) in documents.iter().enumerate() {
        let text = fs::read_to_string(path).unwrap();
        book = book.chapter(&format!("{number}.md"), &text);
        texts.push(text);
    }
    let chapters = book.preprocess("markdown");
    assert_eq!(chapters.len(), texts.len() + 1);
    assert!(
        chapters[0].starts_with("# Été\r\n\r\n- ```bash\r\n") && chapters[0].ends_with("$ ls\n```")
    );
    for (chapter, text) in chapters[1..].iter().zip(&texts) {
        assert_eq!(chapter, text);
    }
    // In HTML, commands have their markup, and no results.
    let chapters = book.preprocess("html");
    assert!(chapters[0].contains("<span>docker ps</span>"), "{}", chapters[0]);
    assert!(!chapters[0].contains("<samp"), "{}", chapters[0]);
}
