//! `docker compose ps`

use std::ffi::OsStr;

use crate::define::{command, record};
use crate::read;

command! {
    /// `docker compose ps`
    Ps = "compose" "ps" "--no-trunc" "--format=json" => Vec<ServiceContainer>, read::json_list;
    /// Includes containers that are not running.
    all: switch "--all";
    /// Lists only containers in this state: `running`, `exited`, …
    status: list "--status";
}

impl Ps {
    /// Adds an argument `SERVICE`: only the containers of these; can be repeated.
    pub fn service(mut self, service: impl AsRef<OsStr>) -> Self {
        self.0.positional(service);
        self
    }
}

record! {
    /// A container of a project.
    ServiceContainer {
        /// The container's identifier.
        #[serde(rename = "ID")]
        id: String,
        /// The container's name: `shop-web-1`.
        name: String,
        /// The project's name.
        project: String,
        /// The service's name.
        service: String,
        /// The image name with which the container was created.
        image: String,
        /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
        state: String,
        /// The state in a sentence: `Up 3 minutes (healthy)`.
        status: String,
        /// What its health check found: `starting`, `healthy` or `unhealthy`; empty without one.
        health: String,
        /// The exit status of its program, once it has ended.
        exit_code: i64,
        /// The ports that its image or service names.
        publishers: Vec<Publisher>,
    }
}

record! {
    /// A port of a container.
    Publisher {
        /// The port of the container.
        target_port: u16,
        /// The port of the machine; 0 if it is not published.
        published_port: u16,
        /// The address of the machine: `0.0.0.0`; empty if it is not published.
        #[serde(rename = "URL")]
        address: String,
        /// `tcp` or `udp`.
        protocol: String,
    }
}
