//! `docker image …`

mod archive;
mod build;
mod inspect;
mod ls;

use std::ffi::OsStr;

pub use archive::{Import, Load, Save};
pub use build::{Build, QuietBuild};
pub use inspect::{Config, Image, Inspect};
pub use ls::{Ls, Row};

use crate::command::Command;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, found};
use crate::read;
use crate::stdin::Stdin;

/// The commands on images; see [`Docker::image`].
#[derive(Clone, Copy, Debug)]
pub struct Images<'a>(pub(crate) &'a Docker);

impl Images<'_> {
    /// Builds an image from a directory of this machine or, with
    /// [`through`](Docker::through), of wherever docker runs; or from a URL.
    pub fn build(&self, context: impl AsRef<OsStr>) -> Build {
        Build::of(self.0, context)
    }

    /// Builds an image from a Dockerfile, or from a tar archive of a directory.
    pub fn build_from(&self, input: impl Into<Stdin>) -> Build {
        Build::from_stdin(self.0, input.into())
    }

    /// Lists images.
    pub fn ls(&self) -> Ls {
        Ls::new(self.0)
    }

    /// Describes these images.
    pub fn inspect<I>(&self, images: I) -> Inspect
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Inspect::new(self.0).positionals(images)
    }

    /// Describes one image; `None` if the daemon does not have it.
    ///
    /// # Errors
    ///
    /// Those of every call, except [`Error::NoSuch`].
    pub fn find(&self, image: impl AsRef<OsStr>) -> Result<Option<Image>, Error> {
        found(self.inspect([image]).call())
    }

    /// Loads the images of an archive that [`save`](Self::save) wrote.
    pub fn load(&self, archive: impl Into<Stdin>) -> Load {
        Load::of(self.0, archive.into())
    }

    /// Writes images into an archive of this machine, with [`Save::to`].
    pub fn save<I>(&self, images: I) -> Save
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Save::new(self.0).positionals(images)
    }

    /// Makes an image of a file system in a tar archive.
    pub fn import(&self, archive: impl Into<Stdin>) -> Import {
        Import::of(self.0, archive.into())
    }

    /// Gets an image from its registry.
    pub fn pull(&self, image: impl AsRef<OsStr>) -> Pull {
        Pull::new(self.0).positionals([image])
    }

    /// Gives an image another name.
    pub fn tag(&self, image: impl AsRef<OsStr>, name: impl AsRef<OsStr>) -> Tag {
        Tag::new(self.0).positionals([image.as_ref(), name.as_ref()])
    }

    /// Removes names of images, and the images that have no other name.
    pub fn rm<I>(&self, images: I) -> Rm
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Rm::new(self.0).positionals(images)
    }
}

command! {
    /// `docker image pull`. Use [`stream`](crate::Command::stream) to show its progress.
    Pull = "image" "pull" => (), read::nothing;
    /// All tags of the repository.
    all_tags: switch "--all-tags";
    /// The platform: `linux/arm64`.
    platform: value "--platform";
    /// No progress.
    quiet: switch "--quiet";
}

command! {
    /// `docker image tag`
    Tag = "image" "tag" => (), read::nothing;
}

command! {
    /// `docker image rm`. Those that can be removed are, also when the call fails.
    Rm = "image" "rm" => (), read::nothing;
    /// Images that stopped containers use too; and images that do not exist are no error.
    force: switch "--force";
    /// Keeps parents that have no name.
    no_prune: switch "--no-prune";
}
