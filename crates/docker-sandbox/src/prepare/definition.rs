//! What a prepared root file system consists of.

use std::env::consts::ARCH;

use sha2::{Digest, Sha256};

use crate::Suite;

/// The engine, slirp4netns for its internet access, and programs that steps of tutorials use.
const PACKAGES: [&str; 22] = [
    "bash",
    "bridge-utils",
    "ca-certificates",
    "curl",
    "docker.io",
    "git",
    "iproute2",
    "iptables",
    "iputils-ping",
    "jq",
    "less",
    "libcap2-bin",
    "mount",
    "netcat-openbsd",
    "procps",
    "slirp4netns",
    "strace",
    "sudo",
    "tree",
    "unzip",
    "wget",
    "xz-utils",
];

/// Docker's client and its plugins. Before Debian 13, docker.io contains the client, and there are no
/// packages of the plugins.
const CLIENT: [&str; 3] = ["docker-buildx", "docker-cli", "docker-compose"];

/// Documentation is left out, except licences. So is the address of the mirror: steps can read this
/// file system, and their output is published; and the script of `service docker`, which would say of a daemon that it has
/// not started that it was stopped. `sudo` makes no terminal of its own: of what reads from a step's terminal, it would be the
/// only one to be seen.
const OPTIONS: [&str; 8] = [
    "--variant=essential",
    "--aptopt=APT::Install-Recommends \"false\"",
    "--dpkgopt=path-exclude=/usr/share/doc/*",
    "--dpkgopt=path-include=/usr/share/doc/*/copyright",
    "--dpkgopt=path-exclude=/usr/share/info/*",
    "--dpkgopt=path-exclude=/usr/share/locale/*",
    "--dpkgopt=path-exclude=/usr/share/man/*",
    "--customize-hook=cd \"$1\" && rm -r etc/apt/sources.list etc/apt/apt.conf.d/99mmdebstrap var/log/apt \
     && rm -f etc/init.d/docker \
     && echo 'Defaults !use_pty' >etc/sudoers.d/docktest && chmod 0440 etc/sudoers.d/docktest",
];

/// The arguments of mmdebstrap that determine the content of a root file system.
pub(super) struct Definition(Vec<String>);

impl Definition {
    /// The root file system of a suite for this machine's architecture.
    pub(super) fn new(suite: Suite) -> Self {
        Self::with_packages(suite, architecture(), &suite.packages())
    }

    fn with_packages(suite: Suite, architecture: &str, packages: &[&str]) -> Self {
        let mut words = vec![
            format!("--architectures={architecture}"),
            format!("--include={}", packages.join(",")),
        ];
        words.extend(OPTIONS.map(str::to_owned));
        words.push(suite.to_string());
        Self(words)
    }

    /// The arguments for mmdebstrap, of which the last one is the suite.
    pub(super) fn arguments(&self) -> &[String] {
        &self.0
    }

    /// A hash in 16 hexadecimal digits, different for each definition.
    pub(super) fn name(&self) -> String {
        let digest = Sha256::digest(self.0.join("\n"));
        digest.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

impl Suite {
    /// Returns the packages of a prepared root file system, sorted.
    pub fn packages(self) -> Vec<&'static str> {
        let client = match self {
            Self::Bookworm => &[][..],
            Self::Trixie | Self::Sid => &CLIENT,
        };
        let mut packages = [&PACKAGES, client].concat();
        packages.sort_unstable();
        packages
    }
}

/// The architecture that this program was built for, by its name in Debian.
fn architecture() -> &'static str {
    match ARCH {
        "x86" => "i386",
        "x86_64" => "amd64",
        "arm" => "armhf",
        "aarch64" => "arm64",
        "powerpc64" => "ppc64el",
        same => same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_definition_has_its_own_name() {
        let name = |suite, architecture, packages: &[&str]| {
            Definition::with_packages(suite, architecture, packages).name()
        };
        let ours = name(Suite::Trixie, "amd64", &["docker.io"]);
        assert_eq!(ours, name(Suite::Trixie, "amd64", &["docker.io"]));
        assert_eq!(ours.len(), 16);
        assert_ne!(ours, name(Suite::Sid, "amd64", &["docker.io"]));
        assert_ne!(ours, name(Suite::Trixie, "arm64", &["docker.io"]));
        assert_ne!(ours, name(Suite::Trixie, "amd64", &["docker.io", "curl"]));
    }

    #[test]
    fn the_client_and_its_plugins_are_packages_since_trixie() {
        let has_client = Suite::ALL.map(|suite| {
            let packages = suite.packages();
            assert!(packages.contains(&"docker.io") && packages.is_sorted(), "{packages:?}");
            CLIENT.map(|package| packages.contains(&package))
        });
        assert_eq!(has_client, [[false; 3], [true; 3], [true; 3]]);
    }
}
