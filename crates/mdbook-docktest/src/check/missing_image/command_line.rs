//! Which images a command asks for by its words, as far as that can be read without running it.

/// What a command's words say about images.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct CommandLine<'a> {
    /// Whether docker is called in a way that can need an image.
    pub(super) needs_images: bool,
    /// Whether it builds images.
    pub(super) builds: bool,
    /// The images that it pulls by name.
    pub(super) pulled: Vec<&'a str>,
}

/// Reads a command. Words that the shell replaces are not images, and options of `docker` itself hide its
/// command if they have a separate value.
pub(super) fn read(command: &str) -> CommandLine<'_> {
    let mut read = CommandLine::default();
    let is_separator = |c: char| c.is_whitespace() || ";&|(){}`'\"".contains(c);
    let mut words = command.split(is_separator).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        match word.rsplit('/').next() {
            Some("docker") => {}
            Some("docker-compose") => {
                (read.needs_images, read.builds) = (true, true);
                continue;
            }
            _ => continue,
        }
        const GROUPS: [&str; 4] = ["image", "container", "builder", "buildx"];
        let is_before = |word: &&str| word.starts_with('-') || GROUPS.contains(word);
        while words.next_if(is_before).is_some() {}
        match words.peek().copied() {
            Some("run" | "create") => read.needs_images = true,
            Some("build" | "bake" | "compose") => (read.needs_images, read.builds) = (true, true),
            Some("pull") => {
                words.next();
                read.needs_images = true;
                while let Some(option) = words.next_if(|word| word.starts_with('-')) {
                    if option == "--platform" {
                        words.next();
                    }
                }
                read.pulled.extend(words.next_if(|word| !word.contains('$')));
            }
            _ => {}
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pull_names_its_image() {
        for (command, pulled) in [
            ("docker pull alpine", vec!["alpine"]),
            ("docker image pull -q --platform linux/arm64 'team/app:1'", vec!["team/app:1"]),
            (
                "docker pull --platform=linux/arm64 a && /usr/bin/docker pull b | tail -1",
                vec!["a", "b"],
            ),
            ("docker pull \"$image\"", vec![]),
            ("docker pull", vec![]),
        ] {
            let expected = CommandLine { needs_images: true, builds: false, pulled };
            assert_eq!(read(command), expected, "{command}");
        }
    }

    #[test]
    fn commands_that_can_need_images_are_recognized() {
        for (command, needs_images, builds) in [
            ("docker run alpine", true, false),
            ("x=$(docker container create alpine)", true, false),
            ("docker build .", true, true),
            ("docker buildx bake", true, true),
            ("docker compose up -d", true, true),
            ("docker-compose up -d", true, true),
            ("docker push alpine", false, false),
            ("docker login", false, false),
            ("docker", false, false),
            ("echo pull run", false, false),
        ] {
            let expected = CommandLine { needs_images, builds, pulled: Vec::new() };
            assert_eq!(read(command), expected, "{command}");
        }
    }
}
