//! Processes that go on after their step.

use testsuite::{Book, is_running, marker};

#[test]
fn background_processes_continue_after_their_step() {
    let sleep = marker();
    let run = Book::new()
        .step(&format!("sleep {sleep} &\necho $! >pid"))
        .step("kill -0 \"$(cat pid)\" && echo alive")
        .step("kill \"$(cat pid)\"")
        .to_verify()
        .run();
    run.exits(0).finds_nothing().prints(2, "alive\n");
    assert!(!is_running(&sleep));
}

#[test]
fn a_background_job_can_continue_to_print() {
    Book::new()
        .step("(while sleep 0.1; do echo tick; echo tock >&2; done) &\necho $! >pid")
        .step("sleep 1; kill \"$(cat pid)\" && echo alive")
        .verify()
        .exits(0)
        .prints(2, "alive\n");
}

#[test]
fn a_background_job_with_open_output_does_not_block_its_step() {
    let outcome = Book::new().step("(sleep 100; echo late) &\necho now").verify();
    outcome.exits(0).prints(1, "now\n");
    assert!(outcome.duration_of(1).as_secs() < 50, "{outcome}");
}
