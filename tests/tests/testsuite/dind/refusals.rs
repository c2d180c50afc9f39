//! What a Docker refuses, and the remedy.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use testsuite::{Book, Cache, Program, program};

use super::{SHARED, docker, on};

#[test]
fn no_docker() {
    let book = Book::new().step("true");
    let run = book.command(["verify", "--engine", "dind"]).env("DOCKER_HOST", "unix:///nowhere");
    let reason = "Docker: Cannot connect to the Docker daemon at unix:///nowhere: start it, or name \
                  another Docker with `--context`";
    run.run().exits(3).fails_saying(&[reason]);
    let clean = Program::new(["engine", "clean", "--context", "nowhere"]);
    clean
        .env("XDG_CACHE_HOME", Cache::new().path())
        .run()
        .exits(2)
        .fails_saying(&["context `nowhere`: "]);
}

#[test]
fn no_privileged_containers() {
    let book = Book::new().step("true");
    // As a daemon with `userns-remap` answers.
    let docker = "#!/bin/sh\ncase \" $* \" in *' container run '*)\n\
        echo 'docker: Error response from daemon: privileged mode is incompatible with user namespaces.' >&2\n\
        exit 125;; esac\nPATH=${PATH#*:}\nexec docker \"$@\"\n";
    let book = book.file("bin/docker", docker);
    let program = book.path().join("bin/docker");
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let path = format!("{}:{}", book.path().join("bin").display(), std::env::var("PATH").unwrap());
    let outcome = on(&SHARED, &book, "verify").env("PATH", path).run();
    outcome.exits(3).fails_saying(&[
        "`--privileged`",
        "incompatible with user namespaces",
        "--context",
    ]);
}

#[test]
fn the_program_in_a_container_without_privileges() {
    let image = SHARED.docker(["image", "ls", "--quiet", "mdbook-docktest/engine"]);
    let container = SHARED.docker(["create", &image, "/program", "verify", "/lab.md"]);
    let book = Book::new().step("true");
    book.write();
    let lab = book.path().join("src/lab.md");
    for (file, name) in [(program(), "program"), (lab.as_path(), "lab.md")] {
        let to = format!("{container}:/{name}");
        let copied = docker(&SHARED, &["cp", file.to_str().unwrap(), &to]);
        assert!(copied.status.success(), "{copied:?}");
    }
    let run = docker(&SHARED, &["start", "--attach", &container]);
    SHARED.docker(["rm", &container]);
    let said = String::from_utf8_lossy(&run.stderr);
    assert_eq!(run.status.code(), Some(3), "{said}");
    let expected = "error: no engine can start here: this container may not create namespaces: start it with \
                    `--privileged`";
    assert_eq!(said.lines().last(), Some(expected), "{said}");
}
