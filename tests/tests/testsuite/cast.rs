//! `cast` exports recordings for asciinema.

use serde_json::Value;
use testsuite::Book;

/// The lines of a terminal recording.
fn lines(cast: &str) -> Vec<Value> {
    cast.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// What a terminal recording shows.
fn shown(cast: &str) -> String {
    lines(cast)[1..].iter().map(|event| event[2].as_str().unwrap()).collect()
}

#[test]
fn a_recorded_chapter_becomes_a_terminal_recording() {
    let book = Book::new()
        .step("echo one; sleep 2; echo two")
        .step_with("tty stdin=\"y\\n\"", "read -p 'Sure? ' answer");
    book.command(["record"]).run().exits(0);
    let chapter = ["cast", "src/lab.md"];
    // Nothing runs.
    let outcome = book.command(chapter).env("PATH", "/nowhere").run();
    outcome.exits(0);
    let events = lines(outcome.stdout());
    assert_eq!((&events[0]["version"], &events[0]["width"]), (&2.into(), &80.into()));
    let times: Vec<f64> = events[1..].iter().map(|event| event[0].as_f64().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let at = |text: &str| {
        let event = events[1..].iter().find(|event| event[2] == text);
        event.unwrap_or_else(|| panic!("no {text:?} in {events:?}"))[0].as_f64().unwrap()
    };
    // Far less than the pause: on a busy machine, the first line is read late.
    assert!(at("two\r\n") - at("one\r\n") >= 0.4, "{events:?}");
    let text = shown(outcome.stdout());
    assert!(text.starts_with("$ echo one; sleep 2; echo two\r\none\r\ntwo\r\n$ read"), "{text:?}");
    assert!(text.ends_with("Sure? y\r\n"), "{text:?}");
}

#[test]
fn one_step_is_exported_by_its_line() {
    let book = Book::new().step("echo one").step("echo two");
    book.command(["record"]).run().exits(0);
    let export = |line: &str| book.command(["cast", "src/lab.md", "--step", line]).run();
    let text = std::fs::read_to_string(book.path().join("src/lab.md")).unwrap();
    let line = 1 + text.lines().position(|line| line == "echo two").unwrap();
    let outcome = export(&line.to_string());
    outcome.exits(0);
    assert_eq!(shown(outcome.stdout()), "$ echo two\r\ntwo\r\n");
    export("999").exits(2).tells("no step at line 999 of src/lab.md: use a line of a shell block");
}

#[test]
fn without_a_current_recording_there_is_nothing_to_export() {
    let book = Book::new().step("echo one");
    book.write();
    let outcome = book.command(["cast", "src/lab.md"]).run();
    outcome.exits(2).tells("run `mdbook-docktest record src/lab.md`");
}
