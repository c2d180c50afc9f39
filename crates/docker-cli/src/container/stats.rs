//! `docker container stats`

use crate::define::{command, record};
use crate::error::Error;
use crate::json_stream::JsonStream;
use crate::read;

command! {
    /// `docker container stats`. [`call`](crate::DockerCommand::call) returns the use of resources
    /// once; [`follow`](Self::follow) returns it about every second.
    Stats = "container" "stats" "--no-trunc" "--format={{json .}}" "--no-stream" => Vec<Usage>, read::json_lines;
    /// Includes containers that are not running.
    all: switch "--all";
}

impl Stats {
    /// Returns the use of resources again and again: a row for each container, about every second.
    ///
    /// # Errors
    ///
    /// If docker cannot be started. If a container does not exist, the first item is the error.
    pub fn follow(mut self) -> Result<JsonStream<Usage>, Error> {
        // The last one counts.
        self.0.flag("--no-stream=false");
        JsonStream::start(self)
    }
}

record! {
    /// The resources that a container uses, as docker prints them: each column is text.
    Usage {
        /// The container's identifier; see also [`name`](Self::name).
        #[serde(rename = "ID")]
        id: String,
        /// The container's name.
        name: String,
        /// The share of a processor: `12.34%`.
        #[serde(rename = "CPUPerc")]
        cpu: String,
        /// The memory in use and its limit: `1.5MiB / 512MiB`.
        #[serde(rename = "MemUsage")]
        memory: String,
        /// The share of the memory limit: `0.29%`.
        #[serde(rename = "MemPerc")]
        memory_share: String,
        /// What was received and sent: `1.2kB / 0B`.
        #[serde(rename = "NetIO")]
        network: String,
        /// What was read and written: `0B / 4.1kB`.
        #[serde(rename = "BlockIO")]
        disk: String,
        /// The number of processes and threads.
        #[serde(rename = "PIDs")]
        pids: String,
    }
}

impl Usage {
    /// The share of a processor in percent: 150.0 is one and a half processors. `None` if the
    /// container is not running.
    #[must_use]
    pub fn cpu_percent(&self) -> Option<f64> {
        percent(&self.cpu)
    }

    /// The share of the memory limit in percent; `None` if the container is not running.
    #[must_use]
    pub fn memory_percent(&self) -> Option<f64> {
        percent(&self.memory_share)
    }
}

fn percent(text: &str) -> Option<f64> {
    text.strip_suffix('%')?.parse().ok()
}
