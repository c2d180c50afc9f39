//! Caches of images that are made for a measurement, and removed after it.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use docker_images::{Blobs, Digest, FetchedBlob, Index, KeptImage, Origin, Reference};
use docker_sandbox::prepared_directory;
use serde_json::json;

use crate::bench::Bench;
use crate::book::Random;

const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar";

/// The size of each of a layer's small files, in bytes.
const SMALL_SIZE: usize = 6_000;

/// How many directories the small files are in.
const SUBDIRECTORIES: usize = 50;

/// What a layer contains: small files, and a large one.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layer {
    /// Layers with different numbers have different files.
    pub(crate) number: usize,
    /// How many small files it has.
    pub(crate) small_files: usize,
    /// The size of the large file, in bytes.
    pub(crate) large_size: usize,
}

/// A cache directory of this user's that only has the engines, until images are added.
#[derive(Debug)]
pub(crate) struct Cache {
    home: PathBuf,
}

impl Cache {
    /// An empty cache. Removes one with the same name that a killed run has left.
    pub(crate) fn new(bench: &Bench, name: &str) -> Result<Self> {
        let cache = Self { home: bench.file(&format!("cache-{name}")) };
        cache.clear()?;
        let own = cache.home.join("mdbook-docktest");
        let engines = prepared_directory().context("there is no home directory: set HOME")?;
        fs::create_dir_all(&own)
            .and_then(|()| symlink(engines, own.join("engines")))
            .with_context(|| format!("cannot create {}", own.display()))?;
        Ok(cache)
    }

    /// The value of `XDG_CACHE_HOME` for programs that are to use this cache.
    pub(crate) fn home(&self) -> &Path {
        &self.home
    }

    /// The directory of images.
    pub(crate) fn images(&self) -> PathBuf {
        self.home.join("mdbook-docktest/images")
    }

    /// Adds an image with these layers as if it had been fetched from a registry. It is not unpacked.
    pub(crate) fn add(&self, reference: &str, layers: &[Layer]) -> Result<()> {
        let blobs = Blobs::new(self.images().join("blobs"));
        let layers: Vec<FetchedBlob> =
            layers.iter().map(|layer| layer.write(&blobs)).collect::<Result<_>>()?;
        let architecture = match env::consts::ARCH {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            other => other,
        };
        // A layer that is not compressed has the same digest as its content.
        let diffs: Vec<&Digest> = layers.iter().map(|layer| &layer.digest).collect();
        let config = json!({
            "architecture": architecture,
            "os": "linux",
            "config": { "Cmd": ["true"] },
            "rootfs": { "type": "layers", "diff_ids": diffs },
        });
        let config = insert(&blobs, &config)?;
        let describe = |media_type: &str, blob: &FetchedBlob| json!({ "mediaType": media_type, "digest": blob.digest, "size": blob.size });
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": describe(CONFIG, &config),
            "layers": layers.iter().map(|layer| describe(LAYER, layer)).collect::<Vec<_>>(),
        });
        let manifest = insert(&blobs, &manifest)?;
        let reference: Reference = reference.parse()?;
        let image = KeptImage {
            reference: reference.to_string(),
            origin: Origin::Registry,
            digest: manifest.digest,
            media_type: MANIFEST.to_owned(),
            manifest: manifest.digest,
            id: config.digest,
            blobs: [manifest, config].into_iter().chain(layers).collect(),
        };
        Index::new(self.images().join("references"))
            .keep(&reference, &image)
            .with_context(|| format!("cannot keep image {reference}"))
    }

    /// The space that the images occupy on disk, in bytes: as `du` counts it.
    pub(crate) fn disk_size(&self) -> Result<u64> {
        disk_size(&self.images())
            .with_context(|| format!("cannot measure {}", self.images().display()))
    }

    fn clear(&self) -> Result<()> {
        match fs::remove_dir_all(&self.home) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("cannot remove {}", self.home.display()))
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Cache {
    fn drop(&mut self) {
        // What is left is removed by the next run.
        let _ = self.clear();
    }
}

impl Layer {
    fn write(&self, blobs: &Blobs) -> Result<FetchedBlob> {
        let writer = self.archive(blobs.writer()?).context("cannot write a layer")?;
        let size = writer.written();
        Ok(FetchedBlob { digest: writer.commit(None)?, size })
    }

