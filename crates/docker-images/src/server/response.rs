//! What the server answers, and how it is sent.

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read, Write};

use http::StatusCode;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// How much of a file is read at a time, in bytes.
const PART: usize = 64 << 10;

/// An answer.
pub(super) struct Response {
    pub(super) status: StatusCode,
    headers: HeaderMap,
    content: Content,
}

enum Content {
    Bytes(Vec<u8>),
    /// This many bytes, from where the file is.
    File(File, u64),
}

impl Response {
    pub(super) fn new(status: StatusCode) -> Self {
        Self { status, headers: HeaderMap::new(), content: Content::Bytes(Vec::new()) }
    }

    /// With this header, which replaces one of the same name. A value that a header cannot have is left out.
    #[must_use]
    pub(super) fn with(mut self, name: HeaderName, value: impl Display) -> Self {
        if let Ok(value) = value.to_string().try_into() {
            self.headers.insert(name, value);
        }
        self
    }

    #[must_use]
    pub(super) fn with_content(self, bytes: Vec<u8>) -> Self {
        Self { content: Content::Bytes(bytes), ..self }
    }

    /// With this many bytes of the file, from where it is.
    #[must_use]
    pub(super) fn with_file(self, file: File, length: u64) -> Self {
        Self { content: Content::File(file, length), ..self }
    }

    /// Fails also if a file is shorter than it was: the client notices that the content is not complete when
    /// the connection ends.
    pub(super) fn write(
        self,
        writer: &mut impl Write,
        has_content: bool,
        closes: bool,
    ) -> io::Result<()> {
        let length = match &self.content {
            Content::Bytes(bytes) => bytes.len() as u64,
            Content::File(_, length) => *length,
        };
        let mut response = self;
        response
            .headers
            .insert("docker-distribution-api-version", HeaderValue::from_static("registry/2.0"));
        // RFC 9110, section 8.6.
        if response.status != StatusCode::NO_CONTENT {
            response.headers.insert(header::CONTENT_LENGTH, length.into());
        }
        if closes {
            response.headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        writer.write_all(&response.head())?;
        match response.content {
            _ if !has_content => {}
            Content::Bytes(bytes) => writer.write_all(&bytes)?,
            Content::File(file, length) => send(file, length, writer)?,
        }
        writer.flush()
    }

    /// The status line and the headers.
    fn head(&self) -> Vec<u8> {
        let reason = self.status.canonical_reason().unwrap_or_default();
        let mut head = format!("HTTP/1.1 {} {reason}\r\n", self.status.as_u16()).into_bytes();
        for (name, value) in &self.headers {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
        }
        head.extend_from_slice(b"\r\n");
        head
    }
}

/// Sends this many bytes of a file.
///
/// `io::copy` would be `sendfile`, and fail if a signal arrives while the client is slow: a signal arrives for
/// each child process of this program that ends.
fn send(mut file: File, length: u64, writer: &mut impl Write) -> io::Result<()> {
    let mut part = vec![0; PART];
    let mut left = length;
    while left > 0 {
        let limit = left.min(PART as u64) as usize;
        match file.read(&mut part[..limit]) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(length) => {
                writer.write_all(&part[..length])?;
                left -= length as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
