use super::*;

fn meaning(line: &str) -> Option<Meaning<'_>> {
    Message::parse(line).map(|message| message.meaning)
}

fn no_such(kind: ObjectKind, name: &str) -> Option<Meaning<'_>> {
    Some(Meaning::NoSuch(kind, name))
}

/// As printed by docker 26.1.5 and 28.2.2.
#[test]
fn the_daemon_cannot_be_reached() {
    for line in [
        "Cannot connect to the Docker daemon at unix:///nope.sock. Is the docker daemon running?",
        "docker: Cannot connect to the Docker daemon at unix:///nope. Is the docker daemon running?.",
        r#"error during connect: Get "http://nosuch.invalid:1/v1.50/containers/json": dial tcp: lookup nosuch.invalid: no such host"#,
    ] {
        assert_eq!(meaning(line), Some(Meaning::DaemonUnreachable), "{line}");
    }
}

#[test]
fn permission_is_denied() {
    for line in [
        r#"permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://%2Fvar%2Frun%2Fdocker.sock/v1.45/containers/json": dial unix /var/run/docker.sock: connect: permission denied"#,
        r#"docker: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Head "http://%2Fvar%2Frun%2Fdocker.sock/_ping": dial unix /var/run/docker.sock: connect: permission denied."#,
    ] {
        assert_eq!(meaning(line), Some(Meaning::PermissionDenied), "{line}");
    }
}

/// As printed by docker 20.10.24, 26.1.5 and 28.5.2.
#[test]
fn a_registry_denies_access() {
    for line in [
        r#"Error response from daemon: Head "http://127.0.0.1:5000/v2/app/manifests/latest": no basic auth credentials"#,
        r#"Error response from daemon: Get "http://127.0.0.1:5000/v2/": unauthorized: wrong password"#,
        "Error response from daemon: login attempt to http://127.0.0.1:5000/v2/ failed with status: 401 Unauthorized",
        "no basic auth credentials",
        "denied: requested access to the resource is denied",
        "unauthorized: authentication required",
    ] {
        assert_eq!(meaning(line), Some(Meaning::AccessDenied), "{line}");
    }
}

