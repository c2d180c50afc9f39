//! As much of HTTP as a server before a registry needs.

use std::io::{self, Read, Write};

use serde_json::{Value, json};

/// More than the head of any request or response has.
const HEAD_LIMIT: usize = 64 * 1024;

/// The head of a request.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
}

impl Head {
    /// Reads the head of a request. Requests with a body are refused, so nothing follows.
    pub(crate) fn read(client: &mut impl Read) -> io::Result<Self> {
        let bytes = read_head(client)?;
        let mut headers = [httparse::EMPTY_HEADER; 64];
        let mut request = httparse::Request::new(&mut headers);
        let complete = request.parse(&bytes).is_ok_and(|status| status.is_complete());
        let (true, Some(method), Some(path)) = (complete, request.method, request.path) else {
            return Err(io::ErrorKind::InvalidData.into());
        };
        let headers = request.headers.iter().map(|header| {
            (header.name.to_owned(), String::from_utf8_lossy(header.value).into_owned())
        });
        Ok(Self { method: method.to_owned(), path: path.to_owned(), headers: headers.collect() })
    }

    /// The first value of a header. Its name may be in any case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        let header = headers.find(|(header, _)| header.eq_ignore_ascii_case(name));
        header.map(|(_, value)| value.as_str())
    }
}

/// Reads up to the empty line, and not further.
pub(crate) fn read_head(stream: &mut impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        if bytes.len() == HEAD_LIMIT {
            return Err(io::ErrorKind::InvalidData.into());
        }
        stream.read_exact(&mut byte)?;
        bytes.extend(byte);
    }
    Ok(bytes)
}

/// A response that does not come from the registry.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Response {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: body.to_string() }
    }

    /// A redirection.
    pub(crate) fn redirect(location: &str) -> Self {
        let headers = vec![("Location".to_owned(), location.to_owned())];
        Self { status: 307, headers, body: String::new() }
    }

    /// An error in the form that registries have.
    pub(crate) fn error(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({"errors": [{"code": code, "message": message}]}))
            .with("Docker-Distribution-Api-Version", "registry/2.0")
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn write(&self, head: &Head, client: &mut impl Write) -> io::Result<()> {
        // Clients ignore the reason.
        let mut text = format!("HTTP/1.1 {} Testsuite\r\nConnection: close\r\n", self.status);
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        text += &format!("Content-Length: {}\r\n\r\n", self.body.len());
        if head.method != "HEAD" {
            text += &self.body;
        }
        client.write_all(text.as_bytes())
    }
}
