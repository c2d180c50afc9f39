//! Placeholders and synopses: what is in the place of a command.

use testsuite::Book;

const CHAPTER: &str = "```bash\necho first\n```\n\n\
    ```console\n$ echo web-<name of the site>\nweb-<name of the site>\n$ echo YOUR_USERNAME/web\n```\n\n\
    ```bash\ndocker run [OPTIONS] IMAGE [COMMAND] [ARG...]\n```\n\n\
    ```bash\necho last\n```\n";

#[test]
fn a_placeholder_without_a_value_holds_only_its_own_step() {
    let outcome = Book::new().chapter("lab.md", CHAPTER).verify();
    outcome.exits(1).finds_only(&[
        ("placeholder", "echo web-<name of the site>"),
        ("placeholder", "echo YOUR_USERNAME/web"),
        ("synopsis", "docker run [OPTIONS]"),
    ]);
    outcome.prints(1, "first\n").prints(4, "last\n");
    let statuses: Vec<String> = (1..=4).map(|step| outcome.status_of(step)).collect();
    assert_eq!(statuses, ["passed", "failed", "ignored", "passed"]);
}

#[test]
fn with_values_the_step_runs_and_its_output_is_compared() {
    let book = Book::new()
        .setting("values.\"<name of the site>\" = \"'my site'\"")
        .setting("values.YOUR_USERNAME = \"moby\"")
        .chapter(
            "lab.md",
            &CHAPTER.replace("web-<name of the site>\n$ echo Y", "web-my site\n$ echo Y"),
        );
    let outcome = book.verify();
    outcome.exits(0).finds_only(&[("synopsis", "docker run [OPTIONS]")]);
    assert_eq!(outcome.output(2), "web-my site\nmoby/web\n");
}

#[test]
fn only_the_steps_that_use_a_value_depend_on_it() {
    let text = "```bash\necho <a name>\n```\n\n```output\n<a name>\n```\n";
    let check = |value: &str, other: &str| {
        let book = Book::new()
            .setting(&format!("values.\"<a name>\" = \"{value}\""))
            .setting(&format!("values.OTHER = \"{other}\""))
            .chapter("lab.md", text);
        book.command(["record"]).run().exits(0);
        book
    };
    let book = check("moby", "x");
    let check = |book: &Book| {
        book.command(["record", "--check", "--format", "json"]).env("PATH", "/nowhere").run()
    };
    check(&book).exits(0);
    let settings = std::fs::read_to_string(book.path().join("book.toml")).unwrap();
    let rewrite = |from: &str, to: &str| {
        std::fs::write(book.path().join("book.toml"), settings.replace(from, to)).unwrap();
        book.path().to_owned()
    };
    let recheck = |directory| {
        testsuite::Program::new(["record", "--check"])
            .directory(directory)
            .env("PATH", "/nowhere")
            .run()
    };
    recheck(rewrite("\"x\"", "\"y\"")).exits(0);
    recheck(rewrite("moby", "whale")).exits(1).tells("");
}

#[test]
fn wrong_values_are_refused() {
    for (value, message) in [
        ("\" \"", "empty value for `<id>` in `values`"),
        ("\"a\\nb\"", "control character in the value for `<id>`"),
        ("1", "expected a string"),
    ] {
        let book = Book::new().setting(&format!("values.\"<id>\" = {value}")).step("true");
        book.verify().exits(2).tells(message);
    }
}
