//! Ports of containers in Docker's JSON and text.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::ops::Deref;
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

/// A range of ports: `8000-8010`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    /// The lowest port.
    pub first: u16,
    /// The highest port.
    pub last: u16,
}

impl FromStr for PortRange {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let parse = || {
            let (first, last) = text.split_once('-')?;
            let (first, last) = (first.parse().ok()?, last.parse().ok()?);
            (first <= last).then_some(Self { first, last })
        };
        parse().ok_or_else(|| InvalidName::new(text, "a range of ports", "`FIRST-LAST`"))
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.first, self.last)
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
    /// The range of which the daemon chooses a port; `None` if it may choose any, or none.
    pub host_range: Option<PortRange>,
    /// The address as Docker has it; empty for all of them. It need not be an IP address if another
    /// program than docker has created the container.
    pub address_text: String,
    /// The port or the range of the machine as Docker has it; empty or `0` if the daemon chooses any.
    pub host_port_text: String,
}

impl Publication {
    pub(crate) fn new(port: Port, address: &str, host_port: &str) -> Self {
        Self {
            port,
            address: address.parse().ok(),
            // The daemon chooses one for 0, too.
            host_port: host_port.parse().ok().filter(|port| *port != 0),
            host_range: host_port.parse().ok(),
            address_text: address.to_owned(),
            host_port_text: host_port.to_owned(),
        }
    }

    /// Parses a line of `docker container port`: `80/tcp -> 0.0.0.0:8080`.
    pub(crate) fn from_line(line: &str) -> Option<Self> {
        let (port, host) = line.split_once(" -> ")?;
        let (address, host_port) = host.trim().rsplit_once(':')?;
        let address = address.trim_start_matches('[').trim_end_matches(']');
        let found = Self::new(port.trim().parse().ok()?, address, host_port);
        (found.address.is_some() && found.host_port.is_some()).then_some(found)
    }
}

/// The ports that are the keys of a map in Docker's JSON, sorted. It is used as a slice.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ports<T> {
    list: Vec<T>,
    /// What is not a port: other programs than docker can have written it.
    pub other: BTreeMap<String, Value>,
}

impl<T: Ord> Ports<T> {
    /// `parse` returns `None` for a value that it does not know.
    fn deserialize_with<'de, D: Deserializer<'de>>(
        deserializer: D,
        parse: impl Fn(Port, &Value) -> Option<Vec<T>>,
    ) -> Result<Self, D::Error> {
        let mut ports = Self::default();
        for (key, value) in BTreeMap::<String, Value>::deserialize(deserializer)? {
            match key.parse().ok().and_then(|port| parse(port, &value)) {
                Some(parsed) => ports.list.extend(parsed),
                None => {
                    ports.other.insert(key, value);
                }
            }
        }
        ports.list.sort();
        Ok(ports)
    }
}

/// A map from ports to lists of addresses and ports of the machine, or `null`.
impl<'de> Deserialize<'de> for Ports<Publication> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize_with(deserializer, |port, hosts| {
            if hosts.is_null() {
                return Some(Vec::new());
            }
            let publication = |host: &Value| {
                let text = |name: &str| host.get(name).and_then(Value::as_str).unwrap_or_default();
                Publication::new(port.clone(), text("HostIp"), text("HostPort"))
            };
            Some(hosts.as_array()?.iter().map(publication).collect())
        })
    }
}

/// The values mean nothing.
impl<'de> Deserialize<'de> for Ports<Port> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::deserialize_with(deserializer, |port, _| Some(vec![port]))
    }
}

impl<T> Default for Ports<T> {
    fn default() -> Self {
        Self { list: Vec::new(), other: BTreeMap::new() }
    }
}

impl<T> Deref for Ports<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.list
    }
}

impl<'a, T> IntoIterator for &'a Ports<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.iter()
    }
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
    fn a_range_has_two_ends() {
        assert_eq!("80-90".parse(), Ok(PortRange { first: 80, last: 90 }));
        for text in ["", "80", "90-80", "80-", "80-90-100", "80-70000"] {
            assert!(text.parse::<PortRange>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_line_of_docker_port_is_a_publication() {
        let parse = |line| {
            let Publication { port, address, host_port, .. } = Publication::from_line(line)?;
            Some(format!("{port} {} {}", address?, host_port?))
        };
        assert_eq!(parse("80/tcp -> 0.0.0.0:8080").unwrap(), "80/tcp 0.0.0.0 8080");
        assert_eq!(parse("53/udp -> [::]:53").unwrap(), "53/udp :: 53");
        assert_eq!(parse("0.0.0.0:8080"), None);
    }
}
