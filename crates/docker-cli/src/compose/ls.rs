//! `docker compose ls`

use crate::define::{command, record};
use crate::read;

command! {
    /// `docker compose ls`
    Ls = "compose" "ls" "--format=json" => Vec<ProjectRow>, read::json;
    /// Includes stopped projects.
    all: switch "--all";
    /// Lists only projects that match: `name=…`.
    filter: list "--filter";
}

record! {
    /// A project of the daemon.
    ProjectRow {
        /// The project's name.
        name: String,
        /// The numbers of its containers by their states: `running(2), exited(1)`.
        status: String,
        /// The paths of its files, separated by commas.
        config_files: String,
    }
}
