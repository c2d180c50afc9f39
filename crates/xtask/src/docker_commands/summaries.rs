//! What commands do, in our own words.

/// The sentence about a command; none for those whose name says enough.
pub(super) fn summary(path: &str) -> Option<&'static str> {
    SUMMARIES.iter().find(|(command, _)| *command == path).map(|(_, summary)| *summary)
}

const SUMMARIES: &[(&str, &str)] = &[];
