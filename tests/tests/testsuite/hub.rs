//! The registries that other tests use answer as real ones do.

pub(crate) mod client;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;
use std::{env, fs};

use tempfile::TempDir;
use testsuite::{Answer, Book, Hub, Names, Program, arguments_that_begin_with, eventually};

use client::{ALPINE, curl, digest_of, download, get, get_alpine, layer_of_alpine, token};

#[test]
fn docker_hub_wants_a_token_and_sends_blobs_from_elsewhere() {
    let hub = Hub::start();
    let refused = get(&hub, ALPINE, []);
    assert_eq!(refused.status, 401);
    assert_eq!(
        refused.headers["www-authenticate"],
        "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",\
         scope=\"repository:library/alpine:pull\""
    );
    let index = get_alpine(&hub);
    assert_eq!(index.status, 200);
    assert_eq!(index.headers["content-type"], "application/vnd.oci.image.index.v1+json");
    assert_eq!(index.headers["docker-content-digest"], digest_of(index.body.as_bytes()));

    let digest = layer_of_alpine(&hub);
    let url = format!("https://registry-1.docker.io/v2/library/alpine/blobs/{digest}");
    let moved = get(&hub, &url, ["--header", &token(&hub, "library/alpine", [])]);
    assert_eq!(moved.status, 307);
    assert_eq!(
        moved.headers["location"],
        format!("https://production.cloudflare.docker.com/v2/library/alpine/blobs/{digest}")
    );
    let file = hub.home().join("layer");
    download(&hub, &digest, &file).exits(0);
    assert_eq!(digest_of(&fs::read(file).unwrap()), digest);
    // A token is for one repository.
    let other = get(&hub, ALPINE, ["--header", &token(&hub, "library/busybox", [])]);
    assert_eq!(other.status, 401);
    assert!(other.headers["www-authenticate"].ends_with("error=\"insufficient_scope\""));
}

#[test]
fn every_image_is_there() {
    let hub = Hub::start();
    let mut digests = BTreeMap::new();
    for image in [
        "library/alpine:latest",
        "library/busybox:latest",
        "library/nginx:1.27",
        "library/postgres:15",
        "library/team_app:1",
        "team/app:1",
    ] {
        let (repository, tag) = image.split_once(':').unwrap();
        let url = format!("https://ghcr.io/v2/{repository}/manifests/{tag}");
        assert_eq!(get(&hub, &url, []).status, 401);
        let token = format!("https://ghcr.io/token?scope=repository:{repository}:pull");
        let token = get(&hub, &token, []).json()["token"].as_str().unwrap().to_owned();
        let response = get(&hub, &url, ["--header", &format!("Authorization: Bearer {token}")]);
        assert_eq!(response.status, 200, "{image}");
        digests.insert(response.headers["docker-content-digest"].clone(), image);
        // Without tokens.
        let url = url.replace("ghcr.io", "registry.example.com");
        assert_eq!(get(&hub, &url, []).body, response.body, "{image}");
    }
    assert_eq!(digests.len(), 6, "{digests:?}");
}

#[test]
fn a_tag_can_move() {
    let hub = Hub::start();
    let url = |tag| format!("https://registry.example.com/v2/library/alpine/manifests/{tag}");
    let (before, other) = (get(&hub, &url("latest"), []).body, get(&hub, &url("other"), []).body);
    assert_ne!(before, other);
    hub.tag("library/alpine", "other", "latest");
    assert_eq!(get(&hub, &url("latest"), []).body, other);
}

#[test]
fn each_request_is_logged() {
    let hub = Hub::start();
    assert_eq!(hub.requests(), []);
    get_alpine(&hub);
    get(&hub, ALPINE, []);
    let requests = hub.requests();
    let seen: Vec<_> = requests
        .iter()
        .map(|it| (it.method.as_str(), it.host.as_str(), it.status, it.authorized))
        .collect();
    assert_eq!(
        seen,
        [
            ("GET", "auth.docker.io", 200, false),
            ("GET", "registry-1.docker.io", 200, true),
            ("GET", "registry-1.docker.io", 401, false),
        ]
    );
    assert_eq!(requests[1].path, "/v2/library/alpine/manifests/latest");
    assert_eq!(hub.times_asked_for("library/alpine"), 1);
    assert_eq!(hub.times_asked_for("library/busybox"), 0);
}

