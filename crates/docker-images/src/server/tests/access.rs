//! What clients get of other registries than Docker Hub.

use super::*;

/// A server with the image `team/app:1`, which differs from registry to registry.
fn server() -> Server {
    let registries =
        [("docker.io", "{hub}"), ("ghcr.io", "{ghcr}"), ("registry.example.com:5000", "{example}")];
    serve(registries.into_iter().fold(Kept::nothing(), |kept, (registry, manifest)| {
        kept.with_manifest_of(registry, "team/app", "1", manifest.as_bytes())
    }))
}

#[test]
fn an_image_is_that_of_the_registry_that_the_client_means() {
    let server = server();
    let mut client = Client::new(server.address());
    let (loopback, path) = (server.address().to_string(), "/v2/team/app/manifests/1");
    for (host, query, manifest) in [
        ("ghcr.io", "", "{ghcr}"),
        ("registry.example.com:5000", "", "{example}"),
        (&loopback, "", "{hub}"),
        ("localhost:1009", "", "{hub}"),
        ("docker.io", "", "{hub}"),
        (&loopback, "?ns=docker.io", "{hub}"),
        (&loopback, "?ns=ghcr.io", "{ghcr}"),
        ("not a host", "", "{hub}"),
    ] {
        let reply = client.ask_for(host, "GET", &format!("{path}{query}"), "", b"");
        assert_eq!(String::from_utf8_lossy(&reply.body), manifest, "{host}{query}");
    }
    for host in ["registry.example.com", "ghcr.io:80"] {
        client.ask_for(host, "GET", path, "", b"").fails_with(404, "MANIFEST_UNKNOWN");
    }
}

#[test]
fn a_client_gets_a_token_for_pulling() {
    let server = server();
    let mut client = Client::new(server.address());
    let host = "registry.example.com:5000";
    let reply = client.ask_for(host, "GET", "/v2/", "", b"");
    reply.fails_with(401, "UNAUTHORIZED");
    let challenge = format!("Bearer realm=\"http://{host}/token\",service=\"{host}\"");
    assert_eq!(reply.header("www-authenticate"), challenge);
    for query in [
        "scope=repository:team/app:pull",
        "scope=repository%3Ateam%2Fapp%3Apull&service=x",
        "scope=repository:a:pull%20repository:b:pull&scope=repository:c:pull",
    ] {
        let reply = client.ask_for(host, "GET", &format!("/token?{query}"), "", b"");
        let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap();
        let headers = format!("Authorization: Bearer {}\r\n", body["token"].as_str().unwrap());
        assert_eq!(client.ask_for(host, "GET", "/v2/", &headers, b"").status, 200, "{query}");
    }
}

#[test]
fn a_client_gets_no_token_for_anything_else() {
    let server = server();
    let mut client = Client::new(server.address());
    for (method, query) in [
        ("GET", ""),
        ("GET", "?account=ana&client_id=docker&offline_token=true&service=ghcr.io"),
        ("GET", "?scope=repository:team/app:pull,push"),
        ("GET", "?scope=repository:team/app:push,pull"),
        ("GET", "?scope=repository:a:pull%20repository:b:push"),
        ("GET", "?scope=registry:catalog:*"),
        ("GET", "?scope="),
        ("POST", "?scope=repository:team/app:pull"),
    ] {
        let reply = client.ask_for("ghcr.io", method, &format!("/token{query}"), "", b"");
        reply.fails_with(403, "DENIED");
        let body = String::from_utf8_lossy(&reply.body);
        let words =
            "images of ghcr.io come from a cache here: logging in and pushing are not possible";
        assert!(body.contains(&format!("\"message\":\"{words}\"")), "{body}");
    }
    // Docker Hub's mirror needs no tokens.
    client.get("/token?scope=repository:team/app:pull").fails_with(404, "UNSUPPORTED");
}

#[test]
fn nothing_can_be_pushed_to_another_registry() {
    let server = server();
    let mut client = Client::new(server.address());
    for (method, path) in [
        ("POST", "/v2/team/app/blobs/uploads/"),
        ("PUT", "/v2/team/app/manifests/1"),
        ("DELETE", "/v2/team/app/manifests/1"),
    ] {
        client.ask_for("ghcr.io", method, path, "", b"").fails_with(405, "UNSUPPORTED");
    }
}
