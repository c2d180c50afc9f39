//! Damage of each kind, to images from registries and from recipes: the run passes, and says what it did.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use testsuite::{Book, CachedImage, Hub, Outcome};

use super::{cache, is_settled, with_recipe, with_use};

/// What is done to an image in the cache, and what the next run says about it.
type Case = (fn(&CachedImage), &'static str);

/// Of compressed layers, manifests and configurations.
const BLOBS: [Case; 4] = [
    (|image| truncate(&image.layer_blob(), 10), ": 10 bytes instead of "),
    (|image| truncate(&image.config_blob(), 0), ": 0 bytes instead of "),
    (|image| fs::remove_file(image.manifest_blob()).unwrap(), ": missing"),
    (
        |image| {
            flip(&image.layer_blob());
            fs::remove_dir_all(image.layer()).unwrap();
        },
        ": its content has the digest sha256:",
    ),
];

/// Of what says which image a reference stands for, and of unpacked files.
const FILES: [Case; 4] = [
    (|image| truncate(&image.entry(), 0), ".json` is damaged"),
    (|image| truncate(&image.entry(), 100), ".json` is damaged"),
    (|image| fs::remove_file(file(&image.layer())).unwrap(), "` is missing"),
    (|image| truncate(&file(&image.layer()), 0), "` has 0 bytes instead of "),
];

/// Of unpacked layers and images.
const UNPACKED: [Case; 4] = [
    (|image| flip(&file(&image.layer())), "` has changed"),
    (|image| fs::remove_dir_all(image.layer()).unwrap(), ": it is missing"),
    (|image| flip(&image.description().join("config.json")), "`config.json` has changed"),
    (|image| truncate(&image.layer().join("seal"), 0), "` was added"),
];

/// Images of a hub, each with a layer that no other has.
const REGISTRY: [&str; 4] = ["nginx:1.27", "postgres:15", "team_app:1", "team/app:1"];

fn truncate(path: &Path, size: u64) {
    fs::OpenOptions::new().write(true).open(path).unwrap().set_len(size).unwrap();
}

/// Changes one bit in the middle.
fn flip(path: &Path) {
    let mut content = fs::read(path).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    fs::write(path, content).unwrap();
}

/// A file of an unpacked layer.
fn file(layer: &Path) -> PathBuf {
    let mut left = vec![layer.join("diff")];
    while let Some(path) = left.pop() {
        let kind = fs::symlink_metadata(&path).unwrap().file_type();
        if kind.is_file() {
            return path;
        }
        if kind.is_dir() {
            left.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        }
    }
    panic!("no file in {}", layer.display());
}

/// What a run has said about the damage of an image.
fn lines_about<'a>(outcome: &'a Outcome, image: &str) -> Vec<&'a str> {
    let begin = format!("image {image} is damaged in the cache (");
    let lines = outcome.stderr().lines().map(str::trim_start);
    lines.filter(|line| line.starts_with(&begin)).collect()
}

/// Damages images, and checks that the next run mends them all, and the one after that has nothing to do.
#[track_caller]
fn mends(hub: &Hub, book: &Book, images: &[&str], cases: &[Case]) -> Outcome {
    for (image, (damage, _)) in images.iter().zip(cases) {
        damage(&cache(hub).image(image));
    }
    let outcome = book.verify();
    outcome.exits(0).finds_nothing();
    for (image, (_, message)) in images.iter().zip(cases) {
        let lines = lines_about(&outcome, image);
        let says_so = |line: &&str| line.contains(message) && line.ends_with(" again");
        assert!(lines.iter().any(says_so), "{image}: {message:?}\n{outcome}");
    }
    is_settled(hub, book);
    outcome
}

#[test]
fn images_of_registries() {
    let hub = Hub::start();
    let book =
        REGISTRY.iter().fold(Book::new().in_network(&hub), |book, image| with_use(book, image));
    book.verify().exits(0).finds_nothing();
    for cases in [BLOBS, FILES, UNPACKED] {
        mends(&hub, &book, &REGISTRY, &cases);
    }

    let unpacked = cache(&hub).images().join("unpacked");
    let before = hub.requests().len();
    fs::remove_dir_all(&unpacked).unwrap();
    book.verify().exits(0).finds_nothing().tells("unpacking image nginx:1.27\n");
    assert_eq!(hub.requests().len(), before);
    is_settled(&hub, &book);
}

