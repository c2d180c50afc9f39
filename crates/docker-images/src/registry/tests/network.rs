//! What goes wrong on the way to a registry, and what it answers, with the message for each.

use std::fs;
use std::sync::Arc;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::*;

/// The error of a registry that answers each request so, without the names of the image and the host.
fn error_of(answer: &Answer) -> String {
    let answer = answer.clone();
    let server = StandIn::new(move |_| answer.clone());
    let message = Client::new().error(&server.reference("app:1"));
    message.replace(&server.host, "HOST")
}

fn manifest(body: impl Into<Vec<u8>>) -> Answer {
    Answer::new(200, body).with("Content-Type", MANIFEST)
}

#[test]
fn an_image_that_does_not_exist_is_named_with_the_registry_s_words() {
    assert_eq!(
        error_of(&Answer::error(404, "manifest unknown")),
        "`HOST/app:1` not found on HOST (manifest unknown): check its name and tag"
    );
    assert_eq!(
        error_of(&Answer::new(404, "<html>")),
        "`HOST/app:1` not found on HOST: check its name and tag"
    );
}

#[test]
fn a_rate_limit_says_when_it_ends() {
    let limit = || Answer::error(429, "too many requests");
    let start = "rate limit of HOST reached (too many requests): try again";
    let end = "or run `docker login HOST`";
    assert_eq!(error_of(&limit()), format!("{start} later, {end}"));
    assert_eq!(
        error_of(&limit().with("RateLimit-Limit", "100;w=21600")),
        format!("{start} later (the limit is 100 per 6 h), {end}")
    );
    for (name, value) in [
        ("Retry-After", "Tue, 14 Nov 2023 22:15:00 GMT"),
        ("RateLimit-Reset", "1700000100"),
        ("X-RateLimit-Reset", "1700000100"),
    ] {
        assert_eq!(
            error_of(&limit().with(name, value)),
            format!("{start} after 2023-11-14 22:15 UTC, {end}")
        );
    }
}

#[test]
fn other_statuses_are_named() {
    assert_eq!(
        error_of(&Answer::error(500, "out of\ndisk")),
        "`HOST` answered with status 500 (out of disk): try again later"
    );
    assert_eq!(
        error_of(&Answer::new(418, "")),
        "`HOST` answered with status 418: check that it is a registry"
    );
}

#[test]
fn what_is_not_a_manifest_is_named() {
    let start = "unexpected answer from `HOST`: ";
    assert_eq!(
        error_of(&Answer::new(200, "<html>").with("Content-Type", "text/html")),
        format!("{start}`text/html` instead of a manifest: check that it is a registry")
    );
    let invalid = error_of(&manifest("{"));
    assert!(invalid.starts_with(&format!("{start}an invalid manifest (EOF")), "{invalid}");
    assert_eq!(
        error_of(&manifest(vec![b' '; (4 << 20) + 1])),
        format!("{start}a manifest of more than 4 MiB")
    );
    assert_eq!(
        error_of(&Answer::new(307, "").with("Location", "/v2/app/manifests/1")),
        format!("{start}too many redirections")
    );
    assert_eq!(
        error_of(&Answer::new(307, "").with("Location", "file:///etc/passwd")),
        format!("{start}it redirects to an invalid URL")
    );
}

#[test]
fn a_manifest_with_another_digest_is_refused() {
    let (image, other) = (Image::new(&[b"layer"]), Digest::of(b"other"));
    let found = image.digest();
    let server = StandIn::new(move |_| manifest(image.manifest()));
    let client = Client::new();
    assert_eq!(
        client.error(&server.reference(&format!("app@{other}"))),
        format!(
            "unexpected answer from `{}`: a manifest with the digest {found} instead of {other}",
            server.host
        )
    );
    assert_eq!(client.files(), 0);
}

#[test]
fn a_layer_that_is_not_what_the_manifest_says_is_refused() {
    for (sent, reason) in [
        ("lay3r", format!("content with the digest {} instead of", Digest::of(b"lay3r"))),
        ("longer", "blob".to_owned()),
    ] {
        let image = Image::new(&[b"layer"]);
        let server = StandIn::new(move |asked| match image.answer(asked) {
            answer if answer.body == b"layer" => Answer::new(200, sent),
            answer => answer,
        });
        let client = Client::new();
        let message = client.error(&server.reference("app:1"));
        let start = format!("unexpected answer from `{}`: {reason} ", server.host);
        assert!(message.starts_with(&start), "{message}");
        assert_eq!(client.files(), 2, "the manifest and the configuration");
        assert!(!client.blobs.contains(&Digest::of(b"layer")));
    }
}

#[test]
fn a_layer_that_the_registry_lacks_is_named() {
    let image = Image::new(&[b"layer"]);
    let server = StandIn::new(move |asked| match image.answer(asked) {
        answer if answer.body == b"layer" => Answer::error(404, "blob unknown"),
        answer => answer,
    });
    assert_eq!(
        Client::new().error(&server.reference("app:1")),
        format!(
            "unexpected answer from `{}`: it has the image but not its blob {}: push it again",
            server.host,
            Digest::of(b"layer")
        )
    );
}

