//! Parsing the results of commands: the output of docker 26.1.5, shortened, printed by a shell script.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::time::{Duration, SystemTime};

use docker_cli::container::FileChange;
use docker_cli::{DockerCommand, Error, PortRange};
use fake::Fake;

/// A docker that prints this text.
fn answering(answer: &str) -> Fake {
    Fake::new(&format!("cat <<'END'\n{answer}\nEND"))
}

const ID: &str = "3781557bac834873c5e31ae693786ba1dfce25393588a3cd4c1d347df1e1c1eb";

#[test]
fn a_container_has_ports_mounts_networks_and_health() {
    let fake = answering(&format!(
        r#"{{"Id":"{ID}","Created":"2026-11-24T02:09:55.5Z","Name":"/web","RestartCount":2,"State":{{"Status":"running","Running":true,"OOMKilled":true,"ExitCode":0,"StartedAt":"2026-11-24T02:09:56Z","FinishedAt":"0001-01-01T00:00:00Z","Health":{{"Status":"unhealthy","FailingStreak":3,"Log":[{{"Start":"2026-11-24T02:10:00Z","End":"2026-11-24T02:10:01Z","ExitCode":1,"Output":"no"}}]}}}},"HostConfig":{{"AutoRemove":true,"NetworkMode":"net","PortBindings":{{"80/tcp":[{{"HostIp":"","HostPort":"8080"}}],"53/udp":[{{"HostIp":"127.0.0.1","HostPort":"8000-8010"}},{{"HostIp":"lo","HostPort":"0"}}],"odd":null,"81-82/tcp":[]}},"RestartPolicy":{{"Name":"on-failure","MaximumRetryCount":5}},"Memory":536870912,"NanoCpus":1500000000,"PidsLimit":null,"ReadonlyRootfs":true,"Tmpfs":{{"/run":"size=1m"}},"CapAdd":null,"ShmSize":67108864}},"Mounts":[{{"Type":"volume","Name":"data","Source":"/var/lib/docker/volumes/data/_data","Destination":"/data","Driver":"local","Mode":"z","RW":false,"Propagation":""}}],"Config":{{"Hostname":"web","ExposedPorts":{{"80/tcp":{{}},"53/udp":{{}},"90-91/tcp":{{}}}},"StopSignal":"SIGQUIT"}},"NetworkSettings":{{"Bridge":"","Ports":{{"80/tcp":[{{"HostIp":"0.0.0.0","HostPort":"8080"}},{{"HostIp":"::","HostPort":"8080"}}],"53/udp":null}},"Networks":{{"net":{{"NetworkID":"abc","IPAddress":"172.18.0.2","IPPrefixLen":16,"Gateway":"172.18.0.1","MacAddress":"02:42:ac:12:00:02","Aliases":null}}}}}}}}"#
    ));
    let container = fake.docker.container().find("web").unwrap().unwrap();
    let seconds = |seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    assert_eq!(
        container.created.system_time().unwrap().duration_since(seconds(1_795_486_195)).unwrap(),
        Duration::from_millis(500)
    );

    let state = &container.state;
    assert_eq!(state.started_at.system_time(), Some(seconds(1_795_486_196)));
    assert_eq!(state.finished_at.system_time(), None);
    assert!(state.oom_killed && state.is_healthy() == Some(false));
    let health = state.health.as_ref().unwrap();
    assert_eq!((health.failing_streak, health.log[0].exit_code), (3, 1));
    assert_eq!(health.log[0].output, "no");

    let host = &container.host_config;
    assert!(host.auto_remove && host.read_only && host.cap_add.is_empty());
    assert_eq!((host.memory, host.nano_cpus, host.pids_limit), (536_870_912, 1_500_000_000, None));
    assert_eq!(
        (host.restart_policy.name.as_str(), host.restart_policy.maximum_retry_count),
        ("on-failure", 5)
    );
    assert_eq!((host.tmpfs["/run"].as_str(), container.restart_count), ("size=1m", 2));
    assert_eq!(host.other["ShmSize"], 67_108_864);
    let requested: Vec<String> = host
        .port_bindings
        .iter()
        .map(|wanted| format!("{} {:?} {:?}", wanted.port, wanted.address, wanted.host_port))
        .collect();
    assert_eq!(
        requested,
        ["53/udp None None", "53/udp Some(127.0.0.1) None", "80/tcp None Some(8080)"]
    );
    let [odd, range, fixed] = &*host.port_bindings else { panic!("{:?}", host.port_bindings) };
    assert_eq!((odd.address_text.as_str(), odd.host_port_text.as_str()), ("lo", "0"));
    assert_eq!(range.host_range, Some(PortRange { first: 8000, last: 8010 }));
    assert_eq!(range.host_port_text, "8000-8010");
    assert_eq!((odd.host_range, fixed.host_range), (None, None));
    let others: Vec<&String> = host.port_bindings.other.keys().collect();
    assert_eq!(others, ["81-82/tcp", "odd"]);

    let mount = &container.mounts[0];
    assert_eq!((mount.kind.as_str(), mount.name.as_str()), ("volume", "data"));
    assert_eq!((mount.destination.as_str(), mount.writable), ("/data", false));
    assert_eq!(mount.other["Propagation"], "");

    let exposed: Vec<String> =
        container.config.exposed_ports.iter().map(ToString::to_string).collect();
    assert_eq!(exposed, ["53/udp", "80/tcp"]);
    assert!(container.config.exposed_ports.other.contains_key("90-91/tcp"));
    let published = container.published(80).unwrap();
    assert_eq!((published.host_port, published.address), (Some(8080), "0.0.0.0".parse().ok()));
    assert_eq!((container.network.ports.len(), container.published(53)), (2, None));
    let endpoint = &container.network.networks["net"];
    assert_eq!((endpoint.ip_address.as_str(), endpoint.ip_prefix_len), ("172.18.0.2", 16));
    assert!(endpoint.aliases.is_empty());
}

