//! What a command can do, by the words in it.

/// Whether a command can print files, in which lines can begin with `#`.
pub(crate) fn prints_files(command: &str) -> bool {
    has_word(
        command,
        &["cat", "curl", "cut", "grep", "head", "less", "more", "sed", "tail", "wget"],
    )
}

/// Whether BuildKit can print lines for a command.
pub(super) fn builds(command: &str) -> bool {
    has_word(command, &["bake", "build", "buildx", "compose"])
}

/// Whether one of these is a word of a command, whatever is around it.
pub(crate) fn has_word(command: &str, words: &[&str]) -> bool {
    command.split(|c: char| !c.is_alphanumeric()).any(|word| words.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_known_as_whole_words() {
        for command in ["cat a", "docker exec web cat /etc/a", "curl -s b|head", "(cat)"] {
            assert!(prints_files(command), "{command}");
        }
        for command in ["category", "docker ps", ""] {
            assert!(!prints_files(command), "{command}");
        }
        assert!(builds("docker build .") && !builds("rebuild"));
    }
}
