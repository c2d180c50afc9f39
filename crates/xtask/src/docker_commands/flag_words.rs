//! What flags take whose values have a unit, in our own words: numbers and sizes.

/// Words that name a unit, of which the sentence about a number has one.
#[cfg(test)]
pub(super) const UNITS: [&str; 13] = [
    "bits",
    "bytes",
    "fraction",
    "microseconds",
    "number of",
    "per second",
    "percent",
    "port",
    "seconds",
    "score",
    "the last",
    "weight",
    "counted from",
];

/// How the sizes are written that docker parses.
macro_rules! size {
    ($what:literal) => {
        concat!($what, ", in bytes or with a unit: `512m`, `2g`.")
    };
}

/// Sorted by the names of the flags. Those of one command only have its words in front.
const WORDS: &[(&str, &str)] = &[
    (
        "blkio-weight",
        "The weight of the container's block I/O beside others', from 10 to 1000; 0 for the default.",
    ),
    ("compose build --memory", size!("The memory of the containers in which it builds")),
    ("cpu-count", "The number of CPUs (Windows only)."),
    ("cpu-percent", "The share of the machine's CPUs, in percent (Windows only)."),
    (
        "cpu-period",
        "The length of a period of the CPU scheduler, in microseconds: 100000 by default.",
    ),
    (
        "cpu-quota",
        "The CPU time in each period of the scheduler, in microseconds, of all CPUs together.",
    ),
    ("cpu-rt-period", "The length of a period of the real-time scheduler, in microseconds."),
    ("cpu-rt-runtime", "The CPU time in each period of the real-time scheduler, in microseconds."),
    ("cpu-shares", "The weight of the container's CPU time beside others'; 1024 is the usual one."),
    ("cpus", "The number of CPUs, which may be a fraction."),
    ("data-path-port", "The UDP port for the traffic between containers: 4789 by default."),
    ("default-addr-pool-mask-length", "The length of the mask of subnets, in bits."),
    ("device-read-bps", "`DEVICE:RATE`, in bytes per second or with a unit: `/dev/sda:1mb`."),
    ("device-read-iops", "`DEVICE:RATE`, in operations per second."),
    ("device-write-bps", "`DEVICE:RATE`, in bytes per second or with a unit: `/dev/sda:1mb`."),
    ("device-write-iops", "`DEVICE:RATE`, in operations per second."),
    (
        "health-retries",
        "The number of checks that must fail one after another until the container is unhealthy.",
    ),
    ("index", "Which of the service's containers, counted from 1."),
    (
        "io-maxbandwidth",
        "The limit of the system drive, in bytes per second or with a unit: `10m` (Windows only).",
    ),
    ("io-maxiops", "The limit of the system drive, in operations per second (Windows only)."),
    ("keep-storage", size!("How much of the cache to keep")),
    ("kernel-memory", size!("The memory of the kernel for the container")),
    ("limit-bytes", size!("The largest size of the volume")),
    ("limit-cpu", "The number of CPUs that a task may use, which may be a fraction."),
    ("limit-memory", size!("The memory that a task may use")),
    ("limit-pids", "The number of processes and threads that a task may have; 0 for no limit."),
    ("max-concurrent", "The number of tasks of a job that run at once; 0 for all."),
    ("max-snapshots", "The number of older snapshots of the swarm's log to keep."),
    ("memory", size!("The memory that the container may use")),
    (
        "memory-reservation",
        size!("The memory that the container is pushed back to when the machine has little"),
    ),
    (
        "memory-swap",
        "Memory and swap together, in bytes or with a unit: `512m`, `2g`; `-1` for as much swap as there is.",
    ),
    (
        "memory-swappiness",
        "How readily the kernel swaps, in percent; -1 for the daemon's own setting.",
    ),
    (
        "oom-score-adj",
        "What is added to the score by which the kernel selects what to kill when memory runs out: from -1000, never, \
         to 1000.",
    ),
    ("pids-limit", "The number of processes and threads; -1 for no limit."),
    ("plugin enable --timeout", "How long to wait for the plugin, in seconds."),
    ("replicas", "The number of tasks."),
    ("replicas-max-per-node", "The number of tasks that a node may have; 0 for no limit."),
    ("required-bytes", size!("The smallest size of the volume")),
    (
        "reserve-cpu",
        "The number of CPUs that a node must have free for a task, which may be a fraction.",
    ),
    ("reserve-memory", size!("The memory that a node must have free for a task")),
    ("restart-max-attempts", "The number of times that a task is restarted."),
    (
        "rollback-max-failure-ratio",
        "The fraction of tasks that may fail in a rollback, from 0 to 1.",
    ),
    ("rollback-parallelism", "The number of tasks that are rolled back at once; 0 for all."),
    ("search --limit", "The number of results."),
    ("shm-size", size!("The size of `/dev/shm`")),
    ("snapshot-interval", "The number of entries in the swarm's log between two snapshots."),
    ("stop-timeout", "How long `stop` waits for the program before it is killed, in seconds."),
    ("task-history-limit", "The number of tasks that are kept of those that have ended."),
    ("update-max-failure-ratio", "The fraction of tasks that may fail in an update, from 0 to 1."),
    ("update-parallelism", "The number of tasks that are updated at once; 0 for all."),
];

/// The sentence about a flag of a command, if there is one.
pub(super) fn words(path: &str, flag: &str) -> Option<&'static str> {
    let of = |name: &str| WORDS.iter().find(|(known, _)| *known == name).map(|(_, words)| *words);
    of(&format!("{path} --{flag}")).or_else(|| of(flag))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker_commands::declared::declarations;
    use crate::docker_commands::kind::Kind;
    use crate::project;

    #[test]
    fn each_sentence_has_a_unit() {
        assert!(WORDS.is_sorted());
        for (flag, words) in WORDS {
            assert!(words.ends_with('.'), "{words}");
            assert!(UNITS.iter().any(|unit| words.contains(unit)), "{flag}: {words}");
        }
        let of_plugin = words("plugin enable", "timeout").unwrap();
        assert!(of_plugin.contains("seconds"), "{of_plugin}");
        assert_eq!(words("compose up", "timeout"), None);
    }

    /// Those that are declared by hand, too. A `Duration` has its unit itself.
    #[test]
    fn each_number_in_docker_cli_has_a_unit() {
        let declared = declarations(&project().unwrap().join("crates/docker-cli/src")).unwrap();
        let mut count = 0;
        for declaration in &declared {
            for flag in &declaration.flags {
                if matches!(flag.kind, Kind::Number | Kind::Decimal) {
                    let has_unit = UNITS.iter().any(|unit| flag.words.contains(unit));
                    let (path, spelling, words) = (&declaration.path, &flag.spelling, &flag.words);
                    assert!(has_unit, "docker {path} {spelling}: no unit in `{words}`");
                    count += 1;
                }
            }
        }
        assert!(count > 50, "{count}");
    }
}
