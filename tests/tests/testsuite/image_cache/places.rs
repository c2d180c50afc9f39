//! Where the cache may lie.

use testsuite::{Book, Hub, Outcome, Program, program};

use super::{cache, had_all, is_settled, with_use};

/// Verifies a book in a mount namespace, in which a script has changed the mounts of the cache `$1`.
fn verify_with_mounts(hub: &Hub, book: &Book, mounts: &str) -> Outcome {
    book.write();
    let script = format!("set -e\n{mounts}\nshift\nexec \"$@\"");
    let cache = hub.cache().join("mdbook-docktest");
    let words = ["unshare", "--mount", "sh", "-c", &script, "sh", cache.to_str().unwrap()];
    let words = words.into_iter().chain([program().to_str().unwrap()]);
    Program::through(words, ["verify", "--format", "json"])
        .directory(book.path())
        .env("TMPDIR", book.temporary())
        .in_network(hub)
        .run()
}

const READ_ONLY: &str = "mount --bind \"$1\" \"$1\"\nmount -o remount,ro,bind \"$1\"";

#[test]
fn a_read_only_cache_with_all_images_is_enough() {
    let hub = Hub::start();
    let book =
        with_use(Book::new().in_network(&hub), "nginx:1.27").step("docker pull --quiet alpine");
    book.verify().exits(0).finds_nothing();
    had_all(&verify_with_mounts(&hub, &book, READ_ONLY));
    is_settled(&hub, &book);
}

#[test]
fn an_image_that_a_read_only_cache_has_not_is_missing() {
    let mut hub = Hub::start();
    with_use(Book::new().in_network(&hub), "nginx:1.27").verify().exits(0).finds_nothing();
    let book = with_use(Book::new().in_network(&hub), "alpine");
    let refused = format!("cannot write to `{}`: read-only", cache(&hub).images().display());
    let notice = format!("image alpine:latest cannot be added to the cache: {refused}");
    let pull = Book::new().in_network(&hub).step("docker pull alpine");
    // With a network, the engine gets an image of that name by itself, which need not be the book's.
    for (book, has_network) in [(&book, true), (&pull, true), (&book, false), (&pull, false)] {
        if !has_network {
            hub.stop();
        }
        let outcome = verify_with_mounts(&hub, book, READ_ONLY);
        outcome.exits(3).tells(&notice).says(&refused);
        let codes: Vec<String> = outcome.findings().into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, ["image-missing"], "{outcome}");
    }
}

/// As in a container, whose root is an overlay, on which overlays do not work.
#[test]
fn a_cache_on_an_overlay_is_refused_with_a_remedy() {
    let hub = Hub::start();
    let book = with_use(Book::new().in_network(&hub), "nginx:1.27");
    let overlay = "mount -t tmpfs none /mnt\nmkdir /mnt/upper /mnt/work\n\
        mount -t overlay -o lowerdir=\"$1\",upperdir=/mnt/upper,workdir=/mnt/work none \"$1\"";
    verify_with_mounts(&hub, &book, overlay).exits(2).fails_saying(&[
        "Docker's storage driver overlay2 does not work on this file system",
        "set `XDG_CACHE_HOME` to a directory on another one",
    ]);
}
