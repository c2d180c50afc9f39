//! Flags of Docker's commands.
//!
//! Only those without a value are listed: all others have one. The lists are those of `docker … --help`
//! of versions 20.10 to 29, with the plugins Buildx and Compose, and of Compose 1.29.

/// The flags of a command that have no value.
#[derive(Debug, Clone, Copy)]
pub(in crate::extract) struct Switches {
    /// With their names, without dashes.
    pub(in crate::extract) long: &'static [&'static str],
    /// With one letter.
    pub(in crate::extract) short: &'static str,
    /// Whether flags can follow operands.
    pub(in crate::extract) is_mixed: bool,
}

/// `docker`
pub(in crate::extract) const DOCKER: Switches = Switches {
    long: &["debug", "help", "tls", "tlsverify", "version"],
    short: "Dv",
    is_mixed: false,
};

/// `docker run` and `docker create`
pub(in crate::extract) const RUN: Switches = Switches {
    long: &[
        "detach",
        "disable-content-trust",
        "help",
        "init",
        "interactive",
        "no-healthcheck",
        "oom-kill-disable",
        "privileged",
        "publish-all",
        "quiet",
        "read-only",
        "rm",
        "sig-proxy",
        "tty",
        "use-api-socket",
    ],
    short: "dPqit",
    is_mixed: false,
};

/// `docker exec`
pub(in crate::extract) const EXEC: Switches = Switches {
    long: &["detach", "help", "interactive", "privileged", "tty"],
    short: "dit",
    is_mixed: false,
};

/// `docker build` and `docker buildx build`
pub(super) const BUILD: Switches = Switches {
    long: &[
        "check",
        "compress",
        "debug",
        "detach",
        "disable-content-trust",
        "force-rm",
        "help",
        "load",
        "no-cache",
        "pull",
        "push",
        "quiet",
        "rm",
        "squash",
        "stream",
    ],
    short: "Dq",
    is_mixed: true,
};

/// `docker service create`
pub(super) const SERVICE: Switches = Switches {
    long: &[
        "detach",
        "help",
        "init",
        "no-healthcheck",
        "no-resolve-image",
        "quiet",
        "read-only",
        "tty",
        "with-registry-auth",
    ],
    short: "dqt",
    is_mixed: false,
};

/// `docker service update`
pub(super) const SERVICE_UPDATE: Switches = Switches {
    long: &[
        "detach",
        "force",
        "help",
        "init",
        "no-healthcheck",
        "no-resolve-image",
        "quiet",
        "read-only",
        "rollback",
        "tty",
        "with-registry-auth",
    ],
    short: "dqt",
    is_mixed: true,
};

/// `docker stack deploy`
pub(super) const STACK: Switches = Switches {
    long: &["detach", "help", "prune", "quiet", "with-registry-auth"],
    short: "dq",
    is_mixed: true,
};

/// The commands that take names of images and few flags: `pull`, `save`, `history`, `tag` and
/// `rmi`.
pub(super) const IMAGE: Switches = Switches {
    long: &[
        "all-tags",
        "disable-content-trust",
        "force",
        "help",
        "human",
        "no-pause",
        "no-prune",
        "no-trunc",
        "pause",
        "quiet",
    ],
    short: "aqfHp",
    is_mixed: true,
};

/// `docker inspect`, whose `-f` has a value.
pub(super) const INSPECT: Switches =
    Switches { long: &["help", "size"], short: "s", is_mixed: true };

/// `docker commit` and `docker import`, whose `-a` has a value.
pub(super) const COMMIT: Switches =
    Switches { long: &["help", "no-pause", "pause"], short: "p", is_mixed: true };

/// `docker compose`, before its command.
pub(in crate::extract) const COMPOSE: Switches = Switches {
    long: &[
        "all-resources",
        "compatibility",
        "dry-run",
        "help",
        "no-ansi",
        "skip-hostname-check",
        "tls",
        "tlsverify",
        "verbose",
        "version",
    ],
    short: "v",
    is_mixed: false,
};

