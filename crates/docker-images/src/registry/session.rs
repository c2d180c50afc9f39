//! Requests to one repository of a registry, with the login that it wants, and repeated if that may help.

use std::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use ureq::Agent;
use ureq::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, HeaderName, HeaderValue};
use ureq::http::{HeaderMap, Method};

use super::Registry;
use super::agent;
use super::challenge::Challenge;
use super::credentials::{self, Credentials, Lookup};
use super::error::{FetchError, Login};
use super::failure::{Failure, Subject, status_failure};
use super::http::{self, IsCancelled, Request, Response, host_of};
use crate::reference::Reference;

/// How often a request is tried, as in Docker.
const ATTEMPTS: u32 = 5;

/// The largest answer of a token server, in bytes.
const TOKEN_LIMIT: u64 = 1 << 20;

/// What a client calls itself to a token server that it gives an identity token.
const CLIENT_ID: &str = env!("CARGO_PKG_NAME");

/// What is encoded in a URL's query: all that RFC 3986 does not call unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

pub(super) struct Session<'a> {
    registry: &'a Registry,
    reference: &'a Reference,
    pub(super) is_cancelled: IsCancelled<'a>,
    agent: Agent,
    /// `https://registry-1.docker.io`.
    base: String,
    image: String,
    /// What the registry accepted as a login, marked as sensitive.
    authorization: Option<HeaderValue>,
    /// The author's login, once it was looked for.
    lookup: Option<Lookup>,
    login: Login,
}

/// The answer of a token server: both names are in use.
#[derive(Deserialize)]
struct Token {
    token: Option<String>,
    access_token: Option<String>,
}

/// Without what is secret: the login and the token.
impl fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("base", &self.base)
            .field("image", &self.image)
            .field("authorization", &self.authorization)
            .field("login", &self.login)
            .finish_non_exhaustive()
    }
}

impl Drop for Session<'_> {
    fn drop(&mut self) {
        // A thread that still waits for an answer ends.
        self.agent.clone().shutdown();
    }
}

impl<'a> Session<'a> {
    pub(super) fn new(
        registry: &'a Registry,
        reference: &'a Reference,
        is_cancelled: IsCancelled<'a>,
    ) -> Result<Self, FetchError> {
        Ok(Self {
            registry,
            reference,
            is_cancelled,
            agent: registry.agent(reference)?,
            base: agent::base_url(reference, &registry.certificates),
            image: reference.to_string(),
            authorization: None,
            lookup: None,
            login: Login::None,
        })
    }

    /// The registry's host, as connected to.
    pub(super) fn host(&self) -> String {
        host_of(&self.base)
    }

    pub(super) fn image(&self) -> String {
        self.image.clone()
    }

    /// Tries something again as long as its failures may pass.
    pub(super) fn retry<T>(
        &mut self,
        mut attempt: impl FnMut(&mut Self) -> Result<T, Failure>,
    ) -> Result<T, FetchError> {
        let mut pause = self.registry.limits.pause;
        for _ in 1..ATTEMPTS {
            match attempt(self) {
                Err(failure) if failure.is_passing => {}
                result => return result.map_err(|failure| *failure.error),
            }
            http::pause(pause, self.is_cancelled).map_err(|failure| *failure.error)?;
            pause *= 2;
        }
        attempt(self).map_err(|failure| *failure.error)
    }

    /// Asks for `manifests/…` or `blobs/…` of the repository. Logs in if the registry wants it.
    pub(super) fn send(
        &mut self,
        method: &Method,
        path: &str,
        headers: &[(HeaderName, HeaderValue)],
    ) -> Result<Response, Failure> {
        let url = format!("{}/v2/{}/{path}", self.base, self.reference.repository());
        let request = |authorization: &Option<HeaderValue>| {
            let authorization = authorization.clone().map(|value| (AUTHORIZATION, value));
            let headers = headers.iter().cloned().chain(authorization).collect();
            Request { method: method.clone(), url: url.clone(), headers, form: None }
        };
        let response = self.ask(request(&self.authorization))?;
        // Only the registry itself is logged in to, not a host that it redirects to.
        if response.status != 401 || response.host != self.host() {
            return Ok(response);
        }
        if self.log_in(&response.headers)? {
            return self.ask(request(&self.authorization));
        }
        Ok(response)
    }

    /// The failure that an answer with an error status means.
    pub(super) fn failure(&self, response: &Response) -> Failure {
        let registry = self.reference.registry();
        let subject = Subject { image: &self.image, registry, login: &self.login };
        status_failure(response, &subject, self.is_cancelled)
    }

