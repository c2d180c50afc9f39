//! The order of preprocessors: `docktest` must run after mdBook's own `links`, which expands includes.
//! Otherwise `links` would look for `{{#include}}` in the output of steps.

use mdbook_preprocessor::config::Config;
use serde::de::IgnoredAny;

/// The preprocessor that must run first.
pub(super) const LINKS: &str = "links";

/// The order that `[preprocessor.docktest]` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// After `links`.
    Right,
    /// None. mdBook then sorts by name, and `docktest` comes before `links`.
    Unspecified,
    /// Before `links`.
    Wrong,
}

impl Order {
    pub(super) fn new(is_before_links: bool, is_after_links: bool) -> Self {
        match (is_before_links, is_after_links) {
            (true, _) => Self::Wrong,
            (false, true) => Self::Right,
            (false, false) => Self::Unspecified,
        }
    }
}

/// The warning about a wrong order.
pub(super) const WRONG: &str = "[preprocessor.docktest] has `before = [\"links\"]`: steps in included files are not found, and \
     mdBook expands `{{#include}}` in the output of steps; write `after = [\"links\"]` instead";

const UNSPECIFIED: &str = "[preprocessor.docktest] has no `after = [\"links\"]`: steps in included files are not found, and \
     mdBook expands `{{#include}}` in the output of steps; write `after = [\"links\"]`, or run \
     `mdbook-docktest install` in the book's directory";

/// The warning about the order, for a book that is being built.
pub(crate) fn warning(config: &Config) -> Option<&'static str> {
    let is_named = matches!(config.get::<IgnoredAny>("preprocessor.links"), Ok(Some(_)));
    if !config.build.use_default_preprocessors && !is_named {
        return None;
    }
    let has_links = |key: &str| {
        // mdBook reports a value of another type.
        let names = config.get::<Vec<String>>(&format!("preprocessor.docktest.{key}"));
        names.ok().flatten().is_some_and(|names| names.iter().any(|name| name == LINKS))
    };
    match Order::new(has_links("before"), has_links("after")) {
        Order::Right => None,
        Order::Unspecified => Some(UNSPECIFIED),
        Order::Wrong => Some(WRONG),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_warns_unless_docktest_runs_after_links() {
        let links_first = "[preprocessor.docktest]\nafter = [\"index\", \"links\"]";
        let without_links = "[build]\nuse-default-preprocessors = false";
        let own_links = "[build]\nuse-default-preprocessors = false\n[preprocessor.links]";
        for (config, expected) in [
            (links_first, None),
            (without_links, None),
            (own_links, Some(UNSPECIFIED)),
            ("[preprocessor.docktest]", Some(UNSPECIFIED)),
            ("[preprocessor.docktest]\nafter = [\"index\"]", Some(UNSPECIFIED)),
            ("[preprocessor.docktest]\nbefore = [\"links\"]", Some(WRONG)),
        ] {
            assert_eq!(warning(&config.parse().unwrap()), expected, "{config}");
        }
        for warning in [UNSPECIFIED, WRONG] {
            assert!(warning.contains("write `after = [\"links\"]`"), "{warning}");
        }
    }
}
