//! Reading what docker answers on standard output, once its exit status was found to be zero.

#![expect(
    clippy::needless_pass_by_value,
    reason = "a reader owns the output, since some return it"
)]

use std::str::FromStr;

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};

use crate::error::Error;
use crate::output::{CommandLine, Output};

/// How much of a bad answer an error repeats, in characters.
const EXCERPT: usize = 500;

/// One JSON value.
pub(crate) fn json<T: DeserializeOwned>(output: Output) -> Result<T, Error> {
    serde_json::from_slice(&output.stdout)
        .map_err(|source| not_json(&output.command, source, &output.stdout))
}

/// One JSON value on each line.
pub(crate) fn json_lines<T: DeserializeOwned>(output: Output) -> Result<Vec<T>, Error> {
    let lines = output.stdout.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.trim_ascii().is_empty());
    lines.map(|line| json_line(&output.command, line)).collect()
}

pub(crate) fn json_line<T: DeserializeOwned>(
    command: &CommandLine,
    line: &[u8],
) -> Result<T, Error> {
    serde_json::from_slice(line).map_err(|source| not_json(command, source, line))
}

fn not_json(command: &CommandLine, source: serde_json::Error, text: &[u8]) -> Error {
    Error::Json { command: command.clone(), source, text: excerpt(text) }
}

fn excerpt(text: &[u8]) -> String {
    String::from_utf8_lossy(text).trim().chars().take(EXCERPT).collect()
}

/// The last line: the one identifier or name that many commands print, after what may have come
/// before it.
pub(crate) fn last_line<T: FromStr + Expected>(output: Output) -> Result<T, Error> {
    let text = output.stdout_text();
    let line = text.trim_end().lines().next_back().unwrap_or_default().trim();
    line.parse().map_err(|_| unexpected::<T>(&output))
}

/// One identifier or name on each line.
pub(crate) fn lines<T: FromStr + Expected>(output: Output) -> Result<Vec<T>, Error> {
    let text = output.stdout_text();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(|line| line.parse().map_err(|_| unexpected::<T>(&output))).collect()
}

/// Success is all there is to know.
pub(crate) fn nothing(_: Output) -> Result<(), Error> {
    Ok(())
}

/// What a line of text should have been.
pub(crate) trait Expected {
    const EXPECTED: &'static str;
}

pub(crate) fn unexpected<T: Expected>(output: &Output) -> Error {
    Error::Unexpected {
        command: output.command.clone(),
        expected: T::EXPECTED,
        text: excerpt(&output.stdout),
    }
}

/// For serde: docker writes `null` for an empty map or list.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
