//! A stand-in for a registry on the loopback interface, and what is fetched from it.

mod fetch;
mod login;
mod network;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::agent::Limits;
use super::{FetchError, Fetched, Registry};
use crate::blobs::Blobs;
use crate::digest::Digest;
use crate::platform::Platform;
use crate::reference::Reference;

const INDEX: &str = "application/vnd.oci.image.index.v1+json";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
const CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+gzip";

/// A request that the stand-in got.
#[derive(Debug, Clone, Default)]
struct Asked {
    method: String,
    path: String,
    host: String,
    authorization: Option<String>,
    range: Option<String>,
    accept: Option<String>,
    body: String,
    /// How many requests for the same came before.
    before: usize,
}

/// What the stand-in answers.
#[derive(Debug, Clone)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// How much of the body is sent before the connection breaks off.
    sent: usize,
    /// Whether the connection stays open instead, and nothing more comes.
    stalls: bool,
}

/// A server whose answers are made by a function.
struct StandIn {
    /// `127.0.0.1` and a port.
    host: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Answer {
    fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let body = body.into();
        Self { status, headers: Vec::new(), sent: body.len(), body, stalls: false }
    }

    fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// An error as registries send it.
    fn error(status: u16, message: &str) -> Self {
        let body = json!({ "errors": [{ "code": "CODE", "message": message }] });
        Self::new(status, body.to_string()).with("Content-Type", "application/json")
    }

    fn send(&self, stream: &mut impl Write, is_head: bool) -> std::io::Result<()> {
        write!(stream, "HTTP/1.1 {} Status\r\nConnection: close\r\n", self.status)?;
        write!(stream, "Content-Length: {}\r\n", self.body.len())?;
        for (name, value) in &self.headers {
            write!(stream, "{name}: {value}\r\n")?;
        }
        stream.write_all(b"\r\n")?;
        if !is_head {
            stream.write_all(&self.body[..self.sent])?;
        }
        stream.flush()
    }
}

impl StandIn {
    fn new(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::over(|stream| stream, answer)
    }

