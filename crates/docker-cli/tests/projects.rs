//! Parsing the results of compose, contexts, disk use and downloads: the output of docker 26.1.5 and
//! compose 2.26.1, shortened, printed by a shell script.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use docker_cli::compose::LogLine;
use docker_cli::{BuildEvent, BuildEvents, DockerCommand, Error, ObjectKind, TransferEvent};
use fake::Fake;

/// A docker that prints its arguments to the file `call`, and this text.
fn answering(answer: &str) -> Fake {
    Fake::new(&format!("echo \"$*\" > call\ncat <<'END'\n{answer}\nEND"))
}

fn call(fake: &Fake) -> String {
    std::fs::read_to_string(fake.path("call")).unwrap().trim().to_owned()
}

#[test]
fn containers_of_a_project_have_services_and_ports() {
    let row = r#"{"Command":"\"sh\"","ExitCode":0,"Health":"healthy","ID":"0493f1eda759","Image":"alpine","Labels":"a=b,c=d","Name":"shop-web-1","Names":"shop-web-1","Project":"shop","Publishers":[{"URL":"127.0.0.1","TargetPort":80,"PublishedPort":32768,"Protocol":"tcp"}],"Service":"web","Size":"0B","State":"running","Status":"Up 2 seconds (healthy)"}"#;
    let other =
        r#"{"ExitCode":137,"ID":"1","Name":"shop-db-1","Publishers":null,"State":"exited"}"#;
    // An array before compose 2.21, then an object on each line.
    for answer in [format!("{row}\n{other}"), format!("[{row},{other}]")] {
        let fake = answering(&answer);
        let rows = fake.docker.compose().project_name("shop").ps().all().call().unwrap();
        assert_eq!(call(&fake), "compose --project-name=shop ps --no-trunc --format=json --all");
        let web = &rows[0];
        assert_eq!((web.name.as_str(), web.service.as_str()), ("shop-web-1", "web"));
        assert_eq!((web.state.as_str(), web.health.as_str()), ("running", "healthy"));
        let port = &web.publishers[0];
        assert_eq!(
            (port.target_port, port.published_port, port.address.as_str()),
            (80, 32768, "127.0.0.1")
        );
        assert_eq!(web.other["Labels"], "a=b,c=d");
        assert_eq!((rows.len(), rows[1].exit_code, rows[1].publishers.len()), (2, 137, 0));
    }
    assert!(answering("").docker.compose().ps().call().unwrap().is_empty());
}

