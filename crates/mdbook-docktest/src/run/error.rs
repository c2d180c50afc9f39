//! Why a chapter could not be run.

use std::io;
use std::path::PathBuf;

/// Why a chapter could not be run. Each message is one line, and names the remedy if there is one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub(crate) enum RunError {
    /// The engine did not start.
    #[error(transparent)]
    Engine(#[from] docker_sandbox::Error),
    /// An image of the book is not available.
    #[error(
        "image `{reference}` is not available: no registry provided it ({refusal}), and its recipe {} \
         failed: {source}",
        .recipe.display()
    )]
    NoImage {
        reference: String,
        /// The registry's message.
        refusal: String,
        /// The recipe's directory.
        recipe: PathBuf,
        source: Box<RunError>,
    },
    /// A recipe's `prepare` failed.
    #[error("{message}")]
    Recipe {
        /// The last line of its output.
        message: String,
    },
    /// A variable of this program's environment has an invalid value.
    #[error("{name}: {message}")]
    Variable { name: &'static str, message: String },
    /// A request to the engine outside of the steps failed.
    #[error(transparent)]
    Docker(#[from] docker_cli::Error),
    /// The run was cancelled.
    #[error("interrupted")]
    Cancelled,
    /// A system call failed.
    #[error("{action}: {source}")]
    Io {
        /// What failed: `locking the image cache`.
        action: String,
        source: io::Error,
    },
}

impl RunError {
    /// Whether no engine is at hand, rather than that something is wrong with the book.
    pub(crate) fn means_no_engine(&self) -> bool {
        matches!(self, Self::Engine(error) if error.means_no_engine())
    }

    /// Converts the error of a system call. `action` says what failed.
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}
