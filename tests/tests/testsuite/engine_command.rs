//! `engine images` and `engine clean`.

use std::collections::BTreeSet;
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use testsuite::{Book, Hub, Outcome, Program, marker, program};

/// Runs a program as a user without privileges.
const AS_NOBODY: [&str; 5] = ["setpriv", "--reuid", "65534", "--regid", "65534"];

fn book(hub: &Hub) -> Book {
    Book::new()
        .in_network(hub)
        .chapter("lab.md", "# Lab\n\n")
        .step("docker run --rm alpine true")
        .chapter("pull.md", "# Pull\n\n")
        .step("docker pull --quiet busybox > pulled\ndocker run --rm alpine true")
}

/// The list of a book's images, as JSON that is valid against the published schema.
#[track_caller]
fn images(book: &Book) -> Value {
    parsed(&book.command(["engine", "images", "--format", "json"]).run())
}

#[track_caller]
fn parsed(outcome: &Outcome) -> Value {
    outcome.exits(0);
    assert_eq!(outcome.stderr(), "", "{outcome}");
    let list =
        serde_json::from_str(outcome.stdout()).unwrap_or_else(|error| panic!("{error}\n{outcome}"));
    let schema = include_str!("../../../docs/images.schema.json");
    let schema = jsonschema::validator_for(&serde_json::from_str(schema).unwrap()).unwrap();
    schema.validate(&list).unwrap_or_else(|error| panic!("{error}\n{outcome}"));
    list
}

/// The cells of a list for people that were printed above the first blank line.
fn cells(outcome: &Outcome) -> Vec<Vec<String>> {
    let table = outcome.stdout().lines().take_while(|line| !line.is_empty());
    let cells = |line: &str| line.split("  ").map(str::trim).map(str::to_owned).collect();
    let filled = |cells: Vec<String>| cells.into_iter().filter(|cell| !cell.is_empty()).collect();
    table.map(cells).map(filled).collect()
}

/// All files below a directory, without following links.
fn files(directory: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.symlink_metadata().unwrap().is_dir() {
            found.extend(files(&path));
        }
        found.insert(path);
    }
    found
}

#[test]
fn the_images_of_a_book_are_listed_before_and_after_a_run() {
    let hub = Hub::start();
    let book = book(&hub);
    let list = images(&book);
    assert_eq!(
        list["images"],
        json!([
            {
                "name": "alpine:latest", "needed_by": ["src/lab.md", "src/pull.md"], "pulled_by": [],
                "registry": "docker.io", "recipe": null, "cached": null,
            },
            {
                "name": "busybox:latest", "needed_by": [], "pulled_by": ["src/pull.md"],
                "registry": "docker.io", "recipe": null, "cached": null,
            },
        ])
    );
    let nothing = json!({"images": 2, "cached": 0, "compressed_bytes": 0, "unpacked_bytes": 0});
    assert_eq!(list["summary"], nothing);
    let table = cells(&book.command(["engine", "images"]).run());
    assert_eq!(
        table[1],
        ["alpine:latest", "needed", "src/lab.md +1", "-", "docker.io", "-", "-", "-"]
    );
    assert_eq!(
        table[2],
        ["busybox:latest", "pulled", "src/pull.md", "-", "docker.io", "-", "-", "-"]
    );
    assert!(hub.requests().is_empty());
    assert!(!hub.cache().join("mdbook-docktest/images").exists());

    book.verify().exits(0).finds_nothing();
    let asked = hub.requests().len();
    let list = images(&book);
    let (alpine, busybox) = (&list["images"][0]["cached"], &list["images"][1]["cached"]);
    for cached in [alpine, busybox] {
        assert_eq!(cached["origin"], "registry");
        assert_eq!((&cached["current"], &cached["damage"]), (&json!(true), &json!(null)));
    }
    assert_eq!((&alpine["unpacked"], &busybox["unpacked"]), (&json!(true), &json!(false)));
    assert_eq!(busybox["unpacked_bytes"], json!(null));
    let bytes = |cached: &Value, field: &str| cached[field].as_u64().unwrap();
    let unpacked = bytes(alpine, "unpacked_bytes");
    assert!(unpacked > 0);
    assert_eq!(list["summary"]["cached"], 2);
    assert_eq!(list["summary"]["unpacked_bytes"], unpacked);
    let compressed = bytes(&list["summary"], "compressed_bytes");
    assert!(compressed <= bytes(alpine, "compressed_bytes") + bytes(busybox, "compressed_bytes"));
    let table = cells(&book.command(["engine", "images"]).run());
    let digest = alpine["digest"].as_str().unwrap();
    let from = format!("docker.io@{}", &digest[.."sha256:".len() + 12]);
    assert_eq!(table[1][3..5], ["unpacked".to_owned(), from]);
    assert_eq!(table[2][3], "compressed");
    assert_eq!(hub.requests().len(), asked);
}

