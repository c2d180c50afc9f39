//! HTTP requests that can be cancelled at any time.
//!
//! Each runs on a thread of its own, which hands over the answer's head and then its body in parts. The
//! caller waits for these with short pauses to see whether it was cancelled.

use std::io::{self, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use ureq::http::header::{HeaderName, HeaderValue};
use ureq::http::{self, HeaderMap, Method};
use ureq::{Agent, ResponseExt};

use super::failure::{Failure, transport_failure};

/// How often a waiting caller looks whether it was cancelled.
const POLL: Duration = Duration::from_millis(50);

/// How much of a body is handed over at a time, in bytes.
const CHUNK: usize = 64 << 10;

/// How many parts of a body may wait for the caller.
const CHUNKS_AHEAD: usize = 4;

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
    /// The host that answered, with its port if that is not the default one. After a redirect it is not the
    /// one that was asked.
    pub(super) host: String,
    messages: Receiver<Message>,
}

enum Message {
    Head { status: u16, headers: HeaderMap, host: String },
    Chunk(Vec<u8>),
    End,
    Failed(ureq::Error),
}

/// Whether the caller no longer wants the answer.
pub(super) type IsCancelled<'a> = &'a dyn Fn() -> bool;

/// Sends a request, and returns the answer when its head is there, whatever its status.
pub(super) fn send(
    agent: &Agent,
    request: Request,
    is_cancelled: IsCancelled<'_>,
) -> Result<Response, Failure> {
    let asked = host_of(&request.url);
    let (sender, messages) = sync_channel(CHUNKS_AHEAD);
    let agent = agent.clone();
    thread::spawn(move || {
        if let Err(error) = run(&agent, request, &sender) {
            // The caller is gone if it was cancelled.
            let _ = sender.send(Message::Failed(error));
        }
    });
    match next(&messages, &asked, is_cancelled)? {
        Message::Head { status, headers, host } => Ok(Response { status, headers, host, messages }),
        Message::Failed(error) => Err(transport_failure(&asked, error)),
        Message::Chunk(_) | Message::End => Err(ended(&asked)),
    }
}

impl Response {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
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

/// The host of a URL with its port, without what else it has: that may be a secret.
pub(super) fn host_of(url: &str) -> String {
    let uri = url.parse::<http::Uri>().ok();
    uri.as_ref().and_then(http::Uri::authority).map(host_and_port).unwrap_or_default()
}

fn host_and_port(authority: &http::uri::Authority) -> String {
    match authority.port() {
        Some(port) => format!("{}:{port}", authority.host()),
        None => authority.host().to_owned(),
    }
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
    let host = response.get_uri().authority().map(host_and_port).unwrap_or_default();
    let (head, body) = response.into_parts();
    let head = Message::Head { status: head.status.as_u16(), headers: head.headers, host };
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
