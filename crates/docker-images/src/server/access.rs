//! What clients may do with the images of another registry than Docker Hub: pull them, but not log in or push.
//!
//! Docker does not say that it is logging in: it asks whether the registry accepts it, as it does before it
//! pulls. So, as most registries do, this one sends clients for a token, for which they say what they need it:
//! <https://distribution.github.io/distribution/spec/auth/token/>.

use http::{Method, StatusCode, header};
use serde_json::json;

use super::error::{Code, Failure};
use super::http1::Request;
use super::response::Response;
use crate::reference::Reference;

/// The registry that `registry-mirrors` stand in for.
const DOCKER_HUB: &str = "docker.io";

/// Where tokens are issued.
pub(super) const TOKEN_PATH: &str = "/token";

/// A token. It proves nothing: what can be pulled is for everyone who can connect.
const TOKEN: &str = "pull";

/// The registry that a request is for.
pub(super) fn registry(request: &Request<'_>) -> String {
    // containerd and BuildKit name the registry that a mirror stands in for.
    let named = request.parameter("ns");
    named.or_else(|| other_registry(request)).unwrap_or_else(|| DOCKER_HUB.to_owned())
}

/// The registry that the client has connected to, unless by an address of the server itself.
pub(super) fn other_registry(request: &Request<'_>) -> Option<String> {
    let host = request.header(header::HOST)?;
    let reference: Reference = format!("{host}/image").parse().ok()?;
    let is_other =
        reference.registry() == host && !reference.is_on_docker_hub() && !reference.is_local();
    is_other.then(|| host.to_owned())
}

/// The answer to whether a registry accepts the client.
pub(super) fn accept(request: &Request<'_>) -> Result<Response, Failure> {
    let bearer = format!("Bearer {TOKEN}");
    match other_registry(request) {
        Some(registry) if request.header(header::AUTHORIZATION) != Some(&bearer) => {
            let realm = format!("http://{registry}{TOKEN_PATH}");
            let challenge = format!("Bearer realm=\"{realm}\",service=\"{registry}\"");
            Err(Failure::new(Code::Unauthorized, "authentication required")
                .with(header::WWW_AUTHENTICATE, challenge))
        }
        _ => Ok(Response::new(StatusCode::OK)
            .with(header::CONTENT_TYPE, "application/json")
            .with_content(b"{}".into())),
    }
}

/// A token for pulling from another registry.
pub(super) fn token(registry: &str, request: &Request<'_>) -> Result<Response, Failure> {
    let scopes = request.parameters("scope");
    // Several scopes are separated by spaces, or each is a parameter of its own.
    let mut scopes = scopes.iter().flat_map(|scopes| scopes.split(' ')).peekable();
    let is_pull = request.method == Method::GET
        && scopes.peek().is_some()
        && scopes.all(|scope| scope.starts_with("repository:") && scope.ends_with(":pull"));
    if !is_pull {
        return Err(Failure::new(
            Code::Denied,
            format_args!(
                "images of {registry} come from a cache here: logging in and pushing are not possible"
            ),
        ));
    }
    let token = json!({ "token": TOKEN, "access_token": TOKEN });
    Ok(Response::new(StatusCode::OK)
        .with(header::CONTENT_TYPE, "application/json")
        .with_content(token.to_string().into_bytes()))
}
