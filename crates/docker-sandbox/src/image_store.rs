//! Unpacked images on disk, with which engines begin without a copy of them.
//!
//! ```text
//! layers/<chain ID>/   diff/, tar-split.json.gz, meta.json, seal
//! images/<image ID>/   config.json, meta.json, seal
//! new-*/               being written or being removed
//! ```
//!
//! A layer is taken from the data of an engine that has pulled or loaded its image ([`take`]), by
//! renaming its directory. What an engine begins with ([`skeleton`]) refers to that directory, which is
//! mounted read-only in the engine: nothing is copied, and layers that images have in common are stored
//! once. A [`seal`] notices damage without reading contents.
//!
//! Nothing here locks: callers let only one process at a time change a store. Reading needs no lock, as
//! long as the images that are read are not removed meanwhile, and the directory may be read-only.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

pub use self::damage::{Damage, Problem};
pub use self::digest::{Digest, InvalidDigest};
use self::metadata::{ImageMetadata, LayerMetadata, Layers};
pub use self::skeleton::EngineImage;
pub use self::take::StoredImage;
use crate::Error;

mod damage;
mod digest;
mod metadata;
mod seal;
mod skeleton;
mod take;

/// The prefix of directories that are being written or being removed.
const NEW: &str = "new-";

/// The files of a stored layer or image.
const DIFF: &str = "diff";
const TAR_SPLIT: &str = "tar-split.json.gz";
const CONFIG: &str = "config.json";
const METADATA: &str = "meta.json";

/// A directory of unpacked images.
#[derive(Debug, Clone)]
pub struct ImageStore {
    directory: PathBuf,
}

