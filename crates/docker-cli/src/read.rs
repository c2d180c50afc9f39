//! Parsing the standard output of a docker that succeeded.

#![expect(
    clippy::needless_pass_by_value,
    reason = "all of them have the signature of those that return the output"
)]

use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer};

use crate::command_line::CommandLine;
use crate::error::{Error, Excerpt, JsonError};
use crate::output::Output;

/// One JSON value.
pub(crate) fn json<T: DeserializeOwned>(output: Output) -> Result<T, Error> {
    json_line(&output.command, &output.stdout)
}

/// One JSON value on each line.
pub(crate) fn json_lines<T: DeserializeOwned>(output: Output) -> Result<Vec<T>, Error> {
    parse_lines(&output.command, &output.stdout)
}

/// JSON values on a line each or, as older versions of compose print them, in an array.
pub(crate) fn json_list<T: DeserializeOwned>(output: Output) -> Result<Vec<T>, Error> {
    if output.stdout.trim_ascii_start().starts_with(b"[") {
        json(output)
    } else {
        json_lines(output)
    }
}

fn parse_lines<T: DeserializeOwned>(command: &CommandLine, text: &[u8]) -> Result<Vec<T>, Error> {
    let lines = text.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.trim_ascii().is_empty());
    lines.map(|line| json_line(command, line)).collect()
}

pub(crate) fn json_line<T: DeserializeOwned>(
    command: &CommandLine,
    line: &[u8],
) -> Result<T, Error> {
    serde_json::from_slice(line).map_err(|source| Error::Json {
        command: command.clone(),
        source: JsonError::of::<T>(source, line),
        text: Excerpt::new(line),
    })
}

/// Leaves objects that do not exist out of the result of an `inspect`.
pub(crate) fn existing<T: DeserializeOwned>(
    inspected: Result<Vec<T>, Error>,
) -> Result<Vec<T>, Error> {
    match inspected {
        // Docker describes all others before it fails.
        Err(Error::NoSuch { failure, .. }) => parse_lines(&failure.command, &failure.stdout),
        result => result,
    }
}

/// The identifier or name on the last line; messages may precede it.
pub(crate) fn last_line<T: Printed>(output: Output) -> Result<T, Error> {
    let text = output.stdout_text();
    let line = text.trim_end().lines().next_back().unwrap_or_default().trim();
    T::from_line(line).ok_or_else(|| unexpected(&output, T::EXPECTED, &text))
}

/// The names on the lines between this heading and an empty line, as `prune` prints them; an error
/// if a line is not a name.
pub(crate) fn names_below<T: Printed>(output: Output, heading: &str) -> Result<Vec<T>, Error> {
    let text = output.stdout_text();
    let lines = text.lines().skip_while(|line| *line != heading).skip(1);
    let names = lines.take_while(|line| !line.is_empty());
    names
        .map(|line| T::from_line(line).ok_or_else(|| unexpected(&output, T::EXPECTED, line)))
        .collect()
}

/// The error for a line that is not what docker prints.
pub(crate) fn unexpected(output: &Output, expected: &'static str, line: &str) -> Error {
    Error::Unexpected {
        command: output.command.clone(),
        expected,
        text: Excerpt::new(line.as_bytes()),
    }
}

/// Accepts any output.
pub(crate) fn ignore(_: Output) -> Result<(), Error> {
    Ok(())
}

/// A name or identifier that docker prints on a line of its own.
pub(crate) trait Printed: Sized {
    const EXPECTED: &'static str;

    /// `None` if docker cannot have meant this line.
    fn from_line(line: &str) -> Option<Self>;
}

/// Docker's rules for the names of networks and of other objects differ by their drivers.
impl Printed for String {
    const EXPECTED: &'static str = "a name";

    fn from_line(line: &str) -> Option<Self> {
        (!line.is_empty()).then(|| line.to_owned())
    }
}

/// A size in bytes, as docker prints it with a decimal unit: `1.983MB`.
pub(crate) fn size(text: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 6] =
        [("kB", 1e3), ("MB", 1e6), ("GB", 1e9), ("TB", 1e12), ("PB", 1e15), ("B", 1.0)];
    let (number, unit) =
        UNITS.iter().find_map(|(name, unit)| Some((text.strip_suffix(name)?, unit)))?;
    let bytes = number.parse::<f64>().ok()? * unit;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a conversion that is out of range saturates, and sizes are not negative"
    )]
    (bytes >= 0.0).then_some(bytes.round() as u64)
}

/// For serde: docker writes `null` for an empty map or list.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Default + Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
