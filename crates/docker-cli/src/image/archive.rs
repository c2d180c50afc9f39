//! `docker image load`, `save` and `import`
//!
//! Archives are passed on standard input and output instead of by docker's `--input` and
//! `--output`, which would name files on the far side of [`through`](crate::Docker::through).

use std::ffi::OsStr;
use std::path::Path;

use crate::define::command;
use crate::docker::Docker;
use crate::error::Error;
use crate::id::ImageId;
use crate::output::Output;
use crate::progress::{LoadEvents, loaded_image};
use crate::reader::Reader;
use crate::stdin::Stdin;
use crate::{read, to_file};

command! {
    /// `docker image load`. It returns the name of each loaded image, or the identifier of one
    /// without a name; [`follow`](Self::follow) returns them as events.
    Load = "image" "load" => Vec<String>, loaded;
    /// Loads only the image for this platform (Docker 28 and later).
    platform: value "--platform";
}

impl Load {
    pub(super) fn from_archive(docker: &Docker, archive: Stdin) -> Self {
        let mut load = Self::new(docker);
        load.0.stdin(archive);
        load
    }

    /// Starts the command, and returns what happens as events. Without a terminal, docker says
    /// nothing about an image before it is loaded.
    ///
    /// # Errors
    ///
    /// If docker cannot be started. If it fails, the last item is the error.
    pub fn follow(self) -> Result<LoadEvents, Error> {
        LoadEvents::start(self)
    }
}

/// Parses lines `Loaded image: alpine:latest` and `Loaded image ID: sha256:…`.
#[expect(clippy::needless_pass_by_value, reason = "the signature of all parsers")]
fn loaded(output: Output) -> Result<Vec<String>, Error> {
    let text = output.stdout_text();
    Ok(text.lines().filter_map(loaded_image).map(str::to_owned).collect())
}

command! {
    /// `docker image save`. [`call`](crate::DockerCommand::call) returns the archive in memory;
    /// [`to`](Self::to) writes it to a file, and [`reader`](Self::reader) returns it while docker
    /// writes it.
    Save = "image" "save" => Vec<u8>, to_file::bytes;
    /// Saves only the image for this platform (Docker 28 and later).
    platform: value "--platform";
}

impl Save {
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
    /// `docker image import`. It returns the new image's identifier.
    Import = "image" "import" => ImageId, read::last_line;
    /// Applies a Dockerfile instruction: `CMD ["sh"]`.
    change: list "--change";
    /// Sets the commit message of the image's layer.
    message: value "--message";
    /// Sets the platform of the image.
    platform: value "--platform";
}

impl Import {
    pub(super) fn from_archive(docker: &Docker, archive: Stdin) -> Self {
        let mut import = Self::new(docker).with_positionals(["-"]);
        import.0.stdin(archive);
        import
    }

    /// Names the new image.
    pub fn reference(mut self, name: impl AsRef<OsStr>) -> Self {
        self.0.positional(name);
        self
    }
}
