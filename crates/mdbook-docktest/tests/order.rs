//! The warning for a book that does not run the preprocessor after `links`.

use serde_json::json;

/// Returns what the preprocessor prints to standard error for a book with this table.
fn stderr(table: &serde_json::Value) -> String {
    let book = tempfile::tempdir().expect("a temporary directory can be created");
    let context = json!({
        "root": book.path(),
        "config": { "preprocessor": { "docktest": table } },
        "renderer": "html",
        "mdbook_version": "0.5.4",
    });
    let input = json!([context, { "items": [] }]).to_string();
    let output = duct::cmd!(env!("CARGO_BIN_EXE_mdbook-docktest"))
        .dir(book.path())
        .stdin_bytes(input)
        .stdout_capture()
        .stderr_capture()
        .run()
        .expect("the book is built in any case");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), r#"{"items":[]}"#);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_missing_or_contrary_order_is_a_warning_with_its_remedy() {
    assert_eq!(stderr(&json!({ "after": ["links"] })), "");
    for table in [json!({}), json!({ "before": ["links"] })] {
        let stderr = stderr(&table);
        assert!(stderr.starts_with("warning: "), "{stderr}");
        assert!(stderr.contains("write `after = [\"links\"]`"), "{stderr}");
    }
}
