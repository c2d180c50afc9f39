//! Why a chapter could not be run.

use std::io;
use std::path::PathBuf;

/// Why a chapter could not be run. Each message is one line, and says what to do where something
/// can be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RunError {
    /// There is no engine.
    #[error(transparent)]
    Engine(#[from] docker_sandbox::Error),
    /// An image of the book cannot be had.
    #[error(
        "no image `{reference}`: no registry gave it ({refusal}), and its recipe {} failed: {source}",
        .recipe.display()
    )]
    NoImage {
        /// The image.
        reference: String,
        /// What the registry said.
        refusal: String,
        /// The recipe's directory.
        recipe: PathBuf,
        /// Why the recipe failed.
        source: Box<RunError>,
    },
    /// A recipe's `prepare` failed.
    #[error("{message}")]
    Recipe {
        /// The last line that it printed.
        message: String,
    },
    /// An archive does not hold the image that it is called after.
    #[error("the archive {} does not hold `{reference}`: remove it and try again", .archive.display())]
    EmptyArchive {
        /// The image.
        reference: String,
        /// The archive.
        archive: PathBuf,
    },
    /// The engine did not do what was asked of it before the first step.
    #[error(transparent)]
    Docker(#[from] docker_cli::Error),
    /// The run was cancelled.
    #[error("interrupted")]
    Cancelled,
    /// A system call failed.
    #[error("{action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// What the system said.
        source: io::Error,
    },
}

impl RunError {
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}
