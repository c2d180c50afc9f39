//! What a run gets from the program that has asked for it, where that is on another machine: recipes stay with
//! the author, and so do the images of the author's own Docker.

use std::path::Path;

use docker_images::Reference;
use serde::{Deserialize, Serialize};

use crate::run::RunError;

/// The program that has asked for a run.
pub(crate) trait Caller: Send + Sync {
    /// Writes the build context of an image's recipe to a file, as a tar archive.
    ///
    /// # Errors
    /// When the recipe fails, or the file cannot be written.
    fn write_context(&self, reference: &Reference, into: &Path) -> Result<(), RunError>;

    /// Returns the image of this name that the author's Docker has.
    ///
    /// # Errors
    /// When the caller does not answer.
    fn stored(&self, reference: &Reference) -> Result<Option<Stored>, RunError>;

    /// Writes an image of the author's Docker to a file, as `docker image save` does.
    ///
    /// # Errors
    /// When the image is gone, or the file cannot be written.
    fn save(&self, image: &Stored, into: &Path) -> Result<(), RunError>;
}

/// An image in the store of a Docker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Stored {
    /// Its ID.
    pub(crate) id: String,
    /// The digest under which its registry has it: `sha256:` and 64 hexadecimal digits. `None` for an image
    /// that was built there.
    pub(crate) digest: Option<String>,
}
