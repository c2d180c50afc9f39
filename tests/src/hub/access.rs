//! Who can pull what: with a token, as from Docker Hub, or with a password in each request.
//!
//! Specification: <https://distribution.github.io/distribution/spec/auth/token/>.

use std::collections::BTreeSet;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use url::Url;

use super::http::{Head, Response};
use super::shared::{Shared, State};

/// How a registry checks a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// A token from this address. Clients without a login get one, too.
    Bearer(&'static str),
    /// A password, if the hub has users.
    Basic,
}

impl Scheme {
    /// The refusal of a request, or `None` if it may pass. `repository` is what it is about.
    pub(crate) fn refuse(
        self,
        shared: &Shared,
        head: &Head,
        repository: Option<&str>,
    ) -> Option<Response> {
        let state = shared.state();
        let authorization = head.header("authorization");
        match self {
            Self::Basic => {
                let passes = state.users.is_empty()
                    || authorization.is_some_and(|header| state.has_user(header));
                (!passes).then(|| unauthorized("Basic realm=\"testsuite\""))
            }
            Self::Bearer(realm) => {
                let scope = repository.map(|name| format!("repository:{name}:pull"));
                let token = authorization.and_then(|header| header.strip_prefix("Bearer "));
                let granted = token.and_then(|token| state.tokens.get(token));
                let error = match (granted, repository) {
                    (Some(repositories), Some(name)) if !repositories.contains(name) => {
                        ",error=\"insufficient_scope\""
                    }
                    (Some(_), _) => return None,
                    (None, _) if token.is_some() => ",error=\"invalid_token\"",
                    (None, _) => "",
                };
                let scope = scope.map(|scope| format!(",scope=\"{scope}\"")).unwrap_or_default();
                Some(unauthorized(&format!(
                    "Bearer realm=\"{realm}\",service=\"registry.docker.io\"{scope}{error}"
                )))
            }
        }
    }
}

/// A registry's refusal.
pub(crate) fn unauthorized(challenge: &str) -> Response {
    Response::error(401, "UNAUTHORIZED", "authentication required")
        .with("WWW-Authenticate", challenge)
}

/// The response to a request for a token. The token is only for those of the requested repositories that
/// exist and that the client can pull from.
pub(crate) fn token(shared: &Shared, head: &Head) -> Response {
    if head.method != "GET" {
        return Response::error(405, "UNSUPPORTED", "tokens are issued by GET");
    }
    let authorization = head.header("authorization");
    let mut state = shared.state();
    if authorization.is_some_and(|header| !state.has_user(header)) {
        return Response::json(401, &json!({"details": "incorrect username or password"}));
    }
    let url = Url::parse("https://testsuite").and_then(|base| base.join(&head.path)).unwrap();
    let mut repositories = BTreeSet::new();
    for (name, value) in url.query_pairs() {
        // Several scopes are separated by spaces, or each is a parameter of its own.
        for scope in value.split(' ').filter(|_| name == "scope") {
            let repository = scope.strip_prefix("repository:").and_then(|it| it.split_once(':'));
            let Some((repository, _)) = repository else { continue };
            let is_private = state.private.contains(repository);
            if shared.has_repository(repository) && (!is_private || authorization.is_some()) {
                repositories.insert(repository.to_owned());
            }
        }
    }
    let token = format!("testsuite-token-{}", state.tokens.len() + 1);
    state.tokens.insert(token.clone(), repositories);
    Response::json(200, &json!({"token": token, "access_token": token, "expires_in": 300}))
}

impl State {
    /// Whether an `Authorization` header has the password of a user.
    fn has_user(&self, header: &str) -> bool {
        self.users.iter().any(|(name, password)| {
            header == format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
        })
    }
}
