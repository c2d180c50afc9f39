use super::*;

/// The missing images as `NAME | CAUSE | WORDS`.
fn missing(command: &str, output: &str) -> Vec<String> {
    let describe = |missing: MissingImage| {
        let name = missing.name.unwrap_or_else(|| "?".to_owned());
        format!("{name} | {:?} | {}", missing.cause, missing.words)
    };
    missing_images(command, output).into_iter().map(describe).collect()
}

/// As printed by docker 26.1.5 and 20.10.24.
#[test]
fn run_and_create_announce_the_image() {
    let lookup = "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on \
                  10.255.255.53:53: no such host";
    let run = format!(
        "Unable to find image 'nosuch:1' locally\ndocker: Error response from daemon: {lookup}.\nSee \
         'docker run --help'.\n"
    );
    let expected = [format!("nosuch:1 | NoName | {lookup}")];
    assert_eq!(missing("docker run nosuch:1 true", &run), expected);
    assert_eq!(missing("./deploy.sh", &run), expected);
    let create =
        format!("Unable to find image 'nosuch:1' locally\nError response from daemon: {lookup}\n");
    assert_eq!(missing("docker create nosuch:1", &create), expected);
    // A tag that docker sees pulled.
    let run = "Unable to find image 'alpine:9' locally\ndocker: Error response from daemon: manifest for \
               alpine:9 not found: manifest unknown: manifest unknown.\nSee 'docker run --help'.\n";
    assert_eq!(
        missing("docker run alpine:9", run),
        [
            "alpine:9 | NotFound | manifest for alpine:9 not found: manifest unknown: manifest unknown"
        ]
    );
    // Whatever the wording.
    let run = "Unable to find image 'alpine:9' locally\ndocker: Error response from daemon: it is a \
               secret.\n";
    let expected = ["alpine:9 | Other | it is a secret"];
    assert_eq!(missing("docker run alpine:9", run), expected);
    let pulled = "Unable to find image 'alpine:9' locally\n9: Pulling from library/alpine\nStatus: \
                  Downloaded newer image for alpine:9\ndocker: Error response from daemon: it is a \
                  secret.\n";
    assert_eq!(missing("docker run alpine:9", pulled), [""; 0]);
    // Docker leaves out the tag.
    let denied = "pull access denied for team/app, repository does not exist or may require 'docker \
                  login': denied: requested access to the resource is denied";
    let run = format!(
        "Unable to find image 'team/app:2' locally\ndocker: Error response from daemon: {denied}.\nSee \
         'docker run --help'.\n"
    );
    assert_eq!(missing("docker run team/app:2", &run), [format!("team/app:2 | Denied | {denied}")]);
}

#[test]
fn a_pull_has_the_image_in_its_words() {
    for (words, cause) in [
        ("manifest for alpine:9 not found: manifest unknown: manifest unknown", Cause::NotFound),
        (
            "no matching manifest for linux/arm64/v8 in the manifest list entries",
            Cause::OtherPlatform,
        ),
        (
            "toomanyrequests: You have reached your unauthenticated pull rate limit. \
             https://www.docker.com/increase-rate-limit",
            Cause::RateLimit,
        ),
        ("unauthorized: authentication required", Cause::LoginRequired),
        (
            "Get \"https://registry.example.com/v2/x/manifests/1\": no basic auth credentials",
            Cause::LoginRequired,
        ),
        ("Head \"https://ghcr.io/v2/team/app/manifests/1\": denied: denied", Cause::Denied),
        (
            "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on \
             [::1]:53: read udp [::1]:35914->[::1]:53: read: connection refused",
            Cause::NoName,
        ),
        (
            // 20.10 has no quotation marks.
            "Get https://registry-1.docker.io/v2/: dial tcp: lookup registry-1.docker.io: Temporary \
             failure in name resolution",
            Cause::NoName,
        ),
        (
            "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io on \
             8.8.4.4:53: dial udp 8.8.4.4:53: connect: network is unreachable",
            Cause::NoRoute,
        ),
        (
            "Get \"https://registry-1.docker.io/v2/\": dial tcp 192.0.2.1:443: connect: no route to host",
            Cause::NoRoute,
        ),
        (
            "Get \"http://localhost:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused",
            Cause::Refused,
        ),
        (
            "Get \"https://registry-1.docker.io/v2/\": net/http: request canceled while waiting for \
             connection (Client.Timeout exceeded while awaiting headers)",
            Cause::TimedOut,
        ),
        ("Get \"https://192.0.2.1/v2/\": dial tcp 192.0.2.1:443: i/o timeout", Cause::TimedOut),
        (
            "Get \"https://registry.example.com/v2/\": tls: failed to verify certificate: x509: \
             certificate signed by unknown authority",
            Cause::Other,
        ),
        ("received unexpected HTTP status: 503 Service Unavailable", Cause::Other),
    ] {
        let output = format!("Using default tag: latest\nError response from daemon: {words}\n");
        let expected = [format!("alpine:9 | {cause:?} | {words}")];
        assert_eq!(missing("docker pull -q alpine:9", &output), expected);
    }
}

