//! The durations of BuildKit's steps without a terminal: `#5 transferring context: 2B 0.1s done` if it takes time,
//! otherwise `#5 transferring context: 2B done`.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// The number of a step and its first two words; the rest; a duration.
static DONE: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?m)^(#[0-9]+ [a-z]+ [a-z]+)(.*?)( [0-9.]+s| \[DURATION\])? done([ \r]*)$";
    Regex::new(regex).expect("the regex is valid")
});

/// Returns output in which such lines have a duration where it is expected, and nowhere else.
pub(super) fn with_expected_durations<'a>(expected: &str, actual: &'a str) -> Cow<'a, str> {
    let wanted: BTreeMap<&str, bool> = DONE
        .captures_iter(expected)
        .filter_map(|line| Some((line.get(1)?.as_str(), line.get(3).is_some())))
        .collect();
    if wanted.is_empty() {
        return Cow::Borrowed(actual);
    }
    DONE.replace_all(actual, |line: &Captures<'_>| {
        let duration = line.get(3).map(|duration| duration.as_str());
        let duration = match (wanted.get(&line[1]), duration) {
            (Some(false), _) => "",
            (Some(true), None) => " 0.0s",
            (_, duration) => duration.unwrap_or_default(),
        };
        format!("{}{}{duration} done{}", &line[1], &line[2], &line[4])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_has_a_duration_where_one_is_expected() {
        let expected =
            "#5 transferring context: [SIZE] done\n#8 exporting layers [DURATION] done\n";
        for (actual, wanted) in [
            (
                "#5 transferring context: 2B 0.1s done\n#8 exporting layers done\n",
                "#5 transferring context: 2B done\n#8 exporting layers 0.0s done\n",
            ),
            (
                "#5 transferring context: 2B done\n#8 exporting layers 0.3s done\n#8 DONE 0.4s\n",
                "#5 transferring context: 2B done\n#8 exporting layers 0.3s done\n#8 DONE 0.4s\n",
            ),
            ("#6 exporting layers 0.3s done", "#6 exporting layers 0.3s done"),
        ] {
            assert_eq!(with_expected_durations(expected, actual), wanted);
        }
        assert_eq!(with_expected_durations("...\n", "#8 a b 0.1s done\n"), "#8 a b 0.1s done\n");
    }
}
