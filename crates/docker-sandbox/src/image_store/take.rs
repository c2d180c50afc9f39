//! Taking images over from the data of an engine.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tempfile::TempDir;

use super::metadata::{Blob, ImageMetadata, LayerMetadata, LayerOrigin, Layers};
use super::{CONFIG, DIFF, Digest, ImageStore, METADATA, TAR_SPLIT, metadata, seal, sync};
use crate::{Error, system};

/// An image that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoredImage {
    /// Its ID.
    pub id: Digest,
    /// The names that the engine had for it, with a tag or a digest, such as `alpine:latest` and
    /// `alpine@sha256:…`.
    pub names: Vec<String>,
}

/// A layer that has been moved out of an engine's data, but is not in its place yet.
struct NewLayer {
    chain: Digest,
    directory: TempDir,
}

impl ImageStore {
    /// Stores an image from the data-root of an engine that has ended, which must be on the same file
    /// system. `image` is its ID, or a name as the engine lists it, with a tag or a digest. Layers that
    /// are stored and undamaged stay; the others are moved, so an engine cannot use that data-root any more.
    ///
    /// A kill at any time, also by a power failure, leaves a layer whole or not stored.
    ///
    /// # Errors
    /// When the data-root does not have the image, or a file cannot be moved or written.
    pub fn take(&self, data_root: &Path, image: &str) -> Result<StoredImage, Error> {
        let source = Source::new(data_root);
        let (id, names) = source.find(image)?;
        let config = source.read(&source.config(&id))?;
        let layers = Layers::of_config(&config).map_err(|error| source.unreadable(&id, error))?;

        let mut parent = None;
        let mut new = Vec::new();
        let mut origins = Vec::new();
        for (diff, chain) in layers.pairs() {
            if self.check_layer(&chain).is_err() {
                new.push(self.move_layer(&source, diff, &chain, parent)?);
            }
            origins.push(LayerOrigin { chain: chain.clone(), blobs: source.blobs(diff)? });
            parent = Some(chain);
        }
        if let Some(layer) = new.first() {
            // All at once: a layer can have many thousand files.
            File::open(layer.directory.path())
                .and_then(|directory| system::sync_file_system(&directory))
                .map_err(Error::io("writing layers to the disk"))?;
        }
        for layer in new {
            self.put(layer.directory, &self.layer(&layer.chain))?;
        }
        // The image comes last, as it is not whole without its layers.
        let origin = ImageMetadata { layers: origins, last_updated: source.last_updated(&id)? };
        self.put_image(&id, &config, origin)?;
        Ok(StoredImage { id, names })
    }

    fn move_layer(
        &self,
        source: &Source,
        diff: &Digest,
        chain: &Digest,
        parent: Option<Digest>,
    ) -> Result<NewLayer, Error> {
        let directory = self.new_directory()?;
        let described = source.layerdb.join(chain.hex());
        let cache_id = source.read_text(&described.join("cache-id"))?;
        let size = source.read_text(&described.join("size"))?;
        let size = size.parse().map_err(|error| source.unreadable(chain, error))?;
        let files = source.overlay.join(cache_id).join(DIFF);
        // A link leads to a layer of a store, which is damaged or has been removed.
        if !files.symlink_metadata().is_ok_and(|about| about.is_dir()) {
            return Err(source.unreadable(chain, "it has no files of its own"));
        }
        for (from, to) in [(files, DIFF), (described.join(TAR_SPLIT), TAR_SPLIT)] {
            let moving = format!("moving `{}`", from.display());
            fs::rename(from, directory.path().join(to)).map_err(Error::io(moving))?;
        }
        write_json(directory.path(), &LayerMetadata { diff: diff.clone(), parent, size })?;
        Ok(NewLayer { chain: chain.clone(), directory })
    }

    /// Stores the description of an image. Blobs that were known before stay known.
    fn put_image(
        &self,
        id: &Digest,
        config: &[u8],
        mut origin: ImageMetadata,
    ) -> Result<(), Error> {
        if self.check_description(id).is_ok() {
            for (layer, known) in origin.layers.iter_mut().zip(self.image_metadata(id)?.layers) {
                let new: Vec<Blob> =
                    known.blobs.into_iter().filter(|blob| !layer.blobs.contains(blob)).collect();
                layer.blobs.splice(0..0, new);
            }
            if origin == self.image_metadata(id)? {
                return Ok(());
            }
        }
        let directory = self.new_directory()?;
        let file = directory.path().join(CONFIG);
        fs::write(&file, config).map_err(Error::io(format!("writing `{}`", file.display())))?;
        sync(&file)?;
        write_json(directory.path(), &origin)?;
        sync(&directory.path().join(METADATA))?;
        self.put(directory, &self.image(id))
    }