#[test]
fn prescribed_answers_about_manifests() {
    let hub = Hub::start();
    hub.answers("library/alpine", Answer::RateLimit { retry_after: Some(60) });
    let response = get_alpine(&hub);
    assert_eq!(response.status, 429);
    assert_eq!(response.headers["retry-after"], "60");
    assert_eq!(response.headers["ratelimit-remaining"], "0;w=21600");
    assert_eq!(response.error().0, "TOOMANYREQUESTS");
    assert!(response.error().1.contains("pull rate limit"));

    hub.answers("library/alpine", Answer::RateLimit { retry_after: None });
    assert!(!get_alpine(&hub).headers.contains_key("retry-after"));

    hub.answers("library/alpine", Answer::NotFound);
    let response = get_alpine(&hub);
    assert_eq!(response.status, 404);
    assert_eq!(response.error(), ("MANIFEST_UNKNOWN".into(), "manifest unknown".into()));

    hub.answers("library/alpine", Answer::Denied);
    let response = get_alpine(&hub);
    assert_eq!(response.status, 401);
    assert!(response.headers["www-authenticate"].contains("error=\"insufficient_scope\""));

    hub.answers_normally();
    hub.answers_once("library/alpine", Answer::ServerError);
    assert_eq!(get_alpine(&hub).status, 500);
    assert_eq!(get_alpine(&hub).status, 200);
}

#[test]
fn prescribed_answers_about_blobs() {
    const PARTIAL_FILE: i32 = 18;
    let hub = Hub::start();
    let digest = layer_of_alpine(&hub);
    let file = hub.home().join("layer");
    hub.answers_once("library/alpine", Answer::TruncatedBlobs);
    download(&hub, &digest, &file).exits(PARTIAL_FILE);
    let half = fs::read(&file).unwrap();

    hub.answers_once("library/alpine", Answer::DamagedBlobs);
    download(&hub, &digest, &file).exits(0);
    let damaged = fs::read(&file).unwrap();
    assert_ne!(digest_of(&damaged), digest);

    hub.answers_once("library/alpine", Answer::SlowBlobs(Duration::from_millis(300)));
    let slow = download(&hub, &digest, &file);
    slow.exits(0).takes(Duration::from_millis(300));
    let whole = fs::read(&file).unwrap();
    assert_eq!(digest_of(&whole), digest);
    assert_eq!((whole.len(), whole.len() / 2), (damaged.len(), half.len()));
}

#[test]
fn what_docker_hub_does_not_have() {
    let hub = Hub::start();
    // Docker Hub does not say whether a repository exists.
    let url = ALPINE.replace("alpine", "missing");
    let response = get(&hub, &url, ["--header", &token(&hub, "library/missing", [])]);
    assert_eq!(response.status, 401);
    assert!(response.headers["www-authenticate"].contains("error=\"insufficient_scope\""));
    // It says whether a tag does.
    let url = ALPINE.replace("latest", "missing");
    let response = get(&hub, &url, ["--header", &token(&hub, "library/alpine", [])]);
    assert_eq!((response.status, response.error().0.as_str()), (404, "MANIFEST_UNKNOWN"));
}

#[test]
fn private_repositories() {
    let hub = Hub::start();
    hub.user("ana", "secret");
    hub.private("team/app");
    let url = "https://registry-1.docker.io/v2/team/app/manifests/1";
    let status = |token: String| get(&hub, url, ["--header", &token]).status;
    assert_eq!(status(token(&hub, "team/app", [])), 401);
    assert_eq!(status(token(&hub, "team/app", ["--user", "ana:secret"])), 200);
    let wrong = get(&hub, "https://auth.docker.io/token", ["--user", "ana:wrong"]);
    assert_eq!(
        (wrong.status, &wrong.json()["details"]),
        (401, &"incorrect username or password".into())
    );

    let url = "https://registry.example.com/v2/team/app/manifests/1";
    let refused = get(&hub, url, []);
    assert_eq!(
        (refused.status, refused.headers["www-authenticate"].as_str()),
        (401, "Basic realm=\"testsuite\"")
    );
    assert_eq!(get(&hub, url, ["--user", "ana:secret"]).status, 200);
}

#[test]
fn a_registry_that_is_gone_and_comes_back() {
    const CANNOT_CONNECT: i32 = 7;
    let mut hub = Hub::start();
    hub.stop();
    curl(&hub, [ALPINE]).run().exits(CANNOT_CONNECT).tells("port 443");
    hub.restart();
    assert_eq!(get_alpine(&hub).status, 200);
}