impl ImageStore {
    /// The store in this directory, which is created when the first image is stored.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self { directory: directory.into() }
    }

    /// The IDs of the images that are stored, damaged or not.
    ///
    /// # Errors
    /// When a directory cannot be listed.
    pub fn images(&self) -> Result<BTreeSet<Digest>, Error> {
        digests(&self.directory.join("images"))
    }

    /// Checks that an image is stored as it was taken, without reading its files: a layer of 50,000 files
    /// takes about a tenth of a second.
    ///
    /// # Errors
    /// The first damage that is found. An image that is not stored is damage, too.
    pub fn check(&self, image: &Digest) -> Result<(), Damage> {
        for chain in self.check_description(image)?.chains() {
            self.check_layer(&chain)?;
        }
        Ok(())
    }

    /// How many bytes the layers of these images occupy on disk, each layer counted once. Approximate: in
    /// blocks of 4 KiB, without the blocks of directories and extended attributes.
    ///
    /// # Errors
    /// When an image is not stored, or its description is damaged.
    pub fn size<'a>(&self, images: impl IntoIterator<Item = &'a Digest>) -> Result<u64, Error> {
        let mut chains = BTreeSet::new();
        for image in images {
            chains.extend(self.check_description(image)?.chains());
        }
        chains.iter().map(|chain| self.layer_size(chain)).sum()
    }

    /// The chain IDs of an image's layers, from bottom to top, with the bytes that each occupies on disk.
    ///
    /// # Errors
    /// As [`Self::size`].
    pub fn layer_sizes(&self, image: &Digest) -> Result<Vec<(Digest, u64)>, Error> {
        let chains = self.check_description(image)?.chains().into_iter();
        chains.map(|chain| Ok((chain.clone(), self.layer_size(&chain)?))).collect()
    }

    fn layer_size(&self, chain: &Digest) -> Result<u64, Error> {
        let seal = seal::path(&self.layer(chain));
        seal::disk_size(&seal).map_err(Error::io(format!("reading `{}`", seal.display())))
    }

    /// Removes an image, and all layers that no stored image needs. Does nothing if it is not stored.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn remove(&self, image: &Digest) -> Result<(), Error> {
        self.remove_directory(&self.image(image))?;
        self.remove_unneeded_layers()
    }

    /// Removes the layers of an image that are damaged, and its description if that is. The image is whole
    /// again once it has been taken again.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn remove_damaged_layers(&self, image: &Digest) -> Result<(), Error> {
        let Ok(layers) = self.check_description(image) else {
            return self.remove_directory(&self.image(image));
        };
        for chain in layers.chains() {
            if self.check_layer(&chain).is_err() {
                self.remove_directory(&self.layer(&chain))?;
            }
        }
        Ok(())
    }

    /// Removes what processes that were killed have left behind: unfinished directories, and layers that no
    /// stored image needs.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn remove_unfinished(&self) -> Result<(), Error> {
        for path in self.unfinished()? {
            fs::remove_dir_all(&path)
                .map_err(Error::io(format!("removing `{}`", path.display())))?;
        }
        self.remove_unneeded_layers()
    }

    /// The directories that are being written or removed, or were when their process was killed.
    ///
    /// # Errors
    /// When a directory cannot be listed.
    pub fn unfinished(&self) -> Result<Vec<PathBuf>, Error> {
        let names = names(&self.directory)?.into_iter().filter(|name| name.starts_with(NEW));
        Ok(names.map(|name| self.directory.join(name)).collect())
    }

    /// The directory that is mounted in engines.
    pub(crate) fn layers(&self) -> PathBuf {
        self.directory.join("layers")
    }

    fn layer(&self, chain: &Digest) -> PathBuf {
        self.layers().join(chain.hex())
    }

    fn image(&self, id: &Digest) -> PathBuf {
        self.directory.join("images").join(id.hex())
    }

    fn check_layer(&self, chain: &Digest) -> Result<(), Damage> {
        seal::check(&self.layer(chain)).map_err(|problem| Damage::layer(chain, problem))
    }

    /// Checks the description of an image, but not its layers. Returns which they are.
    fn check_description(&self, id: &Digest) -> Result<Layers, Damage> {
        let damage = |problem| Damage::image(id, problem);
        let directory = self.image(id);
        seal::check(&directory).map_err(damage)?;
        let changed = || damage(Problem::Changed(CONFIG.into()));
        let config = fs::read(directory.join(CONFIG)).map_err(|_| changed())?;
        if Digest::of(&config) != *id {
            return Err(changed());
        }
        Layers::of_config(&config).map_err(|_| changed())
    }

    fn image_metadata(&self, id: &Digest) -> Result<ImageMetadata, Error> {
        metadata::read(&self.image(id).join(METADATA))
    }

    fn layer_metadata(&self, chain: &Digest) -> Result<LayerMetadata, Error> {
        metadata::read(&self.layer(chain).join(METADATA))
    }

    fn remove_unneeded_layers(&self) -> Result<(), Error> {
        let mut unneeded = digests(&self.layers())?;
        for image in self.images()? {
            // The layers of an image without a readable description are not known; nothing can be done with
            // them until it is taken again, and then they are, too.
            if let Ok(layers) = self.check_description(&image) {
                for chain in layers.chains() {
                    unneeded.remove(&chain);
                }
            }
        }
        unneeded.iter().try_for_each(|chain| self.remove_directory(&self.layer(chain)))
    }

    /// Removes a layer or an image so that a kill leaves it whole or not at all.
    fn remove_directory(&self, path: &Path) -> Result<(), Error> {
        let removing = || Error::io(format!("removing `{}`", path.display()));
        if !fs::exists(path).map_err(removing())? {
            return Ok(());
        }
        let grave = self.new_directory()?;
        fs::rename(path, grave.path().join("removed")).map_err(removing())?;
        grave.close().map_err(removing())
    }

    /// A directory that is removed when it is dropped.
    fn new_directory(&self) -> Result<TempDir, Error> {
        let creating =
            || Error::io(format!("creating a directory in `{}`", self.directory.display()));
        fs::create_dir_all(&self.directory).map_err(creating())?;
        tempfile::Builder::new()
            .prefix(NEW)
            // Images have programs that run as root whoever starts them: not for the machine's users.
            .permissions(Permissions::from_mode(0o700))
            .tempdir_in(&self.directory)
            .map_err(creating())
    }
}

/// Writes a file's content and its name to the disk, or those of a directory.
fn sync(path: &Path) -> Result<(), Error> {
    File::open(path)
        .and_then(|file| file.sync_all())
        .map_err(Error::io(format!("writing `{}` to the disk", path.display())))
}

/// The names in a directory that are valid UTF-8; none if there is no such directory.
fn names(directory: &Path) -> Result<Vec<String>, Error> {
    let listing = || Error::io(format!("listing `{}`", directory.display()));
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(listing()(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(listing())?.file_name().into_string());
    }
    Ok(names)
}

/// The digests after which entries of a directory are named.
fn digests(directory: &Path) -> Result<BTreeSet<Digest>, Error> {
    Ok(names(directory)?.iter().filter_map(|name| Digest::from_hex(name).ok()).collect())
}

#[cfg(test)]
mod tests;
