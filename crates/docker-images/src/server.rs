//! A registry for the daemon of an engine: it pulls from here, and pushes to here.
//!
//! What it answers follows the OCI distribution specification
//! (<https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md>), as far as `docker pull` and
//! `docker push` need it.

mod accept;
mod access;
mod body;
mod error;
mod http1;
mod pull;
mod push;
mod response;
mod route;

#[cfg(test)]
mod tests;

use std::fs::File;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use http::{Method, header};

use self::error::{Code, Failure};
use self::http1::Request;
use self::push::PushTarget;
use self::response::Response;
use self::route::Route;
use crate::blobs::Blobs;
use crate::digest::Digest;

pub use self::push::Pushed;

/// What a [`Server`] serves. It is called from many threads at once.
pub trait Upstream: Send + Sync {
    /// The manifest of a tag or a digest in a repository, like `library/alpine`, of a registry, which is
    /// `docker.io` unless the client means another one. This may take as long as a registry takes to send it.
    fn manifest(&self, registry: &str, repository: &str, version: &str) -> Answer;

    /// A blob, open for reading from its start; `None` if there is no such blob. The content need not be verified: the
    /// daemon does that.
    ///
    /// # Errors
    ///
    /// The blob is there, but cannot be opened.
    fn blob(&self, digest: &Digest) -> io::Result<Option<File>>;
}

/// What an [`Upstream`] answers for a manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// The manifest.
    Found {
        /// As registries call it: `application/vnd.oci.image.manifest.v1+json`.
        media_type: String,
        /// The digest of `bytes`.
        digest: Digest,
        /// The content.
        bytes: Vec<u8>,
    },
    /// There is no such manifest.
    NotFound,
    /// What a registry answered instead, which is passed on: too many requests, access denied.
    Refused {
        /// The status code: 429.
        status: u16,
        /// The headers, of which those that frame a message are left out.
        headers: Vec<(String, String)>,
        /// The content: JSON from most registries.
        body: Vec<u8>,
    },
}

/// A running server. Dropping it ends its connections, and blocks until its threads have ended. That
/// includes calls of the [`Upstream`]: end first what they wait for.
pub struct Server {
    listener: Arc<TcpListener>,
    address: SocketAddr,
    service: Arc<Service>,
    acceptor: Option<JoinHandle<()>>,
}

/// What the threads of a server share.
struct Service {
    upstream: Arc<dyn Upstream>,
    push_target: Option<PushTarget>,
}

impl Server {
    /// Serves `upstream` to whoever connects to `listener`. Pushes are refused.
    ///
    /// # Errors
    ///
    /// The system refuses a thread, or the listener is not usable.
    pub fn start(listener: TcpListener, upstream: Arc<dyn Upstream>) -> io::Result<Self> {
        Self::with(listener, Service { upstream, push_target: None })
    }

    /// As [`Self::start`], and what is pushed is kept in `blobs`. What was pushed can also be pulled.
    ///
    /// # Errors
    ///
    /// As [`Self::start`].
    pub fn accepting_pushes(
        listener: TcpListener,
        upstream: Arc<dyn Upstream>,
        blobs: Blobs,
    ) -> io::Result<Self> {
        Self::with(listener, Service { upstream, push_target: Some(PushTarget::new(blobs)) })
    }

    fn with(listener: TcpListener, service: Service) -> io::Result<Self> {
        listener.set_nonblocking(false)?;
        let address = listener.local_addr()?;
        let (listener, service) = (Arc::new(listener), Arc::new(service));
        let (accepting, answering) = (Arc::clone(&listener), Arc::clone(&service));
        let acceptor = thread::Builder::new().name("registry".to_owned()).spawn(move || {
            accept::until_shutdown(&accepting, move |stream| {
                let answer = |request: &mut Request<'_>| answering.answer(request);
                if let Err(error) = http1::serve(&stream, answer) {
                    tracing::debug!("connection to the registry ended: {error}");
                }
            });
        })?;
        Ok(Self { listener, address, service, acceptor: Some(acceptor) })
    }

    /// The address that the server listens to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The image that was last pushed with this tag to a repository, like `library/alpine`.
    pub fn pushed(&self, repository: &str, tag: &str) -> Option<Pushed> {
        self.service.push_target.as_ref()?.pushed(repository, tag)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // On Linux, this makes `accept` fail in the other thread. Connecting to the listener would wake it
        // up too, but not from here: it may be in another network namespace.
        let is_shut_down = rustix::net::shutdown(&*self.listener, rustix::net::Shutdown::Both);
        if is_shut_down.is_ok()
            && let Some(acceptor) = self.acceptor.take()
        {
            // It fails if that thread has panicked, which then was reported.
            let _ = acceptor.join();
        }
    }
}

impl Service {
    fn answer(&self, request: &mut Request<'_>) -> Response {
        let other = access::other_registry(request);
        let response = match (request.uri.path(), other) {
            (access::TOKEN_PATH, Some(registry)) => access::token(&registry, request),
            (path, _) => Route::of(path).and_then(|route| self.answer_route(&route, request)),
        }
        .unwrap_or_else(Failure::response);
        tracing::debug!("{} {} {}", request.method, request.uri, response.status.as_u16());
        response
    }

    fn answer_route(&self, route: &Route, request: &mut Request<'_>) -> Result<Response, Failure> {
        if matches!(request.method, Method::GET | Method::HEAD)
            && let Some(response) = self.pull(route, request)?
        {
            return Ok(response);
        }
        if let Some(target) = &self.push_target
            && let Some(response) = target.answer(route, request)?
        {
            return Ok(response);
        }
        Err(Failure::new(Code::NotAllowed, &request.method)
            .with(header::ALLOW, route.methods(self.push_target.is_some())))
    }
}
