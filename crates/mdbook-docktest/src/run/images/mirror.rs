//! What an engine gets when it pulls an image of Docker Hub: what the cache has, without asking the
//! registry again, and else what the registry sends, which is in the cache from then on.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use docker_images::{Answer, Digest, InUse, Reference, Upstream};
use serde_json::Value;

use super::supplier::Supplier;

/// The types of manifests that do not name theirs
/// (<https://github.com/opencontainers/image-spec/blob/main/media-types.md>).
const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// Adds an image to the cache, even if it is there. The error is why that is not possible.
pub(super) type Add = dyn Fn(&Reference) -> Result<InUse, String> + Send + Sync;

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
    /// Those that it did not get, and why.
    pub(in crate::run) refused: Vec<(Reference, String)>,
    /// The images that were damaged in the cache, and were added again.
    pub(in crate::run) mended: Vec<Reference>,
    /// The blobs whose content is what it should be.
    verified: BTreeSet<Digest>,
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

    /// What a reference stands for; `None` if the image is not available.
    fn resolve(&self, reference: &Reference) -> Option<Digest> {
        {
            let log = self.log();
            if log.refused.iter().any(|(refused, _)| refused == reference) {
                return None;
            }
            if let Some((_, kept)) = log.served.iter().find(|(served, _)| served == reference) {
                return Some(kept.image.digest);
            }
        }
        match self.supply(reference) {
            Ok(kept) => {
                let digest = kept.image.digest;
                self.log().served.push((reference.clone(), kept));
                Some(digest)
            }
            Err(reason) => {
                self.log().refused.push((reference.clone(), reason));
                None
            }
        }
    }

    /// Finds an image in the cache, or adds it. The error is why that is not possible.
    fn supply(&self, reference: &Reference) -> Result<InUse, String> {
        let kept = self.supplier.kept(reference).map_err(|error| error.to_string())?;
        let Some(kept) = kept else { return (self.add)(reference) };
        // Without these, the daemon would ask the registry itself. Layers are verified when it wants them.
        let blobs = &self.supplier.cache.blobs;
        let mut is_damaged = false;
        for digest in [kept.image.digest, kept.image.manifest] {
            if blobs.verify(&digest).is_err() {
                // In a cache that cannot be written to it stays as it is, and is not served.
                let _ = blobs.remove(&digest);
                is_damaged = true;
            }
        }
        if !is_damaged {
            return Ok(kept);
        }
        let added = (self.add)(reference)?;
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
            found.map(|(reference, _)| reference.clone())
        };
        let Some(reference) = found else { return };
        match (self.add)(&reference) {
            Ok(_) => self.log().mended.push(reference),
            Err(reason) => self.log().refused.push((reference, reason)),
        }
    }
}

impl Upstream for Mirror {
    fn manifest(&self, repository: &str, version: &str) -> Answer {
        let digest = version.parse::<Digest>().ok();
        if let Some(answer) = digest.and_then(|digest| self.kept_manifest(&digest)) {
            return answer;
        }
        let separator = if digest.is_some() { '@' } else { ':' };
        let reference = format!("docker.io/{repository}{separator}{version}");
        let Ok(reference) = reference.parse::<Reference>() else { return Answer::NotFound };
        // Without an answer from here, the daemon asks the registry itself, and prints what that says.
        let digest = self.resolve(&reference);
        digest.and_then(|digest| self.kept_manifest(&digest)).unwrap_or(Answer::NotFound)
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
