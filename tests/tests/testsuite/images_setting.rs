//! `images` in book.toml.

use std::fs;

use testsuite::{Book, workspace};

#[test]
fn a_wrong_recipe_is_an_error_with_its_line_before_anything_runs() {
    let recipe = workspace().join("book/images/alpin");
    let book = Book::new().setting(&format!("images.alpine = {recipe:?}")).step("true");
    let outcome = book.verify();
    let toml = fs::read_to_string(book.path().join("book.toml")).unwrap();
    let line = toml.lines().position(|line| line.starts_with("images.alpine")).unwrap() + 1;
    let alpine = workspace().join("book/images/alpine");
    outcome.exits(2).fails_saying(&[
        &format!("book.toml:{line}: the recipe"),
        &format!("did you mean `{}`?", alpine.display()),
    ]);
    let outcome = book.to_preprocess("html").run();
    outcome.exits(2).fails_saying(&[&format!("book.toml:{line}: the recipe")]);
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn a_list_of_images_and_a_pin_are_read() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let book = || Book::new().with_alpine().step("docker run --rm alpine echo hello");
    let list = Book::new().setting("images = [\"nginx:1.27\", \"redis:7\"]").step("echo hello");
    list.verify().exits(0).prints(1, "hello\n");
    let pinned = book().setting(&format!("images.\"redis:7\".digest = \"{digest}\""));
    pinned.verify().exits(0).prints(1, "hello\n");
}

#[test]
fn a_recording_was_made_with_the_digest_in_book_toml() {
    let book = |settings: &[&str]| {
        let mut book = Book::new().step_with("exit=1", "docker pull registry.invalid/app:1");
        for setting in settings {
            book = book.setting(setting);
        }
        book
    };
    let pin = |digit: &str| {
        format!("images.\"registry.invalid/app:1\".digest = \"sha256:{}\"", digit.repeat(64))
    };
    let old = book(&[&pin("0")]);
    old.command(["record"]).run().exits(0);
    old.command(["record", "--check"]).run().exits(0);
    let recording = fs::read_to_string(old.recording("lab.md")).unwrap();
    let check = |settings: &[&str]| {
        let book = book(settings);
        book.write();
        let path = book.recording("lab.md");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &recording).unwrap();
        book.command(["record", "--check", "--format", "json"]).run()
    };
    check(&[&pin("0")]).exits(0);
    for other in [&[pin("1").as_str()] as &[&str], &["images = [\"registry.invalid/app:1\"]"], &[]]
    {
        check(other).exits(1).says("was made with another digest of `registry.invalid/app:1`");
    }
}
