//! Answers to what a daemon asks when it pulls an image.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};
use std::ops::Range;

use http::{HeaderName, Method, StatusCode, header};

use super::access;
use super::error::{Code, Failure};
use super::http1::Request;
use super::response::Response;
use super::route::{Route, Version};
use super::{Answer, Service};
use crate::digest::Digest;

/// The header with the digest of a manifest or a blob.
pub(super) const CONTENT_DIGEST: HeaderName = HeaderName::from_static("docker-content-digest");

impl Service {
    /// The answer to a GET or HEAD request; `None` if there is nothing to read there.
    pub(super) fn pull(
        &self,
        route: &Route,
        request: &Request<'_>,
    ) -> Result<Option<Response>, Failure> {
        match route {
            Route::Base => access::accept(request).map(Some),
            Route::Manifest { repository, version } => {
                self.manifest(&access::registry(request), repository, version).map(Some)
            }
            Route::Blob { digest, .. } => self.blob(digest, request).map(Some),
            Route::Uploads { .. } | Route::Upload { .. } => Ok(None),
        }
    }

    fn manifest(
        &self,
        registry: &str,
        repository: &str,
        version: &Version,
    ) -> Result<Response, Failure> {
        let pushed =
            self.push_target.as_ref().and_then(|target| target.manifest(repository, version));
        let answer = match pushed {
            Some(manifest) => manifest?,
            None => self.upstream.manifest(registry, repository, &version.to_string()),
        };
        match answer {
            Answer::Found { media_type, digest, bytes } => Ok(Response::new(StatusCode::OK)
                .with(header::CONTENT_TYPE, media_type)
                .with(CONTENT_DIGEST, digest)
                .with(header::ETAG, format_args!("\"{digest}\""))
                .with_content(bytes)),
            Answer::NotFound => {
                Err(Failure::new(Code::ManifestUnknown, format_args!("{repository}: {version}")))
            }
            Answer::Refused { status, headers, body } => Ok(refusal(status, headers, body)),
        }
    }

    fn blob(&self, digest: &Digest, request: &Request<'_>) -> Result<Response, Failure> {
        let pushed = self.push_target.as_ref().and_then(|target| target.blob(digest));
        let file = match pushed {
            Some(file) => Some(file),
            // This is how a daemon asks before it pushes: a blob elsewhere is not one that is kept.
            None if self.push_target.is_some() && request.method == Method::HEAD => None,
            None => self.upstream.blob(digest).map_err(|error| cannot_read(&error))?,
        };
        let mut file = file.ok_or_else(|| Failure::new(Code::BlobUnknown, digest))?;
        let size = file.metadata().map_err(|error| cannot_read(&error))?.len();
        let response = |status| {
            Response::new(status)
                .with(header::CONTENT_TYPE, "application/octet-stream")
                .with(header::ACCEPT_RANGES, "bytes")
                .with(header::ETAG, format_args!("\"{digest}\""))
                .with(CONTENT_DIGEST, digest)
        };
        // Ranges are for GET only: RFC 9110, section 14.2.
        let wanted = request.header(header::RANGE).filter(|_| request.method == Method::GET);
        let Some(range) = wanted.and_then(|wanted| range_of(wanted, size)) else {
            return Ok(response(StatusCode::OK).with_file(file, size));
        };
        if range.is_empty() {
            return Err(Failure::new(Code::RangeInvalid, format_args!("{size} bytes"))
                .with(header::CONTENT_RANGE, format_args!("bytes */{size}")));
        }
        seek(&mut file, range.start)?;
        let content_range = format!("bytes {}-{}/{size}", range.start, range.end - 1);
        Ok(response(StatusCode::PARTIAL_CONTENT)
            .with(header::CONTENT_RANGE, content_range)
            .with_file(file, range.end - range.start))
    }
}

fn seek(file: &mut File, position: u64) -> Result<u64, Failure> {
    file.seek(SeekFrom::Start(position)).map_err(|error| cannot_read(&error))
}

fn cannot_read(error: &io::Error) -> Failure {
    Failure::new(Code::Unknown, format_args!("cannot read a blob: {error}"))
}

/// What a registry answered, with its headers, except those that belong to its connection with us.
fn refusal(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> Response {
    // With another status, it is not a refusal.
    let status = StatusCode::from_u16(status)
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error());
    let mut response = Response::new(status.unwrap_or(StatusCode::BAD_GATEWAY));
    for (name, value) in headers {
        match HeaderName::try_from(name) {
            Ok(
                header::CONNECTION
                | header::CONTENT_ENCODING
                | header::CONTENT_LENGTH
                | header::TRANSFER_ENCODING
                | header::TRAILER
                | header::UPGRADE,
            )
            | Err(_) => {}
            Ok(name) => response = response.with(name, value),
        }
    }
    response.with_content(body)
}

/// The part of a file of `size` bytes that a `Range` header asks for; it is empty if the file has no such
/// part. `None` if all of the file is to be sent: several ranges, another unit, or malformed (RFC 9110,
/// section 14.2).
fn range_of(wanted: &str, size: u64) -> Option<Range<u64>> {
    let (first, last) = wanted.strip_prefix("bytes=")?.split_once('-')?;
    let number = |digits: &str| {
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // A number that is too large is behind the end of every file.
        is_number.then(|| digits.parse().unwrap_or(u64::MAX))
    };
    let (first, last) = (first.trim(), last.trim());
    let range = match (first, last) {
        ("", last) => size.saturating_sub(number(last)?)..size,
        (first, "") => number(first)?..size,
        (first, last) => {
            let (first, last) = (number(first)?, number(last)?);
            if last < first {
                return None;
            }
            first..last.saturating_add(1).min(size)
        }
    };
    Some(range)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ranges_are_those_of_the_specification() {
        for (wanted, range) in [
            ("bytes=0-", Some(0..10)),
            ("bytes=4-", Some(4..10)),
            ("bytes=4-5", Some(4..6)),
            ("bytes=4-99", Some(4..10)),
            ("bytes=9-9", Some(9..10)),
            ("bytes=-3", Some(7..10)),
            ("bytes=-99", Some(0..10)),
            ("bytes=4-99999999999999999999999", Some(4..10)),
            ("bytes=5-4", None),
            ("bytes=1-2,4-5", None),
            ("bytes=-", None),
            ("bytes=+1-2", None),
            ("lines=1-2", None),
            ("", None),
        ] {
            assert_eq!(range_of(wanted, 10), range, "{wanted}");
        }
        for nothing in ["bytes=10-", "bytes=10-12", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert!(range_of(nothing, 10).unwrap().is_empty(), "{nothing}");
        }
        assert!(range_of("bytes=0-", 0).unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn a_range_is_within_the_file(wanted in "bytes=[0-9]{0,22}-[0-9]{0,22}", size: u64) {
            if let Some(range) = range_of(&wanted, size) {
                prop_assert!(range.is_empty() || range.end <= size);
            }
        }
    }
}
