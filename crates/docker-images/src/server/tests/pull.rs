//! What a daemon asks when it pulls.

use std::fs;

use super::*;

/// A client of a server that has the image `library/alpine:3.20`, one layer, and the layer's digest.
fn client_of_alpine() -> (Server, Client, Digest) {
    let kept = Kept::nothing().with_manifest("library/alpine", "3.20", b"{manifest}");
    let layer = kept.blobs.insert(b"0123456789").unwrap();
    let server = serve(kept);
    let client = Client::new(server.address());
    (server, client, layer)
}

#[test]
fn it_says_that_it_is_a_registry() {
    let (_server, mut client, _) = client_of_alpine();
    for path in ["/v2/", "/v2"] {
        let reply = client.get(path);
        assert_eq!((reply.status, &reply.body[..]), (200, &b"{}"[..]));
        assert_eq!(reply.header("docker-distribution-api-version"), "registry/2.0");
    }
}

#[test]
fn a_manifest_is_found_by_tag_and_by_digest() {
    let (_server, mut client, _) = client_of_alpine();
    let digest = Digest::of(b"{manifest}").to_string();
    for version in ["3.20", "3.20?ns=docker.io", &digest] {
        let path = format!("/v2/library/alpine/manifests/{version}");
        for (method, body) in [("HEAD", &b""[..]), ("GET", b"{manifest}")] {
            let reply = client.ask(method, &path, "", b"");
            assert_eq!((reply.status, &reply.body[..]), (200, body));
            assert_eq!(reply.header("content-type"), IMAGE);
            assert_eq!(reply.header("content-length"), "10");
            assert_eq!(reply.header("docker-content-digest"), digest);
        }
    }
}

#[test]
fn a_manifest_of_another_registry_is_not_that_of_docker_hub() {
    let (_server, mut client, _) = client_of_alpine();
    let reply = client.get("/v2/library/alpine/manifests/3.20?ns=ghcr.io");
    reply.fails_with(404, "MANIFEST_UNKNOWN");
}

#[test]
fn what_is_unknown_or_invalid_is_an_error_of_the_specification() {
    let (_server, mut client, layer) = client_of_alpine();
    let other = Digest::of(b"other");
    for (path, status, code) in [
        ("/v2/library/alpine/manifests/4", 404, "MANIFEST_UNKNOWN"),
        (&format!("/v2/library/alpine/manifests/{other}"), 404, "MANIFEST_UNKNOWN"),
        ("/v2/alpine/manifests/3.20", 404, "MANIFEST_UNKNOWN"),
        (&format!("/v2/library/alpine/blobs/{other}"), 404, "BLOB_UNKNOWN"),
        ("/v2/library/alpine/blobs/sha256:..", 400, "DIGEST_INVALID"),
        ("/v2/Alpine/manifests/1", 400, "NAME_INVALID"),
        ("/v2/library/alpine/manifests/-", 400, "TAG_INVALID"),
        ("/v2/_catalog", 404, "UNSUPPORTED"),
        ("/", 404, "UNSUPPORTED"),
    ] {
        client.get(path).fails_with(status, code);
    }
    let blob = format!("/v2/library/alpine/blobs/{layer}");
    for (method, path, methods) in [
        ("DELETE", blob.as_str(), "GET, HEAD"),
        ("PUT", "/v2/library/alpine/manifests/3.20", "GET, HEAD"),
        ("POST", "/v2/library/alpine/blobs/uploads/", ""),
        ("GET", "/v2/library/alpine/blobs/uploads/1", ""),
        ("OPTIONS", "/v2/", "GET, HEAD"),
    ] {
        let reply = client.ask(method, path, "", b"");
        reply.fails_with(405, "UNSUPPORTED");
        assert_eq!(reply.header("allow"), methods);
    }
    assert_eq!(client.ask("HEAD", "/v2/library/alpine/manifests/4", "", b"").status, 404);
}

