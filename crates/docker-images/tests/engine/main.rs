//! The server as a registry of a real daemon.
//!
//! These tests need root and an engine to start (see `EngineRoot::find`), so they are ignored unless
//! `cargo xtask test` runs them.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod elsewhere;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use docker_cli::Canceller;
use docker_images::{Answer, Blobs, Digest, Pushed, Server, Upstream};
use docker_sandbox::{EngineOptions, EngineRoot, ProcessEngine};

/// Longer than anything takes on a busy machine: what takes this long hangs.
const LIMIT: Duration = Duration::from_secs(180);

/// The port of the registry in the engine. Docker trusts registries of its own machine without TLS.
const PORT: u16 = 5000;

/// A repository in the registry.
const APP: &str = "127.0.0.1:5000/team/app";

/// An engine whose daemon pulls from the registry what is on Docker Hub.
fn start() -> ProcessEngine {
    start_with(&[])
}

/// An engine whose daemon pulls from the registry also what is in these others.
fn start_with(registries: &[String]) -> ProcessEngine {
    let root = EngineRoot::find();
    let options = EngineOptions {
        registry_mirror: Some(PORT),
        mirrored_registries: registries,
        ..EngineOptions::new(&root, LIMIT)
    };
    ProcessEngine::start(&options, &Canceller::new()).unwrap()
}

/// The result of a script in the engine.
fn run(engine: &ProcessEngine, script: &str) -> Output {
    let mut words = engine.entering();
    words.extend(["sh", "-c", script].map(Into::into));
    std::process::Command::new(&words[0]).args(&words[1..]).output().unwrap()
}

