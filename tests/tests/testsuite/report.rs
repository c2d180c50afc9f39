//! The reports in all formats.

use std::fs;

use serde_json::Value;
use testsuite::{Book, Program};

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().unwrap().keys().map(String::as_str).collect()
}

#[track_caller]
fn has_fields(value: &Value, fields: &[&str]) {
    for field in fields {
        assert!(keys(value).contains(field), "no {field} in {value:#}");
    }
}

#[test]
fn json_has_the_fields_that_programs_rely_on() {
    let outcome = Book::new()
        .step("echo out; echo err >&2")
        .step("exit 7")
        .step_with("ignore", "true")
        .verify();
    let report = outcome.exits(1).report();
    has_fields(&report, &["schema", "engine", "summary", "chapters"]);
    assert_eq!(report["schema"], 1);
    assert_eq!(report["engine"]["kind"], "process");
    let major = report["engine"]["version"].as_str().unwrap().split('.').next().unwrap().to_owned();
    assert!(major.parse::<u32>().unwrap() >= 23, "{major}");

    let summary = &report["summary"];
    for (field, count) in [
        ("chapters", 1),
        ("steps", 3),
        ("passed", 1),
        ("failed", 1),
        ("skipped", 0),
        ("ignored", 1),
    ] {
        assert_eq!(summary[field], count, "{field}");
    }

    let chapter = &report["chapters"][0];
    has_fields(chapter, &["path", "steps", "findings"]);
    assert_eq!(chapter["path"], "src/lab.md");
    let step = &chapter["steps"][0];
    has_fields(step, &["line", "commands", "status", "effects"]);
    assert_eq!((&step["line"], &step["status"]), (&4.into(), &"passed".into()));
    let command = &step["commands"][0];
    has_fields(command, &["command", "exit", "transcript", "duration_ms"]);
    assert_eq!(command["exit"], 0);
    assert!(command["command"].as_str().unwrap().starts_with("echo out"));
    let mut streams: Vec<&str> = command["transcript"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chunk| {
            has_fields(chunk, &["stream", "at_ms", "text"]);
            chunk["stream"].as_str().unwrap()
        })
        .collect();
    streams.sort_unstable();
    assert_eq!(streams, ["stderr", "stdout"]);

    let finding = &chapter["findings"][0];
    has_fields(finding, &["code", "severity", "path", "line", "column", "message", "help"]);
    assert_eq!((&finding["code"], &finding["severity"]), (&"exit-status".into(), &"error".into()));
}

#[test]
fn a_report_can_be_written_to_a_file() {
    let book = Book::new().step("echo hello");
    let outcome = book.to_verify().arg("--output").arg("report.json").run();
    outcome.exits(0);
    assert_eq!(outcome.stdout(), "");
    let report: Value =
        serde_json::from_slice(&fs::read(book.path().join("report.json")).unwrap()).unwrap();
    assert_eq!(report["summary"]["passed"], 1);
}

#[test]
fn an_unwritable_report_is_an_error_before_anything_runs() {
    let book = Book::new().step("true");
    let outcome = book.to_verify().arg("--output").arg("/nowhere/report.json").run();
    outcome.fails_saying(&["/nowhere/report.json"]);
    assert!(!outcome.stderr().contains("1/1"), "{outcome}");
}

#[test]
fn the_human_report_has_position_cause_remedy_and_command() {
    let outcome = Book::new().step("ls /nowhere").command(["verify"]).run();
    outcome.exits(1);
    for expected in [
        "error[exit-status]: this command exited with status 2 instead of 0",
        "src/lab.md:4:1",
        "ls /nowhere",
        "No such file or directory",
        "mdbook-docktest verify src/lab.md",
        "1 chapter, 1 step: 0 passed, 1 failed, 0 skipped, 0 ignored",
    ] {
        assert!(outcome.stdout().contains(expected), "{expected}\n{outcome}");
    }
    assert!(!outcome.stdout().contains('\x1b'), "colours without a terminal");
    outcome.tells("1/1 line 4: ls /nowhere");
}

#[test]
fn a_single_chapter_or_file_can_be_verified() {
    let book = Book::new()
        .chapter("good.md", "```bash\ntrue\n```\n")
        .chapter("bad.md", "```bash\nfalse\n```\n")
        .file("notes/README.md", "```bash\nexit 5\n```\n");
    book.command(["verify", "src/good.md"]).run().exits(0);
    let both = ["verify", "--format", "json", "src/bad.md", "notes/README.md"];
    let outcome = book.command(both).run();
    outcome.exits(1);
    assert_eq!(outcome.report()["chapters"][1]["path"], "notes/README.md");
    assert_eq!(outcome.findings().len(), 2);
}

#[test]
fn globs_select_the_chapters_of_a_book() {
    let book = Book::new()
        .chapter("good.md", "```bash\ntrue\n```\n")
        .chapter("bad.md", "```bash\nfalse\n```\n");
    book.verify().exits(1);
    let outcome = book.to_verify().arg("--chapter").arg("goo*").run();
    outcome.exits(0);
    assert_eq!(outcome.report()["summary"]["chapters"], 1);
    let outcome = book.to_verify().arg("--chapter").arg("ugly.md").run();
    outcome.exits(2).fails_saying(&["no chapter matches", "ugly.md"]);
    book.to_verify().arg("--chapter").arg("[").run().exits(2).tells("--chapter");
}

#[test]
fn wrong_usage_exits_with_2_and_a_remedy() {
    Program::new(["verify", "--no-such-option"]).run().exits(2).tells("--help");
    Program::new(["verify", "/nowhere/at/all.md"]).run().exits(2).fails_saying(&["/nowhere"]);
    let book = Book::new().setting("timeuot = \"1s\"").step("true");
    book.verify().exits(2).fails_saying(&["timeuot", "book.toml"]);
    let empty = Book::new();
    Program::new(["verify"])
        .directory(empty.temporary())
        .run()
        .exits(2)
        .fails_saying(&["book.toml"]);
}

#[test]
fn the_junit_report_is_xml() {
    let book = Book::new().step("echo '<out>'; exit 7").step_with("ignore", "true");
    let outcome = book.command(["verify", "--format", "junit"]).run();
    outcome.exits(1);
    for expected in [
        r#"<testsuite name="src/lab.md" tests="2" skipped="1" errors="0" failures="1""#,
        r#"<failure message="this command exited with status 7 instead of 0" type="exit-status">"#,
        "&lt;out&gt;",
    ] {
        assert!(outcome.stdout().contains(expected), "{expected}\n{outcome}");
    }
}

#[test]
fn the_github_report_has_annotations() {
    let outcome = Book::new().step("exit 7").command(["verify", "--format", "github"]).run();
    outcome.exits(1);
    let expected = "::error file=src/lab.md,line=4,col=1,title=docktest exit-status::\
        this command exited with status 7 instead of 0%0A";
    assert!(outcome.stdout().starts_with(expected), "{outcome}");
    assert!(outcome.stdout().ends_with("0 skipped, 0 ignored\n"), "{outcome}");
}