#[test]
fn a_container_of_another_engine_may_lack_everything_but_its_identifier() {
    let fake = answering(&format!(r#"{{"Id":"{ID}","New":1}}"#));
    let container = fake.docker.container().find("web").unwrap().unwrap();
    assert_eq!((container.state.status.as_str(), container.state.is_healthy()), ("", None));
    assert!(container.mounts.is_empty() && container.network.ports.is_empty());
    assert!(container.created.system_time().is_none());
    assert_eq!(container.other["New"], 1);
}

#[test]
fn a_list_is_described_without_what_has_gone() {
    let fake = Fake::new(&format!(
        r#"echo "$*" >> calls
case "$*" in
  "container ls"*) echo '{{"ID":"{ID}"}}'; echo '{{"ID":"0123456789ab"}}' ;;
  "volume ls"*) echo a; echo b ;;
  "container inspect"*) echo '{{"Id":"{ID}","Name":"/web"}}'; echo 'Error response from daemon: No such container: 0123456789ab' >&2; exit 1 ;;
  "volume inspect"*) echo 'Error response from daemon: permission denied' >&2; exit 1 ;;
esac"#
    ));
    let found = fake.docker.container().ls().all().inspect().unwrap();
    assert_eq!((found.len(), found[0].short_name()), (1, "web"));
    let error = fake.docker.volume().ls().inspect().unwrap_err();
    assert!(matches!(error, Error::Daemon(_)), "{error:?}");
    assert_eq!(
        std::fs::read_to_string(fake.path("calls")).unwrap(),
        format!(
            "container ls --no-trunc --format={{{{json .}}}} --all\n\
             container inspect --format={{{{json .}}}} {ID} 0123456789ab\n\
             volume ls --quiet\n\
             volume inspect --format={{{{json .}}}} a b\n"
        )
    );
}

/// Of docker 20.10, the client has no version.
#[test]
fn the_daemon_and_the_program_describe_themselves() {
    let fake = answering(
        r#"{"ID":"x","OSType":"linux","Architecture":"x86_64","SystemTime":"2026-11-24T02:09:55.5Z","ServerVersion":"20.10.24","ClientInfo":{"Debug":false,"Context":"default","Plugins":[{"SchemaVersion":"0.1.0","Vendor":"Docker Inc.","Version":"2.26.1","ShortDescription":"Docker Compose","Name":"compose","Path":"/p/docker-compose"}],"Warnings":null}}"#,
    );
    let info = fake.docker.info().unwrap();
    assert_eq!((info.os_type.as_str(), info.architecture.as_str()), ("linux", "x86_64"));
    assert_eq!(info.system_time.as_str(), "2026-11-24T02:09:55.5Z");
    assert_eq!((info.client.version.as_str(), info.client.context.as_str()), ("", "default"));
    let compose = info.client.plugin("compose").unwrap();
    assert_eq!((compose.version.as_str(), compose.path.as_str()), ("2.26.1", "/p/docker-compose"));
    assert_eq!(compose.other["SchemaVersion"], "0.1.0");
    assert!(info.client.plugin("buildx").is_none());
}

