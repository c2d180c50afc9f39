//! The image cache of a test, as it lies on disk.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use docker_images::{Blobs, FetchedBlob, Index, KeptImage};
use docker_sandbox::{ImageStore, prepared_directory};
use serde_json::Value;
use tempfile::TempDir;

/// A directory for `XDG_CACHE_HOME`, which links to the user's engines.
#[derive(Debug)]
pub struct Cache {
    directory: PathBuf,
    _temporary: Option<TempDir>,
}

/// An image in a cache.
#[derive(Debug)]
pub struct CachedImage {
    images: PathBuf,
    image: KeptImage,
}

impl Default for Cache {
    fn default() -> Self {
        Self::new()
    }
}

impl Cache {
    /// A cache without images.
    pub fn new() -> Self {
        let temporary = TempDir::with_prefix("testsuite-cache-").unwrap();
        link_engines(temporary.path());
        Self { directory: temporary.path().to_owned(), _temporary: Some(temporary) }
    }

    /// The cache in a directory that is a program's `XDG_CACHE_HOME`.
    pub fn at(directory: PathBuf) -> Self {
        Self { directory, _temporary: None }
    }

    /// The directory.
    pub fn path(&self) -> &Path {
        &self.directory
    }

    /// The directory of the images.
    pub fn images(&self) -> PathBuf {
        self.directory.join("mdbook-docktest/images")
    }

    /// The image that a reference stands for.
    #[track_caller]
    pub fn image(&self, reference: &str) -> CachedImage {
        let image = Index::new(self.images().join("references"))
            .latest(&reference.parse().unwrap())
            .unwrap_or_else(|| panic!("no image `{reference}` in the cache"));
        CachedImage { images: self.images(), image }
    }

    /// The references of all images, sorted.
    pub fn references(&self) -> Vec<String> {
        let entries = Index::new(self.images().join("references")).entries().into_iter();
        let mut references: Vec<String> =
            entries.map(|entry| entry.image.unwrap().reference).collect();
        references.sort();
        references
    }

    /// Checks that each image is whole, and that there is nothing else.
    #[track_caller]
    pub fn is_whole(&self) {
        let store = ImageStore::new(self.images().join("unpacked"));
        let blobs = Blobs::new(self.images().join("blobs"));
        let mut needed = Vec::new();
        let mut unpacked = Vec::new();
        for entry in Index::new(self.images().join("references")).entries() {
            let image = entry.image.expect("no entry is damaged");
            for FetchedBlob { digest, size } in &image.blobs {
                blobs.verify(digest).unwrap();
                blobs.check_size(digest, *size).unwrap();
                needed.push(digest.hex().clone());
            }
            unpacked.push(image.id.hex().clone());
        }
        let known = |names: &[String], name: &String| names.contains(name);
        for name in names(&self.images().join("blobs/sha256")) {
            assert!(known(&needed, &name), "no image needs blob {name}");
        }
        for id in store.images().unwrap() {
            store.check(&id).unwrap();
            assert!(unpacked.iter().any(|known| known == id.hex()), "no image needs {id}");
        }
        assert_eq!(self.unfinished(), Vec::<PathBuf>::new());
    }

    /// What is being written, or was left by processes that were killed.
    pub fn unfinished(&self) -> Vec<PathBuf> {
        let images = self.images();
        let places = ["", "blobs/sha256", "references", "unpacked"].map(|place| images.join(place));
        let all =
            places.iter().flat_map(|place| names(place).into_iter().map(|name| place.join(name)));
        let is_new = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.starts_with("new-") || name.starts_with(".new-")
        };
        all.filter(is_new).collect()
    }
}

impl CachedImage {
    /// The digest of its manifest, or list of manifests.
    pub fn digest(&self) -> String {
        self.image.digest.to_string()
    }

    /// The file that says what the reference stands for.
    pub fn entry(&self) -> PathBuf {
        let references = self.images.join("references");
        let is_own = |path: &PathBuf| {
            let text = fs::read(path).unwrap();
            serde_json::from_slice::<KeptImage>(&text).is_ok_and(|image| image == self.image)
        };
        names(&references).into_iter().map(|name| references.join(name)).find(is_own).unwrap()
    }

    /// The compressed layer on top.
    pub fn layer_blob(&self) -> PathBuf {
        self.blob(&self.image.blobs.last().unwrap().digest)
    }

    /// The manifest for this machine's platform.
    pub fn manifest_blob(&self) -> PathBuf {
        self.blob(&self.image.manifest)
    }

    /// The configuration.
    pub fn config_blob(&self) -> PathBuf {
        self.blob(&self.image.id)
    }

    fn blob(&self, digest: &docker_images::Digest) -> PathBuf {
        Blobs::new(self.images.join("blobs")).path(digest)
    }

    /// The directory of its description, unpacked.
    pub fn description(&self) -> PathBuf {
        self.images.join("unpacked/images").join(self.image.id.hex())
    }

    /// The directory of the layer on top, unpacked.
    pub fn layer(&self) -> PathBuf {
        let metadata = fs::read(self.description().join("meta.json")).unwrap();
        let metadata: Value = serde_json::from_slice(&metadata).unwrap();
        let chain = metadata["layers"].as_array().unwrap().last().unwrap()["chain"].clone();
        let hex = chain.as_str().unwrap().strip_prefix("sha256:").unwrap().to_owned();
        self.images.join("unpacked/layers").join(hex)
    }
}

/// Makes a cache use the user's engines.
pub(crate) fn link_engines(cache: &Path) {
    let own = cache.join("mdbook-docktest");
    fs::create_dir_all(&own).unwrap();
    symlink(prepared_directory().unwrap(), own.join("engines")).unwrap();
}

fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).into_iter().flatten().flatten();
    entries.map(|entry| entry.file_name().into_string().unwrap()).collect()
}
