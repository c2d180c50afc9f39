//! Images from registries: none is named in book.toml, and each is asked for once.

mod elsewhere;
mod failures;

use std::fs;

use crate::hub::client::{digest_of, get_alpine};
use testsuite::{Answer, Book, Hub, Names, examples};

/// A step's whole output shows that no image was pulled in it.
fn without_a_pull(hub: &Hub) -> Book {
    Book::new().in_network(hub).step("docker run --rm alpine echo hello").output("hello\n")
}

/// Three chapters that use images in different ways.
fn three_chapters(hub: &Hub) -> Book {
    Book::new()
        .in_network(hub)
        .chapter("run.md", "# Run\n\n")
        .step("docker run --rm alpine echo hello")
        .output("hello\n")
        .step("docker create --name web nginx:1.27 >/dev/null && docker rm web")
        .output("web\n")
        .chapter("build.md", "# Build\n\n")
        .step(
            "printf 'FROM nginx:1.27\\nRUN echo built >/built\\n' >Dockerfile\n\
             DOCKER_BUILDKIT=0 docker build --quiet --tag own . 2>/dev/null >/dev/null\n\
             docker run --rm own cat /built\n\
             docker image rm own >/dev/null",
        )
        .output("built\n")
        .chapter("names.md", "# Names\n\n")
        .step("docker run --rm team/app:1")
        .output("team/app\n")
        .step("docker run --rm team_app:1")
        .output("team_app\n")
}

/// The repositories that these chapters use.
const USED: [&str; 4] = ["library/alpine", "library/nginx", "library/team_app", "team/app"];

#[test]
fn the_guides_first_chapter_passes() {
    let hub = Hub::start();
    let chapter = examples()[0].chapter().to_owned();
    Book::new().in_network(&hub).chapter("volumes.md", &chapter).verify().exits(0).finds_nothing();
    assert_eq!(hub.times_asked_for("library/alpine"), 1);
}

#[test]
fn each_image_is_asked_for_once_in_ten_runs() {
    let hub = Hub::start();
    let book = three_chapters(&hub);
    for _ in 0..10 {
        book.verify().exits(0).finds_nothing();
    }
    for repository in USED {
        assert_eq!(hub.times_asked_for(repository), 1, "{repository}: {:#?}", hub.requests());
    }
}

#[test]
fn a_book_passes_without_a_registry_and_without_a_network() {
    let mut hub = Hub::start();
    let book = three_chapters(&hub);
    book.verify().exits(0).finds_nothing();
    let before = hub.requests().len();
    hub.stop();
    book.verify().exits(0).finds_nothing();
    hub.names(Names::Failing);
    book.verify().exits(0).finds_nothing();
    assert_eq!(hub.requests().len(), before);
}

#[test]
fn another_book_uses_what_one_book_fetched() {
    let mut hub = Hub::start();
    without_a_pull(&hub).verify().exits(0).finds_nothing();
    hub.stop();
    without_a_pull(&hub).verify().exits(0).finds_nothing();
}

#[test]
fn all_names_of_an_image_are_one_image() {
    let hub = Hub::start();
    let digest = digest_of(get_alpine(&hub).body.as_bytes());
    let before = hub.times_asked_for("library/alpine");
    let names = ["alpine", "alpine:latest", "docker.io/library/alpine:latest"];
    let book = names.iter().fold(Book::new().in_network(&hub), |book, name| {
        book.step(&format!("docker run --rm {name} echo hello")).output("hello\n")
    });
    let book = book.step(&format!("docker run --rm alpine@{digest} echo hello")).output("hello\n");
    book.verify().exits(0).finds_nothing();
    assert_eq!(hub.times_asked_for("library/alpine") - before, 1, "{:#?}", hub.requests());
}

#[test]
fn a_chapter_about_pulling_pulls_from_the_cache() {
    let mut hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .step("docker image ls --quiet alpine")
        .step("docker pull alpine")
        .step("docker image rm alpine >/dev/null && docker pull --quiet alpine")
        .step("docker run --quiet --rm --pull=always alpine echo hello");
    let check = || {
        let outcome = book.verify();
        outcome.exits(0).finds_nothing().prints(1, "");
        let pull = outcome.output(2);
        for line in
            ["latest: Pulling from library/alpine", "Downloaded newer image for alpine:latest"]
        {
            assert!(pull.contains(line), "{outcome}");
        }
        outcome.prints(3, "docker.io/library/alpine:latest\n").prints(4, "hello\n");
    };
    check();
    hub.stop();
    check();
    assert_eq!(hub.times_asked_for("library/alpine"), 1, "{:#?}", hub.requests());
}

