//! What a build does about errors.

use testsuite::Book;

const BAD: &str = "# Bad\n\n```bash\necho one\n```\n\n```bash\nexit 4\n```\n";
const GOOD: &str = "# Good\n\n```bash\necho good\n```\n";
const MISTYPED: &str =
    "# Mistyped\n\n```bash untill=x\necho never\n```\n\n```bash\necho nor this\n```\n";

fn embedding() -> Book {
    Book::new().setting("on-failure = \"embed\"")
}

#[test]
fn embedded_findings_are_on_the_page_and_on_standard_error() {
    let book = embedding().chapter("bad.md", BAD).chapter("good.md", GOOD);
    let outcome = book.to_preprocess("html").run();
    outcome.exits(0).tells("error[exit-status]").tells("src/bad.md:8:1");

    let site = book.build().unwrap();
    let page = site.page("bad.html");
    assert_eq!(page.texts("main samp"), ["one\n"]);
    assert_eq!(page.texts("main p[lang=en] code"), ["error[exit-status]"]);
    let good = site.page("good.html");
    assert_eq!(good.texts("main samp"), ["good\n"]);
    assert!(good.texts("main p[lang=en]").is_empty());
}

#[test]
fn a_chapter_with_a_wrong_annotation_is_shown_without_being_run() {
    let book = embedding().chapter("mistyped.md", MISTYPED).chapter("good.md", GOOD);
    let outcome = book.to_preprocess("html").run();
    outcome.exits(0).tells("error[unknown-attribute]");
    assert!(!outcome.stderr().contains("echo nor this"), "{outcome}");

    let site = book.build().unwrap();
    let page = site.page("mistyped.html");
    assert!(page.texts("main samp").is_empty());
    let findings = page.texts("main p[lang=en]").concat();
    assert!(findings.contains("unknown attribute `untill`"), "{findings}");
    assert_eq!(site.page("good.html").texts("main samp"), ["good\n"]);
}

#[test]
fn mdbook_serve_embeds_findings_by_default() {
    let served = "[book]\nsrc = \"src\"\n[build]\nbuild-dir = \"html\"\n\
                  [output.html]\nlive-reload-endpoint = \"__livereload\"";
    let book = || Book::new().config(served).step("exit 4");
    let outcome = book().to_preprocess("html").run();
    outcome.exits(0).tells("error[exit-status]");
    assert!(outcome.stdout().contains("error[exit-status]"), "{outcome}");

    let outcome = book().setting("on-failure = \"abort\"").to_preprocess("html").run();
    outcome.exits(1).tells("error[exit-status]");
    assert_eq!(outcome.stdout(), "");
}

#[test]
fn a_missing_engine_or_image_stops_the_build() {
    let book = embedding().setting("run = \"always\"").step("true");
    let outcome = book.to_preprocess("html").env("PATH", "/nowhere").run();
    outcome.exits(3);
    assert_eq!(outcome.stdout(), "");

    let book = embedding().step("docker run testsuite/missing:1 true");
    let outcome = book.to_preprocess("html").run();
    outcome.exits(3).tells("error[image-missing]");
    assert_eq!(outcome.stdout(), "");
}
