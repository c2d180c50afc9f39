//! What docker prints while it pulls an image.
//!
//! Whether it does, and how many layers there are, depends on what the machine has and on the day.

use std::sync::LazyLock;

use regex::Regex;

/// Of `docker pull`, of `docker run` for an image that is not there, and of Compose, version 1 and 2. IDs and digests can
/// be placeholders.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?x)^\s*(?:
        Unable\ to\ find\ image\ '[^']+'\ locally
        | (?:\S+:\ )?Pulling\ (?:from|repository)\ \S+
        | (?:[0-9a-f]{12}|\[ID(?::[^\]\s]+)?\]):\ (?:
            Pulling\ fs\ layer | Waiting | Downloading.* | Verifying\ Checksum | Download\ complete | Extracting.*
            | Pull\ complete | Already\ exists )
        | Digest:\ (?:sha256:[0-9a-f]+|(?:sha256:)?\[[A-Z]+(?::[^\]\s]+)?\])
        | Status:\ (?:Downloaded\ newer\ image|Image\ is\ up\ to\ date)\ for\ \S+
        | Pulling\ \S+\ \(\S+\)\.\.\.
        | [\w.-]+\ (?:Pulling|Pulled)
        )\s*$";
    Regex::new(regex).expect("the regex is valid")
});

/// Returns the text without these lines, and without blank lines at its start; `None` if it has no such line.
pub(crate) fn without_pull(text: &str) -> Option<String> {
    let kept: Vec<&str> = text.split_inclusive('\n').filter(|line| !LINE.is_match(line)).collect();
    let rest = || kept.iter().skip_while(|line| line.trim().is_empty()).copied().collect();
    (kept.len() < text.split_inclusive('\n').count()).then(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_during_a_pull_is_left_out() {
        let text = "Unable to find image 'hello-world:latest' locally\nlatest: Pulling from library/hello-world\n\
                    c04b14da8d14: Pull complete \n[ID:2]: Already exists\nDigest: sha256:0256e8a36e20\nDigest: [DIGEST]\n\
                    Status: Downloaded newer image for hello-world:latest\n\nHello from Docker!\n\nmore\n";
        assert_eq!(without_pull(text).unwrap(), "Hello from Docker!\n\nmore\n");
        let compose = "Pulling mysql (mariadb:10.1.10)...\n mysql Pulling \n mysql Pulled\n Network a  Created\n";
        assert_eq!(without_pull(compose).unwrap(), " Network a  Created\n");
        assert_eq!(without_pull("Status: Image is up to date for alpine:3"), Some(String::new()));
    }

    #[test]
    fn other_lines_are_not_about_a_pull() {
        for text in [
            "Hello from Docker!\n",
            "c04b14da8d14: Pushed\n",
            "Using default tag: latest\n",
            "docker.io/library/alpine:latest\n",
            "Status: up\n",
            "Pulling the rope\n",
            "",
        ] {
            assert_eq!(without_pull(text), None, "{text}");
        }
    }
}
