//! What is written next to the files of images and layers.

use std::fs;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Digest;
use crate::Error;

/// What a layer's files do not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LayerMetadata {
    /// The digest of its archive.
    pub(super) diff: Digest,
    /// The chain ID of the layer below it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) parent: Option<Digest>,
    /// The size of its files in bytes, as Docker counts them.
    pub(super) size: u64,
}

/// What an image's configuration does not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ImageMetadata {
    /// Its layers, from bottom to top.
    pub(super) layers: Vec<LayerOrigin>,
    /// When the engine that it was taken from last gave it a name, as that engine wrote it (RFC 3339).
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(super) last_updated: Option<String>,
}

/// Which blobs of registries are a layer. A pull of an image with such a blob prints `Already exists`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct LayerOrigin {
    /// The chain ID of the layer.
    pub(super) chain: Digest,
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(super) blobs: Vec<Blob>,
}

/// A compressed layer in a repository, in the form of a data-root's `v2metadata-by-diffid`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Blob {
    pub(super) digest: Digest,
    pub(super) source_repository: String,
    /// A hash of the credentials that it was pulled with: not kept.
    #[serde(rename = "HMAC", skip_deserializing, default)]
    pub(super) hmac: String,
}

/// The layers of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layers {
    /// The digests of their archives, from bottom to top.
    diffs: Vec<Digest>,
}

impl Layers {
    /// Those that an image's configuration names.
    pub(super) fn of_config(config: &[u8]) -> Result<Self, serde_json::Error> {
        #[derive(Deserialize)]
        struct Config {
            rootfs: RootFs,
        }
        #[derive(Deserialize)]
        struct RootFs {
            /// `null` or missing in an image without layers.
            diff_ids: Option<Vec<Digest>>,
        }
        let config: Config = serde_json::from_slice(config)?;
        Ok(Self { diffs: config.rootfs.diff_ids.unwrap_or_default() })
    }

    /// Their chain IDs, from bottom to top: that of a layer depends on all below it ("Layer ChainID" in
    /// the image specification of the OCI).
    pub(super) fn chains(&self) -> Vec<Digest> {
        self.pairs().map(|(_, chain)| chain).collect()
    }

    /// The digest of each layer's archive, and its chain ID.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&Digest, Digest)> {
        let mut below: Option<Digest> = None;
        self.diffs.iter().map(move |diff| {
            let chain = match &below {
                None => diff.clone(),
                Some(below) => Digest::of(format!("{below} {diff}")),
            };
            below = Some(chain.clone());
            (diff, chain)
        })
    }
}

/// Reads a file of JSON.
pub(super) fn read<T: DeserializeOwned>(path: &Path) -> Result<T, Error> {
    let reading = || format!("reading `{}`", path.display());
    let json = fs::read(path).map_err(Error::io(reading()))?;
    serde_json::from_slice(&json).map_err(|error| Error::io(reading())(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_id_of_a_layer_depends_on_those_below() {
        let (one, two) = (Digest::of("one"), Digest::of("two"));
        let config =
            format!(r#"{{"rootfs": {{"type": "layers", "diff_ids": ["{one}", "{two}"]}}}}"#);
        let layers = Layers::of_config(config.as_bytes()).unwrap();
        assert_eq!(layers.chains(), [one.clone(), Digest::of(format!("{one} {two}"))]);
        for empty in [r#"{"rootfs": {"diff_ids": null}}"#, r#"{"rootfs": {}}"#] {
            assert_eq!(Layers::of_config(empty.as_bytes()).unwrap().chains(), []);
        }
        Layers::of_config(b"{}").unwrap_err();
    }

    #[test]
    fn a_hash_of_credentials_is_not_kept() {
        let digest = Digest::of("");
        let written =
            format!(r#"{{"Digest":"{digest}","SourceRepository":"docker.io/x","HMAC":"secret"}}"#);
        let blob: Blob = serde_json::from_str(&written).unwrap();
        assert_eq!(serde_json::to_string(&blob).unwrap(), written.replace("secret", ""));
    }
}
