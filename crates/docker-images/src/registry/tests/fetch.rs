//! What is fetched, and from where it goes on.

use std::cell::{Cell, RefCell};

use super::*;
use crate::registry::{FetchProgress, FetchedBlob};

fn blob(content: &[u8]) -> FetchedBlob {
    FetchedBlob { digest: Digest::of(content), size: content.len() as u64 }
}

#[test]
fn an_image_is_in_the_blobs_after_one_request_for_each() {
    let image = Image::new(&[b"lower", b"upper", b"lower"]);
    let (manifest, config) = (image.manifest(), image.config.clone());
    let server = StandIn::new(move |asked| image.answer(asked));
    let client = Client::new();
    let fetched = client.fetch(&server.reference("app:1")).unwrap();
    let digest = Digest::of(&manifest);
    assert_eq!(
        fetched,
        Fetched {
            digest,
            media_type: MANIFEST.to_owned(),
            manifest: digest,
            manifest_media_type: MANIFEST.to_owned(),
            config: Digest::of(&config),
            layers: vec![blob(b"lower"), blob(b"upper"), blob(b"lower")],
            blobs: vec![blob(&manifest), blob(&config), blob(b"lower"), blob(b"upper")],
        }
    );
    for content in [&manifest, &config, &b"lower".to_vec(), &b"upper".to_vec()] {
        assert_eq!(client.blobs.read(&Digest::of(content)).unwrap(), *content);
    }
    let manifest_path = "/v2/app/manifests/1".to_owned();
    let paths = [manifest_path, blob_path(&config), blob_path(b"lower"), blob_path(b"upper")];
    assert_eq!(server.paths(), paths.map(|path| format!("GET {path}")));
    let accept = server.asked()[0].accept.clone().unwrap();
    assert_eq!(accept.split(", ").count(), 4);
    assert!(server.asked().iter().all(|asked| asked.authorization.is_none()));
}

#[test]
fn what_is_there_is_not_fetched_again() {
    let image = Image::new(&[b"lower", b"upper"]);
    let digest = image.digest();
    let server = StandIn::new(move |asked| image.answer(asked));
    let client = Client::new();
    let by_tag = client.fetch(&server.reference("app:1")).unwrap();
    client.blobs.remove(&Digest::of(b"upper")).unwrap();
    std::fs::write(client.blobs.path(&Digest::of(b"lower")), b"low").unwrap();
    let before = server.asked().len();
    let by_digest = client.fetch(&server.reference(&format!("app@{digest}"))).unwrap();
    assert_eq!(by_digest, by_tag);
    let paths = [blob_path(b"lower"), blob_path(b"upper")];
    assert_eq!(server.paths()[before..], paths.map(|path| format!("GET {path}")));
    assert_eq!(client.blobs.read(&Digest::of(b"lower")).unwrap(), b"lower");
}

#[test]
fn the_platform_is_picked_from_an_index() {
    let image = Image::new(&[b"layer"]);
    let digest = image.digest();
    let entry = |digest: Digest, os: &str, architecture: &str| {
        let platform = json!({ "os": os, "architecture": architecture });
        json!({ "mediaType": MANIFEST, "digest": digest, "size": 1, "platform": platform })
    };
    let statement = entry(Digest::of(b"statement"), "unknown", "unknown");
    let manifests =
        [entry(Digest::of(b"arm"), "linux", "s390x"), entry(digest, "linux", "amd64"), statement];
    let index =
        json!({ "schemaVersion": 2, "mediaType": INDEX, "manifests": manifests }).to_string();
    let index_digest = Digest::of(index.as_bytes());
    let server = StandIn::new(move |asked| match asked.path.as_str() {
        "/v2/app/manifests/1" => Answer::new(200, index.as_str()).with("Content-Type", INDEX),
        _ => image.answer(asked),
    });
    let client = Client::new();
    let fetched = client.fetch(&server.reference("app:1")).unwrap();
    assert_eq!((fetched.digest, fetched.manifest), (index_digest, digest));
    assert_eq!((&*fetched.media_type, &*fetched.manifest_media_type), (INDEX, MANIFEST));
    assert_eq!(
        fetched.blobs[..2].iter().map(|blob| blob.digest).collect::<Vec<_>>(),
        [index_digest, digest]
    );
    let platform = Platform::new("linux", "riscv64", "");
    let reference = server.reference("app:1");
    let error = client.registry.fetch(&reference, &client.blobs, &platform, &|_| {}, &|| false);
    assert_eq!(
        error.unwrap_err().to_string(),
        format!(
            "`{reference}` does not exist for linux/riscv64, only for linux/amd64, linux/s390x"
        )
    );
}