#[test]
fn listing_is_no_use_and_damage_is_noticed() {
    let hub = Hub::start();
    let book = Book::new().in_network(&hub).step("docker run --rm alpine true");
    book.verify().exits(0);
    let cached = images(&book)["images"][0]["cached"].clone();
    let again = images(&book)["images"][0]["cached"].clone();
    assert_eq!(again["last_used"], cached["last_used"]);
    let digest = cached["digest"].as_str().unwrap();
    let hex = digest.strip_prefix("sha256:").unwrap();
    let blob = hub.cache().join("mdbook-docktest/images/blobs/sha256").join(hex);
    let size = fs::metadata(&blob).unwrap().len();
    fs::write(&blob, "").unwrap();
    let damage = format!("blob {digest}: 0 bytes instead of {size}");
    assert_eq!(images(&book)["images"][0]["cached"]["damage"], json!(damage));
    let outcome = book.command(["engine", "images"]).run();
    assert_eq!(cells(&outcome)[1][3], "damaged");
    let line = format!(
        "alpine:latest is damaged in the cache ({damage}): the next run replaces what is damaged\n"
    );
    assert!(outcome.stdout().contains(&line), "{outcome}");
}

#[test]
fn a_recipe_that_has_changed_is_noticed() {
    let hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .file("recipe/Dockerfile", "FROM scratch\nCOPY file /file\n")
        .file("recipe/file", "one\n")
        .setting("images.\"nobody/own:1\" = \"recipe\"")
        .step("docker create --name own nobody/own:1 /file\ndocker rm own");
    let row = || cells(&book.command(["engine", "images"]).run())[1].clone();
    assert_eq!(row()[3..5], ["-", "docker.io, else recipe recipe"]);
    book.verify().exits(0);
    assert_eq!(row()[3..5], ["unpacked", "recipe recipe"]);
    fs::write(book.path().join("recipe/file"), "two\n").unwrap();
    assert_eq!(row()[3..5], ["outdated", "recipe recipe (changed)"]);
    let list = images(&book);
    assert_eq!(list["images"][0]["cached"]["current"], false);
    assert_eq!(list["summary"]["cached"], 0);
}

#[test]
fn uses_that_only_a_run_can_show_are_mentioned() {
    let book =
        Book::new().step("docker run --rm \"$(cat image)\"\ndocker run --rm \"$(cat image)\"");
    let cache = TempDir::new().unwrap();
    let outcome = book.command(["engine", "images"]).env("XDG_CACHE_HOME", cache.path()).run();
    outcome.exits(0);
    let directory = cache.path().join("mdbook-docktest/images");
    let expected = format!(
        "no images\n2 uses are known only when the chapter runs: src/lab.md\n\
         cache: {}, for up to 10.00 GB and 30 days without a use\n",
        directory.display()
    );
    assert_eq!(outcome.stdout(), expected);
}

