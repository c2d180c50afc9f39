//! Guards and what they leave, with a shell script in docker's place.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process;

use docker_cli::{
    Canceller, ContainerId, DockerCommand, Error, Guard, NetworkId, ObjectKind, Owner, Project,
    VolumeName,
};
use fake::Fake;

/// Writes down its calls. It has the volumes that it created, with their labels.
const DOCKER: &str = r#"echo "$*" >> calls
object() { printf '{"Name":"%s","Labels":{"docker-cli.owner":"%s"}}\n' "$1" "$2"; }
case "$*" in
  "container run"*|"container create"*) echo abc123 ;;
  "network create"*) echo def456 ;;
  "volume create"*)
    for word; do :; done
    owner=${3#--label=docker-cli.owner=}; case "$*" in *docker-cli.project=*) owner=${4#*owner=} ;; esac
    [ -e "volume.$word" ] || object "$word" "$owner" > "volume.$word"
    echo "$word" ;;
  "volume inspect"*) for word; do :; done; cat "volume.$word" ;;
  "volume rm"*) rm -f "volume.$3" ;;
esac"#;

fn calls(fake: &Fake) -> Vec<String> {
    let calls = fs::read_to_string(fake.path("calls")).unwrap_or_default();
    calls.lines().map(str::to_owned).collect()
}

/// The label in a call, and the call without it.
fn without_label(call: &str) -> (String, String) {
    let start = call.find("--label=docker-cli.owner=").unwrap();
    let length = call[start..].find(' ').unwrap();
    let label = call[start..start + length].trim_start_matches("--label=docker-cli.owner=");
    (label.to_owned(), format!("{}{}", &call[..start], &call[start + length + 1..]))
}