    fn ask(&self, request: Request) -> Result<Response, Failure> {
        http::send(&self.agent, request, self.is_cancelled)
    }

    /// Gets what the registry wants as a login. Returns whether there is something new to try.
    fn log_in(&mut self, headers: &HeaderMap) -> Result<bool, Failure> {
        let Some(challenge) = Challenge::of(headers) else { return Ok(false) };
        let lookup = self.lookup.take().unwrap_or_else(|| {
            let Registry { docker_config, helpers_through, .. } = self.registry;
            credentials::look_up(
                docker_config.as_deref(),
                helpers_through,
                self.reference.registry(),
            )
        });
        self.login = match &lookup {
            Lookup::None => Login::None,
            Lookup::Found(_) => Login::Author,
            Lookup::Broken(reason) => Login::Broken { reason: reason.clone() },
        };
        let result = match (&challenge, &lookup) {
            (Challenge::Basic, Lookup::Found(Credentials::Password { user, password })) => {
                self.basic(user, password).map(Some)
            }
            (Challenge::Basic, _) => Ok(None),
            (Challenge::Bearer { realm, service, scope }, lookup) => self
                .token(realm, service.as_deref(), scope.as_deref(), lookup)
                .and_then(|token| self.sensitive(format!("Bearer {token}")))
                .map(Some),
        };
        self.lookup = Some(lookup);
        let authorization = result?;
        let is_new = authorization.is_some() && authorization != self.authorization;
        self.authorization = authorization;
        Ok(is_new)
    }

    /// Asks a token server for a token to pull with: with the author's login if there is one.
    fn token(
        &self,
        realm: &str,
        service: Option<&str>,
        scope: Option<&str>,
        lookup: &Lookup,
    ) -> Result<String, Failure> {
        let pull = format!("repository:{}:pull", self.reference.repository());
        let mut parameters = vec![("scope", scope.unwrap_or(&pull))];
        parameters.extend(service.map(|service| ("service", service)));
        let mut request = Request {
            method: Method::GET,
            url: realm.to_owned(),
            headers: vec![(ACCEPT, HeaderValue::from_static("application/json"))],
            form: None,
        };
        if let Lookup::Found(Credentials::Identity(token)) = lookup {
            parameters.extend([
                ("grant_type", "refresh_token"),
                ("client_id", CLIENT_ID),
                ("refresh_token", token),
            ]);
            request.method = Method::POST;
            let form = HeaderValue::from_static("application/x-www-form-urlencoded");
            request.headers.push((CONTENT_TYPE, form));
            request.form = Some(encoded(&parameters));
        } else {
            let separator = if realm.contains('?') { '&' } else { '?' };
            request.url = format!("{realm}{separator}{}", encoded(&parameters));
        }
        if let Lookup::Found(Credentials::Password { user, password }) = lookup {
            request.headers.push((AUTHORIZATION, self.basic(user, password)?));
        }
        let host = host_of(&request.url);
        if host.is_empty() {
            return Err(Failure::protocol(&self.host(), "the URL of its token server is invalid"));
        }
        let response = self.ask(request)?;
        match response.status {
            200 => {}
            404 => return Err(Failure::protocol(&host, "there is no token server")),
            _ => return Err(self.failure(&response)),
        }
        let body = response.body(TOKEN_LIMIT, self.is_cancelled)?.unwrap_or_default();
        // The reason of serde's error could have a part of the token in it.
        let token = serde_json::from_slice::<Token>(&body).ok();
        let token = token.and_then(|token| token.token.or(token.access_token));
        token
            .filter(|token| !token.is_empty())
            .ok_or_else(|| Failure::protocol(&host, "it sent no token to pull with"))
    }

    fn basic(&self, user: &str, password: &str) -> Result<HeaderValue, Failure> {
        self.sensitive(format!("Basic {}", BASE64_STANDARD.encode(format!("{user}:{password}"))))
    }

    fn sensitive(&self, text: String) -> Result<HeaderValue, Failure> {
        let mut value = HeaderValue::try_from(text)
            .map_err(|_| Failure::protocol(&self.host(), "it sent an invalid token"))?;
        value.set_sensitive(true);
        Ok(value)
    }
}

fn encoded(parameters: &[(&str, &str)]) -> String {
    let encode = |text| utf8_percent_encode(text, RESERVED).to_string();
    let pairs = parameters.iter().map(|(name, text)| format!("{name}={}", encode(text)));
    pairs.collect::<Vec<_>>().join("&")
}
