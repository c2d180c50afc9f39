//! What the preprocessor tells an author whose book has it run before `links`.

use serde_json::json;

/// What it writes to standard error for a book with this table.
fn told(table: &serde_json::Value) -> String {
    let book = tempfile::tempdir().expect("there is room");
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
        .expect("a book is built all the same");
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim_end(), r#"{"items":[]}"#);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn an_order_that_is_missing_or_contrary_is_told_with_its_remedy() {
    assert_eq!(told(&json!({ "after": ["links"] })), "");
    for table in [json!({}), json!({ "before": ["links"] })] {
        let told = told(&table);
        assert!(told.starts_with("warning: "), "{told}");
        assert!(told.contains("write `after = [\"links\"]`"), "{told}");
    }
}
