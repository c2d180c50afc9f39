//! Programs of this process that are reached from the engine, and from nowhere else.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use docker_sandbox::{Digest, EngineImage, ImageStore, ProcessEngine};

use crate::{inside, start, start_with};

/// A port that nothing on the machine or in the engine uses.
const PORT: u16 = 4713;

/// A registry: paths below `/v2/`, each with a media type and content.
type Content = HashMap<String, (&'static str, Vec<u8>)>;

#[derive(Clone, Default)]
struct Registry {
    content: Arc<Mutex<Content>>,
    /// The paths that were asked for.
    requests: Arc<Mutex<Vec<String>>>,
}

const MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const CONFIG: &str = "application/vnd.docker.container.image.v1+json";
const LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";

impl Registry {
    /// Offers an image whose layers have one file each. Returns its ID.
    fn offer(&self, repository: &str, tag: &str, files: &[&str]) -> Digest {
        let (mut descriptors, mut diffs) = (Vec::new(), Vec::new());
        let descriptor = |media: &'static str, data: Vec<u8>| {
            let digest = Digest::of(&data);
            let size = data.len();
            let path = format!("{repository}/blobs/{digest}");
            self.content.lock().unwrap().insert(path, (media, data));
            serde_json::json!({ "mediaType": media, "size": size, "digest": digest })
        };
        for file in files {
            let layer = archive(file);
            diffs.push(Digest::of(&layer));
            descriptors.push(descriptor(LAYER, layer));
        }
        let config = serde_json::json!({
            "architecture": "amd64", "os": "linux", "config": {},
            "rootfs": { "type": "layers", "diff_ids": diffs },
        });
        let config = config.to_string().into_bytes();
        let id = Digest::of(&config);
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": descriptor(CONFIG, config), "layers": descriptors,
        });
        let manifest = manifest.to_string().into_bytes();
        for name in [tag.to_owned(), Digest::of(&manifest).to_string()] {
            let path = format!("{repository}/manifests/{name}");
            self.content.lock().unwrap().insert(path, (MANIFEST, manifest.clone()));
        }
        id
    }

    /// Serves an engine until the engine ends.
    fn serve(&self, engine: &ProcessEngine) {
        let listener = engine.listen(PORT).unwrap();
        let registry = self.clone();
        thread::spawn(move || registry.answer_all(&listener));
    }

    fn answer_all(&self, listener: &TcpListener) {
        for stream in listener.incoming() {
            // A daemon that ends closes its connections.
            let _ = stream.and_then(|stream| self.answer(stream));
        }
    }

    fn answer(&self, mut stream: TcpStream) -> io::Result<()> {
        let mut first = [0];
        stream.peek(&mut first)?;
        if !first[0].is_ascii_alphabetic() {
            // Docker tries TLS first.
            return Ok(());
        }
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let request = lines.next().unwrap_or(Ok(String::new()))?;
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let mut words = request.split(' ');
        let (method, path) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let path = path.split('?').next().unwrap_or_default().trim_start_matches("/v2/");
        self.requests.lock().unwrap().push(path.to_owned());
        let content = self.content.lock().unwrap().get(path).cloned();
        let (status, media, body) = match content {
            Some((media, body)) => (200, media, body),
            None if path.is_empty() => (200, "application/json", b"{}".to_vec()),
            None => (404, "application/json", b"{}".to_vec()),
        };
        let mut head = format!("HTTP/1.1 {status} -\r\nConnection: close\r\n");
        write!(head, "Content-Type: {media}\r\nContent-Length: {}\r\n", body.len()).unwrap();
        write!(head, "Docker-Content-Digest: {}\r\n\r\n", Digest::of(&body)).unwrap();
        stream.write_all(head.as_bytes())?;
        if method == "HEAD" { Ok(()) } else { stream.write_all(&body) }
    }
}

