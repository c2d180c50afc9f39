//! What docker printed and nobody could read, without showing what may be secret in it.

use std::error;
use std::fmt;

use serde_json::error::Category;

/// The beginning of an answer of docker, which may contain secrets, such as the environment of a
/// container. Debug output shows its length only; [`reveal`](Self::reveal) returns the text.
#[derive(Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// How much of an answer is kept, in characters.
    const LENGTH: usize = 500;

    pub(crate) fn new(text: &[u8]) -> Self {
        Self(String::from_utf8_lossy(text).trim().chars().take(Self::LENGTH).collect())
    }

    /// The text, without the white space around it. It may contain secrets: do not log it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({} bytes)", self.0.len())
    }
}

/// Why an answer of docker is not the expected JSON, and the line and column.
///
/// What is displayed, and debug output, name types and fields that are missing, but no value of the
/// answer: `invalid type: string, expected u64 at line 1 column 17`. [`reveal`](Self::reveal)
/// returns serde's error, which repeats the value.
pub struct JsonError(serde_json::Error);

impl JsonError {
    pub(crate) fn new(error: serde_json::Error) -> Self {
        Self(error)
    }

    /// The error of `serde_json`. Its text may contain secrets: do not log it.
    #[must_use]
    pub fn reveal(&self) -> &serde_json::Error {
        &self.0
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.classify() {
            // These messages are constants.
            Category::Syntax | Category::Eof | Category::Io => fmt::Display::fmt(&self.0, f),
            Category::Data => {
                let (line, column) = (self.0.line(), self.0.column());
                let position = format!(" at line {line} column {column}");
                let message = self.0.to_string();
                let message = message.strip_suffix(&position).unwrap_or(&message);
                write!(f, "{}{position}", without_value(message))
            }
        }
    }
}

impl fmt::Debug for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "JsonError({self})")
    }
}

/// `reveal` is not among the sources: reports of errors display those.
impl error::Error for JsonError {}

/// serde's message without the value that it repeats. Only the forms of its own messages are known to
/// be safe: what else a type says can contain anything.
fn without_value(message: &str) -> String {
    const KINDS: [&str; 7] =
        ["boolean", "floating point", "integer", "map", "null", "sequence", "string"];
    if message.starts_with("missing field `") {
        return message.to_owned();
    }
    let safe = ["invalid type: ", "invalid value: "].into_iter().find_map(|form| {
        let (found, expected) = message.strip_prefix(form)?.rsplit_once(", expected ")?;
        // `string "…"`, ``integer `…` ``: the value is in quotes.
        let kind = found.split(['"', '`']).next()?.trim_end();
        KINDS.contains(&kind).then(|| format!("{form}{kind}, expected {expected}"))
    });
    safe.unwrap_or_else(|| "other data than expected".to_owned())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde::de::DeserializeOwned;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "is only parsed")]
    struct Row {
        name: String,
    }

    #[derive(Debug, Deserialize)]
    enum Known {
        #[serde(rename = "known")]
        Known,
    }

    fn shown<T: DeserializeOwned + fmt::Debug>(text: &str) -> String {
        JsonError::new(serde_json::from_str::<T>(text).unwrap_err()).to_string()
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        let text = shown::<BTreeMap<String, u16>>(r#"{"port": "s3cret"}"#);
        assert_eq!(text, "invalid type: string, expected u16 at line 1 column 17");
        let nasty = r#"{"port": "s3cret, expected `x` at line 1"}"#;
        let text = shown::<BTreeMap<String, u16>>(nasty);
        assert!(text.starts_with("invalid type: string, expected u16 at line 1 column "), "{text}");
        let text = shown::<Vec<bool>>("[424242]");
        assert!(text.starts_with("invalid type: integer, expected a boolean at line 1"), "{text}");
        let text = shown::<Vec<u8>>("[424242]");
        assert!(text.starts_with("invalid value: integer, expected u8 at line 1"), "{text}");
        let text = shown::<Vec<u8>>("[4242.42]");
        assert!(text.starts_with("invalid type: floating point, expected u8 at line"), "{text}");
        let text = shown::<Vec<u8>>("{}");
        assert!(text.starts_with("invalid type: map, expected a sequence at line 1"), "{text}");
    }

    #[test]
    fn a_missing_field_has_its_name() {
        let text = shown::<Row>(r#"{"password": "s3cret"}"#);
        assert!(text.starts_with("missing field `name` at line 1 column "), "{text}");
    }

    #[test]
    fn what_a_type_says_itself_is_not_repeated() {
        let text = shown::<Vec<Known>>(r#"["s3cret"]"#);
        assert!(text.starts_with("other data than expected at line 1 column "), "{text}");
    }

    #[test]
    fn a_mistake_of_syntax_has_its_position() {
        assert_eq!(shown::<Row>("<html>"), "expected value at line 1 column 1");
        assert_eq!(shown::<Row>("{"), "EOF while parsing an object at line 1 column 1");
    }
}
