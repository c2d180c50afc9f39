//! Values of a page that stand for one object, such as the ID of a container, and what a run has in their place.

use std::collections::BTreeSet;

use super::binding::Bindings;
use super::loosened::{Loosened, values};
use super::pattern::lines;
use super::placeholder::Placeholders;
use super::volatile::{Scanner, Volatile};

/// The kinds whose values later commands name. Whoever names a digest wants exactly that one.
const KINDS: [&str; 3] = ["ID", "NAME", "TOKEN"];

/// Returns the values of an expectation that stand for one object, in order.
pub(crate) fn identities(expected: &str, placeholders: &Placeholders) -> Vec<String> {
    let found = values(expected, placeholders).flat_map(|(line, values)| {
        let values = values.into_iter().filter(|value| KINDS.contains(&value.kind.placeholder));
        values.map(|value| line[value.span].to_owned())
    });
    found.collect()
}

/// Returns the values of an expectation that stand for one object, each with what was printed in its place if that is
/// another value. The rest of the output may differ from what is expected.
pub(crate) fn changed_identities(
    expected: &str,
    actual: &str,
    placeholders: &Placeholders,
) -> Vec<(String, String)> {
    let loosened = Loosened::parse(expected, placeholders, &Bindings::default());
    let changed = loosened.changed_values(&lines(actual, false)).into_iter();
    let mut changed: Vec<(String, String)> = changed
        .filter(|value| KINDS.contains(&value.kind.placeholder))
        .map(|value| (value.expected, value.actual))
        .collect();
    let more = paired(expected, actual, placeholders, &changed);
    changed.extend(more);
    changed
}

/// A value that stands for one object, and the line that it is in.
struct Identity<'a> {
    placeholder: &'static str,
    value: &'a str,
    line: &'a str,
}

impl Identity<'_> {
    /// Whether the other value can be the same object's in another run. A short ID is not the place of a full one.
    fn is_alike(&self, other: &Self) -> bool {
        self.placeholder == other.placeholder
            && (self.placeholder != "ID" || self.value.len() == other.value.len())
    }

    /// How many words the lines of two values have in common.
    fn resemblance(&self, other: &Self) -> usize {
        let words: BTreeSet<&str> = self.line.split_ascii_whitespace().collect();
        other.line.split_ascii_whitespace().filter(|word| words.contains(word)).count()
    }
}

/// Pairs the values of lines that differ in more than values, as a table from another version of Docker. Those of a kind
/// are paired in their order if there are as many as expected; else, each with the one whose line resembles its line most.
fn paired(
    expected: &str,
    actual: &str,
    placeholders: &Placeholders,
    known: &[(String, String)],
) -> Vec<(String, String)> {
    let is_known = |value: &str| known.iter().any(|(page, run)| page == value || run == value);
    let collect = |found: &mut Vec<Identity<'_>>, other: &str| {
        let mut seen = BTreeSet::new();
        found.retain(|identity| {
            !is_known(identity.value)
                && !other.contains(identity.value)
                && seen.insert(identity.value.to_owned())
        });
    };
    let mut wanted: Vec<Identity<'_>> = values(expected, placeholders)
        .flat_map(|(line, values)| {
            values.into_iter().filter_map(move |value| identity(line, &value))
        })
        .collect();
    collect(&mut wanted, actual);
    let mut scanner = Scanner::for_expectations();
    let mut printed: Vec<Identity<'_>> = lines(actual, false)
        .into_iter()
        .flat_map(|line| {
            let values = scanner.line(line).into_iter();
            values.filter_map(|value| identity(line, &value)).collect::<Vec<_>>()
        })
        .collect();
    collect(&mut printed, expected);
    let pair = |one: &Identity<'_>| {
        let of_kind =
            |all: &'_ [Identity<'_>]| all.iter().filter(|other| one.is_alike(other)).count();
        let candidates: Vec<&Identity<'_>> =
            printed.iter().filter(|other| one.is_alike(other)).collect();
        let found = if of_kind(&wanted) == candidates.len() {
            let before = wanted.iter().filter(|other| one.is_alike(other));
            let place = before.take_while(|other| other.value != one.value).count();
            candidates.get(place).copied()
        } else {
            most_alike(one, &candidates)
        };
        Some((one.value.to_owned(), found?.value.to_owned()))
    };
    wanted.iter().filter_map(pair).collect()
}

