//! Answers to what a daemon asks when it pushes an image.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{HeaderName, Method, StatusCode, header};
use serde::Deserialize;

use super::Answer;
use super::body::Body;
use super::error::{Code, Failure};
use super::http1::Request;
use super::pull::CONTENT_DIGEST;
use super::response::Response;
use super::route::{self, Route, Version};
use crate::blobs::{BlobError, BlobWriter, Blobs};
use crate::digest::Digest;

/// The largest manifest, in bytes: as in the specification.
const MANIFEST_LIMIT: u64 = 4 << 20;

/// The most uploads that wait for their next part. A daemon pushes five layers at a time.
const UPLOADS_LIMIT: usize = 64;

/// How much of an upload is read at a time, in bytes.
const PART: usize = 64 << 10;

/// The header with the name of an upload, without which Docker stops.
const UPLOAD_ID: HeaderName = HeaderName::from_static("docker-upload-uuid");

/// An image that was pushed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// The digest of the manifest, which is a blob.
    pub digest: Digest,
    /// The media type of the manifest.
    pub media_type: String,
    /// The image's configuration, whose digest is the image ID.
    pub config: Digest,
    /// The layers, the lowest first.
    pub layers: Vec<Digest>,
}

/// Where what is pushed is kept.
pub(super) struct PushTarget {
    blobs: Blobs,
    uploads: Mutex<Uploads>,
    /// By repository, then by tag or digest.
    pushed: Mutex<BTreeMap<(String, String), Pushed>>,
    /// The blobs that are known to be intact.
    intact: Mutex<HashSet<Digest>>,
}

#[derive(Default)]
struct Uploads {
    last: u64,
    waiting: BTreeMap<u64, Upload>,
}

/// A blob of which parts may have been received.
struct Upload {
    repository: String,
    writer: BlobWriter,
}

/// A manifest of an image, of Docker's or OCI's media type.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: Option<String>,
    config: Descriptor,
    layers: Vec<Descriptor>,
}

#[derive(Deserialize)]
struct Descriptor {
    digest: Digest,
    size: u64,
}

impl PushTarget {
    pub(super) fn new(blobs: Blobs) -> Self {
        Self {
            blobs,
            uploads: Mutex::default(),
            pushed: Mutex::default(),
            intact: Mutex::default(),
        }
    }

    pub(super) fn pushed(&self, repository: &str, version: &str) -> Option<Pushed> {
        lock(&self.pushed).get(&(repository.to_owned(), version.to_owned())).cloned()
    }

    /// A manifest that was pushed.
    pub(super) fn manifest(
        &self,
        repository: &str,
        version: &Version,
    ) -> Option<Result<Answer, Failure>> {
        let Pushed { digest, media_type, .. } = self.pushed(repository, &version.to_string())?;
        let bytes = self.blobs.read(&digest).map_err(failed);
        Some(bytes.map(|bytes| Answer::Found { media_type, digest, bytes }))
    }

    /// A blob that is kept and intact. A damaged one is as if it were not there, so that the daemon sends it
    /// again.
    pub(super) fn blob(&self, digest: &Digest) -> Option<File> {
        if !lock(&self.intact).contains(digest) {
            self.blobs.verify(digest).ok()?;
            lock(&self.intact).insert(*digest);
        }
        self.blobs.open(digest).ok()
    }

    /// The answer to a request; `None` if its method has no meaning there.
    pub(super) fn answer(
        &self,
        route: &Route,
        request: &mut Request<'_>,
    ) -> Result<Option<Response>, Failure> {
        match (route, &request.method) {
            // A blob of another repository (`mount`) is not looked for: this is a valid answer.
            (Route::Uploads { repository }, &Method::POST) => self.start(repository),
            (Route::Upload { repository, id }, &Method::PATCH) => self.add(repository, id, request),
            (Route::Upload { repository, id }, &Method::PUT) => {
                self.finish(repository, id, request)
            }
            (Route::Upload { repository, id }, &Method::GET | &Method::HEAD) => {
                let (id, upload) = self.take(repository, id)?;
                Ok(self.keep(StatusCode::NO_CONTENT, id, upload))
            }
            (Route::Upload { repository, id }, &Method::DELETE) => {
                self.take(repository, id).map(|_| Response::new(StatusCode::NO_CONTENT))
            }
            (Route::Manifest { repository, version }, &Method::PUT) => {
                self.put_manifest(repository, version, request)
            }
            _ => return Ok(None),
        }
        .map(Some)
    }

    fn start(&self, repository: &str) -> Result<Response, Failure> {
        let writer = self.blobs.writer().map_err(failed)?;
        let mut uploads = lock(&self.uploads);
        uploads.last += 1;
        let id = uploads.last;
        drop(uploads);
        let upload = Upload { repository: repository.to_owned(), writer };
        Ok(self.keep(StatusCode::ACCEPTED, id, upload))
    }

    /// Takes an upload: unless it is kept again, what was received is removed.
    fn take(&self, repository: &str, id: &str) -> Result<(u64, Upload), Failure> {
        let mut uploads = lock(&self.uploads);
        id.parse()
            .ok()
            .filter(|id| {
                uploads.waiting.get(id).is_some_and(|upload| upload.repository == repository)
            })
            .and_then(|id| Some((id, uploads.waiting.remove(&id)?)))
            .ok_or_else(|| Failure::new(Code::BlobUploadUnknown, id))
    }

