//! What to do about a command that failed, from what it printed: a table of rules, the first of which applies.
//!
//! The wordings of docker are those of versions 20.10 to 29.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::fix::Fix;

mod packages;
mod programs;

use self::packages::package_of;
use self::programs::PROGRAMS;

/// What to do about a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Advice {
    /// In the imperative, with what is wrong before it.
    pub(super) text: String,
    pub(super) fix: Option<Fix>,
}

/// A remedy that a rule proposes.
#[derive(Debug, Clone, Copy)]
enum Remedy {
    None,
    Ignore,
    Tty,
}

/// A kind of failure.
struct Rule {
    /// A regex for the command; empty for any.
    command: &'static str,
    /// A regex for a line of the output; empty for any.
    output: &'static str,
    /// What to do. `$name` is what the group `name` of one of the regexes has matched.
    advice: &'static str,
    remedy: Remedy,
}

const RULES: &[Rule] = &[
    Rule {
        command: "",
        output: r"the input device is not a TTY|cannot attach stdin to a TTY-enabled container",
        advice: "add `tty`: this command needs a terminal",
        remedy: Remedy::Tty,
    },
    Rule {
        command: r"\bdocker\s+login\b",
        output: "",
        advice: "logging in needs the credentials of an account: mark the block `ignore`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: r"\bdocker\s+(?:image\s+|compose\s+)?push\b",
        output: r"denied|unauthorized|insufficient_scope|authentication required|no basic auth|connection refused|no such host|i/o timeout|unreachable",
        advice: "pushing needs an account at the registry: mark the block `ignore`, or push to a registry that the \
                 chapter starts, such as `localhost:5000`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: r"\bdocker\s+search\b",
        output: "",
        advice: "searching needs Docker Hub: mark the block `ignore`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: "",
        output: r"docker: '(?P<name>[\w-]+)' is not a docker command|unknown command: docker (?P<other>[\w-]+)",
        advice: "the engine has no command `docker $name$other`, which may be a plugin: mark the block `ignore`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: "",
        output: r"System has not been booted with systemd|Failed to connect to (?:system scope )?bus|docker: unrecognized service",
        advice: "a step has no service manager, and its Docker daemon runs already: mark the block `ignore`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: r"\bdockerd\b",
        output: r"ensure docker is not running or delete|pid file found, ensure docker is not running",
        advice: "each chapter has a Docker daemon, which runs already: mark the block `ignore`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: "",
        output: r#"error during connect: .*exec: "ssh": executable file not found"#,
        advice: "a step has no `ssh`, and no other machine: mark the block `ignore`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: "",
        output: r"unable to resolve docker endpoint: open \S+/(?:ca|cert|key)\.pem: no such file",
        advice: "a step has no certificates of a daemon: mark the block `ignore`, and do not let it set \
                 `DOCKER_TLS_VERIFY` for later ones",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: "",
        output: r"Cannot connect to the Docker daemon|failed to connect to the docker API|error during connect:",
        advice: "no Docker daemon answers there: check what earlier commands have done to the daemon, to `DOCKER_HOST` \
                 and to the context",
        remedy: Remedy::None,
    },
    Rule {
        command: "",
        output: r"cgroups not configured for container|unable to get all container pids: lstat :|container could not join or create cgroup|as your kernel does not support CPU CFS scheduler or the cgroup is not mounted",
        advice: "this user has no control groups, which `docker pause`, `docker top` and limits need: run the chapter as \
                 root, or in a session in which systemd delegates control groups of version 2 to the user",
        remedy: Remedy::None,
    },
    Rule {
        command: "",
        output: r"fork: (?:retry: )?Resource temporarily unavailable|can't fork: Resource temporarily unavailable",
        advice: "the engine has reached its limit of processes: raise `processes` in book.toml, or end some of them",
        remedy: Remedy::None,
    },
    Rule {
        command: "",
        output: r"permission denied on key|/proc/sys/\S+: (?:Read-only file system|Permission denied)",
        advice: "a step cannot change settings of this machine’s kernel: mark the block `ignore`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: "",
        output: r"(?i)no space left on device",
        advice: "a file system is full: raise `disk` in book.toml, or remove what the chapter no longer needs",
        remedy: Remedy::None,
    },
    Rule {
        command: r"\bdocker\s+(?:image\s+|buildx\s+|builder\s+)?build\b",
        output: r"failed to read dockerfile: open (?P<name>[^\s:]+): no such file",
        advice: "the step’s directory has no such file: mark the block that shows it `file=$name`, or write it in an \
                 earlier step",
        remedy: Remedy::None,
    },
    Rule {
        command: r"\bdocker\s+(?:image\s+|buildx\s+|builder\s+)?build\b",
        output: r"Cannot locate Dockerfile|Dockerfile: no such file or directory",
        advice: "the step’s directory has no such file: mark the block that shows it `file=Dockerfile`, or write it in an \
                 earlier step",
        remedy: Remedy::None,
    },
    Rule {
        command: r"\bcompose\b",
        output: r"no configuration file provided: not found|open \S*compose\.ya?ml: no such file",
        advice: "the step’s directory has no Compose file: mark the block that shows it `file=compose.yaml`, or write it \
                 in an earlier step",
        remedy: Remedy::None,
    },
    Rule {
        command: "",
        output: r"bind source path does not exist: (?P<name>\S+)",
        advice: "create `$name` in an earlier step, which can be `hidden`",
        remedy: Remedy::None,
    },
    Rule {
        command: "",
        output: r"This node is not a swarm manager",
        advice: "run `docker swarm init` in an earlier step, which can be `hidden`: each chapter has a fresh engine",
        remedy: Remedy::None,
    },
    Rule {
        command: "",
        output: r#"exec: "(?P<name>[^"]+)": (?:executable file not found|stat \S+: no such file)"#,
        advice: "the image has no program `$name`",
        remedy: Remedy::None,
    },
    Rule {
        command: "",
        output: r"could not read Username for|Permission denied \(publickey\)|Authentication failed for",
        advice: "this needs the credentials of an account: mark the block `ignore`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: "",
        output: r"Could not resolve (?:host: |proxy: |')?(?P<name>[\w.-]*)|unable to resolve host address|Temporary failure (?:in name resolution|resolving)|bad address '|(?:N|n)etwork is unreachable",
        advice: "the step cannot reach that host: check this machine’s network, or mark the block `ignore`",
        remedy: Remedy::Ignore,
    },
    Rule {
        command: "",
        output: r"(?i)connection refused|connection reset by peer|empty reply from server|could(?: not|n't) connect to server",
        advice: "no program answers there: if it needs longer to start, add `retry=30s`; else check that its container \
                 runs and publishes the port",
        remedy: Remedy::None,
    },
];

