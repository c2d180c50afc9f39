//! How much is kept.

use std::fs::File;
use std::time::{Duration, SystemTime};

use testsuite::{Book, Hub, Outcome, Program};

use super::{cache, had_all, is_settled, recipe_book};

const SIZE: &str = "MDBOOK_DOCKTEST_CACHE_SIZE";
const AGE: &str = "MDBOOK_DOCKTEST_CACHE_AGE";

/// A book that uses an image of a megabyte, compressed and unpacked.
fn megabyte(hub: &Hub, name: &str) -> Book {
    // Nothing in it repeats.
    let mut state = name.bytes().map(u64::from).sum::<u64>();
    let content: String = (0..1_300_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b' ' + u8::try_from(state >> 58).unwrap())
        })
        .collect();
    recipe_book(hub, name, &content)
}

fn with(program: Program, size: &str) -> Outcome {
    program.env(SIZE, size).run()
}

#[test]
fn the_least_recently_used_image_goes() {
    let hub = Hub::start();
    let names = ["own/one:1", "own/two:1", "own/six:1"];
    let [one, two, six] = names.map(|name| megabyte(&hub, name));
    // Two images have about 4.5 MB: a compressed and an unpacked layer each.
    for book in [&one, &two, &one] {
        with(book.to_verify(), "5m").exits(0).finds_nothing();
    }
    assert_eq!(cache(&hub).references(), ["own/one:1", "own/two:1"]);
    with(six.to_verify(), "5m").exits(0).finds_nothing();
    assert_eq!(cache(&hub).references(), ["own/one:1", "own/six:1"]);
    had_all(&one.verify());
    is_settled(&hub, &six);
}

#[test]
fn an_image_that_a_run_uses_stays() {
    let hub = Hub::start();
    let marker = testsuite::marker();
    let one = recipe_book(&hub, "own/one:1", "one\n")
        .step(&format!("sleep {marker} || true"))
        .step("docker create --name box own/one:1 >/dev/null\ndocker cp --quiet box:/file - | tar -xO\ndocker rm box >/dev/null")
        .output("one\n");
    let [two, six] = ["own/two:1", "own/six:1"].map(|name| recipe_book(&hub, name, name));
    let run = one.to_verify().start();
    run.until_process(&marker);
    // What a run has just made ready stays, whatever the limit.
    with(two.to_verify(), "1").exits(0).finds_nothing();
    assert_eq!(cache(&hub).references(), ["own/one:1", "own/two:1"]);
    with(six.to_verify(), "1").exits(0).finds_nothing();
    assert_eq!(cache(&hub).references(), ["own/one:1", "own/six:1"]);
    run.kill_process(&marker);
    run.wait().exits(0).finds_nothing();
    with(two.to_verify(), "1").exits(0).finds_nothing();
    assert_eq!(cache(&hub).references(), ["own/two:1"]);
    is_settled(&hub, &two);
}

#[test]
fn an_old_image_goes() {
    let hub = Hub::start();
    let [one, two] = ["own/one:1", "own/two:1"].map(|name| recipe_book(&hub, name, name));
    one.verify().exits(0);
    let entry = File::open(cache(&hub).image("own/one:1").entry()).unwrap();
    entry.set_modified(SystemTime::now() - Duration::from_secs(8 * 24 * 3600)).unwrap();
    two.to_verify().env(AGE, "9d").run().exits(0);
    assert_eq!(cache(&hub).references(), ["own/one:1", "own/two:1"]);
    let six = recipe_book(&hub, "own/six:1", "six");
    six.to_verify().env(AGE, "7d").run().exits(0);
    assert_eq!(cache(&hub).references(), ["own/six:1", "own/two:1"]);
    cache(&hub).is_whole();
}

#[test]
fn an_invalid_limit_is_wrong_usage() {
    let book = Book::new().step("true");
    let size = "MDBOOK_DOCKTEST_CACHE_SIZE: invalid size `much`: use e.g. `10g` or `500m`";
    with(book.to_verify(), "much").exits(2).fails_saying(&[size]);
    let age = "MDBOOK_DOCKTEST_CACHE_AGE: invalid age `old`: use e.g. `30d`";
    book.to_verify().env(AGE, "old").run().exits(2).fails_saying(&[age]);
}
