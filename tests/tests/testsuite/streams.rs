//! Endless streams, and large output.

use std::time::Duration;

use testsuite::{Book, Outcome, marker};

/// Checks that a step was stopped by Ctrl-C, long before its timeout.
#[track_caller]
fn was_interrupted(outcome: &Outcome, step: usize) {
    // A stream may print a little more before it ends.
    assert!(outcome.transcript(step).contains(&("typed".into(), "^C".into())), "{outcome}");
    assert!(outcome.step(step)["commands"][0]["exit"].is_null(), "{outcome}");
    assert!(outcome.duration_of(step) < Duration::from_secs(30), "{outcome}");
}

#[test]
fn a_stream_is_stopped_by_its_attribute() {
    let ticking = "n=0; while sleep 0.1; do n=$((n + 1)); echo tick $n; done";
    let outcome = Book::new()
        .step_with("until=\"tick 3\"", ticking)
        .step_with("lines=2", ticking)
        .step_with("for=1s", ticking)
        .verify();
    outcome.exits(0).finds_nothing();
    assert!(outcome.output(1).starts_with("tick 1\ntick 2\ntick 3\n"), "{outcome}");
    assert!(outcome.output(2).starts_with("tick 1\ntick 2\n"), "{outcome}");
    assert!(outcome.duration_of(3) >= Duration::from_secs(1), "{outcome}");
    for step in [1, 2, 3] {
        was_interrupted(&outcome, step);
    }
}

#[test]
fn docker_logs_are_followed() {
    let outcome = Book::new()
        .with_alpine()
        .step("docker run -d --name app alpine sh -c 'while true; do echo line; sleep 0.2; done'")
        .step_with("lines=3", "docker logs -f app")
        .step("docker inspect --format '{{.State.Running}}' app")
        .verify();
    outcome.exits(0).prints(3, "true\n");
    was_interrupted(&outcome, 2);
}

#[test]
fn a_stream_that_ends_too_early_is_reported() {
    Book::new()
        .step_with("until=ready", "echo starting")
        .step_with("lines=3", "seq 2")
        .verify()
        .exits(1)
        .finds_only(&[("stream-ended", "echo starting"), ("stream-ended", "seq 2")])
        .says("`ready`");
}

#[test]
fn a_stream_without_a_match_is_reported() {
    Book::new()
        .step_with("until=ready timeout=1s", "while sleep 0.1; do echo waiting; done")
        .verify()
        .exits(1)
        .finds_only(&[("timeout", "waiting")])
        .says("no line matched `ready` within 1 s");
}

#[test]
fn a_stream_without_attribute_is_reported_with_a_remedy() {
    Book::new()
        .step_with("timeout=1s", "while sleep 0.1; do echo again; done")
        .verify()
        .exits(1)
        .finds_only(&[("timeout", "again")])
        .says("add `until=");
}

#[test]
fn a_stream_that_ignores_the_interrupt_is_killed() {
    let outcome = Book::new()
        .step_with("lines=1", "trap '' INT; echo one; while true; do sleep 0.1; done")
        .verify();
    outcome.exits(0);
    was_interrupted(&outcome, 1);
}

#[test]
fn an_endless_line_needs_little_memory() {
    let sleep = marker();
    let long_line = "head -c 50M /dev/zero | tr '\\0' x; echo; echo done";
    let run = Book::new()
        .step_with("until=^done$", long_line)
        .step_with("lines=3", &format!(": again; {long_line}"))
        .step_with("for=2s", &format!("sleep {sleep}"))
        .to_verify()
        .start();
    run.until_process(&sleep);
    let peak = run.peak_memory();
    assert!(peak < 64 * 1024, "{peak} KiB");
    run.wait().exits(1).finds_only(&[("stream-ended", ": again")]);
}

#[test]
fn large_output_is_cut_in_the_middle_and_needs_little_memory() {
    let sleep = marker();
    let run = Book::new()
        .step("echo first; yes | head -c 50M; echo last")
        .step_with("lines=1", &format!("sleep {sleep} & echo; wait"))
        .step_with("for=2s", &format!("sleep {sleep}"))
        .to_verify()
        .start();
    run.until_process(&sleep);
    let peak = run.peak_memory();
    assert!(peak < 64 * 1024, "{peak} KiB");

    let outcome = run.wait();
    outcome.exits(0);
    let output = outcome.output(1);
    assert!(output.len() <= 1 << 20, "{} bytes", output.len());
    assert!(output.starts_with("first\ny\n") && output.ends_with("y\nlast\n"));
    let omitted = outcome.step(1)["commands"][0]["omitted_bytes"].as_u64().unwrap();
    assert_eq!(omitted + output.len() as u64, 50 * (1 << 20) + 11);
}

#[test]
fn a_step_with_retry_runs_until_it_passes() {
    let counts = "n=$((${n-0} + 1))\necho \"try $n\"\ntest \"$n\" = 3";
    let outcome = Book::new().step_with("retry=180s", counts).step("echo \"$n\"").verify();
    outcome.exits(0).prints(1, "try 3\n").prints(2, "3\n");
}

#[test]
fn a_step_with_retry_that_never_passes_is_reported() {
    let started = std::time::Instant::now();
    Book::new()
        .step_with("retry=1s", "date; false")
        .verify()
        .exits(1)
        .finds_only(&[("exit-status", "date; false")])
        .says("even after retrying for 1 s");
    assert!(started.elapsed() >= std::time::Duration::from_millis(800));
}

#[test]
fn a_suspended_step_ends_at_its_timeout() {
    Book::new()
        .step_with("timeout=2s", "kill -STOP $$")
        .step("echo next")
        .verify()
        .exits(1)
        .ends_within(std::time::Duration::from_secs(180))
        .finds_only(&[("timeout", "kill -STOP")])
        .prints(2, "next\n");
}

#[test]
fn many_lines_are_searched_quickly() {
    let outcome = Book::new()
        .step_with("until=\"^ready$\" timeout=60s", "yes | head -c 20000000; echo ready; sleep 600")
        .verify();
    outcome.exits(0);
}
