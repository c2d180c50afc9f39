//! Where the cache may lie.

use testsuite::{Book, Hub, Outcome, Program, program};

use super::{had_all, is_settled, with_use};

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
    let hub = Hub::start();
    let book = |image| with_use(Book::new().in_network(&hub), image);
    book("nginx:1.27").verify().exits(0).finds_nothing();
    for missing in [book("alpine"), Book::new().in_network(&hub).step("docker pull alpine")] {
        let outcome = verify_with_mounts(&hub, &missing, READ_ONLY);
        outcome.exits(3).says("Read-only file system");
        assert_eq!(outcome.findings()[0].0, "image-missing", "{outcome}");
        assert_eq!(outcome.findings().len(), 1, "{outcome}");
    }
}

/// As in a container, whose root is an overlay.
#[test]
fn a_cache_on_an_overlay_works() {
    let hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .step("docker run --rm nginx:1.27 echo hello")
        .output("hello\n");
    let overlay = "mkdir \"$1/../upper\" \"$1/../work\"\n\
        mount -t tmpfs none /mnt\nmkdir /mnt/upper /mnt/work\n\
        mount -t overlay -o lowerdir=\"$1\",upperdir=/mnt/upper,workdir=/mnt/work none \"$1\"";
    verify_with_mounts(&hub, &book, overlay).exits(0).finds_nothing();
}
