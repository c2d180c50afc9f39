//! The server in front of the registry: TLS, the registries' names, the log, and the prescribed answers.
//!
//! A connection is for one request. With `Connection: close`, responses can be copied as they are.

use std::io::{self, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::access::{self, Scheme};
use super::answers::Answer;
use super::http::{Head, Response, read_head};
use super::shared::{Request, Shared};
use super::world::{ADDRESS, REGISTRY, World};

/// How long a connection may be silent.
const SILENCE_LIMIT: Duration = Duration::from_secs(60);

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
            loop {
                let stream = match own.accept() {
                    Ok((stream, _)) => stream,
                    Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => continue,
                    // The socket was shut down, see `drop`.
                    Err(_) => break,
                };
                let (tls, shared) = (Arc::clone(&tls), Arc::clone(&shared));
                // It fails if the client does not trust the certificate, or is gone.
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
        Route::Forward(answer) => return forward(head, answer.as_ref(), client, log),
    };
    // A test that sees the response must find it in the log.
    log(response.status);
    response.write(head, client)?;
    Ok(true)
}

enum Route {
    Respond(Response),
    /// To the registry. A prescribed answer is about the body of its response.
    Forward(Option<Answer>),
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
            // As with Docker Hub's, whose addresses contain a signature, a token is an error.
            if head.header("authorization").is_some() {
                let message = "only one way to authorize is allowed";
                return Route::Respond(Response::error(400, "InvalidArgument", message));
            }
            let Some((name, _)) = resource(path) else { return Route::Forward(None) };
            return Route::Forward(shared.answer(name, true));
        }
        _ => return Route::Respond(Response::error(404, "UNSUPPORTED", "no such page")),
    };
    if !matches!(head.method.as_str(), "GET" | "HEAD") {
        return Route::Respond(Response::error(405, "UNSUPPORTED", "this registry is read-only"));
    }
    let resource = resource(path);
    if let Some(refusal) = scheme.refuse(shared, head, resource.map(|(name, _)| name)) {
        return Route::Respond(refusal);
    }
    let Some((name, is_blob)) = resource else { return Route::Forward(None) };
    if is_blob && host.ends_with("docker.io") {
        return Route::Respond(Response::redirect(&format!("https://{}{path}", super::STORAGE)));
    }
    match shared.answer(name, is_blob) {
        Some(answer) if !is_blob => Route::Respond(prescribed(&answer, name, scheme)),
        answer => Route::Forward(answer),
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
    answer: Option<&Answer>,
    client: &mut Client,
    log: impl FnOnce(u16),
) -> io::Result<bool> {
    let mut registry = TcpStream::connect(REGISTRY)?;
    let mut request = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", head.method, head.path);
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
            thread::sleep(*time);
            body.drain(..middle);
        }
        _ => {}
    }
    client.write_all(&body)?;
    Ok(true)
}
