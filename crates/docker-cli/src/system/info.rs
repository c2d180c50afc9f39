//! `docker system info`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::{command, record};
use crate::error::Error;
use crate::output::Output;
use crate::time::Time;
use crate::{classify, read};

command! {
    /// `docker system info`
    GetInfo = "system" "info" "--format={{json .}}" => Info, info;
}

/// Without a daemon, docker prints zeros, puts the reason in `ServerErrors`, and ends with status 0.
/// It repeats the reason on standard error since 23.
fn info(output: Output) -> Result<Info, Error> {
    let info: Info = read::json(output.clone())?;
    if info.server_errors.is_empty() {
        return Ok(info);
    }
    Err(classify::reported(output, &info.server_errors))
}

/// The daemon's configuration, counts and machine.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Info {
    /// The daemon's identifier.
    #[serde(default, rename = "ID", deserialize_with = "read::or_default")]
    pub id: String,
    /// The host name of its machine.
    #[serde(default, deserialize_with = "read::or_default")]
    pub name: String,
    /// The daemon's version.
    #[serde(default, deserialize_with = "read::or_default")]
    pub server_version: String,
    /// The number of containers, running or not.
    #[serde(default, deserialize_with = "read::or_default")]
    pub containers: u64,
    /// The number of running containers.
    #[serde(default, deserialize_with = "read::or_default")]
    pub containers_running: u64,
    /// The number of images.
    #[serde(default, deserialize_with = "read::or_default")]
    pub images: u64,
    /// The storage driver: `overlay2`, `vfs`, …
    #[serde(default, deserialize_with = "read::or_default")]
    pub driver: String,
    /// The version of the kernel: `6.12.57`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub kernel_version: String,
    /// The operating system: `Debian GNU/Linux 13 (trixie)`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub operating_system: String,
    /// The operating system of containers: `linux` or `windows`.
    #[serde(default, rename = "OSType", deserialize_with = "read::or_default")]
    pub os_type: String,
    /// The processors' architecture, as the machine's system names it: `x86_64`, `aarch64`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub architecture: String,
    /// The time of the machine's clock, in its time zone.
    #[serde(default, deserialize_with = "read::or_default")]
    pub system_time: Time,
    /// The docker program that was run.
    #[serde(default, rename = "ClientInfo", deserialize_with = "read::or_default")]
    pub client: Client,
    /// The number of processors.
    #[serde(default, rename = "NCPU", deserialize_with = "read::or_default")]
    pub cpus: u64,
    /// The machine's memory in bytes.
    #[serde(default, rename = "MemTotal", deserialize_with = "read::or_default")]
    pub memory: u64,
    #[serde(default, deserialize_with = "read::or_default")]
    server_errors: Vec<String>,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

record! {
    /// The docker program, as it describes itself.
    Client {
        /// Its version; empty if it is too old to say so (20.10).
        version: String,
        /// The context in use.
        context: String,
        /// The plugins that it has found, such as `buildx` and `compose`.
        plugins: Vec<ClientPlugin>,
    }
}

impl Client {
    /// The plugin with this name: `compose`.
    #[must_use]
    pub fn plugin(&self, name: &str) -> Option<&ClientPlugin> {
        self.plugins.iter().find(|plugin| plugin.name == name)
    }
}

record! {
    /// A plugin of the docker program.
    ClientPlugin {
        /// The name, which is the command: `buildx`.
        name: String,
        /// Its version.
        version: String,
        /// Who made it.
        vendor: String,
        /// What it does, in its author's words.
        short_description: String,
        /// Its file.
        path: String,
    }
}
