//! Annotations, and the places where Markdown can have blocks.

use testsuite::Book;

#[test]
fn a_wrong_annotation_is_found_and_its_chapter_does_not_run() {
    // Without a PATH, starting an engine would fail with exit status 3.
    let outcome = Book::new()
        .step("echo fine")
        .step_with("timout=5s", "echo misspelt")
        .to_verify()
        .env("PATH", "/nowhere")
        .run();
    outcome.exits(2).finds_only(&[("unknown-attribute", "timout")]).says("timeout");
    assert!(outcome.report()["engine"].is_null(), "{outcome}");
    assert_eq!([outcome.status_of(1), outcome.status_of(2)], ["skipped", "failed"]);
}

#[test]
fn each_kind_of_mistake_has_a_code_and_a_line() {
    let text = "```bash exit=lots\ntrue\n```\n\n```bash until=\"(\"\ntrue\n```\n\n~~~bash\ntrue\n";
    Book::new()
        .chapter("a.md", text)
        .verify()
        .exits(2)
        .finds("bad-attribute", 1)
        .finds("bad-attribute", 5)
        .finds("unterminated-fence", 9);
}

#[test]
fn blocks_in_lists_in_quotes_and_with_tildes_run() {
    let text = "\
# Places

1. In a list:

   ```bash
   echo list
   cat <<END
     indented
   END
   ```

   ```output
   list
     indented
   ```

> In a quote:
>
> ~~~sh
> echo quote
> ~~~
>
> - and deeper
>
>   ```shell
>   echo deeper
>   ```

~~~~bash
echo tildes
~~~~

```text
not run
```
";
    Book::new()
        .chapter("places.md", text)
        .verify()
        .exits(0)
        .finds_nothing()
        .prints(1, "list\n  indented\n")
        .prints(2, "quote\n")
        .prints(3, "deeper\n")
        .prints(4, "tildes\n");
}

#[test]
fn bash_does_not_see_windows_line_endings() {
    let text = "# A\r\n\r\n```bash\r\nx=1\r\necho \"[$x]\"\r\n```\r\n\r\n```output\r\n[1]\r\n```\r\n\
                \r\n```bash\r\nfalse\r\n```\r\n";
    Book::new()
        .chapter("a.md", text)
        .verify()
        .exits(1)
        .finds_only(&[("exit-status", "false")])
        .prints(1, "[1]\n");
}

#[test]
fn a_finding_has_the_position_of_its_command() {
    let outcome =
        Book::new().chapter("a.md", "# A\n\n- list\n\n  ```bash\n  false\n  ```\n").verify();
    outcome.exits(1);
    let finding = &outcome.report()["chapters"][0]["findings"][0];
    assert_eq!((&finding["line"], &finding["column"]), (&6.into(), &3.into()), "{outcome}");
    assert_eq!(finding["path"], "src/a.md");
}

#[test]
fn included_files_can_contain_steps() {
    Book::new()
        .file("commands.sh", "echo included\n")
        .chapter("a.md", "```bash\n{{#include ../commands.sh}}\n```\n")
        .verify()
        .exits(0)
        .prints(1, "included\n");
}
