//! Images of other registries than Docker Hub, for which the server stands in, too.

use super::*;

/// Where the image is. The ports are those of HTTP, HTTPS, and another one.
const NAMES: [&str; 4] = [
    "ghcr.io",
    "localhost.example.com:80",
    "registry.example.com:443",
    "registry.example.com:5000",
];

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn they_are_pulled_from_the_server() {
    let image = Image::new();
    let (engine, _server) = image.serve_elsewhere(&NAMES);
    for registry in NAMES {
        let name = format!("{registry}/team/app");
        let said = inside(&engine, &format!("docker pull {name}:1.0"));
        let lines: Vec<&str> = said.lines().collect();
        assert_eq!(lines[0], "1.0: Pulling from team/app", "{said}");
        let end = [
            format!("Digest: {}", image.pushed.digest),
            format!("Status: Downloaded newer image for {name}:1.0"),
            format!("{name}:1.0"),
        ];
        assert_eq!(lines[lines.len() - 3..], end);
        let again = inside(&engine, &format!("docker run --rm --pull=always {name}:1.0 2>&1"));
        let status = format!("Status: Image is up to date for {name}:1.0\nhello");
        assert!(again.ends_with(&status), "{again}");
        let by_digest = format!("docker pull --quiet {name}@{}", image.pushed.digest);
        inside(&engine, &format!("docker image rm {name}:1.0; {by_digest}"));
        let build = "DOCKER_BUILDKIT=0 docker build --quiet --pull -";
        inside(&engine, &format!("echo FROM {name}:1.0 | {build}"));
    }
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn their_ports_can_be_published() {
    let image = Image::new();
    let (engine, _server) = image.serve_elsewhere(&NAMES);
    let name = "ghcr.io/team/app:1.0";
    inside(&engine, &format!("docker pull {name}"));
    // It runs until it is removed.
    let run = "docker run --detach --interactive --publish 80:80 --publish 443:443";
    inside(&engine, &format!("{run} --name web {name} /bin/cat"));
    let said = inside(&engine, &format!("docker pull {name}"));
    assert!(said.contains("Status: Image is up to date for"), "{said}");
    assert_eq!(inside(&engine, "docker container ls --format '{{.Names}}'"), "web");
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn docker_says_that_they_are_unknown() {
    let image = Image::new();
    let (engine, _server) = image.serve_elsewhere(&NAMES);
    for name in NAMES.map(|registry| format!("{registry}/team/app:2.0")) {
        assert_eq!(
            fails_inside(&engine, &format!("docker pull {name}")),
            format!(
                "Error response from daemon: manifest for {name} not found: manifest unknown: \
                 manifest unknown"
            )
        );
    }
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn docker_can_neither_log_in_nor_push() {
    let image = Image::new();
    let (engine, _server) = image.serve_elsewhere(&NAMES);
    for registry in NAMES {
        let words = format!(
            "denied: images of {registry} come from a cache here: logging in and pushing are not \
             possible"
        );
        let login = format!("echo secret | docker login {registry} -u ana --password-stdin");
        let said = fails_inside(&engine, &login);
        assert!(said.contains(&words), "{said}");
        let name = format!("{registry}/team/app:1.0");
        let push = format!("docker pull --quiet {name} >/dev/null; docker push {name}");
        let said = fails_inside(&engine, &push);
        assert!(said.ends_with(&words), "{said}");
    }
    let config = inside(&engine, "cat ~/.docker/config.json 2>/dev/null || echo nothing");
    assert!(!config.contains("auth"), "{config}");
}