    /// A server whose connections are wrapped, in TLS for example.
    fn over<S: Read + Write>(
        wrap: impl Fn(TcpStream) -> S + Send + Sync + 'static,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (record, parts) = (Arc::clone(&asked), Arc::new((wrap, answer)));
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (record, parts) = (Arc::clone(&record), Arc::clone(&parts));
                thread::spawn(move || {
                    let mut stream = (parts.0)(stream.unwrap());
                    let Some(mut asked) = read_request(&mut stream) else {
                        // The client that did not speak HTTP may have gone.
                        let _ = Answer::new(400, "").send(&mut stream, false);
                        return;
                    };
                    {
                        let mut record = record.lock().unwrap();
                        let same = |other: &&Asked| {
                            (&other.method, &other.path) == (&asked.method, &asked.path)
                        };
                        asked.before = record.iter().filter(same).count();
                        record.push(asked.clone());
                    }
                    let answer = (parts.1)(&asked);
                    // The client may have gone.
                    let _ = answer.send(&mut stream, asked.method == "HEAD");
                    if answer.stalls {
                        let _ = stream.read(&mut [0]);
                    }
                });
            }
        });
        Self { host, asked }
    }

    /// Waits until it has got as many requests: a client may give up before its own has been read.
    fn has_got(&self, count: usize) {
        let start = Instant::now();
        while self.asked().len() < count && start.elapsed() < Duration::from_secs(180) {
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The methods and paths of the requests so far.
    fn paths(&self) -> Vec<String> {
        self.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }

    fn reference(&self, rest: &str) -> Reference {
        format!("{}/{rest}", self.host).parse().unwrap()
    }
}

fn read_request(stream: &mut impl Read) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        Some(line.trim_end().to_owned())
    };
    let start = line()?;
    let (method, rest) = start.split_once(' ')?;
    let path = rest.strip_suffix(" HTTP/1.1")?.to_owned();
    let mut asked = Asked { method: method.to_owned(), path, ..Asked::default() };
    let mut length = 0;
    loop {
        let header = line()?;
        let Some((name, value)) = header.split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "authorization" => asked.authorization = Some(value.to_owned()),
            "host" => value.clone_into(&mut asked.host),
            "range" => asked.range = Some(value.to_owned()),
            "accept" => asked.accept = Some(value.to_owned()),
            "content-length" => length = value.parse().unwrap(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    asked.body = String::from_utf8(body).unwrap();
    Some(asked)
}

/// An image in a stand-in.
#[derive(Debug, Clone)]
struct Image {
    config: Vec<u8>,
    layers: Vec<Vec<u8>>,
    manifest: Value,
}

impl Image {
    fn new(layers: &[&[u8]]) -> Self {
        let config = br#"{"os":"linux"}"#.to_vec();
        let descriptor = |media_type: &str, content: &[u8]| json!({ "mediaType": media_type, "digest": Digest::of(content), "size": content.len() });
        let manifest = json!({
            "schemaVersion": 2,
            "mediaType": MANIFEST,
            "config": descriptor(CONFIG, &config),
            "layers": layers.iter().map(|layer| descriptor(LAYER, layer)).collect::<Vec<_>>(),
        });
        Self { config, layers: layers.iter().map(|layer| layer.to_vec()).collect(), manifest }
    }

    fn manifest(&self) -> Vec<u8> {
        self.manifest.to_string().into_bytes()
    }

    fn digest(&self) -> Digest {
        Digest::of(&self.manifest())
    }

    /// What a registry that has only this image, as `app:1`, answers.
    fn answer(&self, asked: &Asked) -> Answer {
        let manifest = self.manifest();
        for version in ["1".to_owned(), self.digest().to_string()] {
            if asked.path == format!("/v2/app/manifests/{version}") {
                return Answer::new(200, manifest)
                    .with("Content-Type", MANIFEST)
                    .with("Docker-Content-Digest", self.digest().to_string());
            }
        }
        for blob in self.layers.iter().chain([&self.config]) {
            if asked.path == blob_path(blob) {
                return Answer::new(200, &blob[..]);
            }
        }
        Answer::error(404, "manifest unknown")
    }
}

fn blob_path(content: &[u8]) -> String {
    format!("/v2/app/blobs/{}", Digest::of(content))
}

/// A client with its configuration and blobs in a directory of the test.
struct Client {
    directory: tempfile::TempDir,
    registry: Registry,
    blobs: Blobs,
}

impl Client {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let limits = Limits {
            connect: Duration::from_secs(10),
            read: Duration::from_secs(10),
            pause: Duration::from_millis(1),
        };
        let registry = Registry {
            docker_config: Some(directory.path().to_owned()),
            helpers_through: Vec::new(),
            certificates: directory.path().join("certs.d"),
            variable: |_| None,
            limits,
            ..Registry::new()
        };
        let blobs = Blobs::new(directory.path().join("blobs"));
        Self { directory, registry, blobs }
    }

    fn with_config(config: &Value) -> Self {
        let client = Self::new();
        std::fs::write(client.path().join("config.json"), config.to_string()).unwrap();
        client
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }

    fn fetch(&self, reference: &Reference) -> Result<Fetched, FetchError> {
        let platform = Platform::new("linux", "amd64", "");
        self.registry.fetch(reference, &self.blobs, &platform, &|_| {}, &|| false)
    }

    fn error(&self, reference: &Reference) -> String {
        self.fetch(reference).unwrap_err().to_string()
    }

    fn files(&self) -> usize {
        std::fs::read_dir(self.path().join("blobs/sha256")).map_or(0, Iterator::count)
    }
}

/// Runs a test again in a process with a variable of the environment, asserts that it passes there, and
/// returns whether this is that process.
fn in_process_with(test: &str, name: &str, value: &str) -> bool {
    const CHILD: &str = "DOCKER_IMAGES_TEST_CHILD";
    if std::env::var_os(CHILD).is_some() {
        return true;
    }
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "1")
        .env(name, value)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 passed"), "no such test: {text}");
    false
}
