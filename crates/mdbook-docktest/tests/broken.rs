//! A file that is wrong in thirty places: the program tells of all of them in one run, each where
//! it is, and runs nothing.

use std::path::Path;

use serde_json::Value;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// One mistake a line: its code and `line:column`, and what stands there.
const MISTAKES: &str = include_str!("fixtures/broken.tsv");

/// What `verify --format json` prints about the file. No engine can start: with one, it would say
/// something else than that nothing was run.
fn verify(directory: &Path) -> Value {
    let output = duct::cmd!(
        env!("CARGO_BIN_EXE_mdbook-docktest"),
        "verify",
        "--format=json",
        "--engine-root",
        directory,
        "broken.md"
    )
    .dir(DIRECTORY)
    .env("PATH", "/nowhere")
    .stdin_null()
    .stdout_capture()
    .stderr_capture()
    .unchecked()
    .run()
    .expect("the program is there");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr, "");
    serde_json::from_slice(&output.stdout).expect("the report is JSON")
}

#[test]
fn thirty_mistakes_are_thirty_findings_each_in_its_place() {
    let empty = tempfile::tempdir().expect("there is room");
    let report = verify(empty.path());
    let chapter = &report["chapters"][0];
    let findings = chapter["findings"].as_array().expect("there are findings");
    let found: Vec<String> = findings
        .iter()
        .map(|finding| {
            let code = finding["code"].as_str().expect("it is text");
            format!("{code}\t{}:{}", finding["line"], finding["column"])
        })
        .collect();
    let expected: Vec<&str> = MISTAKES
        .lines()
        .filter_map(|line| line.rsplit_once('\t').map(|(place, _)| place))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(found.len(), 30);

    assert!(report["engine"].is_null(), "{report}");
    let steps = chapter["steps"].as_array().expect("there are steps");
    for step in steps {
        assert_eq!(step["commands"], Value::Array(Vec::new()), "{step}");
        assert!(step["status"] != "passed", "{step}");
    }
    assert!(steps.len() > 10, "{report}");
}

#[test]
fn the_table_says_what_stands_at_each_place() {
    let text =
        std::fs::read_to_string(Path::new(DIRECTORY).join("broken.md")).expect("it is there");
    let lines: Vec<&str> = text.lines().collect();
    for mistake in MISTAKES.lines() {
        let mut columns = mistake.split('\t');
        let (Some(_), Some(place), Some(words)) = (columns.next(), columns.next(), columns.next())
        else {
            panic!("{mistake}");
        };
        let (line, column) = place.split_once(':').expect("a place is LINE:COLUMN");
        let (line, column): (usize, usize) = (line.parse().unwrap(), column.parse().unwrap());
        let rest: String = lines[line - 1].chars().skip(column - 1).collect();
        assert!(rest.starts_with(words), "{mistake}: {rest}");
    }
}
