//! Why an image cannot be fetched, with the registry's own words.

use std::time::SystemTime;

use chrono::{DateTime, Utc};

use crate::blobs::BlobError;
use crate::digest::Digest;
use crate::platform::Platform;

/// Why an image cannot be fetched. Each message is one line, with the registry's own words if there are
/// any, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The registry does not have the image.
    #[error("`{image}` not found on {registry}{}: check its name and tag", quoted(.words))]
    NotFound {
        /// The image.
        image: String,
        /// Where it was looked for.
        registry: String,
        /// What the registry said, empty if nothing.
        words: String,
    },
    /// The registry refuses access to the image. Docker Hub does so for images that do not exist.
    #[error("{}", denied(.image, .registry, .login, .words))]
    Denied {
        /// The image.
        image: String,
        /// The registry.
        registry: String,
        /// What login was used.
        login: Login,
        /// What the registry said, empty if nothing.
        words: String,
    },
    /// The registry answers no more requests for a while.
    #[error("rate limit of {registry} reached{}: {}", quoted(.words), rate_limit_remedy(.registry, *.retry_at, .window.as_deref(), .login))]
    RateLimited {
        /// The registry.
        registry: String,
        /// When it ends, if the registry says so.
        retry_at: Option<SystemTime>,
        /// The limit and its period, if the registry says so: `100 per 6 h`.
        window: Option<String>,
        /// What login was used.
        login: Login,
        /// What the registry said, empty if nothing.
        words: String,
    },
    /// The host has no address.
    #[error("no address found for `{host}` ({reason}): check its name and the network connection")]
    NameService {
        /// The host.
        host: String,
        /// The system's words.
        reason: String,
    },
    /// The host cannot be connected to, or the connection broke off.
    #[error(
        "cannot reach `{host}` ({reason}): check the network connection and the proxy settings"
    )]
    Unreachable {
        /// The host.
        host: String,
        /// The system's words.
        reason: String,
    },
    /// The host cannot be trusted.
    #[error("no trusted connection to `{host}` ({reason}): {remedy}")]
    Tls {
        /// The host.
        host: String,
        /// What is wrong.
        reason: String,
        /// What to do.
        remedy: &'static str,
    },
    /// The host answered with an error status.
    #[error("`{host}` answered with status {status}{}: {}", quoted(.words), status_remedy(*.status))]
    Http {
        /// The host.
        host: String,
        /// The status code.
        status: u16,
        /// What it said, empty if nothing.
        words: String,
    },
    /// The host sent what no registry should send.
    #[error("unexpected answer from `{host}`: {reason}")]
    Protocol {
        /// The host.
        host: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The image exists, but not for this platform.
    #[error("`{image}` does not exist for {wanted}, only for {}", list(.available))]
    NoPlatform {
        /// The image.
        image: String,
        /// The platform that was asked for.
        wanted: Platform,
        /// The platforms that it exists for.
        available: Vec<Platform>,
    },
    /// A layer is elsewhere than in the registry, as those of Windows.
    #[error(
        "`{image}` has a layer that is not in the registry ({layer}): use an image for Linux \
         without foreign layers"
    )]
    ForeignLayer {
        /// The image.
        image: String,
        /// The layer.
        layer: Digest,
    },
    /// Fetching was cancelled.
    #[error("interrupted")]
    Cancelled,
    /// What was fetched cannot be written.
    #[error(transparent)]
    Blob(#[from] BlobError),
}

/// What login was used with a registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Login {
    /// None: there is no `docker login` for the registry.
    None,
    /// The author's `docker login`.
    Author,
    /// None: there is a `docker login`, but it cannot be read.
    Broken {
        /// Why.
        reason: String,
    },
}

/// How much is shown of what a registry said, in characters.
const WORDS_LIMIT: usize = 300;

