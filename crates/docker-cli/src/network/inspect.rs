//! The description of a network.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::define::record;
use crate::id::NetworkId;
use crate::read;
use crate::time::Time;

/// A network, as `docker network inspect` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Network {
    /// The network's identifier.
    pub id: NetworkId,
    /// The network's name.
    #[serde(default, deserialize_with = "read::or_default")]
    pub name: String,
    /// The driver: `bridge`, `host`, `overlay`, …
    #[serde(default, deserialize_with = "read::or_default")]
    pub driver: String,
    /// The scope: `local`, `swarm` or `global`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub scope: String,
    /// Whether it is isolated from the outside.
    #[serde(default, deserialize_with = "read::or_default")]
    pub internal: bool,
    /// The network's labels.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// The time of creation.
    #[serde(default, deserialize_with = "read::or_default")]
    pub created: Time,
    /// Whether it has IPv6 addresses.
    #[serde(default, rename = "EnableIPv6", deserialize_with = "read::or_default")]
    pub ipv6: bool,
    /// Whether containers can be connected to it by hand, if it belongs to a swarm.
    #[serde(default, deserialize_with = "read::or_default")]
    pub attachable: bool,
    /// Where its addresses come from.
    #[serde(default, rename = "IPAM", deserialize_with = "read::or_default")]
    pub ipam: Ipam,
    /// The options of its driver.
    #[serde(default, deserialize_with = "read::or_default")]
    pub options: BTreeMap<String, String>,
    /// The running containers that are connected, by identifier.
    #[serde(default, deserialize_with = "read::or_default")]
    pub containers: BTreeMap<String, Member>,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}

record! {
    /// Where the addresses of a network come from.
    Ipam {
        /// The driver: `default`, or a plugin.
        driver: String,
        /// The ranges of addresses.
        config: Vec<AddressPool>,
    }
}

record! {
    /// A range of addresses of a network. What was not set is empty.
    AddressPool {
        /// All addresses, in CIDR notation: `172.18.0.0/16`.
        subnet: String,
        /// The addresses for containers, in CIDR notation.
        #[serde(rename = "IPRange")]
        ip_range: String,
        /// The address of the gateway.
        gateway: String,
    }
}

record! {
    /// A container that is connected to a network. Addresses are in CIDR notation, or empty.
    Member {
        /// The container's name.
        name: String,
        /// The IPv4 address: `172.18.0.2/16`.
        #[serde(rename = "IPv4Address")]
        ipv4_address: String,
        /// The IPv6 address.
        #[serde(rename = "IPv6Address")]
        ipv6_address: String,
        /// The hardware address.
        mac_address: String,
    }
}
