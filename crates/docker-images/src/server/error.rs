//! What the server answers when it cannot do what was asked: JSON, of which Docker prints code and message.

use std::fmt::Display;

use http::{StatusCode, header};
use serde_json::json;

use super::Answer;
use super::response::Response;
use crate::registry::{FetchError, Login};

const JSON: &str = "application/json";

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
    TooManyRequests,
    Unauthorized,
    Unavailable,
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
            Self::TooManyRequests => {
                (Status::TOO_MANY_REQUESTS, "TOOMANYREQUESTS", "too many requests")
            }
            Self::Unauthorized => (Status::UNAUTHORIZED, "UNAUTHORIZED", "authentication required"),
            Self::Unavailable => {
                (Status::SERVICE_UNAVAILABLE, "UNAVAILABLE", "service unavailable")
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

    /// The status and the content.
    fn content(&self) -> (StatusCode, Vec<u8>) {
        let (status, code, message) = self.code.parts();
        // Docker does not print the detail, and here it is all that helps.
        let is_own = matches!(
            self.code,
            Code::Denied
                | Code::TooManyRequests
                | Code::Unauthorized
                | Code::Unavailable
                | Code::Unknown
        );
        let message = if is_own && !self.detail.is_empty() { &self.detail } else { message };
        let error = json!({ "code": code, "message": message, "detail": self.detail });
        (status, json!({ "errors": [error] }).to_string().into_bytes())
    }

    fn answer(self) -> Answer {
        let (status, body) = self.content();
        let headers = vec![(header::CONTENT_TYPE.to_string(), JSON.to_owned())];
        Answer::Refused { status: status.as_u16(), headers, body }
    }

    pub(super) fn response(self) -> Response {
        let (status, body) = self.content();
        let mut response =
            Response::new(status).with(header::CONTENT_TYPE, JSON).with_content(body);
        for (name, value) in self.headers {
            response = response.with(name, value);
        }
        response
    }
}

impl Answer {
    /// The answer for an image that cannot be fetched: what its registry would have answered, in its words.
    pub fn refusal(error: &FetchError) -> Self {
        match error {
            FetchError::NotFound { .. } => Self::NotFound,
            FetchError::Denied { login: Login::None, words, .. } => {
                Failure::new(Code::Unauthorized, words).answer()
            }
            FetchError::Denied { words, .. } => Failure::new(Code::Denied, words).answer(),
            FetchError::RateLimited { words, .. } => {
                Failure::new(Code::TooManyRequests, words).answer()
            }
            error => Self::unavailable(error),
        }
    }

    /// The answer of a registry that cannot answer for this reason.
    pub fn unavailable(reason: impl Display) -> Self {
        Failure::new(Code::Unavailable, reason).answer()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    /// The status, the code and the message of an answer.
    fn refused(error: &FetchError) -> (u16, String, String) {
        let Answer::Refused { status, headers, body } = Answer::refusal(error) else {
            panic!("not refused");
        };
        assert_eq!(headers, [("content-type".to_owned(), JSON.to_owned())]);
        let body: Value = serde_json::from_slice(&body).unwrap();
        let text = |name: &str| body["errors"][0][name].as_str().unwrap().to_owned();
        (status, text("code"), text("message"))
    }

    #[test]
    fn what_is_not_available_is_refused_in_the_words_of_its_registry() {
        let (image, registry) = ("app:1".to_owned(), "ghcr.io".to_owned());
        let denied = |login, words: &str| FetchError::Denied {
            image: image.clone(),
            registry: registry.clone(),
            login,
            words: words.to_owned(),
        };
        let limited = FetchError::RateLimited {
            registry: registry.clone(),
            retry_at: None,
            window: None,
            login: Login::None,
            words: "slow down".to_owned(),
        };
        let unreachable =
            FetchError::Unreachable { host: registry.clone(), reason: "refused".to_owned() };
        for (error, status, code, message) in [
            (denied(Login::None, "no entry"), 401, "UNAUTHORIZED", "no entry"),
            (denied(Login::None, ""), 401, "UNAUTHORIZED", "authentication required"),
            (denied(Login::Author, "no entry"), 403, "DENIED", "no entry"),
            (limited, 429, "TOOMANYREQUESTS", "slow down"),
        ] {
            assert_eq!(refused(&error), (status, code.to_owned(), message.to_owned()));
        }
        let message = unreachable.to_string();
        assert_eq!(refused(&unreachable), (503, "UNAVAILABLE".to_owned(), message));
        let not_found = FetchError::NotFound { image, registry, words: String::new() };
        assert_eq!(Answer::refusal(&not_found), Answer::NotFound);
    }
}
