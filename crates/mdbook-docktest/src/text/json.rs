//! JSON as text for people and programs.

use serde::Serialize;

/// Formats a document as indented JSON, with a line feed at the end.
///
/// # Errors
/// Those of serde_json, which do not occur with plain data.
pub(crate) fn indented(document: &impl Serialize) -> serde_json::Result<String> {
    let mut text = serde_json::to_string_pretty(document)?;
    text.push('\n');
    Ok(text)
}