/// With the containerd image store, the default of docker 29.
#[test]
fn containerd_has_words_of_its_own() {
    let output = |words: &str| {
        format!(
            "Error response from daemon: failed to resolve reference \
             \"docker.io/library/nosuch:latest\": {words}\n"
        )
    };
    let not_found = "docker.io/library/nosuch:latest: not found";
    let expected = [format!("nosuch | NotFound | {not_found}")];
    assert_eq!(missing("docker pull nosuch", &output(not_found)), expected);
    let expected = [format!("nosuch:latest | NotFound | {not_found}")];
    assert_eq!(missing("docker compose up -d", &output(not_found)), expected);
    let denied = "pull access denied, repository does not exist or may require authorization: server \
                  message: insufficient_scope: authorization failed";
    let expected = [format!("nosuch | Denied | {denied}")];
    assert_eq!(missing("docker pull nosuch", &output(denied)), expected);
    let lookup = "failed to do request: Head \
                  \"https://registry-1.docker.io/v2/library/nosuch/manifests/latest\": dial tcp: lookup \
                  registry-1.docker.io: no such host";
    let expected = [format!("nosuch | NoName | {lookup}")];
    assert_eq!(missing("docker pull nosuch", &output(lookup)), expected);
}

#[test]
fn compose_repeats_the_words_of_the_daemon() {
    let denied = "pull access denied for nosuch, repository does not exist or may require 'docker \
                  login': denied: requested access to the resource is denied";
    let output = format!(" db Pulling \n db Error \nError response from daemon: {denied}\n");
    let expected = [format!("nosuch | Denied | {denied}")];
    assert_eq!(missing("docker compose pull", &output), expected);
    // Compose 5 names the image, and with the classic image store only there.
    let lookup = "Get \"https://registry-1.docker.io/v2/\": dial tcp: lookup registry-1.docker.io: no such \
                  host";
    let output = format!(
        " Image nosuch:1 Pulling \n Image nosuch:1 Error {lookup}\nError response from daemon: {lookup}\n"
    );
    assert_eq!(missing("docker compose up", &output), [format!("nosuch:1 | NoName | {lookup}")]);
    let not_found = "docker.io/library/nosuch:1: not found";
    let output = format!(
        "target web: failed to solve: nosuch:1: failed to resolve source metadata for \
         docker.io/library/nosuch:1: {not_found}\n"
    );
    let expected = [format!("nosuch:1 | NotFound | {not_found}")];
    assert_eq!(missing("docker compose build", &output), expected);
}

/// As printed by docker 26.1.5.
#[test]
fn the_classic_builder_prints_the_words_of_the_registry_without_a_prefix() {
    let lookup = "Get \"https://nosuch.invalid/v2/\": dial tcp: lookup nosuch.invalid on \
                  10.255.255.53:53: no such host";
    let build = |steps: &str, last: &str| {
        format!("Sending build context to Docker daemon  2.048kB\r\r\n{steps}\n{last}\n")
    };
    let from = "Step 1/1 : FROM --platform=linux/amd64 nosuch.invalid/base AS base";
    assert_eq!(
        missing("docker build .", &build(from, lookup)),
        [format!("nosuch.invalid/base | NoName | {lookup}")]
    );
    let denied = "pull access denied for nosuch, repository does not exist or may require 'docker \
                  login': denied: requested access to the resource is denied";
    assert_eq!(
        missing("docker build .", &build("Step 1/2 : FROM nosuch:1", denied)),
        [format!("nosuch:1 | Denied | {denied}")]
    );
    let copy = "Step 1/2 : FROM scratch\n ---> \nStep 2/2 : COPY --from=nosuch:1 / /";
    assert_eq!(
        missing(
            "docker build .",
            &build(copy, &format!("invalid from flag value nosuch:1: {lookup}"))
        ),
        [format!("nosuch:1 | NoName | {lookup}")]
    );
}

#[test]
fn buildkit_names_the_image() {
    let solve = "ERROR: failed to solve: nosuch:1: failed to resolve source metadata for \
                 docker.io/library/nosuch:1: ";
    for (words, cause) in [
        ("docker.io/library/nosuch:1: not found", Cause::NotFound),
        (
            "pull access denied, repository does not exist or may require authorization: server \
             message: insufficient_scope: authorization failed",
            Cause::Denied,
        ),
        (
            "failed to authorize: failed to fetch oauth token: unexpected status from GET request to \
             https://auth.docker.io/token?scope=x: 401 Unauthorized",
            Cause::LoginRequired,
        ),
        (
            "unexpected status from HEAD request to \
             https://registry-1.docker.io/v2/library/nosuch/manifests/1: 429 Too Many Requests",
            Cause::RateLimit,
        ),
        ("no match for platform in manifest: not found", Cause::OtherPlatform),
    ] {
        let output = format!(
            "#2 ERROR: {words}\n------\n > [internal] load metadata for docker.io/library/nosuch:1:\n\
             ------\nDockerfile:1\n--------------------\n   1 | >>> FROM nosuch:1\n{solve}{words}\n"
        );
        let expected = [format!("nosuch:1 | {cause:?} | {words}")];
        assert_eq!(missing("docker build .", &output), expected);
    }
    // Of docker 20.10.
    let denied = "pull access denied, repository does not exist or may require authorization: server \
                  message: insufficient_scope: authorization failed";
    let output = format!(
        "------\n > [internal] load metadata for docker.io/library/nosuch:latest:\n------\nfailed to \
         solve with frontend dockerfile.v0: failed to create LLB definition: {denied}\n"
    );
    assert_eq!(missing("docker build .", &output), [format!("nosuch:latest | Denied | {denied}")]);
}