/// The output of a script in the engine, which must succeed.
#[track_caller]
fn inside(engine: &ProcessEngine, script: &str) -> String {
    let output = run(engine, script);
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

/// The errors of a script in the engine, which must fail.
#[track_caller]
fn fails_inside(engine: &ProcessEngine, script: &str) -> String {
    let output = run(engine, script);
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    String::from_utf8_lossy(&output.stderr).trim_end().to_owned()
}

/// Images that were pushed before.
struct Kept {
    blobs: Blobs,
    image: Option<Pushed>,
    /// The registries that have them.
    registries: Vec<String>,
}

impl Kept {
    fn nothing(blobs: Blobs) -> Self {
        Self { blobs, image: None, registries: Vec::new() }
    }
}

impl Upstream for Kept {
    fn manifest(&self, registry: &str, repository: &str, version: &str) -> Answer {
        let mut image = self.image.iter().filter(|image| {
            self.registries.iter().any(|known| known == registry)
                && repository == "team/app"
                && (version == "1.0" || version == image.digest.to_string())
        });
        image.next().map_or(Answer::NotFound, |image| Answer::Found {
            media_type: image.media_type.clone(),
            digest: image.digest,
            bytes: self.blobs.read(&image.digest).unwrap(),
        })
    }

    fn blob(&self, digest: &Digest) -> io::Result<Option<File>> {
        if self.blobs.contains(digest) {
            File::open(self.blobs.path(digest)).map(Some)
        } else {
            Ok(None)
        }
    }
}

/// An image of two layers that an engine has built and pushed.
struct Image {
    /// Where its blobs are.
    directory: tempfile::TempDir,
    pushed: Pushed,
}

impl Image {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let blobs = Blobs::new(directory.path());
        let engine = start();
        let upstream = Arc::new(Kept::nothing(blobs.clone()));
        let server =
            Server::accepting_pushes(engine.listen(PORT).unwrap(), upstream, blobs).unwrap();
        // A few of the engine's own programs, with their libraries.
        let libraries = "ldd /bin/sh /bin/cat | grep -o '/[^ :)]*' | sort -u";
        let pack = format!("tar -cf - -h $({libraries}) 2>/dev/null");
        inside(&engine, &format!("{pack} | docker import - room"));
        let recipe = "mkdir /tmp/app; cd /tmp/app; echo hello >hello; \
            printf 'FROM room\nCOPY hello /\nCMD [\"/bin/cat\", \"/hello\"]\n' >Dockerfile";
        inside(&engine, &format!("{recipe}; docker build --tag {APP}:1.0 ."));
        let said = inside(&engine, &format!("docker push {APP}:1.0"));
        let pushed = server.pushed("team/app", "1.0").unwrap();
        assert!(said.contains(&format!("1.0: digest: {} size: ", pushed.digest)), "{said}");
        let id = inside(&engine, &format!("docker image inspect --format '{{{{.Id}}}}' {APP}:1.0"));
        assert_eq!(id, pushed.config.to_string());
        assert_eq!(pushed.layers.len(), 2);
        let said = inside(&engine, &format!("docker push {APP}:1.0"));
        assert_eq!(said.matches(": Layer already exists").count(), 2, "{said}");
        Self { directory, pushed }
    }

    fn blobs(&self) -> Blobs {
        Blobs::new(self.directory.path())
    }

    /// A new engine that has this image on Docker Hub.
    fn serve(&self) -> (ProcessEngine, Server) {
        let engine = start();
        let server = self.serve_in(&engine, &["docker.io".to_owned()]);
        (engine, server)
    }

    /// A new engine that has this image in other registries.
    fn serve_elsewhere(&self, registries: &[&str]) -> (ProcessEngine, Server) {
        let registries: Vec<String> = registries.iter().map(|name| (*name).to_owned()).collect();
        let engine = start_with(&registries);
        let server = self.serve_in(&engine, &registries);
        (engine, server)
    }

    fn serve_in(&self, engine: &ProcessEngine, registries: &[String]) -> Server {
        let image = Some(self.pushed.clone());
        let kept = Kept { blobs: self.blobs(), image, registries: registries.to_owned() };
        Server::start(engine.listen(PORT).unwrap(), Arc::new(kept)).unwrap()
    }
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn an_image_that_one_engine_has_pushed_is_pulled_by_another() {
    let image = Image::new();
    let (engine, _server) = image.serve();
    let said = inside(&engine, &format!("docker pull {APP}:1.0"));
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "1.0: Pulling from team/app");
    assert_eq!(lines.iter().filter(|line| line.ends_with(": Pull complete")).count(), 2, "{said}");
    let end = [
        format!("Digest: {}", image.pushed.digest),
        format!("Status: Downloaded newer image for {APP}:1.0"),
        format!("{APP}:1.0"),
    ];
    assert_eq!(lines[lines.len() - 3..], end);
    let id = inside(&engine, "docker image ls --no-trunc --quiet");
    assert_eq!(id, image.pushed.config.to_string());
    assert_eq!(inside(&engine, &format!("docker run --rm {APP}:1.0")), "hello");
    let again = inside(&engine, &format!("docker pull {APP}:1.0"));
    assert!(again.contains(&format!("Status: Image is up to date for {APP}:1.0")), "{again}");
    let by_digest = format!("docker pull {APP}@{}", image.pushed.digest);
    inside(&engine, &format!("docker image rm {APP}:1.0; {by_digest}"));
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn an_image_on_docker_hub_is_pulled_from_the_server() {
    let image = Image::new();
    let (engine, _server) = image.serve();
    let said = inside(&engine, "docker pull team/app:1.0");
    assert_eq!(said.matches(": Pull complete").count(), 2, "{said}");
    let end = "Status: Downloaded newer image for team/app:1.0\ndocker.io/team/app:1.0";
    assert!(said.ends_with(end), "{said}");
    assert_eq!(inside(&engine, "docker run --rm team/app:1.0"), "hello");
    let again = inside(&engine, "docker pull team/app:1.0");
    assert!(again.contains("Status: Image is up to date for team/app:1.0"), "{again}");
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn docker_says_itself_that_an_image_is_unknown() {
    let engine = start();
    let directory = tempfile::tempdir().unwrap();
    let kept = Kept::nothing(Blobs::new(directory.path()));
    let _server = Server::start(engine.listen(PORT).unwrap(), Arc::new(kept)).unwrap();
    assert_eq!(
        fails_inside(&engine, &format!("docker pull {APP}:2.0")),
        format!(
            "Error response from daemon: manifest for {APP}:2.0 not found: manifest unknown: \
             manifest unknown"
        )
    );
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn docker_refuses_a_damaged_blob() {
    let image = Image::new();
    let path = image.blobs().path(&image.pushed.layers[1]);
    let mut layer = fs::read(&path).unwrap();
    *layer.last_mut().unwrap() ^= 1;
    fs::write(&path, layer).unwrap();
    let (engine, _server) = image.serve();
    let said = fails_inside(&engine, &format!("docker pull {APP}:1.0"));
    assert!(said.contains("filesystem layer verification failed for digest"), "{said}");
    assert_eq!(inside(&engine, "docker image ls --quiet"), "");
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn a_server_ends_before_and_after_its_engine() {
    for engine_first in [true, false] {
        let engine = start();
        let directory = tempfile::tempdir().unwrap();
        let kept = Kept::nothing(Blobs::new(directory.path()));
        let server = Server::start(engine.listen(PORT).unwrap(), Arc::new(kept)).unwrap();
        // A connection that stays open.
        let fetch = format!("exec 3<>/dev/tcp/127.0.0.1/{PORT}; echo >&3; exec sleep 600");
        let mut words = engine.entering();
        words.extend(["bash", "-c", &fetch].map(Into::into));
        let mut client = std::process::Command::new(&words[0]).args(&words[1..]).spawn().unwrap();
        let open = format!("grep -c ':{PORT:04X} .* 01 ' /proc/net/tcp");
        while run(&engine, &open).stdout == b"0\n" {}
        let init = format!("/proc/{}", engine.init_pid());
        if engine_first {
            drop(engine);
            drop(server);
        } else {
            drop(server);
            assert_eq!(run(&engine, &open).stdout, b"0\n");
            drop(engine);
        }
        assert!(!client.wait().unwrap().success());
        assert!(
            !Path::new(&init).exists() || fs::read(format!("{init}/cmdline")).unwrap().is_empty()
        );
    }
}

/// Lists the tests of this program as its harness does, for these arguments.
fn list(arguments: &[&str]) -> BTreeSet<String> {
    let program = std::env::current_exe().unwrap();
    let output = std::process::Command::new(program).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect()
}

#[test]
fn all_tests_that_need_an_engine_are_ignored() {
    let (all, ignored) = (list(&["--list"]), list(&["--list", "--ignored"]));
    let runs: Vec<&String> = all.difference(&ignored).collect();
    assert_eq!(runs, ["all_tests_that_need_an_engine_are_ignored"]);
    assert!(!ignored.is_empty());
}
