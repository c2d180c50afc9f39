//! The author's Docker keeps each object, with its ID and state.

use testsuite::{Book, DockerGroup, Engine, Program, User};

use super::engine_image::engine_images;
use super::{containers, on, warm};
use crate::canaries::{Canaries, LAST_STEP};
use crate::rootless::Course;

/// All objects except what this program keeps there: its image and its volume.
pub(super) fn inventory(engine: &Engine) -> Vec<String> {
    let lines = engine.inventory().into_iter();
    lines.filter(|line| !line.contains("mdbook-docktest")).collect()
}

#[test]
fn the_docker_keeps_what_the_author_had() {
    let engine = Engine::with_objects();
    let before = inventory(&engine);

    let mut canaries = Canaries::new();
    let book = canaries.attacked_by(Book::new().with_alpine());
    let outcome = on(&engine, &book, "verify").run();
    outcome.exits(0).prints(LAST_STEP, "");

    assert_eq!(inventory(&engine), before, "{outcome}");
    let kept = ["volume", "ls", "-q", "--filter", "label=mdbook-docktest.kept"];
    assert_eq!(engine.docker(kept), "mdbook-docktest-cache", "{outcome}");
    canaries.are_as_before();
}

#[test]
#[ignore = "takes minutes: run it with `--ignored`"]
fn the_whole_course_passes() {
    let engine = Engine::with_objects();
    warm(&engine);
    let before = inventory(&engine);
    let group = DockerGroup::of(&engine);
    let user = User::new("course").in_group(&group);
    let image = engine_images(&engine);
    let outcome = Course::copy().record(&user, |record| {
        let record = record.env("DOCKER_HOST", group.host());
        ["--engine", "dind", "--engine-image", &image].into_iter().fold(record, Program::arg)
    });
    outcome.exits(0).finds_nothing();
    assert_eq!(inventory(&engine), before);
    assert_eq!(containers(&engine), "");
}
