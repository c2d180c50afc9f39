//! Finds the prompt of a program at the end of what it has printed.

use regex::Regex;

/// Where the prompt begins in an unfinished line: after output that does not end with a line feed. `last` is
/// the program's last prompt, and `expected` the one in the chapter.
pub(super) fn prompt_start(line: &str, last: Option<&str>, expected: Option<&str>) -> usize {
    let is_telling = |prompt: &&str| prompt.trim().len() > 2;
    let by_last = || {
        let last = last.filter(|last| !last.trim().is_empty())?;
        Some((last, line.strip_suffix(last)?.len()))
    };
    let by_expected = || {
        let shape = expected.filter(is_telling).and_then(shape)?;
        shape.find(line).map(|found| found.start())
    };
    match by_last() {
        // A second prompt, `> `, can be the end of the first.
        Some((last, start)) if !is_telling(&last) => by_expected().unwrap_or(start),
        Some((_, start)) => start,
        None => by_expected().unwrap_or(0),
    }
}

/// A pattern for prompts that differ from this one in IDs and versions, at the end of a line.
fn shape(prompt: &str) -> Option<Regex> {
    let mut pattern = String::new();
    for word in prompt.trim_end().split_inclusive(|c: char| !is_of_value(c)) {
        let end = word.find(|c| !is_of_value(c)).unwrap_or(word.len());
        let (value, rest) = word.split_at(end);
        if value.contains(|c: char| c.is_ascii_digit()) {
            pattern.push_str("[0-9A-Za-z.]+");
        } else {
            pattern.push_str(&regex::escape(value));
        }
        pattern.push_str(&regex::escape(rest));
    }
    Regex::new(&format!(r"{pattern}\s*$")).ok()
}

fn is_of_value(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '.'
}

/// Whether an unfinished line can be the prompt that the chapter shows.
pub(super) fn is_alike(line: &str, expected: &str) -> bool {
    let expected = expected.trim();
    !expected.is_empty()
        && (line.trim() == expected || shape(expected).is_some_and(|shape| shape.is_match(line)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_can_stand_behind_output() {
        assert_eq!(prompt_start("/ # ", None, Some("/ # ")), 0);
        assert_eq!(prompt_start("abc/ # ", None, Some("/ # ")), 3);
        assert_eq!(prompt_start("abc/ # ", Some("/ # "), Some("# ")), 3);
        assert_eq!(prompt_start("bash-5.2# ", None, Some("bash-5.1# ")), 0);
        let (line, expected) = ("x root@0123456789ab:/# ", "root@f00dcafe4711:/# ");
        assert_eq!(&line[prompt_start(line, None, Some(expected))..], "root@0123456789ab:/# ");
        assert_eq!(prompt_start("other> ", None, Some("/ # ")), 0);
        assert_eq!(prompt_start("/ # ", None, Some("# ")), 0);
        assert_eq!(prompt_start("xmysql> ", Some("> "), Some("mysql>")), 1);
        assert_eq!(prompt_start("a> ", Some("> "), Some("> ")), 1);
    }

    #[test]
    fn prompts_are_alike_that_differ_in_values() {
        assert!(is_alike("root@0123456789ab:/# ", "root@f00dcafe4711:/# "));
        assert!(is_alike("/ # ", "/ #") && is_alike("mysql> ", "mysql> "));
        assert!(!is_alike("/ # ", "mysql> ") && !is_alike("", "/ # "));
        assert!(!is_alike("Password: ", ""));
    }
}
