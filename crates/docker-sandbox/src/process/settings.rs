//! The settings of an engine's daemon: its configuration file and its environment.

use std::env;
use std::ffi::{OsStr, OsString};
use std::net::IpAddr;

use serde_json::json;

use crate::EngineOptions;

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
    pub(super) fn new(options: &EngineOptions<'_>) -> Self {
        Self::with_environment(options, |name| env::var_os(name))
    }

    /// With the caller's environment.
    fn with_environment(
        options: &EngineOptions<'_>,
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
/// daemon is to pull images through them, which it must not for `direct` hosts.
fn environment(
    proxies: bool,
    direct: &[&str],
    variable: impl Fn(&str) -> Option<OsString>,
) -> Vec<(OsString, OsString)> {
    // Where both are set, Go programs take the one in capitals.
    let value = |name: &str| variable(name).or_else(|| variable(&name.to_lowercase()));
    let mut kept = vec!["PATH"];
    if proxies {
        kept.extend(["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"]);
    }
    let kept = kept.into_iter().filter_map(|name| Some((name, variable(name)?)));
    let mut environment: Vec<(OsString, OsString)> =
        kept.map(|(name, value)| (name.into(), value)).collect();
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
        Settings::with_environment(&options, variable)
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
        let settings = Settings::with_environment(&options, |_| None);
        assert_eq!((settings.config.as_str(), settings.hosts.as_str()), ("{}", ""));
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
        let caller = [("PATH", "/bin"), ("TMPDIR", "/x"), ("https_proxy", "http://p:1")];
        assert_eq!(passed_on(&settings(&[], &caller)), ["PATH=/bin", "https_proxy=http://p:1"]);
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
