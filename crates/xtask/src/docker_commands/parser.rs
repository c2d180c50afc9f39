//! Trying docker-cli's flags on docker's own parser.
//!
//! Docker parses all flags of a command before it does anything, and reports the first that it
//! rejects. So each command gets all its flags, and behind them one that it cannot have: that must
//! be the one that it rejects. Nothing is run.

use super::declared::{Declaration, DeclaredFlag};
use super::kind::Kind;
use super::program::{Plugins, Program};

use anyhow::Result;

/// A flag that no command has.
const SENTINEL: &str = "--flag-that-no-command-has";

/// Texts that docker accepts, for flags that do not accept any text.
const VALUES: &[(&str, &str)] = &[
    ("add-host", "x:127.0.0.1"),
    ("attach", "stdout"),
    ("blkio-weight-device", "/dev/x:100"),
    ("ca-cert", "x.pem"),
    ("ca-key", "x.pem"),
    ("config", "source=x"),
    ("config-add", "source=x"),
    ("credential-spec", "file://x"),
    ("default-addr-pool", "10.0.0.0/8"),
    ("device", "/dev/x"),
    ("device-cgroup-rule", "c 1:1 r"),
    ("device-read-bps", "/dev/x:1mb"),
    ("device-read-iops", "/dev/x:1"),
    ("device-write-bps", "/dev/x:1mb"),
    ("device-write-iops", "/dev/x:1"),
    ("dns", "127.0.0.1"),
    ("dns-add", "127.0.0.1"),
    ("docker", "host=unix:///x"),
    ("external-ca", "protocol=cfssl,url=https://x"),
    ("filter", "k=v"),
    ("gpus", "all"),
    ("host", "x:127.0.0.1"),
    ("host-add", "x:127.0.0.1"),
    ("io-maxbandwidth", "1m"),
    ("keep-storage", "1m"),
    ("kernel-memory", "1m"),
    ("limit-bytes", "1m"),
    ("limit-memory", "1m"),
    ("link", "x:y"),
    ("memory", "1m"),
    ("memory-reservation", "1m"),
    ("memory-swap", "1m"),
    ("mount", "type=tmpfs,target=/x"),
    ("mount-add", "type=tmpfs,target=/x"),
    ("placement-pref", "spread=x"),
    ("placement-pref-add", "spread=x"),
    ("placement-pref-rm", "spread=x"),
    ("publish", "80:80"),
    ("publish-add", "80:80"),
    ("publish-rm", "80"),
    ("required-bytes", "1m"),
    ("reserve-memory", "1m"),
    ("secret", "source=x"),
    ("secret-add", "source=x"),
    ("shm-size", "1m"),
    ("sysctl", "net.ipv4.ip_forward=1"),
    ("ulimit", "nofile=1"),
    ("ulimit-add", "nofile=1"),
];

/// A file that some flags read, in the directory in which docker runs.
const FILE: (&str, &str) =
    ("x.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");

/// Returns a sentence for each command of which the program rejects a flag. `major` is the first
/// number of docker's version.
///
/// # Errors
///
/// If the program cannot be run.
pub(super) fn rejected(
    program: &Program,
    declared: &[Declaration],
    major: u32,
) -> Result<Vec<String>> {
    program.write(FILE.0, FILE.1)?;
    let mut rejected = Vec::new();
    for command in declared.chunk_by(|a, b| a.path == b.path) {
        let Some(first) = command.first() else { continue };
        let flags = command.iter().flat_map(|declaration| &declaration.flags);
        let flags = flags.filter(|flag| flag.since.is_none_or(|since| since <= major));
        let mut words: Vec<String> = first.path.split(' ').map(str::to_owned).collect();
        words.extend(first.fixed.iter().cloned());
        words.extend(flags.map(example));
        words.push(SENTINEL.to_owned());
        let printed = program.run(Plugins::All, &words)?;
        if let Some(message) = rejection(&printed.stderr) {
            rejected.push(format!("`docker {}`: {message}", first.path));
        }
    }
    Ok(rejected)
}

/// What docker says about another flag than the last; `None` if it has accepted all others.
fn rejection(stderr: &str) -> Option<&str> {
    let is_last = |line: &&str| line.ends_with(&format!("unknown flag: {SENTINEL}"));
    if stderr.lines().any(|line| is_last(&line)) {
        return None;
    }
    Some(stderr.lines().find(|line| !line.is_empty()).unwrap_or("no flag was rejected"))
}

/// A flag as docker-cli passes it.
fn example(flag: &DeclaredFlag) -> String {
    let name = flag.spelling.trim_start_matches('-');
    let value = VALUES.iter().find(|(flag, _)| *flag == name).map(|(_, value)| *value);
    let spelling = &flag.spelling;
    match flag.kind {
        Kind::Switch => spelling.clone(),
        Kind::Toggle => format!("{spelling}=false"),
        Kind::Value | Kind::List => format!("{spelling}={}", value.unwrap_or("x")),
        Kind::Pair => format!("{spelling}={}", value.unwrap_or("k=v")),
        Kind::Number | Kind::Seconds => format!("{spelling}=1"),
        Kind::Decimal => format!("{spelling}=0.5"),
        Kind::Duration => format!("{spelling}=1500ms"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_last_flag_may_be_rejected() {
        let last = format!("Words\nunknown flag: {SENTINEL}\nSee 'docker x --help'.\n");
        assert_eq!(rejection(&last), None);
        for (stderr, expected) in [
            ("unknown flag: --other\nSee 'docker x --help'.", "unknown flag: --other"),
            (
                "\ninvalid argument \"x\" for \"--y\" flag",
                "invalid argument \"x\" for \"--y\" flag",
            ),
            ("", "no flag was rejected"),
        ] {
            assert_eq!(rejection(stderr), Some(expected));
        }
    }

    #[test]
    fn a_flag_is_spelled_as_docker_cli_passes_it() {
        for (spelling, kind, expected) in [
            ("--all", Kind::Switch, "--all"),
            ("--sig-proxy", Kind::Toggle, "--sig-proxy=false"),
            ("--name", Kind::Value, "--name=x"),
            ("--env", Kind::Pair, "--env=k=v"),
            ("-t", Kind::Seconds, "-t=1"),
            ("--cpus", Kind::Decimal, "--cpus=0.5"),
        ] {
            let (method, spelling) = ("m".to_owned(), spelling.to_owned());
            assert_eq!(example(&DeclaredFlag { method, kind, spelling, since: None }), expected);
        }
    }
}
