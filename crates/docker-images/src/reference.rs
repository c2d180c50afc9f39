//! References to images, as Docker reads them.
//!
//! The grammar and the defaults are those of <https://github.com/distribution/reference>: `alpine` means
//! `docker.io/library/alpine:latest`.

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;

/// The registry of references that do not name one.
const DOCKER_HUB: &str = "docker.io";

/// Docker Hub's older name, which Docker still accepts.
const OLD_DOCKER_HUB: &str = "index.docker.io";

/// The namespace of Docker Hub's official images.
const OFFICIAL: &str = "library/";

/// The longest name of a repository with its registry, in bytes.
const NAME_LIMIT: usize = 255;

/// The longest tag, in bytes.
const TAG_LIMIT: usize = 128;

/// A reference to an image, complete: two references are equal if Docker takes them for the same.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    registry: String,
    repository: String,
    /// `latest` if the reference had neither a tag nor a digest.
    tag: Option<String>,
    digest: Option<String>,
}

/// Why a text is not a reference to an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("invalid image reference `{text}`: {reason}")]
pub struct InvalidReference {
    text: String,
    reason: &'static str,
}

impl Reference {
    /// The registry's host, with a port if one was given: `docker.io` for Docker Hub.
    pub fn registry(&self) -> &str {
        &self.registry
    }

    /// The repository in the registry: `library/alpine`.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The tag; `None` if there is only a digest.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest: `sha256:` and 64 hexadecimal digits.
    pub fn digest(&self) -> Option<&str> {
        self.digest.as_deref()
    }

    /// The repository as `docker image ls` prints it: `alpine`, `team/app`, `ghcr.io/team/app`.
    pub fn familiar_name(&self) -> String {
        if self.registry != DOCKER_HUB {
            return format!("{}/{}", self.registry, self.repository);
        }
        self.repository.strip_prefix(OFFICIAL).unwrap_or(&self.repository).to_owned()
    }

    /// Whether the registry is Docker Hub.
    pub fn is_on_docker_hub(&self) -> bool {
        self.registry == DOCKER_HUB
    }

    /// Whether the registry is the machine itself, which in a step is the engine.
    pub fn is_local(&self) -> bool {
        let host = self.registry.rsplit_once(':').map_or(self.registry.as_str(), |(host, _)| host);
        host == "localhost" || host.starts_with("127.") || host == "[::1]"
    }

    /// What a registry is asked for: the digest if there is one, else the tag.
    pub fn version(&self) -> &str {
        self.digest().or(self.tag()).unwrap_or("latest")
    }

    /// The same repository with this digest, and without a tag.
    #[must_use]
    pub fn with_digest(&self, digest: &str) -> Self {
        Self { tag: None, digest: Some(digest.to_owned()), ..self.clone() }
    }
}

/// The short form that Docker prints, with the tag: `alpine:latest`.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.familiar_name())?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

impl FromStr for Reference {
    type Err = InvalidReference;

    fn from_str(text: &str) -> Result<Self, InvalidReference> {
        let invalid = |reason| InvalidReference { text: text.to_owned(), reason };
        let (rest, digest) = match text.split_once('@') {
            Some((rest, digest)) => (rest, Some(digest)),
            None => (text, None),
        };
        if digest.is_some_and(|digest| !is_digest(digest)) {
            return Err(invalid("a digest is `sha256:` and 64 hexadecimal digits"));
        }
        let (name, tag) = match rest.rsplit_once(':') {
            // The colon of a port is before the last slash.
            Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
            _ => (rest, None),
        };
        if tag.is_some_and(|tag| !is_tag(tag)) {
            return Err(invalid("a tag has letters, digits, `_`, `.` and `-`, at most 128"));
        }
        let (registry, repository) = match name.split_once('/') {
            Some((host, repository)) if is_host(host) => (host, repository),
            _ => (DOCKER_HUB, name),
        };
        if repository.is_empty() {
            return Err(invalid("the name is missing"));
        }
        if repository.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(invalid("the name of a repository is in lower case"));
        }
        if !is_repository(repository) || !is_host_name(registry) {
            return Err(invalid(
                "a name has lower-case letters and digits, separated by `/`, `.`, `_` or `-`",
            ));
        }
        if name.len() > NAME_LIMIT {
            return Err(invalid("the name is longer than 255 bytes"));
        }
        let registry = if registry == OLD_DOCKER_HUB { DOCKER_HUB } else { registry };
        let is_official = registry == DOCKER_HUB && !repository.contains('/');
        let repository =
            if is_official { format!("{OFFICIAL}{repository}") } else { repository.to_owned() };
        let tag = tag.or(if digest.is_none() { Some("latest") } else { None });
        Ok(Self {
            registry: registry.to_owned(),
            repository,
            tag: tag.map(str::to_owned),
            digest: digest.map(str::to_owned),
        })
    }
}

/// Whether the part before the first slash is a host: else it is a namespace on Docker Hub.
fn is_host(part: &str) -> bool {
    part.contains(['.', ':']) || part == "localhost" || part.chars().any(|c| c.is_ascii_uppercase())
}

