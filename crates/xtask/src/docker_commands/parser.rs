//! Trying docker-cli's flags on docker's own parser.
//!
//! Docker parses all flags of a command before it does anything, and reports the first that it
//! rejects. So each command gets all its flags, and behind them one that it cannot have: that must
//! be the one that it rejects. Nothing is run.

use super::declared::{Declaration, DeclaredFlag};
use super::drift::is_spelling;
use super::inventory::Inventory;
use super::kind::Kind;
use super::program::{Plugins, Program};

use anyhow::Result;
use rcgen::{CertifiedKey, generate_simple_self_signed};

/// A flag that no command has.
const SENTINEL: &str = "--flag-that-no-command-has";

/// Texts that docker accepts, for flags that do not accept any text.
const VALUES: &[(&str, &str)] = &[
    ("add-host", "x:127.0.0.1"),
    ("attach", "stdout"),
    ("blkio-weight-device", "/dev/x:100"),
    ("ca-cert", FILE),
    ("ca-key", FILE),
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
    ("log-level", "info"),
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
    ("tlscacert", FILE),
    ("tlscert", FILE),
    ("tlskey", FILE),
    ("ulimit", "nofile=1"),
    ("ulimit-add", "nofile=1"),
];

/// A file that some flags read, in the directory in which docker runs: a certificate with its key.
const FILE: &str = "x.pem";

/// What came of trying flags.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Tried {
    /// A sentence for each command of which the program rejects a flag.
    pub(super) rejected: Vec<String>,
    /// Commands that the program does not have, and flags that it neither has nor should have by their
    /// descriptions: these were not tried.
    pub(super) missing: Vec<String>,
    /// How many flags were tried.
    pub(super) count: usize,
}

/// Tries all flags on the program. `major` is the first number of docker's version.
///
/// The program may be of another version than that which docker-cli is generated from, whose commands are then
/// `other`: only flags that it has are tried, and those that it should have by their descriptions ("Docker 28 and
/// later").
///
/// # Errors
///
/// If the program cannot be run.
pub(super) fn try_flags(
    program: &Program,
    declared: &[Declaration],
    major: u32,
    other: Option<&Inventory>,
) -> Result<Tried> {
    // Docker 20.10 opens a connection, for which it must be valid, before it looks at further flags.
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(["x".to_owned()])?;
    program.write(FILE, &(cert.pem() + &signing_key.serialize_pem()))?;
    let mut tried = Tried::default();
    for command in declared.chunk_by(|a, b| a.path == b.path) {
        let Some(first) = command.first() else { continue };
        let path = &first.path;
        let docker = format!("docker {path}");
        let docker = docker.trim_end();
        let known = match other.map(|other| other.get(path)) {
            None => None,
            Some(Some(known)) => Some(known),
            Some(None) => {
                tried.missing.push(docker.to_owned());
                continue;
            }
        };
        let has = |spelling: &str| {
            known.is_none_or(|known| known.flags.iter().any(|flag| is_spelling(spelling, flag)))
        };
        let flags = command.iter().flat_map(|declaration| &declaration.flags);
        let due = flags.filter(|flag| flag.since.is_none_or(|since| since <= major));
        let (flags, missing): (Vec<_>, Vec<_>) =
            due.partition(|flag| flag.since.is_some() || has(&flag.spelling));
        let missing = missing.iter().map(|flag| format!("{docker} {}", flag.spelling));
        tried.missing.extend(missing);
        tried.count += flags.len();
        let mut words: Vec<String> = path.split_whitespace().map(str::to_owned).collect();
        let fixed = first.fixed.iter().filter(|word| has(name_of(word)));
        words.extend(fixed.cloned());
        words.extend(flags.into_iter().map(example));
        words.push(SENTINEL.to_owned());
        let printed = program.run(Plugins::All, &words)?;
        if let Some(message) = rejection(&printed.stderr) {
            tried.rejected.push(format!("`{docker}`: {message}"));
        }
    }
    Ok(tried)
}

