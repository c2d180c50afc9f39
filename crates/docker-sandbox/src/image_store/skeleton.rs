//! The data that an engine begins with: everything about its images except their files, which stay in the
//! store.
//!
//! The form is that of Docker Engine 20.10 to 28 with the storage driver `overlay2`. What would be the
//! directory of a layer's files is a link to where the store is mounted: the daemon and the kernel follow
//! it, and removing a layer removes the link. The names that a daemon would choose at random are made from
//! the layers' chain IDs, so the data are the same each time.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, DirBuilder};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

use super::metadata::Blob;
use super::{CONFIG, DIFF, Digest, ImageStore, TAR_SPLIT};
use crate::Error;

/// Where the directory of layers is mounted in engines, by their `init.sh`.
const LAYERS_IN_ENGINE: &str = "/run/docktest/layers";

/// An image that an engine begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineImage {
    /// Its ID.
    pub id: Digest,
    /// Its names in the engine, with a tag or a digest, in the short form in which Docker lists them:
    /// `alpine:latest`, `alpine@sha256:…`, `registry.example:5000/team/app:1`.
    pub names: Vec<String>,
}

impl ImageStore {
    /// Writes the data-root of an engine that has these images into an existing, empty directory. An engine
    /// can begin with it where this store is mounted, which [`crate::ProcessEngine::start`] sees to. Two
    /// calls with the same images write the same files.
    ///
    /// # Errors
    /// When an image is not stored, a name has neither a tag nor a digest, or a file cannot be written.
    pub fn compose(&self, into: &Path, images: &[EngineImage]) -> Result<(), Error> {
        let skeleton = Skeleton { store: self, root: into };
        // The modes with which the daemon creates them.
        skeleton.create_directories(&[
            ("image", 0o700),
            ("overlay2", 0o710),
            ("overlay2/l", 0o700),
        ])?;
        skeleton.write_names(images)?;
        let mut written = BTreeSet::new();
        for image in images {
            skeleton.write_image(&image.id, &mut written)?;
        }
        Ok(())
    }
}

/// A data-root that is being written.
struct Skeleton<'a> {
    store: &'a ImageStore,
    root: &'a Path,
}

