//! What a report says is true: nothing is decided by chance, and nothing is left out.

use std::fs;

use testsuite::{Book, Program};

/// Prints on both streams in turn, without a pause.
const BOTH: &str = "for i in 1 2 3 4 5; do echo o$i; echo e$i >&2; done";
const ONE_BY_ONE: &str = "e1\ne2\ne3\ne4\ne5\no1\no2\no3\no4\no5\n";

#[test]
fn what_ran_before_a_timeout_is_judged_and_the_rest_is_accounted_for() {
    let text = "```console timeout=1s\n$ echo one\ntwo\n$ sleep 600\n$ docker volume create later\nlater\n```\n\n\
        ```bash\ndocker volume ls -q\n```\n\n```output\n```\n";
    Book::new().chapter("lab.md", text).verify().exits(1).finds_only(&[
        ("output-mismatch", "two"),
        ("timeout", "sleep 600"),
        ("not-run", "docker volume create later"),
    ]);
}

#[test]
fn the_order_between_the_streams_decides_nothing() {
    let in_turn: String = (1..=5).map(|i| format!("o{i}\ne{i}\n")).collect();
    let mut book = Book::new();
    for _ in 0..5 {
        book = book.step(BOTH).output(&in_turn).step(BOTH).output(ONE_BY_ONE);
    }
    book.verify().exits(0).finds_nothing();
    let book = Book::new().step(BOTH).output(&in_turn.replace("o1", "o9"));
    let first = book.verify();
    first.exits(1).finds_only(&[("output-mismatch", "o9")]).says("\n- o9\n+ o1\n  e1");
}

#[test]
fn accept_keeps_an_expectation_in_another_order() {
    let text = format!("```bash\n{BOTH}\n```\n\n```output\n{ONE_BY_ONE}```\n");
    let book = Book::new().chapter("lab.md", &text);
    book.command(["accept"]).run().exits(0);
    let accepted = || fs::read_to_string(book.path().join("src/lab.md")).unwrap();
    assert_eq!(accepted(), text);
    let new = text.replacen("done\n", "done; echo new\n", 1);
    fs::write(book.path().join("src/lab.md"), &new).unwrap();
    let again = |command| Program::new([command, "."]).directory(book.path()).run();
    again("accept").exits(0);
    assert!(accepted().contains("\nnew\n"), "{}", accepted());
    again("verify").exits(0);
}

#[test]
fn each_stream_can_have_its_own_expectation() {
    let text = "```bash\necho out; echo err >&2\n```\n\n```output stdout\nout\n```\n\n```output stderr\nerr\n```\n";
    Book::new().chapter("lab.md", text).verify().exits(0).finds_nothing();
    Book::new()
        .chapter("lab.md", &text.replace("\nerr\n", "\nother\n"))
        .verify()
        .exits(1)
        .finds_only(&[("output-mismatch", "other")]);
}

#[test]
fn a_page_can_state_the_status_of_a_command() {
    let text = "```console\n$ docker volume inspect nosuch\n[]\nError response from daemon: get nosuch: no such volume\n\
        $ echo \"status $?\"\nstatus 1\n```\n\n```bash\n(exit 3)\necho $?\n(exit 4)\n[ $? -eq 4 ]\n```\n\n\
        ```output\n3\n```\n\n```bash\n(exit 5)\necho $?\n```\n";
    Book::new()
        .chapter("lab.md", text)
        .verify()
        .exits(1)
        .finds_only(&[("exit-status", "(exit 5)")]);
}

#[test]
fn a_difference_that_cannot_be_seen_is_named() {
    let outcome = Book::new().step("printf '1\\u00a0Mo\\n'").output("1 Mo\n").verify();
    outcome.exits(1).says("- 1 Mo\n+ 1<U+00A0>Mo");
}

#[test]
fn a_failure_that_follows_from_another_gets_one_line() {
    let text = "```bash\nnosuchprogram --name web\n```\n\n```bash\ndocker volume inspect web\n```\n\n\
        ```bash ignore\nmkdir app\n```\n\n```bash\ncd app\n```\n";
    let book = Book::new().chapter("lab.md", text);
    let outcome = book.verify();
    outcome.exits(1).finds("exit-status", 2).finds("exit-status", 6).finds("exit-status", 14);
    outcome.says("follows from line 2: `web` does not exist");
    outcome.says("follows from line 10, which did not run: `app` does not exist");
    let human = book.command(["verify"]).run();
    assert!(
        human.stdout().contains("a step does not find the program `nosuchprogram`: "),
        "{human}"
    );
    assert!(
        human.stdout().contains(
            "\nerror[exit-status]: src/lab.md:6: follows from line 2: `web` does not exist\n"
        ),
        "{human}"
    );
}

#[test]
fn many_findings_are_brief_unless_all_are_wanted() {
    let mut book = Book::new();
    for _ in 0..14 {
        book = book.step("echo broken >&2; exit 3");
    }
    let brief = book.command(["verify"]).run();
    let excerpts = |text: &str| text.matches("\n  |\n").count() + text.matches("\n   |\n").count();
    assert!(brief.stdout().contains("error[exit-status]: 4 findings: broken\n  help: if this is expected, add `exit=3`\n  src/lab.md:44: "), "{brief}");
    assert!(brief.stdout().contains("add `--all-findings`"), "{brief}");
    let all = book.command(["verify", "--all-findings"]).run();
    assert!(!all.stdout().contains(" findings: "), "{all}");
    assert!(excerpts(all.stdout()) > excerpts(brief.stdout()), "{all}");
}
