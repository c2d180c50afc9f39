//! The course in this repository, as its readers see it.

mod appendices;
mod chapter;
mod docker;
mod durations;
mod reader;
mod safety;
mod seed;
mod shape;

use std::process::Stdio;
use std::sync::LazyLock;

use testsuite::{Program, Site, cargo, workspace};

/// The course, built once for all tests by the command that the README names.
static COURSE: LazyLock<Site> = LazyLock::new(|| {
    let built = cargo().args(["xtask", "book"]).stdin(Stdio::null()).output().unwrap();
    let stderr = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "cargo xtask book: {}\n{stderr}", built.status);
    Site::new(workspace().join("target/book"))
});

#[test]
fn step_4_shows_the_stream_and_its_interruption() {
    let page = COURSE.page("sidecar.html");
    let outputs = page.texts_below("Étape 4", "figure.docktest pre samp");
    let stream = &outputs[0];
    assert!(stream.matches("User logged in\n").count() >= 2, "{stream}");
    assert_eq!(page.texts_below("Étape 4", "figure.docktest pre samp kbd")[0], "^C");
}

#[test]
fn step_5_shows_the_refusal_and_its_exit_status() {
    let page = COURSE.page("sidecar.html");
    let outputs = page.texts_below("Étape 5", "figure.docktest pre samp");
    assert_eq!(outputs[0], "rm: can't remove '/logs/access.log': Read-only file system\n");
    let stderr = page.texts_below("Étape 5", "samp .err");
    assert_eq!(stderr[0], outputs[0]);
    let notes = page.texts_below("Étape 5", ".docktest-note");
    assert_eq!(notes[0], "code de sortie\u{a0}: 1");
}

#[test]
fn the_course_passes_without_findings() {
    Program::new(["verify"]).directory(workspace()).run().exits(0);
}

#[test]
fn the_recordings_are_current() {
    Program::new(["record", "--check"]).directory(workspace()).run().exits(0);
}

#[test]
fn no_page_shows_a_finding() {
    let pages = COURSE.pages();
    assert!(pages.len() > 4);
    for (name, page) in pages {
        assert!(page.texts(".docktest-findings").is_empty(), "{name} shows a finding");
    }
}

#[test]
fn each_chapter_with_steps_names_its_images() {
    for name in ["sidecar.html", "nommes-et-anonymes.html", "nettoyage-et-couts.html"] {
        let summary = COURSE.page(name).texts("main .docktest-provenance summary").concat();
        assert!(
            summary.starts_with("Vérifié le ") && summary.contains(" · Docker Engine "),
            "{name}: {summary}"
        );
        assert!(
            summary.contains(" · alpine") || summary.contains(" · postgres:15"),
            "{name}: {summary}"
        );
        let details = COURSE.page(name).texts("main .docktest-provenance dd");
        assert!(details.iter().any(|detail| detail.contains(" sha256:")), "{name}: {details:?}");
    }
}

#[test]
fn one_page_lists_all_runs() {
    let page = COURSE.page("verifications.html");
    let chapters = page.texts("main [aria-label='Vérifications'] td:first-child a");
    let with_steps = chapter::chapters().iter().filter(|it| it.has_steps()).count();
    assert_eq!(chapters.len(), with_steps, "{chapters:?}");
    let digests = page.texts("main .docktest-verifications code");
    assert!(digests.len() >= 2 && digests.iter().all(|digest| digest.contains("sha256:")));
    let links = COURSE.page("sidecar.html").attributes(".docktest-provenance a", "href");
    assert_eq!(links, ["verifications.html"]);
}

/// The table is saved by hand, as three engines take minutes: this test says when that is due.
#[test]
fn the_page_shows_that_each_chapter_passes_on_three_generations_of_the_engine() {
    const REMEDY: &str = "save the table of versions as CONTRIBUTING.md says, and commit it";
    let page = COURSE.page("verifications.html");
    let table = "main [aria-label='Versions de Docker Engine']";
    let head = page.texts(&format!("{table} th"));
    let [_, oldest, default, _newest, _] = &head[..] else { panic!("{head:?}: {REMEDY}") };
    assert!(oldest.starts_with("20.10.") && default.starts_with("26.1."), "{head:?}");
    let cells = page.texts(&format!("{table} td"));
    let chapters = chapter::chapters();
    let with_steps: Vec<_> = chapters.iter().filter(|chapter| chapter.has_steps()).collect();
    assert_eq!(cells.len(), with_steps.len() * head.len(), "{cells:?}: {REMEDY}");
    for (chapter, row) in with_steps.iter().zip(cells.chunks(head.len())) {
        // Debian has no Compose for its oldest engine.
        let mut lines = chapter.steps.iter().flat_map(|step| step.script.lines());
        let needs_compose = lines.any(|line| line.starts_with("docker compose"));
        let first = if needs_compose { 2 } else { 1 };
        for result in &row[first..4] {
            let passed = result.split_once(" sur ").is_some_and(|(passed, all)| passed == all);
            assert!(passed, "{row:?}: {REMEDY}");
        }
    }
}
