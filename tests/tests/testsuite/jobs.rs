//! Chapters in parallel, each on an engine of its own.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use rustix::process::Signal;
use testsuite::{Book, Traces, marker};

/// A step with this info string and script.
fn step(attributes: &str, script: &str) -> String {
    format!("```bash {attributes}\n{script}\n```\n\n")
}

/// A chapter that serves its own name on port 8080 for two seconds.
fn server(name: &str) -> String {
    [
        step("no-output", "date +%s%N"),
        step("", "docker volume create data"),
        step("", &format!("docker run --rm -v data:/data alpine sh -c 'echo {name} >/data/name'")),
        step(
            "",
            "docker run -d --name app -v data:/data -p 8080:80 alpine \
             sh -c 'while true; do nc -l -p 80 </data/name; done'",
        ),
        step("retry=180s", "test \"$(head -n 1 </dev/tcp/127.0.0.1/8080)\" = NAME")
            .replace("NAME", name),
        step("", "sleep 2; date +%s%N"),
        step("", "docker rm -f app; docker volume rm data"),
    ]
    .concat()
}

#[test]
fn equal_names_and_ports_do_not_collide() {
    let book = Book::new()
        .with_alpine()
        .chapter("one.md", &server("one"))
        .chapter("two.md", &server("two"));
    let outcome = book.to_verify().arg("--jobs").arg("2").run();
    outcome.exits(0).finds_nothing();
    let time = |step: usize| outcome.output(step).trim().parse::<u128>().unwrap();
    let [one, two] = [(time(1), time(6)), (time(8), time(13))];
    assert!(one.0 < two.1 && two.0 < one.1, "they did not overlap: {one:?} {two:?}\n{outcome}");
}

#[test]
fn with_one_job_chapters_run_one_after_another() {
    let chapter = step("", "date +%s%N") + &step("", "date +%s%N");
    let book = Book::new().chapter("one.md", &chapter).chapter("two.md", &chapter);
    let outcome = book.to_verify().arg("--jobs").arg("1").run();
    outcome.exits(0);
    let time = |step: usize| outcome.output(step).trim().parse::<u128>().unwrap();
    assert!(time(2) < time(3), "{outcome}");
    book.to_verify().arg("--jobs").arg("0").run().exits(2).tells("--jobs");
}

#[test]
fn reports_are_in_the_books_order() {
    let book = Book::new()
        .chapter("slow.md", &step("", "sleep 2; exit 1"))
        .chapter("fast.md", &step("", "exit 2"))
        .chapter("last.md", &step("", "echo last"));
    let outcome = book.to_verify().arg("--jobs").arg("2").run();
    outcome.exits(1).finds_only(&[("exit-status", "exit 1"), ("exit-status", "exit 2")]);
    let report = outcome.report();
    let paths: Vec<_> =
        report["chapters"].as_array().unwrap().iter().map(|chapter| &chapter["path"]).collect();
    assert_eq!(paths, ["src/slow.md", "src/fast.md", "src/last.md"]);
    outcome.prints(3, "last\n");
    // Lines of several chapters are interleaved, so each begins with its chapter.
    outcome.tells("src/slow.md: 1/1").tells("src/fast.md: 1/1");
}

#[test]
fn a_missing_image_does_not_affect_other_chapters() {
    let book = Book::new()
        .setting("images.\"testsuite/none:1\" = \"recipe\"")
        .file("recipe/prepare", "#!/bin/sh\necho 'no flour' >&2\nexit 1\n")
        .chapter("first.md", &step("", "echo first"))
        .chapter("none.md", &step("", "docker run testsuite/none:1 true"))
        .chapter("last.md", &(step("", "echo last") + &step("", "false")));
    let prepare = book.path().join("recipe/prepare");
    fs::set_permissions(prepare, fs::Permissions::from_mode(0o755)).unwrap();
    let outcome = book.to_verify().arg("--jobs").arg("2").run();
    outcome.exits(3).fails_saying(&["image `testsuite/none:1` is not available", "no flour"]);
    outcome.prints(1, "first\n").prints(3, "last\n").finds_only(&[("exit-status", "false")]);
    assert_eq!(outcome.status_of(2), "skipped");

    // A build records the other chapters.
    book.to_preprocess("html").run().exits(3);
    assert!(book.recording("first.md").exists() && !book.recording("none.md").exists());
}

/// Two chapters that sleep, each with a container. They end only if they are stopped, as the timeout of
/// the steps is longer than a test may run.
fn sleeping() -> (Book, [String; 2]) {
    let sleeps = [marker(), marker()];
    let chapter = |sleep: &str| {
        step("", "docker run -d --name app -p 8080:80 alpine sleep 600")
            + &step("", &format!("trap '' INT; sleep {sleep}"))
    };
    let book = Book::new()
        .with_alpine()
        .setting("timeout = \"600s\"")
        .chapter("one.md", &chapter(&sleeps[0]))
        .chapter("two.md", &chapter(&sleeps[1]))
        .chapter("three.md", &step("", "echo never"));
    (book, sleeps)
}

#[test]
fn ctrl_c_ends_all_chapters_and_leaves_nothing() {
    let (book, sleeps) = sleeping();
    let run = book.to_verify().arg("--jobs").arg("2").start();
    for sleep in &sleeps {
        run.until_process(sleep);
    }
    let traces = Traces::of(&run).with_containers(2);
    run.interrupt();
    let outcome = run.wait();
    outcome.exits(130).fails_saying(&["interrupted"]);
    assert!(!outcome.stderr().contains("echo never"), "{outcome}");
    traces.are_gone(&book.temporary());
}

#[test]
fn sigkill_ends_all_chapters_and_leaves_nothing() {
    let (book, sleeps) = sleeping();
    let run = book.to_verify().arg("--jobs").arg("2").start();
    for sleep in &sleeps {
        run.until_process(sleep);
    }
    let traces = Traces::of(&run).with_containers(2);
    run.signal(Signal::KILL);
    run.wait();
    traces.are_gone(&book.temporary());
}
