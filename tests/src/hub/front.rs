//! The server before the registry: TLS, the registries' names, the log, and the prescribed answers.
//!
//! A connection is for one request: `Connection: close` is what lets responses be copied as they are.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

use super::access::{self, Scheme};
use super::answers::Answer;
use super::shared::{Request, Shared};
use super::world::{ADDRESS, REGISTRY, World};

/// How long a connection may be silent.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

/// More than the head of any request or response has.
const HEAD_LIMIT: usize = 64 * 1024;

type Client = StreamOwned<ServerConnection, TcpStream>;

/// A running server. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Front {
    listener: TcpListener,
    thread: Option<JoinHandle<()>>,
}

impl Front {
    pub(crate) fn start(world: &World, tls: Arc<ServerConfig>, shared: Arc<Shared>) -> Self {
        let bind = || TcpListener::bind((ADDRESS, 443)).unwrap();
        let listener = world.run(bind).join().unwrap();
        let own = listener.try_clone().unwrap();
        let thread = world.run(move || {
            // An error is the end of the socket, see `drop`.
            while let Ok((stream, _)) = own.accept() {
                let (tls, shared) = (Arc::clone(&tls), Arc::clone(&shared));
                // A client that does not trust the certificate, or that is gone, is no error here.
                thread::spawn(move || drop(serve(stream, tls, &shared)));
            }
        });
        Self { listener, thread: Some(thread) }
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        // Ends `accept`: from now on, connections are refused.
        let _ = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The head of a request.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    headers: Vec<(String, String)>,
}

impl Head {
    /// Reads the head of a request. Requests with a body are refused, so nothing follows.
    fn read(client: &mut impl Read) -> io::Result<Self> {
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
fn read_head(stream: &mut impl Read) -> io::Result<Vec<u8>> {
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
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Response {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("Content-Type".to_owned(), "application/json".to_owned())];
        Self { status, headers, body: body.to_string() }
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

    fn write(&self, head: &Head, client: &mut impl Write) -> io::Result<()> {
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

fn serve(stream: TcpStream, tls: Arc<ServerConfig>, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENCE_LIMIT))?;
    let connection = ServerConnection::new(tls).map_err(io::Error::other)?;
    let mut client = StreamOwned::new(connection, stream);
    let head = Head::read(&mut client)?;
    let complete = respond(&head, &mut client, shared)?;
    if complete {
        client.conn.send_close_notify();
        client.flush()?;
    }
    client.sock.shutdown(Shutdown::Both)
}

/// Answers a request. Returns whether the response is complete.
fn respond(head: &Head, client: &mut Client, shared: &Shared) -> io::Result<bool> {
    let host = head.header("host").unwrap_or_default().trim_end_matches(":443");
    let log = |status| {
        let (method, host, path) = (head.method.clone(), host.to_owned(), head.path.clone());
        let authorized = head.header("authorization").is_some();
        shared.state().log.push(Request { method, host, path, status, authorized });
    };
    let response = match route(host, head, shared) {
        Route::Respond(response) => response,
        Route::Forward { path, answer } => return forward(head, &path, answer, client, log),
    };
    // A test that sees the response must find it in the log.
    log(response.status);
    response.write(head, client)?;
    Ok(true)
}

enum Route {
    Respond(Response),
    /// To the registry, under this path. A prescribed answer is about the body of the response.
    Forward {
        path: String,
        answer: Option<Answer>,
    },
}

fn route(host: &str, head: &Head, shared: &Shared) -> Route {
    let path = head.path.split('?').next().unwrap_or_default();
    let scheme = match host {
        "registry-1.docker.io" | "index.docker.io" => {
            Scheme::Bearer("https://auth.docker.io/token")
        }
        "ghcr.io" if path != "/token" => Scheme::Bearer("https://ghcr.io/token"),
        "auth.docker.io" | "ghcr.io" if path == "/token" => {
            return Route::Respond(access::token(shared, head));
        }
        "registry.example.com" => Scheme::Basic,
        super::STORAGE => {
            // As Docker Hub's: whoever has the address can read, and a token is an error.
            if head.header("authorization").is_some() {
                let message = "only one way to authorize is allowed";
                return Route::Respond(Response::error(400, "InvalidArgument", message));
            }
            let answer = resource(path).and_then(|(name, ..)| shared.answer(name, true));
            return Route::Forward { path: head.path.clone(), answer };
        }
        _ => return Route::Respond(Response::error(404, "UNSUPPORTED", "no such page")),
    };
    if !matches!(head.method.as_str(), "GET" | "HEAD") {
        return Route::Respond(Response::error(405, "UNSUPPORTED", "this registry is read-only"));
    }
    let resource = resource(path);
    let repository = resource.map(|(name, ..)| name);
    if let Some(refusal) = scheme.refuse(shared, head, repository) {
        return Route::Respond(refusal);
    }
    let forward = |answer| Route::Forward { path: head.path.clone(), answer };
    let Some((name, is_blob)) = resource else { return forward(None) };
    if is_blob && host == super::DOCKER_HUB {
        let location = format!("https://{}{path}", super::STORAGE);
        let response = Response { status: 307, headers: Vec::new(), body: String::new() };
        return Route::Respond(response.with("Location", &location));
    }
    match shared.answer(name, is_blob) {
        Some(answer) if !is_blob => Route::Respond(prescribed(&answer, name, scheme)),
        answer => forward(answer),
    }
}

/// The repository of a manifest or a blob, and whether it is a blob.
fn resource(path: &str) -> Option<(&str, bool)> {
    let path = path.strip_prefix("/v2/")?;
    let (rest, _) = path.rsplit_once('/')?;
    let (name, kind) = rest.rsplit_once('/')?;
    match kind {
        "manifests" => Some((name, false)),
        "blobs" => Some((name, true)),
        _ => None,
    }
}

/// The response in place of a manifest.
fn prescribed(answer: &Answer, name: &str, scheme: Scheme) -> Response {
    match answer {
        Answer::RateLimit { retry_after } => {
            // As Docker Hub words it: https://docs.docker.com/docker-hub/usage/pulls/.
            let message = "You have reached your unauthenticated pull rate limit. \
                           https://www.docker.com/increase-rate-limit";
            let response = Response::error(429, "TOOMANYREQUESTS", message)
                .with("RateLimit-Limit", "100;w=21600")
                .with("RateLimit-Remaining", "0;w=21600");
            match retry_after {
                Some(seconds) => response.with("Retry-After", &seconds.to_string()),
                None => response,
            }
        }
        Answer::Denied => match scheme {
            Scheme::Bearer(realm) => access::unauthorized(&format!(
                "Bearer realm=\"{realm}\",service=\"registry.docker.io\",\
                 scope=\"repository:{name}:pull\",error=\"insufficient_scope\""
            )),
            Scheme::Basic => access::unauthorized("Basic realm=\"testsuite\""),
        },
        Answer::ServerError => Response::error(500, "UNKNOWN", "unknown error"),
        _ => Response::error(404, "MANIFEST_UNKNOWN", "manifest unknown"),
    }
}

/// Copies the registry's response. Returns whether it is complete.
fn forward(
    head: &Head,
    path: &str,
    answer: Option<Answer>,
    client: &mut Client,
    log: impl FnOnce(u16),
) -> io::Result<bool> {
    let mut registry = TcpStream::connect(REGISTRY)?;
    let mut request = format!("{} {path} HTTP/1.1\r\nConnection: close\r\n", head.method);
    for (name, value) in &head.headers {
        if !["connection", "authorization"].contains(&name.to_lowercase().as_str()) {
            request += &format!("{name}: {value}\r\n");
        }
    }
    registry.write_all(format!("{request}\r\n").as_bytes())?;

    let response_head = read_head(&mut registry)?;
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    response.parse(&response_head).map_err(io::Error::other)?;
    log(response.code.unwrap_or_default());
    client.write_all(&response_head)?;
    if answer.is_none() {
        io::copy(&mut registry, client)?;
        return Ok(true);
    }
    let mut body = Vec::new();
    registry.read_to_end(&mut body)?;
    let middle = body.len() / 2;
    match answer {
        Some(Answer::TruncatedBlobs) => {
            client.write_all(&body[..middle])?;
            client.flush()?;
            return Ok(false);
        }
        Some(Answer::DamagedBlobs) => {
            if let Some(byte) = body.get_mut(middle) {
                *byte ^= 1;
            }
        }
        Some(Answer::SlowBlobs(time)) => {
            client.write_all(&body[..middle])?;
            client.flush()?;
            thread::sleep(time);
            body.drain(..middle);
        }
        _ => {}
    }
    client.write_all(&body)?;
    Ok(true)
}
