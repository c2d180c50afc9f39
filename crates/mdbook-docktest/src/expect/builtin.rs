//! The built-in placeholders, for volatile output of Docker, busybox and common servers.

/// A built-in placeholder.
#[derive(Debug, Clone, Copy)]
pub struct Builtin {
    /// The name between the brackets.
    pub name: &'static str,
    /// The regex that matches a whole value, in the syntax of the `regex` crate.
    pub regex: &'static str,
    /// What it matches, for the table in the guide.
    pub description: &'static str,
    /// Values that the regex matches.
    pub examples: &'static [&'static str],
}

/// All built-in placeholders, in the order of the guide.
///
/// The formats come from Docker's sources: `AGE` and `SIZE` from docker/go-units (`HumanDuration`,
/// `HumanSize`, `BytesSize`), `NAME` from moby's `namesgenerator`, `DURATION` from Go's
/// `time.Duration.String`, `DATE` from Go's `time` layouts; from busybox's `date`, `ls -l`, `df -h` and
/// `time`; and from the log prefixes of nginx, Apache, Redis and PostgreSQL.
pub const BUILTINS: &[Builtin] = &[
    Builtin {
        name: "ID",
        regex: "[0-9a-f]{64}|[0-9a-z]{25}|[0-9a-z]{12}",
        description: "the ID of a container, network or image, or of one of a swarm’s objects, full or \
                      shortened to 12 characters",
        examples: &[
            "3f4a0c1d2e5b",
            "3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff",
            "8tjv1q5xkzj5yjqzm3a2w0rfd",
            "8tjv1q5xkzj5",
        ],
    },
    Builtin {
        name: "DIGEST",
        regex: "sha256:[0-9a-f]{64}|sha256:[0-9a-f]{12}",
        description: "the digest of an image or a layer, full or shortened to 12 digits",
        examples: &[
            "sha256:3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff",
            "sha256:3f4a0c1d2e5b",
        ],
    },
    Builtin {
        name: "TOKEN",
        regex: "SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}",
        description: "a token with which a node joins a swarm",
        examples: &[
            "SWMTKN-1-49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx14ie39trti4wxv-8vxv8rssmk743ojnwacrr2e7c",
        ],
    },
    Builtin {
        name: "VOLUME",
        regex: "[0-9a-f]{64}",
        description: "the name of an anonymous volume",
        examples: &["3f4a0c1d2e5b6978a0b1c2d3e4f5061728394a5b6c7d8e9f00112233445566ff"],
    },
    Builtin {
        name: "NAME",
        regex: concat!(
            "[a-z]+_[a-z]+[0-9]?",
            // Compose: project, service and number.
            r"|[a-z0-9][a-z0-9_-]*[_-][0-9A-Za-z._-]+[_-][0-9]+",
            // Swarm: service, slot or node, and the task's ID.
            r"|[0-9A-Za-z_-]+\.[0-9a-z]+\.[0-9a-z]{25}",
        ),
        description: "a container name that Docker, Compose or a swarm generated",
        examples: &[
            "boring_wozniak",
            "admiring_curie7",
            "lab-web-1",
            "lab_web_1",
            "web.1.8tjv1q5xkzj5yjqzm3a2w0rfd",
        ],
    },
    Builtin {
        name: "DATE",
        regex: concat!(
            // 2026-11-24, alone or with a time of day: RFC 3339, Go's String, ISO, syslogs.
            r"[0-9]{4}[-/][0-9]{2}[-/][0-9]{2}",
            r"(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)?",
            r"(?:Z| ?[+-][0-9]{2}:?[0-9]{2})?(?: [A-Z]{3,5}| [+-][0-9]{2})?)?",
            // Tue Nov 24 03:02:12 UTC 2026: `date`, `docker version`, Apache.
            r"|[A-Z][a-z]{2} [A-Z][a-z]{2} [ 0-9][0-9] [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?",
            r"(?: [AP]M)?(?: [A-Z]{3,5}| [+-][0-9]{2,4})? [0-9]{4}",
            // Tue, 24 Nov 2026 03:02:12 GMT: HTTP, mail, `date -R`. Tue 24 Nov 2026 03:02:12 PM CET: `date` in English.
            r"|[A-Z][a-z]{2},? [ 0-9]?[0-9] [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}",
            r"(?: [AP]M)? (?:[A-Z]{3,5}|[+-][0-9]{2,4})",
            // 24 Nov 2026 03:02:12.123: Redis.
            r"|[0-9]{1,2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]+)?",
            // 24/Nov/2026:03:02:12 +0000: access logs.
            r"|[0-9]{2}/[A-Z][a-z]{2}/[0-9]{4}:[0-9]{2}:[0-9]{2}:[0-9]{2} [+-][0-9]{4}",
            // Nov 24 03:02, Nov 24  2026: `ls -l`, syslog.
            r"|[A-Z][a-z]{2} [ 0-9][0-9] (?:[0-9]{2}:[0-9]{2}(?::[0-9]{2})?| [0-9]{4})",
        ),
        description: "a date, with or without a time of day",
        examples: &[
            "2026-11-24",
            "2026-11-24T03:02:12Z",
            "2026-11-24T03:02:12.123456789Z",
            "2026-11-24T03:02:12.123456789+01:00",
            "2026-11-24 03:02:12",
            "2026-11-24 03:02:12 +0000 UTC",
            "2026-11-24 03:02:12.123456789 +0100 CET",
            "2026-11-24 03:02:12.123 UTC",
            "2026-11-24 03:02:12.123456789 +0000",
            "2026/11/24 03:02:12",
            "Tue Nov 24 03:02:12 UTC 2026",
            "Tue Nov 24 03:02:12 AM UTC 2026",
            "Thu Sep  7 20:12:11 2023",
            "Tue Nov 24 03:02:12.123456 2026",
            "Tue, 24 Nov 2026 03:02:12 GMT",
            "Tue, 24 Nov 2026 03:02:12 +0000",
            "Tue 24 Nov 2026 03:02:12 PM CET",
            "24 Nov 2026 03:02:12.123",
            "24/Nov/2026:03:02:12 +0000",
            "Nov 24 03:02",
            "Sep  7  2023",
        ],
    },
    Builtin {
        name: "TIME",
        regex: r"[0-2]?[0-9]:[0-5][0-9](?::[0-6][0-9](?:[.,][0-9]+)?)?(?: ?[AP]M)?",
        description: "a time of day",
        examples: &["03:02", "03:02:12", "03:02:12.123456", "3:02 AM"],
    },
    Builtin {
        name: "AGE",
        regex: concat!(
            r"(?:Less than a second|About a minute|About an hour",
            r"|[0-9]+ (?:second|minute|hour|day|week|month|year)s?)(?: ago)?",
        ),
        description: "an age or uptime, as Docker prints it",
        examples: &[
            "Less than a second ago",
            "1 second ago",
            "3 seconds",
            "About a minute ago",
            "2 minutes ago",
            "About an hour",
            "5 weeks ago",
            "2 years ago",
        ],
    },
    Builtin {
        name: "DURATION",
        regex: concat!(
            r"-?[0-9]+(?:\.[0-9]+)? ?(?:ns|us|µs|μs|ms|s|m|h)",
            r"(?: ?[0-9]+(?:\.[0-9]+)?(?:ns|us|µs|μs|ms|s|m|h))*",
        ),
        description: "a duration with units",
        examples: &["12ms", "1m2.5s", "1h0m0s", "0s", "250µs", "0m0.02s", "0m 0.02s", "0.042 ms"],
    },
    Builtin {
        name: "SIZE",
        regex: concat!(r"[0-9]+(?:\.[0-9]+)?(?:e\+[0-9]+)?", r" ?(?:[kKMGTPEZY]i?B?|B|bytes)",),
        description: "a size with its unit",
        examples: &["0B", "1.2kB", "117MB", "1.2GiB", "1e+03kB", "2.5 MB", "4.0K", "512 bytes"],
    },
    Builtin {
        name: "IP",
        regex: concat!(
            r"(?:(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1?[0-9]?[0-9])",
            r"|[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){7}",
            r"|(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?::(?:[0-9a-f]{1,4}(?::[0-9a-f]{1,4}){0,6})?",
            r"|::ffff:[0-9]{1,3}(?:\.[0-9]{1,3}){3}",
        ),
        description: "an IPv4 or IPv6 address, without a prefix length",
        examples: &[
            "172.17.0.2",
            "0.0.0.0",
            "::",
            "::1",
            "fe80::42:acff:fe11:2",
            "2001:db8:0:0:0:0:0:1",
            "::ffff:172.17.0.2",
        ],
    },
    Builtin {
        name: "MAC",
        regex: "[0-9a-f]{2}(?::[0-9a-f]{2}){5}|[0-9A-F]{2}(?::[0-9A-F]{2}){5}",
        description: "a MAC address",
        examples: &["02:42:ac:11:00:02", "02:42:AC:11:00:02"],
    },
    Builtin {
        name: "PORT",
        regex: concat!(
            "6553[0-5]|655[0-2][0-9]|65[0-4][0-9]{2}|6[0-4][0-9]{3}",
            "|[1-5][0-9]{4}|[1-9][0-9]{0,3}",
        ),
        description: "a port number, from 1 to 65535",
        examples: &["80", "32768", "65535"],
    },
    Builtin {
        name: "VERSION",
        regex: r"v?[0-9]+(?:\.[0-9]+)+(?:[-+~.][0-9A-Za-z.+~-]*[0-9A-Za-z])?",
        description: "a version with at least two numbers",
        examples: &["1.47", "26.1.5+dfsg1", "v2.27.0-desktop.2", "6.1.0-27-amd64", "1.7.24~ds1"],
    },
    Builtin {
        name: "NUMBER",
        regex: r"[+-]?[0-9]+(?:\.[0-9]+)?",
        description: "a number, with or without decimals",
        examples: &["0", "42", "-1", "3.14"],
    },
    Builtin {
        name: "HEX",
        regex: "(?:0x)?[0-9a-f]+",
        description: "hexadecimal digits of any length, such as a commit or an address",
        examples: &["2ae903e", "a01262bfb3bf", "0xc000123abc"],
    },
    Builtin {
        name: "UUID",
        regex: "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        description: "a UUID, such as the ID of the engine",
        examples: &["1b4e28ba-2fa1-11d2-883f-0016d3cca427"],
    },
    Builtin {
        name: "PATH",
        regex: r#"/[^\s:"',]*"#,
        description: "an absolute path without whitespace, colons, commas or quotes",
        examples: &["/", "/var/lib/docker/volumes/logs/_data"],
    },
];
