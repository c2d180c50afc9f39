//! What an engine gets when it pulls an image of Docker Hub, or of another registry that it is not to ask
//! itself: what the cache has, without asking the registry again, and else what the registry sends, which is in
//! the cache from then on.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use docker_images::{Answer, Digest, FetchError, InUse, KeptImage, Origin, Reference, Upstream};
use serde_json::Value;

use super::supplier::Supplier;
use crate::run::RunError;

/// The types of manifests that do not name theirs
/// (<https://github.com/opencontainers/image-spec/blob/main/media-types.md>).
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Adds an image to the cache, even if it is there. The error is why that is not possible.
pub(super) type Add = dyn Fn(&Reference) -> Result<InUse, Reason> + Send + Sync;

/// The registry of one engine.
pub(in crate::run) struct Mirror {
    supplier: Arc<Supplier>,
    add: Box<Add>,
    log: Mutex<Log>,
}

/// What an engine has asked for.
#[derive(Debug, Default)]
pub(in crate::run) struct Log {
    /// The images that it got by their names. They stay in the cache until this is dropped.
    pub(in crate::run) served: Vec<(Reference, InUse)>,
    /// Those that it did not get.
    pub(in crate::run) refused: Vec<Refused>,
    /// The images that were damaged in the cache, and were added again.
    pub(in crate::run) mended: Vec<Reference>,
    /// The blobs whose content is what it should be.
    verified: BTreeSet<Digest>,
}

/// An image that an engine did not get.
#[derive(Debug, Clone)]
pub(in crate::run) struct Refused {
    pub(in crate::run) reference: Reference,
    pub(in crate::run) reason: Reason,
}

/// Why an engine does not get an image.
#[derive(Debug, Clone)]
pub(in crate::run) struct Reason {
    /// In one line.
    pub(in crate::run) message: String,
    /// What its registry would have answered.
    answer: Answer,
}

impl From<&FetchError> for Reason {
    fn from(error: &FetchError) -> Self {
        Self { message: error.to_string(), answer: Answer::refusal(error) }
    }
}

impl From<RunError> for Reason {
    fn from(error: RunError) -> Self {
        let message = error.to_string();
        Self { answer: Answer::unavailable(&message), message }
    }
}

impl Mirror {
    pub(super) fn new(supplier: Arc<Supplier>, add: Box<Add>) -> Self {
        Self { supplier, add, log: Mutex::default() }
    }

