//! The course of this repository, as its readers get it.

use std::sync::LazyLock;

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use tempfile::TempDir;
use testsuite::{Site, program, workspace};

/// The course, built once for all tests.
static COURSE: LazyLock<(TempDir, Site)> = LazyLock::new(|| {
    let directory = TempDir::with_prefix("testsuite-course-").unwrap();
    let mut config = Config::from_disk(workspace().join("book.toml")).unwrap();
    config.build.build_dir = directory.path().join("html");
    let command = shlex::try_quote(program().to_str().unwrap()).unwrap().into_owned();
    config.set("preprocessor.docktest.command", command).unwrap();
    let build_dir = config.build.build_dir.clone();
    MDBook::load_with_config(workspace(), config).unwrap().build().unwrap();
    (directory, Site::new(build_dir))
});

#[test]
fn step_4_shows_the_stream_and_its_interruption() {
    let page = COURSE.1.page("sidecar.html");
    let outputs = page.texts_below("Étape 4", "figure.docktest pre samp");
    let stream = &outputs[0];
    assert!(stream.matches("User logged in\n").count() >= 2, "{stream}");
    assert_eq!(page.texts_below("Étape 4", "figure.docktest pre samp kbd")[0], "^C");
}

#[test]
fn step_5_shows_the_refusal_and_its_exit_status() {
    let page = COURSE.1.page("sidecar.html");
    let outputs = page.texts_below("Étape 5", "figure.docktest pre samp");
    assert_eq!(outputs[0], "rm: can't remove '/logs/access.log': Read-only file system\n");
    let stderr = page.texts_below("Étape 5", "samp .docktest-stderr");
    assert_eq!(stderr[0], outputs[0]);
    let notes = page.texts_below("Étape 5", ".docktest-note");
    assert_eq!(notes[0], "code de sortie\u{a0}: 1");
}

#[test]
fn all_of_it_holds() {
    let pages = COURSE.1.pages();
    assert!(pages.len() > 4);
    for (name, page) in pages {
        assert!(page.texts(".docktest-findings").is_empty(), "{name} shows a finding");
    }
}

#[test]
fn each_chapter_with_steps_says_on_which_images_it_ran() {
    for name in ["sidecar.html", "nommes-et-anonymes.html", "nettoyage-et-couts.html"] {
        let said = COURSE.1.page(name).texts("main .docktest-provenance").concat();
        assert!(said.contains("Docker Engine"), "{name}: {said}");
        let kinds = ["image officielle", "reconstruite pour ce livre"];
        let kinds = kinds.iter().filter(|kind| said.contains(&format!("\u{a0}: {kind}")));
        assert!(kinds.count() >= 1, "{name}: {said}");
    }
}
