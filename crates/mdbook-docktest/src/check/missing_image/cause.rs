//! Why no registry provided an image, and what to do about it.

use docker_images::Reference;

/// Why no registry provided an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    /// The repository or the tag does not exist.
    NotFound,
    /// The image exists only for other platforms.
    OtherPlatform,
    /// The repository does not exist, or the author may not read it.
    Denied,
    /// The registry requires a login.
    LoginRequired,
    /// The registry answers no more requests for now.
    RateLimit,
    /// The registry's name cannot be resolved.
    NoName,
    /// The engine has no way to the registry.
    NoRoute,
    /// Nothing listens at the registry's address.
    Refused,
    /// The registry did not answer in time.
    TimedOut,
    /// The registry cannot be used for another reason, such as its certificate.
    Other,
}

impl Cause {
    /// The cause in the words of a registry, or in those of docker about a request to a registry.
    pub(super) fn of(words: &str) -> Option<Self> {
        let has = |parts: &[&str]| parts.iter().any(|part| words.contains(part));
        // The errors of registries begin with a code: https://distribution.github.io/distribution/spec/api/#errors-2
        let has_code = |code: &str| words.starts_with(code) || words.contains(&format!(": {code}"));
        let is_request = has(&["Get \"http", "Get http", "Head \"http", "Head http"]);
        Some(if has_code("toomanyrequests: ") || has(&["429 Too Many Requests"]) {
            Self::RateLimit
        } else if has_code("unauthorized: ")
            || has(&["no basic auth credentials", " 401 Unauthorized"])
        {
            Self::LoginRequired
        } else if has_code("denied: ") || has(&["insufficient_scope", " 403 Forbidden"]) {
            Self::Denied
        } else if has(&["no matching manifest for ", "no match for platform in manifest"]) {
            Self::OtherPlatform
        } else if has_code("manifest unknown") || has_code("name unknown") {
            Self::NotFound
        } else if is_request && has(&["network is unreachable", "no route to host"]) {
            Self::NoRoute
        } else if is_request && has(&[": lookup ", "Temporary failure in name resolution"]) {
            Self::NoName
        } else if is_request && has(&["connection refused"]) {
            Self::Refused
        } else if is_request
            && has(&["i/o timeout", "Client.Timeout", "handshake timeout", "deadline"])
        {
            Self::TimedOut
        } else if is_request || has(&["received unexpected HTTP status: "]) {
            Self::Other
        } else {
            return None;
        })
    }

    /// What to do, in the imperative. `image` is the missing one, if it is known.
    pub(super) fn advice(self, image: Option<&Reference>) -> String {
        let elsewhere = image.filter(|image| !image.is_on_docker_hub()).map(Reference::registry);
        let login =
            elsewhere.map_or("docker login".to_owned(), |host| format!("docker login {host}"));
        match self {
            Self::NotFound => "check its name and tag".to_owned(),
            Self::OtherPlatform => "choose an image for the platform of this machine".to_owned(),
            Self::Denied => {
                format!("check its name; if it is private, run `{login}` on this machine")
            }
            Self::LoginRequired => format!("run `{login}` on this machine"),
            Self::RateLimit => {
                format!(
                    "wait until the limit is lifted, or run `{login}` on this machine to raise it"
                )
            }
            Self::NoName => match elsewhere {
                Some(host) => {
                    format!("check the name `{host}`, and the network and DNS of this machine")
                }
                None => "check the network and DNS of this machine".to_owned(),
            },
            Self::NoRoute => {
                "check the network of this machine, and that it has `/dev/net/tun`, through which engines use it".to_owned()
            }
            Self::Refused => match elsewhere {
                Some(host) => format!("check that the registry `{host}` is running"),
                None => "check the network of this machine".to_owned(),
            },
            Self::TimedOut => "check the network of this machine, and try again".to_owned(),
            Self::Other => "check that this machine can use the registry".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_cause_has_its_advice() {
        let (hub, other) = ("alpine".parse().unwrap(), "ghcr.io/team/app".parse().unwrap());
        for (cause, for_hub, for_other) in [
            (Cause::NotFound, "check its name and tag", "check its name and tag"),
            (
                Cause::Denied,
                "check its name; if it is private, run `docker login` on this machine",
                "check its name; if it is private, run `docker login ghcr.io` on this machine",
            ),
            (
                Cause::LoginRequired,
                "run `docker login` on this machine",
                "run `docker login ghcr.io` on this machine",
            ),
            (
                Cause::NoName,
                "check the network and DNS of this machine",
                "check the name `ghcr.io`, and the network and DNS of this machine",
            ),
            (
                Cause::NoRoute,
                "check the network of this machine, and that it has `/dev/net/tun`, through which engines use it",
                "check the network of this machine, and that it has `/dev/net/tun`, through which engines use it",
            ),
            (
                Cause::Refused,
                "check the network of this machine",
                "check that the registry `ghcr.io` is running",
            ),
        ] {
            assert_eq!(cause.advice(Some(&hub)), for_hub);
            assert_eq!(cause.advice(Some(&other)), for_other);
        }
    }
}
