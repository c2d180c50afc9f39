//! A file with thirty mistakes: the program reports all of them in one run, each at its place, and runs
//! nothing.

use std::path::Path;

use serde_json::Value;

const DIRECTORY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");

/// One mistake per line: its code, its `line:column`, and the text at that place.
const MISTAKES: &str = include_str!("fixtures/broken.tsv");

/// Returns the report of `verify --format json` on the file. No engine can start here, so that an
/// attempt to run something would be reported.
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
    .expect("the program starts");
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert_eq!(stderr, "");
    serde_json::from_slice(&output.stdout).expect("the report is JSON")
}

#[test]
fn each_of_thirty_mistakes_is_a_finding_at_its_place() {
    let empty = tempfile::tempdir().expect("a temporary directory can be created");
    let report = verify(empty.path());
    let chapter = &report["chapters"][0];
    let findings = chapter["findings"].as_array().expect("there are findings");
    let found: Vec<String> = findings
        .iter()
        .map(|finding| {
            let code = finding["code"].as_str().expect("a code is a string");
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
fn the_table_has_the_text_at_each_place() {
    let text = std::fs::read_to_string(Path::new(DIRECTORY).join("broken.md"))
        .expect("the fixture can be read");
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
