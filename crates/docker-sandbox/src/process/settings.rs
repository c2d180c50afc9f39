//! The settings of an engine's daemon: its configuration file and its environment.

use std::env;
use std::ffi::{OsStr, OsString};
use std::net::IpAddr;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::Path;

use serde_json::json;

use crate::EngineOptions;
use crate::root::path_of_machine;

const SUPERVISOR: &str = include_str!("../supervisor.sh");
const NETWORK: &str = include_str!("../network.sh");
const INIT: &str = include_str!("../init.sh");

/// The settings of a daemon, as the supervisor gets them.
pub(super) struct Settings {
    /// The content of daemon.json.
    pub(super) config: String,
    /// The port of the mirror; empty if there is none.
    pub(super) mirror: String,
    /// The names, separated by spaces, of the hosts that the mirror stands for.
    pub(super) hosts: String,
    /// The environment of the supervisor and of the engine.
    pub(super) environment: Vec<(OsString, OsString)>,
}

impl Settings {
    /// The settings of a daemon whose containers' control groups are below `containers`, if there can be groups.
    pub(super) fn new(options: &EngineOptions<'_>, containers: Option<&Path>) -> Self {
        Self::with_environment(options, containers, |name| env::var_os(name))
    }

    /// With the caller's environment.
    fn with_environment(
        options: &EngineOptions<'_>,
        containers: Option<&Path>,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Self {
        let mirror = options.registry_mirror.map(|port| port.to_string());
        let is_mirrored = |registry: &&String| mirror.is_some() && host(registry).is_some();
        let registries: Vec<&String> =
            options.mirrored_registries.iter().filter(is_mirrored).collect();
        let mut config = json!({});
        if let Some(port) = &mirror {
            config["registry-mirrors"] = json!([format!("http://127.0.0.1:{port}")]);
        }
        if !registries.is_empty() {
            config["insecure-registries"] = json!(registries);
        }
        if let Some(containers) = containers {
            // Not as arguments, which `ps` in the engine would print.
            config["exec-opts"] = json!(["native.cgroupdriver=cgroupfs"]);
            config["cgroup-parent"] = json!(containers.to_string_lossy());
        }
        let hosts: Vec<&str> = registries.iter().filter_map(|registry| host(registry)).collect();
        Self {
            config: config.to_string(),
            mirror: mirror.unwrap_or_default(),
            hosts: hosts.join(" "),
            environment: environment(options.proxies, &hosts, variable),
        }
    }
}

/// A registry's host without its port; `None` if it is an IP address.
fn host(registry: &str) -> Option<&str> {
    // An IPv6 address is in brackets.
    let host = registry.split(':').next().filter(|host| !host.starts_with('['))?;
    host.parse::<IpAddr>().is_err().then_some(host)
}

/// The environment of the supervisor and of the engine. A daemon obeys many variables (TMPDIR,
/// `DOCKER_…`, `GO…`), and the caller's are not meant for it. Only the proxies are passed on, if the
/// daemon is to pull images through them, which it must not for `direct` hosts. Steps can read the environment of
/// the daemon and of what it starts, so the name and the password of a proxy are left out.
fn environment(
    proxies: bool,
    direct: &[&str],
    variable: impl Fn(&str) -> Option<OsString>,
) -> Vec<(OsString, OsString)> {
    // Where both are set, Go programs take the one in capitals.
    let value = |name: &str| variable(name).or_else(|| variable(&name.to_lowercase()));
    let path = variable("PATH").map(|path| ("PATH".into(), path_of_machine(path)));
    let mut environment: Vec<(OsString, OsString)> = path.into_iter().collect();
    if proxies {
        let names = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
        let kept = names.into_iter().filter_map(|name| Some((name, variable(name)?)));
        environment.extend(kept.map(|(name, value)| (name.into(), without_login(&value))));
    }
    let exceptions = value("NO_PROXY").into_iter().chain(direct.iter().map(OsString::from));
    let exceptions: Vec<OsString> = exceptions.collect();
    let has_proxy = environment.iter().any(|(name, _)| name != "PATH");
    if has_proxy && !exceptions.is_empty() {
        let exceptions = exceptions.join(OsStr::new(","));
        environment.push(("NO_PROXY".into(), exceptions.clone()));
        environment.push(("no_proxy".into(), exceptions));
    }
    environment.push(("DOCKTEST_SUPERVISOR".into(), SUPERVISOR.into()));
    environment.push(("DOCKTEST_NETWORK".into(), NETWORK.into()));
    environment.push(("DOCKTEST_INIT".into(), INIT.into()));
    environment
}

/// The URL of a proxy without the name and the password in it. As in Go's `url.Parse`, they end at the last `@` before
/// the path.
fn without_login(url: &OsStr) -> OsString {
    let bytes = url.as_bytes();
    let start = bytes.windows(3).position(|part| part == b"://").map_or(0, |index| index + 3);
    let authority = bytes[start..].iter().position(|byte| b"/?#".contains(byte));
    let end = authority.map_or(bytes.len(), |length| start + length);
    let host = bytes[start..end].iter().rposition(|byte| *byte == b'@');
    let host = host.map_or(start, |index| start + index + 1);
    OsString::from_vec([&bytes[..start], &bytes[host..]].concat())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::EngineRoot;

    /// The settings for these registries in this environment.
    fn settings(registries: &[&str], caller: &[(&str, &str)]) -> Settings {
        let registries: Vec<String> = registries.iter().map(|name| (*name).to_owned()).collect();
        let options = EngineOptions {
            registry_mirror: Some(1009),
            mirrored_registries: &registries,
            ..EngineOptions::new(&EngineRoot::Machine, Duration::ZERO)
        };
        let variable = |name: &str| {
            let found = caller.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        Settings::with_environment(&options, None, variable)
    }

    /// What the daemon has of this environment.
    fn passed_on(settings: &Settings) -> Vec<String> {
        let variables = settings.environment.iter();
        let variables = variables.filter(|(name, _)| !name.to_string_lossy().contains("DOCKTEST"));
        variables.map(|(name, value)| format!("{}={}", name.display(), value.display())).collect()
    }

    #[test]
    fn without_other_registries_nothing_is_redirected() {
        let settings = settings(&[], &[]);
        assert_eq!(settings.config, r#"{"registry-mirrors":["http://127.0.0.1:1009"]}"#);
        assert_eq!((settings.mirror.as_str(), settings.hosts.as_str()), ("1009", ""));
        let options = EngineOptions {
            mirrored_registries: &["ghcr.io".to_owned()],
            ..EngineOptions::new(&EngineRoot::Machine, Duration::ZERO)
        };
        let settings = Settings::with_environment(&options, None, |_| None);
        assert_eq!((settings.config.as_str(), settings.hosts.as_str()), ("{}", ""));
    }

    #[test]
    fn containers_have_the_control_group_of_their_engine() {
        let options = EngineOptions::new(&EngineRoot::Machine, Duration::ZERO);
        let settings = Settings::with_environment(&options, Some(Path::new("/a/b")), |_| None);
        let config: serde_json::Value = serde_json::from_str(&settings.config).unwrap();
        assert_eq!(config["cgroup-parent"], json!("/a/b"));
        assert_eq!(config["exec-opts"], json!(["native.cgroupdriver=cgroupfs"]));
    }

    #[test]
    fn other_registries_are_named_with_their_port_and_their_hosts_without() {
        let all =
            ["ghcr.io", "registry.example.com:5000", "192.0.2.1", "192.0.2.1:80", "[::1]:5000"];
        let settings = settings(&all, &[]);
        let config: serde_json::Value = serde_json::from_str(&settings.config).unwrap();
        assert_eq!(config["insecure-registries"], json!(["ghcr.io", "registry.example.com:5000"]));
        assert_eq!(settings.hosts, "ghcr.io registry.example.com");
    }

    #[test]
    fn only_the_callers_proxies_are_passed_on() {
        let caller = [("PATH", "/home/ann/bin"), ("TMPDIR", "/x"), ("https_proxy", "http://p:1")];
        assert_eq!(
            passed_on(&settings(&[], &caller)),
            [format!("PATH={}", crate::PATH), "https_proxy=http://p:1".to_owned()]
        );
    }

    #[test]
    fn a_proxy_is_passed_on_without_its_password() {
        for (url, expected) in [
            ("http://ann:p@ss@proxy:3128/", "http://proxy:3128/"),
            ("ann:secret@proxy:3128", "proxy:3128"),
            ("http://proxy:3128/a@b", "http://proxy:3128/a@b"),
            ("http://[::1]:3128", "http://[::1]:3128"),
        ] {
            let caller = [("HTTPS_PROXY", url), ("http_proxy", url)];
            assert_eq!(
                passed_on(&settings(&[], &caller)),
                [format!("HTTPS_PROXY={expected}"), format!("http_proxy={expected}")]
            );
        }
    }

    #[test]
    fn what_is_mirrored_does_not_go_through_a_proxy() {
        let caller = [("HTTPS_PROXY", "http://p:1"), ("no_proxy", "intranet")];
        assert_eq!(
            passed_on(&settings(&["ghcr.io", "registry.example.com:5000"], &caller)),
            [
                "HTTPS_PROXY=http://p:1",
                "NO_PROXY=intranet,ghcr.io,registry.example.com",
                "no_proxy=intranet,ghcr.io,registry.example.com"
            ]
        );
    }
}
