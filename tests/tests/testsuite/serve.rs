//! Builds by `mdbook serve`: after each change of a watched file, it loads and builds the whole book,
//! with the endpoint of its live reload in the settings.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use testsuite::{Book, Server};

use crate::MDBOOK;

const UNIQUE: &str = "date +%s%N";

fn serve(book: &Book) -> Server {
    Server::start(MDBOOK, book)
}

fn shown(book: &Book, page: &str) -> String {
    book.site().page(page).texts("main samp").concat()
}

/// A book with three chapters of one step each.
fn three() -> Book {
    ["a.md", "b.md", "c.md"].iter().fold(Book::new(), |book, name| {
        book.chapter(name, &format!("# {name}\n\n```bash\n{UNIQUE}\n```\n"))
    })
}

/// All files below a directory, with their modification times.
fn files(path: &Path, found: &mut BTreeMap<PathBuf, SystemTime>) {
    if path.is_dir() {
        fs::read_dir(path).unwrap().for_each(|entry| files(&entry.unwrap().path(), found));
    }
    found.insert(path.to_owned(), fs::metadata(path).unwrap().modified().unwrap());
}

#[test]
fn saving_a_chapter_runs_only_that_chapter() {
    let book = three();
    let mut server = serve(&book);
    server.build(&book).exits(0);
    let all = |book: &Book| ["a.html", "b.html", "c.html"].map(|page| shown(book, page));
    let [a, b, c] = all(&book);
    let book = book.edit("b.md", UNIQUE, &format!("{UNIQUE}; true"));
    let outcome = server.build(&book);
    outcome.exits(0).tells("src/b.md");
    assert!(!outcome.stderr().contains("src/a.md") && !outcome.stderr().contains("src/c.md"));
    let now = all(&book);
    assert_eq!((&now[0], &now[2]), (&a, &c));
    assert_ne!(now[1], b);
    // A change of prose runs nothing.
    let book = book.edit("a.md", "# a.md", "# Another title");
    let outcome = server.build(&book);
    outcome.exits(0);
    assert!(!outcome.stderr().contains("1/1"), "{outcome}");
    assert_eq!(all(&book), now);
}