#[test]
fn several_images_of_a_command_are_distinguished() {
    let refused =
        "Get \"http://localhost:5000/v2/\": dial tcp 127.0.0.1:5000: connect: connection refused";
    let output = format!(
        "1: Pulling from library/a\nDigest: sha256:0\nStatus: Downloaded newer image for a:1\n\
         docker.io/library/a:1\nError response from daemon: {refused}\nUnable to find image 'c:3' \
         locally\ndocker: Error response from daemon: {refused}.\n"
    );
    assert_eq!(
        missing("docker pull a:1; docker pull b:2; docker run c:3", &output),
        [format!("b:2 | Refused | {refused}"), format!("c:3 | Refused | {refused}")]
    );
}

#[test]
fn an_image_that_is_not_named_is_missing_all_the_same() {
    let output = "Error response from daemon: toomanyrequests: Too Many Requests\n";
    let expected = ["? | RateLimit | toomanyrequests: Too Many Requests"];
    assert_eq!(missing("docker pull \"$image\"", output), expected);
    assert_eq!(missing("docker compose up", output), expected);
    let found = missing_images("docker compose up", output).remove(0).difference(0..1, None);
    assert_eq!(found.message, "an image is not available: toomanyrequests: Too Many Requests");
    let help = "wait until the limit is lifted, or run `docker login` on this machine to raise it; or \
                add a recipe to `[preprocessor.docktest.images]` in book.toml: `\"IMAGE\" = \
                \"images/…\"`";
    assert_eq!(found.help.unwrap(), help);
}

#[test]
fn a_recipe_is_advised_unless_the_image_is_named_by_its_digest() {
    let digest = format!("sha256:{}", "0".repeat(64));
    let help = |name: &str| {
        let words = "manifest unknown: manifest unknown".to_owned();
        let image = MissingImage { name: Some(name.to_owned()), words, cause: Cause::NotFound };
        image.difference(0..1, None).help.unwrap()
    };
    assert_eq!(
        help("alpine:9"),
        "check its name and tag; or add a recipe to `[preprocessor.docktest.images]` in book.toml: \
         `\"alpine:9\" = \"images/…\"`"
    );
    assert_eq!(help(&format!("alpine@{digest}")), "check its name and tag");
}

#[test]
fn other_failures_are_not_about_images() {
    for (command, output) in [
        ("docker push x", "Error response from daemon: unauthorized: authentication required\n"),
        ("docker login", "Error response from daemon: Get \"https://x/v2/\": unauthorized: no\n"),
        ("docker rmi x", "Error response from daemon: No such image: x:latest\n"),
        ("docker run x", "docker: Error response from daemon: network y not found.\n"),
        (
            "docker run x y",
            "docker: Error response from daemon: OCI runtime create failed: exec: \"y\": permission \
             denied: unknown.\n",
        ),
        ("docker run x", "docker: Error response from daemon: get y: no such volume.\n"),
        (
            "docker run app",
            "Get \"https://example.com/\": dial tcp: lookup example.com: no such host\n",
        ),
        (
            "docker build .",
            "Step 2/2 : RUN go get\nGet \"https://proxy.golang.org\": dial tcp: lookup \
             proxy.golang.org: no such host\nThe command '/bin/sh -c go get' returned a non-zero code: 1\n",
        ),
        (
            "docker build .",
            "ERROR: failed to solve: process \"/bin/sh -c false\" did not complete\n",
        ),
        ("docker pull X", "invalid reference format: repository name must be lowercase\n"),
        ("docker run x", "Unable to find image 'x:latest' locally\n"),
    ] {
        assert_eq!(missing(command, output), [""; 0], "{command}: {output}");
    }
}

#[test]
fn all_forms_of_a_name_are_one_image() {
    let identity = |name: Option<&str>, words: &str| {
        let (name, words) = (name.map(str::to_owned), words.to_owned());
        MissingImage { name, words, cause: Cause::Other }.identity()
    };
    for name in ["alpine", "alpine:latest", "docker.io/library/alpine"] {
        assert_eq!(identity(Some(name), "x"), "alpine:latest");
    }
    assert_eq!(identity(Some("Not A Name"), "x"), "Not A Name");
    assert_eq!(identity(None, "words"), "words");
}
