//! `docker image build`

use std::ffi::OsStr;

use crate::define::command;
use crate::docker::Docker;
use crate::id::ImageId;
use crate::output::Output;
use crate::read;
use crate::stdin::Stdin;

command! {
    /// `docker image build`. It returns what was printed; [`quiet`](Self::quiet) returns the new
    /// image's identifier instead.
    ///
    /// Where docker has no buildx plugin, this is its first builder, which knows fewer flags.
    Build = "image" "build" => Output, Ok;
    /// A name for the image.
    tag: value "--tag";
    /// The Dockerfile, if it is not `Dockerfile` in the context.
    file: value "--file";
    /// A build argument.
    build_arg: pair "--build-arg";
    /// A label.
    label: pair "--label";
    /// The stage to build.
    target: value "--target";
    /// The network of `RUN`: `none`, `host`, `default`.
    network: value "--network";
    /// Builds everything anew.
    no_cache: switch "--no-cache";
    /// Pulls newer base images.
    pull: switch "--pull";
    /// The platform: `linux/arm64`.
    platform: value "--platform";
    /// How buildx shows its progress: `plain`, `rawjson`, `quiet`.
    progress: value "--progress";
}

impl Build {
    pub(super) fn of(docker: &Docker, context: impl AsRef<OsStr>) -> Self {
        Self::new(docker).positionals([context])
    }

    pub(super) fn from_stdin(docker: &Docker, input: Stdin) -> Self {
        let mut build = Self::of(docker, "-");
        build.0.stdin(input);
        build
    }

    /// Prints nothing but the new image's identifier.
    pub fn quiet(mut self) -> QuietBuild {
        self.0.flag("--quiet");
        QuietBuild(self.0)
    }
}

command! {
    /// `docker image build --quiet`; made by [`Build::quiet`]. It returns the new image's
    /// identifier.
    QuietBuild = => ImageId, read::last_line;
}