struct Compiled {
    command: Regex,
    output: Regex,
}

static COMPILED: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    let regex = |pattern: &str| Regex::new(&format!("(?m){pattern}")).expect("the regex is valid");
    let compiled =
        |rule: &Rule| Compiled { command: regex(rule.command), output: regex(rule.output) };
    RULES.iter().map(compiled).collect()
});

/// What bash and sudo print if they do not find a program.
static NOT_FOUND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)(?:^|: )(?P<name>[^\s:]+): command not found$").expect("the regex is valid")
});

static NOT_FOUND_BY_SUDO: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?m)^sudo: (?P<name>[^\s:]+): command not found$").expect("the regex is valid")
});

/// Returns what to do about a command that failed; `None` if only the author knows. `output` has no escape sequences.
pub(super) fn advice(command: &str, status: i32, output: &str) -> Option<Advice> {
    let rules = RULES.iter().zip(COMPILED.iter());
    let by_rule = rules.into_iter().find_map(|(rule, compiled)| {
        let in_command = compiled.command.captures(command)?;
        let in_output = compiled.output.captures(output)?;
        Some(with_remedy(fill(rule.advice, [&in_command, &in_output]), rule.remedy))
    });
    by_rule.or_else(|| by_status(status, output))
}

fn by_status(status: i32, output: &str) -> Option<Advice> {
    let or_exit = format!("if this is expected, add `exit={status}`");
    let text = match status {
        // It does not say 127.
        1 => {
            let name = NOT_FOUND_BY_SUDO.captures(output)?.name("name")?.as_str();
            return Some(missing_program(name));
        }
        126 => "the file cannot be executed: make it executable with `chmod +x`, or start it with its interpreter".to_owned(),
        127 => {
            let name = NOT_FOUND.captures(output)?.name("name")?.as_str();
            return Some(missing_program(name));
        }
        130 => format!("it was interrupted, as by Ctrl-C; {or_exit}"),
        137 => format!("it was killed, by `docker kill`, `docker stop` or for lack of memory; {or_exit}"),
        139 => format!("it crashed with a segmentation fault; {or_exit}"),
        143 => format!("it was terminated, as by `docker stop`; {or_exit}"),
        _ => return None,
    };
    Some(Advice { text, fix: None })
}

fn missing_program(name: &str) -> Advice {
    let known = PROGRAMS.iter().find(|(names, ..)| names.contains(&name));
    let (what, remedy) = match (known, package_of(name)) {
        (Some((_, what, remedy)), _) => ((*what).to_owned(), *remedy),
        (None, package) => {
            let package =
                package.map_or("the package that has it".to_owned(), |name| format!("`{name}`"));
            let what =
                format!("add {package} to `packages` in book.toml, or mark the block `ignore`");
            (what, Remedy::Ignore)
        }
    };
    with_remedy(format!("a step does not find the program `{name}`: {what}"), remedy)
}

fn with_remedy(text: String, remedy: Remedy) -> Advice {
    let fix = match remedy {
        Remedy::None => None,
        Remedy::Ignore => Some(Fix::ignore()),
        Remedy::Tty => Some(Fix::tty()),
    };
    Advice { text, fix }
}

/// Puts what was matched into an advice.
fn fill(advice: &str, all: [&Captures<'_>; 2]) -> String {
    let group = |name: &str| {
        all.iter().find_map(|captures| captures.name(name)).map_or("", |found| found.as_str())
    };
    advice.replace("$name", group("name")).replace("$other", group("other"))
}

#[cfg(test)]
mod tests;