fn is_host_name(host: &str) -> bool {
    let (name, port) = match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
        _ => (host, None),
    };
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let address = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let is_name = match address {
        Some(address) => address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':'),
        None => name.split('.').all(|label| {
            let inner = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(inner)
        }),
    };
    is_name && port.is_none_or(is_port)
}

/// Whether the name of a repository in a registry is valid.
pub(crate) fn is_repository(name: &str) -> bool {
    name.split('/').all(is_component)
}

/// Whether a part of a repository's name is valid: words of lower-case letters and digits, separated by a
/// dot, one or two underscores, or dashes.
fn is_component(part: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let separators: Vec<&str> = part.split(is_word).filter(|text| !text.is_empty()).collect();
    part.starts_with(is_word)
        && part.ends_with(is_word)
        && separators.iter().all(|separator| {
            matches!(*separator, "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
        })
}

/// Whether a tag is valid.
pub(crate) fn is_tag(tag: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    tag.len() <= TAG_LIMIT
        && tag.starts_with(is_word)
        && tag.chars().all(|c| is_word(c) || c == '.' || c == '-')
}

fn is_digest(digest: &str) -> bool {
    digest.parse::<Digest>().is_ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn parse(text: &str) -> Reference {
        text.parse().unwrap()
    }

    fn reason(text: &str) -> String {
        text.parse::<Reference>().unwrap_err().to_string()
    }

    #[test]
    fn all_forms_of_a_reference_are_equal() {
        for same in [
            "alpine:latest",
            "library/alpine",
            "docker.io/alpine",
            "docker.io/library/alpine:latest",
            "index.docker.io/library/alpine",
        ] {
            assert_eq!(parse(same), parse("alpine"), "{same}");
        }
        assert_eq!(parse("alpine").to_string(), "alpine:latest");
        assert_eq!(parse("docker.io/team/app:1").to_string(), "team/app:1");
    }

    #[test]
    fn other_references_differ() {
        for (one, other) in [
            ("alpine", "alpine:3.20"),
            ("team/app:1", "team_app:1"),
            ("team/app:1", "ghcr.io/team/app:1"),
            ("localhost:5000/x", "localhost/x"),
            ("alpine", &format!("alpine@{DIGEST}")),
        ] {
            assert_ne!(parse(one), parse(other));
        }
    }

    #[test]
    fn parts_are_distinguished() {
        let reference = parse(&format!("registry.example.com:5000/a/b/c:1.0@{DIGEST}"));
        assert_eq!(reference.registry(), "registry.example.com:5000");
        assert_eq!(reference.repository(), "a/b/c");
        assert_eq!((reference.tag(), reference.digest()), (Some("1.0"), Some(DIGEST)));
        assert_eq!(reference.version(), DIGEST);
        assert_eq!(reference.familiar_name(), "registry.example.com:5000/a/b/c");
        let by_digest = parse(&format!("alpine@{DIGEST}"));
        assert_eq!(by_digest.tag(), None);
        assert_eq!(by_digest, parse("alpine").with_digest(DIGEST));
        assert!(by_digest.is_on_docker_hub() && !reference.is_on_docker_hub());
        assert_eq!(parse("my__app/x---y:V_1").repository(), "my__app/x---y");
    }

    #[test]
    fn local_registries_are_recognized() {
        for (text, is_local) in [
            ("localhost:5000/app", true),
            ("localhost/app", true),
            ("127.0.0.1:5000/app", true),
            ("[::1]:5000/app", true),
            ("alpine", false),
            ("localhost.example.com/app", false),
        ] {
            assert_eq!(parse(text).is_local(), is_local, "{text}");
        }
    }

    #[test]
    fn what_docker_refuses_is_an_error_with_a_reason() {
        for (text, part) in [
            ("", "the name is missing"),
            ("ghcr.io/", "the name is missing"),
            ("Alpine", "in lower case"),
            ("a//b", "separated by"),
            ("a__.b", "separated by"),
            ("-a", "separated by"),
            ("a:", "a tag has"),
            ("a:.b", "a tag has"),
            ("a@sha256:12", "64 hexadecimal digits"),
            ("a b", "separated by"),
            ("$image", "separated by"),
            ("ex_ample.com/a", "separated by"),
        ] {
            let message = reason(text);
            assert!(message.starts_with(&format!("invalid image reference `{text}`: ")));
            assert!(message.contains(part), "{message}");
        }
        assert!(reason(&"a".repeat(256)).contains("longer than 255"));
        assert!(reason(&format!("a:{}", "1".repeat(129))).contains("a tag has"));
    }

    proptest! {
        #[test]
        fn the_short_form_means_the_same(text in "([a-zA-Z0-9.:-]{1,9}/)?[a-z0-9/._-]{1,12}(:[a-zA-Z0-9._-]{1,5})?") {
            if let Ok(reference) = text.parse::<Reference>() {
                prop_assert_eq!(&reference.to_string().parse::<Reference>().unwrap(), &reference);
            }
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "\\PC{0,20}") {
            let _ = text.parse::<Reference>();
        }
    }
}
