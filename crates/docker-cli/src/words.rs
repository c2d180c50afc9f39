//! Finding the command among the words of a command line.

use std::ffi::{OsStr, OsString};

/// The flags of `docker` that have a value (`docker --help`, 28).
pub(crate) const GLOBAL_FLAGS: [&str; 10] = [
    "--config",
    "--context",
    "-c",
    "--host",
    "-H",
    "--log-level",
    "-l",
    "--tlscacert",
    "--tlscert",
    "--tlskey",
];

/// The flags of `docker compose` that have a value (its reference).
pub(crate) const COMPOSE_FLAGS: [&str; 10] = [
    "--ansi",
    "--env-file",
    "--file",
    "-f",
    "--parallel",
    "--profile",
    "--progress",
    "--project-directory",
    "--project-name",
    "-p",
];

/// The first word from `start` on that is no flag, nor the value of one of `with_value`, and its
/// index.
pub(crate) fn first_command<'a>(
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
