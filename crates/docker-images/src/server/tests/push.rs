//! What a daemon asks when it pushes.

use super::*;
use crate::server::Pushed;

/// A server that takes what is pushed, a connection to it, and where its blobs are.
struct Pushing {
    server: Server,
    client: Client,
    kept: Arc<Kept>,
}

impl Pushing {
    fn new() -> Self {
        let kept = Arc::new(Kept::nothing());
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (upstream, blobs) = (Arc::clone(&kept), kept.blobs.clone());
        let server = Server::accepting_pushes(listener, upstream, blobs).unwrap();
        let client = Client::new(server.address());
        Self { server, client, kept }
    }

    /// Begins an upload, and returns its location.
    #[track_caller]
    fn begin(&mut self) -> String {
        let reply = self.client.ask("POST", "/v2/team/app/blobs/uploads/", "", b"");
        assert_eq!((reply.status, reply.header("range")), (202, "0-0"));
        let location = reply.header("location").to_owned();
        let id = location.strip_prefix("/v2/team/app/blobs/uploads/").unwrap();
        assert_eq!(reply.header("docker-upload-uuid"), id);
        location
    }

    /// Uploads a blob as Docker does: in one part, in chunks.
    #[track_caller]
    fn upload(&mut self, content: &str) -> Digest {
        let location = self.begin();
        let length = content.len();
        self.client
            .send(format!("PATCH {location} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"));
        self.client.send(format!("{length:x}\r\n{content}\r\n0\r\n\r\n"));
        let reply = self.client.reply(true);
        assert_eq!((reply.status, reply.header("range")), (202, &*format!("0-{}", length - 1)));
        let digest = Digest::of(content.as_bytes());
        let reply = self.finish(reply.header("location"), &digest, b"");
        assert_eq!(reply.status, 201);
        assert_eq!(reply.header("docker-content-digest"), digest.to_string());
        assert_eq!(reply.header("location"), format!("/v2/team/app/blobs/{digest}"));
        digest
    }

    fn finish(&mut self, location: &str, digest: &Digest, body: &[u8]) -> Reply {
        let digest = digest.to_string().replace(':', "%3A");
        self.client.ask("PUT", &format!("{location}?digest={digest}"), "", body)
    }

    fn put(&mut self, version: &str, media_type: &str, manifest: &[u8]) -> Reply {
        let path = format!("/v2/team/app/manifests/{version}");
        self.client.ask("PUT", &path, &format!("Content-Type: {media_type}\r\n"), manifest)
    }
}

/// A manifest of an image with these blobs.
fn manifest(config: &str, layers: &[&str]) -> String {
    let descriptor = |content: &&str| {
        let digest = Digest::of(content.as_bytes());
        serde_json::json!({ "mediaType": "any", "digest": digest, "size": content.len() })
    };
    serde_json::json!({
        "schemaVersion": 2,
        "mediaType": IMAGE,
        "config": descriptor(&config),
        "layers": layers.iter().map(descriptor).collect::<Vec<_>>(),
    })
    .to_string()
}

#[test]
fn an_image_that_was_pushed_is_kept_and_can_be_pulled() {
    let mut pushing = Pushing::new();
    let (config, one, two) =
        (pushing.upload("{config}"), pushing.upload("layer 1"), pushing.upload("layer 2"));
    let manifest = manifest("{config}", &["layer 1", "layer 2"]);
    assert_eq!(pushing.server.pushed("team/app", "1.0"), None);
    let digest = Digest::of(manifest.as_bytes());
    let reply = pushing.put("1.0", IMAGE, manifest.as_bytes());
    assert_eq!(reply.status, 201);
    assert_eq!(reply.header("docker-content-digest"), digest.to_string());
    assert_eq!(reply.header("location"), format!("/v2/team/app/manifests/{digest}"));
    let pushed = Pushed { digest, media_type: IMAGE.to_owned(), config, layers: vec![one, two] };
    assert_eq!(pushing.server.pushed("team/app", "1.0"), Some(pushed));
    assert_eq!(pushing.server.pushed("team/app", "latest"), None);
    assert_eq!(pushing.server.pushed("app", "1.0"), None);
    for version in ["1.0", &digest.to_string()] {
        let reply = pushing.client.get(&format!("/v2/team/app/manifests/{version}"));
        assert_eq!((reply.status, reply.header("content-type")), (200, IMAGE));
        assert_eq!(reply.body, manifest.as_bytes());
    }
    for (digest, content) in [(config, "{config}"), (one, "layer 1"), (two, "layer 2")] {
        let reply = pushing.client.get(&format!("/v2/team/app/blobs/{digest}"));
        assert_eq!((reply.status, &reply.body[..]), (200, content.as_bytes()));
    }
    let mut kept = [config, one, two, digest].map(|digest| digest.hex());
    let mut files = pushing.kept.files();
    kept.sort();
    files.sort();
    assert_eq!(files, kept);
}

