//! Images that several books, references or runs have in common.

use std::fs;
use std::time::Duration;

use testsuite::{Answer, Book, Hub, eventually};

use super::{cache, had_all, is_settled, recipe_book, with_use};

#[test]
fn references_of_one_image_are_one_and_others_are_not() {
    let hub = Hub::start();
    let names = ["alpine", "alpine:latest", "docker.io/library/alpine", "team/app:1", "team_app:1"];
    let book = names.iter().fold(Book::new().in_network(&hub), |book, name| with_use(book, name));
    book.verify().exits(0).finds_nothing();
    assert_eq!(cache(&hub).references(), ["alpine:latest", "team/app:1", "team_app:1"]);
    for repository in ["library/alpine", "team/app", "library/team_app"] {
        assert_eq!(hub.times_asked_for(repository), 1, "{:#?}", hub.requests());
    }
    is_settled(&hub, &book);
}

#[test]
fn a_changed_recipe_replaces_its_image() {
    let hub = Hub::start();
    let book = recipe_book(&hub, "own/image:1", "old\n");
    book.verify().exits(0).finds_nothing();
    let old = cache(&hub).image("own/image:1");
    let old = [old.layer_blob(), old.config_blob(), old.layer(), old.description()];
    fs::write(book.path().join("recipes/own-image-1/file"), "new\n").unwrap();
    book.verify().exits(0).finds_nothing().tells("building image own/image:1\n");
    assert_eq!(cache(&hub).references(), ["own/image:1"]);
    assert!(old.iter().all(|path| !path.exists()), "{old:#?}");
    let file = cache(&hub).image("own/image:1").layer().join("diff/file");
    assert_eq!(fs::read_to_string(file).unwrap(), "new\n");
    is_settled(&hub, &book);
}

#[test]
fn a_changed_recipe_leaves_the_image_of_a_run_that_uses_it() {
    let hub = Hub::start();
    let marker = testsuite::marker();
    let book = recipe_book(&hub, "own/image:1", "old\n")
        .step(&format!("sleep {marker} || true"))
        .step("docker create --name box own/image:1 >/dev/null\ndocker cp --quiet box:/file - | tar -xO\ndocker rm box >/dev/null")
        .output("old\n");
    let run = book.to_verify().start();
    run.until_process(&marker);
    let old = cache(&hub).image("own/image:1");
    let recipe = book.path().join("recipes/own-image-1");
    let other = || {
        let setting = format!("images.\"own/image:1\" = {recipe:?}");
        with_use(Book::new().in_network(&hub).setting(&setting), "own/image:1")
    };
    fs::write(recipe.join("file"), "new\n").unwrap();
    other().verify().exits(0).finds_nothing().tells("building image own/image:1\n");
    assert_ne!(cache(&hub).image("own/image:1").digest(), old.digest());
    run.kill_process(&marker);
    run.wait().exits(0).finds_nothing();
    fs::write(recipe.join("file"), "newest\n").unwrap();
    other().verify().exits(0).finds_nothing();
    assert!(!old.layer_blob().exists() && !old.description().exists());
    is_settled(&hub, &other());
}

#[test]
fn books_with_recipes_for_one_name_do_not_disturb_each_other() {
    let hub = Hub::start();
    let books = ["one\n", "two\n"].map(|content| recipe_book(&hub, "own/image:1", content));
    for book in &books {
        book.verify().exits(0).finds_nothing().tells("building image own/image:1\n");
    }
    assert_eq!(cache(&hub).references(), ["own/image:1", "own/image:1"]);
    for book in &books {
        had_all(&book.verify());
    }
}

#[test]
fn two_runs_at_once_fetch_an_image_once() {
    let hub = Hub::start();
    hub.answers("library/alpine", Answer::SlowBlobs(Duration::from_secs(2)));
    let book = || with_use(Book::new().in_network(&hub), "alpine");
    let first = book().to_verify().start();
    eventually("a request for a blob", || {
        hub.requests().iter().any(|request| request.path.contains("library/alpine/blobs/"))
    });
    let second = book().verify();
    second
        .exits(0)
        .finds_nothing()
        .tells(
            "image alpine:latest: waiting for another chapter or run, which is adding images to the cache\n",
        )
        .keeps_quiet_about("fetching");
    first.wait().exits(0).finds_nothing().keeps_quiet_about("waiting");
    assert_eq!(hub.times_asked_for("library/alpine"), 1, "{:#?}", hub.requests());
    is_settled(&hub, &book());
}