#[test]
fn a_layer_that_breaks_off_is_resumed() {
    let image = Image::new(&[b"0123456789"]);
    let server = StandIn::new(move |asked| {
        let mut answer = image.answer(asked);
        match (asked.range.as_deref(), answer.body.as_slice()) {
            (None, b"0123456789") => answer.sent = 4,
            (Some("bytes=4-"), b"0123456789") => {
                answer = Answer::new(206, &b"456789"[..]).with("Content-Range", "bytes 4-9/10");
                answer.sent = 3;
            }
            (Some("bytes=7-"), _) => {
                answer = Answer::new(206, &b"789"[..]).with("Content-Range", "bytes 7-9/10");
            }
            _ => {}
        }
        answer
    });
    let client = Client::new();
    client.fetch(&server.reference("app:1")).unwrap();
    assert_eq!(client.blobs.read(&Digest::of(b"0123456789")).unwrap(), b"0123456789");
    let ranges: Vec<_> = server.asked().iter().filter_map(|asked| asked.range.clone()).collect();
    assert_eq!(ranges, ["bytes=4-", "bytes=7-"]);
}

#[test]
fn a_registry_that_cannot_resume_sends_the_layer_again() {
    for status in [200, 206, 416] {
        let image = Image::new(&[b"0123456789"]);
        let server = StandIn::new(move |asked| {
            let mut answer = image.answer(asked);
            if answer.body == b"0123456789" && asked.before == 0 {
                answer.sent = 4;
            }
            if asked.range.is_some() {
                answer.status = status;
            }
            answer
        });
        let client = Client::new();
        client.fetch(&server.reference("app:1")).unwrap();
        assert_eq!(client.blobs.read(&Digest::of(b"0123456789")).unwrap(), b"0123456789");
    }
}

#[test]
fn a_connection_that_always_breaks_off_is_an_error_after_five_attempts() {
    let image = Image::new(&[b"0123456789"]);
    let server = StandIn::new(move |asked| {
        let mut answer = image.answer(asked);
        if answer.body == b"0123456789" {
            answer.sent = 0;
        }
        answer
    });
    let client = Client::new();
    assert_eq!(
        client.error(&server.reference("app:1")),
        format!(
            "cannot reach `{}` (the connection broke off): \
             check the network connection and the proxy settings",
            server.host
        )
    );
    let path = format!("GET {}", blob_path(b"0123456789"));
    assert_eq!(server.paths().iter().filter(|asked| **asked == path).count(), 5);
    assert_eq!(client.files(), 2, "the manifest and the configuration");
}

#[test]
fn a_server_error_is_tried_again() {
    let image = Image::new(&[b"layer"]);
    let server = StandIn::new(move |asked| match asked.before {
        0 => Answer::error(503, "busy"),
        _ => image.answer(asked),
    });
    let client = Client::new();
    client.fetch(&server.reference("app:1")).unwrap();
    assert_eq!(server.asked().len(), 6);
}

#[test]
fn progress_counts_what_was_not_there() {
    let image = Image::new(&[b"one", b"three", b"seven"]);
    let server = StandIn::new(move |asked| image.answer(asked));
    let client = Client::new();
    client.blobs.insert(b"three").unwrap();
    let seen = RefCell::new(Vec::new());
    let platform = Platform::new("linux", "amd64", "");
    let progress = |progress| seen.borrow_mut().push(progress);
    let reference = server.reference("app:1");
    client.registry.fetch(&reference, &client.blobs, &platform, &progress, &|| false).unwrap();
    let at = |layer, bytes| FetchProgress { layer, layers: 2, bytes, total: 8 };
    assert_eq!(seen.into_inner(), [at(1, 0), at(1, 3), at(2, 3), at(2, 8)]);
}

#[test]
fn fetching_is_cancelled_while_a_body_is_awaited() {
    let image = Image::new(&[b"0123456789"]);
    let server = StandIn::new(move |asked| {
        let mut answer = image.answer(asked);
        if answer.body == b"0123456789" {
            (answer.sent, answer.stalls) = (4, true);
        }
        answer
    });
    let client = Client::new();
    let is_cancelled = Cell::new(false);
    let platform = Platform::new("linux", "amd64", "");
    let error = client.registry.fetch(
        &server.reference("app:1"),
        &client.blobs,
        &platform,
        &|progress| is_cancelled.set(progress.bytes == 4),
        &|| is_cancelled.get(),
    );
    assert!(matches!(error, Err(FetchError::Cancelled)));
    assert_eq!(client.files(), 2, "the manifest and the configuration");
}

#[test]
fn a_reference_is_resolved_without_fetching() {
    let image = Image::new(&[b"layer"]);
    let digest = image.digest();
    let server = StandIn::new(move |asked| image.answer(asked));
    let client = Client::new();
    assert_eq!(client.registry.resolve(&server.reference("app:1")).unwrap(), digest);
    assert_eq!(server.paths(), ["HEAD /v2/app/manifests/1"]);
    let error = client.registry.resolve(&server.reference("app:2")).unwrap_err().to_string();
    assert!(error.contains("not found on") && error.contains("(manifest unknown)"), "{error}");
}

#[test]
fn a_registry_without_head_is_asked_for_the_manifest() {
    let image = Image::new(&[b"layer"]);
    let digest = image.digest();
    let server = StandIn::new(move |asked| match asked.method.as_str() {
        "HEAD" => Answer::new(405, ""),
        _ => image.answer(asked),
    });
    let client = Client::new();
    assert_eq!(client.registry.resolve(&server.reference("app:1")).unwrap(), digest);
    assert_eq!(server.paths(), ["HEAD /v2/app/manifests/1", "GET /v2/app/manifests/1"]);
    assert_eq!(client.files(), 0);
}
