//! The cache of images: what is damaged is noticed, named, and had again, and nothing stays that is not
//! needed.

mod damage;
mod interrupted;
mod limits;
mod places;
mod sharing;

use testsuite::{Book, Cache, Hub, Outcome};

/// The cache of the programs in a hub.
fn cache(hub: &Hub) -> Cache {
    Cache::at(hub.cache())
}

/// Adds an image that only a recipe provides, with one layer of one file that does not compress well.
fn with_recipe(book: Book, name: &str, content: &str) -> Book {
    let recipe = format!("recipes/{}", name.replace(['/', ':'], "-"));
    book.setting(&format!("images.{name:?} = {recipe:?}"))
        .file(&format!("{recipe}/Dockerfile"), "FROM scratch\nCOPY file /file\nCMD [\"/file\"]\n")
        .file(&format!("{recipe}/file"), content)
}

/// A step that only needs the image to be there.
fn with_use(book: Book, image: &str) -> Book {
    book.step(&format!("docker create --name box {image} >/dev/null\ndocker rm -v box >/dev/null"))
}

/// A book that uses an image of its own recipe.
fn recipe_book(hub: &Hub, name: &str, content: &str) -> Book {
    with_use(with_recipe(Book::new().in_network(hub), name, content), name)
}

/// Checks that a run passed, and had nothing to do for its images.
#[track_caller]
fn had_all(outcome: &Outcome) {
    outcome.exits(0).finds_nothing();
    // The first line has the chapter's path; the others say which step runs.
    let is_step = |line: &str| line.trim_start().starts_with(|first: char| first.is_ascii_digit());
    assert!(outcome.stderr().lines().skip(1).all(is_step), "{outcome}");
}

/// Checks that another run passes, has nothing to do, and asks no registry.
#[track_caller]
fn is_settled(hub: &Hub, book: &Book) {
    let before = hub.requests().len();
    had_all(&book.verify());
    assert_eq!(hub.requests().len(), before, "{:#?}", hub.requests());
    cache(hub).is_whole();
}