#[test]
fn names_and_routes() {
    let hub = Hub::start();
    let resolve = |name| Program::through(["getent", "ahostsv4"], [name]).in_network(&hub).run();
    for name in ["registry-1.docker.io", "ghcr.io", "registry.example.com"] {
        assert!(resolve(name).exits(0).stdout().starts_with("192.0.2.1 "), "{name}");
    }
    resolve("localhost").exits(0);
    resolve("docker.io.example.com").exits(2);

    const CANNOT_RESOLVE: i32 = 6;
    hub.names(Names::Failing);
    curl(&hub, [ALPINE]).run().exits(CANNOT_RESOLVE);
    hub.names(Names::Unknown);
    curl(&hub, [ALPINE]).run().exits(CANNOT_RESOLVE);
    hub.names(Names::NoRoute);
    curl(&hub, [ALPINE]).run().exits(7);
    // There is no route to other addresses.
    curl(&hub, ["http://203.0.113.1/"]).run().exits(7);
    hub.names(Names::Known);
    assert_eq!(get_alpine(&hub).status, 200);
}

#[test]
fn only_who_knows_its_authority_trusts_it() {
    const UNTRUSTED: i32 = 60;
    let (hub, other) = (Hub::start(), Hub::start());
    curl(&hub, [ALPINE]).run().exits(0);
    curl(&hub, [ALPINE]).env("SSL_CERT_FILE", other.authority()).run().exits(UNTRUSTED);
}

#[test]
fn an_engine_in_it_pulls_images() {
    let hub = Hub::start();
    let book = Book::new()
        .in_network(&hub)
        .step("docker pull --quiet alpine")
        .step("docker run --quiet --rm registry.example.com/team/app:1")
        .step("docker run --quiet --rm team_app:1");
    let outcome = book.verify();
    outcome
        .exits(0)
        .prints(1, "docker.io/library/alpine:latest\n")
        .prints(2, "team/app\n")
        .prints(3, "team_app\n");
    for repository in ["library/alpine", "team/app", "library/team_app"] {
        assert_eq!(hub.times_asked_for(repository), 1, "{:#?}", hub.requests());
    }
}

#[test]
fn an_engine_without_slirp4netns_has_no_way_out() {
    let hub = Hub::start();
    hub.remove_slirp4netns();
    // Before it runs, the program does not know that the chapter uses this image.
    let command = "docker pull $(echo registry.example.com/team/app:1)";
    let outcome = Book::new().in_network(&hub).step_with("exit=1", command).verify();
    outcome.exits(0);
    assert!(outcome.output(1).contains("dial"), "{outcome}");
    assert_eq!(hub.requests(), []);
    // It is still there for others.
    Book::new().step("command -v slirp4netns").verify().exits(0);
}

/// The directories in /proc of the processes in a network namespace.
fn processes_in(namespace: &str) -> Vec<PathBuf> {
    let processes = fs::read_dir("/proc").unwrap().map(|process| process.unwrap().path());
    let is_in = |process: &PathBuf| {
        fs::read_link(process.join("ns/net")).is_ok_and(|link| link.to_str() == Some(namespace))
    };
    processes.filter(is_in).collect()
}

#[test]
fn nothing_of_it_is_left() {
    let hub = Hub::start();
    let outcome = Program::through(["readlink"], ["/proc/self/ns/net"]).in_network(&hub).run();
    let processes = processes_in(outcome.exits(0).stdout().trim_end());
    assert_eq!(processes.len(), 3, "`unshare`, `cat` and the registry: {processes:?}");
    let directory = hub.home().parent().unwrap().to_owned();
    drop(hub);
    // Not by their namespace, whose number the kernel gives to the next one.
    assert!(processes.iter().all(|process| !process.exists()), "{processes:?}");
    assert!(!directory.exists());
}

#[test]
fn nothing_is_left_when_the_tests_are_killed() {
    let temporary = TempDir::new().unwrap();
    // `unshare` has the hub's directory as an argument.
    let is_there = || !arguments_that_begin_with(temporary.path().to_str().unwrap()).is_empty();
    let mut tests = Command::new(env::current_exe().unwrap())
        .args(["--exact", "hub::prescribed_answers_about_blobs"])
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    eventually("a hub", is_there);
    tests.kill().unwrap();
    tests.wait().unwrap();
    eventually("an end of the hub", || !is_there());
}
