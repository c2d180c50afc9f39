//! What the server answers when it cannot do what was asked: JSON, of which Docker prints code and message.

use std::fmt::Display;

use http::{StatusCode, header};

use super::response::Response;

/// A reason why a request fails.
#[derive(Debug)]
pub(super) struct Failure {
    code: Code,
    detail: String,
    headers: Vec<(http::HeaderName, String)>,
}

/// The codes of the specification, with the messages and status codes of
/// <https://github.com/distribution/distribution>.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    BlobUnknown,
    BlobUploadInvalid,
    BlobUploadUnknown,
    Denied,
    DigestInvalid,
    ManifestBlobUnknown,
    ManifestInvalid,
    ManifestTooLarge,
    ManifestUnknown,
    NameInvalid,
    NotAllowed,
    NotFound,
    RangeInvalid,
    TagInvalid,
    Unauthorized,
    Unknown,
}

impl Code {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        use StatusCode as Status;
        match self {
            Self::BlobUnknown => (Status::NOT_FOUND, "BLOB_UNKNOWN", "blob unknown to registry"),
            Self::BlobUploadInvalid => {
                (Status::BAD_REQUEST, "BLOB_UPLOAD_INVALID", "blob upload invalid")
            }
            Self::BlobUploadUnknown => {
                (Status::NOT_FOUND, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
            }
            Self::Denied => {
                (Status::FORBIDDEN, "DENIED", "requested access to the resource is denied")
            }
            Self::DigestInvalid => (
                Status::BAD_REQUEST,
                "DIGEST_INVALID",
                "provided digest did not match uploaded content",
            ),
            Self::ManifestBlobUnknown => {
                (Status::BAD_REQUEST, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
            }
            Self::ManifestInvalid => (Status::BAD_REQUEST, "MANIFEST_INVALID", "manifest invalid"),
            Self::ManifestTooLarge => {
                (Status::PAYLOAD_TOO_LARGE, "MANIFEST_INVALID", "manifest invalid")
            }
            Self::ManifestUnknown => (Status::NOT_FOUND, "MANIFEST_UNKNOWN", "manifest unknown"),
            Self::NameInvalid => (Status::BAD_REQUEST, "NAME_INVALID", "invalid repository name"),
            Self::NotAllowed => {
                (Status::METHOD_NOT_ALLOWED, "UNSUPPORTED", "The operation is unsupported.")
            }
            Self::NotFound => (Status::NOT_FOUND, "UNSUPPORTED", "The operation is unsupported."),
            Self::RangeInvalid => {
                (Status::RANGE_NOT_SATISFIABLE, "RANGE_INVALID", "invalid content range")
            }
            Self::TagInvalid => (Status::BAD_REQUEST, "TAG_INVALID", "invalid tag"),
            Self::Unauthorized => {
                (Status::UNAUTHORIZED, "UNAUTHORIZED", "authentication required")
            }
            Self::Unknown => (Status::INTERNAL_SERVER_ERROR, "UNKNOWN", "unknown error"),
        }
    }
}

impl Failure {
    pub(super) fn new(code: Code, detail: impl Display) -> Self {
        Self { code, detail: detail.to_string(), headers: Vec::new() }
    }

    #[cfg(test)]
    pub(super) fn code(&self) -> Code {
        self.code
    }

    #[must_use]
    pub(super) fn with(mut self, name: http::HeaderName, value: impl Display) -> Self {
        self.headers.push((name, value.to_string()));
        self
    }

    pub(super) fn response(self) -> Response {
        let (status, code, message) = self.code.parts();
        // Docker does not print the detail, and here it is all that helps.
        let is_own = matches!(self.code, Code::Denied | Code::Unknown);
        let message = if is_own { &self.detail } else { message };
        let error = serde_json::json!({ "code": code, "message": message, "detail": self.detail });
        let body = serde_json::json!({ "errors": [error] }).to_string();
        let mut response = Response::new(status)
            .with(header::CONTENT_TYPE, "application/json")
            .with_content(body.into_bytes());
        for (name, value) in self.headers {
            response = response.with(name, value);
        }
        response
    }
}
