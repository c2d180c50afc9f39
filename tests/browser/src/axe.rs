//! Accessibility rules, checked by Deque's axe-core.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

use docker_sandbox::cache_directory;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::browser::Browser;

/// `cargo xtask test` downloads it, and checks its version and checksum.
static AXE: LazyLock<String> = LazyLock::new(|| {
    let file = cache_directory().unwrap().join("axe-core/axe.min.js");
    fs::read_to_string(&file).unwrap_or_else(|error| {
        panic!("{}: {error}: run `cargo xtask test --only browser`", file.display())
    })
});

/// A rule that a page violates.
#[derive(Debug, Deserialize)]
struct Violation {
    id: String,
    help: String,
    nodes: Vec<Node>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    html: String,
    failure_summary: String,
}

/// The rules that are about colours: those with axe-core's tag `cat.color` that are on by default.
const ABOUT_COLORS: [&str; 2] = ["color-contrast", "link-in-text-block"];

impl Browser {
    /// The rules that the elements that match a selector, or their descendants, violate. At least one
    /// element must match.
    #[track_caller]
    pub fn violations(&self, selector: &str) -> Vec<String> {
        self.violated(selector, &json!({}))
    }

    /// As [`Self::violations`], but only of the rules that are about colours.
    #[track_caller]
    pub fn violations_in_colors(&self, selector: &str) -> Vec<String> {
        self.violated(selector, &json!({"runOnly": ABOUT_COLORS}))
    }

    #[track_caller]
    fn violated(&self, selector: &str, options: &Value) -> Vec<String> {
        if self.value::<bool>("typeof axe === 'undefined'") {
            self.call::<()>(&AXE, &[]);
        }
        let found: Vec<Violation> = self.call_async(
            "const [selector, options] = arguments;
             axe.run({include: [selector]}, {resultTypes: ['violations'], ...options})
                .then(results => done(results.violations), error => done(String(error)))",
            &[json!(selector), options.clone()],
        );
        let mut violations = BTreeMap::new();
        for Violation { id, help, nodes } in found {
            let nodes = nodes.iter().map(|node| format!("{}\n{}", node.html, node.failure_summary));
            violations.insert(format!("{id}: {help}"), nodes.collect::<Vec<_>>().join("\n"));
        }
        violations.into_iter().map(|(rule, nodes)| format!("{rule}\n{nodes}")).collect()
    }
}
