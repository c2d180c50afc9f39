//! How a registry is connected to: its host, the certificates that are trusted, proxies and time limits.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};

use super::error::FetchError;
use super::proxy::{Variable, proxy};
use crate::reference::Reference;

/// Docker Hub's host for images: `docker.io` has none.
const DOCKER_HUB_HOST: &str = "registry-1.docker.io";

/// What names this client to registries.
const USER_AGENT: &str = concat!(env!("CARGO_PKG_NAME"), "/", env!("CARGO_PKG_VERSION"));

/// How long things may take.
#[derive(Debug, Clone)]
pub(super) struct Limits {
    /// Connecting, and before that finding the host's address.
    pub(super) connect: Duration,
    /// Between two parts of an answer.
    pub(super) read: Duration,
    /// Before the first repetition of a request; doubled for each other.
    pub(super) pause: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(15),
            read: Duration::from_secs(30),
            pause: Duration::from_millis(500),
        }
    }
}

/// Where a registry's requests go: `https://registry-1.docker.io`. As in Docker, a registry on the machine
/// itself needs no certificate: it is asked without TLS, unless it has certificates in `/etc/docker/certs.d`.
pub(super) fn base_url(reference: &Reference, certificates: &Path) -> String {
    if reference.is_on_docker_hub() {
        return format!("https://{DOCKER_HUB_HOST}");
    }
    let registry = reference.registry();
    let is_plain = reference.is_local() && !certificates.join(registry).is_dir();
    format!("{}://{registry}", if is_plain { "http" } else { "https" })
}

/// A client for one registry. Each has its own connections.
pub(super) fn agent(
    reference: &Reference,
    roots: &[Certificate<'static>],
    certificates: &Path,
    variable: Variable,
    limits: &Limits,
) -> Result<Agent, FetchError> {
    let is_https = base_url(reference, certificates).starts_with("https:");
    let mut trusted = roots.to_vec();
    if !reference.is_on_docker_hub() {
        trusted.extend(own_certificates(&certificates.join(reference.registry()))?);
    }
    if is_https && trusted.is_empty() {
        return Err(FetchError::Tls {
            host: reference.registry().to_owned(),
            reason: "this machine trusts no certificates".to_owned(),
            remedy: "install the package `ca-certificates`, or set SSL_CERT_FILE",
        });
    }
    let tls = TlsConfig::builder()
        .root_certs(RootCerts::new_with_certs(&trusted))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build();
    // Docker asks the machine itself directly.
    let proxy = if reference.is_local() {
        None
    } else {
        proxy(variable).map_err(|name| FetchError::Unreachable {
            host: reference.registry().to_owned(),
            reason: format!("the value of {name} is not the URL of a proxy"),
        })?
    };
    let config = Agent::config_builder()
        .proxy(proxy)
        .tls_config(tls)
        .https_only(is_https)
        .http_status_as_error(false)
        // Redirections are followed here, so that errors name the right host.
        .max_redirects(0)
        .max_redirects_will_error(false)
        .user_agent(USER_AGENT)
        .timeout_resolve(Some(limits.connect))
        .timeout_connect(Some(limits.connect))
        .timeout_recv_response(Some(limits.read))
        .timeout_per_read(Some(limits.read))
        .timeout_per_write(Some(limits.read));
    Ok(config.build().new_agent())
}

/// The certificates that the machine trusts; SSL_CERT_FILE and SSL_CERT_DIR take their place.
pub(super) fn system_certificates() -> Vec<Certificate<'static>> {
    // Errors are those of single files: what matters is whether any certificate is left.
    let found = rustls_native_certs::load_native_certs().certs;
    found.iter().map(|certificate| Certificate::from_der(certificate).to_owned()).collect()
}

/// The certificate authorities that Docker trusts for one registry: `/etc/docker/certs.d/HOST/*.crt`.
fn own_certificates(directory: &Path) -> Result<Vec<Certificate<'static>>, FetchError> {
    let Ok(entries) = fs::read_dir(directory) else { return Ok(Vec::new()) };
    let mut certificates = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.extension().is_none_or(|extension| extension != "crt") {
            continue;
        }
        let invalid = |reason: String| FetchError::Tls {
            host: directory.file_name().unwrap_or_default().to_string_lossy().into_owned(),
            reason: format!("cannot read `{}`: {reason}", path.display()),
            remedy: "correct or remove the file",
        };
        let pem = fs::read(&path).map_err(|error| invalid(error.to_string()))?;
        for item in parse_pem(&pem) {
            if let PemItem::Certificate(found) = item.map_err(|error| invalid(error.to_string()))? {
                certificates.push(found);
            }
        }
    }
    Ok(certificates)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_only_for_the_machine_itself() {
        let directory = tempfile::tempdir().unwrap();
        let url = |text: &str| base_url(&text.parse().unwrap(), directory.path());
        assert_eq!(url("alpine"), "https://registry-1.docker.io");
        assert_eq!(url("ghcr.io/team/app"), "https://ghcr.io");
        assert_eq!(url("localhost.example.com/app"), "https://localhost.example.com");
        assert_eq!(url("localhost:5000/app"), "http://localhost:5000");
        assert_eq!(url("127.0.0.1:5000/app"), "http://127.0.0.1:5000");
        fs::create_dir(directory.path().join("localhost:5000")).unwrap();
        assert_eq!(url("localhost:5000/app"), "https://localhost:5000");
    }

    #[test]
    fn an_unreadable_certificate_of_a_registry_is_an_error() {
        let directory = tempfile::tempdir().unwrap();
        let own = directory.path().join("example.com");
        fs::create_dir(&own).unwrap();
        fs::write(own.join("ca.crt"), "-----BEGIN CERTIFICATE-----\n!\n").unwrap();
        fs::write(own.join("client.key"), "not looked at").unwrap();
        let message = own_certificates(&own).unwrap_err().to_string();
        let path = own.join("ca.crt");
        let start =
            format!("no trusted connection to `example.com` (cannot read `{}`: ", path.display());
        assert!(message.starts_with(&start), "{message}");
    }
}
