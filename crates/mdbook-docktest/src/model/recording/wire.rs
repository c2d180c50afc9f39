//! The JSON form of steps and ends, with the fields of all variants in one struct. serde would
//! otherwise buffer a whole step as a tree before it knows the variant.

use serde::Deserialize;
use serde::de::{Error as _, value::Error};

use super::{CommandRecording, Effect, End, StepRecording};

#[derive(Deserialize)]
pub(super) struct WireStep {
    status: Status,
    commands: Option<Vec<CommandRecording>>,
    #[serde(default)]
    effects: Vec<Effect>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Status {
    Ran,
    Ignored,
    OtherEngine,
    Skipped,
}

impl TryFrom<WireStep> for StepRecording {
    type Error = Error;

    fn try_from(WireStep { status, commands, effects }: WireStep) -> Result<Self, Error> {
        Ok(match status {
            Status::Ran => {
                let commands = commands.ok_or_else(|| Error::missing_field("commands"))?;
                Self::Ran { commands, effects }
            }
            Status::Ignored => Self::Ignored,
            Status::OtherEngine => Self::OtherEngine,
            Status::Skipped => Self::Skipped,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct WireEnd {
    how: How,
    status: Option<i32>,
    limit_ms: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum How {
    Exited,
    Stopped,
    TimedOut,
    Unanswered,
    EngineLost,
    Open,
    Typed,
    NotTyped,
}

impl TryFrom<WireEnd> for End {
    type Error = Error;

    fn try_from(WireEnd { how, status, limit_ms }: WireEnd) -> Result<Self, Error> {
        Ok(match how {
            How::Exited => {
                Self::Exited { status: status.ok_or_else(|| Error::missing_field("status"))? }
            }
            How::Stopped => Self::Stopped,
            How::TimedOut => {
                let limit_ms = limit_ms.ok_or_else(|| Error::missing_field("limit_ms"))?;
                Self::TimedOut { limit_ms }
            }
            How::Unanswered => Self::Unanswered,
            How::EngineLost => Self::EngineLost,
            How::Open => Self::Open,
            How::Typed => Self::Typed,
            How::NotTyped => Self::NotTyped,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variant_is_read_back_as_it_was_written() {
        let ran = |end| {
            let command = CommandRecording {
                duration_ms: 1,
                ..CommandRecording::new("ls", end, Default::default())
            };
            StepRecording::Ran { commands: vec![command], effects: Vec::new() }
        };
        for step in [
            ran(End::Exited { status: 3 }),
            ran(End::Stopped),
            ran(End::TimedOut { limit_ms: 5 }),
            ran(End::Unanswered),
            ran(End::EngineLost),
            ran(End::Open),
            ran(End::Typed),
            ran(End::NotTyped),
            StepRecording::Ignored,
            StepRecording::OtherEngine,
            StepRecording::Skipped,
        ] {
            let text = serde_json::to_string(&step).unwrap();
            assert_eq!(serde_json::from_str::<StepRecording>(&text).unwrap(), step, "{text}");
        }
    }

    #[test]
    fn a_missing_field_is_named() {
        let error =
            |text: &str| serde_json::from_str::<StepRecording>(text).unwrap_err().to_string();
        let (command, rest) =
            (r#"{"command":"a","end":"#, r#","transcript":{"chunks":[]},"duration_ms":1}"#);
        let with_end =
            |end: &str| format!(r#"{{"status":"ran","commands":[{command}{end}{rest}]}}"#);
        for (text, missing) in [
            (r#"{"status":"ran"}"#.to_owned(), "commands"),
            (with_end(r#"{"how":"exited"}"#), "status"),
            (with_end(r#"{"how":"timed-out"}"#), "limit_ms"),
            (with_end("{}"), "how"),
        ] {
            let error = error(&text);
            assert!(error.contains(&format!("missing field `{missing}`")), "{error}");
        }
        assert!(error(r#"{"status":"walked"}"#).contains("unknown variant `walked`"));
    }
}
