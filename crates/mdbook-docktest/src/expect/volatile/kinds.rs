//! The kinds of values that change from run to run.

use super::{Kind, Nature, Where};
use crate::expect::generated_name::is_generated_name;

/// What is known by its form alone, between word boundaries. Where one can be the beginning of another, the longer one
/// comes first.
pub(super) static FREE: &[Kind] = &[
    Kind::of("TOKEN", Nature::Identity),
    Kind::of("DIGEST", Nature::Name),
    Kind::of("UUID", Nature::Identity),
    Kind::of("MAC", Nature::Other),
    // Shorter than in the placeholder: a word of 12 letters is an ID only in a column of IDs.
    Kind::of("ID", Nature::Identity).with_regex("[0-9a-f]{64}|[0-9a-z]{25}|[0-9a-f]{12}"),
    // Checksums (MD5, SHA-1, SHA-512), commits, machine IDs.
    Kind::of("HEX", Nature::Other)
        .with_regex("[0-9a-f]{128}|[0-9a-f]{40}|[0-9a-f]{32}")
        .only(Where::Expectations),
    Kind::of("DATE", Nature::Other),
    Kind::of("IP", Nature::Other).only(Where::Recordings),
    // What Docker assigns. An author who writes another address means it.
    Kind::of("IP", Nature::Other)
        .with_regex(concat!(
            r"(?:10\.[0-9]{1,3}|172\.(?:1[6-9]|2[0-9]|3[01])|192\.168)\.[0-9]{1,3}\.[0-9]{1,3}",
            "|(?:fe80|fd[0-9a-f]{2})(?::[0-9a-f]{0,4}){1,6}:[0-9a-f]{1,4}",
        ))
        .only(Where::Expectations),
    Kind::of("TIME", Nature::Measure),
    Kind::of("AGE", Nature::Measure),
    Kind::of("SIZE", Nature::Other).with_regex(concat!(
        r"[0-9]+(?:\.[0-9]+)?(?:e\+[0-9]+)?(?:[kKMGTPEZY]i?B|[kKMGTP]|B)",
        r"|[0-9]+(?:\.[0-9]+)? [kKMGTP]i?B",
    )),
    Kind::of("DURATION", Nature::Measure).with_regex(concat!(
        r"[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|μs|ms|s|m|h)(?: ?[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|μs|ms|s|m|h))*",
        r"|[0-9]+(?:\.[0-9]+)? (?:ns|us|µs|μs|ms|s)",
    )),
    Kind::of("NAME", Nature::Name)
        .with_regex("[a-z]+_[a-z]+[0-9]?")
        .where_(is_generated_name)
        .only(Where::Expectations),
    // The short IDs of a swarm.
    Kind::of("ID", Nature::Identity).with_regex("[0-9a-z]{12}").where_(is_no_word),
];

/// Whether a letter follows a digit, as in 19 of 20 random IDs and hardly any word.
fn is_no_word(text: &str) -> bool {
    let is_inner = |pair: &[u8]| pair[0].is_ascii_digit() && pair[1].is_ascii_alphabetic();
    text.as_bytes().windows(2).any(is_inner)
}

/// A number in a context.
pub(super) const NUMBER: Kind = Kind::of("NUMBER", Nature::Number).only(Where::Expectations);
const PORT: Kind = Kind::of("PORT", Nature::Other).only(Where::Expectations);
const VERSION: Kind = Kind::of("VERSION", Nature::Other).only(Where::Expectations);
const HEX: Kind = Kind::of("HEX", Nature::Other).only(Where::Expectations);
const PATH: Kind = Kind::of("PATH", Nature::Other).only(Where::Expectations);

/// Where Docker begins to assign ports of the host: 32768.
macro_rules! assigned_port {
    () => {
        r"(3276[89]|327[7-9][0-9]|32[89][0-9]{2}|3[3-9][0-9]{3}|[45][0-9]{4}|6[0-5][0-9]{3})"
    };
}

