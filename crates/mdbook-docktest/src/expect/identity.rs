//! Values of a page that stand for one object, such as the ID of a container, and what a run has in their place.

use super::binding::Bindings;
use super::loosened::{Loosened, values};
use super::pattern::lines;
use super::placeholder::Placeholders;

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
    changed
        .filter(|value| KINDS.contains(&value.kind.placeholder))
        .map(|value| (value.expected, value.actual))
        .collect()
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
}
