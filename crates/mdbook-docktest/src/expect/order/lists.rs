//! The lists that docker joins from a map of Go's, whose order is random: labels, networks and mounts of a container in
//! `docker ps --format json` and `docker compose ps --format json`.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// A list, whose entries may contain escaped quotes. As docker escapes no commas, a value with some is several entries.
static LIST: LazyLock<Regex> = LazyLock::new(|| {
    let regex =
        r#""(?<name>Labels|Networks|Mounts)":( ?)"(?<entries>(?:[^"\\]|\\.)*,(?:[^"\\]|\\.)*)""#;
    Regex::new(regex).expect("it is a regex of our own")
});

/// Returns output in which such lists are in the order of an expected one with the same entries.
pub(super) fn in_expected_order<'a>(expected: &str, actual: &'a str) -> Cow<'a, str> {
    let wanted: Vec<_> =
        LIST.captures_iter(expected).map(|list| (list["name"].to_owned(), keys(&list))).collect();
    if wanted.is_empty() {
        return Cow::Borrowed(actual);
    }
    with_entries(actual, |list| {
        let keys = keys(list);
        let sorted = sorted(&keys);
        // An entry that is there twice has no place of its own.
        if sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return None;
        }
        let is_wanted = |(name, other): &&(String, Vec<&str>)| {
            *name == list["name"] && self::sorted(other) == sorted
        };
        let (_, order) = wanted.iter().find(is_wanted)?;
        let place = |entry: &&str| order.iter().position(|key| *key == key_of(entry));
        Some(place_by(list, place))
    })
}

/// Returns output in which the entries of such lists are sorted.
pub(super) fn with_sorted_lists(text: &str) -> Cow<'_, str> {
    with_entries(text, |list| Some(place_by(list, |entry| (*entry).to_owned())))
}

/// Replaces the entries of lists by others, in which all bytes but these are the same.
fn with_entries<'a>(text: &'a str, new: impl Fn(&Captures<'_>) -> Option<String>) -> Cow<'a, str> {
    LIST.replace_all(text, |list: &Captures<'_>| match new(list) {
        Some(entries) => list[0].replace(&list["entries"], &entries),
        None => list[0].to_owned(),
    })
}

fn place_by<K: Ord>(list: &Captures<'_>, place: impl FnMut(&&str) -> K) -> String {
    let mut entries: Vec<&str> = list["entries"].split(',').collect();
    entries.sort_by_key(place);
    entries.join(",")
}

fn keys<'a>(list: &Captures<'a>) -> Vec<&'a str> {
    let entries = list.name("entries").map_or("", |entries| entries.as_str());
    entries.split(',').map(key_of).collect()
}

/// The part of an entry that is the same in each run: the name of a label.
fn key_of(entry: &str) -> &str {
    entry.split_once('=').map_or(entry, |(name, _)| name)
}

fn sorted<'a>(keys: &[&'a str]) -> Vec<&'a str> {
    let mut keys = keys.to_vec();
    keys.sort_unstable();
    keys
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(labels: &str) -> String {
        format!(r#"{{"ID":"0123456789ab","Labels":"{labels}","Networks":"a,b","State":"running"}}"#)
    }

    #[test]
    fn labels_are_in_the_order_in_which_they_are_expected() {
        let expected = line("project=lab,hash=[ID],depends=db:started,cache:started,web:started");
        let ordered = line("project=lab,hash=1f2e,depends=db:started,cache:started,web:started");
        for actual in [
            "hash=1f2e,depends=db:started,cache:started,web:started,project=lab",
            "cache:started,project=lab,web:started,hash=1f2e,depends=db:started",
        ] {
            assert_eq!(in_expected_order(&expected, &line(actual)), ordered, "{actual}");
        }
        assert_eq!(in_expected_order(&expected, &ordered), ordered);
        let networks = line("a=1").replace("a,b", "b,a");
        assert_eq!(in_expected_order(&line("a=1"), &networks), line("a=1"));
    }

    #[test]
    fn the_lists_of_each_container_are_found_by_their_entries() {
        let expected = format!("{}\n...\n{}\n", line("service=web,x=1"), line("y=2,service=db"));
        let actual = format!("{}\n{}\n", line("service=db,y=2"), line("x=1,service=web"));
        let ordered = format!("{}\n{}\n", line("y=2,service=db"), line("service=web,x=1"));
        assert_eq!(in_expected_order(&expected, &actual), ordered);
    }

    #[test]
    fn other_entries_and_other_values_stay_what_they_are() {
        let expected = line("a=1,b=2");
        for other in ["b=2,c=1", "b=2", "b=2,a=1,c=3", "a=1,a=1,b=2", ""] {
            assert_eq!(in_expected_order(&expected, &line(other)), line(other));
        }
        assert_eq!(in_expected_order(&expected, &line("b=3,a=1")), line("a=1,b=3"));
        let quoted = line(r#"b=\"x\",a=1"#);
        assert_eq!(in_expected_order(&expected, &quoted), line(r#"a=1,b=\"x\""#));
        let elsewhere = r#"{"Command":"b=2,a=1"}"#;
        assert_eq!(in_expected_order(r#"{"Command":"a=1,b=2"}"#, elsewhere), elsewhere);
    }

    #[test]
    fn two_recordings_have_the_same_lists() {
        assert_eq!(with_sorted_lists(&line("b=2,a=1")), with_sorted_lists(&line("a=1,b=2")));
        assert_ne!(with_sorted_lists(&line("b=2,a=1")), with_sorted_lists(&line("a=1,b=3")));
    }
}
