//! `fix` applies remedies to the author's files.

use std::fs;

use serde_json::Value;
use testsuite::{Book, marker};

/// Two mistakes in attributes: one of which only the author knows what is meant, and one that is sure. The
/// latter hides a third that is found when the chapter is read again.
const CHAPTER: &str =
    "# Lab\n\n```bash hiden tty tty\necho one\n```\n\n```bash timeuots=9s\ntrue\n```\n";

fn read(book: &Book, path: &str) -> String {
    fs::read_to_string(book.path().join(path)).unwrap()
}

#[test]
fn what_is_sure_is_fixed_and_what_is_left_is_reported() {
    let book = Book::new().chapter("lab.md", CHAPTER);
    book.verify().exits(2).finds("unknown-attribute", 3).finds("unknown-attribute", 7);
    let outcome = book.command(["fix", "--format", "json"]).run();
    outcome.exits(2).finds_only(&[("unknown-attribute", "timeuots")]);
    outcome.tells("src/lab.md:3: write `hidden`\n").tells("src/lab.md: fixed 2 places");
    outcome.tells("src/lab.md:3: remove the second `tty`\n");
    let fixed = read(&book, "src/lab.md");
    assert_eq!(fixed, CHAPTER.replace("hiden tty tty", "hidden tty"));
}

#[test]
fn a_fixed_chapter_is_run() {
    let text = "```bash exti=3\nexit 3\n```\n\n```bash\nls /nowhere\n```\n";
    let book = Book::new().chapter("lab.md", text);
    let outcome = book.command(["fix", "--format", "json"]).run();
    outcome.exits(1);
    assert_eq!(outcome.findings(), [("exit-status".to_owned(), 6)], "{outcome}");
    assert_eq!(read(&book, "src/lab.md"), text.replace("exti", "exit"));
}

#[test]
fn a_script_with_prompts_is_marked_as_a_session() {
    let text = "```bash\n$ echo one\none\n```\n\n> ~~~sh\n> $ true\n> ~~~\n";
    let book = Book::new().chapter("lab.md", text);
    let outcome = book.command(["fix", "--format", "json", "src/lab.md:2"]).run();
    outcome.exits(0).tells("src/lab.md:1: mark the block as `console`").finds_nothing();
    let first = text.replace("bash", "console");
    assert_eq!(read(&book, "src/lab.md"), first, "the other step is not named");
    let book = Book::new().chapter("lab.md", &first);
    let outcome = book.command(["fix"]).run();
    outcome.exits(0);
    assert_eq!(outcome.stderr().matches("line 2: echo one").count(), 1, "it runs once\n{outcome}");
    assert_eq!(read(&book, "src/lab.md"), first.replace("sh", "console"));
}

#[test]
fn output_without_prompts_becomes_a_session_if_the_run_has_printed_it() {
    let text = "```bash\ndocker volume create prices\nprices\ndocker volume ls\n\
        DRIVER    VOLUME NAME\nlocal     prices\ndocker volume rm prices\nprices\n```\n";
    let book = Book::new().chapter("lab.md", text);
    let outcome = book.verify();
    outcome.exits(1).finds("exit-status", 3);
    assert_eq!(outcome.findings().len(), 1, "{outcome}");
    book.command(["fix"]).run().exits(0);
    let expected = text.replace("bash", "console").replace("docker", "$ docker");
    assert_eq!(read(&book, "src/lab.md"), expected);
    let other = text.replace("local     prices", "local     other");
    let book = Book::new().chapter("lab.md", &other);
    book.command(["fix"]).run().exits(1);
    assert_eq!(read(&book, "src/lab.md"), other, "the run does not prove it");
}

#[test]
fn blocks_of_a_site_with_classes_and_output_marked_as_bash_are_adopted() {
    let text = "```.term1\ndocker volume ls\n```\n\n```bash\nDRIVER    VOLUME NAME\n```\n";
    let book = Book::new().chapter("lab.md", text);
    book.verify().exits(1).finds("not-a-step", 1).finds("not-a-step", 5);
    book.command(["fix", "--format", "json"]).run().exits(0).finds_nothing();
    let fixed = text.replace("bash", "output").replace(".term1", "bash .term1");
    assert_eq!(read(&book, "src/lab.md"), fixed);
}

#[test]
fn a_file_without_steps_is_not_green() {
    let text = "```\ndocker volume ls\nmytool up\n```\n";
    let book = Book::new().chapter("lab.md", text);
    let whole = book.command(["fix", "--format", "json"]).run();
    whole.exits(1).finds("not-a-step", 1).finds("no-steps", 1);
    let named = book.command(["fix", "--format", "json", "src/lab.md"]).run();
    named.exits(1).finds("not-a-step", 1).finds("no-steps", 1);
    assert_eq!(read(&book, "src/lab.md"), text);
}

#[test]
fn what_a_tutorial_leaves_to_its_readers_is_added() {
    let text = "# Lab\n\n\
        ```docker\n$ docker volume create prices\nprices\n```\n\n    docker volume rm prices\n\n\
        ```console\n$ cat notes/list\ntea 3\n```\n\n\
        ```bash no-output\nsort notes/list\n```\n\n\
        ```bash\ndocker run --detach alpine sleep 1h\n```\n\n\
        ```console\n$ docker exec <container-id> echo hello\nhello\n$ docker rm --force <container-id>\n```\n\n\
        ```bash\ndocker service ls\n\
        docker network create --driver macvlan --opt parent=eth0 on\ndocker network rm on\n```\n";
    let book = Book::new().with_alpine().chapter("lab.md", text);
    let outcome = book.command(["fix", "--format", "json"]).run();
    outcome.exits(0).finds_nothing().tells("src/lab.md: fixed 4 places");
    let fixed = text
        .replace("```docker\n", "```console\n")
        .replace("    docker volume rm prices\n", "```bash\ndocker volume rm prices\n```\n")
        .replace(
            "```console\n$ cat",
            "```text file=notes/list hidden\ntea 3\n```\n\n```console\n$ cat",
        )
        .replace(
            "```bash\ndocker service",
            "```bash hidden\ndocker swarm init\n```\n\n```bash\ndocker service",
        );
    assert_eq!(read(&book, "src/lab.md"), fixed);
}

