//! The Debian packages of programs that tutorials use, where the package has another name or is worth knowing.

/// Packages and their programs.
const PACKAGES: &[(&str, &[&str])] = &[
    ("apache2-utils", &["ab", "htpasswd"]),
    ("apparmor", &["aa-status", "apparmor_parser", "apparmor_status"]),
    ("attr", &["getfattr", "setfattr"]),
    ("bind9-dnsutils", &["dig", "nslookup"]),
    ("bridge-utils", &["brctl"]),
    ("curl", &["curl"]),
    ("default-jre-headless", &["java"]),
    ("default-mysql-client", &["mysql", "mysqldump"]),
    ("file", &["file"]),
    ("gcc", &["gcc", "cc"]),
    ("golang-go", &["go"]),
    ("gpg", &["gpg"]),
    ("htop", &["htop"]),
    ("iperf3", &["iperf3"]),
    ("libcap-ng-utils", &["filecap", "netcap", "pscap"]),
    ("libcap2-bin", &["capsh", "getcap", "getpcaps", "setcap"]),
    ("lsof", &["lsof"]),
    ("make", &["make"]),
    ("maven", &["mvn"]),
    ("net-tools", &["arp", "ifconfig", "netstat", "route"]),
    ("nmap", &["nmap"]),
    ("nodejs", &["node"]),
    ("npm", &["npm", "npx"]),
    ("openssh-client", &["scp", "ssh", "ssh-keygen"]),
    ("openssl", &["openssl"]),
    ("php-cli", &["php"]),
    ("postgresql-client", &["pg_dump", "psql"]),
    ("psmisc", &["fuser", "killall", "pstree"]),
    ("python-is-python3", &["python"]),
    ("python3", &["python3"]),
    ("python3-pip", &["pip", "pip3"]),
    ("redis-tools", &["redis-cli"]),
    ("rsync", &["rsync"]),
    ("ruby", &["gem", "ruby"]),
    ("socat", &["socat"]),
    ("strace", &["strace"]),
    ("stress", &["stress"]),
    ("tcpdump", &["tcpdump"]),
    ("telnet", &["telnet"]),
    ("traceroute", &["traceroute"]),
    ("zip", &["zip"]),
];

/// Returns the Debian package that has a program.
pub(super) fn package_of(program: &str) -> Option<&'static str> {
    let has = |(_, programs): &&(&str, &[&str])| programs.contains(&program);
    PACKAGES.iter().find(has).map(|(package, _)| *package)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_program_has_one_package() {
        assert_eq!(package_of("brctl"), Some("bridge-utils"));
        assert_eq!(package_of("mytool"), None);
        let programs: Vec<&str> = PACKAGES.iter().flat_map(|(_, all)| *all).copied().collect();
        let distinct: BTreeSet<&str> = programs.iter().copied().collect();
        assert_eq!(distinct.len(), programs.len());
        assert!(PACKAGES.is_sorted());
    }
}