#[test]
fn a_guard_labels_its_object_and_removes_it() {
    let fake = Fake::new(DOCKER);
    let docker = &fake.docker;
    {
        let network = docker.network().create("net").guard().unwrap();
        let run = docker.container().run("app").network(&network).detach();
        let web = run.guard().unwrap();
        let job = docker.container().create("app").guard().unwrap();
        assert_eq!((web.as_str(), network.as_str()), ("abc123", "def456"));
        assert_eq!(format!("{web:?}"), r#"Guard(ContainerId("abc123"))"#);
        docker.container().exec(&web, ["true"]).call().unwrap();
        job.remove().unwrap();
    }
    let calls = calls(&fake);
    let (first, create) = without_label(&calls[0]);
    let (second, run) = without_label(&calls[1]);
    assert_eq!(create, "network create net");
    assert!(run.starts_with("container run --network=def456 --detach "), "{run}");
    assert!(run.ends_with(" app"), "{run}");
    // The owner is this process, and each object has its own label.
    for label in [&first, &second] {
        assert_eq!(Owner::parse(label), Some(Owner::current()));
    }
    assert_ne!(first, second);
    assert_eq!(
        calls[3..],
        [
            "container exec abc123 true",
            "container rm --force --volumes abc123",
            "container rm --force --volumes abc123",
            "network rm def456",
        ]
    );
}

#[test]
fn what_is_kept_is_not_removed() {
    let fake = Fake::new(DOCKER);
    let kept: ContainerId = fake.docker.container().create("app").guard().unwrap().keep().unwrap();
    assert_eq!(kept.as_str(), "abc123");
    let (label, _) = without_label(&calls(&fake)[0]);
    let number = label.rsplit('/').next().unwrap();
    let marker = format!("docker-cli.kept.{}-{number}", Owner::current().name());
    // Its own label cannot be changed any more.
    assert_eq!(
        calls(&fake)[1..],
        [format!("volume create --label=docker-cli.kept={label} {marker}")]
    );
    // A sweep does not look for what no guard has created.
    let kept = Guard::new(&fake.docker, kept).keep().unwrap();
    assert_eq!(calls(&fake).len(), 2);
    drop(Guard::new(&fake.docker, kept));
    assert_eq!(calls(&fake)[2..], ["container rm --force --volumes abc123"]);

    let broken = r#"case "$*" in "volume create"*) exit 1 ;; esac"#;
    let fake = Fake::new(&format!("{DOCKER}\n{broken}"));
    fake.docker.container().create("app").guard().unwrap().keep().unwrap_err();
    assert_eq!(calls(&fake)[2..], ["container rm --force --volumes abc123"]);
}

#[test]
fn a_removal_works_after_everything_was_cancelled_and_in_a_panic() {
    let fake = Fake::new(DOCKER);
    let canceller = Canceller::new();
    let docker = fake.docker.clone().cancelled_by(canceller.clone());
    let guard = docker.container().create("app").guard().unwrap();
    canceller.cancel();
    let panic = catch_unwind(AssertUnwindSafe(move || {
        let _guard = guard;
        panic!("on purpose");
    }));
    assert!(panic.is_err());
    assert_eq!(calls(&fake)[1..], ["container rm --force --volumes abc123"]);
}

#[test]
fn removing_returns_the_error_and_what_has_gone_is_none() {
    let answering = |message: &str| {
        Fake::new(&format!("echo 'Error response from daemon: {message}' >&2; exit 1"))
    };
    let in_use = answering("remove v: volume is in use - [abc123]");
    let volume: VolumeName = "v1".parse().unwrap();
    let error = Guard::new(&in_use.docker, volume).remove().unwrap_err();
    assert!(matches!(error, Error::InUse(_)), "{error:?}");

    let gone = answering("No such container: abc123");
    let container: ContainerId = "abc123".parse().unwrap();
    Guard::new(&gone.docker, container.clone()).remove().unwrap();
    let going = answering("removal of container abc123 is already in progress");
    Guard::new(&going.docker, container).remove().unwrap();
    let gone = answering("network def456 not found");
    let network: NetworkId = "def456".parse().unwrap();
    Guard::new(&gone.docker, network).remove().unwrap();
}

#[test]
fn a_volume_that_was_there_before_is_left_alone() {
    let fake = Fake::new(DOCKER);
    let volume = fake.docker.volume();
    let mine = volume.create().name("mine").guard().unwrap();
    fs::write(fake.path("volume.data"), r#"{"Name":"data","Labels":null}"#).unwrap();
    for name in ["data", "mine"] {
        let error = volume.create().name(name).guard().unwrap_err();
        assert!(
            matches!(&error, Error::Exists { kind: ObjectKind::Volume, name: found } if found == name),
            "{error:?}"
        );
        assert_eq!(
            error.to_string(),
            format!("volume `{name}` already exists: choose another name")
        );
    }
    assert!(fake.path("volume.data").exists() && fake.path("volume.mine").exists());
    drop(mine);
    assert!(!fake.path("volume.mine").exists());

    // Without an answer about its labels, it stays too.
    let fake = Fake::new(r#"echo "$*" >> calls; [ "$2" = create ] && echo data"#);
    fake.docker.volume().create().name("data").guard().unwrap_err();
    assert!(calls(&fake).iter().all(|call| !call.starts_with("volume rm")), "{:?}", calls(&fake));
}

#[test]
fn a_container_that_cannot_be_started_is_removed() {
    let fake = Fake::new(
        r#"echo "$*" >> calls
case "$*" in
  "container run"*) echo 'docker: Error response from daemon: Bind for 0.0.0.0:80 failed: port is already allocated.' >&2; exit 125 ;;
  "container ls"*) echo '{"ID":"abc123"}' ;;
esac"#,
    );
    let error = fake.docker.container().run("app").publish("80:80").detach().guard().unwrap_err();
    assert!(matches!(error, Error::InUse(_)), "{error:?}");
    let calls = calls(&fake);
    let (label, _) = without_label(&calls[0]);
    assert!(calls[1].ends_with(&format!(" --all --filter=label=docker-cli.owner={label}")));
    assert_eq!(calls[2..], ["container rm --force --volumes abc123"]);
}

const PROJECT: &str = r#"
case "$*" in
  "compose --file=a.yml config --format=json") echo '{"name":"shop"}' ;;
  "compose --file=a.yml up --detach web") [ ! -e broken ] || exit 1; : > up ;;
  *"ls "*) [ ! -e up ] || case "$*" in
    container*--filter=label=com.docker.compose.project=shop) echo '{"ID":"abc123"}' ;;
    network*--filter=label=com.docker.compose.project=shop) echo '{"ID":"def456"}' ;;
    volume*--filter=label=com.docker.compose.project=shop) echo shop_data ;;
  esac ;;
  "container rm"*) rm -f up ;;
esac"#;