#[test]
fn wrong_input_is_an_error() {
    let book = Book::new().step("docker run --rm alpine true");
    book.command(["engine", "images", "none"]).run().exits(2).fails_saying(&["none"]);
    let globs = ["engine", "images", "--chapter", "none.md"];
    book.command(globs).run().exits(2).fails_saying(&["no chapter matches `--chapter none.md`"]);
    let program = book.command(["engine", "images"]).env("MDBOOK_DOCKTEST_CACHE_SIZE", "much");
    program.run().exits(2).fails_saying(&["invalid size `much`"]);
}

#[test]
fn clean_removes_what_a_dry_run_names() {
    let hub = Hub::start();
    let book = book(&hub);
    book.verify().exits(0);
    let cache = hub.cache().join("mdbook-docktest");
    let scratch = book.temporary().join("docktest-4294967295-1-0");
    for directory in ["stores/0123", "failures/4294967295-1", "images/new-killed"] {
        fs::create_dir_all(cache.join(directory)).unwrap();
        fs::write(cache.join(directory).join("file"), [0; 5000]).unwrap();
    }
    fs::write(cache.join("images/alpine-0123.tar"), [0; 5000]).unwrap();
    fs::create_dir(&scratch).unwrap();

    let before = files(&hub.cache());
    let would = book.command(["engine", "clean", "--dry-run"]).run();
    would.exits(0);
    assert_eq!(files(&hub.cache()), before);
    assert!(scratch.exists());
    let cleaned = book.command(["engine", "clean"]).run();
    cleaned.exits(0);
    let as_done =
        would.stdout().replace("would remove ", "removed ").replace("would keep ", "kept ");
    // Other tests kill runs, of which control groups are left for a moment.
    let own = |text: &str| -> Vec<String> {
        let lines = text.lines().filter(|line| !line.contains(" of killed runs, "));
        lines.filter(|line| !line.contains(" of a killed run, ")).map(str::to_owned).collect()
    };
    assert_eq!(own(cleaned.stdout()), own(&as_done));
    let engines = cache.join("engines");
    for line in [
        "removed 2 images, ",
        "removed 1 unfinished or unused part of an image, 8.19 kB\n",
        "removed 2 files of earlier versions, 16.38 kB\n",
        "removed 1 set of failed runs of `mdbook serve`, 8.19 kB\n",
        &format!(": `{}` is a link: remove them there\n", engines.display()),
    ] {
        assert!(cleaned.stdout().contains(line), "{line}\n{cleaned}");
    }
    assert!(!scratch.exists());
    let is_file = |path: &&PathBuf| path.is_file() && !path.ends_with(".lock");
    let left: Vec<PathBuf> = files(&cache).iter().filter(is_file).cloned().collect();
    assert_eq!(left, <[PathBuf; 0]>::default());
    assert!(fs::read_link(&engines).unwrap().join("current").exists());
    assert_eq!(images(&book)["images"][0]["cached"], json!(null));
    let again = book.command(["engine", "clean"]).run();
    assert!(again.stdout().starts_with("nothing to remove\nkept "), "{again}");
    // The next run has what it needs.
    book.verify().exits(0).finds_nothing();
}

#[test]
fn an_image_in_use_stays() {
    let hub = Hub::start();
    let marker = marker();
    let book = Book::new()
        .in_network(&hub)
        .step("docker run --rm busybox true")
        .step_with("timeout=2m", &format!("sleep {marker} || echo killed"))
        .step("docker run --rm busybox echo still there; docker rmi --force busybox > removed")
        .output("still there\n");
    let other = Book::new().in_network(&hub).step("docker run --rm alpine true");
    other.verify().exits(0);
    let running = book.to_verify().start();
    running.until_process(&marker);
    let cleaned = other.command(["engine", "clean"]).run();
    cleaned.exits(0);
    assert!(cleaned.stdout().contains("removed 1 image, "), "{cleaned}");
    assert!(cleaned.stdout().contains(": in use by a running program\n"), "{cleaned}");
    assert_eq!(images(&book)["images"][0]["cached"]["unpacked"], true);
    assert_eq!(images(&other)["images"][0]["cached"], json!(null));
    running.kill_process(&marker);
    running.wait().exits(0).finds_nothing();
    let cleaned = book.command(["engine", "clean"]).run();
    assert!(cleaned.stdout().contains("removed 1 image, "), "{cleaned}");
}

