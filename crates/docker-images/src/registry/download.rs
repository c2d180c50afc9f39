//! Manifests and blobs, from a registry to disk.

use std::io::Write as _;

use ureq::http::Method;
use ureq::http::header::{ACCEPT, CONTENT_TYPE, HeaderValue, RANGE};

use super::error::FetchError;
use super::failure::Failure;
use super::http::Response;
use super::manifest::{self, Descriptor, Document, Entry};
use super::session::Session;
use super::{FetchProgress, FetchedBlob, each_once};
use crate::blobs::{BlobError, BlobWriter, Blobs};
use crate::digest::Digest;
use crate::platform::Platform;

/// The header with the digest of a manifest.
const CONTENT_DIGEST: &str = "docker-content-digest";

/// A manifest that is in the blobs.
pub(super) struct Manifest {
    pub(super) blob: FetchedBlob,
    pub(super) media_type: String,
    pub(super) document: Document,
}

impl Session<'_> {
    /// The error of an answer that no registry should give.
    pub(super) fn unexpected(&self, reason: &str) -> FetchError {
        *Failure::protocol(&self.host(), reason).error
    }

    /// The manifest with this tag or digest: kept, or fetched and then kept.
    pub(super) fn manifest(
        &mut self,
        version: &str,
        blobs: &Blobs,
    ) -> Result<Manifest, FetchError> {
        let expected = version.parse::<Digest>().ok();
        if let Some(digest) = expected
            && let Ok(body) = blobs.read(&digest)
            && let Ok((document, media_type)) = manifest::parse(&body, None)
        {
            let blob = FetchedBlob { digest, size: body.len() as u64 };
            return Ok(Manifest { blob, media_type, document });
        }
        let (body, sent_as) = self.retry(|session| session.manifest_body(version))?;
        let (document, media_type) =
            manifest::parse(&body, Some(&sent_as)).map_err(|reason| self.unexpected(&reason))?;
        let digest = Digest::of(&body);
        if let Some(expected) = expected.filter(|expected| *expected != digest) {
            let reason = format!("a manifest with the digest {digest} instead of {expected}");
            return Err(self.unexpected(&reason));
        }
        blobs.insert(&body)?;
        let blob = FetchedBlob { digest, size: body.len() as u64 };
        Ok(Manifest { blob, media_type, document })
    }

    /// The digest of what a tag or digest stands for now.
    pub(super) fn resolve(&mut self, version: &str) -> Result<Digest, FetchError> {
        let head = self.retry(|session| {
            let response = session.ask_manifest(&Method::HEAD, version)?;
            // Answers to HEAD have no words: only those that would be the same again are final.
            match response.status {
                429 | 500.. => Err(session.failure(&response)),
                status => Ok((status, digest_of(&response))),
            }
        })?;
        match head {
            (200, Some(digest)) => Ok(digest),
            _ => {
                let (body, _) = self.retry(|session| session.manifest_body(version))?;
                Ok(Digest::of(&body))
            }
        }
    }

    /// The manifest of an index for a platform.
    pub(super) fn pick(
        &self,
        entries: &[Entry],
        platform: &Platform,
    ) -> Result<Digest, FetchError> {
        let platforms: Vec<_> = entries.iter().map(|entry| entry.platform.clone()).collect();
        if let Some(index) = platform.pick(&platforms) {
            return Ok(entries[index].digest);
        }
        let mut available: Vec<_> =
            platforms.into_iter().flatten().filter(|platform| !platform.is_unknown()).collect();
        available.sort();
        available.dedup();
        Err(FetchError::NoPlatform { image: self.image(), wanted: platform.clone(), available })
    }

    /// Fetches the configuration and the layers that are not there.
    pub(super) fn layers(
        &mut self,
        configuration: &Descriptor,
        layers: &[Descriptor],
        blobs: &Blobs,
        progress: &dyn Fn(FetchProgress),
    ) -> Result<(), FetchError> {
        let is_missing = |blob: &FetchedBlob| blobs.check_size(&blob.digest, blob.size).is_err();
        let configuration = FetchedBlob::from(configuration);
        if is_missing(&configuration) {
            self.blob(configuration, blobs, &|_| {})?;
        }
        let layers = each_once(layers.iter().map(FetchedBlob::from).filter(is_missing));
        let total = layers.iter().fold(0_u64, |total, layer| total.saturating_add(layer.size));
        let mut before = 0;
        for (index, layer) in layers.iter().enumerate() {
            self.blob(*layer, blobs, &|bytes| {
                progress(FetchProgress {
                    layer: index + 1,
                    layers: layers.len(),
                    bytes: before + bytes,
                    total,
                });
            })?;
            before += layer.size;
        }
        Ok(())
    }

    fn ask_manifest(&mut self, method: &Method, version: &str) -> Result<Response, Failure> {
        let accept = (ACCEPT, HeaderValue::from_static(manifest::ACCEPT));
        self.send(method, &format!("manifests/{version}"), &[accept])
    }

    /// The body and the type of a manifest, as sent.
    fn manifest_body(&mut self, version: &str) -> Result<(Vec<u8>, String), Failure> {
        let response = self.ask_manifest(&Method::GET, version)?;
        if response.status != 200 {
            return Err(self.failure(&response));
        }
        let Some(body) = response.body(manifest::LIMIT, self.is_cancelled)? else {
            let reason = format!("a manifest of more than {} MiB", manifest::LIMIT >> 20);
            return Err(Failure::protocol(&response.host, reason));
        };
        let sent_as = response.header(CONTENT_TYPE.as_str()).unwrap_or("no type").to_owned();
        Ok((body, sent_as))
    }

    /// Fetches one blob. `written` is called with how much of it is there, in bytes.
    fn blob(
        &mut self,
        blob: FetchedBlob,
        blobs: &Blobs,
        written: &dyn Fn(u64),
    ) -> Result<(), FetchError> {
        let mut writer = blobs.writer()?;
        written(0);
        self.retry(|session| session.rest_of_blob(blob, blobs, &mut writer, written))?;
        match writer.commit(Some(&blob.digest)) {
            Err(BlobError::WrongDigest { expected, found }) => {
                let reason = format!("content with the digest {found} instead of {expected}");
                Err(self.unexpected(&reason))
            }
            result => Ok(result.map(|_| ())?),
        }
    }

    /// Fetches what is not yet written of a blob, or all of it if the registry cannot resume.
    fn rest_of_blob(
        &mut self,
        blob: FetchedBlob,
        blobs: &Blobs,
        writer: &mut BlobWriter,
        written: &dyn Fn(u64),
    ) -> Result<(), Failure> {
        let FetchedBlob { digest, size } = blob;
        let start = writer.written();
        if start == size && start > 0 {
            return Ok(());
        }
        let range = (start > 0).then(|| format!("bytes={start}-"));
        let range = range.and_then(|text| HeaderValue::try_from(text).ok());
        let headers: Vec<_> = range.map(|range| (RANGE, range)).into_iter().collect();
        let response = self.send(&Method::GET, &format!("blobs/{digest}"), &headers)?;
        match response.status {
            206 if resumes_at(&response, start) => {}
            206 | 416 if start > 0 => {
                *writer = blobs.writer()?;
                let failure = Failure::protocol(&response.host, "it cannot resume a layer");
                return Err(Failure { is_passing: true, ..failure });
            }
            200 if start > 0 => *writer = blobs.writer()?,
            200 => {}
            404 => {
                let reason = format!("it has the image but not its blob {digest}: push it again");
                return Err(Failure::protocol(&response.host, reason));
            }
            // A redirection to where layers are is for a short time only.
            401 | 403 if response.host != self.host() => {
                let (host, status) = (response.host.clone(), response.status);
                let error = FetchError::Http { host, status, words: String::new() };
                return Err(Failure { is_passing: true, ..error.into() });
            }
            _ => return Err(self.failure(&response)),
        }
        while let Some(chunk) = response.chunk(self.is_cancelled)? {
            if writer.written() + chunk.len() as u64 > size {
                let reason = format!("blob {digest} is larger than {size} bytes");
                return Err(Failure::protocol(&response.host, reason));
            }
            writer.write_all(&chunk).map_err(|source| writer.failed(source))?;
            written(writer.written());
        }
        if writer.written() < size {
            let reason = "the connection broke off".to_owned();
            let error = FetchError::Unreachable { host: response.host.clone(), reason };
            return Err(Failure { is_passing: true, ..error.into() });
        }
        Ok(())
    }
}

fn digest_of(response: &Response) -> Option<Digest> {
    response.header(CONTENT_DIGEST)?.parse().ok()
}

/// Whether an answer has the rest of a blob: `Content-Range: bytes 100-199/200`.
fn resumes_at(response: &Response, start: u64) -> bool {
    let range = response.header("content-range").and_then(|range| range.strip_prefix("bytes "));
    let first = range.and_then(|range| range.split_once('-')).map(|(first, _)| first);
    start > 0 && first.and_then(|first| first.trim().parse::<u64>().ok()) == Some(start)
}
