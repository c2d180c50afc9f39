//! The image of the containers: a root file system with an engine.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docker_cli::{Docker, DockerCommand};
use docker_images::{Platform, Reference};
use docker_sandbox::Suite;
use sha2::{Digest, Sha256};

use super::REQUEST_LIMIT;
use crate::run::{RunError, Stored};
use crate::text::digest::hexadecimal;

/// The repository of the images that this program makes.
pub(super) const REPOSITORY: &str = "mdbook-docktest/engine";

/// The label of what this program keeps on a Docker, with what it is.
pub(super) const KEPT: &str = "mdbook-docktest.kept";

/// Changed when images are made in another way.
const VERSION: &str = "1";

const DOCKERFILE: &str = include_str!("Dockerfile");

/// In a user namespace, where the files of a root that was prepared without root belong to whom they are for
/// (user_namespaces(7)).
const AS_ROOT: [&str; 4] = ["unshare", "--map-root-user", "--map-auto", "--"];

/// How long making the image may take.
const LIMIT: Duration = Duration::from_secs(1800);

/// Where the image comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum EngineImage {
    /// The author has named it.
    Named(String),
    /// A prepared root file system of this machine, which the author has named.
    Root(PathBuf),
    /// The one that is there; on a Docker for another platform, the image is built.
    Prepared {
        root: PathBuf,
        /// From which it was prepared.
        suite: Suite,
        /// Those that the book adds.
        packages: Vec<String>,
    },
    /// It is built by that Docker from Debian's packages, for which it needs a network.
    Built {
        suite: Suite,
        /// Those that the book adds.
        packages: Vec<String>,
    },
}