#[test]
fn a_foreign_layer_is_refused() {
    let mut image = Image::new(&[b"layer"]);
    image.manifest["layers"][0]["urls"] = json!(["https://example.com/layer"]);
    let server = StandIn::new(move |asked| image.answer(asked));
    let reference = server.reference("app:1");
    assert_eq!(
        Client::new().error(&reference),
        format!(
            "`{reference}` has a layer that is not in the registry ({}): \
             use an image for Linux without foreign layers",
            Digest::of(b"layer")
        )
    );
}

#[test]
fn a_host_without_an_address_is_named() {
    let error = Client::new().fetch(&"registry.invalid/app".parse().unwrap()).unwrap_err();
    let FetchError::NameService { host, .. } = &error else { panic!("{error:?}") };
    assert_eq!(host, "registry.invalid");
    let message = error.to_string();
    assert!(message.starts_with("no address found for `registry.invalid` ("), "{message}");
    assert!(message.ends_with("): check its name and the network connection"), "{message}");
}

#[test]
fn a_host_that_refuses_is_named() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = listener.local_addr().unwrap();
    drop(listener);
    assert_eq!(
        Client::new().error(&format!("{host}/app").parse().unwrap()),
        format!(
            "cannot reach `{host}` (Connection refused (os error 111)): \
             check the network connection and the proxy settings"
        )
    );
}

#[test]
fn a_host_that_does_not_answer_in_time_is_named() {
    let server = StandIn::new(|_| {
        let mut answer = manifest("{}");
        (answer.sent, answer.stalls) = (1, true);
        answer
    });
    let mut client = Client::new();
    client.registry.limits.read = Duration::from_millis(50);
    let message = client.error(&server.reference("app:1"));
    assert!(
        message.starts_with(&format!("cannot reach `{}` (timed out): ", server.host)),
        "{message}"
    );
    server.has_got(5);
    assert_eq!(server.asked().len(), 5);
}

#[test]
fn the_machine_s_proxy_is_asked() {
    let proxy = StandIn::new(|_| Answer::new(403, ""));
    let test = "registry::tests::network::the_machine_s_proxy_is_asked";
    let url = format!("http://user:s3cret@{}", proxy.host);
    if !in_process_with(test, "HTTPS_PROXY", &url) {
        assert_eq!(proxy.paths(), ["CONNECT registry.invalid:443"]);
        return;
    }
    let mut client = Client::new();
    client.registry.variable = |name| std::env::var(name).ok();
    let error = client.fetch(&"registry.invalid/app".parse().unwrap()).unwrap_err();
    let message = error.to_string();
    let start = "cannot reach `registry.invalid` (the proxy refused: ";
    assert!(message.starts_with(start) && message.contains("403"), "{message}");
    assert!(!format!("{message} {error:?}").contains("s3cret"));
    let image = Image::new(&[b"layer"]);
    let local = StandIn::new(move |asked| image.answer(asked));
    client.fetch(&local.reference("app:1")).unwrap();
}

/// A registry with TLS, and its certificate.
fn tls_registry() -> (StandIn, String) {
    let image = Image::new(&[b"layer"]);
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let wrap =
        move |stream| StreamOwned::new(ServerConnection::new(Arc::clone(&config)).unwrap(), stream);
    (StandIn::over(wrap, move |asked| image.answer(asked)), cert.pem())
}

/// A client that asks this server with TLS, as there is a directory of its certificates.
fn tls_client(server: &StandIn) -> Client {
    let client = Client::new();
    fs::create_dir_all(client.registry.certificates.join(&server.host)).unwrap();
    client
}

#[test]
fn a_certificate_that_is_not_trusted_is_named() {
    let (server, _) = tls_registry();
    assert_eq!(
        tls_client(&server).error(&server.reference("app:1")),
        format!(
            "no trusted connection to `{}` (invalid peer certificate: UnknownIssuer): \
             add its certificate authority to the system's certificates, or set SSL_CERT_FILE",
            server.host
        )
    );
}

#[test]
fn a_server_without_tls_is_named() {
    let server = StandIn::new(|_| Answer::new(200, ""));
    let message = tls_client(&server).error(&server.reference("app:1"));
    assert!(message.starts_with(&format!("no trusted connection to `{}` (", server.host)));
    assert!(message.ends_with("): check that it is a registry with TLS"), "{message}");
}

#[test]
fn docker_s_certificates_for_a_registry_are_trusted() {
    let (server, certificate) = tls_registry();
    let client = tls_client(&server);
    let directory = client.registry.certificates.join(&server.host);
    fs::write(directory.join("ca.crt"), certificate).unwrap();
    client.fetch(&server.reference("app:1")).unwrap();
}

#[test]
fn certificates_of_ssl_cert_file_are_trusted() {
    let test = "registry::tests::network::certificates_of_ssl_cert_file_are_trusted";
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("ca.pem");
    if in_process_with(test, "SSL_CERT_FILE", path.to_str().unwrap()) {
        let (server, certificate) = tls_registry();
        fs::write(std::env::var_os("SSL_CERT_FILE").unwrap(), certificate).unwrap();
        tls_client(&server).fetch(&server.reference("app:1")).unwrap();
    }
}
