//! Rows and lines that Docker prints in an order of chance, or in that of random values:
//! - images in `docker images`, which sorts them by the second of their creation. The order in which a page shows images of
//!   the same second is a matter of chance, and so another one if a later run needs two seconds for them;
//! - the volumes and the records of the build cache in `docker system df --verbose`, which are the entries of a map of Go's;
//! - what `docker … prune` lists as deleted, likewise;
//! - what `docker rmi` has untagged and deleted, as its arguments are often the IDs that `docker images` has printed;
//! - volumes in `docker volume ls`, which are sorted by name, as the names of some are random;
//! - lines that are nothing but IDs.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::super::binding::Bindings;
use super::super::pattern::Pattern;
use super::super::placeholder::Placeholders;
use super::super::volatile::Scanner;
use super::{LINE_END, split_separators};

/// Longer lists stay as they are: comparing all rows with each other would take too long.
const MOST: usize = 500;

/// Returns output in which such lines are in the order in which they are expected, if the same ones are expected. For those
/// that differ only in IDs, what is already known of these decides.
pub(super) fn in_expected_order<'a>(
    expected: &str,
    actual: &'a str,
    bindings: &Bindings,
) -> Cow<'a, str> {
    let lines: Vec<&str> = actual.split_inclusive('\n').collect();
    let blocks = blocks(&lines);
    if blocks.is_empty() || expected.is_empty() {
        return Cow::Borrowed(actual);
    }
    let wanted: Vec<&str> = expected.lines().collect();
    let (keys, wanted_keys) = (keys(&lines), keys(&wanted));
    let mut known = bindings.clone();
    let mut places: Vec<usize> = (0..lines.len()).collect();
    let (mut at, mut wanted_at) = (0, 0);
    for block in blocks {
        let sorted_keys = sorted(&keys[block.clone()]);
        let rest = wanted_keys[wanted_at..].windows(block.len());
        let Some(start) = rest.map(sorted).position(|window| window == sorted_keys) else {
            continue;
        };
        let window = wanted_at + start..wanted_at + start + block.len();
        // What stands between two blocks says which names have which values.
        if block.start - at == start {
            learn(&wanted[wanted_at..window.start], &lines[at..block.start], &mut known);
        }
        let order = assign(
            &Rows { lines: &wanted[window.clone()], keys: &wanted_keys[window.clone()] },
            &Rows { lines: &lines[block.clone()], keys: &keys[block.clone()] },
            &mut known,
        );
        for (place, row) in block.clone().zip(order) {
            places[place] = block.start + row;
        }
        (at, wanted_at) = (block.end, window.end);
    }
    if places.is_sorted() {
        return Cow::Borrowed(actual);
    }
    Cow::Owned(rearranged(&lines, &places))
}

/// Returns output in which such lines are sorted.
pub(super) fn with_sorted_blocks(text: &str) -> Cow<'_, str> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut places: Vec<usize> = (0..lines.len()).collect();
    for block in blocks(&lines) {
        places[block].sort_by_key(|place| lines[*place].trim_end_matches(LINE_END));
    }
    if places.is_sorted() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(rearranged(&lines, &places))
}

/// Whether a line, printed or with placeholders, is about a record of the build cache. What it records is not said, so its ID says nothing, either.
pub(crate) fn is_cache_record(line: &str) -> bool {
    static ROW: LazyLock<Regex> = LazyLock::new(|| {
        // In `docker system df --verbose`, in `docker buildx du`, and what `prune` lists.
        regex(
            r"(?x)^ (?: (?: [0-9a-z]{12} | \[ID\] ) \*? \ + (?: regular | internal | frontend | source\.[a-z.]+ | exec\.cachemount ) \ 
                  | (?: [0-9a-z]{25} | \[ID\] ) \*? \s+ (?: true | false ) \s )",
        )
    });
    ROW.is_match(line)
}

fn regex(regex: &str) -> Regex {
    Regex::new(regex).expect("it is a regex of our own")
}

/// Puts lines into other places; what ends each of them stays in its place.
fn rearranged(lines: &[&str], places: &[usize]) -> String {
    let mut text = String::new();
    for (line, place) in lines.iter().zip(places) {
        text.push_str(split_separators(lines[*place], LINE_END).0);
        text.push_str(split_separators(line, LINE_END).1);
    }
    text
}

/// Some lines, and what is the same of them in each run.
struct Rows<'a> {
    lines: &'a [&'a str],
    keys: &'a [String],
}

