//! The ports and mounts of a container, and whether it stays when it exits, as its daemon describes it:
//! `docker container inspect` prints the same.

use docker_cli::container::Container;
use serde_json::Value;

use crate::model::recording::{ContainerSpec, Mount, MountSource, Port};

/// The ports and mounts with which a container was created, sorted.
///
/// Ports that the engine chooses are left out: a container has them only while it runs.
pub(super) fn container_spec(container: &Container) -> ContainerSpec {
    let empty = Value::Null;
    let host = container.other.get("HostConfig").unwrap_or(&empty);
    let mounts = container.other.get("Mounts").and_then(Value::as_array);
    let mut mounts: Vec<Mount> = mounts.into_iter().flatten().filter_map(mount).collect();
    let memory = host["Tmpfs"].as_object().into_iter().flatten();
    mounts.extend(memory.map(|(destination, options)| Mount {
        source: MountSource::Tmpfs,
        destination: destination.clone(),
        read_only: options.as_str().is_some_and(|options| options.split(',').any(|o| o == "ro")),
    }));
    mounts.sort_by(|one, other| one.destination.cmp(&other.destination));
    mounts.dedup();

    let bound = host["PortBindings"].as_object();
    let mut ports: Vec<Port> = bound.into_iter().flatten().flat_map(published).collect();
    if host["PublishAllPorts"] == true {
        let exposed = container.config.other.get("ExposedPorts").and_then(Value::as_object);
        let exposed = exposed.into_iter().flatten().filter_map(|(port, _)| exposed_port(port));
        let is_published = |port: &Port| {
            ports
                .iter()
                .any(|other| (other.container, &other.protocol) == (port.container, &port.protocol))
        };
        let more: Vec<Port> = exposed.filter(|port| !is_published(port)).collect();
        ports.extend(more);
    }
    ports.sort();
    ports.dedup();
    ContainerSpec { mounts, ports }
}

/// Whether a container stays when it exits: it was created without `--rm`.
pub(super) fn stays(container: &Container) -> bool {
    container.other.get("HostConfig").is_some_and(|host| host["AutoRemove"] != true)
}

fn mount(mount: &Value) -> Option<Mount> {
    let text = |name: &str| mount[name].as_str().map(str::to_owned);
    let source = match mount["Type"].as_str()? {
        "bind" => MountSource::Bind(text("Source")?),
        "volume" => MountSource::Volume(text("Name")?),
        "tmpfs" => MountSource::Tmpfs,
        _ => return None,
    };
    let read_only = mount["RW"] == false;
    Some(Mount { source, destination: text("Destination")?, read_only })
}

/// The ports of the host that are published for a port of the container.
fn published((port, bindings): (&String, &Value)) -> Vec<Port> {
    let Some(port) = exposed_port(port) else { return Vec::new() };
    let bindings = bindings.as_array().into_iter().flatten();
    let published = bindings.map(|binding| {
        let text = |name: &str| binding[name].as_str().filter(|text| !text.is_empty());
        Port {
            address: text("HostIp").map(str::to_owned),
            // A range is not a number: the engine chooses a port of it.
            host: text("HostPort").and_then(|host| host.parse().ok()),
            ..port.clone()
        }
    });
    published.collect()
}

/// Parses a port in Docker's format: `80/tcp`.
fn exposed_port(text: &str) -> Option<Port> {
    let (container, protocol) = text.split_once('/')?;
    let (container, protocol) = (container.parse().ok()?, protocol.to_owned());
    Some(Port { address: None, host: None, container, protocol })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

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
