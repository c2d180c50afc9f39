//! The image of the container in which engines run.

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;
use testsuite::{Book, Cache, DockerGroup, Engine, Program, User};

use super::{docker, on};

/// The images of engines on a Docker.
pub(super) fn engine_images(engine: &Engine) -> String {
    let format = "{{.Repository}}:{{.Tag}}";
    engine.docker(["image", "ls", "--format", format, "mdbook-docktest/engine"])
}

/// A command on the Docker of an engine, with an empty cache on this machine.
fn command<const N: usize>(engine: &Engine, cache: &Cache, words: [&str; N]) -> Program {
    Program::new(words).env("DOCKER_HOST", engine.host()).env("XDG_CACHE_HOME", cache.path())
}

#[test]
fn it_is_made_once_and_removed_by_clean_and_another_can_be_named() {
    let engine = Engine::start();
    let cache = Cache::new();
    // The doctor starts an engine as a run does.
    let doctor = command(&engine, &cache, ["engine", "doctor", "--format", "json"]).run();
    doctor.exits(0).tells("importing the engine's root file system");
    let found: Value = serde_json::from_str(doctor.stdout()).unwrap();
    let kinds = found["engines"].as_array().unwrap().iter().map(|engine| &engine["kind"]);
    assert!(kinds.eq(["process", "dind"]), "{doctor}");
    let [process, dind] = [0, 1].map(|index| &found["engines"][index]);
    assert_eq!((&dind["from"], &dind["works"]), (&json!("Docker"), &json!(true)), "{doctor}");
    assert_eq!(dind["version"], process["version"], "{doctor}");

    let book = Book::new().step("echo one").output("one\n");
    on(&engine, &book, "verify").run().exits(0).keeps_quiet_about("importing");
    let image = engine_images(&engine);
    assert_eq!(image.lines().count(), 1, "{image}");

    // Names of the author's own, and what containers use, stay.
    engine.docker(["tag", &image, "mine/engine:1"]);
    engine.docker(["create", "--name", "mine", &image, "true"]);
    let clean = || command(&engine, &cache, ["engine", "clean"]).run();
    let would = command(&engine, &cache, ["engine", "clean", "--dry-run"]).run();
    let volume = "1 volume with a cache of images on Docker\n";
    assert!(would.exits(0).stdout().contains(&format!("would remove {volume}")), "{would}");
    let cleaned = clean();
    assert!(cleaned.exits(0).stdout().contains(&format!("removed {volume}")), "{cleaned}");
    let kept =
        cleaned.stdout().lines().find(|line| line.starts_with("kept 1 image with an engine"));
    assert!(kept.is_some_and(|line| line.ends_with(": in use by a container")), "{cleaned}");
    assert_eq!(engine_images(&engine), image);
    engine.docker(["rm", "mine"]);
    let cleaned = clean();
    let removed = "removed 1 image with an engine on Docker, ";
    assert!(cleaned.exits(0).stdout().contains(removed), "{cleaned}");
    assert_eq!(engine_images(&engine), "");

    let named = on(&engine, &book, "verify").arg("--engine-image").arg("mine/engine:1").run();
    named.exits(0).keeps_quiet_about("importing");
    assert_eq!(engine_images(&engine), "");

    let unknown = on(&engine, &book, "verify").arg("--engine-image").arg("mine/other:1").run();
    unknown.exits(3).tells("pulling the engine's image mine/other:1").fails_saying(&["Docker: "]);
    let no_engine = on(&engine, &book, "verify").arg("--engine-image").arg("alpine").run();
    no_engine.exits(3).fails_saying(&["Docker: "]);
}

/// Gives a Docker what a registry would send for the base of an engine.
fn import_base(engine: &Engine, directory: &Path, suite: &str) {
    let base = directory.join("base.tar");
    let status =
        Command::new("mmdebstrap").args(["--quiet", "--variant=apt", suite]).arg(&base).status();
    assert!(status.unwrap().success());
    let name = format!("debian:{suite}-slim");
    let imported = docker(engine, &["import", base.to_str().unwrap(), &name]);
    assert!(imported.status.success(), "{imported:?}");
}

#[test]
fn without_a_prepared_root_it_is_built_from_debians_packages() {
    let engine = Engine::start();
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    import_base(&engine, directory.path(), "trixie");
    let book =
        Book::new().setting("packages = [\"hello\"]").step("hello").output("Hello, world!\n");
    let cache = directory.path().join("cache");
    let run = || on(&engine, &book, "verify").env("XDG_CACHE_HOME", &cache).run();
    run().exits(0).tells("building the engine's image mdbook-docktest/engine:");
    run().exits(0).keeps_quiet_about("building");

    // That is how it is for a user of the Docker's group, for whom nothing else is prepared.
    let group = DockerGroup::of(&engine);
    let user = User::new("member").in_group(&group);
    let outcome = user.runs(book.to_verify()).env("DOCKER_HOST", group.host()).run();
    outcome
        .exits(0)
        .prints(1, "Hello, world!\n")
        .keeps_quiet_about("building")
        .keeps_quiet_about("warning: ")
        .tells("engine: dind, because none starts on this machine itself: ");
    assert_eq!(outcome.stderr().matches("engine: ").count(), 1, "{outcome}");
}

#[test]
fn an_engine_of_several_that_is_not_prepared_is_built_from_its_suite() {
    let engine = Engine::start();
    let directory = TempDir::with_prefix("testsuite-").unwrap();
    import_base(&engine, directory.path(), "bookworm");
    let book = Book::new()
        .step_with("engine=20.10", "docker version --format '{{.Server.Version}}'")
        .output("20.10.[..]\n")
        .step_with("engine=\">20.10\"", "echo another engine; false");
    let on_both = || {
        on(&engine, &book, "verify")
            .arg("--engines")
            .arg("20.10,bookworm")
            .env("XDG_CACHE_HOME", directory.path().join("cache"))
            .run()
    };
    let outcome = on_both();
    outcome.exits(0).finds_nothing().tells("Docker Engine 20.10 (bookworm)\n");
    outcome.tells("building the engine's image mdbook-docktest/engine:");
    let report = outcome.report();
    let version = report["chapters"][0]["engine_version"].as_str().unwrap();
    assert!(version.starts_with("20.10."), "{outcome}");
    assert_eq!(report["chapters"].as_array().unwrap().len(), 1, "{outcome}");
    on_both().exits(0).keeps_quiet_about("building");
}
