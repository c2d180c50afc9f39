//! `docker system info`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::command;
use crate::error::Error;
use crate::output::Output;
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
