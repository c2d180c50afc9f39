//! What docker printed and nobody could read, without showing what may be secret in it.

use std::error;
use std::fmt;

use serde::de::DeserializeOwned;
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

/// Why an answer of docker is not the expected JSON, and where: the field, and the line and column.
///
/// What is displayed, and debug output, name types, fields and keys, but no value of the answer:
/// ``invalid type: string, expected u64 in `[0].State.Pid` at line 1 column 17``. [`reveal`](Self::reveal)
/// returns serde's error, which repeats the value.
pub struct JsonError(Box<Mismatch>);

/// Boxed, as it would make every error larger.
struct Mismatch {
    error: serde_json::Error,
    /// The way to the value that is another than expected; `None` if it is the whole answer.
    path: Option<String>,
}

impl JsonError {
    /// `error` is why `text` is no `T`.
    pub(crate) fn of<T: DeserializeOwned>(error: serde_json::Error, text: &[u8]) -> Self {
        // To read it once more takes time only where reading has failed.
        let mut json = serde_json::Deserializer::from_slice(text);
        let path = serde_path_to_error::deserialize::<_, T>(&mut json).err();
        let path = path.map(|error| error.path().to_string()).filter(|path| path != ".");
        Self(Box::new(Mismatch { error, path }))
    }

    /// The error of `serde_json`. Its text may contain secrets: do not log it.
    #[must_use]
    pub fn reveal(&self) -> &serde_json::Error {
        &self.0.error
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch { error, path } = &*self.0;
        match error.classify() {
            // These messages are constants.
            Category::Syntax | Category::Eof | Category::Io => fmt::Display::fmt(error, f),
            Category::Data => {
                let (line, column) = (error.line(), error.column());
                let position = format!(" at line {line} column {column}");
                let message = error.to_string();
                let message = message.strip_suffix(&position).unwrap_or(&message);
                f.write_str(&without_value(message))?;
                if let Some(path) = path {
                    write!(f, " in `{path}`")?;
                }
                f.write_str(&position)
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
        let error = serde_json::from_str::<T>(text).unwrap_err();
        JsonError::of::<T>(error, text.as_bytes()).to_string()
    }

    #[test]
    fn what_is_wrong_is_said_without_the_value() {
        let text = shown::<BTreeMap<String, u16>>(r#"{"port": "s3cret"}"#);
        assert_eq!(text, "invalid type: string, expected u16 in `port` at line 1 column 17");
        let nasty = r#"{"port": "s3cret, expected `x` at line 1"}"#;
        let text = shown::<BTreeMap<String, u16>>(nasty);
        assert!(
            text.starts_with("invalid type: string, expected u16 in `port` at line 1 column "),
            "{text}"
        );
        let text = shown::<Vec<bool>>("[424242]");
        assert!(
            text.starts_with("invalid type: integer, expected a boolean in `[0]` at line 1"),
            "{text}"
        );
        let text = shown::<Vec<u8>>("[424242]");
        assert!(
            text.starts_with("invalid value: integer, expected u8 in `[0]` at line 1"),
            "{text}"
        );
        let text = shown::<Vec<u8>>("[4242.42]");
        assert!(
            text.starts_with("invalid type: floating point, expected u8 in `[0]` at line"),
            "{text}"
        );
        let text = shown::<Vec<u8>>("{}");
        assert!(text.starts_with("invalid type: map, expected a sequence at line 1"), "{text}");
    }

    #[test]
    fn a_missing_field_has_its_name() {
        let text = shown::<Row>(r#"{"password": "s3cret"}"#);
        assert!(text.starts_with("missing field `name` at line 1 column "), "{text}");
    }

    #[test]
    fn the_way_to_a_value_is_said() {
        let text =
            shown::<Vec<BTreeMap<String, Row>>>(r#"[{"a": {"name": "x"}, "b": {"name": 7}}]"#);
        let expected = "invalid type: integer, expected a string in `[0].b.name` at line 1";
        assert!(text.starts_with(expected), "{text}");
        let text = shown::<Vec<Row>>(r#"[{"password": "s3cret"}]"#);
        assert!(text.starts_with("missing field `name` in `[0]` at line 1 column "), "{text}");
    }

    #[test]
    fn what_a_type_says_itself_is_not_repeated() {
        let text = shown::<Vec<Known>>(r#"["s3cret"]"#);
        assert!(text.starts_with("other data than expected in `[0]` at line 1 column "), "{text}");
    }

    #[test]
    fn a_mistake_of_syntax_has_its_position() {
        assert_eq!(shown::<Row>("<html>"), "expected value at line 1 column 1");
        assert_eq!(shown::<Row>("{"), "EOF while parsing an object at line 1 column 1");
    }
}
