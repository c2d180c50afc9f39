//! `docker container create`

use std::ffi::OsStr;

use crate::define::command;
use crate::docker::Docker;
use crate::id::ContainerId;
use crate::read;

command! {
    /// `docker container create`. It returns the new container's identifier; start it with
    /// [`Containers::start`](super::Containers::start).
    ///
    /// The flags mean the same as those of [`Run`](super::Run).
    Create = "container" "create" => ContainerId, read::last_line;
}

impl Create {
    pub(super) fn from_image(docker: &Docker, image: impl AsRef<OsStr>) -> Self {
        let mut create = Self::new(docker).with_positionals([image]);
        // A call that is stopped may have created it.
        create.0.creates_container();
        create
    }

    /// Sets the program and its arguments instead of the image's.
    pub fn program<I>(self, words: I) -> Self
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        self.with_program(words)
    }
}
