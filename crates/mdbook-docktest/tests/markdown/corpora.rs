//! Markdown of others, from the packages that the lock file names: it is not ours to keep here.
//!
//! pulldown-cmark's package has the CommonMark specification's examples as tests, and most packages
//! have documents of their own. A package that is missing is fetched by cargo.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::untouched;

/// How many examples the CommonMark specification has, since version 0.30.
const SPECIFICATION: usize = 652;

/// The directories of all packages that the lock file names, with the packages' names.
fn packages() -> Vec<(String, PathBuf)> {
    let metadata = duct::cmd!(env!("CARGO"), "metadata", "--format-version=1", "--locked")
        .dir(env!("CARGO_MANIFEST_DIR"))
        .stdin_null()
        .read()
        .expect("cargo can fetch what the lock file names");
    let metadata: Value = serde_json::from_str(&metadata).expect("it is JSON");
    let packages = metadata["packages"].as_array().expect("there are packages").iter();
    packages
        .filter(|package| !package["source"].is_null())
        .map(|package| {
            let text = |key: &str| package[key].as_str().expect("it is text").to_owned();
            let manifest = PathBuf::from(text("manifest_path"));
            (text("name"), manifest.parent().expect("it is a file").to_owned())
        })
        .collect()
}

/// The files with this extension below a directory.
fn files(directory: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).expect("the package is there") {
        let entry = entry.expect("it can be read");
        let path = entry.path();
        if entry.file_type().expect("it can be read").is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|of_path| of_path == extension) {
            found.push(path);
        }
    }
}

/// The examples in a file of pulldown-cmark's tests: raw strings that are called `original`.
fn examples(source: &str) -> impl Iterator<Item = &str> {
    let after = source.split("let original = r##\"").skip(1);
    after.map(|rest| rest.split_once("\"##;").expect("the string ends").0)
}

#[test]
fn the_examples_of_the_specification_come_out_as_they_were() {
    let (_, package) = packages()
        .into_iter()
        .find(|(name, _)| name == "pulldown-cmark")
        .expect("mdBook parses with it");
    let suite = package.join("tests/suite");
    let read = |path: &Path| fs::read_to_string(path).expect("the package has its tests");

    let specification = read(&suite.join("spec.rs"));
    let specification: Vec<&str> = examples(&specification).collect();
    assert_eq!(specification.len(), SPECIFICATION);
    for example in specification {
        // None of its fences is marked as ours, so that nothing may change.
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
fn the_documents_of_other_projects_come_out_as_they_were() {
    let mut documents = Vec::new();
    for (_, directory) in packages() {
        files(&directory, "md", &mut documents);
    }
    let mut steps = 0;
    for document in &documents {
        // What is no UTF-8 is no chapter for mdBook either.
        let Ok(text) = fs::read_to_string(document) else { continue };
        steps += untouched::check(&text).steps.len();
    }
    assert!(documents.len() > 300, "{}", documents.len());
    assert!(steps > 100, "{steps}");
}
