//! Images kept on this machine, so that each is fetched once: references as Docker reads them, a client
//! for registries, and a store of what they sent.

mod blobs;
mod digest;
mod eviction;
mod index;
mod platform;
mod reference;
mod registry;
mod server;

pub use blobs::{BlobError, BlobWriter, Blobs, Damage};
pub use digest::{Digest, InvalidDigest};
pub use eviction::{Candidate, Limits, to_remove};
pub use index::{InUse, Index, IndexEntry, KeptImage, Origin};
pub use platform::Platform;
pub use reference::{InvalidReference, Reference};
pub use registry::{FetchError, FetchProgress, Fetched, FetchedBlob, Login, Registry};
pub use server::{Answer, Pushed, Server, Upstream};