#[test]
fn a_dry_run_prints_a_diff_and_changes_nothing() {
    let book = Book::new().chapter("lab.md", CHAPTER);
    let outcome = book.command(["fix", "--dry-run"]).run();
    let expected = "\
--- src/lab.md
+++ src/lab.md
@@ -1,6 +1,6 @@
 # Lab
 
-```bash hiden tty tty
+```bash hidden tty
 echo one
 ```
 
";
    assert_eq!(outcome.stdout(), expected);
    outcome.exits(2).tells("src/lab.md: would fix 2 places");
    assert_eq!(read(&book, "src/lab.md"), CHAPTER);

    // The status says whether there is something to fix.
    let text = "```bash hiden\nls /nowhere\n```\n";
    let book = Book::new().chapter("lab.md", text);
    book.command(["fix", "--dry-run"]).run().exits(1);
    let book = Book::new().chapter("lab.md", &text.replace("hiden", "hidden"));
    assert_eq!(book.command(["fix", "--dry-run"]).run().exits(0).stdout(), "");
}

#[test]
fn a_failure_is_expected_only_where_the_author_names_it() {
    let text = "```bash\ndocker run -d --name web alpine sh -c 'exit 3'\nsleep 2\n```\n\n\
        ```bash cleanup\ndocker rm -f web\n```\n";
    let book = Book::new().with_alpine().chapter("lab.md", text);
    let outcome = book.command(["fix", "--format", "json"]).run();
    outcome.exits(1).finds_only(&[("container-died", "docker run")]);
    assert_eq!(read(&book, "src/lab.md"), text, "nothing is proved");

    let outcome = book.command(["fix", "--with", "dies", "src/lab.md"]).run();
    outcome.exits(2).fails_saying(&["src/lab.md is a whole file", "FILE:LINE"]);
    let outcome = book.command(["fix", "--with", "hidden", "src/lab.md:2"]).run();
    outcome.exits(2).tells("no finding at these lines has the remedy `hidden`");
    assert_eq!(read(&book, "src/lab.md"), text);

    let outcome = book.command(["fix", "--with", "dies", "src/lab.md:2"]).run();
    outcome.exits(0).tells("src/lab.md:2: add `dies=3`\n");
    assert_eq!(read(&book, "src/lab.md"), text.replacen("bash", "bash dies=3", 1));
}

#[test]
fn edits_are_made_in_the_file_around_what_it_includes() {
    let text = "\u{feff}# Lab\r\n\r\n{{#include part.md}}\r\n\r\n- ```bash hiden\r\n  echo two\r\n  ```\r\n";
    let part = "```bash hiden\necho one\n```\n";
    let book = Book::new().chapter("lab.md", text).file("src/part.md", part);
    let outcome = book.command(["fix"]).run();
    outcome.exits(2).tells("not applied: write `hidden`: the text comes from an included file");
    assert_eq!(read(&book, "src/lab.md"), text.replace("hiden", "hidden"));
    assert_eq!(read(&book, "src/part.md"), part);
}

#[test]
fn a_file_that_was_edited_meanwhile_is_not_overwritten() {
    let seconds = marker();
    let text = format!("```bash hiden\nsleep {seconds}\n```\n");
    let other = "```bash hiden\ntrue\n```\n";
    let book = Book::new()
        .setting("lints.unknown-attribute = \"warn\"")
        .chapter("lab.md", &text)
        .chapter("other.md", other);
    let running = book.command(["fix", "--format", "json"]).start();
    running.until_process(&seconds);
    let edited = format!("{text}\nOne more sentence.\n");
    fs::write(book.path().join("src/lab.md"), &edited).unwrap();
    running.kill_process(&seconds);
    let outcome = running.wait();
    outcome.exits(2).tells("error: src/lab.md has changed since it was read: nothing was written");
    assert_eq!(read(&book, "src/lab.md"), edited);
    assert_eq!(read(&book, "src/other.md"), other.replace("hiden", "hidden"));
}

#[test]
fn programs_can_make_the_same_edits_from_the_json_report() {
    let text = "# Café\r\n\r\n```bash hiden\r\ntrue\r\n```\r\n\r\n> ```bash tty  tty\r\n> true\r\n> ```\r\n";
    let book = Book::new().chapter("lab.md", text);
    let report = book.verify().report();
    let findings = report["chapters"][0]["findings"].as_array().unwrap();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    for edit in findings.iter().map(|finding| &finding["remedies"][0]["edits"][0]) {
        let number = |field: &str| usize::try_from(edit[field].as_u64().unwrap()).unwrap() - 1;
        assert_eq!(edit["line"], edit["end_line"], "these mistakes are within a line");
        let line = &mut lines[number("line")];
        let offset = |column: usize| line.char_indices().nth(column).unwrap().0;
        let range = offset(number("column"))..offset(number("end_column"));
        line.replace_range(range, edit["text"].as_str().unwrap());
    }
    let basis = |finding: &Value| finding["remedies"][0]["basis"].as_str().unwrap().to_owned();
    assert_eq!(findings.iter().map(basis).collect::<Vec<_>>(), ["proved", "proved"]);
    book.command(["fix"]).run().exits(0);
    assert_eq!(read(&book, "src/lab.md"), lines.concat());
}