#[test]
fn an_object_does_not_exist() {
    use ObjectKind::{
        Config, Container, Context, Image, Manifest, Network, Node, Object, Plugin, Secret,
        Service, Stack, Volume,
    };
    for (line, kind, name) in [
        ("Error response from daemon: No such container: web", Container, "web"),
        (
            "Error response from daemon: cannot kill container: web: No such container: web",
            Container,
            "web",
        ),
        ("Error: No such container: web", Container, "web"),
        ("Error response from daemon: No such image: web:latest", Image, "web:latest"),
        ("Error response from daemon: get web: no such volume", Volume, "web"),
        ("Error: No such volume: web", Volume, "web"),
        ("Error response from daemon: network web not found", Network, "web"),
        ("docker: Error response from daemon: network web not found.", Network, "web"),
        (
            "docker: Error response from daemon: failed to set up container networking: network web not found",
            Network,
            "web",
        ),
        (r#"Error response from daemon: plugin "web" not found"#, Plugin, "web"),
        ("Error: No such plugin: web", Plugin, "web"),
        ("Error: No such object: web", Object, "web"),
        (
            r#"Failed to initialize: unable to resolve docker endpoint: context "web": context not found: open /root/.docker/contexts/meta/ca37/meta.json: no such file or directory"#,
            Context,
            "web",
        ),
        (r#"context "web" does not exist"#, Context, "web"),
        (r#"web: context "web" does not exist"#, Context, "web"),
        ("Error: No such service: web", Service, "web"),
        (r#"unable to resolve docker endpoint: context "web" does not exist"#, Context, "web"),
        (
            "docker: Error response from daemon: pull access denied for web, repository does not exist or may require 'docker login': denied: requested access to the resource is denied.",
            Image,
            "web",
        ),
        (
            "Error response from daemon: manifest for alpine:9 not found: manifest unknown: manifest unknown",
            Image,
            "alpine:9",
        ),
        ("Error response from daemon: volume web not found", Volume, "web"),
        (
            "docker: Error response from daemon: Could not attach to network web: rpc error: code = NotFound desc = network web not found.",
            Network,
            "web",
        ),
        (
            r#"Error response from daemon: create v: error looking up volume plugin web: plugin "web" not found"#,
            Plugin,
            "web",
        ),
        ("Error response from daemon: service web not found", Service, "web"),
        ("Status: Error: no such service: web, Code: 1", Service, "web"),
        ("Error: no such service: web", Service, "web"),
        ("no such service: web", Service, "web"),
        ("no such task or service: web", Service, "web"),
        ("Error response from daemon: node web not found", Node, "web"),
        ("Status: Error response from daemon: node web not found, Code: 1", Node, "web"),
        ("Error response from daemon: secret web not found", Secret, "web"),
        ("Status: Error response from daemon: secret web not found", Secret, "web"),
        ("secret not found: web", Secret, "web"),
        ("Error response from daemon: config web not found, Code: 1", Config, "web"),
        ("config not found: web", Config, "web"),
        ("nothing found in stack: web", Stack, "web"),
        (
            "No such manifest: docker.io/library/web:latest",
            Manifest,
            "docker.io/library/web:latest",
        ),
        (
            "no such manifest: docker.io/library/web:latest",
            Manifest,
            "docker.io/library/web:latest",
        ),
        ("manifest for image web does not exist in app", Manifest, "web"),
    ] {
        assert_eq!(meaning(line), no_such(kind, name), "{line}");
    }
}

#[test]
fn an_object_or_a_port_is_in_use() {
    for line in [
        "Error response from daemon: remove v1: volume is in use - [8ffe91dec102]",
        r#"Error response from daemon: cannot remove container "/aa": container is running: stop the container before removing or force remove"#,
        r#"Error response from daemon: conflict: unable to remove repository reference "alpine" (must force) - container 3781557bac83 is using its referenced image 2cf291174d13"#,
        "Error response from daemon: error while removing network: network n1 id 5edad9658ee1 has active endpoints",
        "docker: Error response from daemon: driver failed programming external connectivity on endpoint crazy_hertz (c53af182c513): Bind for 0.0.0.0:8080 failed: port is already allocated.",
        "docker: Error response from daemon: driver failed programming external connectivity on endpoint web (67b8ed7899e9): Error starting userland proxy: listen tcp4 0.0.0.0:8080: bind: address already in use.",
        "Error response from daemon: failed to set up container networking: driver failed programming external connectivity on endpoint web (67b8ed7899e9): failed to bind host port for 0.0.0.0:8080:172.17.0.2:80/tcp: address already in use",
        "docker: Error response from daemon: Address already in use.",
        "Error response from daemon: rpc error: code = InvalidArgument desc = secret 's1' is in use by the following service: web",
    ] {
        assert_eq!(meaning(line), Some(Meaning::InUse), "{line}");
    }
}

#[test]
fn a_name_is_taken() {
    for line in [
        r#"docker: Error response from daemon: Conflict. The container name "/aa" is already in use by container "3781557bac83". You have to remove (or rename) that container to be able to reuse that name."#,
        "Error response from daemon: network with name n1 already exists",
        "Error response from daemon: rpc error: code = AlreadyExists desc = name conflicts with an existing object: service web already exists",
        "Error response from daemon: create v5: driver 'local' already has volume 'v5': volume name must be unique",
        r#"context "web" already exists"#,
    ] {
        assert_eq!(meaning(line), Some(Meaning::Conflict), "{line}");
    }
}

#[test]
fn the_command_line_is_wrong() {
    for line in [
        "unknown flag: --nosuchflag",
        "unknown shorthand flag: 'z' in -z",
        "flag needs an argument: --label",
        r#"invalid argument "x" for "-t, --timeout" flag: strconv.ParseInt: parsing "x": invalid syntax"#,
        r#""docker run" requires at least 1 argument."#,
        "docker: 'docker run' requires at least 1 argument",
        r#""docker volume ls" accepts no arguments."#,
        "docker: 'compose' is not a docker command.",
        "docker: unknown command: docker compose",
    ] {
        assert_eq!(meaning(line), Some(Meaning::Usage), "{line}");
    }
}

#[test]
fn the_daemon_refuses_for_other_reasons() {
    for line in [
        "Error response from daemon: invalid filter 'x'",
        "Error response from daemon: bridge is a pre-defined network and cannot be removed",
        "Error response from daemon: secret of service web not found",
        "docker: Error response from daemon: Minimum memory limit allowed is 6MB.",
    ] {
        assert_eq!(meaning(line), Some(Meaning::Daemon), "{line}");
    }
}

#[test]
fn other_text_is_no_message() {
    for line in [
        "no such image",
        "app: Error response from daemon: No such container: web",
        "open /nope: no such file or directory",
        "Error: cannot find module",
        "Could not do it: permission denied while trying to connect",
        "unauthorized: x",
        "the secret is not found: x",
        "Status: Downloaded newer image for alpine:latest",
        r#"the context "web" already exists"#,
        "there are no basic auth credentials",
        "",
    ] {
        assert_eq!(meaning(line), None, "{line}");
    }
}
