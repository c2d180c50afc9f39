//! Which images a chapter names.

use std::path::Path;

use crate::model::scenario::Scenario;

/// Whether a step that runs names an image.
pub(crate) fn names_image(scenario: &Scenario, reference: &str) -> bool {
    scenario.steps_that_run().any(|(_, step)| mentions(&step.script, reference))
}

/// Whether `reference` is a word of `script`, in any form that Docker resolves to the same image:
/// `alpine`, `alpine:latest`, `library/alpine`, `docker.io/library/alpine`.
/// (<https://docs.docker.com/reference/cli/docker/image/tag/>)
///
/// The word can mean something else. Then an image is provided that is not used, which only costs a
/// moment.
fn mentions(script: &str, reference: &str) -> bool {
    let wanted = familiar(reference);
    script
        .split(|c: char| c.is_whitespace() || "'\"`;|&()<>=".contains(c))
        .any(|word| familiar(word) == wanted)
}

/// The short form of a reference, with its tag.
fn familiar(reference: &str) -> String {
    let name = reference.strip_prefix("docker.io/").unwrap_or(reference);
    let name = name.strip_prefix("library/").unwrap_or(name);
    let last = Path::new(name).file_name().and_then(|last| last.to_str()).unwrap_or(name);
    if last.contains([':', '@']) { name.to_owned() } else { format!("{name}:latest") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_an_image() {
        assert!(mentions("docker run -d alpine sh -c 'true'", "alpine"));
        assert!(mentions("docker run \"postgres:15\"", "postgres:15"));
        assert!(mentions("cat > Dockerfile <<E\nFROM alpine\nE", "alpine"));
    }

    #[test]
    fn all_forms_of_a_reference_name_the_same_image() {
        assert!(mentions("docker run alpine:latest", "alpine"));
        assert!(mentions("docker run docker.io/library/alpine", "alpine:latest"));
        assert!(mentions("docker run localhost:5000/x", "localhost:5000/x:latest"));
    }

    #[test]
    fn other_tags_and_parts_of_words_name_other_images() {
        assert!(!mentions("docker run alpine:3.20", "alpine"));
        assert!(!mentions("docker run postgres:15-alpine", "alpine"));
        assert!(!mentions("docker run -v postgres-prod:/data x", "postgres:15"));
    }
}