    /// Keeps an upload until its next part, and says so.
    fn keep(&self, status: StatusCode, id: u64, upload: Upload) -> Response {
        let response = Response::new(status)
            .with(header::LOCATION, format_args!("/v2/{}/blobs/uploads/{id}", upload.repository))
            .with(header::RANGE, format_args!("0-{}", upload.writer.written().saturating_sub(1)))
            .with(UPLOAD_ID, id);
        let mut uploads = lock(&self.uploads);
        uploads.waiting.insert(id, upload);
        if uploads.waiting.len() > UPLOADS_LIMIT {
            uploads.waiting.pop_first();
        }
        response
    }

    fn add(
        &self,
        repository: &str,
        id: &str,
        request: &mut Request<'_>,
    ) -> Result<Response, Failure> {
        let (id, mut upload) = self.take(repository, id)?;
        if let Some(range) = request.header(header::CONTENT_RANGE) {
            let written = upload.writer.written();
            let start = range.trim_start_matches("bytes ").split_once('-').map(|(start, _)| start);
            if start.and_then(|start| start.parse().ok()) != Some(written) {
                let failure =
                    Failure::new(Code::RangeInvalid, format_args!("{written} bytes so far"));
                self.keep(StatusCode::ACCEPTED, id, upload);
                return Err(failure);
            }
        }
        receive(&mut request.body, &mut upload.writer)?;
        Ok(self.keep(StatusCode::ACCEPTED, id, upload))
    }

    fn finish(
        &self,
        repository: &str,
        id: &str,
        request: &mut Request<'_>,
    ) -> Result<Response, Failure> {
        let expected = request.parameter("digest").unwrap_or_default();
        let (_, mut upload) = self.take(repository, id)?;
        let expected = route::digest(&expected)?;
        receive(&mut request.body, &mut upload.writer)?;
        let digest = upload.writer.commit(Some(&expected)).map_err(failed)?;
        lock(&self.intact).insert(digest);
        Ok(created(format_args!("/v2/{repository}/blobs/{digest}"), &digest))
    }

    fn put_manifest(
        &self,
        repository: &str,
        version: &Version,
        request: &mut Request<'_>,
    ) -> Result<Response, Failure> {
        let mut bytes = Vec::new();
        let body = &mut request.body;
        body.take(MANIFEST_LIMIT + 1).read_to_end(&mut bytes).map_err(not_received)?;
        if bytes.len() as u64 > MANIFEST_LIMIT {
            return Err(Failure::new(Code::ManifestTooLarge, "larger than 4 MiB"));
        }
        let digest = Digest::of(&bytes);
        if matches!(version, Version::Digest(expected) if *expected != digest) {
            return Err(Failure::new(Code::DigestInvalid, format_args!("it has {digest}")));
        }
        let media_type = request.header(header::CONTENT_TYPE).unwrap_or_default().to_owned();
        let manifest = Manifest::parse(&bytes, &media_type)?;
        for part in manifest.layers.iter().chain([&manifest.config]) {
            let size = self.blob(&part.digest).and_then(|file| Some(file.metadata().ok()?.len()));
            if size != Some(part.size) {
                return Err(Failure::new(Code::ManifestBlobUnknown, part.digest));
            }
        }
        self.blobs.insert(&bytes).map_err(failed)?;
        let pushed = Pushed {
            digest,
            media_type,
            config: manifest.config.digest,
            layers: manifest.layers.iter().map(|layer| layer.digest).collect(),
        };
        let versions = [version.to_string(), digest.to_string()];
        let versions = versions.into_iter().map(|version| (repository.to_owned(), version));
        lock(&self.pushed).extend(versions.map(|key| (key, pushed.clone())));
        Ok(created(format_args!("/v2/{repository}/manifests/{digest}"), &digest))
    }
}

impl Manifest {
    fn parse(bytes: &[u8], media_type: &str) -> Result<Self, Failure> {
        const MEDIA_TYPES: [&str; 2] = [
            "application/vnd.docker.distribution.manifest.v2+json",
            "application/vnd.oci.image.manifest.v1+json",
        ];
        let invalid = |detail: String| Failure::new(Code::ManifestInvalid, detail);
        if !MEDIA_TYPES.contains(&media_type) {
            return Err(invalid(format!("not a media type of an image: `{media_type}`")));
        }
        let manifest: Self =
            serde_json::from_slice(bytes).map_err(|error| invalid(error.to_string()))?;
        if manifest.schema_version != 2
            || manifest.media_type.as_deref().is_some_and(|own| own != media_type)
        {
            return Err(invalid(format!("not a manifest of the media type `{media_type}`")));
        }
        Ok(manifest)
    }
}

/// Writes the content of a request to a blob.
fn receive(body: &mut Body<'_>, writer: &mut BlobWriter) -> Result<(), Failure> {
    let mut part = vec![0; PART];
    loop {
        match body.read(&mut part) {
            Ok(0) => return Ok(()),
            Ok(length) => writer.write_all(&part[..length]).map_err(|error| {
                Failure::new(Code::Unknown, format_args!("cannot write a blob: {error}"))
            })?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(not_received(error)),
        }
    }
}

fn created(location: impl Display, digest: &Digest) -> Response {
    Response::new(StatusCode::CREATED).with(header::LOCATION, location).with(CONTENT_DIGEST, digest)
}

fn not_received(error: io::Error) -> Failure {
    Failure::new(Code::BlobUploadInvalid, error)
}

fn failed(error: BlobError) -> Failure {
    let code = match error {
        BlobError::WrongDigest { .. } => Code::DigestInvalid,
        BlobError::Damaged { .. } | BlobError::Io { .. } => Code::Unknown,
    };
    Failure::new(code, error)
}

/// A panic of another thread leaves these maps as they were.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