#[test]
fn a_cache_that_cannot_be_written_to_is_listed_and_cannot_be_cleaned() {
    let hub = Hub::start();
    let book = Book::new().in_network(&hub).step("docker run --rm alpine true");
    book.verify().exits(0);
    let images = hub.cache().join("mdbook-docktest/images");
    let read_only = |arguments: &[&str]| {
        let mount = format!(
            "mount --bind '{0}' '{0}' && mount -o remount,bind,ro '{0}' && exec \"$@\"",
            images.display()
        );
        let words = ["unshare", "--mount", "sh", "-c", &mount, "sh"];
        let words = words.map(Into::into).into_iter().chain([program().to_owned()]);
        let program = Program::through(words, arguments).directory(book.path());
        program.env("TMPDIR", book.temporary()).in_network(&hub).run()
    };
    let list = parsed(&read_only(&["engine", "images", "--format", "json"]));
    assert_eq!(list["images"][0]["cached"]["unpacked"], true);
    let outcome = read_only(&["engine", "clean"]);
    outcome.exits(2).fails_saying(&[
        &format!("locking the image cache `{}/.lock`", images.display()),
        "Read-only file system",
    ]);
    assert_eq!(parsed(&read_only(&["engine", "images", "--format", "json"])), list);
}

#[test]
fn a_user_who_may_not_read_the_cache_gets_an_error() {
    let book = Book::new().step("docker run --rm alpine true");
    book.write();
    fs::set_permissions(book.path(), Permissions::from_mode(0o755)).unwrap();
    let caches = TempDir::new().unwrap();
    fs::set_permissions(caches.path(), Permissions::from_mode(0o755)).unwrap();
    let run = |arguments: &[&str]| {
        let words = AS_NOBODY.into_iter().chain(["--clear-groups", program().to_str().unwrap()]);
        let program = Program::through(words, arguments).directory(book.path());
        program.env("TMPDIR", book.temporary()).env("XDG_CACHE_HOME", caches.path()).run()
    };
    // Nothing is there yet.
    let list = parsed(&run(&["engine", "images", "--format", "json"]));
    assert_eq!(list["cache"]["readable"], true);
    assert_eq!(list["images"][0]["cached"], json!(null));
    assert_eq!(run(&["engine", "clean"]).exits(0).stdout(), "nothing to remove\n");

    let images = caches.path().join("mdbook-docktest/images");
    let references = images.join("references");
    fs::create_dir_all(&references).unwrap();
    // The cache is this user's, but somebody else has written to it.
    chown(images.parent().unwrap(), Some(65534), Some(65534)).unwrap();
    fs::write(images.join("alpine-0123.tar"), "").unwrap();
    fs::set_permissions(&references, Permissions::from_mode(0o700)).unwrap();
    let outcome = run(&["engine", "images"]);
    outcome.exits(0);
    assert_eq!(
        cells(&outcome)[1],
        ["alpine:latest", "needed", "src/lab.md", "unknown", "docker.io", "-", "-", "-"]
    );
    let line = format!(
        "cache: {}, which cannot be read (Permission denied (os error 13)): run this as the user who \
         verifies the book\n",
        images.display()
    );
    assert!(outcome.stdout().ends_with(&line), "{outcome}");
    let outcome = run(&["engine", "clean"]);
    outcome.exits(2);
    let errors = format!(
        "error: reading the image cache `{0}`: Permission denied (os error 13); run this as root\n\
         error: cannot remove `{0}/alpine-0123.tar`: Permission denied (os error 13); run this as root\n",
        images.display()
    );
    assert_eq!(outcome.stderr(), errors, "{outcome}");
}