/// `--format` of `--format=json`.
fn name_of(word: &str) -> &str {
    word.split_once('=').map_or(word, |(name, _)| name)
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
    use std::fs;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    use super::*;
    use crate::docker_commands::inventory::inventory;

    /// Has `docker thing make` with `--old` and, since version 28, `--later`; no plugins.
    const DOCKER: &str = r#"#!/bin/sh
case "$*" in
*--flag-that-no-command-has*)
    for word in "$@"; do case $word in
        --old|--later=*|thing|make) ;;
        *) echo "unknown flag: $word" >&2; exit 125;;
    esac; done;;
"thing make --help") printf 'Usage:  docker thing make\n\nOptions:\n      --old   Words\n'
    echo "      --later string   Words";;
"thing --help") printf 'Usage:  docker thing COMMAND\n\nCommands:\n  make   Words\n';;
"image build --help") echo 'Usage:  docker image build PATH';;
"image --help") printf 'Usage:  docker image COMMAND\n\nCommands:\n  build   Words\n';;
*) printf 'Usage:  docker [OPTIONS] COMMAND\n\nCommands:\n  image   Words\n  thing   Words\n';;
esac
"#;

    /// The declaration of a command with these flags, of which `--later` is of Docker 28, and `--even-later` of 29.
    fn declaration(path: &str, flags: &[(&str, Kind)]) -> Declaration {
        let since = |spelling: &str| match spelling {
            "--later" => Some(28),
            "--even-later" => Some(29),
            _ => None,
        };
        let flags = flags.iter().map(|(spelling, kind)| DeclaredFlag {
            method: "m".to_owned(),
            kind: *kind,
            spelling: (*spelling).to_owned(),
            words: String::new(),
            since: since(spelling),
        });
        Declaration {
            file: PathBuf::new(),
            name: "N".to_owned(),
            path: path.to_owned(),
            fixed: vec!["--no-such-flag".to_owned()],
            result: None,
            flags: flags.collect(),
        }
    }

    #[test]
    fn another_docker_must_accept_what_it_has_and_what_it_should_have() {
        let root = tempfile::tempdir().unwrap();
        let docker = root.path().join("usr/bin/docker");
        fs::create_dir_all(docker.parent().unwrap()).unwrap();
        fs::write(&docker, DOCKER).unwrap();
        fs::set_permissions(&docker, fs::Permissions::from_mode(0o755)).unwrap();
        let program = Program::of_root(root.path()).unwrap();
        let other = inventory(&program).unwrap();
        let flags = [
            ("--old", Kind::Switch),
            ("--gone", Kind::Switch),
            ("--later", Kind::Value),
            ("--even-later", Kind::Value),
        ];
        let declared = [
            declaration("compose up", &[("--wait", Kind::Switch)]),
            declaration("thing make", &flags),
        ];
        let tried = |major| try_flags(&program, &declared, major, Some(&other)).unwrap();
        let missing = ["docker compose up", "docker thing make --gone"].map(str::to_owned);
        let expected = Tried { rejected: Vec::new(), missing: missing.to_vec(), count: 2 };
        assert_eq!(tried(28), expected);
        assert_eq!(Tried { count: 1, ..expected.clone() }, tried(26));
        let rejected = vec!["`docker thing make`: unknown flag: --even-later=x".to_owned()];
        assert_eq!(Tried { rejected, count: 3, ..expected }, tried(29));
        // The docker that docker-cli is generated from must have all.
        let all = try_flags(&program, &declared[1..], 28, None).unwrap();
        assert_eq!(all.rejected, ["`docker thing make`: unknown flag: --no-such-flag"]);
    }

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
            let flag = DeclaredFlag { method, kind, spelling, words: String::new(), since: None };
            assert_eq!(example(&flag), expected);
        }
    }
}