/// What a registry said, as one harmless line.
pub(super) fn one_line(words: &str) -> String {
    let is_space = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    let line = words.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(WORDS_LIMIT) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Whether a character changes how others are shown, without being a control character: zero-width ones
/// and those that change the direction of text.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn quoted(words: &str) -> String {
    if words.is_empty() { String::new() } else { format!(" ({words})") }
}

/// The command to log in to a registry.
fn login_command(registry: &str) -> String {
    if registry == "docker.io" {
        "`docker login`".to_owned()
    } else {
        format!("`docker login {registry}`")
    }
}

fn status_remedy(status: u16) -> &'static str {
    if status >= 500 { "try again later" } else { "check that it is a registry" }
}

fn denied(image: &str, registry: &str, login: &Login, words: &str) -> String {
    let (words, command) = (quoted(words), login_command(registry));
    match login {
        Login::None if registry == "docker.io" => format!(
            "`{image}` does not exist on {registry} or needs a login{words}: \
             check its name, or run {command}"
        ),
        Login::None => format!("`{image}` needs a login{words}: run {command}"),
        Login::Author => format!(
            "access to `{image}` denied with your login{words}: \
             check its name, or run {command} again"
        ),
        Login::Broken { reason } => {
            format!("`{image}` needs a login{words}, and {reason}: run {command} again")
        }
    }
}

fn rate_limit_remedy(
    registry: &str,
    retry_at: Option<SystemTime>,
    window: Option<&str>,
    login: &Login,
) -> String {
    let time = match (retry_at, window) {
        (Some(time), _) => {
            format!("try again after {}", DateTime::<Utc>::from(time).format("%Y-%m-%d %H:%M UTC"))
        }
        (None, Some(window)) => format!("try again later (the limit is {window})"),
        (None, None) => "try again later".to_owned(),
    };
    let command = login_command(registry);
    match login {
        Login::Author => time,
        Login::None => format!("{time}, or run {command}"),
        Login::Broken { reason } => format!("{time}, or run {command} again ({reason})"),
    }
}

fn list(platforms: &[Platform]) -> String {
    platforms.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn broken() -> Login {
        Login::Broken { reason: "`docker-credential-x` failed".to_owned() }
    }

    fn denied(registry: &str, login: Login) -> String {
        let image = "team/app:1".to_owned();
        let words = "authentication required".to_owned();
        FetchError::Denied { image, registry: registry.to_owned(), login, words }.to_string()
    }

    #[test]
    fn docker_hub_denies_what_does_not_exist() {
        assert_eq!(
            denied("docker.io", Login::None),
            "`team/app:1` does not exist on docker.io or needs a login (authentication required): \
             check its name, or run `docker login`"
        );
        assert_eq!(
            denied("docker.io", Login::Author),
            "access to `team/app:1` denied with your login (authentication required): \
             check its name, or run `docker login` again"
        );
        assert_eq!(
            denied("ghcr.io", broken()),
            "`team/app:1` needs a login (authentication required), \
             and `docker-credential-x` failed: run `docker login ghcr.io` again"
        );
    }

    #[test]
    fn a_higher_rate_limit_needs_a_login_that_is_not_there() {
        let limited = |login, retry_at| {
            let (registry, words) = ("docker.io".to_owned(), String::new());
            FetchError::RateLimited { registry, retry_at, window: None, login, words }.to_string()
        };
        let start = "rate limit of docker.io reached: try again";
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_100);
        assert_eq!(
            limited(Login::Author, Some(time)),
            format!("{start} after 2023-11-14 22:15 UTC")
        );
        assert_eq!(limited(Login::None, None), format!("{start} later, or run `docker login`"));
        assert_eq!(
            limited(broken(), None),
            format!("{start} later, or run `docker login` again (`docker-credential-x` failed)")
        );
    }

    #[test]
    fn words_cannot_change_how_a_terminal_shows_them() {
        assert_eq!(one_line(" a\u{1b}[2J\r\n\tb\u{202e}c\u{0}"), "a [2J b c");
    }
}
