//! The ports and mounts of a container, and whether it stays when it exits, as its daemon describes it:
//! `docker container inspect` prints the same.

use docker_cli::Publication;
use docker_cli::container::{self, Container};

use crate::model::recording::{ContainerSpec, Mount, MountSource, Port};

/// The ports and mounts with which a container was created, sorted.
///
/// Ports that the engine chooses are left out: a container has them only while it runs.
pub(super) fn container_spec(container: &Container) -> ContainerSpec {
    let host = &container.host_config;
    let mut mounts: Vec<Mount> = container.mounts.iter().filter_map(mount).collect();
    mounts.extend(host.tmpfs.iter().map(|(destination, options)| Mount {
        source: MountSource::Tmpfs,
        destination: destination.clone(),
        read_only: options.split(',').any(|option| option == "ro"),
    }));
    mounts.sort_by(|one, other| one.destination.cmp(&other.destination));
    mounts.dedup();

    let mut ports: Vec<Port> = host.port_bindings.iter().map(published).collect();
    if host.publish_all_ports {
        let is_published = |port: &&docker_cli::Port| {
            host.port_bindings.iter().any(|publication| publication.port == **port)
        };
        let exposed = container.config.exposed_ports.iter().filter(|port| !is_published(port));
        ports.extend(exposed.map(of_container));
    }
    ports.sort();
    ports.dedup();
    ContainerSpec { mounts, ports }
}

/// Whether a container stays when it exits: it was created without `--rm`.
pub(super) fn stays(container: &Container) -> bool {
    !container.host_config.auto_remove
}

fn mount(mount: &container::Mount) -> Option<Mount> {
    let source = match mount.kind.as_str() {
        "bind" => MountSource::Bind(mount.source.clone()),
        "volume" => MountSource::Volume(mount.name.clone()),
        "tmpfs" => MountSource::Tmpfs,
        _ => return None,
    };
    let destination = mount.destination.clone();
    Some(Mount { source, destination, read_only: !mount.writable })
}

fn published(publication: &Publication) -> Port {
    Port {
        address: publication.address.map(|address| address.to_string()),
        host: publication.host_port,
        ..of_container(&publication.port)
    }
}

fn of_container(port: &docker_cli::Port) -> Port {
    Port { address: None, host: None, container: port.number, protocol: port.protocol.clone() }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn container(host: &Value, mounts: &Value, config: &Value) -> Container {
        let id = "0".repeat(64);
        let all = json!({"Id": id, "HostConfig": host, "Mounts": mounts, "Config": config});
        serde_json::from_value(all).expect("a container as Docker describes it")
    }

    #[test]
    fn a_container_stays_unless_it_was_created_with_rm() {
        let stays = |host| stays(&container(&host, &Value::Null, &Value::Null));
        assert!(stays(json!({"AutoRemove": false})));
        assert!(!stays(json!({"AutoRemove": true})));
    }

    #[test]
    fn mounts_are_named_by_their_source() {
        let mounts = json!([
            {"Type": "volume", "Name": "data", "Source": "/var/lib/docker/volumes/data/_data", "Destination": "/z", "RW": true},
            {"Type": "bind", "Source": "/lab", "Destination": "/backup", "RW": false},
            {"Type": "tmpfs", "Source": "", "Destination": "/tmp", "RW": true},
            {"Type": "cluster", "Destination": "/c"},
        ]);
        let host = json!({"Tmpfs": {"/run": "ro,size=1m"}});
        let mount = |source, destination: &str, read_only| Mount {
            source,
            destination: destination.to_owned(),
            read_only,
        };
        let expected = [
            mount(MountSource::Bind("/lab".into()), "/backup", true),
            mount(MountSource::Tmpfs, "/run", true),
            mount(MountSource::Tmpfs, "/tmp", false),
            mount(MountSource::Volume("data".into()), "/z", false),
        ];
        assert_eq!(container_spec(&container(&host, &mounts, &json!({}))).mounts, expected);
    }

    #[test]
    fn ports_are_those_that_were_requested() {
        let host = json!({
            "PortBindings": {
                "80/tcp": [
                    {"HostIp": "", "HostPort": "8080"},
                    {"HostIp": "127.0.0.1", "HostPort": ""},
                ],
                "53/udp": [{"HostIp": "", "HostPort": "8000-8010"}],
                "rubbish": null,
            },
            "PublishAllPorts": true,
        });
        let config = json!({"ExposedPorts": {"80/tcp": {}, "443/tcp": {}}});
        let port = |address: Option<&str>, host, container, protocol: &str| Port {
            address: address.map(str::to_owned),
            host,
            container,
            protocol: protocol.to_owned(),
        };
        let expected = [
            port(None, None, 53, "udp"),
            port(None, None, 443, "tcp"),
            port(None, Some(8080), 80, "tcp"),
            port(Some("127.0.0.1"), None, 80, "tcp"),
        ];
        assert_eq!(container_spec(&container(&host, &json!([]), &config)).ports, expected);
    }

    #[test]
    fn missing_properties_are_left_out() {
        assert_eq!(
            container_spec(&container(&Value::Null, &Value::Null, &Value::Null)),
            ContainerSpec::default()
        );
    }
}
