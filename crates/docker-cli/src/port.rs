//! Ports of containers in Docker's JSON and text.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde_json::Value;

use crate::id::InvalidName;

/// A port of a container: `80/tcp`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port {
    /// The number.
    pub number: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
}

/// Without a protocol, it is TCP.
impl FromStr for Port {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let is_protocol = protocol.bytes().all(|byte| byte.is_ascii_lowercase());
        match number.parse() {
            Ok(number) if is_protocol && !protocol.is_empty() => {
                Ok(Self { number, protocol: protocol.to_owned() })
            }
            _ => Err(InvalidName::new(text, "a port", "a number, or `NUMBER/PROTOCOL`")),
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.protocol)
    }
}

/// A port of a container that is published on the daemon's machine.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Publication {
    /// The port of the container.
    pub port: Port,
    /// The address of the machine; `None` for all of them.
    pub address: Option<IpAddr>,
    /// The port of the machine; `None` if the daemon chooses one.
    pub host_port: Option<u16>,
}

impl Publication {
    /// Parses a line of `docker container port`: `80/tcp -> 0.0.0.0:8080`.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let (port, host) = line.split_once(" -> ")?;
        let (address, host_port) = host.trim().rsplit_once(':')?;
        let address = address.trim_start_matches('[').trim_end_matches(']');
        Some(Self {
            port: port.trim().parse().ok()?,
            address: Some(address.parse().ok()?),
            host_port: Some(host_port.parse().ok()?),
        })
    }
}

/// For serde: a map from ports to lists of addresses and ports of the machine. What is not a port is
/// left out: other programs than docker can have written it.
pub(crate) fn publications<'de, D>(deserializer: D) -> Result<Vec<Publication>, D::Error>
where
    D: Deserializer<'de>,
{
    let map: Option<BTreeMap<String, Value>> = Option::deserialize(deserializer)?;
    let mut publications = Vec::new();
    for (port, hosts) in map.unwrap_or_default() {
        let Ok(port) = port.parse::<Port>() else { continue };
        for host in hosts.as_array().into_iter().flatten() {
            let text = |name: &str| host.get(name).and_then(Value::as_str);
            publications.push(Publication {
                port: port.clone(),
                address: text("HostIp").and_then(|address| address.parse().ok()),
                // A range is not a number: the daemon chooses a port of it.
                host_port: text("HostPort").and_then(|port| port.parse().ok()),
            });
        }
    }
    publications.sort();
    Ok(publications)
}

/// For serde: the ports that are the keys of a map.
pub(crate) fn ports<'de, D>(deserializer: D) -> Result<Vec<Port>, D::Error>
where
    D: Deserializer<'de>,
{
    let map: Option<BTreeMap<String, Value>> = Option::deserialize(deserializer)?;
    let mut ports: Vec<Port> =
        map.unwrap_or_default().keys().filter_map(|port| port.parse().ok()).collect();
    ports.sort();
    Ok(ports)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_has_a_protocol() {
        for (text, shown) in [("80/tcp", "80/tcp"), ("80", "80/tcp"), ("53/udp", "53/udp")] {
            assert_eq!(text.parse::<Port>().unwrap().to_string(), shown);
        }
        for text in ["", "tcp", "80/", "/tcp", "80-90/tcp", "70000", "80/TCP"] {
            assert!(text.parse::<Port>().is_err(), "{text}");
        }
        let error = "x".parse::<Port>().unwrap_err();
        assert_eq!(error.to_string(), "`x` is not a port: use a number, or `NUMBER/PROTOCOL`");
    }

    #[test]
    fn a_line_of_docker_port_is_a_publication() {
        let parse = |line| {
            let Publication { port, address, host_port } = Publication::from_line(line)?;
            Some(format!("{port} {} {}", address?, host_port?))
        };
        assert_eq!(parse("80/tcp -> 0.0.0.0:8080").unwrap(), "80/tcp 0.0.0.0 8080");
        assert_eq!(parse("53/udp -> [::]:53").unwrap(), "53/udp :: 53");
        assert_eq!(parse("0.0.0.0:8080"), None);
    }
}