#[test]
fn a_blob_may_come_in_parts() {
    let mut pushing = Pushing::new();
    let location = pushing.begin();
    let mut part = |range: &str, content: &[u8]| {
        let headers = format!("Content-Range: {range}\r\n");
        pushing.client.ask("PATCH", &location, &headers, content)
    };
    assert_eq!(part("0-2", b"lay").header("range"), "0-2");
    part("0-2", b"lay").fails_with(416, "RANGE_INVALID");
    let mut client = Client::new(pushing.server.address());
    let reply = client.get(&location);
    assert_eq!((reply.status, reply.header("range")), (204, "0-2"));
    let reply = client.ask("PATCH", &location, "Content-Range: 3-3\r\n", b"e");
    assert_eq!((reply.status, reply.header("range")), (202, "0-3"));
    let digest = Digest::of(b"layer");
    pushing.client = client;
    assert_eq!(pushing.finish(&location, &digest, b"r").status, 201);
    assert_eq!(pushing.kept.blobs.read(&digest).unwrap(), b"layer");
    pushing.finish(&location, &digest, b"").fails_with(404, "BLOB_UPLOAD_UNKNOWN");
}

#[test]
fn a_blob_of_another_repository_is_asked_for_as_if_it_were_new() {
    let mut pushing = Pushing::new();
    let digest = pushing.upload("layer");
    let path = format!("/v2/other/blobs/uploads/?mount={digest}&from=team/app");
    let reply = pushing.client.ask("POST", &path, "", b"");
    assert_eq!(reply.status, 202);
    assert!(reply.header("location").starts_with("/v2/other/blobs/uploads/"));
}

#[test]
fn a_blob_with_another_digest_is_refused_and_leaves_nothing() {
    let mut pushing = Pushing::new();
    for query in
        [format!("?digest={}", Digest::of(b"other")), "?digest=1".to_owned(), String::new()]
    {
        let location = pushing.begin();
        let reply = pushing.client.ask("PUT", &format!("{location}{query}"), "", b"layer");
        reply.fails_with(400, "DIGEST_INVALID");
        assert_eq!(pushing.kept.files(), [""; 0]);
        pushing.client = Client::new(pushing.server.address());
    }
}

#[test]
fn an_upload_that_is_cancelled_or_cut_off_leaves_nothing() {
    let mut pushing = Pushing::new();
    let location = pushing.begin();
    assert_eq!(pushing.kept.files().len(), 1);
    assert_eq!(pushing.client.ask("DELETE", &location, "", b"").status, 204);
    assert_eq!(pushing.kept.files(), [""; 0]);
    for framing in
        ["Content-Length: 9\r\n\r\nlayer", "Transfer-Encoding: chunked\r\n\r\n9\r\nlayer"]
    {
        let location = pushing.begin();
        let mut client = Client::new(pushing.server.address());
        client.send(format!("PATCH {location} HTTP/1.1\r\n{framing}"));
        client.stream.get_ref().shutdown(std::net::Shutdown::Write).unwrap();
        client.reply(true).fails_with(400, "BLOB_UPLOAD_INVALID");
        assert!(client.is_closed());
        assert_eq!(pushing.kept.files(), [""; 0]);
        pushing.client.get(&location).fails_with(404, "BLOB_UPLOAD_UNKNOWN");
    }
    pushing.begin();
    drop(pushing.server);
    assert_eq!(pushing.kept.files(), [""; 0]);
}

