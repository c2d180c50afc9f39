//! `docker buildx …`

use std::ffi::OsStr;

use crate::define::command;
use crate::docker::Docker;
use crate::error::Error;
pub use crate::generated::buildx::*;
pub use crate::image::QuietBuild;
use crate::output::Output;
use crate::progress::BuildEvents;
use crate::stdin::Stdin;

/// The `docker buildx` commands; see [`Docker::buildx`].
#[derive(Clone, Copy, Debug)]
pub struct Buildx<'a>(pub(crate) &'a Docker);

impl Buildx<'_> {
    /// Builds an image from a directory or URL. With [`through`](Docker::through), the directory is
    /// one that docker sees on the far side.
    pub fn build(&self, context: impl AsRef<OsStr>) -> Build {
        Build::new(self.0).with_positionals([context])
    }

    /// Builds an image from a Dockerfile, or from a tar archive of a build context.
    pub fn build_from(&self, input: impl Into<Stdin>) -> Build {
        let mut build = self.build("-");
        build.0.stdin(input.into());
        build
    }
}

command! {
    /// `docker buildx build`. It returns the output of the build; with [`quiet`](Self::quiet), the
    /// new image's identifier, and with [`follow`](Self::follow) what happens as events.
    ///
    /// Builders other than the default one keep the result to themselves, unless `load`, `push` or
    /// `output_` says where to put it.
    Build = "buildx" "build" => Output, Ok;
    /// Names the image.
    tag: list "--tag";
    /// Sets the path of the Dockerfile instead of `Dockerfile` in the context.
    file: value "--file";
    /// Sets a build argument.
    build_arg: pair "--build-arg";
    /// Selects the stage to build.
    target: value "--target";
    /// Sets the platform to build for: `linux/arm64`.
    platform: list "--platform";
    /// Puts the image into the daemon.
    load: switch "--load";
    /// Uploads the image to the registry that its name says.
    push: switch "--push";
    /// Selects a builder, instead of the one in use.
    builder: value "--builder";
}

impl Build {
    /// Returns the new image's identifier instead of the output.
    pub fn quiet(self) -> QuietBuild {
        QuietBuild::from_build(self.0)
    }

    /// Starts the build, and returns what happens as events, whatever [`progress`](Self::progress) and
    /// `BUILDKIT_PROGRESS` say.
    ///
    /// # Errors
    ///
    /// If docker cannot be started. If the build fails, the last item is the error.
    pub fn follow(mut self) -> Result<BuildEvents, Error> {
        self.0.value("--progress", "plain");
        BuildEvents::start(self)
    }
}
