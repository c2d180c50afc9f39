//! Users who are not root, and who reach a Docker as a member of its group or by `ssh`.

use std::fs;
use std::os::unix::fs::MetadataExt;

use testsuite::{Book, DockerGroup, User};

use super::engine_image::engine_images;
use super::{SHARED, containers_of};
use crate::rootless::book;

/// `ssh`, which notes who runs it and, by the real one, as whom it would log in where; the other machine is this one,
/// where `docker` uses the socket in HOST.
const SSH: &str = r#"
id -u >>"$HOME/ids"
until [ "$1" = -- ]; do shift; done
/usr/bin/ssh -G "$2" | grep -E '^(user|hostname) ' >"$HOME/login"
shift 2
export DOCKER_HOST='HOST'
exec "$@"
"#;

#[test]
fn ssh_finds_the_keys_and_the_configuration_of_the_user() {
    let group = DockerGroup::of(&SHARED);
    let user = User::new("ssh").in_group(&group);
    let user = user
        .with_program("ssh", &SSH.replace("HOST'", &format!("{}'", group.host())))
        .with_file(".ssh/config", "Host far\n  HostName far.example\n");
    let owner = fs::metadata(user.home()).unwrap().uid().to_string();
    let book = book(&user).step("docker run --rm alpine echo far away");
    let verify = book.to_verify().arg("--engine-image").arg(engine_images(&SHARED));
    let run = user.runs(verify).env("DOCKER_HOST", "ssh://far").start();
    let pid = run.pid();
    let outcome = run.wait();
    outcome.exits(0).prints(1, "far away\n");
    let ids = fs::read_to_string(user.home().join("ids")).unwrap();
    assert!(!ids.is_empty() && ids.lines().all(|id| id == owner), "not only {owner}: {ids}");
    let login = fs::read_to_string(user.home().join("login")).unwrap();
    assert_eq!(login, format!("user {}\nhostname far.example\n", user.name()));
    assert_eq!(containers_of(&SHARED, pid), [""; 0]);
}

/// Only the try of `process` needs the namespace: what comes after it is the user's again.
#[test]
fn where_no_engine_starts_ssh_is_the_users_too() {
    let user = User::new("auto").with_program("ssh", "id -u >>\"$HOME/ids\"; exit 255");
    let group = DockerGroup::of(&SHARED);
    let user = user.in_group(&group);
    let outcome =
        user.runs(Book::new().step("true").to_verify()).env("DOCKER_HOST", "ssh://far").run();
    // Nothing answers there.
    outcome.exits(3).fails_saying(&["run `mdbook-docktest engine prepare`"]);
    assert!(!outcome.stderr().contains("engine: "), "{outcome}");
    let owner = fs::metadata(user.home()).unwrap().uid().to_string();
    let ids = fs::read_to_string(user.home().join("ids")).unwrap();
    assert!(!ids.is_empty() && ids.lines().all(|id| id == owner), "not only {owner}: {ids}");
}
