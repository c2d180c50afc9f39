//! `record --check --moved-images` reports recordings that were made with an image that has since moved.

use std::fs;

use crate::hub::client::{digest_of, get_alpine};
use testsuite::{Answer, Book, Hub, Outcome};

/// Two chapters that use `alpine`, one of them also others.
fn recorded(hub: &Hub) -> Book {
    let book = Book::new()
        .in_network(hub)
        .chapter("run.md", "# Run\n\n")
        .step("true")
        .step("docker run --rm alpine echo one")
        .chapter("pull.md", "# Pull\n\n")
        .step("docker pull --quiet nginx:1.27")
        .step("docker run --rm docker.io/library/alpine:latest echo two");
    book.command(["record"]).run().exits(0);
    book
}

fn check(book: &Book) -> Outcome {
    book.command(["record", "--check", "--moved-images", "--format", "json"]).run()
}

fn digest_of_alpine(hub: &Hub) -> String {
    digest_of(get_alpine(hub).body.as_bytes())
}

#[test]
fn each_recording_with_a_moved_image_is_named() {
    let hub = Hub::start();
    let book = recorded(&hub);
    let old = digest_of_alpine(&hub);
    check(&book).exits(0).finds_nothing();
    hub.tag("library/alpine", "other", "latest");
    let new = digest_of_alpine(&hub);
    assert_ne!(old, new);

    let outcome = check(&book);
    let moved = [("moved-image", "echo one"), ("moved-image", "echo two")];
    outcome
        .exits(0)
        .finds_only(&moved)
        .says(&format!(
            "image `alpine:latest` has moved since this chapter was recorded: \
             from `{old}` to `{new}`"
        ))
        .says("then `mdbook-docktest record src/pull.md`")
        .says(&format!("`\"alpine:latest\" = {{ digest = \"{old}\" }}`"));
    let reported: Vec<_> = outcome.report()["chapters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chapter| (chapter["path"].clone(), chapter["findings"].as_array().unwrap().len()))
        .collect();
    assert_eq!(reported, [("src/run.md".into(), 1), ("src/pull.md".into(), 1)]);

    hub.tag("library/nginx", "other", "1.27");
    let book = book.setting("lints.moved-image = \"deny\"");
    let outcome = check(&book);
    outcome.exits(1).says("image `nginx:1.27` has moved since this chapter was recorded");
    assert_eq!(outcome.findings().len(), 3, "{outcome}");
    let human = book.command(["record", "--check", "--moved-images"]).run();
    human.exits(1);
    assert_eq!(human.stdout().matches("error[moved-image]: image `alpine:latest`").count(), 2);
}

#[test]
fn each_image_is_asked_for_once_and_only_if_this_is_wanted() {
    let hub = Hub::start();
    let book = recorded(&hub);
    let before = hub.requests().len();
    book.command(["record", "--check"]).run().exits(0);
    assert_eq!(hub.requests().len(), before);

    check(&book).exits(0).finds_nothing();
    let requests = &hub.requests()[before..];
    let answered = requests.iter().filter(|request| request.status == 200);
    let mut manifests: Vec<_> =
        answered.map(|it| it.path.as_str()).filter(|path| path.contains("/manifests/")).collect();
    manifests.sort_unstable();
    let expected = ["/v2/library/alpine/manifests/latest", "/v2/library/nginx/manifests/1.27"];
    assert_eq!(manifests, expected, "{requests:#?}");
}

#[test]
fn an_image_with_a_digest_cannot_move_and_is_not_asked_for() {
    let hub = Hub::start();
    let digest = digest_of_alpine(&hub);
    let book = Book::new()
        .in_network(&hub)
        .setting(&format!("images.alpine = {{ digest = \"{digest}\" }}"))
        .step("docker run --rm alpine echo one")
        .step(&format!("docker run --rm alpine@{digest} echo two"));
    book.command(["record"]).run().exits(0);
    hub.tag("library/alpine", "other", "latest");
    let before = hub.requests().len();
    check(&book).exits(0).finds_nothing();
    assert_eq!(hub.requests().len(), before);
}

#[test]
fn an_image_that_no_registry_answers_for_is_named_with_the_reason() {
    let mut hub = Hub::start();
    let book = recorded(&hub);
    hub.tag("library/alpine", "other", "latest");
    hub.answers("library/nginx", Answer::NotFound);
    let outcome = check(&book);
    outcome
        .exits(3)
        .finds_only(&[("moved-image", "echo one"), ("moved-image", "echo two")])
        .fails_saying(&["cannot tell whether image `nginx:1.27` has moved: ", "not found"]);

    hub.stop();
    let outcome = check(&book);
    outcome.exits(3).finds_nothing();
    for image in ["alpine:latest", "nginx:1.27"] {
        let unknown = format!("error: cannot tell whether image `{image}` has moved: cannot reach");
        outcome.tells(&unknown);
    }
}

#[test]
fn the_remedies_help() {
    let hub = Hub::start();
    let book = recorded(&hub);
    let old = digest_of_alpine(&hub);
    hub.tag("library/alpine", "other", "latest");
    assert_eq!(check(&book).findings().len(), 2);

    fs::remove_dir_all(hub.cache().join("mdbook-docktest/images")).unwrap();
    book.command(["record"]).run().exits(0);
    check(&book).exits(0).finds_nothing();

    let book = book.setting(&format!("images.alpine = {{ digest = \"{old}\" }}"));
    book.command(["record"]).run().exits(0);
    check(&book).exits(0).finds_nothing();
    let recording = fs::read_to_string(book.recording("run.md")).unwrap();
    assert!(recording.contains(&old), "{recording}");
}

#[test]
fn the_option_belongs_to_the_check() {
    let outcome = Book::new().step("true").command(["record", "--moved-images"]).run();
    outcome.exits(2).tells("--check");
}