#[test]
fn a_build_writes_no_watched_file() {
    let book = three()
        .config(
            "[book]\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"\n[output.html]\n\
                 additional-css = [\"own.css\"]\nadditional-js = [\"own.js\"]",
        )
        .file("own.css", "")
        .file("own.js", "")
        .file("theme/head.hbs", "")
        .file("src/picture.svg", "<svg/>");
    book.write();
    // The paths that mdBook watches: see `mdbook/src/cmd/watch`.
    let watched = || {
        let mut found = BTreeMap::new();
        for name in ["src", "theme", "book.toml", "own.css", "own.js"] {
            files(&book.path().join(name), &mut found);
        }
        found
    };
    let mut server = serve(&book);
    let mut build = || {
        let before = watched();
        server.build(&book).exits(0);
        assert_eq!(watched(), before);
    };
    build();
    assert!(book.recording("a.md").exists());
    build();
}

#[test]
fn a_watched_directory_for_recordings_is_refused() {
    for directory in ["src/recordings", "src", "./src/../src/recordings"] {
        let book = three().setting(&format!("recordings = {directory:?}"));
        serve(&book).build(&book).exits(1).tells("`mdbook serve` watches");
        assert!(!book.path().join("src/recordings").exists());
    }
}

#[test]
fn recordings_in_the_source_directory_cause_one_more_build() {
    let book = Book::new()
        .config("[book]\nsrc = \".\"\n[build]\nbuild-dir = \"html\"")
        .file("SUMMARY.md", "- [lab](src/lab.md)\n")
        .step(UNIQUE);
    book.write();
    // Everything is watched except files that mdBook writes, which authors list in `.gitignore`.
    let watched = || {
        let mut found = BTreeMap::new();
        for entry in fs::read_dir(book.path()).unwrap() {
            let name = entry.unwrap().file_name();
            if !["html", "tmp"].iter().any(|ignored| name == *ignored) {
                files(&book.path().join(name), &mut found);
            }
        }
        found
    };
    // Not `serve`, whose cache is in the book's directory.
    let build = |book: &Book| {
        book.to_build(MDBOOK).env("MDBOOK_OUTPUT__HTML__LIVE_RELOAD_ENDPOINT", "__livereload").run()
    };
    let before = watched();
    build(&book).exits(0);
    let recorded = watched();
    assert!(book.recording("src/lab.md").exists() && recorded != before);
    // The new recording triggers another build, which writes nothing.
    build(&book).exits(0);
    assert_eq!(watched(), recorded);
    let always = book.setting("run = \"always\"");
    build(&always).exits(1).tells("set `run = \"stale\"`");
}

#[test]
fn a_failing_chapter_shows_its_finding_and_does_not_stop_others() {
    let book = three().edit("b.md", UNIQUE, "exit 7");
    let mut server = serve(&book);
    let outcome = server.build(&book);
    outcome.exits(0).tells("error[exit-status]");
    let site = book.site();
    let findings = site.page("b.html").texts("main p[lang=en]").concat();
    assert!(findings.contains("exited with status 7"), "{findings}");
    let good = [shown(&book, "a.html"), shown(&book, "c.html")];
    assert!(good.iter().all(|output| !output.is_empty()));

    let book = book.edit("b.md", "exit 7", "echo mended");
    let outcome = server.build(&book);
    outcome.exits(0);
    assert!(!outcome.stderr().contains("src/a.md"), "{outcome}");
    assert_eq!(shown(&book, "b.html"), "mended\n");
    assert_eq!([shown(&book, "a.html"), shown(&book, "c.html")], good);
}

#[test]
fn without_an_engine_pages_keep_what_they_show_and_say_so() {
    let book = three().edit("b.md", UNIQUE, &format!("{UNIQUE}\n```\n\n```bash\necho two"));
    serve(&book).build(&book).exits(0);
    let all = |book: &Book| ["a.html", "b.html", "c.html"].map(|page| shown(book, page));
    let before = all(&book);
    let mut server = Server::start_with(MDBOOK, &book, &[("PATH", "/nowhere")]);
    let book = book.edit("b.md", "echo two", "echo three");
    let outcome = server.build(&book);
    outcome
        .exits(0)
        .tells("warning: some chapters are not run, and their pages say so: ")
        .tells("`unshare` not found")
        .tells("run `mdbook-docktest record src/b.md` to update it");
    let notices = |page: &str| book.site().page(page).texts(".docktest-notice").concat();
    assert_eq!(["a.html", "c.html"].map(notices), [""; 2]);
    assert!(notices("b.html").contains("This page is out of date: "), "{}", notices("b.html"));
    let now = all(&book);
    assert_eq!([&now[0], &now[2]], [&before[0], &before[2]]);
    assert!(!now[1].is_empty() && before[1] == format!("{}two\n", now[1]), "{}", now[1]);
    // With an engine again, the next build runs it.
    serve(&book).build(&book).exits(0).tells("src/b.md");
    assert_eq!(notices("b.html"), "");
    assert!(shown(&book, "b.html").ends_with("three\n"));
}

/// A book whose chapter `b.md` fails, after a build, and the output of this chapter.
fn with_failure() -> (Book, Server, String) {
    let book = three().edit("b.md", UNIQUE, &format!("{UNIQUE}; exit 7"));
    let mut server = serve(&book);
    server.build(&book).exits(0).tells("error[exit-status]");
    let printed = shown(&book, "b.html");
    assert!(!printed.is_empty());
    (book, server, printed)
}

#[test]
fn a_failing_chapter_does_not_run_again_when_another_is_saved() {
    let (book, mut server, printed) = with_failure();
    let book = book.edit("a.md", UNIQUE, "echo another");
    let outcome = server.build(&book);
    outcome.exits(0).tells("error[exit-status]").tells("src/a.md");
    assert_eq!(shown(&book, "a.html"), "another\n");
    assert_eq!(shown(&book, "b.html"), printed);
    let findings = book.site().page("b.html").texts("main p[lang=en]").concat();
    assert!(findings.contains("exited with status 7"), "{findings}");
    assert!(!book.recording("b.md").exists());
    // It is not shown as a new run.
    outcome.tells("this is from the run at ").tells("Z; save the chapter to run it again");
    assert!(findings.contains("; save the chapter to run it again"), "{findings}");
    let provenance = |page: &str| book.site().page(page).texts(".docktest-provenance dd").concat();
    assert!(provenance("b.html").contains("from an earlier run"), "{}", provenance("b.html"));
    assert!(!provenance("a.html").contains("from an earlier run"), "{}", provenance("a.html"));
}

#[test]
fn saving_a_failing_chapter_runs_it() {
    let (book, mut server, printed) = with_failure();
    let book = book.edit("b.md", "# b.md", "# Only the title");
    server.build(&book).exits(0).tells("error[exit-status]");
    let again = shown(&book, "b.html");
    assert_ne!(again, printed);
    // This run replaces the old one.
    server.build(&book).exits(0);
    assert_eq!(shown(&book, "b.html"), again);
    let book = book.edit("b.md", "exit 7", "true");
    server.build(&book).exits(0);
    assert_ne!(shown(&book, "b.html"), again);
    assert!(book.recording("b.md").exists());
}

#[test]
fn a_failed_run_becomes_the_recording_once_it_passes() {
    let (book, mut server, printed) = with_failure();
    let book = book.edit("b.md", "```bash", "```bash exit=7");
    let outcome = server.build(&book);
    outcome.exits(0);
    assert!(!outcome.stderr().contains("src/b.md"), "{outcome}");
    assert_eq!(shown(&book, "b.html"), printed);
    assert!(book.recording("b.md").exists());
}

#[test]
fn mdbook_build_does_not_use_failed_runs() {
    let (book, _server, printed) = with_failure();
    let outcome =
        book.to_build(MDBOOK).env("MDBOOK_PREPROCESSOR__DOCKTEST__ON_FAILURE", "embed").run();
    outcome.exits(0).tells("error[exit-status]");
    assert_ne!(shown(&book, "b.html"), printed);
}

#[test]
fn a_new_server_runs_a_failing_chapter_again() {
    let (book, mut server, printed) = with_failure();
    server.build(&book).exits(0);
    assert_eq!(shown(&book, "b.html"), printed);
    let outcome = serve(&book).build(&book);
    outcome.exits(0).tells("error[exit-status]");
    assert!(!outcome.stderr().contains("this is from the run"), "{outcome}");
    assert_ne!(shown(&book, "b.html"), printed);
}

#[test]
fn a_chapter_with_a_timeout_runs_again() {
    let book = three().edit("b.md", &format!("bash\n{UNIQUE}"), "bash timeout=1s\nsleep 60");
    let mut server = serve(&book);
    for _ in 0..2 {
        let outcome = server.build(&book);
        outcome.exits(0).tells("error[timeout]");
        assert!(!outcome.stderr().contains("this is from the run"), "{outcome}");
    }
}

#[test]
fn a_chapter_that_misses_an_image_runs_again() {
    let book = three().edit("b.md", UNIQUE, "docker pull localhost:1/team/app");
    let mut server = serve(&book);
    for _ in 0..2 {
        let outcome = server.build(&book);
        outcome.tells("error[image-missing]").tells("1/1 line 4: docker pull");
        assert!(!outcome.stderr().contains("this is from the run"), "{outcome}");
    }
}

#[test]
fn a_chapter_that_lacked_memory_runs_again() {
    let book = three().setting("memory = \"300m\"");
    let book = book.edit("b.md", UNIQUE, "head -c 1G /dev/zero | tail -n 1 >/dev/null");
    let mut server = serve(&book);
    for _ in 0..2 {
        let outcome = server.build(&book);
        outcome.exits(0).tells("error[out-of-memory]").tells("1/1 line 4: head");
        assert!(!outcome.stderr().contains("this is from the run"), "{outcome}");
    }
}

#[test]
fn a_failed_run_is_removed_once_the_chapter_has_a_recording() {
    let (book, mut server, printed) = with_failure();
    // A recording from elsewhere appears and disappears, as with `git switch`.
    let config = "[book]\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"\n";
    let lints = "[preprocessor.docktest.lints]\nexit-status = \"warn\"\n";
    let book = book.config(&format!("{config}{lints}"));
    book.command(["record", "src/b.md"]).run().exits(0);
    server.build(&book).exits(0);
    assert_ne!(shown(&book, "b.html"), printed);
    fs::remove_file(book.recording("b.md")).unwrap();
    let book = book.config(config);
    server.build(&book).exits(0).tells("error[exit-status]");
    assert_ne!(shown(&book, "b.html"), printed);
}
