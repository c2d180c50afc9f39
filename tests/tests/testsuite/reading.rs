//! Blocks as tutorials write them: which are steps, and that none is left out in silence.

use testsuite::{Book, Program};

#[test]
fn a_shell_block_with_prompts_is_a_session() {
    let text = "\
```bash
user@host:~$ docker volume create data
data
user@host:~$ docker volume ls --quiet
date
```

```sh
# docker volume rm data
data
```
";
    Book::new()
        .chapter("a.md", text)
        .verify()
        .exits(1)
        .finds_only(&[("output-mismatch", "date")])
        .prints(1, "data\ndata\n")
        .prints(2, "data\n");
}

#[test]
fn a_session_without_a_prompt_keeps_only_itself_from_running() {
    let text = "\
```console
com.example.label=\"a label\"

# this is a comment
```

```console
$ echo runs
runs
```
";
    let outcome = Book::new().chapter("a.md", text).verify();
    outcome.exits(0).finds_only(&[("missing-prompt", "com.example.label=\"a label\"")]);
    assert_eq!([outcome.status_of(1), outcome.status_of(2)], ["ignored", "passed"]);
    outcome.prints(2, "runs\n");
}

#[test]
fn an_output_block_below_a_sentence_is_compared_and_shown_there() {
    let text = "\
```bash
echo one
```

The output is:

```output
one
```

```bash
echo two
```

It prints `two`:

```output
three
```
";
    let book = Book::new().chapter("a.md", text);
    book.verify().exits(1).finds_only(&[("output-mismatch", "three")]);
    let book = book.edit("a.md", "three", "[..]wo");
    book.verify().exits(0).finds_nothing();
    let page = book.to_preprocess("html").run().exits(0).stdout().to_owned();
    let (above, below) = page.split_once("It prints `two`:").expect("the sentence is there");
    assert!(above.contains("```bash\\necho two"), "{page}");
    assert!(below.contains("two"), "{page}");
    assert!(!page.contains("[..]wo"), "{page}");
}

#[test]
fn commands_in_any_block_are_reported() {
    let text = "\
```js
docker run -d nginx
```

```text
$ docker ps
```

<details>
```cli
docker ps
```
</details>

{% highlight bash %}
docker ps
{% endhighlight %}

```bash
true
```
";
    let outcome = Book::new().chapter("a.md", text).verify();
    let places = ["```js", "```text", "```cli", "{% highlight bash %}"];
    outcome.exits(0).finds_only(&places.map(|place| ("not-a-step", place)));
}

#[test]
fn languages_and_attributes_of_other_tools_are_understood() {
    let text = "\
```shell-session
$ echo one
one
```

```terminal
echo two
```

```{.bash .copy}
echo three
```

```Zsh{1,3} title=\"In the terminal\" hl_lines=\"1\"
echo four
```

```{code-block} sh
echo five
```
";
    let book = Book::new().chapter("a.md", text);
    let outcome = book.verify();
    outcome.exits(0).finds_nothing();
    for (step, output) in ["one\n", "two\n", "three\n", "four\n", "five\n"].iter().enumerate() {
        outcome.prints(step + 1, output);
    }
    let classes = book.build().unwrap().page("a.html").attributes("code", "class");
    let expected = [
        "nohighlight",
        "nohighlight",
        "language-bash .copy",
        "language-zsh title=\"In the terminal\" hl_lines=\"1\"",
        "nohighlight",
    ];
    assert_eq!(classes, expected);
}

#[test]
fn lines_that_mdbook_hides_run_and_stay_hidden() {
    let config = "[book]\ntitle = \"Test\"\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"\n\
                  [output.html.code.hidelines]\nbash = \"~\"";
    let text = "```bash\n~export X=1\necho \"x=$X\"\n```\n\n```output\nx=1\n```\n\n\
                ```sh hidelines=!! exit=3\n!!false\nexit 3\n```\n";
    let book = Book::new().config(config).chapter("a.md", text);
    book.verify().exits(1).finds_only(&[("exit-status", "false")]);
    let book = book.edit("a.md", "!!false", "!!true");
    assert_eq!(
        book.build().unwrap().page("a.html").texts("code .boring"),
        ["export X=1\n", "true\n"]
    );
}

const UNMARKED: &str = "\
```
$ echo hello
hello
```

- in a list:

      $ echo 'and indented'
      and indented

      $ echo 'the last'

  after it

```
plain
```
";

#[test]
fn commands_without_a_language_are_reported() {
    // With a step, as a chapter without any is another finding.
    let text = format!("{UNMARKED}\n```bash\ntrue\n```\n");
    let outcome = Book::new().chapter("a.md", &text).verify();
    outcome.exits(0);
    outcome.finds_only(&[("not-a-step", "```"), ("not-a-step", "$ echo 'and indented'")]);
}

#[test]
fn a_book_can_run_commands_without_a_language() {
    let book = Book::new().setting("unmarked = \"run\"").chapter("a.md", UNMARKED);
    book.verify()
        .exits(0)
        .finds_nothing()
        .prints(1, "hello\n")
        .prints(2, "and indented\nthe last\n");
    let page = book.build().unwrap().page("a.html");
    let code = ["echo hello\n", "echo 'and indented'\necho 'the last'\n", "plain\n"];
    assert_eq!(page.texts("pre code"), code);
    assert_eq!(page.texts("main > .docktest-step samp"), ["hello\n"]);
    assert_eq!(page.texts("li > figure samp"), ["and indented\n", "the last\n"]);
    assert_eq!(page.texts("li > p"), ["in a list:", "after it"]);
}

#[test]
fn the_value_of_the_setting_is_checked() {
    let book = Book::new().setting("unmarked = \"skip\"").chapter("a.md", "text\n");
    book.verify().exits(2).fails_saying(&["expected `report` or `run`"]);
}

#[test]
fn commands_in_html_are_reported() {
    let text = "<div>\n```bash\nexit 9\n```\n</div>\n\n<pre><code>docker ps\n</code></pre>\n\n\
                ```bash\ntrue\n```\n";
    let book = Book::new().chapter("a.md", text);
    book.write();
    let program = Program::new(["verify", "src/a.md", "--format", "json"]);
    let program = program.directory(book.path()).about("src/a.md", text);
    program.run().finds_only(&[("not-a-step", "```bash"), ("not-a-step", "<pre><code>docker ps")]);
}
