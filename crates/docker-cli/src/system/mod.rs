//! `docker system …` and `docker version`

mod events;
mod info;
mod version;

pub use events::{Actor, Event, EventStream, Events};
pub use info::{GetInfo, Info};
pub use version::{ClientVersion, GetVersion, ServerVersion, Version};

use crate::docker::Docker;

/// The commands on the daemon; see [`Docker::system`].
#[derive(Clone, Copy, Debug)]
pub struct System<'a>(pub(crate) &'a Docker);

impl System<'_> {
    /// What happens in the daemon.
    pub fn events(&self) -> Events {
        Events::new(self.0)
    }

    /// What the daemon says of itself and its machine.
    pub fn info(&self) -> GetInfo {
        GetInfo::new(self.0)
    }

    /// The versions of the client and the daemon.
    pub fn version(&self) -> GetVersion {
        GetVersion::new(self.0)
    }
}