/// An archive with one file, always the same.
fn archive(file: &str) -> Vec<u8> {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join(file), file).unwrap();
    let output = std::process::Command::new("tar")
        .args(["--create", "--mtime=@0", "--owner=0", "--group=0", "--file=-", "--directory"])
        .args([directory.path().as_os_str(), file.as_ref()])
        .output()
        .unwrap();
    assert!(output.status.success());
    output.stdout
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn it_is_heard_on_the_loopback_of_its_engine_only() {
    let (engine, other) = (start(), start());
    let listener = engine.listen(0).unwrap();
    let address = listener.local_addr().unwrap();
    assert!(address.ip().is_loopback());
    TcpStream::connect(address).unwrap_err();
    let answering = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut line = String::new();
        BufReader::new(stream.try_clone().unwrap()).read_line(&mut line).unwrap();
        stream.write_all(line.to_uppercase().as_bytes()).unwrap();
    });
    let port = address.port();
    let ask = format!("exec 3<>/dev/tcp/127.0.0.1/{port} && echo hello >&3 && cat <&3");
    let refused = inside(&other, &format!("bash -c '{ask}' 2>&1 || :"));
    assert!(refused.contains("Connection refused"), "{refused}");
    assert_eq!(inside(&engine, &format!("bash -c '{ask}'")), "HELLO");
    answering.join().unwrap();

    let taken = engine.listen(PORT).unwrap();
    assert_eq!(engine.listen(PORT).unwrap_err().kind(), io::ErrorKind::AddrInUse);
    drop(taken);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn an_engine_pulls_from_its_mirror() {
    let registry = Registry::default();
    let id = registry.offer("library/mirrored", "1", &["one"]);
    let engine = start_with(|options| {
        options.registry_mirror = Some(PORT);
        options.proxies = false;
    });
    registry.serve(&engine);
    let output = inside(&engine, "docker pull mirrored:1");
    assert!(output.ends_with("docker.io/library/mirrored:1"), "{output}");
    let found = inside(&engine, "docker image inspect --format '{{.Id}}' mirrored:1");
    assert_eq!(found, id.to_string());
    assert_eq!(registry.requests.lock().unwrap()[..2], ["", "library/mirrored/manifests/1"]);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn an_engine_pulls_from_its_mirror_what_is_in_other_registries() {
    let registry = Registry::default();
    let id = registry.offer("team/app", "1", &["one"]);
    let registries =
        ["ghcr.io".to_owned(), "registry.example.com:5000".to_owned(), "192.0.2.1".to_owned()];
    let engine = start_with(|options| {
        options.registry_mirror = Some(PORT);
        options.mirrored_registries = &registries;
        options.proxies = false;
    });
    registry.serve(&engine);
    for name in ["ghcr.io/team/app:1", "registry.example.com:5000/team/app:1"] {
        let output = inside(&engine, &format!("docker pull {name}"));
        assert!(output.ends_with(&format!("Status: Downloaded newer image for {name}\n{name}")));
        let inspect = format!("docker image inspect --format '{{{{.Id}}}}' {name}");
        assert_eq!(inside(&engine, &inspect), id.to_string());
        inside(&engine, &format!("docker image rm {name}"));
    }
    let addresses = inside(&engine, "getent ahostsv4 ghcr.io | cut -d ' ' -f 1 | sort -u");
    assert!(addresses.starts_with("127."), "{addresses}");
    // No other port, and no other address, is taken.
    let listening = inside(&engine, "grep -c ' 0A ' /proc/net/tcp");
    assert_eq!(listening, "1", "{}", inside(&engine, "cat /proc/net/tcp"));
    let rules = inside(&engine, "iptables -t nat -S OUTPUT");
    assert_eq!(rules.matches("DNAT").count(), 1, "{rules}");
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn an_engine_without_other_registries_redirects_nothing() {
    let engine = start_with(|options| options.registry_mirror = Some(PORT));
    assert_eq!(inside(&engine, "cat /etc/hosts"), "127.0.0.1 localhost docktest");
    let rules = inside(&engine, "iptables -t nat -S");
    assert!(!rules.contains("DNAT"), "{rules}");
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn a_pull_of_layers_that_are_stored_finds_them() {
    let registry = Registry::default();
    registry.offer("app", "1", &["one"]);
    let directory = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let store = ImageStore::new(directory.path().join("store"));
    let data_root = directory.path().join("data");
    fs::create_dir(&data_root).unwrap();
    let engine = start_with(|options| options.data_root = Some(&data_root));
    registry.serve(&engine);
    let name = format!("127.0.0.1:{PORT}/app");
    let pulled = inside(&engine, &format!("docker pull {name}:1"));
    let digest = pulled.lines().find_map(|line| line.strip_prefix("Digest: ")).unwrap().to_owned();
    drop(engine);

    let image = store.take(&data_root, &format!("{name}:1")).unwrap();
    assert_eq!(image.names, [format!("{name}:1"), format!("{name}@{digest}")]);
    let images = [EngineImage { id: image.id, names: image.names }];
    let engine = start_with(|options| options.images = Some((&store, &images)));
    registry.serve(&engine);
    let again = inside(&engine, &format!("docker pull {name}:1"));
    assert!(again.contains("Status: Image is up to date for "), "{again}");
    let digests = format!("docker image inspect --format '{{{{.RepoDigests}}}}' {name}:1");
    assert_eq!(inside(&engine, &digests), format!("[{name}@{digest}]"));

    registry.offer("app", "2", &["one", "two"]);
    registry.requests.lock().unwrap().clear();
    let output = inside(&engine, &format!("docker pull {name}:2"));
    assert_eq!(output.matches(": Already exists").count(), 1, "{output}");
    assert_eq!(output.matches(": Pull complete").count(), 1, "{output}");
    let blob = format!("app/blobs/{}", Digest::of(archive("one")));
    assert!(!registry.requests.lock().unwrap().contains(&blob));
}