#[test]
fn an_image_of_another_registry_is_fetched_once() {
    let mut hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .step("docker run --rm ghcr.io/team/app:1")
        .output("team/app\n")
        .step("docker run --rm registry.example.com/library/alpine echo hello")
        .output("hello\n");
    book.verify().exits(0).finds_nothing();
    hub.stop();
    book.verify().exits(0).finds_nothing();
    assert_eq!(hub.times_asked_for("team/app"), 1);
    assert_eq!(hub.times_asked_for("library/alpine"), 1);
}

#[test]
fn prose_and_expected_output_use_no_image() {
    let hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .prose("`docker run alpine`\n\n")
        .step("echo docker run alpine")
        .output("docker run alpine\n")
        .step("docker image ls --quiet")
        .output("");
    book.verify().exits(0).finds_nothing();
    assert_eq!(hub.requests(), []);
}

#[test]
fn an_image_in_a_variable_is_known_from_the_recording() {
    let hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .step("for image in alpine busybox; do docker run --rm $image echo $image; done");
    book.command(["record"]).run().exits(0);
    book.verify().exits(0).prints(1, "alpine\nbusybox\n");
    for repository in ["library/alpine", "library/busybox"] {
        assert_eq!(hub.times_asked_for(repository), 1, "{:#?}", hub.requests());
    }
}

#[test]
fn a_recipe_can_be_based_on_another_one_that_is_used_later() {
    let hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .setting("images.\"base:1\" = \"images/base\"")
        .setting("images.\"shop:1\" = \"images/shop\"")
        .file("images/base/Dockerfile", "FROM alpine\nRUN echo base >/built\n")
        .file("images/shop/Dockerfile", "FROM base:1\nRUN echo shop >>/built\n")
        .step("docker run --rm shop:1 cat /built")
        .output("base\nshop\n")
        .step("docker run --rm base:1 cat /built")
        .output("base\n");
    book.verify().exits(0).finds_nothing();
}

#[test]
fn a_damaged_manifest_of_a_recipes_image_is_mended_when_a_step_pulls_it() {
    let hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .setting("images.\"shop:1\" = \"images/shop\"")
        .file("images/shop/Dockerfile", "FROM alpine\nRUN echo shop >/built\n")
        .step("docker pull --quiet shop:1")
        .output("docker.io/library/shop:1\n");
    book.verify().exits(0).finds_nothing();
    let images = hub.cache().join("mdbook-docktest/images");
    let references = fs::read_dir(images.join("references")).unwrap();
    let references = references.map(|entry| fs::read(entry.unwrap().path()).unwrap());
    let shop = references
        .map(|json| serde_json::from_slice::<serde_json::Value>(&json).unwrap())
        .find(|kept| kept["reference"] == "shop:1")
        .unwrap();
    let manifest = shop["manifest"].as_str().unwrap().strip_prefix("sha256:").unwrap();
    let blob = images.join("blobs/sha256").join(manifest);
    let mut content = fs::read(&blob).unwrap();
    content[100] ^= 1;
    fs::write(&blob, content).unwrap();
    book.verify().exits(0).finds_nothing().tells("image shop:1 is damaged in the cache");
}

#[test]
fn what_passes_is_tried_again() {
    for answer in [Answer::ServerError, Answer::TruncatedBlobs] {
        let hub = Hub::start();
        hub.answers_once("library/alpine", answer.clone());
        let outcome = without_a_pull(&hub).verify();
        outcome.exits(0).finds_nothing();
    }
}

#[test]
fn the_authors_login_is_used_and_stays_secret() {
    let hub = Hub::start();
    hub.user("ana", "open-sesame");
    hub.private("team/app");
    hub.login("https://index.docker.io/v1/", "ana", "open-sesame");
    let book = Book::new()
        .in_network(&hub)
        .step("docker run --rm team/app:1")
        .output("team/app\n")
        .step("test ! -e ~/.docker/config.json")
        .step("env; cat /proc/*/environ | tr '\\0' '\\n'");
    // As `docker login` writes it: `ana:open-sesame` in Base64.
    let secrets = ["open-sesame", "YW5hOm9wZW4tc2VzYW1l", "testsuite-token"];
    let outcome = book.verify();
    outcome.exits(0).finds_nothing();
    book.command(["record"]).run().exits(0);
    let recording = fs::read_to_string(book.recording("lab.md")).unwrap();
    for secret in secrets {
        outcome.keeps_quiet_about(secret);
        assert!(!recording.contains(secret), "{recording}");
    }
}