#[test]
fn other_methods_are_refused() {
    let mut pushing = Pushing::new();
    let location = pushing.begin();
    for (method, path, methods) in [
        ("DELETE", "/v2/team/app/manifests/1", "GET, HEAD, PUT"),
        ("GET", "/v2/team/app/blobs/uploads/", "POST"),
        ("POST", &location, "GET, HEAD, PATCH, PUT, DELETE"),
    ] {
        let reply = pushing.client.ask(method, path, "", b"");
        reply.fails_with(405, "UNSUPPORTED");
        assert_eq!(reply.header("allow"), methods);
    }
}

#[test]
fn an_upload_belongs_to_its_repository() {
    let mut pushing = Pushing::new();
    let location = pushing.begin();
    let other = location.replace("team/app", "team/other");
    pushing.client.get(&other).fails_with(404, "BLOB_UPLOAD_UNKNOWN");
    assert_eq!(pushing.client.get(&location).status, 204);
}

#[test]
fn uploads_that_are_never_continued_make_room_for_others() {
    let mut pushing = Pushing::new();
    let first = pushing.begin();
    for _ in 0..64 {
        pushing.begin();
    }
    assert_eq!(pushing.kept.files().len(), 64);
    pushing.client.get(&first).fails_with(404, "BLOB_UPLOAD_UNKNOWN");
}

#[test]
fn a_damaged_blob_is_asked_for_again() {
    let mut pushing = Pushing::new();
    let digest = pushing.kept.blobs.insert(b"layer").unwrap();
    std::fs::write(pushing.kept.blobs.path(&digest), b"lay3r").unwrap();
    let path = format!("/v2/team/app/blobs/{digest}");
    assert_eq!(pushing.client.ask("HEAD", &path, "", b"").status, 404);
    pushing.upload("layer");
    pushing.kept.blobs.verify(&digest).unwrap();
    assert_eq!(pushing.client.ask("HEAD", &path, "", b"").status, 200);
}

#[test]
fn what_upstream_has_can_be_pulled_but_is_not_taken_for_pushed() {
    let directory = tempfile::tempdir().unwrap();
    let upstream = Kept::nothing().with_manifest("a", "1", b"{}");
    let layer = upstream.blobs.insert(b"layer").unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let blobs = Blobs::new(directory.path());
    let server = Server::accepting_pushes(listener, Arc::new(upstream), blobs).unwrap();
    let mut client = Client::new(server.address());
    assert_eq!(client.get("/v2/a/manifests/1").body, b"{}");
    let path = format!("/v2/a/blobs/{layer}");
    assert_eq!(client.get(&path).body, b"layer");
    assert_eq!(client.ask("HEAD", &path, "", b"").status, 404);
}

#[test]
fn a_manifest_that_is_not_that_of_an_image_is_refused() {
    let mut pushing = Pushing::new();
    pushing.upload("{config}");
    pushing.upload("layer");
    let good = manifest("{config}", &["layer"]);
    let index = "application/vnd.oci.image.index.v1+json";
    let oci = "application/vnd.oci.image.manifest.v1+json";
    let version_1 = good.replace("\"schemaVersion\":2", "\"schemaVersion\":1");
    for (media_type, manifest) in
        [(IMAGE, "{}"), (IMAGE, "no JSON"), (IMAGE, &version_1), (index, &good), (oci, &good)]
    {
        let reply = pushing.put("1", media_type, manifest.as_bytes());
        reply.fails_with(400, "MANIFEST_INVALID");
    }
    let other = Digest::of(b"other").to_string();
    pushing.put(&other, IMAGE, good.as_bytes()).fails_with(400, "DIGEST_INVALID");
    for incomplete in [manifest("{other}", &["layer"]), manifest("{config}", &["layer", "other"])] {
        let reply = pushing.put("1", IMAGE, incomplete.as_bytes());
        reply.fails_with(400, "MANIFEST_BLOB_UNKNOWN");
    }
    let wrong_size = good.replace("\"size\":5", "\"size\":6");
    pushing.put("1", IMAGE, wrong_size.as_bytes()).fails_with(400, "MANIFEST_BLOB_UNKNOWN");
    assert_eq!(pushing.server.pushed("team/app", "1"), None);
    assert_eq!(pushing.kept.files().len(), 2);
    let large = vec![b' '; (4 << 20) + 1];
    pushing.put("1", IMAGE, &large).fails_with(413, "MANIFEST_INVALID");
}
