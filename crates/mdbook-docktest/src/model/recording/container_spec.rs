//! The settings of a container that are not in the engine's events.

use serde::{Deserialize, Serialize};

/// The settings of a container that are not in the engine's events.
///
/// It can be empty for a container that is removed by the step that created it: one that ends at once may
/// be gone before it can be inspected.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ContainerSpec {
    /// Bind mounts, tmpfs mounts, and the volumes of a container that its step did not start. The
    /// volumes of one that is started are [`Change::Mounted`](super::Change::Mounted).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mounts: Vec<Mount>,
    /// The published ports.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ports: Vec<Port>,
}

/// A mount of a container.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mount {
    /// What is mounted.
    #[serde(flatten)]
    pub source: MountSource,
    /// The path in the container.
    pub destination: String,
    /// Whether the container can only read it.
    #[serde(default)]
    pub read_only: bool,
}

/// The source of a mount.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "type", content = "source", rename_all = "kebab-case")]
pub enum MountSource {
    /// A file or directory of the host, by its path.
    Bind(String),
    /// A volume, by its name.
    Volume(String),
    /// A tmpfs.
    Tmpfs,
}

/// A port that a container publishes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Port {
    /// The address on the host, if the author gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The port on the host; `None` if the engine chooses it, as it then differs from run to run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<u16>,
    /// The port in the container.
    pub container: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}
