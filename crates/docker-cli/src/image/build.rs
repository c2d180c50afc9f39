//! `docker image build`

use std::ffi::OsStr;

use crate::define::command;
use crate::docker::Docker;
use crate::error::Error;
use crate::id::ImageId;
use crate::invocation::Invocation;
use crate::output::Output;
use crate::progress::BuildEvents;
use crate::read;
use crate::stdin::Stdin;

command! {
    /// `docker image build`. It returns the output of the build; with [`quiet`](Self::quiet), the
    /// new image's identifier, and with [`follow`](Self::follow) what happens as events.
    ///
    /// Without the buildx plugin, docker uses its legacy builder, which has fewer flags.
    Build = "image" "build" => Output, Ok;
    /// Names the image.
    tag: list "--tag";
    /// Sets the path of the Dockerfile instead of `Dockerfile` in the context.
    file: value "--file";
    /// Sets a build argument.
    build_arg: pair "--build-arg";
    /// Sets a label.
    label: pair "--label";
    /// Selects the stage to build.
    target: value "--target";
    /// Sets the network of `RUN`: `none`, `host`, `default`.
    network: value "--network";
    /// Builds without the cache.
    no_cache: switch "--no-cache";
    /// Pulls base images even if they are present.
    pull: switch "--pull";
    /// Sets the platform to build for: `linux/arm64`.
    platform: list "--platform";
    /// Sets how buildx shows its progress: `plain`, `rawjson`, `quiet`.
    progress: value "--progress";
}

impl Build {
    pub(super) fn from_context(docker: &Docker, context: impl AsRef<OsStr>) -> Self {
        Self::new(docker).with_positionals([context])
    }

    pub(super) fn from_stdin(docker: &Docker, input: Stdin) -> Self {
        let mut build = Self::from_context(docker, "-");
        build.0.stdin(input);
        build
    }

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
        self.0.environment("BUILDKIT_PROGRESS", "plain");
        // The legacy builder does not know the flag.
        if self.0.value_of("--progress").is_some() {
            self.0.value("--progress", "plain");
        }
        BuildEvents::start(self)
    }
}

command! {
    /// `docker image build --quiet` or `docker buildx build --quiet`; see [`Build::quiet`]. It
    /// returns the new image's identifier.
    QuietBuild = => ImageId, read::last_line;
}

impl QuietBuild {
    pub(crate) fn from_build(mut build: Invocation) -> Self {
        // Docker does not accept another one beside it.
        if build.value_of("--progress").is_some() {
            build.value("--progress", "quiet");
        }
        build.flag("--quiet");
        Self(build)
    }
}
