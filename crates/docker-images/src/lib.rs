//! Images kept on this machine, so that each is fetched once: references as Docker reads them, a client
//! for registries, and a store of what they sent.

mod reference;

pub use reference::{InvalidReference, Reference};
