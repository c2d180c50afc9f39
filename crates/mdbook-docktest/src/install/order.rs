//! When mdBook runs the program: after its own preprocessor `links`, which puts into chapters the files
//! that they include. What is printed must not be there yet when that one looks for such commands.

use mdbook_preprocessor::config::Config;
use serde::de::IgnoredAny;

/// The preprocessor that has to run before.
pub(super) const LINKS: &str = "links";

/// What a table of a preprocessor says of its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// What it has to.
    Right,
    /// Nothing. mdBook goes by names then, and `docktest` comes before `links`.
    Unsaid,
    /// The contrary.
    Contrary,
}

impl Order {
    pub(super) fn new(is_before_links: bool, is_after_links: bool) -> Self {
        match (is_before_links, is_after_links) {
            (true, _) => Self::Contrary,
            (false, true) => Self::Right,
            (false, false) => Self::Unsaid,
        }
    }
}

/// What is told of a contrary order.
pub(super) const CONTRARY: &str = "`before` of [preprocessor.docktest] has \"links\": files that chapters include are not there \
     yet when their steps are looked for, and mdBook looks for commands in what they print; write \
     `after = [\"links\"]` instead";

const UNSAID: &str = "`after` of [preprocessor.docktest] has no \"links\": files that chapters include are not there \
     yet when their steps are looked for, and mdBook looks for commands in what they print; write \
     `after = [\"links\"]`, or run `mdbook-docktest install` in the book's directory";

/// What an author who builds a book should be told of its order.
pub(crate) fn warning(config: &Config) -> Option<&'static str> {
    let is_named = matches!(config.get::<IgnoredAny>("preprocessor.links"), Ok(Some(_)));
    if !config.build.use_default_preprocessors && !is_named {
        return None;
    }
    let has_links = |key: &str| {
        // A list that is none is for mdBook to tell of.
        let names = config.get::<Vec<String>>(&format!("preprocessor.docktest.{key}"));
        names.ok().flatten().is_some_and(|names| names.iter().any(|name| name == LINKS))
    };
    match Order::new(has_links("before"), has_links("after")) {
        Order::Right => None,
        Order::Unsaid => Some(UNSAID),
        Order::Contrary => Some(CONTRARY),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_build_warns_of_an_order_in_which_output_would_be_read_as_commands() {
        let links_first = "[preprocessor.docktest]\nafter = [\"index\", \"links\"]";
        let without_links = "[build]\nuse-default-preprocessors = false";
        let own_links = "[build]\nuse-default-preprocessors = false\n[preprocessor.links]";
        for (config, expected) in [
            (links_first, None),
            (without_links, None),
            (own_links, Some(UNSAID)),
            ("[preprocessor.docktest]", Some(UNSAID)),
            ("[preprocessor.docktest]\nafter = [\"index\"]", Some(UNSAID)),
            ("[preprocessor.docktest]\nbefore = [\"links\"]", Some(CONTRARY)),
        ] {
            assert_eq!(warning(&config.parse().unwrap()), expected, "{config}");
        }
        for warning in [UNSAID, CONTRARY] {
            assert!(warning.contains("write `after = [\"links\"]`"), "{warning}");
        }
    }
}
