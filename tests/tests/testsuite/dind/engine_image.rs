//! The image of the container in which engines run.

use std::process::Command;

use tempfile::TempDir;
use testsuite::{Book, Engine};

use super::{docker, on};

/// The images of engines on a Docker.
fn engine_images(engine: &Engine) -> String {
    let format = "{{.Repository}}:{{.Tag}}";
    engine.docker(["image", "ls", "--format", format, "mdbook-docktest/engine"])
}

#[test]
fn it_is_made_once_and_another_can_be_named() {
    let engine = Engine::start();
    let book = Book::new().step("echo one").output("one\n");
    on(&engine, &book, "verify").run().exits(0).tells("importing the engine's root file system");
    let image = engine_images(&engine);
    assert_eq!(image.lines().count(), 1, "{image}");
    on(&engine, &book, "verify").run().exits(0).keeps_quiet_about("importing");

    engine.docker(["tag", &image, "mine/engine:1"]);
    engine.docker(["rmi", &image]);
    let named = on(&engine, &book, "verify").arg("--engine-image").arg("mine/engine:1").run();
    named.exits(0).keeps_quiet_about("importing");
    assert_eq!(engine_images(&engine), "");

    let unknown = on(&engine, &book, "verify").arg("--engine-image").arg("mine/other:1").run();
    unknown.exits(3).tells("pulling the engine's image mine/other:1").fails_saying(&["Docker: "]);
    let no_engine = on(&engine, &book, "verify").arg("--engine-image").arg("alpine").run();
    no_engine.exits(3).fails_saying(&["Docker: "]);
}

#[test]
fn without_a_prepared_root_it_is_built_from_debians_packages() {
    let engine = Engine::start();
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    let base = directory.path().join("base.tar");
    // What a registry would send.
    let status =
        Command::new("mmdebstrap").args(["--quiet", "--variant=apt", "trixie"]).arg(&base).status();
    assert!(status.unwrap().success());
    let imported = docker(&engine, &["import", base.to_str().unwrap(), "debian:trixie-slim"]);
    assert!(imported.status.success(), "{imported:?}");
    let book =
        Book::new().setting("packages = [\"hello\"]").step("hello").output("Hello, world!\n");
    let cache = directory.path().join("cache");
    let run = || on(&engine, &book, "verify").env("XDG_CACHE_HOME", &cache).run();
    run().exits(0).tells("building the engine's image mdbook-docktest/engine:");
    run().exits(0).keeps_quiet_about("building");
}
