//! The program as mdBook's preprocessor.

use std::fs;

use testsuite::{Book, Program};

/// The program with a PATH in which it finds no other program.
fn without_programs(program: Program) -> Program {
    program.env("PATH", "/nowhere")
}

#[test]
fn supports_answers_by_exit_status() {
    for (renderer, status) in [("html", 0), ("markdown", 0), ("test", 1), ("epub", 0)] {
        let outcome = Program::new(["supports", renderer]).run();
        outcome.exits(status);
        assert_eq!((outcome.stdout(), outcome.stderr()), ("", ""), "{renderer}");
    }
}

#[test]
fn a_book_shows_the_results() {
    let site = Book::new()
        .config("[book]\nlanguage = \"fr\"\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"")
        .prose("# Lab\n\nBefore.\n\n")
        .step_with("exit=3", "echo 'out <b>&amp;</b>'; echo err >&2; exit 3")
        .prose("Between *the* steps.\n\n- item\n\n  ```bash until=two\n  echo one; echo; echo two; sleep 60\n  ```\n\n  In the item.\n\n")
        .step_with("hidden", "echo not visible")
        .prose("After.\n")
        .build()
        .unwrap();
    let page = site.page("lab.html");
    let figures = page.texts("main figure.docktest samp");
    assert_eq!(figures, ["out <b>&amp;</b>\nerr\n", "one\n\ntwo\n^C"]);
    assert_eq!(page.texts("main samp .err"), ["err\n"]);
    assert_eq!(page.texts("main samp kbd"), ["^C"]);
    assert!(page.texts("main .docktest-note").contains(&"code de sortie\u{a0}: 3".to_owned()));
    assert_eq!(page.texts("main li figure").len(), 1);
    assert!(page.texts("main p").contains(&"Between the steps.".to_owned()));
    let all = page.texts("main").concat();
    assert!(!all.contains("not visible") && !all.contains("exit=3"), "{all}");
    assert!(all.contains("Vérifié le ") && all.contains(" · Docker Engine "), "{all}");
}

#[test]
fn standard_output_is_only_the_book() {
    let outcome = Book::new().step("echo out; echo err >&2").to_preprocess("html").run();
    outcome.exits(0).tells("1/1");
    let book: serde_json::Value = serde_json::from_str(outcome.stdout()).unwrap();
    assert_eq!(book.as_object().unwrap().keys().collect::<Vec<_>>(), ["items"]);
}

#[test]
fn bytes_outside_of_the_steps_are_unchanged() {
    let before = "# Été\u{a0}: «\u{202f}x\u{202f}»  \n\n\ttab\ttab   \nhard break\\\n<div>\n<b>raw\n\n\
                  | a | b |\n|--|:-:|\n\n```rust,ignore\nfn  main ( ) { }\n```\n\n* * *\n\n";
    let between =
        "\n\n[^1]: note\u{200b}\n\n~~~text bash\nnot a step\n~~~   \n\n&nbsp;&#x41; ![](x.png)\n\n";
    let after =
        "\n\n   trailing   \n\n\n\n> quote\n- [ ] task\n{{#not_a_link}} $$x$$ no end of line";
    let text = format!("{before}```bash\necho one\n```{between}```bash ignore\nnever\n```{after}");
    let chapters = Book::new().chapter("a.md", &text).preprocess("html");
    let chapter = &chapters[0];
    let rest = chapter.strip_prefix(before).expect("the text before the step is the same");
    let (one, rest) = rest.split_once(between).expect("the text between the steps is the same");
    let (never, _) = rest.split_once(after).expect("the text after the steps is the same");
    for (step, command) in [(one, "echo one"), (never, "never")] {
        assert!(step.starts_with("<!--docktest--><"), "{step}");
        assert!(step.contains(&format!("<span>{command}</span>")), "{step}");
    }
    let chapters = Book::new().chapter("a.md", &text).preprocess("markdown");
    let fences = ["```bash\necho one\n```", "```bash\nnever\n```"];
    assert!(chapters[0].starts_with(&format!("{before}{}", fences[0])), "{}", chapters[0]);
    assert!(chapters[0].contains(&format!("{between}{}{after}", fences[1])), "{}", chapters[0]);
}

#[test]
fn windows_line_endings_are_kept() {
    let text = "# A\r\n\r\n```bash\r\necho one\r\n```\r\n\r\nEnd.\r\n";
    let chapters = Book::new().chapter("a.md", text).preprocess("html");
    let lone = chapters[0].replace("\r\n", "").contains(['\r', '\n']);
    assert!(chapters[0].starts_with("# A\r\n\r\n<!--docktest--><div") && !lone, "{}", chapters[0]);
    assert!(chapters[0].contains("\r\n\r\nEnd.\r\n"), "{}", chapters[0]);
}

#[test]
fn a_book_without_steps_is_unchanged_and_starts_no_engine() {
    let text = "# A\r\n\ttext   \n\n```text\nls\n```\n\n```bash ignore\nls\n```";
    let book = Book::new().chapter("a.md", text).chapter("b.md", "\u{feff}\n\n  odd");
    let outcome = without_programs(book.to_preprocess("html")).run();
    outcome.exits(0);
    assert_eq!(outcome.stderr(), "");
    let book: mdbook_driver::book::Book = serde_json::from_str(outcome.stdout()).unwrap();
    let contents: Vec<&str> = book.chapters().map(|chapter| chapter.content.as_str()).collect();
    let (unchanged, _) = text.split_once("```bash ignore").unwrap();
    let code = contents[0].strip_prefix(unchanged).expect("the text before the block is the same");
    assert!(code.starts_with("<!--docktest--><pre") && code.contains("<span>ls</span>"), "{code}");
    assert!(contents[1].ends_with("\n\n  odd"));
}

#[test]
fn a_large_book_is_processed() {
    let text = format!("# Large\n\n{}\n```bash ignore\nls\n```\n", "word ".repeat(100_000));
    let site = Book::new().chapter("a.md", &text).chapter("b.md", &text).build().unwrap();
    assert!(site.page("a.html").texts("main").concat().len() > 400_000);
}

#[test]
fn included_blocks_run_and_drafts_are_ignored() {
    let site = Book::new()
        .file("commands.sh", "echo included\n")
        .summary("- [To be written]()")
        .chapter("a.md", "# A\n\n```bash\n{{#include ../commands.sh}}\n```\n")
        .summary("---\n")
        .chapter("b.md", "# B\n\n```bash\necho second\n```\n")
        .build()
        .unwrap();
    assert_eq!(site.page("a.html").texts("main samp"), ["included\n"]);
    assert_eq!(site.page("b.html").texts("main samp"), ["second\n"]);
}

#[test]
fn markdown_stays_markdown() {
    let text = "1. Item\n\n   ```bash\n   echo '<b>one</b>'\n   ```\n\nEnd.\n";
    let chapters = Book::new().chapter("a.md", text).preprocess("markdown");
    let expected = "1. Item\n\n   ```bash\n   echo '<b>one</b>'\n   ```\n   ```text\n   <b>one</b>\n   ```\n\nEnd.\n";
    assert!(chapters[0].starts_with(expected), "{}", chapters[0]);
    assert!(!chapters[0].contains("<figure"), "{}", chapters[0]);
}

#[test]
fn a_failure_stops_the_build_and_keeps_the_old_pages() {
    let book = Book::new().step("echo first");
    let site = book.build().unwrap();
    let book = book.step("exit 4");
    let error = book.build().unwrap_err();
    assert!(error.contains("docktest"), "{error}");
    assert_eq!(site.page("lab.html").texts("main samp"), ["first\n"]);

    let outcome = book.to_preprocess("html").run();
    outcome.exits(1).tells("error[exit-status]").tells("src/lab.md:8:1");
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn wrong_annotations_stop_the_build() {
    let book = Book::new().step_with("untill=x", "true");
    let outcome = without_programs(book.to_preprocess("html")).run();
    outcome.exits(2).tells("error[unknown-attribute]").tells("src/lab.md:3:9");
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn sources_in_the_build_directory_are_refused() {
    let book = Book::new()
        .config("[book]\nsrc = \"html/src\"\n[build]\nbuild-dir = \"html\"")
        .file("html/src/SUMMARY.md", "- [A](a.md)\n")
        .file("html/src/a.md", "```bash\ntrue\n```\n");
    let outcome = without_programs(book.to_preprocess("html")).run();
    outcome.exits(2).fails_saying(&["html/src", "build-dir"]);
    book.build().unwrap_err();
    for name in ["SUMMARY.md", "a.md"] {
        assert!(fs::exists(book.path().join("html/src").join(name)).unwrap(), "{name} is gone");
    }
}

#[test]
fn the_error_for_an_older_mdbook_names_the_required_version() {
    let input = r#"[{"root":"/book","config":{"book":{"authors":[],"language":"en",
        "multilingual":false,"src":"src"},"output":{"html":{}}},"renderer":"html",
        "mdbook_version":"0.4.52"},{"sections":[{"Chapter":{"name":"A","content":"x",
        "number":[1],"sub_items":[],"path":"a.md","source_path":"a.md","parent_names":[]}}],
        "__non_exhaustive":null}]"#;
    let outcome = Program::new([""; 0]).stdin(input).run();
    outcome.exits(2).fails_saying(&["mdBook ≥ 0.5 required", "0.4.52"]);
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn the_error_without_input_names_verify() {
    Program::new([""; 0]).run().exits(2).fails_saying(&["mdbook-docktest verify"]);
}

#[test]
fn a_warning_is_not_on_the_page() {
    let outcome = Book::new().step("docker volume create data").to_preprocess("html").run();
    outcome.exits(0).tells("warning[leftover]: volume `data` still exists");
    assert!(!outcome.stdout().contains("leftover"), "{outcome}");
}
