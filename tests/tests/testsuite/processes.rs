//! The setting `processes`: a command that needs more fails, with the reason.

use testsuite::Book;

#[test]
fn steps_and_containers_have_no_more_processes_than_the_engine_may_have() {
    let in_container = "docker run --rm alpine sh -c 'for i in $(seq 300); do sleep 9 & done'";
    let beside = r#"perl -e 'for (1..300) { fork() // die "fork: $!\n" or exec "sleep", "9" }'"#;
    let outcome = Book::new()
        .with_alpine()
        .setting("processes = 200")
        .step("docker run --rm alpine echo one")
        .output("one\n")
        .step(in_container)
        .step(beside)
        .verify();
    outcome
        .exits(1)
        .finds_only(&[("exit-status", in_container), ("exit-status", beside)])
        .says("raise `processes` in book.toml");
    for step in [2, 3] {
        let output = outcome.output(step);
        assert!(output.contains("fork: Resource temporarily unavailable"), "{output}");
    }
}
