//! Runs that are killed while they add an image: the next one passes, and nothing is left.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use rustix::process::Signal;
use testsuite::{Answer, Book, Cache, Hub, Program, Running, Traces, eventually, marker};

use super::{cache, had_all, is_settled, with_recipe, with_use};

fn kill(run: Running) {
    run.signal(Signal::KILL);
    run.wait();
}

#[test]
fn while_it_fetches() {
    let hub = Hub::start();
    hub.answers("library/alpine", Answer::SlowBlobs(Duration::from_secs(60)));
    let book = with_use(Book::new().in_network(&hub), "alpine");
    let run = book.to_verify().start();
    eventually("half a blob", || {
        // Until a blob is asked for, what is unfinished is a manifest, which is complete a moment later.
        let is_asked_for = hub.requests().iter().any(|request| request.path.contains("/blobs/"));
        let has_content = |blob| fs::metadata(blob).is_ok_and(|about| about.len() > 0);
        is_asked_for && cache(&hub).unfinished().iter().any(has_content)
    });
    kill(run);
    assert_eq!(cache(&hub).unfinished().len(), 1);
    hub.answers_normally();
    book.verify().exits(0).finds_nothing().tells("fetching image alpine:latest\n");
    is_settled(&hub, &book);
}

/// A book with an image that only a recipe provides.
struct RecipeBook {
    book: Book,
    cache: Cache,
}

impl RecipeBook {
    fn new(prepare: &str) -> Self {
        let image = "registry.invalid/image:1";
        let book = with_use(with_recipe(Book::new(), image, "content\n"), image);
        let new = Self { book, cache: Cache::new() };
        new.prepare(prepare);
        new
    }

    /// Changes what the recipe does first.
    fn prepare(&self, command: &str) {
        let path = self.book.path().join("recipes/registry.invalid-image-1/prepare");
        fs::write(&path, format!("#!/bin/sh\n{command}\n")).unwrap();
        fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
    }

    fn to_verify(&self) -> Program {
        self.book.to_verify().env("XDG_CACHE_HOME", self.cache.path())
    }

    /// Kills a run, of which nothing must be left but unfinished data in the cache.
    fn kill(&self, run: Running) {
        let traces = Traces::of(&run);
        kill(run);
        traces.are_gone(&self.book.temporary());
        assert_eq!(self.cache.unfinished().len(), 1, "the data of the engine");
    }

    /// Checks that the next run does this again, and the one after that nothing.
    fn heals(&self, by: &str) {
        self.to_verify().run().exits(0).finds_nothing().tells(by);
        self.cache.is_whole();
        had_all(&self.to_verify().run());
    }
}

#[test]
fn while_it_builds() {
    let marker = marker();
    let book = RecipeBook::new(&format!("sleep {marker}"));
    let run = book.to_verify().start();
    run.until_process(&marker);
    book.kill(run);
    book.prepare("true");
    book.heals("building image registry.invalid/image:1\n");
}

#[test]
fn while_it_unpacks() {
    let book = RecipeBook::new("true");
    book.to_verify().run().exits(0).finds_nothing();
    fs::remove_dir_all(book.cache.images().join("unpacked")).unwrap();
    let run = book.to_verify().start();
    // The engine's daemon is about to write it.
    eventually("data of an engine", || {
        let data = book.cache.unfinished();
        data.iter().any(|data| data.join("image/overlay2/layerdb").exists())
    });
    book.kill(run);
    book.heals("unpacking image registry.invalid/image:1\n");
}
