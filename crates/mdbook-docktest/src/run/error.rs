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
    /// No engine starts in the place where the chapter was to run.
    #[error("{message}")]
    NoRemoteEngine {
        /// The message from there.
        message: String,
    },
    /// A disk, a directory or a variable there is the cause.
    #[error("{message}")]
    RemoteMachine {
        /// The message from there.
        message: String,
    },
    /// The chapter could not be run there for another reason.
    #[error("{message}")]
    Remote {
        /// The message from there.
        message: String,
    },
    /// A Docker host cannot be used.
    #[error("{host}: {source}")]
    Host {
        /// Which.
        host: String,
        source: Box<RunError>,
    },
    /// A Docker does not answer, or not this user.
    #[error("{message}")]
    Unreachable {
        /// Docker's message, with a remedy if there is one.
        message: String,
    },
    /// A Docker does not start the container that engines run in.
    #[error(
        "engines run in a container that is started with `--privileged`, which this Docker refuses: \
         {message}; allow it there, or use another Docker with `--context`"
    )]
    NotPrivileged {
        /// Docker's message.
        message: String,
    },
    /// The program that runs the chapter in another place has gone.
    #[error("the connection to the chapter's run was lost: {reason}")]
    ConnectionLost {
        /// Why, on one line.
        reason: String,
    },
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
        match self {
            Self::Engine(error) => error.means_no_engine(),
            Self::Host { .. } | Self::NoRemoteEngine { .. } | Self::NotPrivileged { .. } => true,
            _ => false,
        }
    }

    /// Whether no chapter can run, or not any longer, in this error's place, while other places are not affected.
    pub(crate) fn is_lost_place(&self) -> bool {
        let is_lost =
            |error: &Self| matches!(error, Self::ConnectionLost { .. } | Self::Unreachable { .. });
        matches!(self, Self::Host { source, .. } if is_lost(source))
    }

    /// Whether no other chapter can run either.
    pub(crate) fn ends_run(&self) -> bool {
        matches!(self, Self::Engine(_) | Self::NoRemoteEngine { .. } | Self::Cancelled)
    }

    /// Converts the error of a system call. `action` says what failed.
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}
