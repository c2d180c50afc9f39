//! What a step changed on the engine.

use serde::{Deserialize, Serialize};

use super::ContainerSpec;

/// Something that happened to an object of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// Which command of its step had been begun last, counted from 0.
    pub command: usize,
    /// What kind of object it is.
    pub kind: ObjectKind,
    /// Its name: an image's reference, a volume's 64 digits where the author gave no name.
    pub name: String,
    /// Its identifier.
    pub id: String,
    /// What happened.
    #[serde(flatten)]
    pub change: Change,
}

/// A kind of object.
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

/// Whether a volume's name is one that Docker gives where the author gives none: 64 random hexadecimal
/// digits.
pub(crate) fn is_anonymous(volume: &str) -> bool {
    volume.len() == 64 && volume.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// What happened to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "kebab-case")]
pub enum Change {
    /// It came to be. An image was pulled, loaded, built, or given a name.
    Created {
        /// The image that was asked for, as its author wrote it: of a container, the one that it
        /// was made from; of an image, itself if it was pulled.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        image: Option<String>,
        /// What a container was made with that no other effect tells.
        #[serde(flatten)]
        spec: ContainerSpec,
    },
    /// A container's program was started.
    Started,
    /// A container's program ended.
    Died {
        /// Its exit status.
        exit: i32,
        /// Whether nobody had a hand in it: no client was attached, which would have told the
        /// status, and no signal had been sent (`docker stop`, `kill`, `rm -f`).
        alone: bool,
        /// The end of its log, if it died alone and with a status other than 0; none if the
        /// container was gone before its log could be read.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        log: Option<String>,
    },
    /// A container was paused.
    Paused,
    /// A container went on.
    Unpaused,
    /// A container was given another name.
    Renamed {
        /// The name that it had before.
        from: String,
    },
    /// A container was connected to a network.
    Connected {
        /// The container's identifier.
        container: String,
    },
    /// A container was disconnected from a network.
    Disconnected {
        /// The container's identifier.
        container: String,
    },
    /// A volume was mounted.
    Mounted {
        /// The container's identifier.
        container: String,
        /// Where in the container.
        destination: String,
        /// Whether the container can only read it.
        read_only: bool,
    },
    /// It is gone, or an image has lost a name.
    Removed,
}

impl Change {
    /// It came to be, and nothing more is known of that than the image that was asked for.
    pub fn created(image: Option<String>) -> Self {
        Self::Created { image, spec: ContainerSpec::default() }
    }
}

/// An object that a step has made and that was still there at the chapter's end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leftover {
    /// The step that made it, counted from 0.
    pub step: usize,
    /// Which of its commands, counted from 0.
    pub command: usize,
    /// What kind of object it is.
    pub kind: ObjectKind,
    /// Its name at the end.
    pub name: String,
    /// Its identifier.
    pub id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_gives_digits_to_a_volume_without_a_name() {
        assert!(is_anonymous(&"0123456789abcdef".repeat(4)));
        assert!(!is_anonymous("data") && !is_anonymous(&"g".repeat(64)));
    }
}
