//! IDs that a page shows, and those of a run in their place.
//!
//! A page can show the ID of a container, and name the container by it in a later command. In each run the ID is
//! another one: the command runs with that, and its output is compared as if it had the page's.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use serde::{Deserialize, Serialize};

/// What a page shows of an ID, a generated name or a token, and what a run has in its place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PageId {
    /// On the page: the whole value, or the part of it that commands use.
    pub page: String,
    /// In the run, in the same length.
    pub actual: String,
}

/// What can be an ID, a name or a token.
static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\w+(?:-\w+)*").expect("it is a regex of our own"));

/// Returns a command as it runs.
pub(crate) fn with_actual_ids<'a>(command: &'a str, ids: &[PageId]) -> Cow<'a, str> {
    replaced(command, ids, |id| (&id.page, &id.actual))
}

/// Returns output as it would be if the run had the page's IDs.
pub(crate) fn with_page_ids<'a>(output: &'a str, ids: &[PageId]) -> Cow<'a, str> {
    replaced(output, ids, |id| (&id.actual, &id.page))
}

/// Returns the IDs that a command names.
pub(crate) fn named_in<'a>(command: &str, ids: &'a [PageId]) -> Vec<&'a PageId> {
    let is_named = |id: &&PageId| words(command).any(|word| word == id.page);
    ids.iter().filter(is_named).collect()
}

fn replaced<'a>(
    text: &'a str,
    ids: &[PageId],
    direction: impl Fn(&PageId) -> (&str, &str),
) -> Cow<'a, str> {
    if ids.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut new = String::with_capacity(text.len());
    let mut kept = 0;
    for word in WORD.find_iter(text) {
        let mut ids = ids.iter().map(&direction);
        if let Some((_, to)) = ids.find(|(from, _)| *from == word.as_str()) {
            new.push_str(&text[kept..word.start()]);
            new.push_str(to);
            kept = word.end();
        }
    }
    Cow::Owned(new + &text[kept..])
}

/// Returns the words of a text that can be IDs, names or tokens.
pub(crate) fn words(text: &str) -> impl Iterator<Item = &str> {
    WORD.find_iter(text).map(|word| word.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids() -> [PageId; 2] {
        [("d4b", "9f2"), ("happy_morse", "sad_curie")]
            .map(|(page, actual)| PageId { page: page.to_owned(), actual: actual.to_owned() })
    }

    #[test]
    fn whole_words_are_replaced_in_both_directions() {
        let command = "docker stop d4b happy_morse; echo xd4b d4b0 $d4b";
        let actual = with_actual_ids(command, &ids());
        assert_eq!(actual, "docker stop 9f2 sad_curie; echo xd4b d4b0 $9f2");
        assert_eq!(with_page_ids("9f2\nsad_curie 9f21\n", &ids()), "d4b\nhappy_morse 9f21\n");
        assert_eq!(with_page_ids("9f2", &[]), "9f2");
    }

    #[test]
    fn the_ids_of_a_command_are_those_that_it_names() {
        assert_eq!(named_in("docker stop d4b", &ids()), [&ids()[0]]);
        assert!(named_in("docker stop d4b0", &ids()).is_empty());
    }
}
