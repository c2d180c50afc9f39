//! Blocks that are written to files.

use std::fs;

use testsuite::{Book, Program};

/// Files that a reader saves, and an image that is built from them.
const BUILD: &str = "Save this as `Dockerfile`:

```dockerfile file=Dockerfile
FROM alpine
COPY data/hello.txt /
CMD [\"cat\", \"/hello.txt\"]
```

1. and this as `data/hello.txt`:

   ```text file=data/hello.txt
   bonjour
   ```

```bash no-output
docker build --tag hello .
```

```bash
docker run --rm hello
```

```output
bonjour
```

```bash no-output
docker image rm hello
```
";

#[test]
fn an_image_is_built_from_the_files_of_a_chapter() {
    let outcome = Book::new().with_alpine().chapter("lab.md", BUILD).verify();
    outcome.exits(0).finds_nothing().prints(2, "bonjour\n");
}

#[test]
fn without_the_attribute_the_finding_names_the_block_that_is_the_file() {
    let (build, _) = BUILD.split_once("```bash\ndocker run").unwrap();
    let text = build.replace(" file=Dockerfile", "");
    let outcome = Book::new().with_alpine().chapter("lab.md", &text).verify();
    outcome.exits(1).finds("exit-status", 16);
    outcome.says("nothing writes `Dockerfile`: if the block in line 3 is this file");
}

#[test]
fn a_changed_file_makes_the_recording_stale() {
    let text = "```text file=a.txt\none\n```\n\n```bash\ncat a.txt\n```\n";
    let book = Book::new().chapter("lab.md", text);
    book.command(["record"]).run().exits(0);
    let check = |book: &Book| {
        book.command(["record", "--check", "--format", "json"]).env("PATH", "/nowhere").run()
    };
    check(&book).exits(0).finds_nothing();
    let book = book.edit("lab.md", "one", "two");
    check(&book).exits(1).finds_only(&[("stale-recording", "cat a.txt")]);
}

#[test]
fn files_before_a_selected_step_are_written() {
    let text = "```text file=a.txt\none\n```\n\n```bash\ncat a.txt\n```\n\n```bash\nfalse\n```\n";
    let book = Book::new().chapter("lab.md", text);
    book.write();
    let program = Program::new(["verify", "src/lab.md:6", "--format", "json"]);
    program.directory(book.path()).run().exits(0).prints(1, "one\n");
}

#[test]
fn a_link_that_a_step_makes_does_not_lead_out_of_the_engine() {
    let outside = tempfile::tempdir().unwrap();
    let path = outside.path().join("out.txt");
    let text = format!(
        "```bash\nmkdir -p {0}\nln -s {0} link\n```\n\n```text file=link/out.txt\nx\n```\n\n```bash\ncat {1}\n```\n",
        outside.path().display(),
        path.display()
    );
    Book::new().chapter("lab.md", &text).verify().exits(0).prints(2, "x\n");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_cannot_be_written_is_found_at_its_block() {
    let text = "```bash\nmkdir Dockerfile\n```\n\n```dockerfile file=Dockerfile\nFROM alpine\n```\n\n```bash\ntrue\n```\n";
    let outcome = Book::new().chapter("lab.md", text).verify();
    outcome.exits(1).finds("unwritten-file", 5);
    outcome.says("`Dockerfile` could not be written: Is a directory");
    assert_eq!(outcome.status_of(2), "passed");
}
