//! Workflows and the image of a release, where they run: on a Docker, which all share.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use testsuite::{Book, Engine, Program, Site, program, workspace};

use super::installed::{install, repository};
use super::{Machine, Workflow};
use crate::MDBOOK;

mod gitlab;

#[test]
fn workflows_and_the_image_of_a_release_run_a_book() {
    let engine = Engine::start();
    the_published_pages_show_the_run_of_the_workflow(&engine);
    let repository = repository();
    in_book(&repository, Program::new(["record"])).run().exits(0);
    a_books_own_workflow_checks_and_builds_it(&engine, &repository);
    the_image_builds_a_book(&engine, &repository);
    gitlab::the_workflow_checks_and_builds_a_book_with_an_image(&engine);
}

fn in_book(repository: &TempDir, program: Program) -> Program {
    program.directory(repository.path().join("docs"))
}

/// The output of docker, which must succeed. Paths are those of this machine.
#[track_caller]
fn docker(engine: &Engine, words: &[&str]) -> String {
    let output =
        Command::new("docker").args(words).env("DOCKER_HOST", engine.host()).output().unwrap();
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    assert!(output.status.success(), "docker {words:?}\n{stdout}{stderr}");
    stdout.trim().to_owned()
}

/// The name of the image that a run of the program has made.
fn image_of_engines(engine: &Engine) -> String {
    let format = "{{.Repository}}:{{.Tag}}";
    docker(engine, &["image", "ls", "--format", format, "mdbook-docktest/engine"])
}

/// The chapter with the committed recording has not changed, but prints another ID. Likewise, the course was recorded
/// with other images than those of a registry.
fn the_published_pages_show_the_run_of_the_workflow(engine: &Engine) {
    let book = Book::new()
        .config(
            "[book]\ntitle = \"Test\"\nsrc = \"src\"\n[build]\nbuild-dir = \"target/book\"\n\
             [output.html]",
        )
        .setting("recordings = \"book/recordings\"")
        .step("docker volume create");
    book.command(["record"]).run().exits(0);
    let recording = book.path().join("book/recordings/lab.md.json");
    let committed = fs::read_to_string(&recording).unwrap();

    fs::create_dir_all(book.path().join("target/release")).unwrap();
    symlink(program(), book.path().join("target/release/mdbook-docktest")).unwrap();
    let build = "mkdir -p target/guide && exec mdbook";
    let machine = Machine::in_directory(
        book.path(),
        &format!("[ \"$*\" != \"xtask book\" ] || {{ {build}; }}"),
    );
    for script in Workflow::ours("pages.yml").scripts("build") {
        machine.run(&script, book.path(), engine);
    }

    let run_there = fs::read_to_string(&recording).unwrap();
    let page = book.site().page("lab.html").texts("main samp").concat();
    let id = page.trim();
    assert_eq!(id.len(), 64, "{id}");
    assert!(run_there.contains(id), "no run of the workflow printed {id}: {run_there}");
    assert!(!committed.contains(id), "{id} was recorded before");
    assert!(book.site().has("guide"));
    // The next run of the workflow begins with it.
    assert!(book.path().join("engine.tar").is_file());
}

fn a_books_own_workflow_checks_and_builds_it(engine: &Engine, repository: &TempDir) {
    install(repository, "github");
    let workflow = Workflow::read(&repository.path().join(".github/workflows/book.yml"));
    let elsewhere = TempDir::with_prefix("testsuite-").unwrap();
    let machine = Machine::in_directory(elsewhere.path(), "exit 0");
    let scripts = workflow.scripts("check");
    assert_eq!(scripts.len(), 4);
    for script in &scripts {
        machine.run(script, &repository.path().join("docs"), engine);
    }
    let site = Site::new(repository.path().join("docs/html"));
    assert_eq!(site.page("lab.html").texts("main samp").concat().trim(), "data\ndata");
}

fn the_image_builds_a_book(engine: &Engine, repository: &TempDir) {
    let context = TempDir::with_prefix("testsuite-").unwrap();
    fs::copy(MDBOOK, context.path().join("mdbook")).unwrap();
    fs::copy(program(), context.path().join("mdbook-docktest")).unwrap();
    let of_engines = image_of_engines(engine);
    let dockerfile = workspace().join(".github/Dockerfile");
    let build = [
        "build",
        "--tag",
        "mdbook-docktest",
        "--build-arg",
        &format!("ENGINE={of_engines}"),
        "--file",
    ];
    let build =
        [&build[..], &[dockerfile.to_str().unwrap(), context.path().to_str().unwrap()]].concat();
    docker(engine, &build);

    // Without recordings, it must be run.
    let book = repository.path().join("docs");
    fs::remove_dir_all(book.join("recordings")).unwrap();
    let _ = fs::remove_dir_all(book.join("html"));
    let built = run(engine, repository.path(), "/book/docs", &["mdbook", "build"]);
    assert!(built.path().join("book/docs/recordings/lab.md.json").is_file());
    let site = Site::new(built.path().join("book/docs/html"));
    assert_eq!(site.page("lab.html").texts("main samp").concat().trim(), "data\ndata");
}

/// Runs a command in a container of the image, with a directory as `/book`. Returns that as it is afterwards.
#[track_caller]
fn run(engine: &Engine, directory: &Path, working_directory: &str, command: &[&str]) -> TempDir {
    let create = ["create", "--privileged", "--workdir", working_directory, "mdbook-docktest"];
    let container = docker(engine, &[&create[..], command].concat());
    docker(engine, &["cp", &format!("{}/.", directory.display()), &format!("{container}:/book")]);
    docker(engine, &["start", "--attach", &container]);
    let after = TempDir::with_prefix("testsuite-").unwrap();
    docker(engine, &["cp", &format!("{container}:/book"), after.path().to_str().unwrap()]);
    docker(engine, &["rm", "--volumes", &container]);
    after
}
