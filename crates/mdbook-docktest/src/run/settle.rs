//! Waits for what docker still does after a command has ended.
//!
//! `docker run -d` ends when the container's program has been started, not when it listens on its ports; `docker swarm
//! init` ends before the networks of the swarm are there. A reader needs seconds for the next command. Here it would
//! follow at once, and would fail in some runs only.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use docker_cli::Canceller;
use docker_cli::container::Container;
use docker_sandbox::{Daemon, ProcessEngine};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::extract::command_words::has_word;

/// How long a container may need until it listens, from its start on, and how long the networks of a swarm may need.
const PATIENCE: Duration = Duration::from_secs(5);

/// How often to look.
const PAUSE: Duration = Duration::from_millis(20);

/// How long the daemon may take to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// The networks that the engine makes for a swarm.
const NETWORKS: [&str; 2] = ["ingress", "docker_gwbridge"];

/// The words of docker's commands that start containers, or let the engine do so, and go on without them.
const STARTING: [&str; 8] =
    ["start", "restart", "up", "create", "update", "rollback", "scale", "deploy"];

/// Waits until a reader would type the next command, after one that has succeeded.
pub(super) fn settle(engine: &ProcessEngine, ended: &str, canceller: &Canceller) {
    if !ended.contains("docker") {
        return;
    }
    let is_over = || canceller.is_cancelled() || !engine.is_running();
    let daemon = engine.daemon();
    if ended.contains("swarm init") {
        let exist = || NETWORKS.iter().all(|network| has_network(&daemon, network));
        // Without a swarm after all, as in `echo docker swarm init`, this takes as long as it may.
        wait_until(|| exist() || is_over(), PATIENCE);
    }
    if !starts_containers(ended) {
        return;
    }
    let containers: Option<Vec<Listed>> = get(&daemon, "/containers/json");
    for listed in containers.unwrap_or_default() {
        let awaited = listed.awaited();
        if awaited == Awaited::default() {
            continue;
        }
        let Some(container) = Started::find(engine, &daemon, &listed.id) else { continue };
        let listens = || container.listening().is_none_or(|ports| awaited.is_met(&ports));
        wait_until(|| listens() || is_over(), PATIENCE.saturating_sub(container.age));
    }
}

/// Whether a command names what starts containers that may run when it has ended. What a script or a function starts is
/// not known.
fn starts_containers(command: &str) -> bool {
    has_word(command, &STARTING) || has_word(command, &["run"]) && may_go_on_without(command)
}

/// Whether `docker run` in a command may end before its container: `-d`, also among other letters, `--detach` or `&`.
/// To ask the daemon without need only takes time.
fn may_go_on_without(command: &str) -> bool {
    let detaches = |word: &str| match word.strip_prefix('-') {
        Some(letters) => letters.contains('d'),
        None => word.contains('&'),
    };
    command.split_whitespace().any(detaches)
}

fn wait_until(is_done: impl Fn() -> bool, limit: Duration) {
    let start = Instant::now();
    while start.elapsed() < limit && !is_done() {
        thread::sleep(PAUSE);
    }
}

/// A container that runs.
struct Started {
    /// The directory of its program in `/proc` about its network.
    network: PathBuf,
    /// How long it has been running; 0 if the clock has been set back.
    age: Duration,
}

impl Started {
    fn find(engine: &ProcessEngine, daemon: &Daemon, id: &str) -> Option<Self> {
        let Container { state, .. } = get(daemon, &format!("/containers/{id}/json"))?;
        let age = SystemTime::now().duration_since(state.started_at.system_time()?);
        let network = engine.outside(Path::new(&format!("/proc/{}/net", state.pid)));
        Some(Self { network, age: age.unwrap_or_default() })
    }

    fn listening(&self) -> Option<BTreeSet<u16>> {
        listening(&self.network)
    }
}

/// The ports on which a container should listen before the next command.
#[derive(Debug, Default, PartialEq, Eq)]
struct Awaited {
    /// It publishes them: on all of them.
    published: BTreeSet<u16>,
    /// Its image says that its program can: on any of them.
    exposed: BTreeSet<u16>,
}

impl Awaited {
    fn is_met(&self, listening: &BTreeSet<u16>) -> bool {
        match self.published.is_empty() {
            true => self.exposed.is_empty() || !self.exposed.is_disjoint(listening),
            false => self.published.is_subset(listening),
        }
    }
}

/// A container that runs, as the daemon lists it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Listed {
    id: String,
    #[serde(default)]
    ports: Vec<ListedPort>,
}

/// A port that a container publishes, or that its image exposes.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedPort {
    private_port: u16,
    public_port: Option<u16>,
    #[serde(rename = "Type")]
    protocol: String,
}