    /// Seals a new directory and puts it in its place, where nothing or something damaged may be.
    fn put(&self, new: TempDir, place: &Path) -> Result<(), Error> {
        let putting = || Error::io(format!("storing `{}`", place.display()));
        seal::write(new.path()).map_err(putting())?;
        sync(new.path())?;
        self.remove_directory(place)?;
        let parent = place.parent().unwrap_or(&self.directory);
        fs::create_dir_all(parent).map_err(putting())?;
        fs::rename(new.path(), place).map_err(putting())?;
        // There is nothing left to remove.
        let _ = new.keep();
        sync(parent)
    }
}

fn write_json(directory: &Path, value: &impl serde::Serialize) -> Result<(), Error> {
    let path = directory.join(METADATA);
    let writing = || Error::io(format!("writing `{}`", path.display()));
    let json = serde_json::to_vec(value).map_err(|error| writing()(error.into()))?;
    fs::write(&path, json).map_err(writing())
}

/// The data-root of an engine with the storage driver `overlay2`.
struct Source {
    root: PathBuf,
    /// Everything but the files of layers.
    image: PathBuf,
    layerdb: PathBuf,
    overlay: PathBuf,
}

impl Source {
    fn new(root: &Path) -> Self {
        let image = root.join("image/overlay2");
        Self {
            root: root.to_owned(),
            layerdb: image.join("layerdb/sha256"),
            image,
            overlay: root.join("overlay2"),
        }
    }

    /// The ID of an image, and its names.
    fn find(&self, image: &str) -> Result<(Digest, Vec<String>), Error> {
        #[derive(Deserialize)]
        struct Repositories {
            #[serde(rename = "Repositories")]
            by_repository: BTreeMap<String, BTreeMap<String, Digest>>,
        }
        let path = self.image.join("repositories.json");
        let repositories: Repositories = metadata::read(&path)?;
        let names = || repositories.by_repository.values().flatten();
        let id = image
            .parse()
            .ok()
            .or_else(|| names().find(|(name, _)| *name == image).map(|(_, id)| id.clone()));
        let id = id.filter(|id: &Digest| self.config(id).is_file());
        let id = id.ok_or_else(|| Error::NoImage {
            image: image.to_owned(),
            data_root: self.root.clone(),
        })?;
        let names: BTreeSet<&String> =
            names().filter(|(_, of)| **of == id).map(|(name, _)| name).collect();
        Ok((id, names.into_iter().cloned().collect()))
    }

    fn config(&self, id: &Digest) -> PathBuf {
        self.image.join("imagedb/content/sha256").join(id.hex())
    }

    /// The blobs that are known to be a layer.
    fn blobs(&self, diff: &Digest) -> Result<Vec<Blob>, Error> {
        let path = self.image.join("distribution/v2metadata-by-diffid/sha256").join(diff.hex());
        // Missing for a layer that was not pulled.
        if path.is_file() { metadata::read(&path) } else { Ok(Vec::new()) }
    }

    fn last_updated(&self, id: &Digest) -> Result<Option<String>, Error> {
        let path = self.image.join("imagedb/metadata/sha256").join(id.hex()).join("lastUpdated");
        path.is_file().then(|| self.read_text(&path)).transpose()
    }

    fn read(&self, path: &Path) -> Result<Vec<u8>, Error> {
        fs::read(path).map_err(Error::io(format!("reading `{}`", path.display())))
    }

    fn read_text(&self, path: &Path) -> Result<String, Error> {
        fs::read_to_string(path).map_err(Error::io(format!("reading `{}`", path.display())))
    }

    fn unreadable(
        &self,
        what: &Digest,
        error: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Error {
        let reading = format!("reading {what} in `{}`", self.root.display());
        Error::io(reading)(io::Error::other(error))
    }
}