    /// Writes the layer as a tar archive, the same each time. Returns the writer.
    pub(crate) fn archive<W: io::Write>(&self, writer: W) -> io::Result<W> {
        let mut random = Random::new(self.number as u64);
        // Too long for a compression to notice that it comes again.
        let content: Vec<u8> = (0..1 << 20).map(|_| random.below(256) as u8).collect();
        let mut archive = tar::Builder::new(writer);
        let directory = format!("usr/{}", self.number);
        // Directories that are not in an archive are created with the time at which it is unpacked.
        let subdirectories =
            (0..SUBDIRECTORIES.min(self.small_files)).map(|number| format!("{directory}/{number}"));
        for path in ["usr".to_owned(), directory.clone()].into_iter().chain(subdirectories) {
            append_directory(&mut archive, &path)?;
        }
        for file in 0..self.small_files {
            let path = format!("{directory}/{}/{file}", file % SUBDIRECTORIES);
            let from = random.below(content.len() - SMALL_SIZE);
            append(&mut archive, &path, &content[from..], SMALL_SIZE)?;
        }
        append(&mut archive, &format!("{directory}/large"), &content, self.large_size)?;
        archive.into_inner()
    }
}

fn append_directory(archive: &mut tar::Builder<impl io::Write>, path: &str) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_entry_type(tar::EntryType::Directory);
    header.set_size(0);
    header.set_mode(0o755);
    archive.append_data(&mut header, format!("{path}/"), io::empty())
}

fn append(
    archive: &mut tar::Builder<impl io::Write>,
    path: &str,
    content: &[u8],
    size: usize,
) -> io::Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(size as u64);
    header.set_mode(0o644);
    archive.append_data(&mut header, path, Repeated { content, left: size })
}

/// A content again and again, up to a size.
struct Repeated<'a> {
    content: &'a [u8],
    left: usize,
}

impl io::Read for Repeated<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.content.len().min(self.left).min(buffer.len());
        buffer[..length].copy_from_slice(&self.content[..length]);
        self.left -= length;
        Ok(length)
    }
}

fn insert(blobs: &Blobs, value: &serde_json::Value) -> Result<FetchedBlob> {
    let bytes = serde_json::to_vec(value).context("cannot write JSON")?;
    Ok(FetchedBlob { digest: blobs.insert(&bytes)?, size: bytes.len() as u64 })
}

/// The space that a directory and what is in it occupy. A file with several names counts once.
fn disk_size(directory: &Path) -> io::Result<u64> {
    let mut sizes = BTreeMap::new();
    let mut left = vec![directory.to_owned()];
    while let Some(path) = left.pop() {
        let about = path.symlink_metadata()?;
        // The unit of `blocks`, whatever that of the file system is.
        sizes.insert((about.dev(), about.ino()), about.blocks() * 512);
        if about.is_dir() {
            for entry in fs::read_dir(&path)? {
                left.push(entry?.path());
            }
        }
    }
    Ok(sizes.values().sum())
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    #[test]
    fn a_layer_is_the_same_each_time_and_differs_from_others() {
        let archive = |number| {
            let layer = Layer { number, small_files: 2, large_size: 3 << 20 };
            layer.archive(Vec::new()).unwrap()
        };
        assert_eq!(archive(7), archive(7));
        assert_ne!(archive(7), archive(8));
        let written = archive(7);
        let mut archive = tar::Archive::new(&written[..]);
        let files: Vec<_> = archive
            .entries()
            .unwrap()
            .map(|entry| {
                let entry = entry.unwrap();
                (entry.path().unwrap().display().to_string(), entry.size())
            })
            .collect();
        let expected = [
            ("usr/", 0),
            ("usr/7/", 0),
            ("usr/7/0/", 0),
            ("usr/7/1/", 0),
            ("usr/7/0/0", 6_000),
            ("usr/7/1/1", 6_000),
            ("usr/7/large", 3 << 20),
        ];
        assert_eq!(files, expected.map(|(path, size)| (path.to_owned(), size)));
    }

    #[test]
    fn a_file_with_two_names_occupies_its_space_once() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        let empty = disk_size(path).unwrap();
        fs::write(path.join("one"), [1; 100_000]).unwrap();
        File::open(path.join("one")).unwrap().sync_all().unwrap();
        let one = disk_size(path).unwrap() - empty;
        assert!((100_000..200_000).contains(&one), "{one}");
        fs::hard_link(path.join("one"), path.join("two")).unwrap();
        assert_eq!(disk_size(path).unwrap() - empty, one);
    }
}