impl Listed {
    /// The ports for TCP inside of the container.
    fn awaited(&self) -> Awaited {
        let mut awaited = Awaited::default();
        for port in self.ports.iter().filter(|port| port.protocol == "tcp") {
            let ports = match port.public_port {
                Some(_) => &mut awaited.published,
                None => &mut awaited.exposed,
            };
            ports.insert(port.private_port);
        }
        awaited
    }
}

fn has_network(daemon: &Daemon, name: &str) -> bool {
    get::<serde::de::IgnoredAny>(daemon, &format!("/networks/{name}")).is_some()
}

/// What the daemon has at a path; `None` if it has nothing, or does not answer: then there is nothing to wait for.
fn get<T: DeserializeOwned>(daemon: &Daemon, path: &str) -> Option<T> {
    let answer = daemon.get(path, ANSWER_LIMIT).ok().flatten()?;
    serde_json::from_slice(&answer).ok()
}

/// The ports for TCP on which programs in a network namespace listen; `None` if it is gone. `network` is the directory
/// of one of its processes in `/proc` (proc(5), `/proc/net`).
fn listening(network: &Path) -> Option<BTreeSet<u16>> {
    let ports = ports_in(&fs::read_to_string(network.join("tcp")).ok()?);
    // A kernel without IPv6 has no such file.
    let more = fs::read_to_string(network.join("tcp6")).unwrap_or_default();
    Some(ports.into_iter().chain(ports_in(&more)).collect())
}

/// The ports of the sockets that listen, in the text of `/proc/net/tcp`: their state is `0A` (`TCP_LISTEN` in the
/// kernel's `tcp_states.h`).
fn ports_in(table: &str) -> BTreeSet<u16> {
    let port = |line: &str| {
        let mut columns = line.split_whitespace().skip(1);
        let (local, state) = (columns.next()?, columns.nth(1)?);
        let (_, port) = local.rsplit_once(':').filter(|_| state == "0A")?;
        u16::from_str_radix(port, 16).ok()
    };
    table.lines().filter_map(port).collect()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn ports_that_listen_are_found_in_the_table_of_the_kernel() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1
   1: 0100007F:1F90 0100007F:D431 01 00000000:00000000 00:00000000 00000000     0        0 2
   2: 00000000000000000000000000000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000
";
        assert_eq!(ports_in(table), BTreeSet::from([80, 443]));
        assert_eq!(ports_in(""), BTreeSet::new());
    }

    #[test]
    fn a_port_of_this_machine_is_found_while_a_program_listens_on_it() {
        let network = Path::new("/proc/self/net");
        for address in ["127.0.0.1:0", "[::1]:0"] {
            let Ok(listener) = TcpListener::bind(address) else {
                assert_eq!(address, "[::1]:0", "a machine without IPv4");
                continue;
            };
            let port = listener.local_addr().unwrap().port();
            assert!(listening(network).unwrap().contains(&port));
            drop(listener);
            assert!(!listening(network).unwrap().contains(&port));
        }
        assert_eq!(listening(Path::new("/proc/0/net")), None);
    }

    #[test]
    fn all_ports_that_are_published_are_awaited_and_any_that_is_only_exposed() {
        let listed: Vec<Listed> = serde_json::from_str(
            r#"[
                {"Id": "a", "Ports": [
                    {"IP": "0.0.0.0", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                    {"IP": "::", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"},
                    {"PrivatePort": 443, "Type": "tcp"},
                    {"PrivatePort": 53, "Type": "udp"}
                ]},
                {"Id": "b", "Ports": [
                    {"PrivatePort": 2375, "Type": "tcp"}, {"PrivatePort": 2376, "Type": "tcp"}
                ]},
                {"Id": "c", "Ports": []}
            ]"#,
        )
        .unwrap();
        let [a, b, c] = [0, 1, 2].map(|index| listed[index].awaited());
        let is_met =
            |awaited: &Awaited, ports: &[u16]| awaited.is_met(&ports.iter().copied().collect());
        assert!(is_met(&a, &[80]) && !is_met(&a, &[443]) && !is_met(&a, &[]));
        assert!(is_met(&b, &[2376]) && !is_met(&b, &[80]));
        assert!(is_met(&c, &[]));
    }

    #[test]
    fn a_command_that_names_what_starts_containers_is_known() {
        for command in [
            "docker run -d x",
            "docker run -itd x",
            "docker run --detach x",
            "docker run x& sleep 1",
            "cd a && docker compose up; curl b",
            "(docker compose restart)",
        ] {
            assert!(starts_containers(command), "{command}");
        }
        for command in ["docker ps", "docker rm -f upstart", "echo docker", "docker run --rm x"] {
            assert!(!starts_containers(command), "{command}");
        }
    }
}
