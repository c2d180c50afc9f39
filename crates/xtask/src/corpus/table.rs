//! The figures, in Markdown.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::LazyLock;

use regex::Regex;

use super::measure::Counts;
use super::whole::Whole;

/// A table of directories as books of all their files.
pub(super) fn books<'a>(books: impl Iterator<Item = (&'a str, &'a Whole)>) -> String {
    let mut text = String::from(
        "| corpus | exit status | files with blocks | files without a step or a finding |\n|---|--:|--:|--:|\n",
    );
    for (name, whole) in books {
        let status = whole.status.map_or_else(|| "none".to_owned(), |status| status.to_string());
        let (files, silent) = (whole.files, whole.silent.len());
        push(&mut text, format_args!("| {name} | {status} | {files} | {silent} |\n"));
    }
    text
}

/// How often each finding occurs, by its code and the kind of its message.
pub(super) type Findings = BTreeMap<String, BTreeMap<String, usize>>;

/// The number of kinds of messages that are listed.
const MOST_KINDS: usize = 40;

const HEADER: &str = "\
| corpus | files | blocks | steps | steps or findings | passed | image missing | passed of the others | silent files | no report |
|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|
";

/// A table with a row for each corpus, and their sum.
pub(super) fn counts(rows: &[(String, Counts)]) -> String {
    let mut sum = Counts::default();
    rows.iter().for_each(|(_, counts)| sum += *counts);
    let all = ("**all**".to_owned(), sum);
    let rows = rows.iter().chain((rows.len() > 1).then_some(&all));
    let mut text = HEADER.to_owned();
    for (name, counts) in rows {
        let Counts { files, blocks, seen, accounted, passed, without_image, silent, .. } = *counts;
        let with_image = blocks - without_image;
        push(
            &mut text,
            format_args!(
                "| {name} | {files} | {blocks} | {} | {} | {} | {without_image} | {} | {silent} | {} |\n",
                share(seen, blocks),
                share(accounted, blocks),
                share(passed, blocks),
                share(passed, with_image),
                counts.without_report,
            ),
        );
    }
    text
}

/// A table of causes, the most frequent first.
pub(super) fn causes<'a>(causes: impl Iterator<Item = &'a str>) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    causes.for_each(|cause| *counts.entry(cause).or_default() += 1);
    let mut rows: Vec<(&str, usize)> = counts.into_iter().collect();
    rows.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let mut text = "| cause | blocks |\n|---|--:|\n".to_owned();
    for (cause, count) in rows {
        push(&mut text, format_args!("| {cause} | {count} |\n"));
    }
    text
}

/// A table of findings by code.
pub(super) fn codes(before: &Findings, after: &Findings) -> String {
    let count = |findings: &Findings, code: &String| {
        findings.get(code).map_or(0, |kinds| kinds.values().sum::<usize>())
    };
    let codes: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let mut text = "| finding | as it is | adopted |\n|---|--:|--:|\n".to_owned();
    for code in codes {
        let (before, after) = (count(before, code), count(after, code));
        push(&mut text, format_args!("| `{code}` | {before} | {after} |\n"));
    }
    text
}

/// The most frequent kinds of messages.
pub(super) fn kinds(findings: &Findings) -> String {
    let mut kinds: Vec<(usize, &String, &String)> = Vec::new();
    for (code, messages) in findings {
        kinds.extend(messages.iter().map(|(message, count)| (*count, code, message)));
    }
    kinds.sort_by_key(|(count, ..)| std::cmp::Reverse(*count));
    let mut text = "| count | finding | message |\n|--:|---|---|\n".to_owned();
    for (count, code, message) in kinds.into_iter().take(MOST_KINDS) {
        push(&mut text, format_args!("| {count} | `{code}` | {} |\n", message.replace('|', "\\|")));
    }
    text
}

/// Counts a finding.
pub(super) fn count(findings: &mut Findings, code: &str, message: &str) {
    *findings.entry(code.to_owned()).or_default().entry(kind(message)).or_default() += 1;
}

/// A message without what it quotes, and without numbers: figures of a corpus, and none of its text.
fn kind(message: &str) -> String {
    static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"`[^`]*`|"[^"]*"|\d+(?:\.\d+)?"#).expect("the pattern is valid")
    });
    QUOTED.replace_all(message, "…").into_owned()
}

fn share(part: usize, whole: usize) -> String {
    // A corpus has too few blocks for a loss of precision.
    match whole {
        0 => part.to_string(),
        whole => format!("{part} ({:.0} %)", 100.0 * part as f64 / whole as f64),
    }
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string does not fail.
    let _ = text.write_fmt(arguments);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_have_shares_and_a_sum() {
        let row = |blocks, passed| Counts {
            files: 1,
            blocks,
            seen: blocks,
            accounted: blocks,
            passed,
            without_image: blocks / 2,
            ..Counts::default()
        };
        let rows = [("a".to_owned(), row(4, 1)), ("b".to_owned(), row(0, 0))];
        let table = counts(&rows);
        let lines: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(
            lines,
            [
                "| a | 1 | 4 | 4 (100 %) | 4 (100 %) | 1 (25 %) | 2 | 1 (50 %) | 0 | 0 |",
                "| b | 1 | 0 | 0 | 0 | 0 | 0 | 0 | 0 | 0 |",
                "| **all** | 2 | 4 | 4 (100 %) | 4 (100 %) | 1 (25 %) | 2 | 1 (50 %) | 0 | 0 |",
            ]
        );
    }

    #[test]
    fn causes_are_sorted_by_their_number() {
        let expected = "| cause | blocks |\n|---|--:|\n| b | 2 |\n| a | 1 |\n";
        assert_eq!(causes(["a", "b", "b"].into_iter()), expected);
    }

    #[test]
    fn messages_of_a_kind_are_counted_together() {
        let mut findings = Findings::new();
        count(&mut findings, "exit-status", "this command exited with status 1 instead of 0");
        count(&mut findings, "exit-status", "this command exited with status 127 instead of 0");
        count(&mut findings, "unknown-attribute", "unknown attribute `a`");
        let expected = "\
| count | finding | message |
|--:|---|---|
| 2 | `exit-status` | this command exited with status … instead of … |
| 1 | `unknown-attribute` | unknown attribute … |
";
        assert_eq!(kinds(&findings), expected);
        let expected = "| finding | as it is | adopted |\n|---|--:|--:|\n| `exit-status` | 2 | 0 |\n\
            | `unknown-attribute` | 1 | 0 |\n";
        assert_eq!(codes(&findings, &Findings::new()), expected);
    }
}