    /// Takes what has happened so far.
    pub(in crate::run) fn take_log(&self) -> Log {
        mem::take(&mut self.log())
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What a reference stands for. The error is why the image is not available.
    fn resolve(&self, reference: &Reference) -> Result<Digest, Reason> {
        {
            let log = self.log();
            if let Some(refused) = log.refused.iter().find(|known| known.reference == *reference) {
                return Err(refused.reason.clone());
            }
            if let Some((_, kept)) = log.served.iter().find(|(served, _)| served == reference) {
                return Ok(kept.image.digest);
            }
        }
        match self.supply(reference) {
            Ok(kept) => {
                let digest = kept.image.digest;
                self.log().served.push((reference.clone(), kept));
                Ok(digest)
            }
            Err(reason) => {
                let refused = Refused { reference: reference.clone(), reason: reason.clone() };
                self.log().refused.push(refused);
                Err(reason)
            }
        }
    }

    /// Finds an image in the cache, or adds it. The error is why that is not possible.
    fn supply(&self, reference: &Reference) -> Result<InUse, Reason> {
        match self.supplier.kept(reference)? {
            Some(kept) if self.supplier.cache.check_sizes(&kept.image).is_ok() => Ok(kept),
            Some(damaged) => self.add_again(reference, &damaged.image),
            None => (self.add)(reference),
        }
    }

    /// Adds an image that is damaged. The error is why that is not possible.
    fn add_again(&self, reference: &Reference, image: &KeptImage) -> Result<InUse, Reason> {
        let added = match image.origin {
            // Its tag may stand for another image by now, which the engine has not asked for.
            Origin::Registry => (self.add)(&reference.with_digest(&image.digest.to_string())),
            Origin::Docker { .. } | Origin::Recipe { .. } => (self.add)(reference),
        }?;
        self.log().mended.push(reference.clone());
        Ok(added)
    }

    fn kept_manifest(&self, digest: &Digest) -> Option<Answer> {
        let bytes = self.supplier.cache.blobs.read(digest).ok()?;
        let media_type = media_type(&bytes)?;
        Some(Answer::Found { media_type, digest: *digest, bytes })
    }

    /// Adds the image again that has this blob.
    fn mend(&self, digest: &Digest) {
        let has_blob = |kept: &InUse| kept.image.blobs.iter().any(|blob| blob.digest == *digest);
        let found = {
            let log = self.log();
            let found = log.served.iter().find(|(_, kept)| has_blob(kept));
            found.map(|(reference, kept)| (reference.clone(), kept.image.clone()))
        };
        let Some((reference, image)) = found else { return };
        if let Err(reason) = self.add_again(&reference, &image) {
            self.log().refused.push(Refused { reference, reason });
        }
    }
}

impl Upstream for Mirror {
    fn manifest(&self, registry: &str, repository: &str, version: &str) -> Answer {
        let digest = version.parse::<Digest>().ok();
        if let Some(answer) = digest.and_then(|digest| self.kept_manifest(&digest)) {
            return answer;
        }
        let separator = if digest.is_some() { '@' } else { ':' };
        let reference = format!("{registry}/{repository}{separator}{version}");
        let reference = reference.parse::<Reference>();
        // What is not the name of a registry would be a namespace on Docker Hub.
        let is_named = |reference: &Reference| reference.registry() == registry;
        let Some(reference) = reference.ok().filter(is_named) else { return Answer::NotFound };
        match self.resolve(&reference) {
            Ok(digest) => {
                let kept = self.kept_manifest(&digest).or_else(|| {
                    self.mend(&digest);
                    self.kept_manifest(&digest)
                });
                kept.unwrap_or(Answer::NotFound)
            }
            // The daemon then asks the registry itself, and prints what that says.
            Err(_) if reference.is_on_docker_hub() => Answer::NotFound,
            Err(reason) => reason.answer,
        }
    }

    fn blob(&self, digest: &Digest) -> io::Result<Option<File>> {
        let blobs = &self.supplier.cache.blobs;
        if !self.log().verified.contains(digest) {
            if blobs.contains(digest) && blobs.verify(digest).is_err() {
                // In a cache that cannot be written to it stays as it is, and the daemon refuses it.
                let _ = blobs.remove(digest);
            }
            if !blobs.contains(digest) {
                self.mend(digest);
            }
            if !blobs.contains(digest) {
                return Ok(None);
            }
            self.log().verified.insert(*digest);
        }
        blobs.open(digest).map(Some).map_err(io::Error::other)
    }
}

/// The type of a manifest or an index; `None` if it is neither.
fn media_type(content: &[u8]) -> Option<String> {
    let content: Value = serde_json::from_slice(content).ok()?;
    match content["mediaType"].as_str() {
        Some(media_type) => Some(media_type.to_owned()),
        None if content["manifests"].is_array() => Some(OCI_INDEX.to_owned()),
        None if content["layers"].is_array() => Some(OCI_MANIFEST.to_owned()),
        None => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_say_their_type_or_have_that_of_oci() {
        let docker = r#"{"mediaType":"application/vnd.docker.distribution.manifest.v2+json"}"#;
        let expected = "application/vnd.docker.distribution.manifest.v2+json";
        assert_eq!(media_type(docker.as_bytes()).unwrap(), expected);
        assert_eq!(media_type(br#"{"manifests":[]}"#).unwrap(), OCI_INDEX);
        assert_eq!(media_type(br#"{"layers":[],"config":{}}"#).unwrap(), OCI_MANIFEST);
        assert_eq!(media_type(br#"{"architecture":"amd64"}"#), None);
        assert_eq!(media_type(b"\x1f\x8b"), None);
    }
}