#[test]
fn an_image_has_ports_volumes_and_layers() {
    let fake = answering(
        r#"{"Id":"sha256:2cf291174d13","Created":"0001-01-01T00:00:00Z","Variant":"v8","Config":{"ExposedPorts":{"80/tcp":{}},"Volumes":{"/data":{}},"User":"1000"},"RootFS":{"Type":"layers","Layers":["sha256:aa"]}}"#,
    );
    let image = fake.docker.image().find("app").unwrap().unwrap();
    assert_eq!((image.created.system_time(), image.variant.as_str()), (None, "v8"));
    assert_eq!(
        (image.config.volumes, image.root_fs.layers),
        (vec!["/data".to_owned()], vec!["sha256:aa".to_owned()])
    );
    assert_eq!(image.config.exposed_ports[0].to_string(), "80/tcp");
}

#[test]
fn a_network_has_addresses_and_members() {
    let fake = answering(
        r#"{"Name":"net","Id":"abc123","Created":"2026-11-24T02:09:55.123+01:00","EnableIPv6":false,"IPAM":{"Driver":"default","Options":null,"Config":[{"Subnet":"172.18.0.0/16","Gateway":"172.18.0.1"}]},"Containers":{"f00":{"Name":"web","EndpointID":"e","MacAddress":"02:42:ac:12:00:02","IPv4Address":"172.18.0.2/16","IPv6Address":""}},"Options":{"a":"b"}}"#,
    );
    let network = fake.docker.network().find("net").unwrap().unwrap();
    let pool = &network.ipam.config[0];
    assert_eq!(
        (pool.subnet.as_str(), pool.gateway.as_str(), pool.ip_range.as_str()),
        ("172.18.0.0/16", "172.18.0.1", "")
    );
    let member = &network.containers["f00"];
    assert_eq!((member.name.as_str(), member.ipv4_address.as_str()), ("web", "172.18.0.2/16"));
    assert_eq!((network.options["a"].as_str(), network.ipv6), ("b", false));
}

#[test]
fn processes_have_a_cell_for_each_title() {
    let fake = answering(
        "UID                 PID                 CMD\nroot                41                  sh -c  sleep 9\nroot                42                  ",
    );
    let processes = fake.docker.container().top("web").call().unwrap();
    assert_eq!(processes.titles, ["UID", "PID", "CMD"]);
    assert_eq!(processes.rows, [["root", "41", "sh -c  sleep 9"], ["root", "42", ""]]);
    assert_eq!(processes.column("PID").collect::<Vec<_>>(), ["41", "42"]);
    assert_eq!(processes.column("PPID").count(), 0);
}

#[test]
fn ports_differences_and_statuses_are_parsed_line_by_line() {
    let fake = answering("80/tcp -> 0.0.0.0:8080\n80/tcp -> [::]:8080");
    let ports = fake.docker.container().port("web").call().unwrap();
    assert_eq!((ports.len(), ports[1].address), (2, "::".parse().ok()));

    let fake = answering("C /etc\nA /etc/new file\nD /old");
    let differences = fake.docker.container().diff("web").call().unwrap();
    let pairs: Vec<_> = differences.iter().map(|one| (one.change, one.path.as_str())).collect();
    assert_eq!(
        pairs,
        [
            (FileChange::Changed, "/etc"),
            (FileChange::Added, "/etc/new file"),
            (FileChange::Deleted, "/old")
        ]
    );

    let fake = answering("0\n137");
    assert_eq!(fake.docker.container().wait(["a", "b"]).call().unwrap(), [0, 137]);
}

#[test]
fn what_docker_does_not_print_is_an_error() {
    let fake = answering("rubbish here");
    let container = fake.docker.container();
    for (error, expected) in [
        (container.port("web").call().unwrap_err(), "a published port"),
        (container.diff("web").call().unwrap_err(), "a changed file"),
        (container.wait(["web"]).call().unwrap_err(), "an exit status"),
        (container.create("app").call().unwrap_err(), "a container identifier"),
    ] {
        assert!(
            matches!(&error, Error::Unexpected { expected: wanted, text, .. }
                if *wanted == expected && text.reveal() == "rubbish here"),
            "{error:?}"
        );
    }
}