/// What the image is made from, on one platform.
enum Source<'a> {
    Name(&'a str),
    Root(&'a Path),
    Packages(Suite, &'a [String]),
}

impl EngineImage {
    /// Has the image ready on a Docker, and returns its name. `announce` is called if that takes some time.
    ///
    /// # Errors
    /// When it cannot be made.
    pub(super) fn ensure(
        &self,
        docker: &Docker,
        platform: &Platform,
        announce: &(dyn Fn(&str) + Sync),
    ) -> Result<String, RunError> {
        let source = self.source(platform)?;
        let name = match source {
            Source::Name(name) => name.to_owned(),
            Source::Root(root) => format!("{REPOSITORY}:{}", tag_of_root(root)?),
            Source::Packages(suite, packages) => {
                let (base, packages) = (base(suite), all_packages(suite, packages));
                let parts = [DOCKERFILE, &base, &packages].map(str::as_bytes);
                format!("{REPOSITORY}:{}", tag(&parts))
            }
        };
        let requests = docker.clone().timeout(REQUEST_LIMIT);
        if requests.image().find(&name)?.is_some() {
            return Ok(name);
        }
        match source {
            Source::Name(_) => {
                announce(&format!("pulling the engine's image {name}"));
                docker.image().pull(&name).timeout(LIMIT).call()?;
            }
            Source::Root(root) => {
                announce(&format!("importing the engine's root file system as image {name}"));
                import(docker, root, &name)?;
            }
            Source::Packages(suite, packages) => {
                announce(&format!("building the engine's image {name} (about a minute)"));
                let build = docker.image().build_from(DOCKERFILE.as_bytes());
                build
                    .tag(&name)
                    .build_arg("BASE", base(suite))
                    .build_arg("PACKAGES", all_packages(suite, packages))
                    .label(KEPT, "engine")
                    .timeout(LIMIT)
                    .call()?;
            }
        }
        Ok(name)
    }

    /// What the image for a platform is made from.
    ///
    /// # Errors
    /// When it is a root file system for another one.
    fn source(&self, platform: &Platform) -> Result<Source<'_>, RunError> {
        let own = Platform::of_this_machine();
        Ok(match self {
            Self::Named(name) => Source::Name(name),
            Self::Root(root) | Self::Prepared { root, .. } if *platform == own => {
                Source::Root(root)
            }
            Self::Prepared { suite, packages, .. } | Self::Built { suite, packages } => {
                Source::Packages(*suite, packages)
            }
            Self::Root(root) => {
                let message = format!(
                    "its containers are for {platform}, and the root file system `{}` is for {own}: name another Docker \
                     with `--context`, or leave out `engine-root`",
                    root.display()
                );
                return Err(RunError::Remote { message });
            }
        })
    }
}

/// The image with a suite of Debian.
fn base(suite: Suite) -> String {
    format!("debian:{suite}-slim")
}

/// The packages of an engine, as in a prepared root, and those that the book adds.
fn all_packages(suite: Suite, added: &[String]) -> String {
    let own = suite.packages();
    own.into_iter().chain(added.iter().map(String::as_str)).collect::<Vec<_>>().join(" ")
}

/// The tag for a root file system with these packages.
fn tag_of_root(root: &Path) -> Result<String, RunError> {
    let reading = || RunError::io(format!("reading the engine's root `{}`", root.display()));
    let root = fs::canonicalize(root).map_err(reading())?;
    let packages = match fs::read(root.join("var/lib/dpkg/status")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        packages => packages.map_err(reading())?,
    };
    let name = root.file_name().unwrap_or_default().as_encoded_bytes();
    Ok(tag(&[name, &packages]))
}

fn tag(parts: &[&[u8]]) -> String {
    let mut hash = Sha256::new();
    for part in [&[VERSION.as_bytes()], parts].concat() {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    hexadecimal(&hash.finalize()[..8])
}

/// Makes an image of a root file system.
fn import(docker: &Docker, root: &Path, name: &str) -> Result<(), RunError> {
    let packing = || RunError::io(format!("packing `{}` with `tar`", root.display()));
    let (input, output) = io::pipe().map_err(RunError::io("creating a pipe"))?;
    let pack = ["tar", "--create", "--numeric-owner", "--one-file-system", "--directory"];
    let is_root = rustix::process::geteuid().is_root();
    let words = if is_root { &[][..] } else { &AS_ROOT[..] }.iter().chain(&pack);
    let mut words: Vec<OsString> = words.map(OsString::from).collect();
    words.extend([fs::canonicalize(root).map_err(packing())?.into(), ".".into()]);
    let tar = duct::cmd(words.remove(0), words);
    let tar = tar.stdin_null().stdout_file(output).stderr_capture().unchecked();
    let packed = tar.start().map_err(packing())?;
    // It holds the writing end of the pipe.
    drop(tar);
    let label = format!("LABEL {KEPT}=engine");
    let imported = docker.image().import(input).change(label).timeout(LIMIT).call();
    let packed = packed.into_output().map_err(packing())?;
    let image = imported?;
    // It has its name only if it is complete.
    if !packed.status.success() {
        let _ = docker.image().rm([&image]).timeout(REQUEST_LIMIT).call();
        let said = String::from_utf8_lossy(&packed.stderr).trim().to_owned();
        return Err(packing()(io::Error::other(said)));
    }
    docker.image().tag(&image, name).timeout(REQUEST_LIMIT).call()?;
    Ok(())
}

/// The image that a Docker has for a reference, if it is for this platform.
pub(super) fn stored(
    docker: &Docker,
    platform: &Platform,
    reference: &str,
) -> Result<Option<Stored>, RunError> {
    let Ok(reference) = reference.parse::<Reference>() else { return Ok(None) };
    let name = reference.familiar_name();
    let wanted = match (reference.digest(), reference.tag()) {
        (Some(digest), _) => format!("{name}@{digest}"),
        (None, tag) => format!("{name}:{}", tag.unwrap_or("latest")),
    };
    let Some(image) = docker.image().find(wanted)? else { return Ok(None) };
    if Platform::new(&image.os, &image.architecture, "") != *platform {
        return Ok(None);
    }
    let digest = image.repo_digests.iter().find_map(|known| {
        let (repository, digest) = known.split_once('@')?;
        (repository == name).then(|| digest.to_owned())
    });
    Ok(Some(Stored { id: image.id.to_string(), digest }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_root_file_system_is_only_for_the_platform_of_its_machine() {
        let own = Platform::of_this_machine();
        let other = Platform::new("linux", "s390x", "");
        let (root, packages) = (PathBuf::from("/engines/current"), vec!["jq".to_owned()]);
        let suite = Suite::Bookworm;
        let prepared =
            EngineImage::Prepared { root: root.clone(), suite, packages: packages.clone() };
        assert!(matches!(prepared.source(&own), Ok(Source::Root(found)) if found == root));
        assert!(
            matches!(prepared.source(&other), Ok(Source::Packages(of, found)) if of == suite && found == packages)
        );
        let named = EngineImage::Root(root.clone());
        assert!(matches!(named.source(&own), Ok(Source::Root(found)) if found == root));
        let message = named.source(&other).err().unwrap().to_string();
        let expected = format!(
            "its containers are for linux/s390x, and the root file system `/engines/current` is for {own}: name another \
             Docker with `--context`, or leave out `engine-root`"
        );
        assert_eq!(message, expected);
    }
}
