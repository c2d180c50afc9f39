//! `docker image …`

mod archive;
mod build;
mod history;
mod inspect;
mod ls;
mod prune;

use std::ffi::OsStr;

pub use archive::{Import, Load, Save};
pub use build::{Build, QuietBuild};
pub use history::{History, Step};
pub use inspect::{Config, Image, Inspect, RootFs};
pub use ls::{Ls, Row};
pub use prune::{Prune, Pruned};

use crate::command::DockerCommand;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, first_if_exists};
use crate::progress::{self, Pulled, Pushed, TransferEvents};
use crate::read;
use crate::stdin::Stdin;

/// The `docker image` commands; see [`Docker::image`].
#[derive(Clone, Copy, Debug)]
pub struct Images<'a>(pub(crate) &'a Docker);

impl Images<'_> {
    /// Builds an image from a directory or URL. With [`through`](Docker::through), the directory is
    /// one that docker sees on the far side.
    pub fn build(&self, context: impl AsRef<OsStr>) -> Build {
        Build::from_context(self.0, context)
    }

    /// Builds an image from a Dockerfile, or from a tar archive of a build context.
    pub fn build_from(&self, input: impl Into<Stdin>) -> Build {
        Build::from_stdin(self.0, input.into())
    }

    /// Lists images.
    pub fn ls(&self) -> Ls {
        Ls::new(self.0)
    }

    /// Returns the details of images.
    pub fn inspect<I>(&self, images: I) -> Inspect
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Inspect::new(self.0).with_list(images)
    }

    /// Returns the details of one image; `None` if the daemon does not have it.
    ///
    /// # Errors
    ///
    /// Those of every call, except [`Error::NoSuch`].
    pub fn find(&self, image: impl AsRef<OsStr>) -> Result<Option<Image>, Error> {
        first_if_exists(self.inspect([image]).call())
    }

    /// Loads the images of an archive that was written by [`save`](Self::save).
    pub fn load(&self, archive: impl Into<Stdin>) -> Load {
        Load::from_archive(self.0, archive.into())
    }

    /// Saves one or more images to an archive: in memory, or in a file of this machine
    /// ([`Save::to`]).
    pub fn save<I>(&self, images: I) -> Save
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Save::new(self.0).with_positionals(images)
    }

    /// Creates an image from a tar archive of a root file system.
    pub fn import(&self, archive: impl Into<Stdin>) -> Import {
        Import::from_archive(self.0, archive.into())
    }

    /// Downloads an image from its registry.
    pub fn pull(&self, image: impl AsRef<OsStr>) -> Pull {
        Pull::new(self.0).with_positionals([image])
    }

    /// Uploads an image to the registry that its name says.
    pub fn push(&self, image: impl AsRef<OsStr>) -> Push {
        Push::new(self.0).with_positionals([image])
    }

    /// Adds a name to an image.
    pub fn tag(&self, image: impl AsRef<OsStr>, name: impl AsRef<OsStr>) -> Tag {
        Tag::new(self.0).with_positionals([image.as_ref(), name.as_ref()])
    }

    /// Removes names of images, and the images that have no other name.
    pub fn rm<I>(&self, images: I) -> Rm
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Rm::new(self.0).with_list(images)
    }

    /// Removes images that nothing uses.
    pub fn prune(&self) -> Prune {
        Prune::new(self.0)
    }

    /// Returns the steps in which an image was built.
    pub fn history(&self, image: impl AsRef<OsStr>) -> History {
        History::new(self.0).with_positionals([image])
    }
}

command! {
    /// `docker image pull`. It returns what was downloaded; [`follow`](Self::follow) returns what
    /// happens as events.
    Pull = "image" "pull" => Pulled, progress::pulled;
    /// Downloads all tags of the repository.
    all_tags: switch "--all-tags";
    /// Selects the platform: `linux/arm64`.
    platform: value "--platform";
    /// Prints no progress.
    quiet: switch "--quiet";
}

command! {
    /// `docker image push`. It returns what was uploaded: one image or, with
    /// [`all_tags`](Self::all_tags), several; nothing with [`quiet`](Self::quiet).
    /// [`follow`](Self::follow) returns what happens as events.
    Push = "image" "push" => Vec<Pushed>, progress::pushed;
    /// Uploads all tags of the repository.
    all_tags: switch "--all-tags";
    /// Prints no progress.
    quiet: switch "--quiet";
}

impl Pull {
    /// Starts the download, and returns what happens as events.
    ///
    /// # Errors
    ///
    /// If docker cannot be started. If the download fails, the last item is the error.
    pub fn follow(self) -> Result<TransferEvents, Error> {
        TransferEvents::start(self)
    }
}

impl Push {
    /// Starts the upload, and returns what happens as events.
    ///
    /// # Errors
    ///
    /// If docker cannot be started. If the upload fails, the last item is the error.
    pub fn follow(self) -> Result<TransferEvents, Error> {
        TransferEvents::start(self)
    }
}

command! {
    /// `docker image tag`
    Tag = "image" "tag" => (), read::ignore;
}

command! {
    /// `docker image rm`. If it fails for one image, it still removes the others.
    Rm = "image" "rm" => (), read::ignore;
    /// Removes images of stopped containers too, and ignores those that do not exist.
    force: switch "--force";
    /// Keeps untagged parent images.
    no_prune: switch "--no-prune";
}
