//! What a container was made with that the engine's events do not tell.

use serde::{Deserialize, Serialize};

/// What a container was made with, as far as no event tells it.
///
/// A container that is gone with the step that made it may be gone before anybody can ask, so
/// nothing of it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContainerSpec {
    /// Directories of the host, memory, and the volumes of a container that its step did not start:
    /// those of one that is started are [mounted](super::Change::Mounted).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount>,
    /// The ports that it publishes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
}

/// Something mounted in a container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mount {
    /// What is mounted.
    #[serde(flatten)]
    pub source: MountSource,
    /// Where in the container.
    pub destination: String,
    /// Whether the container can only read it.
    #[serde(default)]
    pub read_only: bool,
}

/// What can be mounted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", content = "source", rename_all = "kebab-case")]
pub enum MountSource {
    /// A file or directory of the host, by its path.
    Bind(String),
    /// A volume, by its name.
    Volume(String),
    /// Memory.
    Tmpfs,
}

/// A port that a container publishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Port {
    /// The address of the host, where the author has named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The port of the host; none where the engine chooses one, which is another each time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<u16>,
    /// The port of the container.
    pub container: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}