/// What is known by the text around it. Each group of a regex is a value.
pub(super) static CONTEXTUAL: &[(&str, Kind)] = &[
    // `docker ps`, `docker port`.
    (
        concat!(
            r"(?:\b[0-9]{1,3}(?:\.[0-9]{1,3}){3}|\[::1?\]|localhost|::|\*):",
            assigned_port!(),
            r"\b"
        ),
        PORT,
    ),
    // `docker inspect`.
    (concat!(r#""HostPort": "#, "\"", assigned_port!(), "\""), PORT),
    // The version of an object of a swarm, as in `versions`.
    (r#""Version":\{"Index":([0-9]+)\}"#, NUMBER),
    // `docker version`, `docker info`.
    (r"^ {1,2}Version: {2,}(v?[0-9]+\.[0-9]\S*)", VERSION),
    (r"^ {2}GitCommit: {2,}(v?[0-9]+\.[0-9]\S*)", VERSION),
    (r#""DockerVersion": "([^"]+)""#, VERSION),
    (
        r"^ *(?:Server Version|API version|containerd version|runc version|init version|Kernel Version): +(v?[0-9]+\.[0-9]\S*)",
        VERSION,
    ),
    (r"^ *Go version: +go([0-9]+\.[0-9]+(?:\.[0-9]+)?)", VERSION),
    (r"\(minimum version ([0-9]+\.[0-9]+)\)", VERSION),
    (r"\bDocker(?: Compose)? version (v?[0-9]+\.[0-9][^\s,]*)", VERSION),
    (r"\bversion [^\s,]+, build ([0-9a-f]{7,40})\b", HEX),
    (r"^ *(?:Git commit|GitCommit): +v?([0-9a-f]{7,40})\b", HEX),
    (r"^ *CPUs: ([0-9]+)$", NUMBER),
    // `docker info`: in no particular order.
    (
        r"^ Runtimes: (\S+(?: \S+)+)$",
        Kind::of("..", Nature::Other).with_regex(r"[0-9A-Za-z._-]+(?: [0-9A-Za-z._-]+)+"),
    ),
    // BuildKit: the time of a line, and a digest that is cut off at the right margin.
    (r"^#[0-9]+ ([0-9]+\.[0-9]{2,3}) ", NUMBER),
    (r" writing image sha256:([0-9a-f]{13,63})\b", HEX),
    // `docker stats`, `docker system df`.
    (r"\b([0-9]+\.[0-9]{2})%", NUMBER),
    (r"[0-9]B \(([0-9]{1,3})%\)", NUMBER),
    (r"[kKMGT]i?B \(([0-9]{1,3})%\)", NUMBER),
    // `df`.
    (r" ([0-9]{1,3})% /", NUMBER),
    // `ls -l /`: a directory for each process.
    (r"^d\S+ +([0-9]+) .* proc/?$", NUMBER),
    // Processes.
    (r#""[Pp]id": ([0-9]+)"#, NUMBER),
    (r"\b(?:pid|PID)[ =:]+([0-9]+)\b", NUMBER),
    (r"\bprocess ([0-9]+)$", NUMBER),
    (r"\b[0-9]{4}/[0-9]{2}/[0-9]{2} [0-9:]{8} \[[a-z]+\] ([0-9]+)#([0-9]+):", NUMBER),
    (r"load average: ([0-9.]+),? ([0-9.]+),? ([0-9.]+)", NUMBER),
    // `ping`.
    (r"\bmin/avg/max(?:/mdev)? = ([0-9.]+)/([0-9.]+)/([0-9.]+)", NUMBER),
    // Seconds and nanoseconds since 1970: `date +%s`, `docker events --format json`.
    (r"\b(1[4-9][0-9]{8}(?:\.[0-9]+|[0-9]{3}|[0-9]{9})?)\b", NUMBER),
    // Network devices.
    (r"\bveth([0-9a-f]{7})\b", HEX),
    (r"@if([0-9]+)\b", NUMBER),
    (r"^([0-9]+): [a-z0-9]+@if", NUMBER),
    (r#"ETag: "([0-9a-f]+)-([0-9a-f]+)""#, HEX),
    // The names of anonymous volumes in `docker ps --format '{{.Mounts}}'`.
    (r"\b([0-9a-f]{14})…", HEX),
    // `mktemp`.
    (r"(/tmp/tmp\.[0-9A-Za-z]{6,10})\b", PATH),
];
