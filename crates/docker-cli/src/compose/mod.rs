//! `docker compose …`

mod config;
mod logs;
mod ls;
mod ps;

pub use crate::generated::compose::*;
pub use config::{Config, ProjectConfig};
pub use logs::{LogLine, LogLines, Logs};
pub use ls::{Ls, ProjectRow};
pub use ps::{Ps, Publisher, ServiceContainer};

use crate::define::group;

group! {
    /// The `docker compose` commands; see [`Docker::compose`](crate::Docker::compose).
    ///
    /// The flags here are those of all commands.
    Compose = "compose";
    /// Sets the file that describes the project, instead of `compose.yaml`; `-` for standard input.
    file: list "--file";
    /// Names the project, instead of by the file or its directory.
    project_name: value "--project-name";
    /// Sets the directory that paths in the files are relative to, instead of that of the first file.
    project_directory: value "--project-directory";
    /// Sets variables for the files from this file, instead of `.env`.
    env_file: list "--env-file";
    /// Enables the services of a profile.
    profile: list "--profile";
    /// Limits the number of requests that run at the same time; -1 for no limit.
    parallel: number "--parallel";
    /// Sets how progress is shown: `auto`, `tty`, `plain`, `quiet`.
    progress: value "--progress";
    /// Shows what would be done, without doing it.
    dry_run: switch "--dry-run";
    /// Sets when to print colours: `never`, `always`, `auto`.
    ansi: value "--ansi";
    /// Names containers as the first version of compose did.
    compatibility: switch "--compatibility";
}

impl Compose {
    /// Returns the project's files as one, with variables replaced.
    pub fn config(&self) -> Config {
        Config::new(&self.0)
    }

    /// Lists the project's running containers or, with [`Ps::all`], all.
    pub fn ps(&self) -> Ps {
        Ps::new(&self.0)
    }

    /// Lists the running projects of the daemon or, with [`Ls::all`], all.
    pub fn ls(&self) -> Ls {
        Ls::new(&self.0)
    }

    /// Returns the output of services.
    pub fn logs(&self) -> Logs {
        Logs::new(&self.0)
    }
}
