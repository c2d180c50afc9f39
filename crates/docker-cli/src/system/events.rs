//! `docker system events`

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::cancel::Canceller;
use crate::command::Command;
use crate::define::command;
use crate::error::Error;
use crate::process::Source;
use crate::read;
use crate::stream::Stream;

command! {
    /// `docker system events`. [`follow`](Self::follow) returns events while they happen;
    /// [`call`](Command::call) needs an end ([`until`](Self::until)) and returns them all.
    Events = "system" "events" "--format={{json .}}" => Vec<Event>, read::json_lines;
    /// From this moment on, instead of now: RFC 3339, a UNIX time (`1795486167.5`), or a duration
    /// before now (`10m`). The daemon keeps the last 256 events.
    since: value "--since";
    /// Until this moment, in the same formats.
    until: value "--until";
    /// Only events for which this holds: `type=container`, `event=die`, `container=…`.
    filter: value "--filter";
}

impl Events {
    /// The events while they happen. To miss none, give [`since`](Self::since): docker does not
    /// say when it has begun to listen.
    ///
    /// # Errors
    ///
    /// When docker cannot be started; that the daemon cannot be reached comes as the first item.
    pub fn follow(self) -> Result<EventStream, Error> {
        let command = crate::output::CommandLine::new(self.argv());
        Ok(EventStream { lines: self.stream()?, command })
    }
}

/// The events of a daemon, while they happen; made by [`Events::follow`].
///
/// It blocks until the next event. Dropping it, or cancelling it from another thread, ends the
/// docker program.
#[derive(Debug)]
pub struct EventStream {
    lines: Stream,
    command: crate::output::CommandLine,
}

impl EventStream {
    /// Something that stops this stream, from any thread; it can be cloned.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.lines.canceller()
    }
}

impl Iterator for EventStream {
    type Item = Result<Event, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.lines.next()? {
                // What docker says on standard error becomes the error at the end.
                Ok(line) if line.source == Source::Stderr || line.bytes.is_empty() => {}
                Ok(line) => return Some(read::json_line(&self.command, &line.bytes)),
                Err(error) => return Some(Err(error)),
            }
        }
    }
}

/// Something that happened to a Docker object.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The kind of object: `container`, `image`, `volume`, `network`, `daemon`, …
    #[serde(rename = "Type", default, deserialize_with = "read::or_default")]
    pub kind: String,
    /// What happened: `create`, `start`, `die`, `exec_start: sh -c true`, …
    #[serde(rename = "Action", default, deserialize_with = "read::or_default")]
    pub action: String,
    /// The object.
    #[serde(rename = "Actor", default, deserialize_with = "read::or_default")]
    pub actor: Actor,
    /// When it happened, in nanoseconds since 1970.
    #[serde(rename = "timeNano", default, deserialize_with = "read::or_default")]
    pub time_nano: u64,
    /// What else Docker says.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Event {
    /// When it happened, as time since 1970.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_nanos(self.time_nano)
    }

    /// What is known of the object under this name: `name`, `image`, `exitCode`, a label.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.actor.attributes.get(name).map(String::as_str)
    }
}

/// The object that something happened to.
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct Actor {
    /// Its identifier; a volume's is its name.
    #[serde(rename = "ID", default, deserialize_with = "read::or_default")]
    pub id: String,
    /// Its name, labels and more.
    #[serde(rename = "Attributes", default, deserialize_with = "read::or_default")]
    pub attributes: BTreeMap<String, String>,
}
