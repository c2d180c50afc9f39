//! The version of an object of a swarm, which counts each change of any: `docker service inspect`.

use std::sync::LazyLock;

use regex::Regex;

use super::{Kind, Volatile, kinds};

static NUMBER: Kind = kinds::NUMBER;

/// Whether the last line began a version.
#[derive(Debug, Default)]
pub(super) struct Versions {
    is_inside: bool,
}

impl Versions {
    /// Returns the number in a line that is a version by the line above it.
    pub(super) fn value(&mut self, line: &str) -> Option<Volatile> {
        static INDEX: LazyLock<Regex> = LazyLock::new(|| {
            Regex::new(r#"^ *"Index": ([0-9]+)$"#).expect("it is a regex of our own")
        });
        let begins = line.trim() == r#""Version": {"#;
        if !std::mem::replace(&mut self.is_inside, begins) {
            return None;
        }
        let span = INDEX.captures(line)?.get(1)?.range();
        Some(Volatile { span, kind: &NUMBER })
    }
}
