//! A page shows the IDs of another day, and its commands name objects by them.

use std::fs;

use testsuite::Book;

const PAGE: &str = "```console
$ docker run -d alpine sleep 600
d4b0ac1b1b5e8f00d4b0ac1b1b5e8f00d4b0ac1b1b5e8f00d4b0ac1b1b5e8f00
$ docker ps
CONTAINER ID   IMAGE     COMMAND       CREATED         STATUS         PORTS     NAMES
d4b0ac1b1b5e   alpine    \"sleep 600\"   5 minutes ago   Up 5 minutes             happy_morse
$ docker stop -t 0 d4b0
d4b0
```

Later:

```bash
docker inspect --format '{{.Name}}' d4b0ac1b1b5e
```

```output
/happy_morse
```

```bash
docker rm happy_morse
```
";

#[test]
fn commands_run_with_the_new_ids_and_accepting_keeps_the_pages() {
    let book = Book::new().with_alpine().chapter("lab.md", PAGE);
    // Only the ages are old.
    let verified = book.verify();
    verified.exits(0).finds("changed-values", 6);
    assert_eq!(verified.findings().len(), 1, "{verified}");

    book.command(["accept", "--format", "json"]).run().exits(0).finds_nothing();
    let accepted = fs::read_to_string(book.path().join("src/lab.md")).unwrap();
    let changed: Vec<&str> = accepted.lines().filter(|line| !PAGE.contains(line)).collect();
    let row = "d4b0ac1b1b5e   alpine    \"sleep 600\"   [AGE]           Up [AGE]                 happy_morse";
    assert_eq!(changed, [row]);
    let book = Book::new().with_alpine().chapter("lab.md", &accepted);
    for _ in 0..3 {
        book.verify().exits(0).finds_nothing();
    }

    let page = &book.preprocess("html")[0];
    assert!(page.contains("Run with <code translate=\"no\">d4b0</code> = <code"), "{page}");
}