#[test]
fn a_project_has_services_networks_and_volumes() {
    let fake = answering(
        r#"{"name":"shop","services":{"web":{"image":"alpine"},"db":{}},"networks":{"default":{"name":"shop_default"}},"x-mine":1}"#,
    );
    let config = fake.docker.compose().file("a.yml").config().service("web").call().unwrap();
    assert_eq!(call(&fake), "compose --file=a.yml config --format=json web");
    assert_eq!(config.services.keys().collect::<Vec<_>>(), ["db", "web"]);
    assert_eq!(config.services["web"]["image"], "alpine");
    assert_eq!(
        (config.name.as_str(), &config.networks["default"]["name"]),
        ("shop", &"shop_default".into())
    );
    assert!(config.volumes.is_empty());
    assert_eq!(config.other["x-mine"], 1);

    let fake =
        answering(r#"[{"Name":"shop","Status":"running(1)","ConfigFiles":"/a.yml,/b.yml"}]"#);
    let projects = fake.docker.compose().ls().all().call().unwrap();
    assert_eq!((projects.len(), projects[0].name.as_str()), (1, "shop"));
    assert_eq!(projects[0].config_files, "/a.yml,/b.yml");
}

#[test]
fn lines_of_services_have_containers() {
    let fake = Fake::new(
        r#"echo "$*" > call; printf '\033[2Kweb-1  | ready\n'; echo WARN >&2; echo 'db-1   | a | b'
echo 'no such service: x' >&2; exit 1"#,
    );
    let mut lines = fake.docker.compose().logs().service("web").lines().unwrap();
    let pairs: Vec<(String, String)> = lines
        .by_ref()
        .take(2)
        .map(Result::unwrap)
        .map(|LogLine { container, text, .. }| (container, text))
        .collect();
    let expected =
        [("web-1", "ready"), ("db-1", "a | b")].map(|(a, b)| (a.to_owned(), b.to_owned()));
    assert_eq!(pairs, expected);
    assert!(matches!(lines.next(), Some(Err(Error::NoSuch { kind: ObjectKind::Service, .. }))));
    assert_eq!(call(&fake), "compose logs --no-log-prefix=false --no-color=true web");
}

#[test]
fn contexts_have_addresses() {
    let fake = answering(
        r#"{"Name":"default","Description":"Current","DockerEndpoint":"unix:///var/run/docker.sock","Current":true,"Error":"","ContextType":"moby"}
{"Name":"far","DockerEndpoint":"ssh://me@far","Current":false}"#,
    );
    let rows = fake.docker.contexts().ls().call().unwrap();
    assert_eq!(call(&fake), "context ls --format={{json .}}");
    assert_eq!((rows[0].current, rows[1].docker_endpoint.as_str()), (true, "ssh://me@far"));
    assert_eq!(rows[0].other["ContextType"], "moby");

    let fake = answering(
        r#"{"Name":"far","Metadata":{"Description":"x"},"Endpoints":{"docker":{"Host":"ssh://me@far","SkipTLSVerify":false}},"TLSMaterial":{},"Storage":{"MetadataPath":"/m"}}"#,
    );
    let contexts = fake.docker.contexts().inspect(["far"]).call().unwrap();
    assert_eq!(call(&fake), "context inspect --format={{json .}} far");
    assert_eq!(contexts[0].host(), Some("ssh://me@far"));
    assert_eq!(contexts[0].metadata["Description"], "x");
    assert_eq!(contexts[0].other["Storage"]["MetadataPath"], "/m");
    let none: [&str; 0] = [];
    fake.docker.contexts().inspect(none).call().unwrap();
    assert_eq!(call(&fake), "context inspect --format={{json .}}");
}

#[test]
fn disk_use_has_sizes_in_bytes() {
    let fake = answering(
        r#"{"Active":"1","Reclaimable":"1.5kB (0%)","Size":"1.983MB","TotalCount":"2","Type":"Images"}
{"Active":"0","Reclaimable":"4.293GB","Size":"0B","TotalCount":"3","Type":"Build Cache"}
{"Active":"?","Reclaimable":"","Size":"a lot","TotalCount":"","Type":"New"}"#,
    );
    let rows = fake.docker.system().df().call().unwrap();
    let sizes: Vec<_> =
        rows.iter().map(|row| (row.count(), row.bytes(), row.reclaimable_bytes())).collect();
    assert_eq!(
        sizes,
        [
            (Some(2), Some(1_983_000), Some(1_500)),
            (Some(3), Some(0), Some(4_293_000_000)),
            (None, None, None)
        ]
    );
    assert_eq!((rows[0].kind.as_str(), rows[1].kind.as_str()), ("Images", "Build Cache"));
}

const PULL: &str = "Using default tag: latest
latest: Pulling from library/alpine
4abcf2066143: Pulling fs layer
4abcf2066143: Pull complete
Digest: sha256:c5b1
Status: Downloaded newer image for alpine:latest
docker.io/library/alpine:latest";

#[test]
fn a_download_has_a_result_and_events() {
    let fake = answering(PULL);
    let pulled = fake.docker.image().pull("alpine").call().unwrap();
    assert_eq!(pulled.name, "docker.io/library/alpine:latest");
    assert_eq!((pulled.digest.as_deref(), pulled.is_new), (Some("sha256:c5b1"), Some(true)));
    let events: Vec<TransferEvent> =
        fake.docker.image().pull("alpine").follow().unwrap().map(Result::unwrap).collect();
    assert_eq!(events.len(), 7);
    assert!(
        matches!(&events[3], TransferEvent::Layer { id, is_done: true, .. } if id == "4abcf2066143")
    );

    let fake = answering("docker.io/library/alpine:latest");
    let pulled = fake.docker.image().pull("alpine").quiet().call().unwrap();
    assert_eq!((pulled.digest, pulled.is_new), (None, None));
    let fake = answering(&PULL.replace("Downloaded newer image for", "Image is up to date for"));
    assert_eq!(fake.docker.image().pull("alpine").call().unwrap().is_new, Some(false));
}

#[test]
fn an_upload_has_a_digest_for_each_tag() {
    let fake = answering(
        "The push refers to repository [r/app]\n8d3ac3489996: Pushed\nv1: digest: sha256:aa size: 5\nv2: digest: sha256:bb size: 5",
    );
    let pushed = fake.docker.image().push("r/app").all_tags().call().unwrap();
    let pairs: Vec<_> = pushed.iter().map(|one| (one.tag.as_str(), one.digest.as_str())).collect();
    assert_eq!(pairs, [("v1", "sha256:aa"), ("v2", "sha256:bb")]);
    let fake =
        Fake::new("echo 'The push refers to repository [r/app]'; echo 'denied: no' >&2; exit 1");
    let events: Vec<_> = fake.docker.image().push("r/app").follow().unwrap().collect();
    assert!(matches!(events.as_slice(), [Ok(TransferEvent::Other(_)), Err(Error::Failed(_))]));
}

#[test]
fn builds_are_followed() {
    let fake = Fake::new(
        r#"echo "$*" > call; echo "$BUILDKIT_PROGRESS" > progress; printf '#1 [1/2] FROM alpine\n#1 CACHED\n\n#2 [2/2] RUN exit 3\n#2 0.5 oops\n#2 ERROR: exit code: 3\n' >&2
echo 'ERROR: failed to solve: exit code: 3' >&2; exit 1"#,
    );
    let docker = &fake.docker;
    let check = |mut events: BuildEvents, command: &str| {
        let found: Vec<BuildEvent> = events.by_ref().take(6).map(Result::unwrap).collect();
        assert_eq!(found[1], BuildEvent::Cached { number: 1 });
        assert_eq!(found[2], BuildEvent::Step { number: 2, name: "[2/2] RUN exit 3".to_owned() });
        assert_eq!(found[4], BuildEvent::Failed { number: 2, message: "exit code: 3".to_owned() });
        let error = events.next().unwrap().unwrap_err();
        assert_eq!(error.to_string(), "docker failed: ERROR: failed to solve: exit code: 3");
        assert_eq!(call(&fake), command);
    };
    let wrong = docker.clone().env("BUILDKIT_PROGRESS", "rawjson");
    check(wrong.image().build(".").tag("app").follow().unwrap(), "image build --tag=app .");
    assert_eq!(std::fs::read_to_string(fake.path("progress")).unwrap(), "plain\n");
    check(
        docker.image().build(".").progress("quiet").follow().unwrap(),
        "image build --progress=quiet --progress=plain .",
    );
    check(
        docker.buildx().build(".").load().follow().unwrap(),
        "buildx build --load --progress=plain .",
    );
    check(
        docker.buildx().build_from(b"FROM a").progress("rawjson").follow().unwrap(),
        "buildx build --progress=rawjson --progress=plain -",
    );
}

#[test]
fn a_quiet_build_shows_no_progress() {
    let fake = answering("sha256:2cf291174d13");
    fake.docker.image().build(".").progress("plain").quiet().call().unwrap();
    assert_eq!(call(&fake), "image build --progress=plain --progress=quiet --quiet .");
}
