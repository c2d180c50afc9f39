//! Runs that are killed while they add an image: the next one passes, and nothing is left.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use rustix::process::Signal;
use testsuite::{Answer, Book, Hub, Running, Traces, eventually, marker};

use super::{cache, is_settled, with_recipe, with_use};

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
        let blobs = cache(&hub).unfinished();
        blobs.iter().any(|blob| fs::metadata(blob).is_ok_and(|about| about.len() > 0))
    });
    kill(run);
    assert_eq!(cache(&hub).unfinished().len(), 1);
    hub.answers_normally();
    book.verify().exits(0).finds_nothing().tells("fetching image alpine:latest\n");
    is_settled(&hub, &book);
}

#[test]
fn while_it_builds() {
    let hub = Hub::start();
    let marker = marker();
    let book = with_recipe(Book::new().in_network(&hub), "own/image:1", "content\n")
        .file("recipes/own-image-1/prepare", &format!("#!/bin/sh\nsleep {marker}\n"));
    let book = with_use(book, "own/image:1");
    let prepare = book.path().join("recipes/own-image-1/prepare");
    fs::set_permissions(&prepare, fs::Permissions::from_mode(0o755)).unwrap();
    let run = book.to_verify().start();
    run.until_process(&marker);
    let traces = Traces::of(&run);
    assert_eq!(cache(&hub).unfinished().len(), 1, "the data of the engine that builds");
    kill(run);
    traces.are_gone(&book.temporary());
    fs::write(&prepare, "#!/bin/sh\n").unwrap();
    book.verify().exits(0).finds_nothing().tells("building image own/image:1\n");
    is_settled(&hub, &book);
}

#[test]
fn while_it_unpacks() {
    let hub = Hub::start();
    let book = with_use(Book::new().in_network(&hub), "nginx:1.27");
    let run = book.to_verify().start();
    // The engine's daemon has created it, so it is about to unpack.
    eventually("data of an engine", || {
        let data = cache(&hub).unfinished();
        data.iter().any(|data| data.join("image/overlay2/repositories.json").exists())
    });
    let traces = Traces::of(&run);
    kill(run);
    traces.are_gone(&book.temporary());
    let before = hub.times_asked_for("library/nginx");
    book.verify().exits(0).finds_nothing().tells("unpacking image nginx:1.27\n");
    assert_eq!(hub.times_asked_for("library/nginx"), before);
    is_settled(&hub, &book);
}
