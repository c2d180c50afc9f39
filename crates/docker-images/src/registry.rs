//! A client for registries: fetches images into [`Blobs`].
//!
//! The protocol is that of <https://github.com/opencontainers/distribution-spec/blob/main/spec.md>.

mod agent;
mod challenge;
mod credentials;
mod download;
mod error;
mod failure;
mod helper;
mod http;
mod manifest;
mod proxy;
mod session;
#[cfg(test)]
mod tests;

use std::fmt;
use std::path::PathBuf;
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use ureq::Agent;
use ureq::tls::Certificate;

use self::agent::Limits;
use self::manifest::{Descriptor, Document};
use self::proxy::Variable;
use self::session::Session;
use crate::blobs::Blobs;
use crate::digest::Digest;
use crate::platform::Platform;
use crate::reference::Reference;

pub use error::{FetchError, Login};

/// The certificates that Docker trusts for single registries.
const DOCKER_CERTIFICATES: &str = "/etc/docker/certs.d";

/// A client for all registries, with the machine's certificates and proxies and the author's `docker login`.
pub struct Registry {
    /// The directory of Docker's `config.json`.
    docker_config: Option<PathBuf>,
    /// What credential helpers run through.
    helpers_through: Vec<String>,
    /// Directories named after registries.
    certificates: PathBuf,
    /// The machine's certificates, once they were needed.
    roots: OnceLock<Vec<Certificate<'static>>>,
    /// The environment, for the proxy.
    variable: Variable,
    limits: Limits,
}

/// What was fetched: all of it is in the [`Blobs`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fetched {
    /// What the reference stands for: an index, or the manifest itself.
    pub digest: Digest,
    /// The type of that.
    pub media_type: String,
    /// The manifest for the platform.
    pub manifest: Digest,
    /// The type of the manifest.
    pub manifest_media_type: String,
    /// The configuration. Its digest is the image's ID.
    pub config: Digest,
    /// The layers as the registry keeps them, lowest first.
    pub layers: Vec<FetchedBlob>,
    /// Each blob of the image once: the index and the manifest, the configuration, the layers.
    pub blobs: Vec<FetchedBlob>,
}

/// A blob that was fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct FetchedBlob {
    /// Its digest.
    pub digest: Digest,
    /// Its size in bytes.
    pub size: u64,
}

/// How far fetching is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FetchProgress {
    /// Which of the layers that were not there is being fetched, from 1.
    pub layer: usize,
    /// How many layers were not there.
    pub layers: usize,
    /// How much of them was fetched, in bytes. Smaller than before if a layer is fetched again.
    pub bytes: u64,
    /// How much there is to fetch, in bytes.
    pub total: u64,
}

impl Registry {
    /// A client with this machine's configuration.
    pub fn new() -> Self {
        Self {
            docker_config: credentials::docker_config_directory(),
            helpers_through: Vec::new(),
            certificates: DOCKER_CERTIFICATES.into(),
            roots: OnceLock::new(),
            variable: |name| std::env::var(name).ok(),
            limits: Limits::default(),
        }
    }

    /// Puts these words in front of the commands of credential helpers, which may have to run as another
    /// user than this process.
    #[must_use]
    pub fn helpers_through(self, words: &[String]) -> Self {
        Self { helpers_through: words.to_vec(), ..self }
    }

    /// Fetches an image for a platform. What is in the blobs already is not fetched again, and what was
    /// fetched stays if this fails.
    ///
    /// `is_cancelled` is called at least every 100 ms, except while a credential helper runs.
    ///
    /// # Errors
    ///
    /// The image cannot be fetched or written, or fetching was cancelled.
    pub fn fetch(
        &self,
        reference: &Reference,
        blobs: &Blobs,
        platform: &Platform,
        progress: &dyn Fn(FetchProgress),
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Fetched, FetchError> {
        let mut session = Session::new(self, reference, is_cancelled)?;
        let top = session.manifest(reference.version(), blobs)?;
        let manifest = match &top.document {
            Document::Image { .. } => None,
            Document::Index(entries) => {
                let entry = session.pick(entries, platform)?;
                Some(session.manifest(&entry.to_string(), blobs)?)
            }
        };
        let image = manifest.as_ref().unwrap_or(&top);
        let Document::Image { configuration, layers } = &image.document else {
            return Err(session.unexpected("an index in an index, which Docker does not support"));
        };
        if let Some(foreign) = layers.iter().find(|layer| layer.is_foreign()) {
            return Err(FetchError::ForeignLayer { image: session.image(), layer: foreign.digest });
        }
        session.layers(configuration, layers, blobs, progress)?;
        let manifests = [Some(&top), manifest.as_ref()].into_iter().flatten();
        let manifests = manifests.map(|manifest| manifest.blob);
        let parts = [configuration].into_iter().chain(layers).map(FetchedBlob::from);
        Ok(Fetched {
            digest: top.blob.digest,
            media_type: top.media_type.clone(),
            manifest: image.blob.digest,
            manifest_media_type: image.media_type.clone(),
            config: configuration.digest,
            layers: layers.iter().map(FetchedBlob::from).collect(),
            blobs: each_once(manifests.chain(parts)),
        })
    }

    /// What a reference stands for now, without fetching it.
    ///
    /// # Errors
    ///
    /// The registry does not say.
    pub fn resolve(&self, reference: &Reference) -> Result<Digest, FetchError> {
        Session::new(self, reference, &|| false)?.resolve(reference.version())
    }

    fn agent(&self, reference: &Reference) -> Result<Agent, FetchError> {
        let roots = self.roots.get_or_init(agent::system_certificates);
        agent::agent(reference, roots, &self.certificates, self.variable, &self.limits)
    }
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry")
            .field("docker_config", &self.docker_config)
            .field("certificates", &self.certificates)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}

impl Default for Registry {
    fn default() -> Self {
        Self::new()
    }
}

impl From<&Descriptor> for FetchedBlob {
    fn from(descriptor: &Descriptor) -> Self {
        Self { digest: descriptor.digest, size: descriptor.size }
    }
}

/// The same blobs without repetitions: an image may have a layer twice.
fn each_once(blobs: impl Iterator<Item = FetchedBlob>) -> Vec<FetchedBlob> {
    let mut once: Vec<FetchedBlob> = Vec::new();
    for blob in blobs {
        if once.iter().all(|other| other.digest != blob.digest) {
            once.push(blob);
        }
    }
    once
}
