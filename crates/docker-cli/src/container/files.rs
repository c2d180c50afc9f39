//! `docker container cp` and `export`
//!
//! Docker copies between a container and a directory where docker runs, or a tar archive on its
//! standard input and output.

use std::ffi::{OsStr, OsString};
use std::path::Path;

use crate::define::command;
use crate::docker::Docker;
use crate::error::Error;
use crate::reader::Reader;
use crate::stdin::Stdin;
use crate::{read, to_file};

command! {
    /// `docker container cp`, between files. Paths are those that docker sees on its side of
    /// [`through`](crate::Docker::through).
    Cp = "container" "cp" => (), read::ignore;
    /// Keeps the user and the group of the files.
    archive: switch "--archive";
    /// Copies what a symbolic link in the source points to.
    follow_link: switch "--follow-link";
    /// Prints no progress.
    quiet: switch "--quiet";
}

command! {
    /// `docker container cp CONTAINER:PATH -`. [`call`](crate::DockerCommand::call) returns a tar
    /// archive of the file or directory in memory; [`to`](Self::to) writes it to a file, and
    /// [`reader`](Self::reader) returns it while docker writes it.
    CopyOut = => Vec<u8>, to_file::bytes;
    /// Copies what a symbolic link points to.
    follow_link: switch "--follow-link";
}

impl CopyOut {
    pub(super) fn from_container(
        docker: &Docker,
        container: impl AsRef<OsStr>,
        path: impl AsRef<OsStr>,
    ) -> Self {
        Self(Cp::new(docker).with_positionals([in_container(container, path), "-".into()]).0)
    }

    /// Starts the command, and returns a reader of the archive while docker writes it.
    ///
    /// # Errors
    ///
    /// If docker cannot be started. How it fails later is an error at the end of the archive.
    pub fn reader(self) -> Result<Reader, Error> {
        Reader::start(self)
    }

    /// Writes the archive to a file, which is created or replaced once the archive is complete.
    ///
    /// # Errors
    ///
    /// Those of every call; [`Error::Io`] if the file cannot be written.
    pub fn to(self, path: impl AsRef<Path>) -> Result<(), Error> {
        to_file::write(self, path.as_ref())
    }
}

command! {
    /// `docker container cp - CONTAINER:DIRECTORY`: unpacks a tar archive in a directory that exists.
    CopyIn = => (), read::ignore;
    /// Keeps the user and the group of the files.
    archive: switch "--archive";
}

impl CopyIn {
    pub(super) fn into_container(
        docker: &Docker,
        archive: Stdin,
        container: impl AsRef<OsStr>,
        directory: impl AsRef<OsStr>,
    ) -> Self {
        let target = in_container(container, directory);
        let mut copy = Cp::new(docker).with_positionals(["-".into(), target]);
        copy.0.stdin(archive);
        Self(copy.0)
    }
}

/// `CONTAINER:PATH`
fn in_container(container: impl AsRef<OsStr>, path: impl AsRef<OsStr>) -> OsString {
    [container.as_ref(), path.as_ref()].join(OsStr::new(":"))
}

command! {
    /// `docker container export`. [`call`](crate::DockerCommand::call) returns a tar archive of the
    /// file system in memory; [`to`](Self::to) writes it to a file, and [`reader`](Self::reader)
    /// returns it while docker writes it. Volumes are not part of it.
    Export = "container" "export" => Vec<u8>, to_file::bytes;
}

impl Export {
    /// Starts the command, and returns a reader of the archive while docker writes it.
    ///
    /// # Errors
    ///
    /// If docker cannot be started. How it fails later is an error at the end of the archive.
    pub fn reader(self) -> Result<Reader, Error> {
        Reader::start(self)
    }

    /// Writes the archive to a file, which is created or replaced once the archive is complete.
    ///
    /// # Errors
    ///
    /// Those of every call; [`Error::Io`] if the file cannot be written.
    pub fn to(self, path: impl AsRef<Path>) -> Result<(), Error> {
        to_file::write(self, path.as_ref())
    }
}
