//! Changes to the containers, volumes, networks and images of an engine.

use serde::{Deserialize, Serialize};

use super::ContainerSpec;

/// A change to one object of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The index of the step's command that was started last.
    pub command: usize,
    /// The kind of the object.
    pub kind: ObjectKind,
    /// The object's name: of an image, its reference; of an anonymous volume, its 64 digits.
    pub name: String,
    /// The object's ID.
    pub id: String,
    /// What happened to it.
    #[serde(flatten)]
    pub change: Change,
}

/// A kind of object of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ObjectKind {
    /// A container.
    Container,
    /// A volume.
    Volume,
    /// A network.
    Network,
    /// An image.
    Image,
}

/// Whether a volume is anonymous: Docker then names it by 64 random hexadecimal digits.
pub(crate) fn is_anonymous(volume: &str) -> bool {
    volume.len() == 64 && volume.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Change {
    /// The object was created. An image was pulled, loaded, built, or tagged.
    Created {
        /// The image reference as written in the command: of a container, the image that it was
        /// created from; of an image, its own reference if it was pulled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        image: Option<String>,
        /// The settings of a container that appear in no other effect.
        #[serde(flatten)]
        spec: ContainerSpec,
    },
    /// A container's program was started.
    Started,
    /// A container's program ended.
    Died {
        /// The exit status of the program.
        exit: i32,
        /// Whether it ended unattended: no client was attached, which would have reported the
        /// status, and no signal was sent (`docker stop`, `kill`, `rm -f`).
        alone: bool,
        /// The end of its log, if it died alone with a status other than 0; `None` if the
        /// container was removed before its log could be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<String>,
    },
    /// A container was paused.
    Paused,
    /// A container was unpaused.
    Unpaused,
    /// A container was renamed.
    Renamed {
        /// The former name.
        from: String,
    },
    /// A container was connected to a network.
    Connected {
        /// The container's ID.
        container: String,
    },
    /// A container was disconnected from a network.
    Disconnected {
        /// The container's ID.
        container: String,
    },
    /// A volume was mounted.
    Mounted {
        /// The container's ID.
        container: String,
        /// The path in the container.
        destination: String,
        /// Whether the container can only read it.
        read_only: bool,
    },
    /// The object was removed, or an image was untagged.
    Removed,
}

impl Change {
    /// Returns the creation of an object of which only the requested image is known.
    pub fn created(image: Option<String>) -> Self {
        Self::Created { image, spec: ContainerSpec::default() }
    }
}

/// An object that a step created and that still existed at the end of the chapter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// The index of the step that created the object.
    pub step: usize,
    /// The index of the command within that step.
    pub command: usize,
    /// The kind of the object.
    pub kind: ObjectKind,
    /// The object's name at the end.
    pub name: String,
    /// The object's ID.
    pub id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_named_by_64_hexadecimal_digits_is_anonymous() {
        assert!(is_anonymous(&"0123456789abcdef".repeat(4)));
        assert!(!is_anonymous("data") && !is_anonymous(&"g".repeat(64)));
    }
}
