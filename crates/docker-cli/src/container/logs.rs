//! `docker container logs`

use crate::define::command;
use crate::output::Output;

command! {
    /// `docker container logs`. Use [`follow`](Self::follow) with
    /// [`stream`](crate::DockerCommand::stream).
    Logs = "container" "logs" => Output, Ok, origin: Logs;
    /// Continues until the container ends.
    follow: switch "--follow";
    /// Prints only this number of lines, the last ones.
    tail: number "--tail";
    /// Starts at this time: RFC 3339, a UNIX time, or a duration before now (`10m`).
    since: value "--since";
    /// Stops at this time, in the same formats.
    until: value "--until";
    /// Puts the time in front of each line (RFC 3339, with nanoseconds).
    timestamps: switch "--timestamps";
}
