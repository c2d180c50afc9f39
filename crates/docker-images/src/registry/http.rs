//! HTTP requests that can be cancelled at any time.
//!
//! Each runs on a thread of its own, which hands over the answer's head and then its body in parts. The
//! caller waits for these with short pauses to see whether it was cancelled.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::http::header::{AUTHORIZATION, HeaderName, HeaderValue, LOCATION};
use ureq::http::uri::{Parts, Uri};
use ureq::http::{self, HeaderMap, Method};

use super::failure::{Failure, transport_failure};

/// How often a waiting caller looks whether it was cancelled.
const POLL: Duration = Duration::from_millis(50);

/// How much of a body is handed over at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// How many parts of a body may wait for the caller.
const CHUNKS_AHEAD: usize = 4;

/// How many redirections are followed, as in Go, in which Docker is written.
const REDIRECTIONS: usize = 10;

#[derive(Clone)]
pub(super) struct Request {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(HeaderName, HeaderValue)>,
    /// A form, already encoded.
    pub(super) form: Option<String>,
}

pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// The host that answered: after a redirection it is not the one that was asked.
    pub(super) host: String,
    messages: Receiver<Message>,
}

enum Message {
    Head { status: u16, headers: HeaderMap },
    Chunk(Vec<u8>),
    End,
    Failed(ureq::Error),
}

/// Whether the caller no longer wants the answer.
pub(super) type IsCancelled<'a> = &'a dyn Fn() -> bool;

/// Sends a request, and returns the answer when its head is there, whatever its status. Redirections are
/// followed, without the login if they lead to another host.
pub(super) fn send(
    agent: &Agent,
    mut request: Request,
    is_cancelled: IsCancelled<'_>,
) -> Result<Response, Failure> {
    for _ in 0..REDIRECTIONS {
        let host = host_of(&request.url);
        let response = send_once(agent, request.clone(), host, is_cancelled)?;
        let Some(location) = response.redirection(&request) else { return Ok(response) };
        request.url = joined(&request.url, location)
            .ok_or_else(|| Failure::protocol(&response.host, "it redirects to an invalid URL"))?;
        if host_of(&request.url) != response.host {
            request.headers.retain(|(name, _)| *name != AUTHORIZATION);
        }
    }
    Err(Failure::protocol(&host_of(&request.url), "too many redirections"))
}

fn send_once(
    agent: &Agent,
    request: Request,
    host: String,
    is_cancelled: IsCancelled<'_>,
) -> Result<Response, Failure> {
    let (sender, messages) = sync_channel(CHUNKS_AHEAD);
    let agent = agent.clone();
    let work = move || {
        if let Err(error) = run(&agent, request, &sender) {
            // The caller is gone if it was cancelled.
            let _ = sender.send(Message::Failed(error));
        }
    };
    thread::Builder::new()
        .spawn(work)
        .map_err(|error| transport_failure(&host, ureq::Error::Io(error)))?;
    match next(&messages, &host, is_cancelled)? {
        Message::Head { status, headers } => Ok(Response { status, headers, host, messages }),
        Message::Failed(error) => Err(transport_failure(&host, error)),
        Message::Chunk(_) | Message::End => Err(ended(&host)),
    }
}

impl Response {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Where the answer redirects to. A form is not sent elsewhere: it has a login in it.
    fn redirection(&self, request: &Request) -> Option<&str> {
        let is_redirection = matches!(self.status, 301 | 302 | 303 | 307 | 308);
        let location = self.header(LOCATION.as_str())?;
        (is_redirection && request.form.is_none()).then_some(location)
    }

    /// The next part of the body, `None` at its end.
    pub(super) fn chunk(&self, is_cancelled: IsCancelled<'_>) -> Result<Option<Vec<u8>>, Failure> {
        match next(&self.messages, &self.host, is_cancelled)? {
            Message::Chunk(chunk) => Ok(Some(chunk)),
            Message::End => Ok(None),
            Message::Failed(error) => Err(transport_failure(&self.host, error)),
            Message::Head { .. } => Err(ended(&self.host)),
        }
    }

