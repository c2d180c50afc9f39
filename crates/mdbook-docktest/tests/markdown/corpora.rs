//! Markdown of other projects, from the packages in the lock file, so that no copies are kept here.
//!
//! pulldown-cmark's package has the examples of the CommonMark specification as tests, and most packages
//! have Markdown documents. cargo fetches missing packages.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::untouched;

/// The number of examples in the CommonMark specification, since version 0.30.
const SPECIFICATION: usize = 652;

/// The names and the directories of all packages in the lock file.
fn packages() -> Vec<(String, PathBuf)> {
    let metadata = duct::cmd!(env!("CARGO"), "metadata", "--format-version=1", "--locked")
        .dir(env!("CARGO_MANIFEST_DIR"))
        .stdin_null()
        .read()
        .expect("cargo can fetch the packages");
    let metadata: Value = serde_json::from_str(&metadata).expect("the metadata is JSON");
    let packages = metadata["packages"].as_array().expect("the metadata has packages").iter();
    packages
        .filter(|package| !package["source"].is_null())
        .map(|package| {
            let text = |key: &str| package[key].as_str().expect("the value is a string").to_owned();
            let manifest = PathBuf::from(text("manifest_path"));
            (text("name"), manifest.parent().expect("a manifest is in a directory").to_owned())
        })
        .collect()
}

/// The files with this extension below a directory.
fn files(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("the directory can be read") {
        let entry = entry.expect("the entry can be read");
        let path = entry.path();
        if entry.file_type().expect("the entry has a type").is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|other| other == extension) {
            found.push(path);
        }
    }
}

/// The examples in a file of pulldown-cmark's tests: the raw strings named `original`.
fn examples(source: &str) -> impl Iterator<Item = &str> {
    let after = source.split("let original = r##\"").skip(1);
    after.map(|rest| rest.split_once("\"##;").expect("the string ends").0)
}

#[test]
fn the_examples_of_the_specification_are_unchanged() {
    let (_, package) = packages()
        .into_iter()
        .find(|(name, _)| name == "pulldown-cmark")
        .expect("mdBook depends on it");
    let suite = package.join("tests/suite");
    let read = |path: &Path| fs::read_to_string(path).expect("the package has its tests");

    let specification = read(&suite.join("spec.rs"));
    let specification: Vec<&str> = examples(&specification).collect();
    assert_eq!(specification.len(), SPECIFICATION);
    for example in specification {
        // The specification has no steps.
        assert!(untouched::check(example).steps.is_empty(), "{example}");
    }

    // The extensions: footnotes, tables, task lists, definition lists, formulas.
    let mut others = Vec::new();
    files(&suite, "rs", &mut others);
    let others: Vec<String> = others.iter().map(|path| read(path)).collect();
    let others: Vec<&str> = others.iter().flat_map(|source| examples(source)).collect();
    assert!(others.len() > SPECIFICATION + 300, "{}", others.len());
    for example in others {
        untouched::check(example);
    }
}

#[test]
fn documents_of_other_projects_are_unchanged() {
    let mut documents = Vec::new();
    for (_, directory) in packages() {
        files(&directory, "md", &mut documents);
    }
    let mut steps = 0;
    for document in &documents {
        // mdBook does not read chapters that are not UTF-8 either.
        let Ok(text) = fs::read_to_string(document) else { continue };
        steps += untouched::check(&text).steps.len();
    }
    assert!(documents.len() > 300, "{}", documents.len());
    assert!(steps > 100, "{steps}");
}
