//! What an engine gets when it pulls an image of Docker Hub: what the cache has, without asking the
//! registry again, and else what the registry sends, which is in the cache from then on.

use std::collections::BTreeSet;
use std::fs::File;
use std::io;
use std::mem;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use docker_cli::Canceller;
use docker_images::server::{Answer, Source};
use docker_images::{BlobError, Digest, FetchError, InUse, Reference};

use super::supplier::Supplier;

/// The registry of one engine.
pub(super) struct Mirror {
    supplier: Arc<Supplier>,
    canceller: Canceller,
    log: Mutex<Log>,
}

/// What an engine has asked for.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// The images that it got, which stay in the cache meanwhile.
    pub(super) served: Vec<(Reference, InUse)>,
    /// Those that it did not get, and why.
    pub(super) refused: Vec<(Reference, FetchError)>,
    /// Damaged blobs that were fetched again.
    pub(super) mended: Vec<String>,
    /// Blobs whose content is what it should be.
    verified: BTreeSet<Digest>,
}

impl Mirror {
    pub(super) fn new(supplier: Arc<Supplier>, canceller: Canceller) -> Self {
        Self { supplier, canceller, log: Mutex::default() }
    }

    /// Takes what has happened so far.
    pub(super) fn take_log(&self) -> Log {
        mem::take(&mut self.log())
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The image that a tag stands for.
    fn tagged(&self, reference: &Reference) -> Result<Digest, FetchError> {
        let is_known = |(known, _): &(Reference, InUse)| known == reference;
        if let Some((_, kept)) = self.log().served.iter().find(|known| is_known(known)) {
            return Ok(kept.image.digest);
        }
        let kept = match self.supplier.kept(reference) {
            Ok(Some(kept)) => kept,
            _ => self.fetch(reference)?,
        };
        let digest = kept.image.digest;
        self.log().served.push((reference.clone(), kept));
        Ok(digest)
    }

    fn fetch(&self, reference: &Reference) -> Result<InUse, FetchError> {
        let is_cancelled = || self.canceller.is_cancelled();
        self.supplier.fetch(reference, &|_| {}, &is_cancelled)
    }

    /// A manifest in the cache.
    fn kept_manifest(&self, digest: &Digest) -> Option<Answer> {
        let bytes = self.supplier.cache.blobs.read(digest).ok()?;
        let media_type = media_type(&bytes)?;
        Some(Answer::Found { media_type, digest: *digest, bytes })
    }

    /// Fetches the images again that have a blob which is not what it should be.
    fn mend(&self, digest: &Digest) {
        let served: Vec<Reference> = self.log().served.iter().map(|(reference, _)| reference.clone()).collect();
        for reference in served {
            if self.fetch(&reference).is_ok() && self.supplier.cache.blobs.contains(digest) {
                let line = format!("image `{reference}` was damaged in the cache and was fetched again");
                self.log().mended.push(line);
                return;
            }
        }
    }
}

impl Source for Mirror {
    fn manifest(&self, repository: &str, version: &str) -> Answer {
        let separator = if version.contains(':') { '@' } else { ':' };
        let Ok(reference) = format!("docker.io/{repository}{separator}{version}").parse::<Reference>()
        else {
            return Answer::NotFound;
        };
        let kept = reference.digest().and_then(|digest| digest.parse().ok());
        if let Some(answer) = kept.and_then(|digest| self.kept_manifest(&digest)) {
            return answer;
        }
        let digest = self.tagged(&reference).or_else(|error| {
            // Nothing that the daemon could do about it: it gets the same answer from the registry.
            let answer = Err(error);
            answer
        });
        match digest {
            Ok(digest) => self.kept_manifest(&digest).unwrap_or(Answer::NotFound),
            Err(error) => {
                self.log().refused.push((reference, error));
                Answer::NotFound
            }
        }
    }

    fn blob(&self, digest: &Digest) -> io::Result<Option<File>> {
        let blobs = &self.supplier.cache.blobs;
        if !self.log().verified.contains(digest) {
            if blobs.contains(digest) && blobs.verify(digest).is_err() {
                // On a read-only file system it stays damaged, and the daemon refuses it.
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
        blobs.open(digest).map(Some).map_err(|error: BlobError| io::Error::other(error))
    }
}
