//! Images that the Docker has need not be fetched.

use testsuite::Book;

use super::{SHARED, on};

#[test]
fn an_image_that_the_author_has_built_is_used_and_kept_up_to_date() {
    let build = |text: &str| {
        let change = format!("ENV TEXT={text}");
        let container = SHARED.docker(["create", "alpine"]);
        SHARED.docker(["commit", "--change", &change, &container, "mine/app:1"]);
        SHARED.docker(["rm", &container]);
        SHARED.docker(["image", "inspect", "--format", "{{.Id}}", "mine/app:1"])
    };
    let book = Book::new()
        .step("docker run --rm mine/app:1 sh -c 'echo $TEXT'")
        .step("docker image inspect --format '{{.Id}}' mine/app:1");
    for text in ["one", "two"] {
        let id = build(text);
        let outcome = on(&SHARED, &book, "verify").run();
        outcome.exits(0).tells("copying image mine/app:1 from Docker");
        outcome.prints(1, &format!("{text}\n")).prints(2, &format!("{id}\n"));
    }
    // It is in the cache now.
    let again = on(&SHARED, &book, "record").run();
    again.exits(0).keeps_quiet_about("copying");
    let recording = std::fs::read_to_string(book.recording("lab.md")).unwrap();
    assert!(recording.contains("\"origin\": \"docker\""), "{recording}");
}

#[test]
fn a_recipe_that_fails_is_named_with_its_directory_here() {
    let book = Book::new()
        .setting("images.\"testsuite/never:1\" = \"recipe\"")
        .file("recipe/Dockerfile", "FROM scratch\nCOPY nothing /\n")
        .step("docker run testsuite/never:1 true");
    let outcome = on(&SHARED, &book, "verify").run();
    outcome.exits(3).fails_saying(&[
        "image `testsuite/never:1` is not available",
        "its recipe ./recipe failed",
    ]);
}