/// Returns the one whose line resembles most that of another; `None` if there is more than one.
fn most_alike<'a, 'b>(
    one: &Identity<'_>,
    candidates: &[&'a Identity<'b>],
) -> Option<&'a Identity<'b>> {
    let most =
        candidates.iter().map(|other| one.resemblance(other)).max().filter(|most| *most > 0)?;
    let mut best = candidates.iter().filter(|other| one.resemblance(other) == most);
    best.next().copied().filter(|_| best.next().is_none())
}

fn identity<'a>(line: &'a str, value: &Volatile) -> Option<Identity<'a>> {
    let placeholder = value.kind.placeholder;
    let value = &line[value.span.clone()];
    KINDS.contains(&placeholder).then_some(Identity { placeholder, value, line })
}

#[cfg(test)]
mod tests {
    use super::*;

    const PS: &str = "CONTAINER ID   IMAGE     NAMES\n\
                      d4b0ac1b1b5e   alpine    happy_morse\n\
                      ...\n\
                      [ID]   alpine    mine\n";

    #[test]
    fn identities_are_those_that_are_written_out() {
        let found = identities(PS, &Placeholders::default());
        assert_eq!(found, ["d4b0ac1b1b5e", "happy_morse"]);
        assert!(identities("172.17.0.2\n2 minutes\n", &Placeholders::default()).is_empty());
    }

    #[test]
    fn what_is_printed_in_their_place_is_found_beside_other_differences() {
        let actual = "CONTAINER ID   IMAGE     NAMES\n\
                      9f21c0de77aa   alpine    sad_curie\n\
                      0123456789ab   alpine    others\n";
        assert_eq!(
            changed_identities(PS, actual, &Placeholders::default()),
            [("d4b0ac1b1b5e", "9f21c0de77aa"), ("happy_morse", "sad_curie")]
                .map(|(page, actual)| (page.to_owned(), actual.to_owned()))
        );
    }

    #[test]
    fn values_of_lines_that_differ_otherwise_are_paired() {
        let pairs = |expected: &str, actual: &str| {
            changed_identities(expected, actual, &Placeholders::default())
        };
        let pair = |page: &str, run: &str| (page.to_owned(), run.to_owned());
        // Another version's columns.
        assert_eq!(
            pairs(
                "CONTAINER ID    IMAGE    CREATED  NAMES\n6dd93d6cdc80    ubuntu   5 mins   reverent_dubinsky\n",
                "CONTAINER ID   IMAGE    PORTS     NAMES\n587f1b6de7ec   ubuntu             beautiful_booth\n",
            ),
            [pair("6dd93d6cdc80", "587f1b6de7ec"), pair("reverent_dubinsky", "beautiful_booth")]
        );
        // In their order.
        assert_eq!(
            pairs("6dd93d6cdc80 a\n6dd93d6cdc81 b\n", "587f1b6de7ec x\n587f1b6de7ed y\n"),
            [pair("6dd93d6cdc80", "587f1b6de7ec"), pair("6dd93d6cdc81", "587f1b6de7ed")]
        );
        // By what is beside them.
        let two = "587f1b6de7ec nginx up\n587f1b6de7ed redis up\n";
        assert_eq!(
            pairs("6dd93d6cdc80 redis 5 mins\n", two),
            [pair("6dd93d6cdc80", "587f1b6de7ed")]
        );
        // More than one can be meant, or none.
        assert_eq!(pairs("6dd93d6cdc80 alpine up\n", two), []);
        assert_eq!(pairs("6dd93d6cdc80 alpine\n", two), []);
        // A full ID is another value than a short one.
        assert_eq!(pairs(&format!("{} x\n", "6dd9".repeat(16)), "587f1b6de7ec\n"), []);
    }
}