    /// The whole body, `None` if it is larger than the limit in bytes.
    pub(super) fn body(
        &self,
        limit: u64,
        is_cancelled: IsCancelled<'_>,
    ) -> Result<Option<Vec<u8>>, Failure> {
        let mut body = Vec::new();
        while let Some(chunk) = self.chunk(is_cancelled)? {
            body.extend(chunk);
            if body.len() as u64 > limit {
                return Ok(None);
            }
        }
        Ok(Some(body))
    }
}

/// Waits, unless cancelled.
pub(super) fn pause(duration: Duration, is_cancelled: IsCancelled<'_>) -> Result<(), Failure> {
    let mut left = duration;
    while !left.is_zero() {
        if is_cancelled() {
            return Err(Failure::cancelled());
        }
        let part = left.min(POLL);
        thread::sleep(part);
        left -= part;
    }
    Ok(())
}

/// The host of a URL, with its port if that is not the usual one, without what else a URL has: that may be a
/// secret.
pub(super) fn host_of(url: &str) -> String {
    let Ok(uri) = url.parse::<Uri>() else { return String::new() };
    let usual = if uri.scheme_str() == Some("http") { 80 } else { 443 };
    match (uri.host(), uri.port_u16()) {
        (Some(host), Some(port)) if port != usual => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    }
}

/// The URL that a redirection leads to: a whole one, or one that begins with its path or host.
fn joined(url: &str, location: &str) -> Option<String> {
    let mut parts: Parts = url.parse::<Uri>().ok()?.into_parts();
    if let Some(rest) = location.strip_prefix("//") {
        return Some(format!("{}://{rest}", parts.scheme?));
    }
    if location.starts_with('/') {
        parts.path_and_query = Some(location.parse().ok()?);
        return Some(Uri::from_parts(parts).ok()?.to_string());
    }
    let target = location.parse::<Uri>().ok()?;
    (matches!(target.scheme_str(), Some("http" | "https"))).then(|| target.to_string())
}

fn next(
    messages: &Receiver<Message>,
    host: &str,
    is_cancelled: IsCancelled<'_>,
) -> Result<Message, Failure> {
    loop {
        if is_cancelled() {
            return Err(Failure::cancelled());
        }
        match messages.recv_timeout(POLL) {
            Ok(message) => return Ok(message),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Err(ended(host)),
        }
    }
}

/// The failure of an answer that ended before its end.
fn ended(host: &str) -> Failure {
    transport_failure(host, ureq::Error::Io(io::ErrorKind::UnexpectedEof.into()))
}

fn run(agent: &Agent, request: Request, sender: &SyncSender<Message>) -> Result<(), ureq::Error> {
    let Request { method, url, headers, form } = request;
    let mut builder = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        builder = builder.header(name, value);
    }
    let response = match form {
        Some(form) => agent.run(builder.body(form)?)?,
        None => agent.run(builder.body(())?)?,
    };
    let (head, body) = response.into_parts();
    let head = Message::Head { status: head.status.as_u16(), headers: head.headers };
    if sender.send(head).is_err() {
        return Ok(());
    }
    let mut reader = body.into_reader();
    loop {
        let mut chunk = vec![0; CHUNK];
        let message = match reader.read(&mut chunk) {
            Ok(0) => Message::End,
            Ok(length) => {
                chunk.truncate(length);
                Message::Chunk(chunk)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error.into()),
        };
        let is_end = matches!(message, Message::End);
        if sender.send(message).is_err() || is_end {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redirections_are_followed_as_urls() {
        let url = "https://example.com:5000/v2/app/blobs/x?y";
        for (location, expected) in [
            ("https://cdn.example.com/z?a=b", Some("https://cdn.example.com/z?a=b")),
            ("//cdn.example.com/z", Some("https://cdn.example.com/z")),
            ("/z?a=b", Some("https://example.com:5000/z?a=b")),
            ("ftp://example.com/z", None),
            ("z", None),
            ("", None),
        ] {
            assert_eq!(joined(url, location).as_deref(), expected, "{location}");
        }
    }

    #[test]
    fn a_host_is_shown_without_what_may_be_secret() {
        assert_eq!(host_of("https://user:password@example.com:443/x?token=y"), "example.com");
        assert_eq!(host_of("http://example.com:443/"), "example.com:443");
        assert_eq!(host_of("https://[::1]:5000/"), "[::1]:5000");
        assert_eq!(host_of("no URL"), "");
    }
}