#[test]
fn the_steps_of_an_image_have_sizes_and_times() {
    let fake = answering(
        r#"{"Comment":"buildkit","CreatedAt":"2026-11-24T02:09:55Z","CreatedBy":"RUN true","CreatedSince":"1","ID":"sha256:2cf291174d13","Size":"1234"}
{"Comment":"","CreatedAt":"2026-11-24T02:09:55Z","CreatedBy":"ADD x","ID":"\u003cmissing\u003e","Size":"0"}"#,
    );
    let steps = fake.docker.image().history("app").call().unwrap();
    assert_eq!((steps[0].bytes(), steps[0].created_by.as_str()), (Some(1234), "RUN true"));
    assert_eq!(steps[0].image().unwrap().as_str(), "sha256:2cf291174d13");
    assert_eq!((steps[1].image(), steps[1].id.as_str()), (None, "<missing>"));
}

#[test]
fn what_was_pruned_is_returned() {
    let fake = answering(&format!("Deleted Containers:\n{ID}\n\nTotal reclaimed space: 5B"));
    let containers = fake.docker.container().prune().call().unwrap();
    assert_eq!((containers.len(), containers[0].as_str()), (1, ID));
    let fake = answering("Total reclaimed space: 0B");
    assert!(fake.docker.container().prune().call().unwrap().is_empty());

    let fake = answering("Deleted Networks:\na\nmy net\n");
    assert_eq!(fake.docker.network().prune().call().unwrap(), ["a", "my net"]);

    let fake = answering(
        "Deleted Images:\nuntagged: app:1\ndeleted: sha256:2cf291174d13\ndeleted:sha256:0a\n\nTotal reclaimed space: 0B",
    );
    let pruned = fake.docker.image().prune().all().call().unwrap();
    assert_eq!(pruned.untagged, ["app:1"]);
    let deleted: Vec<&str> = pruned.deleted.iter().map(docker_cli::ImageId::as_str).collect();
    assert_eq!(deleted, ["sha256:2cf291174d13", "sha256:0a"]);
}

/// Docker moves the cursor and clears lines between the rounds.
#[test]
fn the_use_of_resources_is_followed() {
    let row = r#"{"BlockIO":"0B / 0B","CPUPerc":"150.00%","Container":"web","ID":"ab","MemPerc":"0.29%","MemUsage":"1.5MiB / 512MiB","Name":"web","NetIO":"1kB / 0B","PIDs":"2"}"#;
    let fake = Fake::new(&format!(
        r#"echo "$*" > call
printf '\033[H\033[K'; printf '%s\033[K\n' '{row}' '{row}'; printf '\033[J'; echo 'Error response from daemon: No such container: db' >&2; exit 1"#
    ));
    let mut rows = fake.docker.container().stats(["web"]).follow().unwrap();
    let first = rows.next().unwrap().unwrap();
    assert_eq!((first.cpu_percent(), first.memory_percent()), (Some(150.0), Some(0.29)));
    assert_eq!((first.name.as_str(), first.memory.as_str()), ("web", "1.5MiB / 512MiB"));
    rows.next().unwrap().unwrap();
    assert!(matches!(rows.next(), Some(Err(Error::NoSuch { .. }))));
    assert!(rows.next().is_none());
    assert_eq!(
        std::fs::read_to_string(fake.path("call")).unwrap(),
        "container stats --no-trunc --format={{json .}} --no-stream --no-stream=false web\n"
    );
}

#[test]
fn files_pass_through_standard_input_and_output() {
    let fake = Fake::new("echo \"$*\"; cat");
    let container = fake.docker.container();
    let archive = container.copy_out("web", "/a b").follow_link().call().unwrap();
    assert_eq!(archive, b"container cp --follow-link web:/a b -\n");
    let copy = container.copy_in(b"archive", "web", "/tmp").archive();
    assert_eq!(copy.output().unwrap().stdout, b"container cp --archive - web:/tmp\narchive");
    container.export("web").to(fake.path("web.tar")).unwrap();
    assert_eq!(std::fs::read(fake.path("web.tar")).unwrap(), b"container export web\n");
}

#[test]
fn a_started_container_may_fail_as_its_program_does() {
    let fake = Fake::new("echo \"$*\"; cat; exit 3");
    let start = fake.docker.container().start(["web"]).attach().stdin(b"in");
    let Err(Error::Exit(failure)) = start.call() else { panic!("no failing program") };
    assert_eq!(failure.status.unwrap().code(), Some(3));
    assert_eq!(failure.stdout, b"container start --attach --interactive web\nin");
}
