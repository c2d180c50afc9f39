//! The settings `memory`, `processes` and `disk` together: each that is hit is a finding at its step. See also `memory`.

use testsuite::Book;

#[test]
fn each_limit_that_an_engine_hits_is_named_and_those_of_containers_are_not() {
    let own = "docker run --rm --pids-limit 20 --tmpfs /small:size=1m alpine sh -c \
               'dd if=/dev/zero of=/small/file bs=1M count=2; for i in $(seq 30); do sleep 60 & done'";
    let memory = "head -c 1G /dev/zero | tail -n 1 >/dev/null";
    let disk = "head -c 100M /dev/zero >file";
    let in_container = "docker run --rm alpine sh -c 'for i in $(seq 300); do sleep 60 & done'";
    let beside = r#"perl -e 'for (1..300) { fork() // die "fork: $!\n" or exec "sleep", "60" }'"#;
    let outcome = Book::new()
        .with_alpine()
        .setting("memory = \"300m\"")
        .setting("processes = 200")
        .setting("disk = \"32m\"")
        .step("docker run --rm -v data:/data alpine echo one\ndocker volume rm data")
        .output("one\ndata\n")
        .step_with("exit=2", own)
        .step(memory)
        .step(disk)
        .step("rm file; echo two")
        .output("two\n")
        .step(in_container)
        .step(beside)
        .verify();
    outcome
        .exits(1)
        .finds_only(&[
            ("out-of-memory", memory),
            ("exit-status", memory),
            ("out-of-space", disk),
            ("exit-status", disk),
            ("out-of-processes", in_container),
            ("exit-status", in_container),
            ("exit-status", beside),
        ])
        .says("needed more memory than `300m`")
        .says("a file system of the engine is full at `32m`")
        .says("raise `disk` in book.toml, or remove what the chapter no longer needs")
        .says("needed more processes than `200`")
        .says("raise `processes` in book.toml");
    for step in [2, 6, 7] {
        let output = outcome.output(step);
        assert!(output.contains("fork: Resource temporarily unavailable"), "{output}");
    }
    for step in [2, 4] {
        let output = outcome.output(step);
        assert!(output.contains("No space left on device"), "{output}");
    }
}
