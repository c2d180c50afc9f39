//! Why an engine does not start or work.

use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::{Damage, NoUserNamespace, Suite};

/// Why an engine does not start or work. Each message is one line, and names the remedy if there is
/// one.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Engines need the namespaces of Linux.
    #[error(
        "no engine can start on this system, as it is not Linux: use `--engine dind` with a Docker, for example Docker \
         Desktop"
    )]
    NotLinux,
    /// The engine creates namespaces and mounts, for which this process lacks something.
    #[error("no engine can start here: {0}")]
    NoUserNamespace(#[from] NoUserNamespace),
    /// A program that creates or enters the namespaces is missing.
    #[error("`{program}` not found: install it, for example with `apt-get install {package}`")]
    ProgramMissing {
        /// The program's name.
        program: &'static str,
        /// The Debian package that contains it.
        package: &'static str,
    },
    /// There is neither a prepared root file system nor a `dockerd` on the PATH.
    #[error(
        "no Docker Engine found: run `mdbook-docktest engine prepare`, \
         or install `dockerd`, for example with `apt-get install docker.io`"
    )]
    NoDockerd,
    /// There is no prepared root file system, and in a user namespace an engine cannot start from the machine's own: the
    /// kernel does not let it be below an overlay there.
    #[error(
        "a user who is not root needs a prepared Docker Engine: run `mdbook-docktest engine prepare`"
    )]
    NoPreparedRoot,
    /// A directory that was given as a prepared root file system does not contain `dockerd`.
    #[error("not a root file system of an engine: no `dockerd` in `{}`; \
         run `mdbook-docktest engine prepare`, and leave out `engine-root`", .root.display())]
    NotAnEngineRoot {
        /// The directory.
        root: PathBuf,
    },
    /// Packages are wanted, but the engine's root file system is the machine's own.
    #[error(
        "the packages `{}` are not installed for steps: run `mdbook-docktest engine prepare`, \
         or install them on this machine", .packages.join("`, `")
    )]
    PackagesOfMachine {
        /// The packages.
        packages: Vec<String>,
    },
    /// Packages cannot be installed in the root file system of engines.
    #[error("cannot install the packages `{}`: {reason}", .packages.join("`, `"))]
    PackagesNotInstalled {
        /// The packages.
        packages: Vec<String>,
        /// What apt or dpkg has said.
        reason: String,
    },
    /// The keys are missing that Debian's packages are checked with.
    #[error(
        "the keys of Debian are missing: no `{keyring}`; \
         install them, for example with `apt-get install debian-archive-keyring`"
    )]
    KeyringMissing {
        /// The file that contains them.
        keyring: &'static str,
    },
    /// No root file system can be built from Debian's packages.
    #[error("cannot prepare an engine from Debian {suite}: {reason}")]
    NotPrepared {
        /// The release of Debian.
        suite: Suite,
        /// What mmdebstrap or apt has said.
        reason: String,
    },
    /// The engine exited while it was starting.
    #[error("the engine exited while starting: {}", last_line(.log))]
    Died {
        /// The end of its log.
        log: String,
    },
    /// The engine exited while it was starting with images.
    #[error("the engine exited while starting with its images: {}", last_line(.log))]
    DiedWithImages {
        /// The end of its log.
        log: String,
    },
    /// The engine did not answer in time.
    #[error("the engine did not answer within {} s: {}", .limit.as_secs(), last_line(.log))]
    NotReady {
        /// The time limit.
        limit: Duration,
        /// The end of its log.
        log: String,
    },
    /// The start was cancelled.
    #[error("interrupted")]
    Cancelled,
    /// A stored image is damaged or missing.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// The data of an engine do not have an image.
    #[error("no image `{image}` in `{}`", .data_root.display())]
    NoImage {
        /// The image's ID or name.
        image: String,
        /// The engine's data-root.
        data_root: PathBuf,
    },
    /// The name of an image for an engine has neither a tag nor a digest.
    #[error("invalid image name `{0}`: add a tag or a digest, e.g. `{0}:latest`")]
    ImageName(String),
    /// A docker command failed on the engine.
    #[error(transparent)]
    Docker(#[from] docker_cli::Error),
    /// A system call failed.
    #[error("{action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// The system's error.
        source: io::Error,
    },
}

impl Error {
    /// Whether no engine can be started on this machine as it is, whatever it is to be used for.
    pub fn means_no_engine(&self) -> bool {
        match self {
            Self::NotLinux
            | Self::NoUserNamespace(_)
            | Self::ProgramMissing { .. }
            | Self::NoDockerd
            | Self::NoPreparedRoot
            | Self::NotAnEngineRoot { .. }
            | Self::PackagesOfMachine { .. }
            | Self::KeyringMissing { .. }
            | Self::NotPrepared { .. }
            | Self::Died { .. }
            | Self::NotReady { .. } => true,
            // The name of a package, an image or a disk can be what is wrong.
            Self::PackagesNotInstalled { .. }
            | Self::DiedWithImages { .. }
            | Self::Cancelled
            | Self::Damaged(_)
            | Self::NoImage { .. }
            | Self::ImageName(_)
            | Self::Docker(_)
            | Self::Io { .. } => false,
        }
    }

    /// The error for an engine that has exited while it was starting, with this log.
    pub(crate) fn died(log: String) -> Self {
        // A process can have the capabilities, while its seccomp profile forbids what they are for.
        match log.contains("unshare failed: Operation not permitted") {
            true => NoUserNamespace::NoCapabilities.into(),
            false => Self::Died { log },
        }
    }

    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

/// The line of a log that most likely names the cause: the last one that is not blank.
fn last_line(log: &str) -> &str {
    log.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("its log is empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_container_without_privileges_has_a_remedy() {
        let message = |log: &str| Error::died(log.to_owned()).to_string();
        assert_eq!(
            message("unshare: unshare failed: Operation not permitted\n"),
            "no engine can start here: this container may not create namespaces: start it with `--privileged`"
        );
        assert_eq!(message("no space left\n"), "the engine exited while starting: no space left");
    }
}
