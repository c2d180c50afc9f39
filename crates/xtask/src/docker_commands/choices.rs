//! What is not in help: which flags stay out of typed calls, and how some commands differ.

/// Flags that change what docker prints, so that a typed result could not be parsed.
const OUTPUT: [&str; 4] = ["format", "human", "no-trunc", "quiet"];

/// Flags of commands that are declared by hand without a method, and what does the same.
const WITHOUT_METHOD: &[(&str, &[&str])] = &[
    // `Docker::host`, `context` and `version`.
    ("", &["context", "host", "version"]),
    // Archives go through standard input and output.
    ("container export", &["output"]),
    ("image load", &["input"]),
    ("image save", &["output"]),
    // They print something else than the project.
    (
        "compose config",
        &["hash", "images", "output", "profiles", "services", "variables", "volumes"],
    ),
    ("compose ps", &["services"]),
    ("system df", &["verbose"]),
    // `Run::detach` and `Start::attach` return other types.
    ("container run", &["detach"]),
    ("container start", &["attach", "interactive"]),
    // `Build::quiet`, which returns another type; and a flag that buildx rejects.
    ("buildx build", &["quiet"]),
    ("image build", &["disable-content-trust", "quiet"]),
];

/// Flags with a kind of their own, and the name of their method.
const SPECIAL: &[(&str, &str, &str, &str)] = &[
    ("compose down", "timeout", "grace", "seconds"),
    ("compose restart", "timeout", "grace", "seconds"),
    ("compose stop", "timeout", "grace", "seconds"),
    ("compose up", "timeout", "grace", "seconds"),
    ("compose up", "wait-timeout", "wait_timeout", "seconds"),
];

/// Commands whose output comes from the program in a container, and how docker's own messages are
/// distinguished from it: the names in docker-cli's `output.rs`.
const ORIGINS: &[(&str, &str)] = &[
    ("compose attach", "Compose"),
    ("compose exec", "Compose"),
    // Compose has no status that it keeps for its own errors.
    ("compose run", "Compose"),
    ("compose up", "Logs"),
    ("service logs", "Logs"),
];

/// Whether a flag of a command that is declared by hand must not have a method. `is_typed`: its call
/// parses the output.
pub(super) fn has_no_method(path: &str, flag: &str, is_typed: bool) -> bool {
    let without = WITHOUT_METHOD.iter().find(|(command, _)| *command == path);
    is_typed && OUTPUT.contains(&flag) || without.is_some_and(|(_, flags)| flags.contains(&flag))
}

/// The name of the method and of the kind for a flag that has its own.
pub(super) fn special(path: &str, flag: &str) -> Option<(&'static str, &'static str)> {
    let found = SPECIAL.iter().find(|(command, name, ..)| *command == path && *name == flag)?;
    Some((found.2, found.3))
}

/// Where the output of a command comes from, unless it is docker.
pub(super) fn origin(path: &str) -> Option<&'static str> {
    ORIGINS.iter().find(|(command, _)| *command == path).map(|(_, origin)| *origin)
}

/// The name of a group's handle: `Containers`, `Swarm`.
pub(super) fn handle(group: &str) -> String {
    const SINGLE: [&str; 6] = ["builder", "buildx", "compose", "swarm", "system", "trust"];
    let plural = if SINGLE.contains(&group) { "" } else { "s" };
    format!("{}{plural}", type_name(group))
}

/// The method of docker-cli's `Docker` for a group's commands.
pub(super) fn accessor(group: &str) -> &str {
    match group {
        // `Docker::context` selects one.
        "context" => "contexts",
        _ => group,
    }
}

/// `ps` is `Ps`; `unlock-key` and `key load` are `UnlockKey` and `KeyLoad`.
pub(super) fn type_name(words: &str) -> String {
    let words = words.split(['-', ' ']);
    let upper = words.map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    upper.collect()
}

/// `no-TTY` is `no_tty`. Names that Rust or the methods of docker-cli's `DockerCommand` use get a `_`.
pub(super) fn method_name(words: &str) -> String {
    const TAKEN: [&str; 12] = [
        "argv", "call", "flag", "move", "output", "ref", "stdin", "stream", "timeout", "type",
        "use", "where",
    ];
    let name = words.to_ascii_lowercase().replace(['-', ' '], "_");
    if TAKEN.contains(&name.as_str()) { name + "_" } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_not_called_like_a_setting() {
        assert_eq!((accessor("context"), accessor("config")), ("contexts", "config"));
    }

    #[test]
    fn names_are_valid_in_rust() {
        assert_eq!((handle("node"), handle("swarm")), ("Nodes".to_owned(), "Swarm".to_owned()));
        assert_eq!(type_name("unlock-key"), "UnlockKey");
        assert_eq!(type_name("key load"), "KeyLoad");
        for (flag, method) in [("no-TTY", "no_tty"), ("output", "output_"), ("type", "type_")] {
            assert_eq!(method_name(flag), method);
        }
    }

    #[test]
    fn flags_that_break_a_typed_result_have_no_method() {
        assert!(has_no_method("image ls", "format", true));
        assert!(!has_no_method("image ls", "format", false));
        assert!(has_no_method("image save", "output", false));
        assert!(!has_no_method("image ls", "all", true));
    }
}
