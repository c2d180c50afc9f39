//! Steps whose `output` blocks are all for other versions of the engine.

use super::Difference;
use crate::model::finding::Code;
use crate::model::scenario::{Expectation, Step};

/// Returns the difference if a step has `output` blocks for versions of the engine, and none of those for the same
/// streams is for this version.
pub(super) fn difference(step: &Step, engine: &str) -> Option<Difference> {
    let for_versions = step.expectations.iter().filter(|expectation| expectation.engine.is_some());
    let streams = |expectation: &Expectation| expectation.attributes.streams;
    let is_met = |one: &&Expectation| {
        step.expectations_on(engine).any(|other| streams(other).overlaps(streams(one)))
    };
    let first = for_versions.clone().find(|expectation| !is_met(expectation))?;
    let versions = for_versions
        .filter(|other| streams(other) == streams(first))
        .filter_map(|other| Some(format!("`{}`", other.engine.as_ref()?)));
    let versions: Vec<String> = versions.collect();
    let of = match versions.len() {
        1 => "the `output` block of this step is",
        _ => "the `output` blocks of this step are",
    };
    let message = format!("{of} for Docker Engine {}, and not for {engine}", versions.join(", "));
    let help =
        "add an `output` block with `engine` for this version, or change that of another one";
    Some(Difference {
        code: Code::NoOutputForEngine,
        span: first.fence.opening(),
        message,
        help: Some(help.to_owned()),
        remedies: Vec::new(),
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::extract::{Extensions, extract};

    /// The message about a step with these `output` blocks on an engine of this version.
    fn message(blocks: &[&str], engine: &str) -> Option<String> {
        let blocks = blocks.iter().map(|block| format!("```output {block}\na\n```\n"));
        let text = format!("```bash\nls\n```\n{}", blocks.collect::<String>());
        let scenario = extract(Path::new("c.md"), &text, Extensions::default());
        assert!(scenario.findings.is_empty(), "{:?}", scenario.findings);
        difference(&scenario.steps[0], engine).map(|difference| difference.message)
    }

    #[test]
    fn a_block_for_this_version_or_for_all_is_enough() {
        assert_eq!(message(&[], "26.1.5"), None);
        assert_eq!(message(&[""], "26.1.5"), None);
        assert_eq!(message(&["engine=\"<23\"", "engine=\">=23\""], "20.10.24"), None);
        assert_eq!(
            message(&["stdout engine=\"<23\"", "stdout engine=23", "stderr"], "23.0.1"),
            None
        );
    }

    #[test]
    fn without_one_the_versions_are_named() {
        assert_eq!(
            message(&["engine=\"<23\""], "26.1.5+dfsg1").as_deref(),
            Some(
                "the `output` block of this step is for Docker Engine `<23`, and not for 26.1.5+dfsg1"
            )
        );
        assert_eq!(
            message(&["stdout engine=20.10", "stdout engine=28", "stderr"], "26.1.5").as_deref(),
            Some(
                "the `output` blocks of this step are for Docker Engine `20.10`, `28`, and not for 26.1.5"
            )
        );
    }
}
