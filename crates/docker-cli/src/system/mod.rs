//! `docker system …` and `docker version`

mod df;
mod events;
mod info;
mod version;

pub use crate::generated::system::*;
pub use df::{Df, DiskUse};
pub use events::{Actor, Event, EventStream, Events};
pub use info::{Client, ClientPlugin, GetInfo, Info};
pub use version::{ClientVersion, GetVersion, ServerVersion, Version};

use crate::docker::Docker;

/// The `docker system` commands; see [`Docker::system`].
#[derive(Clone, Copy, Debug)]
pub struct System<'a>(pub(crate) &'a Docker);

impl System<'_> {
    /// Returns events of containers, images, volumes and networks.
    pub fn events(&self) -> Events {
        Events::new(self.0)
    }

    /// Returns the disk use of the daemon.
    pub fn df(&self) -> Df {
        Df::new(self.0)
    }

    /// Returns the daemon's configuration, counts and machine.
    pub fn info(&self) -> GetInfo {
        GetInfo::new(self.0)
    }

    /// Returns the versions of the client and the daemon.
    pub fn version(&self) -> GetVersion {
        GetVersion::new(self.0)
    }
}
