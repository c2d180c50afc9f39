//! Chapters on a Docker: they come out as on this machine, and that Docker keeps what it had.

use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::LazyLock;
use std::{env, fs};

use regex::Regex;
use testsuite::{Book, Engine, Program};

mod canaries;
mod contexts;
mod ends;
mod engine_image;
mod images;
mod platforms;
mod refusals;
mod users;

/// A Docker that has the program's image and `alpine`, as importing them takes longer than most runs. Tests that end their
/// Docker or look at all that it has have one of their own. It ends with the process of the tests.
static SHARED: LazyLock<Engine> = LazyLock::new(|| {
    let engine = Engine::start();
    warm(&engine);
    engine
});

/// A chapter with containers, a volume, a published port, a recipe's image, a failure and leftovers.
fn lab() -> Book {
    Book::new()
        .with_alpine()
        .setting("timeout = \"180s\"")
        .setting("placeholders.WORD = '[a-z]+'")
        .setting("values.\"<name>\" = \"web\"")
        .setting("env.COURSE = \"docker\"")
        .chapter("lab.md", "# Lab\n\n")
        .step("echo \"$COURSE é\"; ls -A / /run /tmp /root; pwd; hostname; id -u")
        .step("docker run -d --name <name> -p 8080:80 -v data:/data alpine httpd -f -h /etc")
        .step_with("retry=180s", "curl -sf http://127.0.0.1:8080/group | head -n 1")
        .output("[WORD]:x:0:[WORD]\n")
        .step_with("exit=3", "docker exec <name> sh -c 'exit 3'")
        .step_with("timeout=1s", "sleep 600")
        .step("docker ps --format '{{.Names}} {{.Ports}}'")
        .step("docker network create net; docker rm -f <name>")
}

/// The containers that this program has started on a Docker.
pub(crate) fn containers(engine: &Engine) -> String {
    engine.docker(["ps", "--all", "--quiet", "--filter", "label=mdbook-docktest.owner"])
}

/// The containers on a Docker that a run of this program has left, given by the run's PID.
fn containers_of(engine: &Engine, run: u32) -> Vec<String> {
    let owner = ["ps", "--all", "--format", "{{.Label \"mdbook-docktest.owner\"}}"];
    let owners = engine.docker(owner);
    let of_run = |owner: &&str| owner.split('/').nth(3) == Some(&run.to_string());
    owners.lines().filter(of_run).map(str::to_owned).collect()
}

/// Has the program's image and `alpine` ready on a Docker, so that a run begins with its steps.
pub(crate) fn warm(engine: &Engine) {
    let book = Book::new().with_alpine().step("docker run --rm alpine true");
    on(engine, &book, "verify").run().exits(0);
}

/// The output of docker on this machine, on the Docker of an engine: here, paths are those of this machine.
pub(crate) fn docker(engine: &Engine, words: &[&str]) -> Output {
    Command::new("docker").args(words).env("DOCKER_HOST", engine.host()).output().unwrap()
}

/// A run of this book on the Docker of an engine.
pub(crate) fn on(engine: &Engine, book: &Book, command: &str) -> Program {
    book.command([command, "--engine", "dind", "--format", "json"])
        .env("DOCKER_HOST", engine.host())
}

/// A recording without times, IDs that are new in each run, and how output was cut into pieces.
fn comparable(recording: &Path) -> String {
    let text = fs::read_to_string(recording).unwrap();
    let mut text = Regex::new("[0-9a-f]{64}").unwrap().replace_all(&text, "ID").into_owned();
    let pieces =
        Regex::new("\" \\},\\s*\\{ \"stream\": \"std...\", \"at_ms\": \\d+, \"text\": \"").unwrap();
    text = pieces.replace_all(&text, "").into_owned();
    let times = Regex::new("\"(recorded_at|at_ms|duration_ms)\": [^,\n]*").unwrap();
    times.replace_all(&text, "").into_owned()
}

#[test]
fn a_chapter_comes_out_as_on_this_machine() {
    let book = lab();
    // Chapters with failures are not recorded.
    let book = book.edit("lab.md", "```bash timeout=1s\nsleep 600\n```\n\n", "");
    book.command(["record"]).run().exits(0);
    let recording = book.recording("lab.md");
    let here = comparable(&recording);
    fs::remove_file(&recording).unwrap();
    on(&SHARED, &book, "record").run().exits(0);
    assert_eq!(comparable(&recording), here);
}

#[test]
fn findings_are_those_of_a_run_on_this_machine() {
    let book = lab();
    let here = book.verify();
    let there = on(&SHARED, &book, "verify").run();
    let expected = [
        ("leftover", "docker run -d"),
        ("timeout", "sleep 600"),
        ("leftover", "docker network create"),
    ];
    for outcome in [&here, &there] {
        outcome.exits(1).finds_only(&expected);
    }
}

#[test]
fn a_book_can_say_that_its_chapters_run_on_a_docker() {
    // It has no image of this program yet, which is then imported.
    let engine = Engine::start();
    let book = Book::new().setting("engine = \"dind\"").step("echo one").output("one\n");
    let pages = book.to_preprocess("html").env("DOCKER_HOST", engine.host()).run();
    pages.exits(0).tells("mdbook-docktest/engine:");
    assert!(book.recording("lab.md").is_file());
    // It is replayed from now on.
    book.to_preprocess("html").env("DOCKER_HOST", "unix:///nowhere").run().exits(0);
}

#[test]
fn where_no_engine_starts_on_the_machine_its_docker_is_used() {
    let book = Book::new().step("echo one").output("one\n");
    // Without a program that engines need.
    let programs = book.path().join("programs");
    fs::create_dir(&programs).unwrap();
    let path = env::var("PATH").unwrap();
    let all = env::split_paths(&path).filter_map(|path| fs::read_dir(path).ok()).flatten();
    for program in all.flatten().filter(|program| program.file_name() != "nsenter") {
        // A program can be in several directories: the first counts.
        let _ = symlink(program.path(), programs.join(program.file_name()));
    }
    let verify = || book.command(["verify", "--format", "json"]).env("PATH", programs.clone());
    let run = verify().env("DOCKER_HOST", SHARED.host()).start();
    let pid = run.pid();
    run.wait()
        .exits(0)
        .finds_nothing()
        .tells("engine: dind, because none starts on this machine itself: `nsenter` not found");
    assert_eq!(containers_of(&SHARED, pid), [""; 0]);
    let outcome = verify().env("DOCKER_HOST", "unix:///nowhere").run();
    outcome.exits(3).fails_saying(&["`nsenter` not found"]);
}

#[test]
fn a_limit_of_memory_and_chapters_in_parallel_are_as_on_this_machine() {
    let too_much = "head -c 1G /dev/zero | tail -n 1 >/dev/null";
    let step = |script: &str| format!("```bash\n{script}\n```\n\n");
    let serve = "docker run -d -p 8080:80 --name app alpine httpd -f -h /etc && docker rm -f app";
    let book = Book::new()
        .with_alpine()
        .setting("memory = \"300m\"")
        .chapter("one.md", &step(too_much))
        .chapter("two.md", &step(serve));
    let run = on(&SHARED, &book, "verify").arg("--jobs").arg("2").start();
    let pid = run.pid();
    let outcome = run.wait();
    let expected = [("out-of-memory", too_much), ("exit-status", too_much)];
    outcome.exits(1).finds_only(&expected);
    assert_eq!([1, 2].map(|step| outcome.status_of(step)), ["failed", "passed"]);
    assert_eq!(containers_of(&SHARED, pid), [""; 0]);
}
