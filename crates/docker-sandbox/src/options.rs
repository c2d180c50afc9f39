//! What an engine is started with.

use std::path::Path;
use std::time::Duration;

use crate::{EngineImage, EngineRoot, ImageStore};

/// What an engine is started with.
#[derive(Debug, Clone)]
pub struct EngineOptions<'a> {
    /// Where its programs come from.
    pub root: &'a EngineRoot,
    /// How long it may take to start.
    pub limit: Duration,
    /// The images that it begins with, and where they are stored. They must not be removed from the store
    /// while the engine runs. It can only read the store; but its steps are root, and one that sets out to
    /// can mount the store again writable. [`ImageStore::check`] notices that afterwards.
    pub images: Option<(&'a ImageStore, &'a [EngineImage])>,
    /// An empty directory for the daemon's data, on a file system that overlay2 works on. It is not
    /// removed with the engine. `None` keeps the data in memory.
    pub data_root: Option<&'a Path>,
    /// How many bytes of memory everything in the engine may use together, including what it writes to
    /// file systems in memory. See [`crate::ProcessEngine::memory_exceeded`]. Without effect if control groups cannot
    /// limit it: see [`crate::control_groups`].
    pub memory: Option<u64>,
    /// How many processes everything in the engine may have together; threads count, of which its daemons have
    /// about 50. Without effect like [`Self::memory`]. See [`crate::ProcessEngine::processes_exceeded`].
    pub processes: Option<u32>,
    /// How many bytes each of the engine's file systems in memory may hold. `None` for the kernel's limit, half of the
    /// machine's memory. See [`crate::ProcessEngine::full_file_system`].
    pub disk: Option<u64>,
    /// The port of a registry on the engine's loopback from which the daemon pulls what is on Docker Hub.
    /// See [`crate::ProcessEngine::listen`].
    pub registry_mirror: Option<u16>,
    /// Registries whose images the daemon pulls from that port too: `ghcr.io`, `registry.example.com:5000`.
    /// It does so without TLS; the header `Host` is the registry. In all of the engine except containers,
    /// these names stand for an address of the loopback, so that nothing else reaches these registries
    /// either. Those that are an IP address are left out.
    pub mirrored_registries: &'a [String],
    /// Whether the daemon uses the proxies in this process's environment.
    pub proxies: bool,
}

impl<'a> EngineOptions<'a> {
    /// An engine without images, whose data are in memory without a limit, and whose daemon uses the
    /// proxies in this process's environment.
    #[must_use]
    pub fn new(root: &'a EngineRoot, limit: Duration) -> Self {
        Self {
            root,
            limit,
            images: None,
            data_root: None,
            memory: None,
            processes: None,
            disk: None,
            registry_mirror: None,
            mirrored_registries: &[],
            proxies: true,
        }
    }
}
