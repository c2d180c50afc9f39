//! The author's Docker keeps each object, with its ID and state.

use testsuite::{Book, Engine};

use super::on;
use crate::canaries::{Canaries, LAST_STEP};

/// All objects except what this program keeps there: its image and its volume.
fn inventory(engine: &Engine) -> Vec<String> {
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

    assert_eq!(inventory(&engine), before);
    let kept = ["volume", "ls", "-q", "--filter", "label=mdbook-docktest.kept"];
    assert_eq!(engine.docker(kept), "mdbook-docktest-cache");
    canaries.are_as_before();
}