#[test]
fn images_of_recipes() {
    let hub = Hub::start();
    let names: Vec<String> = (1..=4).map(|number| format!("own/image{number}:1")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let book = names.iter().fold(Book::new().in_network(&hub), |book, name| {
        with_use(with_recipe(book, name, &format!("{name}\n").repeat(100)), name)
    });
    book.verify().exits(0).finds_nothing();
    for cases in [BLOBS, FILES, UNPACKED] {
        mends(&hub, &book, &names, &cases);
    }
    fs::remove_dir_all(cache(&hub).images().join("unpacked")).unwrap();
    book.verify().exits(0).finds_nothing().tells("unpacking image own/image1:1\n");
    is_settled(&hub, &book);
}

/// A step that pulls gets what it would get from a registry, whatever the cache has.
#[test]
fn images_that_steps_pull() {
    let hub = Hub::start();
    let book = with_recipe(Book::new().in_network(&hub), "own/image:1", &"own\n".repeat(100))
        .step("docker pull --quiet nginx:1.27")
        .output("docker.io/library/nginx:1.27\n")
        .step("docker pull --quiet own/image:1")
        .output("docker.io/own/image:1\n");
    book.verify().exits(0).finds_nothing();
    let images = ["nginx:1.27", "own/image:1"];
    let flipped: Case = (|image| flip(&image.layer_blob()), ": its content has the digest ");
    let outcome = mends(&hub, &book, &images, &[flipped, flipped]);
    outcome.tells("): fetching it again\n").tells("): building it again\n");
    let manifest: Case = (|image| flip(&image.manifest_blob()), ": its content has the digest ");
    mends(&hub, &book, &images, &[manifest, manifest]);
}

/// Which images are read is not known before: here, the step removes its image first.
#[test]
fn images_that_steps_turn_out_to_pull() {
    let hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .step("docker rmi nginx:1.27 >/dev/null")
        .step("docker run --quiet --rm nginx:1.27 cat /usr/share/nginx/html/index.html")
        .output("Welcome to nginx!\n");
    book.verify().exits(0).finds_nothing();
    let digest = cache(&hub).image("nginx:1.27").digest();
    flip(&cache(&hub).image("nginx:1.27").layer_blob());
    // The engine must get the same image, not another.
    hub.tag("library/nginx", "other", "1.27");
    let mended = "image nginx:1.27 was damaged in the cache, and was fetched again\n";
    book.verify().exits(0).finds_nothing().tells(mended);
    assert_eq!(cache(&hub).image("nginx:1.27").digest(), digest);
    is_settled(&hub, &book);
}

#[test]
fn without_a_network_what_can_be_made_from_the_rest_is() {
    let mut hub = Hub::start();
    let book = ["nginx:1.27", "postgres:15", "team/app:1"]
        .iter()
        .fold(Book::new().in_network(&hub), |book, image| with_use(book, image));
    book.verify().exits(0).finds_nothing();
    hub.stop();
    fs::remove_dir_all(cache(&hub).image("nginx:1.27").layer()).unwrap();
    fs::remove_file(cache(&hub).image("postgres:15").layer_blob()).unwrap();
    let outcome = book.verify();
    outcome.exits(0).finds_nothing();
    for (image, remedy) in [("nginx:1.27", "unpacking"), ("postgres:15", "fetching")] {
        let lines = lines_about(&outcome, image);
        assert_eq!(lines.len(), 1, "{outcome}");
        assert!(lines[0].ends_with(&format!(": {remedy} it again")), "{outcome}");
    }

    let image = cache(&hub).image("team/app:1");
    truncate(&image.layer_blob(), 1);
    fs::remove_dir_all(image.layer()).unwrap();
    let outcome = book.verify();
    outcome
        .exits(3)
        .finds_only(&[("image-missing", "docker create --name box team/app:1")])
        .says("cannot reach `registry-1.docker.io`");

    hub.restart();
    book.verify().exits(0).finds_nothing();
    is_settled(&hub, &book);
}

#[test]
fn other_users_cannot_read_the_cache() {
    let hub = Hub::start();
    with_use(Book::new().in_network(&hub), "team/app:1").verify().exits(0);
    let mode = fs::metadata(cache(&hub).images()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}