/// Returns, for each expected row, which of the actual ones stands for it. Both have the same keys.
fn assign(wanted: &Rows<'_>, actual: &Rows<'_>, known: &mut Bindings) -> Vec<usize> {
    let patterns: Vec<Pattern> = wanted.lines.iter().map(|line| pattern(line)).collect();
    let mut order: Vec<Option<usize>> = vec![None; wanted.lines.len()];
    let mut is_used = vec![false; actual.lines.len()];
    // First those whose values are all known.
    for is_known in [true, false] {
        for (row, pattern) in patterns.iter().enumerate() {
            if order[row].is_some() || (is_known && !pattern.has_names()) {
                continue;
            }
            let of_key = (0..actual.lines.len())
                .filter(|other| !is_used[*other] && actual.keys[*other] == wanted.keys[row]);
            let fits = |other: &usize| {
                let mut bound = known.clone();
                let matches = pattern.matches(actual.lines[*other], &mut bound).is_ok();
                matches && (!is_known || bound == *known)
            };
            let found = of_key.clone().find(fits);
            let found = found.or_else(|| of_key.clone().next().filter(|_| !is_known));
            if let Some(other) = found {
                // A row that does not match binds nothing.
                let _ = pattern.matches(actual.lines[other], known);
                order[row] = Some(other);
                is_used[other] = true;
            }
        }
    }
    order.into_iter().flatten().collect()
}

/// Binds the names of lines that stand side by side.
fn learn(wanted: &[&str], actual: &[&str], known: &mut Bindings) {
    for (wanted, actual) in wanted.iter().zip(actual) {
        let pattern = pattern(wanted);
        if pattern.has_names() {
            // A line that does not match binds nothing.
            let _ = pattern.matches(actual, known);
        }
    }
}

fn pattern(line: &str) -> Pattern {
    Pattern::parse(line, &Placeholders::default())
}

fn sorted(keys: &[String]) -> Vec<&str> {
    let mut keys: Vec<&str> = keys.iter().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

/// Returns, for each line, what is the same in each run, whether it is expected or printed.
fn keys(lines: &[&str]) -> Vec<String> {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| regex(r"\[([A-Z]+):[^\]\s]+\]"));
    let mut scanner = Scanner::for_expectations();
    let key = |line: &&str| {
        let key = scanner.masked(line.trim_end_matches(LINE_END));
        let key = NAMED.replace_all(&key, "[$1]");
        key.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    lines.iter().map(key).collect()
}

/// Finds the lines whose order among each other is a matter of chance.
fn blocks(lines: &[&str]) -> Vec<Range<usize>> {
    let mut blocks: Vec<Range<usize>> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let block = block(lines, at).unwrap_or(at + 1..at + 1);
        at = block.end;
        if (2..=MOST).contains(&block.len()) {
            blocks.push(block);
        }
    }
    blocks
}

/// Finds the block that begins with this line, or below it if it is a header.
fn block(lines: &[&str], at: usize) -> Option<Range<usize>> {
    /// The header of a table, and the column in it by which its rows are known.
    static TABLE: LazyLock<Regex> = LazyLock::new(|| {
        regex(
            r"(?x)^ (?: VOLUME\ NAME \ + (LINKS) \ + SIZE
                  | DRIVER \ + (VOLUME\ NAME)
                  | CACHE\ ID \ + (CACHE\ TYPE) \ + SIZE\ .*
                  | REPOSITORY \ + TAG \ + (?:DIGEST\ +)? IMAGE\ ID \ + (CREATED) \ + SIZE.*
                  ) \s*$",
        )
    });
    static LIST: LazyLock<Regex> = LazyLock::new(|| {
        regex(r"^Deleted (?:Containers|Networks|Volumes|Images|build cache objects):\s*$")
    });
    static REMOVED: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?:Untagged|Deleted): \S+\s*$"));
    let run = |start: usize, is_in: &dyn Fn(&str) -> bool| {
        let length = lines[start..].iter().take_while(|line| is_in(line)).count();
        start..start + length
    };
    let line = lines[at];
    if is_id(line) {
        return Some(run(at, &is_id));
    }
    // Most lines are none of the others, either.
    if !line.starts_with(|first: char| first.is_ascii_uppercase()) {
        return None;
    }
    if let Some(header) = TABLE.captures(line) {
        let column = header.iter().skip(1).flatten().next()?.start();
        return Some(run(at + 1, &|row| is_column(row, column)));
    }
    if LIST.is_match(line) {
        return Some(run(at + 1, &|line| !line.trim().is_empty()));
    }
    REMOVED.is_match(line).then(|| run(at, &|line| REMOVED.is_match(line)))
}

/// Whether a line is nothing but an ID: of a container, network, image or volume, or of a swarm's object.
fn is_id(line: &str) -> bool {
    let line = line.trim_end();
    let id = line.strip_prefix("sha256:").unwrap_or(line).as_bytes();
    match id.len() {
        12 | 64 => id.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
        25 => id.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'z')),
        _ => false,
    }
}

/// Whether a value of a table begins here.
fn is_column(row: &str, column: usize) -> bool {
    column > 0
        && row.get(column - 1..).is_some_and(|rest| {
            let mut rest = rest.chars();
            rest.next() == Some(' ') && rest.next().is_some_and(|first| !first.is_whitespace())
        })
}

#[cfg(test)]
mod tests;