#[test]
fn a_refusal_is_passed_on() {
    let mut kept = Kept::nothing();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let refused = |status| Answer::Refused {
        status,
        headers: vec![
            header("Retry-After", "60"),
            header("Content-Type", "text/plain"),
            header("Content-Length", "999"),
            header("Transfer-Encoding", "chunked"),
            header("No name", "1"),
            header("No-Value", "1\r\nX: 2"),
        ],
        body: b"too many".to_vec(),
    };
    kept.answers.insert(("docker.io", "busy", "1".to_owned()), refused(429));
    for status in [0, 100, 204, 302, 1000] {
        kept.answers.insert(("docker.io", "odd", status.to_string()), refused(status));
    }
    let server = serve(kept);
    let mut client = Client::new(server.address());
    let reply = client.get("/v2/busy/manifests/1");
    assert_eq!((reply.status, &reply.body[..]), (429, &b"too many"[..]));
    assert_eq!((reply.header("retry-after"), reply.header("content-type")), ("60", "text/plain"));
    assert_eq!(reply.header("content-length"), "8");
    assert_eq!((reply.header("transfer-encoding"), reply.header("no-value")), ("", ""));
    for status in [0, 100, 204, 302, 1000] {
        assert_eq!(client.get(&format!("/v2/odd/manifests/{status}")).status, 502);
    }
}

#[test]
fn a_blob_is_sent_whole_or_in_part() {
    let (_server, mut client, layer) = client_of_alpine();
    let path = format!("/v2/any/repository/blobs/{layer}");
    let whole = client.get(&path);
    assert_eq!((whole.status, &whole.body[..]), (200, &b"0123456789"[..]));
    assert_eq!(whole.header("docker-content-digest"), layer.to_string());
    assert_eq!(whole.header("accept-ranges"), "bytes");
    for (range, status, body, content_range) in [
        ("bytes=4-", 206, "456789", "bytes 4-9/10"),
        ("bytes=4-5", 206, "45", "bytes 4-5/10"),
        ("bytes=-2", 206, "89", "bytes 8-9/10"),
        ("bytes=0-99", 206, "0123456789", "bytes 0-9/10"),
        ("bytes=1-2,4-5", 200, "0123456789", ""),
        ("words=1-2", 200, "0123456789", ""),
    ] {
        let reply = client.ask("GET", &path, &format!("Range: {range}\r\n"), b"");
        assert_eq!((reply.status, &reply.body[..]), (status, body.as_bytes()), "{range}");
        assert_eq!(reply.header("content-range"), content_range);
    }
    let reply = client.ask("GET", &path, "Range: bytes=10-\r\n", b"");
    reply.fails_with(416, "RANGE_INVALID");
    assert_eq!(reply.header("content-range"), "bytes */10");
    let head = client.ask("HEAD", &path, "Range: bytes=4-\r\n", b"");
    assert_eq!((head.status, head.header("content-length")), (200, "10"));
}

#[test]
fn a_blob_that_cannot_be_read_is_an_error_and_not_an_unknown_one() {
    struct Broken;
    impl Upstream for Broken {
        fn manifest(&self, _: &str, _: &str, _: &str) -> Answer {
            Answer::NotFound
        }

        fn blob(&self, _: &Digest) -> io::Result<Option<File>> {
            Err(io::Error::other("disk on fire"))
        }
    }
    let server = serve(Broken);
    let reply = Client::new(server.address()).get(&format!("/v2/a/blobs/{}", Digest::of(b"")));
    reply.fails_with(500, "UNKNOWN");
    assert!(String::from_utf8(reply.body).unwrap().contains("cannot read a blob: disk on fire"));
}

#[test]
fn a_blob_that_becomes_shorter_while_it_is_sent_ends_the_connection() {
    let (kept, layer) = Kept::with_large_blob();
    let path = kept.blobs.path(&layer);
    let server = serve(kept);
    let mut client = Client::new(server.address());
    client.send(format!("GET /v2/a/blobs/{layer} HTTP/1.1\r\n\r\n"));
    client.stream.read_exact(&mut [0; 1024]).unwrap();
    let file = fs::OpenOptions::new().write(true).open(path).unwrap();
    file.set_len(0).unwrap();
    let received = client.stream.read_to_end(&mut Vec::new()).unwrap();
    assert!(received < LARGE);
}
