//! `docker container logs`

use crate::define::command;
use crate::output::Output;

command! {
    /// `docker container logs`. Use [`stream`](crate::Command::stream) with [`follow`](Self::follow).
    Logs = "container" "logs" => Output, Ok, speaker: Logs;
    /// Goes on until the container ends.
    follow: switch "--follow";
    /// Only the last lines.
    tail: number "--tail";
    /// From this moment on: RFC 3339, a UNIX time, or a duration before now (`10m`).
    since: value "--since";
    /// Until this moment, in the same formats.
    until: value "--until";
    /// Each line begins with its time (RFC 3339, with nanoseconds).
    timestamps: switch "--timestamps";
}