/// The commands of `docker compose` that start or fetch services.
pub(super) const COMPOSE_COMMAND: Switches = Switches {
    long: &[
        "abort-on-container-exit",
        "abort-on-container-failure",
        "always-recreate-deps",
        "attach-dependencies",
        "build",
        "check",
        "compress",
        "detach",
        "force-recreate",
        "force-rm",
        "help",
        "ignore-buildable",
        "ignore-pull-failures",
        "include-deps",
        "interactive",
        "menu",
        "no-build",
        "no-cache",
        "no-color",
        "no-deps",
        "no-log-prefix",
        "no-parallel",
        "no-recreate",
        "no-rm",
        "no-start",
        "no-TTY",
        "parallel",
        "print",
        "prune",
        "push",
        "quiet",
        "quiet-build",
        "quiet-pull",
        "remove-orphans",
        "renew-anon-volumes",
        "rm",
        "service-ports",
        "tty",
        "use-aliases",
        "wait",
        "watch",
        "with-dependencies",
        "yes",
    ],
    short: "dqVwy",
    is_mixed: true,
};

/// `docker compose run`
pub(in crate::extract) const COMPOSE_RUN: Switches =
    Switches { short: "dqitPT", is_mixed: false, ..COMPOSE_COMMAND };

/// `docker compose build`, whose `--pull` has no value.
pub(super) const COMPOSE_BUILD: Switches = Switches {
    long: &[
        "check",
        "compress",
        "force-rm",
        "help",
        "no-cache",
        "no-rm",
        "parallel",
        "print",
        "pull",
        "push",
        "quiet",
        "with-dependencies",
    ],
    short: "q",
    is_mixed: true,
};

/// The words after a command, as its flags and operands.
#[derive(Debug, Default)]
pub(in crate::extract) struct Arguments<'a, W> {
    /// The name of each flag with its value; short ones by their letter.
    flags: Vec<(&'a str, Option<&'a str>)>,
    pub(in crate::extract) operands: Vec<&'a W>,
}

/// Returns the words from the first operand on: the command of a program whose own flags come before it.
pub(in crate::extract) fn from_operand<W: AsRef<str>>(words: &[W], switches: Switches) -> &[W] {
    debug_assert!(!switches.is_mixed, "flags can follow operands");
    &words[words.len() - Arguments::new(words, switches).operands.len()..]
}

impl<'a, W: AsRef<str>> Arguments<'a, W> {
    pub(in crate::extract) fn new(words: &'a [W], switches: Switches) -> Self {
        let mut arguments = Self { flags: Vec::new(), operands: Vec::new() };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let text = word.as_ref();
            if text == "--" {
                break;
            }
            let mut value = || words.next().map(AsRef::as_ref);
            if let Some(flag) = text.strip_prefix("--") {
                let flag = match flag.split_once('=') {
                    Some((name, value)) => (name, Some(value)),
                    None if switches.long.contains(&flag) => (flag, None),
                    None => (flag, value()),
                };
                arguments.flags.push(flag);
            } else if let Some(letters) = text.strip_prefix('-').filter(|rest| !rest.is_empty()) {
                for (at, letter) in letters.char_indices() {
                    let (letter, rest) = letters[at..].split_at(letter.len_utf8());
                    // `-t=false`
                    if let Some(value) = rest.strip_prefix('=') {
                        arguments.flags.push((letter, Some(value)));
                        break;
                    }
                    if !switches.short.contains(letter) {
                        let value = if rest.is_empty() { value() } else { Some(rest) };
                        arguments.flags.push((letter, value));
                        break;
                    }
                    arguments.flags.push((letter, None));
                }
            } else {
                arguments.operands.push(word);
                if !switches.is_mixed {
                    break;
                }
            }
        }
        arguments.operands.extend(words);
        arguments
    }

    /// Returns the name of each flag, in order, with its dashes.
    pub(in crate::extract) fn names(&self) -> impl Iterator<Item = String> {
        self.flags.iter().map(|(name, _)| match name.len() {
            1 => format!("-{name}"),
            _ => format!("--{name}"),
        })
    }

    /// Returns the values of a flag that has one of these names.
    pub(super) fn values(&self, names: &[&str]) -> Vec<&'a str> {
        let flags = self.flags.iter().filter(|(name, _)| names.contains(name));
        flags.filter_map(|(_, value)| *value).collect()
    }

    /// Returns the last value of a flag, which is the one that counts.
    pub(super) fn value(&self, names: &[&str]) -> Option<&'a str> {
        self.values(names).pop()
    }

    /// Whether a flag without a value is on.
    pub(in crate::extract) fn is_on(&self, names: &[&str]) -> bool {
        let last = self.flags.iter().rfind(|(name, _)| names.contains(name));
        last.is_some_and(|(_, value)| value.is_none_or(|value| value == "true" || value == "1"))
    }
}
