//! Parsing the output of docker: that of docker 26.1.5, shortened, printed by a shell script.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use docker_cli::{DockerCommand, Error};
use fake::Fake;

/// A docker that prints this text.
fn answering(answer: &str) -> Fake {
    Fake::new(&format!("cat <<'END'\n{answer}\nEND"))
}

#[test]
fn null_is_empty_and_unknown_fields_survive() {
    let fake = answering(
        r#"{"CreatedAt":"2026-11-24T02:09:55Z","Driver":"local","Labels":null,"Name":"v1","Options":null,"Scope":"local","New":[1]}"#,
    );
    let volumes = fake.docker.volume().inspect(["v1"]).call().unwrap();
    assert_eq!((volumes.len(), volumes[0].name.as_str()), (1, "v1"));
    assert!(volumes[0].labels.is_empty() && volumes[0].options.is_empty());
    assert_eq!(volumes[0].mountpoint, "");
    assert_eq!((volumes[0].scope.as_str(), &volumes[0].other["New"][0]), ("local", &1.into()));
}

#[test]
fn a_container_is_described() {
    let fake = answering(
        r#"{"Id":"3781557bac834873c5e31ae693786ba1dfce25393588a3cd4c1d347df1e1c1eb","Name":"/aa","State":{"Status":"exited","Running":false,"ExitCode":137,"New":true},"Image":"sha256:2cf291174d13d6f319fb7f02f2448937b1c40d3e308639832c8e66fc357441dc","Mounts":[],"Config":{"Cmd":["sleep","1000"],"Entrypoint":null,"Env":null,"Image":"alpine","Labels":{"a":"b,c=d"},"Tty":false}}"#,
    );
    let container = fake.docker.container().find("aa").unwrap().unwrap();
    assert_eq!((container.short_name(), container.id.short()), ("aa", "3781557bac83"));
    assert_eq!((container.state.status.as_str(), container.state.exit_code), ("exited", 137));
    assert_eq!(container.state.other["New"], true);
    assert_eq!(container.config.labels["a"], "b,c=d");
    assert_eq!(container.config.cmd, ["sleep", "1000"]);
    assert!(container.config.entrypoint.is_empty());
}

#[test]
fn rows_come_one_for_each_line() {
    let fake = answering(
        r#"{"Command":"\"sleep 100\"","ID":"ab5f4575423c","Image":"alpine","Names":"web/db,db","Ports":"0.0.0.0:8080-\u003e80/tcp","State":"running"}

{"Command":"\"true\"","ID":"3781557bac83","Image":"alpine","Names":"aa","State":"created","Size":"0B"}"#,
    );
    let rows = fake.docker.container().ls().all().call().unwrap();
    assert_eq!((rows[0].name(), rows[1].name()), ("db", "aa"));
    assert_eq!(rows[0].ports, "0.0.0.0:8080->80/tcp");
    assert_eq!(rows[1].other["Size"], "0B");
    assert!(answering("").docker.container().ls().call().unwrap().is_empty());
}

#[test]
fn the_names_that_prune_removed_are_between_its_sentences() {
    let fake = answering("WARNING\nDeleted Volumes:\nv1\ndata.old\n\nTotal reclaimed space: 0B");
    let pruned = fake.docker.volume().prune().call().unwrap();
    assert_eq!(pruned.iter().map(AsRef::<str>::as_ref).collect::<Vec<_>>(), ["v1", "data.old"]);
    let fake = answering("Total reclaimed space: 0B");
    assert!(fake.docker.volume().prune().call().unwrap().is_empty());
}

#[test]
fn what_was_loaded_has_a_name_or_an_identifier() {
    let fake = answering("Loaded image: alpine:latest\nLoaded image ID: sha256:2cf291174d13");
    let loaded = fake.docker.image().load(b"").call().unwrap();
    assert_eq!(loaded, ["alpine:latest", "sha256:2cf291174d13"]);
}

#[test]
fn what_a_program_printed_is_not_a_container() {
    let fake = answering("hello world");
    let error = fake.docker.container().run("alpine").detach().call().unwrap_err();
    assert!(
        matches!(&error, Error::Unexpected { text, .. } if text.reveal() == "hello world"),
        "{error:?}"
    );
}

#[test]
fn both_sides_have_a_version() {
    let fake = answering(
        r#"{"Client":{"Version":"28.2.2","ApiVersion":"1.45","Os":"linux"},"Server":{"Version":"26.1.5+dfsg1","ApiVersion":"1.45","MinAPIVersion":"1.24","Os":"linux","Arch":"amd64"}}"#,
    );
    let version = fake.docker.version().unwrap();
    assert_eq!((version.client.version.as_str(), version.server.major()), ("28.2.2", Some(26)));
    assert_eq!(version.server.min_api_version, "1.24");
}

/// Docker 26 ends with status 0 all the same.
#[test]
fn information_without_a_daemon_is_an_error() {
    let fake = Fake::new(
        r#"echo '{"ID":"","Containers":0,"ServerErrors":["Cannot connect to the Docker daemon at unix:///nope.sock. Is the docker daemon running?"]}'
echo 'Cannot connect to the Docker daemon at unix:///nope.sock. Is the docker daemon running?' >&2"#,
    );
    let error = fake.docker.info().unwrap_err();
    assert!(matches!(error, Error::DaemonUnreachable(_)), "{error:?}");
}

/// Docker 20.10 reports the reason in its answer only.
#[test]
fn information_that_is_denied_is_an_error() {
    let fake = Fake::new(
        r#"echo '{"ServerErrors":["permission denied while trying to connect to the Docker daemon socket at unix:///run/docker.sock: Get \"http://%2Frun%2Fdocker.sock/v1.24/info\": dial unix /run/docker.sock: connect: permission denied"]}'
echo 'WARNING: Error loading config file: /root/.docker/config.json: open /root/.docker/config.json: permission denied' >&2"#,
    );
    let error = fake.docker.info().unwrap_err();
    let Error::PermissionDenied(failure) = &error else { panic!("{error:?}") };
    assert!(failure.message.starts_with("permission denied while trying"), "{error}");
}

#[test]
fn an_event_has_an_object_with_attributes() {
    let fake = answering(
        r#"{"status":"die","id":"6cfb2af23801","from":"alpine","Type":"container","Action":"die","Actor":{"ID":"6cfb2af23801","Attributes":{"execDuration":"0","exitCode":"3","name":"web"}},"scope":"local","time":1795486167,"timeNano":1795486167968983724}"#,
    );
    let events: Vec<_> = fake.docker.system().events().follow().unwrap().collect();
    let [Ok(event)] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.kind.as_str(), event.action.as_str()), ("container", "die"));
    assert_eq!((event.actor.id.as_str(), event.attribute("exitCode")), ("6cfb2af23801", Some("3")));
    assert_eq!(event.time().as_nanos(), 1_795_486_167_968_983_724);
    assert_eq!(event.other["from"], "alpine");
}
