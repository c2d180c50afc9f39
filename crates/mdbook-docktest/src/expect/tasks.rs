//! The order of a swarm's tasks in `docker ps`.
//!
//! The tasks of a service start at the same time, and which of them is listed first is a matter of chance. So they are
//! compared in the order in which they are expected.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// A row of a task, which ends with its name: service, slot and ID, as it is printed or as a placeholder.
static TASK: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"\s([0-9A-Za-z_-]+\.[0-9]+)\.(?:[0-9a-z]{25}|\[ID(?::[^\]\s]+)?\])\s*$";
    Regex::new(regex).expect("the regex is valid")
});

/// The first column of `docker ps`, in which nothing else says what the order is.
const HEADER: &str = "CONTAINER ID ";

/// Returns output in which tasks are in the order in which they are expected, if they are the same tasks.
pub(crate) fn in_expected_order<'a>(expected: &str, actual: &'a str) -> Cow<'a, str> {
    if !actual.contains(HEADER) || !expected.contains(HEADER) {
        return Cow::Borrowed(actual);
    }
    let wanted: Vec<&str> = expected.lines().filter_map(task).collect();
    let mut lines: Vec<&str> = actual.split_inclusive('\n').collect();
    let rows: Vec<usize> = (0..lines.len()).filter(|row| task(lines[*row]).is_some()).collect();
    let place = |row: &str| wanted.iter().position(|name| task(row) == Some(name));
    let mut found: Vec<(Option<usize>, &str)> =
        rows.iter().map(|row| (place(lines[*row]), lines[*row])).collect();
    found.sort_by_key(|(place, _)| *place);
    // Each of them once, and no other.
    let is_same = found.len() == wanted.len()
        && found.iter().enumerate().all(|(index, (place, _))| *place == Some(index));
    if !is_same || wanted.len() < 2 || found.iter().any(|(_, row)| !row.ends_with('\n')) {
        return Cow::Borrowed(actual);
    }
    for (row, (_, line)) in rows.into_iter().zip(found) {
        lines[row] = line;
    }
    Cow::Owned(lines.concat())
}

/// Returns the service and the slot of a row.
fn task(row: &str) -> Option<&str> {
    Some(TASK.captures(row)?.get(1)?.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "bbf44e873160   alpine   Up 6 seconds   web.1.r1jj5kgk00jjmqhlxj5cm66t9\n";
    const TWO: &str = "d973e68695dc   alpine   Up 6 seconds   web.2.r0k493nvx6o65vob17d96nh5o\n";
    const OTHER: &str = "9edfe1e922c0   nginx   Up 7 seconds   web1\n";

    fn ps(rows: &[&str]) -> String {
        format!("CONTAINER ID   IMAGE   STATUS   NAMES\n{}", rows.concat())
    }

    #[test]
    fn tasks_are_in_the_order_in_which_they_are_expected() {
        let expected = ps(&["[ID:a]  alpine  Up [AGE]  web.2.[ID:7]\n", OTHER, ONE]);
        let actual = ps(&[ONE, OTHER, TWO]);
        assert_eq!(in_expected_order(&expected, &actual), ps(&[TWO, OTHER, ONE]));
        let in_order = ps(&[TWO, OTHER, ONE]);
        assert_eq!(in_expected_order(&expected, &in_order), in_order);
    }

    #[test]
    fn other_rows_and_other_tasks_stay_where_they_are() {
        let three = TWO.replace("web.2", "web.3");
        let actual = ps(&[TWO, ONE]);
        for expected in [
            ps(&[ONE]),
            ps(&[ONE, &three]),
            ps(&[ONE, TWO, &three]),
            ps(&[ONE, ONE]),
            ps(&[OTHER]),
            [ONE, TWO].concat(),
        ] {
            assert_eq!(in_expected_order(&expected, &actual), actual, "{expected}");
        }
        let without_header = [TWO, ONE].concat();
        assert_eq!(in_expected_order(&ps(&[ONE, TWO]), &without_header), without_header);
    }
}
