//! Finding the command among the words of a command line.

use std::ffi::{OsStr, OsString};

use self::table::{COMMANDS, GROUPS};

mod table;

/// A command in words that a caller gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// The words of the command without the flags between them: `compose run`.
    pub(crate) path: String,
    /// The index behind its last word.
    pub(crate) end: usize,
    /// Whether it is a command of docker or of a plugin that is known here. The words of another
    /// plugin may be a group and its command.
    pub(crate) is_known: bool,
}

/// The command among the words from `start` on; `None` if there is only the name of a group.
pub(crate) fn find_command(words: &[OsString], start: usize) -> Option<Found> {
    let mut path = String::new();
    let mut end = start;
    while let Some((_, flags)) = GROUPS.iter().find(|(group, _)| *group == path) {
        let is_top_level = path.is_empty();
        let (index, word) = first_command(words, end, flags)?;
        let word = word.to_string_lossy();
        end = index + 1;
        path = if is_top_level { word.into_owned() } else { format!("{path} {word}") };
        let is_group = GROUPS.iter().any(|(group, _)| *group == path);
        if is_top_level && !is_group && !COMMANDS.contains(&path.as_str()) {
            return Some(Found { path, end, is_known: false });
        }
    }
    Some(Found { path, end, is_known: true })
}

/// The first word from `start` on that is no flag, nor the value of one of `with_value`, and its
/// index.
fn first_command<'a>(
    words: &'a [OsString],
    start: usize,
    with_value: &[&str],
) -> Option<(usize, &'a OsStr)> {
    let mut is_value = false;
    for (index, word) in words.iter().enumerate().skip(start) {
        if !is_value && !word.as_encoded_bytes().starts_with(b"-") {
            return Some((index, word));
        }
        is_value = !is_value && with_value.iter().any(|flag| word == flag);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn find(line: &str) -> Option<(String, usize, bool)> {
        let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
        let Found { path, end, is_known } = find_command(&words, 0)?;
        Some((path, end, is_known))
    }

    #[test]
    fn commands_are_found_behind_groups_and_flags() {
        for (line, path, end) in [
            ("ps --all", "ps", 1),
            ("container ls x", "container ls", 2),
            ("-D --host run trust key load x", "trust key load", 6),
            ("--context=x compose -f up -p=y --ansi down logs web", "compose logs", 8),
            ("volume new-command x", "volume new-command", 2),
        ] {
            assert_eq!(find(line), Some((path.to_owned(), end, true)), "{line}");
        }
        assert_eq!(find("scout cves x"), Some(("scout".to_owned(), 1, false)));
        for line in ["--debug", "container", "compose --file up", "trust key"] {
            assert_eq!(find(line), None, "{line}");
        }
    }
}
