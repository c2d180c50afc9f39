//! What is wrong with a stored image.

use std::fmt;
use std::io;
use std::path::PathBuf;

use super::Digest;

/// A stored image or layer that is not as it was taken. Its message is a noun phrase and a predicate:
/// `layer sha256:…: \`diff/etc/passwd\` has changed`.
#[derive(Debug, thiserror::Error)]
#[error("{of}: {problem}")]
pub struct Damage {
    of: Of,
    problem: Problem,
}

/// What is damaged.
#[derive(Debug)]
enum Of {
    Image(Digest),
    Layer(Digest),
}

/// How an image or a layer differs from what was taken.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is not stored.
    #[error("it is missing")]
    Missing,
    /// A file has been removed.
    #[error("`{}` is missing", .0.display())]
    Removed(PathBuf),
    /// A file has been added.
    #[error("`{}` was added", .0.display())]
    Added(PathBuf),
    /// The size of a file is another.
    #[error("`{}` has {is} bytes instead of {was}", .path.display())]
    Resized {
        /// The file, in the directory of the image or the layer.
        path: PathBuf,
        /// Its size when it was taken, in bytes.
        was: u64,
        /// Its size now, in bytes.
        is: u64,
    },
    /// A file or a directory has been changed, or replaced by another.
    #[error("`{}` has changed", .0.display())]
    Changed(PathBuf),
    /// It cannot be read.
    #[error("it cannot be read: {0}")]
    Unreadable(#[source] io::Error),
}

impl Damage {
    pub(super) fn image(id: &Digest, problem: Problem) -> Self {
        Self { of: Of::Image(id.clone()), problem }
    }

    pub(super) fn layer(chain: &Digest, problem: Problem) -> Self {
        Self { of: Of::Layer(chain.clone()), problem }
    }

    /// How it differs from what was taken.
    #[must_use]
    pub fn problem(&self) -> &Problem {
        &self.problem
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(id) => write!(f, "image {id}"),
            Self::Layer(chain) => write!(f, "layer {chain}"),
        }
    }
}