#[test]
fn a_project_is_removed_without_its_files() {
    let fake = Fake::new(&format!("{DOCKER}\n{PROJECT}"));
    let up = || fake.docker.compose().file("a.yml").up().service("web");
    let project = up().guard().unwrap();
    assert_eq!(project.name(), "shop");
    let marker = fake.path("volume.docker-cli.project.shop");
    assert!(marker.exists());
    let error = up().guard().unwrap_err();
    assert!(
        matches!(&error, Error::Exists { kind: ObjectKind::Project, name } if name == "shop"),
        "{error:?}"
    );
    // One that is kept stays, also for a sweep.
    let project = project.keep().unwrap();
    assert!(fake.path("up").exists() && !marker.exists());
    let project = Guard::new(&fake.docker, project);
    let started = calls(&fake).len();
    project.remove().unwrap();
    // Removing the container has ended the project of this script.
    let removals = calls(&fake)[started..].join("\n");
    assert_eq!(
        removals,
        "container ls --no-trunc --format={{json .}} --all --filter=label=com.docker.compose.project=shop
container rm --force --volumes abc123
network ls --no-trunc --format={{json .}} --filter=label=com.docker.compose.project=shop
volume ls --quiet --filter=label=com.docker.compose.project=shop
volume rm docker-cli.project.shop"
    );
    assert!(!marker.exists());

    // One that runs already, without a guard.
    fs::write(fake.path("up"), "").unwrap();
    assert!(matches!(up().guard(), Err(Error::Exists { .. })));
    assert!(fake.path("up").exists() && !marker.exists());
    fs::remove_file(fake.path("up")).unwrap();

    // What a failed start has created is removed.
    fs::write(fake.path("broken"), "").unwrap();
    assert!(matches!(up().guard(), Err(Error::Failed(_))));
    assert!(!marker.exists());
}

#[test]
fn a_sweep_removes_what_processes_have_left_that_have_ended() {
    let mut child = process::Command::new("true").spawn().unwrap();
    child.wait().unwrap();
    let alive = Owner::current().to_string();
    let mut parts: Vec<String> = alive.split('/').map(str::to_owned).collect();
    parts[3] = child.id().to_string();
    let ended = parts.join("/");
    let object = |id: &str, label: &str| {
        let labels = format!(r#"{{"docker-cli.owner":"{label}"}}"#);
        format!(r#"{{"Id":"{id}","Name":"{id}","Config":{{"Labels":{labels}}},"Labels":{labels}}}"#)
    };
    let all = [
        object("aa", &format!("{ended}/0")),
        object("bb", &format!("{alive}/1")),
        object("cc", "somebody else"),
        object("dd", &format!("{ended}/3")),
    ]
    .join("\n");
    let marker = format!(
        r#"{{"Name":"marker","Labels":{{"docker-cli.owner":"{ended}/2","docker-cli.project":"shop"}}}}"#
    );
    let kept = |name: &str, label: &str| {
        format!(r#"{{"Name":"{name}","Labels":{{"docker-cli.kept":"{label}"}}}}"#)
    };
    let kept = [
        kept("kept", &format!("{ended}/3")),
        kept("stale", &format!("{ended}/4")),
        kept("later", &format!("{alive}/5")),
    ]
    .join("\n");
    let fake = Fake::new(&format!(
        r#"echo "$*" >> calls
case "$*" in
  *"ls "*project=shop*) ;;
  "volume ls"*"--filter=label=docker-cli.owner") echo marker ;;
  "volume ls"*"--filter=label=docker-cli.kept") echo kept ;;
  *"ls "*"--filter=label=docker-cli.owner") echo '{{"ID":"aa"}}' ;;
  "volume inspect "*" kept") cat <<'END'
{kept}
END
  ;;
  "volume inspect"*) cat <<'END'
{all}
{marker}
END
  ;;
  *inspect*) cat <<'END'
{all}
END
  ;;
  "network rm"*) echo 'Error response from daemon: network aa has active endpoints' >&2; exit 1 ;;
esac"#
    ));
    let swept = fake.docker.sweep().unwrap();
    let names = |ids: &[ContainerId]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(names(&swept.containers), ["aa"]);
    assert_eq!(swept.projects.iter().map(Project::name).collect::<Vec<_>>(), ["shop"]);
    assert_eq!(swept.volumes.iter().map(VolumeName::as_str).collect::<Vec<_>>(), ["aa"]);
    assert!(swept.networks.is_empty());
    assert!(matches!(swept.errors.as_slice(), [Error::InUse(_)]), "{:?}", swept.errors);
    let calls = calls(&fake);
    let removals: Vec<&String> = calls.iter().filter(|call| call.contains(" rm ")).collect();
    assert_eq!(
        removals,
        [
            "container rm --force --volumes aa",
            "volume rm docker-cli.project.shop",
            "network rm aa",
            "volume rm aa",
            "volume rm stale",
        ]
    );
}
