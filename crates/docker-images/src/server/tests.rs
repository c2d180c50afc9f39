//! The server over real connections.

mod access;
mod connections;
mod pull;
mod push;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use super::{Answer, Server, Upstream};
use crate::blobs::Blobs;
use crate::digest::Digest;

/// Longer than anything takes on a busy machine: what takes this long hangs.
const LIMIT: Duration = Duration::from_secs(180);

/// More bytes than the buffers of a connection have.
const LARGE: usize = 64 << 20;

const IMAGE: &str = "application/vnd.docker.distribution.manifest.v2+json";

/// Blobs in a directory of its own, and manifests.
struct Kept {
    directory: tempfile::TempDir,
    blobs: Blobs,
    /// By registry, repository, and tag or digest.
    answers: BTreeMap<(&'static str, &'static str, String), Answer>,
}

impl Kept {
    fn nothing() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(directory.path());
        Self { directory, blobs, answers: BTreeMap::new() }
    }

    /// With a manifest on Docker Hub, by this tag and by its digest.
    fn with_manifest(self, repository: &'static str, tag: &str, bytes: &[u8]) -> Self {
        self.with_manifest_of("docker.io", repository, tag, bytes)
    }

    /// With a manifest in a registry, by this tag and by its digest.
    fn with_manifest_of(
        mut self,
        registry: &'static str,
        repository: &'static str,
        tag: &str,
        bytes: &[u8],
    ) -> Self {
        let digest = Digest::of(bytes);
        let answer =
            Answer::Found { media_type: IMAGE.to_owned(), digest, bytes: bytes.to_owned() };
        self.answers.insert((registry, repository, tag.to_owned()), answer.clone());
        self.answers.insert((registry, repository, digest.to_string()), answer);
        self
    }

    /// With a blob of [`LARGE`] bytes, and its name.
    fn with_large_blob() -> (Self, Digest) {
        let kept = Self::nothing();
        // Any blob, which is then made longer: computing a digest takes long in a debug build.
        let digest = kept.blobs.insert(b"large").unwrap();
        File::create(kept.blobs.path(&digest)).unwrap().set_len(LARGE as u64).unwrap();
        (kept, digest)
    }

    /// The names of the files in which blobs are, or are being written.
    fn files(&self) -> Vec<String> {
        let Ok(files) = self.directory.path().join("sha256").read_dir() else { return Vec::new() };
        files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Upstream for Kept {
    fn manifest(&self, registry: &str, repository: &str, version: &str) -> Answer {
        let answers = self.answers.iter();
        let mut answers = answers.filter(|((host, name, key), _)| {
            (*host, *name, &**key) == (registry, repository, version)
        });
        answers.next().map_or(Answer::NotFound, |(_, answer)| answer.clone())
    }

    fn blob(&self, digest: &Digest) -> io::Result<Option<File>> {
        match File::open(self.blobs.path(digest)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            file => file.map(Some),
        }
    }
}

fn serve(upstream: impl Upstream + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    Server::start(listener, Arc::new(upstream)).unwrap()
}

/// A connection to a server.
struct Client {
    stream: BufReader<TcpStream>,
}

/// What a server answered.
struct Reply {
    status: u16,
    headers: BTreeMap<String, String>,
    body: Vec<u8>,
}

impl Client {
    fn new(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        // A request is sent in several parts, which must not wait for each other.
        stream.set_nodelay(true).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        Self { stream: BufReader::new(stream) }
    }

    fn send(&mut self, bytes: impl AsRef<[u8]>) {
        self.stream.get_mut().write_all(bytes.as_ref()).unwrap();
    }

    /// Sends a request with these lines of headers.
    fn ask(&mut self, method: &str, target: &str, headers: &str, body: &[u8]) -> Reply {
        self.ask_for("registry", method, target, headers, body)
    }

    /// Sends a request to a server that the client knows by this name.
    fn ask_for(
        &mut self,
        host: &str,
        method: &str,
        target: &str,
        headers: &str,
        body: &[u8],
    ) -> Reply {
        self.send(format!("{method} {target} HTTP/1.1\r\nHost: {host}\r\n{headers}"));
        self.send(format!("Content-Length: {}\r\n\r\n", body.len()));
        self.send(body);
        self.reply(method != "HEAD")
    }

    fn get(&mut self, target: &str) -> Reply {
        self.ask("GET", target, "", b"")
    }

    /// The next answer, which has a content unless it is that to a HEAD request.
    fn reply(&mut self, has_content: bool) -> Reply {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            assert_ne!(self.stream.read_until(b'\n', &mut head).unwrap(), 0, "no answer");
        }
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut response = httparse::Response::new(&mut headers);
        assert!(response.parse(&head).unwrap().is_complete());
        let status = response.code.unwrap();
        let headers: BTreeMap<String, String> = response
            .headers
            .iter()
            .map(|header| {
                let value = str::from_utf8(header.value).unwrap();
                (header.name.to_ascii_lowercase(), value.to_owned())
            })
            .collect();
        let length = headers.get("content-length").filter(|_| has_content);
        let mut body = vec![0; length.map_or(0, |length| length.parse().unwrap())];
        self.stream.read_exact(&mut body).unwrap();
        Reply { status, headers, body }
    }

    /// Whether the server closes the connection without another answer.
    fn is_closed(&mut self) -> bool {
        let end = self.stream.read(&mut [0]);
        end.is_ok_and(|length| length == 0)
    }
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The status and the code of the error, in the form of the specification.
    #[track_caller]
    fn error(&self) -> (u16, String) {
        assert_eq!(self.header("content-type"), "application/json");
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap();
        let errors = body["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1);
        assert!(errors[0]["message"].is_string() && errors[0]["detail"].is_string());
        (self.status, errors[0]["code"].as_str().unwrap().to_owned())
    }

    #[track_caller]
    fn fails_with(&self, status: u16, code: &str) {
        assert_eq!(self.error(), (status, code.to_owned()));
    }
}
