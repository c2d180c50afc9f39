//! Images that no registry provides: one finding for each, with the registry's words, and exit status 3.

use std::fs;

use testsuite::{Book, Program};

const NO_REGISTRY: &str = "localhost:1/team/app";

#[test]
fn run_pull_and_build_that_miss_an_image_are_one_kind_of_finding() {
    let outcome = Book::new()
        .step("docker run --rm localhost:1/run:1 true")
        .step("docker pull localhost:1/pull:1")
        .step("printf 'FROM localhost:1/build\\n' > Dockerfile\ndocker build .")
        .verify();
    let missing = ["docker run", "docker pull", "docker build"];
    outcome.exits(3).finds_only(&missing.map(|command| ("image-missing", command)));
    for (image, request) in [
        ("localhost:1/run:1", "Get \"http://localhost:1/v2/\""),
        ("localhost:1/pull:1", "Get \"http://localhost:1/v2/\""),
        ("localhost:1/build", "Head \"https://localhost:1/v2/build/manifests/latest\""),
    ] {
        outcome
            .says(&format!("image `{image}` is not available: {request}: dial tcp"))
            .says(&format!("`\"{image}\" = \"images/…\"`"));
    }
}

/// Whatever the machine's network is: these do not exist.
#[test]
fn images_that_exist_nowhere_are_missing_with_and_without_a_network() {
    let outcome = Book::new()
        .step("docker run --rm nosuch.invalid/image:1 true")
        .step("docker pull alpine:no-such-tag")
        .step("printf 'FROM nosuch.invalid/base\\n' > Dockerfile\ndocker build .")
        .verify();
    let missing = ["docker run", "docker pull", "docker build"];
    outcome.exits(3).finds_only(&missing.map(|command| ("image-missing", command)));
    for image in ["nosuch.invalid/image:1", "alpine:no-such-tag", "nosuch.invalid/base"] {
        outcome.says(&format!("image `{image}` is not available: "));
    }
}

#[test]
fn create_misses_an_image_like_run() {
    let outcome = Book::new().step(&format!("docker create {NO_REGISTRY}")).verify();
    outcome.exits(3).finds_only(&[("image-missing", "docker create")]);
}

#[test]
fn an_expected_failure_is_not_a_finding() {
    Book::new()
        .step_with("exit=1", &format!("docker pull {NO_REGISTRY}"))
        .output("...\n[..]connection refused\n")
        .verify()
        .exits(0)
        .finds_nothing();
}

/// A chapter whose second step misses an image, which the third one names in another form, and whose last
/// three steps fail.
fn chapter() -> Book {
    Book::new()
        .step("true")
        .step(&format!("docker run -d --name web {NO_REGISTRY} true"))
        .step(&format!("docker pull {NO_REGISTRY}:latest"))
        .step("echo goes on")
        .step("docker ps --format '{{.Names}}'")
        .output("web\n")
        .step("docker rm -f web && docker inspect web")
}

#[test]
fn what_fails_because_of_a_missing_image_is_not_reported_again() {
    let outcome = chapter().verify();
    outcome
        .exits(3)
        .finds_only(&[("image-missing", "docker run")])
        .says("\n3 later steps failed as well; they may depend on the image");
    let statuses = ["passed", "failed", "failed", "passed", "failed", "failed"];
    for (index, status) in statuses.into_iter().enumerate() {
        assert_eq!(outcome.status_of(index + 1), status, "{outcome}");
    }
    // On standard error, once for all chapters.
    outcome.fails_saying(&[&format!("image `{NO_REGISTRY}:latest` is not available: ")]);
    assert!(!outcome.stderr().contains("later steps"), "{outcome}");
}

#[test]
fn a_build_server_sees_all_steps_that_failed() {
    let outcome = chapter().command(["verify", "--format", "junit"]).run();
    let because =
        "message=\"this step failed after an image was missing; it may depend on the image\"";
    assert_eq!(outcome.stdout().matches(because).count(), 3, "{outcome}");
    assert_eq!(outcome.stdout().matches("<failure ").count(), 4, "{outcome}");
}

#[test]
fn a_step_that_fails_because_of_an_earlier_one_fails_alone_too() {
    let book = chapter();
    book.write();
    let path = book.path().join("src/lab.md");
    let text = fs::read_to_string(&path).unwrap();
    let line = text.lines().position(|line| line.starts_with("docker ps")).unwrap() + 1;
    let place = format!("src/lab.md:{line}");
    let program = Program::new(["verify", &place, "--format", "json"]).directory(book.path());
    let outcome = program.about("src/lab.md", &text).run();
    outcome.exits(3).finds_only(&[("image-missing", "docker run")]);
}

#[test]
fn accept_keeps_expectations_after_a_missing_image() {
    let book = chapter();
    let outcome = book.command(["accept"]).run();
    outcome.exits(3);
    let text = fs::read_to_string(book.path().join("src/lab.md")).unwrap();
    assert!(text.contains("```output\nweb\n```"), "{text}");
}
