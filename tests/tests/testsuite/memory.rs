//! The setting `memory`: an engine that needs more is a finding.

use std::fs;

use testsuite::Book;

/// A book whose engine starts, and has memory for small containers.
fn limited() -> Book {
    Book::new().with_alpine().setting("memory = \"300m\"")
}

/// `tail` keeps the last line, which is all of it.
const TOO_MUCH: &str = "head -c 1G /dev/zero | tail -n 1 >/dev/null";

#[test]
fn a_step_that_needs_too_much_memory_is_named_with_the_limit() {
    let book = limited().step("true").step(TOO_MUCH).step("echo goes on").output("goes on\n");
    let outcome = book.verify();
    outcome
        .exits(1)
        .finds_only(&[("out-of-memory", TOO_MUCH), ("exit-status", TOO_MUCH)])
        .says("the engine and its containers needed more memory than `300m`")
        .says("raise `memory` in book.toml");
    assert_eq!([1, 2, 3].map(|step| outcome.status_of(step)), ["passed", "failed", "passed"]);
}

#[test]
fn it_is_reported_if_nothing_else_fails() {
    let outcome = limited().step_with("exit=any", TOO_MUCH).verify();
    outcome.exits(1).finds_only(&[("out-of-memory", TOO_MUCH)]);
    let book = limited().setting("lints.out-of-memory = \"warn\"");
    let outcome = book.step_with("exit=any", TOO_MUCH).verify();
    outcome.exits(0).finds_only(&[("out-of-memory", TOO_MUCH)]);
}

#[test]
fn an_engine_that_ends_because_of_it_does_not_hide_it() {
    let step = "head -c 1G /dev/zero >file; kill -9 $(pgrep dockerd); sleep 60";
    let outcome = limited().step(step).step("docker ps").verify();
    let expected = [("out-of-memory", step), ("engine-lost", step), ("not-run", "docker ps")];
    outcome.exits(1).finds_only(&expected);
}

#[test]
fn files_of_containers_count_as_they_are_in_memory() {
    let write = "docker run --name full alpine sh -c 'cat /dev/zero >/file'";
    let outcome = limited().step(write).verify();
    outcome.exits(1).finds("out-of-memory", 4);
}

#[test]
fn a_chapter_ends_at_the_step_if_it_ends_at_failures() {
    let book = limited().step_with("exit=any", TOO_MUCH).step("echo later");
    let outcome = book.to_verify().arg("--fail-fast").run();
    outcome.exits(1).finds_only(&[("out-of-memory", TOO_MUCH), ("not-run", "echo later")]);
}

#[test]
fn a_chapter_that_lacked_memory_is_not_recorded() {
    let book = limited().step_with("exit=any", TOO_MUCH);
    book.command(["record"]).run().exits(1).tells("src/lab.md: not recorded: it has failures");
    assert!(!book.recording("lab.md").exists());
    let book = book.setting("lints.out-of-memory = \"warn\"");
    book.command(["record"]).run().exits(0);
    let outcome = book.command(["record", "--check", "--format", "json"]).run();
    outcome.exits(0).finds_nothing();
    let text = fs::read_to_string(book.recording("lab.md")).unwrap();
    let expected = "\"out_of_memory\": { \"step\": 0, \"limit\": 314572800 }";
    assert!(text.contains(expected), "{text}");
}

#[test]
fn a_container_that_exceeds_its_own_limit_is_not_reported() {
    let outcome = limited()
        .step(
            "docker run --name small --memory 16m alpine sh -c 'cat /dev/zero >/file' || :\n\
             docker inspect --format '{{.State.ExitCode}}' small\n\
             docker rm small",
        )
        .verify();
    outcome.exits(0).finds_nothing();
    // Killed. Docker learns why only a moment later, which can be after this command.
    assert!(outcome.output(1).contains("137\n"), "{outcome}");
}

#[test]
fn enough_memory_is_not_reported() {
    let enough = "head -c 50M /dev/zero | tail -n 1 | wc -c\ndocker run --rm alpine echo enough";
    let outcome = limited().step(enough).output("52428800\nenough\n").verify();
    outcome.exits(0).finds_nothing();
    let outcome = Book::new().step(&TOO_MUCH.replace("1G", "400M")).verify();
    outcome.exits(0).finds_nothing();
}
