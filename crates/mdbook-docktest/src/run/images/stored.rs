//! Images that the author's own Docker has, which need not be fetched from a registry again.
//!
//! A Docker does not keep what its registry has sent: a manifest and compressed layers. What it saves are its
//! layers, from which a manifest is made here. So the image has the ID that it has everywhere, but not the digest
//! that its registry knows it by. That one is kept beside it, if the Docker knows it.

use std::fs::{self, File};
use std::io::{self, Read, Seek};
use std::path::Path;

use docker_images::{Blobs, Digest, FetchedBlob, KeptImage, Origin, Reference};
use serde::Deserialize;
use serde_json::{Value, json};

use super::caller::{Caller, Stored};

/// The types of a manifest and of what it names
/// (<https://github.com/distribution/distribution/blob/main/docs/content/spec/manifest-v2-2.md>).
const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const CONFIGURATION: &str = "application/vnd.docker.container.image.v1+json";
const LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
const GZIP_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

/// How files that were compressed by gzip begin (RFC 1952).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// An entry of `manifest.json` in what `docker image save` writes
/// (<https://github.com/moby/docker-image-spec/blob/main/spec.md>).
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Saved {
    config: String,
    /// Lowest first.
    layers: Vec<String>,
}

/// Takes an image from the author's Docker, and returns what is to be kept for a reference. `temporary` is an
/// empty directory.
///
/// # Errors
/// When it cannot be saved, read or written.
pub(super) fn take(
    caller: &dyn Caller,
    reference: &Reference,
    stored: &Stored,
    blobs: &Blobs,
    temporary: &Path,
) -> Result<KeptImage, Box<dyn std::error::Error>> {
    let archive = temporary.join("image.tar");
    let files = temporary.join("image");
    caller.save(stored, &archive)?;
    fs::create_dir(&files)?;
    let words = [&archive, &files].map(|path| path.as_os_str().to_owned());
    let [archive, files] = words;
    duct::cmd!("tar", "--extract", "--file", archive, "--directory", &files, "--no-same-owner")
        .stdin_null()
        .stdout_null()
        .stderr_null()
        .run()?;
    Ok(keep(Path::new(&files), reference, stored, blobs)?)
}

/// Copies the parts of a saved image to the blobs.
fn keep(
    files: &Path,
    reference: &Reference,
    stored: &Stored,
    blobs: &Blobs,
) -> io::Result<KeptImage> {
    let saved: Vec<Saved> = serde_json::from_slice(&fs::read(files.join("manifest.json"))?)?;
    let saved = saved.into_iter().next().ok_or_else(|| io::Error::other("no image was saved"))?;
    let configuration = keep_file(&files.join(&saved.config), CONFIGURATION, blobs)?;
    let layers = saved.layers.iter().map(|layer| {
        let file = files.join(layer);
        keep_file(&file, layer_type(&file)?, blobs)
    });
    let layers = layers.collect::<io::Result<Vec<_>>>()?;
    let descriptions: Vec<_> = layers.iter().map(Kept::description).collect();
    let manifest = json!({
        "schemaVersion": 2,
        "mediaType": MANIFEST,
        "config": configuration.description(),
        "layers": descriptions,
    });
    let manifest = manifest.to_string();
    let digest = blobs.insert(manifest.as_bytes()).map_err(io::Error::other)?;
    let manifest_blob = FetchedBlob { digest, size: manifest.len() as u64 };
    let mut all = vec![manifest_blob, configuration.blob];
    for Kept { blob, .. } in layers {
        // Layers without files are all the same.
        if !all.contains(&blob) {
            all.push(blob);
        }
    }
    Ok(KeptImage {
        reference: reference.to_string(),
        origin: Origin::Docker {
            id: stored.id.as_str().into(),
            digest: stored.digest.as_deref().map(Into::into),
        },
        digest,
        media_type: MANIFEST.to_owned(),
        manifest: digest,
        id: configuration.blob.digest,
        blobs: all,
    })
}

struct Kept {
    blob: FetchedBlob,
    media_type: &'static str,
}

impl Kept {
    /// What a manifest says of it.
    fn description(&self) -> Value {
        let Self { blob, media_type } = self;
        json!({ "mediaType": media_type, "digest": blob.digest.to_string(), "size": blob.size })
    }
}

fn keep_file(file: &Path, media_type: &'static str, blobs: &Blobs) -> io::Result<Kept> {
    let mut writer = blobs.writer().map_err(io::Error::other)?;
    let size = io::copy(&mut File::open(file)?, &mut writer)?;
    let digest: Digest = writer.commit(None).map_err(io::Error::other)?;
    Ok(Kept { blob: FetchedBlob { digest, size }, media_type })
}

/// Docker saves layers as they are; with the image store of containerd, these are compressed.
fn layer_type(file: &Path) -> io::Result<&'static str> {
    let mut file = File::open(file)?;
    let mut start = Vec::new();
    file.by_ref().take(2).read_to_end(&mut start)?;
    file.rewind()?;
    Ok(if start == GZIP { GZIP_LAYER } else { LAYER })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_saved_image_has_its_id_and_the_digest_of_its_registry() {
        let directory = tempfile::tempdir().unwrap();
        let files = directory.path().join("files");
        fs::create_dir_all(files.join("blobs")).unwrap();
        let configuration = br#"{"rootfs":{"type":"layers"}}"#;
        for (name, content) in [
            ("blobs/config", &configuration[..]),
            ("blobs/one", b"layer"),
            ("blobs/two", b"\x1f\x8blayer"),
        ] {
            fs::write(files.join(name), content).unwrap();
        }
        let manifest = r#"[{"Config":"blobs/config","RepoTags":["a:1"],"Layers":["blobs/one","blobs/two","blobs/one"]}]"#;
        fs::write(files.join("manifest.json"), manifest).unwrap();
        let blobs = Blobs::new(directory.path().join("kept"));
        let registry = format!("sha256:{}", "a".repeat(64));
        let stored = Stored { id: "any".to_owned(), digest: Some(registry.clone()) };
        let image = keep(&files, &"a:1".parse().unwrap(), &stored, &blobs).unwrap();

        assert_eq!(image.id, Digest::of(configuration));
        assert_eq!(
            image.origin,
            Origin::Docker { id: "any".into(), digest: Some(registry.into()) }
        );
        assert_eq!((image.reference.as_str(), image.media_type.as_str()), ("a:1", MANIFEST));
        let content = blobs.read(&image.digest).unwrap();
        let manifest: Value = serde_json::from_slice(&content).unwrap();
        let layer = |media_type: &str, content: &[u8]| {
            let digest = Digest::of(content).to_string();
            json!({ "mediaType": media_type, "digest": digest, "size": content.len() })
        };
        let one = layer(LAYER, b"layer");
        let expected = json!([one, layer(GZIP_LAYER, b"\x1f\x8blayer"), one]);
        assert_eq!(manifest["layers"], expected);
        assert_eq!(manifest["config"]["digest"], image.id.to_string());
        // The manifest, the configuration and two layers.
        assert_eq!(image.blobs.len(), 4);
        for blob in &image.blobs {
            blobs.check_size(&blob.digest, blob.size).unwrap();
            blobs.verify(&blob.digest).unwrap();
        }
    }
}
