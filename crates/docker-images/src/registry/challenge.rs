//! How a registry wants to be logged in to: the header `WWW-Authenticate`.
//!
//! RFC 9110, section 11.6.1, and
//! <https://github.com/distribution/distribution/blob/main/docs/content/spec/auth/token.md>.

use ureq::http::HeaderMap;
use ureq::http::header::WWW_AUTHENTICATE;

/// How a registry wants to be logged in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Challenge {
    Basic,
    /// With a token from another server.
    Bearer {
        /// That server's URL.
        realm: String,
        service: Option<String>,
        /// What the token has to be for.
        scope: Option<String>,
    },
}

impl Challenge {
    /// What a response asks for: a token if there is a choice.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let values =
            headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let challenges: Vec<Self> = values.flat_map(parse).collect();
        let bearer = challenges.iter().find(|challenge| **challenge != Self::Basic);
        bearer.or(challenges.first()).cloned()
    }
}

/// The challenges in a value that are understood.
fn parse(value: &str) -> Vec<Challenge> {
    let mut challenges: Vec<(String, Vec<(String, String)>)> = Vec::new();
    for item in split_outside_quotes(value) {
        let (head, text) = item.split_once('=').unwrap_or((item, ""));
        // `Bearer realm` begins a challenge, `service` goes on with it.
        let (scheme, name) = match head.trim().split_once(' ') {
            Some((scheme, name)) => (Some(scheme), name),
            None if item.contains('=') => (None, head),
            None => (Some(head.trim()), ""),
        };
        if let Some(scheme) = scheme {
            challenges.push((scheme.to_ascii_lowercase(), Vec::new()));
        }
        if let Some((_, parameters)) = challenges.last_mut() {
            parameters.push((name.trim().to_ascii_lowercase(), unquoted(text.trim())));
        }
    }
    let known = challenges.into_iter().filter_map(|(scheme, parameters)| {
        let get = |wanted: &str| {
            parameters.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.clone())
        };
        match scheme.as_str() {
            "basic" => Some(Challenge::Basic),
            "bearer" => Some(Challenge::Bearer {
                realm: get("realm")?,
                service: get("service"),
                scope: get("scope"),
            }),
            _ => None,
        }
    });
    known.collect()
}

/// The parts between commas: those in quotes do not count.
fn split_outside_quotes(value: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let parts = value.split(move |c| {
        let was_escaped = std::mem::take(&mut is_escaped);
        match c {
            '"' if !was_escaped => is_quoted = !is_quoted,
            '\\' if is_quoted && !was_escaped => is_escaped = true,
            _ => {}
        }
        c == ',' && !is_quoted
    });
    parts.map(str::trim).filter(|part| !part.is_empty())
}

fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut is_escaped = false;
    let keep = |c: &char| {
        is_escaped = *c == '\\' && !is_escaped;
        !is_escaped
    };
    inner.chars().filter(keep).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn challenge(values: &[&str]) -> Option<Challenge> {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(WWW_AUTHENTICATE, value.parse().unwrap());
        }
        Challenge::of(&headers)
    }

    fn bearer(realm: &str, service: Option<&str>, scope: Option<&str>) -> Option<Challenge> {
        Some(Challenge::Bearer {
            realm: realm.to_owned(),
            service: service.map(str::to_owned),
            scope: scope.map(str::to_owned),
        })
    }

    #[test]
    fn docker_hub_s_challenge_is_read() {
        let value = r#"Bearer realm="https://auth.docker.io/token",service="registry.docker.io",scope="repository:library/alpine:pull,push",error="insufficient_scope""#;
        assert_eq!(
            challenge(&[value]),
            bearer(
                "https://auth.docker.io/token",
                Some("registry.docker.io"),
                Some("repository:library/alpine:pull,push")
            )
        );
    }

    #[test]
    fn a_token_is_preferred_to_a_password() {
        let token = bearer("https://a/b?c=d", None, None);
        assert_eq!(challenge(&["Basic realm=\"x\", Bearer realm=\"https://a/b?c=d\""]), token);
        assert_eq!(challenge(&["Basic", "bearer  realm=https://a/b?c=d"]), token);
        assert_eq!(
            challenge(&["Negotiate", "Basic realm=\"Registry, \\\"Bearer realm=x\\\"\""]),
            Some(Challenge::Basic)
        );
        assert_eq!(challenge(&[r#"Bearer realm="a\"\\b""#]), bearer(r#"a"\b"#, None, None));
        assert_eq!(challenge(&["Negotiate"]), None);
        assert_eq!(challenge(&["Bearer service=x"]), None);
        assert_eq!(challenge(&[]), None);
    }

    proptest! {
        #[test]
        fn any_value_is_read_without_a_panic(value in "[ -~]{0,40}|(Bearer |realm=|\"|,|\\\\|x| ){0,12}") {
            challenge(&[&value]);
        }

        #[test]
        fn a_quoted_realm_is_read_back(realm in "[ -~]{1,20}") {
            let escaped = realm.replace('\\', "\\\\").replace('"', "\\\"");
            let expected = bearer(&realm, Some("s"), None);
            prop_assert_eq!(challenge(&[&format!("Bearer realm=\"{escaped}\",service=s")]), expected);
        }
    }
}
