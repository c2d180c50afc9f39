//! Commands on a list of objects, and the names in it.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use docker_cli::{DockerCommand, VolumeName};
use fake::Fake;

const NONE: [&str; 0] = [];

#[test]
fn an_empty_list_is_done_without_docker() {
    let fake = Fake::new("echo called >> calls; exit 1");
    let docker = &fake.docker;
    let container = docker.container();
    assert!(container.inspect(NONE).call().unwrap().is_empty());
    container.start(NONE).call().unwrap();
    container.stop(NONE).signal("INT").call().unwrap();
    container.kill(NONE).call().unwrap();
    container.rm(NONE).force().call().unwrap();
    assert!(docker.image().inspect(NONE).call().unwrap().is_empty());
    docker.image().rm(NONE).call().unwrap();
    assert!(docker.network().inspect(NONE).call().unwrap().is_empty());
    docker.network().rm(NONE).call().unwrap();
    assert!(docker.volume().inspect(NONE).call().unwrap().is_empty());
    docker.volume().rm(NONE).call().unwrap();

    let output = docker.volume().inspect(NONE).output().unwrap();
    assert!(output.status.success() && output.stdout.is_empty() && output.stderr.is_empty());
    assert!(docker.volume().inspect(NONE).stream().unwrap().next().is_none());
    assert!(!fake.path("calls").exists());

    docker.volume().rm(["v"]).call().unwrap_err();
    docker.volume().ls().call().unwrap_err();
    assert_eq!(std::fs::read_to_string(fake.path("calls")).unwrap(), "called\ncalled\n");
}

#[test]
fn names_of_volume_plugins_are_taken_as_they_are() {
    let fake = Fake::new(
        r#"case "$*" in
  "volume ls --quiet") printf 'data\nshare/photos\n\n' ;;
  "volume inspect "*" share/photos") echo '{"Name":"share/photos","Driver":"nas"}' ;;
  "volume create --driver=nas share/photos") echo share/photos ;;
  "volume prune"*) printf 'Deleted Volumes:\nshare/photos\n\nTotal reclaimed space: 0B\n' ;;
  *) echo "$*" >&2; exit 1 ;;
esac"#,
    );
    let volume = fake.docker.volume();
    let names = volume.ls().call().unwrap();
    assert_eq!(names.iter().map(VolumeName::as_str).collect::<Vec<_>>(), ["data", "share/photos"]);
    let found = volume.inspect([&names[1]]).call().unwrap();
    assert_eq!((found.len(), &found[0].name), (1, &names[1]));
    let created = volume.create().driver("nas").name("share/photos").call().unwrap();
    assert_eq!(created, names[1]);
    assert_eq!(volume.prune().call().unwrap(), names[1..]);
}
