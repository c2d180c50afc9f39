//! `docker system events`

use std::collections::BTreeMap;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use crate::define::command;
use crate::error::Error;
use crate::json_stream::JsonStream;
use crate::read;

command! {
    /// `docker system events`. [`follow`](Self::follow) returns events as they happen;
    /// [`call`](crate::DockerCommand::call) returns all events up to [`until`](Self::until),
    /// without which it does not end.
    Events = "system" "events" "--format={{json .}}" => Vec<Event>, read::json_lines;
    /// Starts at this time instead of now: RFC 3339, a UNIX time (`1795486167.5`), or a duration
    /// before now (`10m`). The daemon keeps the last 256 events.
    since: value "--since";
    /// Stops at this time, in the same formats.
    until: value "--until";
    /// Returns only events that match: `type=container`, `event=die`, `container=…`.
    filter: list "--filter";
}

impl Events {
    /// Returns events as they happen. To miss none, set [`since`](Self::since): docker does not say
    /// when it starts to listen.
    ///
    /// # Errors
    ///
    /// If docker cannot be started. If the daemon is unreachable, the first item is the error.
    pub fn follow(self) -> Result<EventStream, Error> {
        JsonStream::start(self)
    }
}

/// The events of a daemon as they happen; returned by [`Events::follow`].
pub type EventStream = JsonStream<Event>;

/// An event of a Docker object.
#[derive(Clone, Debug, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// The kind of object: `container`, `image`, `volume`, `network`, `daemon`, …
    #[serde(rename = "Type", default, deserialize_with = "read::or_default")]
    pub kind: String,
    /// What happened to it: `create`, `start`, `die`, `exec_start: sh -c true`, …
    #[serde(rename = "Action", default, deserialize_with = "read::or_default")]
    pub action: String,
    /// The object's identifier and attributes.
    #[serde(rename = "Actor", default, deserialize_with = "read::or_default")]
    pub actor: Actor,
    /// The time, in nanoseconds since 1970.
    #[serde(rename = "timeNano", default, deserialize_with = "read::or_default")]
    pub time_nano: u64,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

impl Event {
    /// The time since 1970.
    #[must_use]
    pub fn time(&self) -> Duration {
        Duration::from_nanos(self.time_nano)
    }

    /// An attribute of the object: `name`, `image`, `exitCode`, or a label.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.actor.attributes.get(name).map(String::as_str)
    }
}

/// The object of an event.
#[derive(Clone, Debug, Default, Deserialize)]
#[non_exhaustive]
pub struct Actor {
    /// The object's identifier; of a volume, its name.
    #[serde(rename = "ID", default, deserialize_with = "read::or_default")]
    pub id: String,
    /// The object's name, labels and more, depending on the event.
    #[serde(rename = "Attributes", default, deserialize_with = "read::or_default")]
    pub attributes: BTreeMap<String, String>,
}