impl Skeleton<'_> {
    fn write_names(&self, images: &[EngineImage]) -> Result<(), Error> {
        let mut repositories: BTreeMap<&str, BTreeMap<&str, String>> = BTreeMap::new();
        for image in images {
            for name in &image.names {
                let repository = repository(name).ok_or_else(|| Error::ImageName(name.clone()))?;
                repositories.entry(repository).or_default().insert(name, image.id.to_string());
            }
        }
        let names = serde_json::json!({ "Repositories": repositories });
        self.write("image/overlay2/repositories.json", names.to_string())
    }

    /// Writes an image and those of its layers that are not `written` yet.
    fn write_image(&self, id: &Digest, written: &mut BTreeSet<Digest>) -> Result<(), Error> {
        let layers = self.store.check_description(id)?;
        let config = self.store.image(id).join(CONFIG);
        let config =
            fs::read(&config).map_err(Error::io(format!("reading `{}`", config.display())))?;
        self.write(&format!("image/overlay2/imagedb/content/sha256/{}", id.hex()), config)?;
        let about = self.store.image_metadata(id)?;
        if let Some(time) = about.last_updated {
            let directory = format!("image/overlay2/imagedb/metadata/sha256/{}", id.hex());
            self.write(&format!("{directory}/lastUpdated"), time)?;
        }
        // The links of the layers below, from top to bottom.
        let mut lower = Vec::new();
        for ((diff, chain), origin) in layers.pairs().zip(about.layers) {
            if written.insert(chain.clone()) {
                self.write_layer(&chain, &lower)?;
            }
            self.write_blobs(diff, &origin.blobs)?;
            lower.insert(0, format!("l/{}", link_name(&chain)));
        }
        Ok(())
    }

    fn write_layer(&self, chain: &Digest, lower: &[String]) -> Result<(), Error> {
        let stored = Path::new(LAYERS_IN_ENGINE).join(chain.hex());
        let about = self.store.layer_metadata(chain)?;
        let (hex, link) = (chain.hex(), link_name(chain));

        let described = format!("image/overlay2/layerdb/sha256/{hex}");
        self.write(&format!("{described}/cache-id"), hex)?;
        self.write(&format!("{described}/diff"), about.diff.to_string())?;
        self.write(&format!("{described}/size"), about.size.to_string())?;
        if let Some(parent) = about.parent {
            self.write(&format!("{described}/parent"), parent.to_string())?;
        }
        self.link(&format!("{described}/{TAR_SPLIT}"), &stored.join(TAR_SPLIT))?;

        let overlay = format!("overlay2/{hex}");
        self.create_directories(&[(&overlay, 0o710)])?;
        self.link(&format!("{overlay}/diff"), &stored.join(DIFF))?;
        self.write(&format!("{overlay}/link"), &link)?;
        self.write(&format!("{overlay}/committed"), "")?;
        if !lower.is_empty() {
            self.write(&format!("{overlay}/lower"), lower.join(":"))?;
            self.create_directories(&[(&format!("{overlay}/work"), 0o700)])?;
        }
        self.link(&format!("overlay2/l/{link}"), Path::new(&format!("../{hex}/diff")))
    }

    /// Writes which blobs are a layer, in both directions.
    fn write_blobs(&self, diff: &Digest, blobs: &[Blob]) -> Result<(), Error> {
        if blobs.is_empty() {
            return Ok(());
        }
        let path =
            format!("image/overlay2/distribution/v2metadata-by-diffid/sha256/{}", diff.hex());
        let known = fs::read(self.root.join(&path)).ok();
        let known = known.and_then(|json| serde_json::from_slice::<Vec<Blob>>(&json).ok());
        let mut all = known.unwrap_or_default();
        for blob in blobs {
            if !all.contains(blob) {
                all.push(blob.clone());
            }
            let path = "image/overlay2/distribution/diffid-by-digest/sha256";
            self.write(&format!("{path}/{}", blob.digest.hex()), diff.to_string())?;
        }
        let all = serde_json::to_string(&all)
            .map_err(|error| Error::io("describing the layers of an image")(error.into()))?;
        self.write(&path, all)
    }

    fn create_directories(&self, directories: &[(&str, u32)]) -> Result<(), Error> {
        for (path, mode) in directories {
            let path = self.root.join(path);
            DirBuilder::new().mode(*mode).create(&path).map_err(writing(&path))?;
        }
        Ok(())
    }

    fn write(&self, path: &str, content: impl AsRef<[u8]>) -> Result<(), Error> {
        let path = self.parent_of(path)?;
        fs::write(&path, content).map_err(writing(&path))
    }

    fn link(&self, path: &str, target: &Path) -> Result<(), Error> {
        let path = self.parent_of(path)?;
        symlink(target, &path).map_err(writing(&path))
    }

    /// Creates the directory of a file. Returns the file's path.
    fn parent_of(&self, path: &str) -> Result<PathBuf, Error> {
        let path = self.root.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(writing(parent))?;
        }
        Ok(path)
    }
}

fn writing(path: &Path) -> impl FnOnce(std::io::Error) -> Error + use<> {
    Error::io(format!("writing `{}`", path.display()))
}

/// The repository in the name of an image: what is before its digest, or before its tag.
fn repository(name: &str) -> Option<&str> {
    if let Some((repository, _)) = name.split_once('@') {
        return Some(repository);
    }
    // The colon of a port is followed by a path.
    name.rsplit_once(':').filter(|(_, tag)| !tag.contains('/')).map(|(repository, _)| repository)
}

/// The short name of a layer, as long as those of the daemon: such names make up the options of a mount,
/// which the kernel limits to a page.
fn link_name(chain: &Digest) -> String {
    chain.hex()[..26].to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_repository_of_a_name_is_what_is_before_its_tag_or_digest() {
        let repositories =
            ["alpine:latest", "alpine@sha256:00", "host:5000/team/app:1", "h:5000/x@s"]
                .map(|name| repository(name).unwrap());
        assert_eq!(repositories, ["alpine", "alpine", "host:5000/team/app", "h:5000/x"]);
        for nameless in ["alpine", "host:5000/team/app"] {
            assert_eq!(repository(nameless), None);
        }
    }
}
