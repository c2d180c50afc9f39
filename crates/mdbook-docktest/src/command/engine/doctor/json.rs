//! The engines that were tried as JSON. Its fields are a contract: they may be added, but are never renamed.

use serde::Serialize;

use super::Attempt;
use crate::text::json::indented;

/// Formats the list as one indented JSON object, with a line feed at the end.
///
/// # Errors
/// Those of serde_json, which do not occur with plain data.
pub(super) fn json(attempts: &[Attempt]) -> serde_json::Result<String> {
    indented(&Document { schema: 1, engines: attempts.iter().map(JsonEngine::from).collect() })
}

#[derive(Serialize)]
struct Document<'a> {
    schema: u32,
    engines: Vec<JsonEngine<'a>>,
}

#[derive(Serialize)]
struct JsonEngine<'a> {
    kind: &'static str,
    from: &'a str,
    works: bool,
    /// `null` if it does not work.
    version: Option<&'a str>,
    /// `null` if it does not work.
    start_seconds: Option<f64>,
    /// `null` if it works.
    reason: Option<String>,
}

impl<'a> From<&'a Attempt> for JsonEngine<'a> {
    fn from(attempt: &'a Attempt) -> Self {
        let started = attempt.result.as_ref().ok();
        Self {
            kind: attempt.kind,
            from: &attempt.from,
            works: started.is_some(),
            version: started.map(|started| started.version.as_str()),
            start_seconds: started.map(|started| started.after.as_secs_f64()),
            reason: attempt.result.as_ref().err().map(ToString::to_string),
        }
    }
}
