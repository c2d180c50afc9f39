//! Connections: several at a time, several requests on each, and their end.

use std::net::Shutdown;
use std::sync::mpsc;
use std::sync::{Condvar, Mutex};
use std::thread;

use proptest::prelude::*;

use super::*;

#[test]
fn requests_on_a_connection_are_answered_one_after_the_other() {
    let server = serve(Kept::nothing().with_manifest("a", "1", b"{}"));
    let mut client = Client::new(server.address());
    let request = "HEAD /v2/a/manifests/1 HTTP/1.1\r\n\r\n";
    client.send(format!("{request}\r\n{request}GET /v2/a/manifests/2 HTTP/1.0\r\n\r\n"));
    assert_eq!(client.reply(false).status, 200);
    assert_eq!(client.reply(false).status, 200);
    client.reply(true).fails_with(404, "MANIFEST_UNKNOWN");
    assert!(client.is_closed());
    let mut client = Client::new(server.address());
    let reply = client.ask("GET", "/v2/", "Connection: Keep-Alive, Close\r\n", b"");
    assert_eq!((reply.status, reply.header("connection")), (200, "close"));
    assert!(client.is_closed());
}

#[test]
fn content_that_is_not_wanted_does_not_become_a_request() {
    let server = serve(Kept::nothing());
    let mut client = Client::new(server.address());
    let reply = client.ask("POST", "/v2/", "", b"GET /v2/ HTTP/1.1\r\n\r\n");
    reply.fails_with(405, "UNSUPPORTED");
    assert_eq!(reply.header("connection"), "close");
    assert!(client.is_closed());
}

#[test]
fn malformed_requests_are_refused() {
    let server = serve(Kept::nothing());
    let many = format!("GET / HTTP/1.1\r\n{}\r\n", "A: 1\r\n".repeat(65));
    let long = format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(16 << 10));
    for (request, status) in [
        ("nonsense\r\n\r\n", 400),
        ("GET /\0 HTTP/1.1\r\n\r\n", 400),
        ("GET http:// HTTP/1.1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nContent-Length: +1\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        ("GET / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n", 501),
        ("GET / HTTP/2.0\r\n\r\n", 505),
        (&many, 431),
        (&long, 431),
    ] {
        let mut client = Client::new(server.address());
        client.send(request);
        assert_eq!(client.reply(true).status, status, "{request}");
        assert!(client.is_closed());
    }
}

#[test]
fn a_client_that_speaks_tls_is_not_waited_for() {
    let server = serve(Kept::nothing());
    let mut client = Client::new(server.address());
    // The begin of a record with a ClientHello.
    client.send(b"\x16\x03\x01\x01\x2c\x01\x00\x01\x28\x03\x03");
    assert_eq!(client.reply(true).status, 400);
}

/// An upstream that answers once it is allowed to, and says when it is asked.
struct Slow {
    asked: mpsc::Sender<()>,
    is_allowed: Mutex<bool>,
    allowed: Condvar,
}

impl Upstream for Arc<Slow> {
    fn manifest(&self, _: &str, _: &str, _: &str) -> Answer {
        self.asked.send(()).unwrap();
        let is_allowed = self.is_allowed.lock().unwrap();
        drop(self.allowed.wait_while(is_allowed, |is_allowed| !*is_allowed).unwrap());
        Answer::NotFound
    }

    fn blob(&self, _: &Digest) -> io::Result<Option<File>> {
        Ok(None)
    }
}

#[test]
fn clients_do_not_wait_for_each_other() {
    let (asked, asks) = mpsc::channel();
    let slow = Arc::new(Slow { asked, is_allowed: Mutex::new(false), allowed: Condvar::new() });
    let server = serve(Arc::clone(&slow));
    let mut waiting: Vec<Client> = (0..8)
        .map(|_| {
            let mut client = Client::new(server.address());
            client.send("GET /v2/a/manifests/1 HTTP/1.1\r\n\r\n");
            client
        })
        .collect();
    for _ in &waiting {
        asks.recv_timeout(LIMIT).unwrap();
    }
    assert_eq!(Client::new(server.address()).get("/v2/").status, 200);
    *slow.is_allowed.lock().unwrap() = true;
    slow.allowed.notify_all();
    for client in &mut waiting {
        client.reply(true).fails_with(404, "MANIFEST_UNKNOWN");
    }
}

#[test]
fn a_client_that_does_not_read_does_not_block_others() {
    let (kept, layer) = Kept::with_large_blob();
    let server = serve(kept);
    let request = format!("GET /v2/a/blobs/{layer} HTTP/1.1\r\n\r\n");
    let mut slow = Client::new(server.address());
    slow.send(&request);
    let others: Vec<_> = (0..3)
        .map(|_| {
            let (address, request) = (server.address(), request.clone());
            thread::spawn(move || {
                let mut client = Client::new(address);
                client.send(request);
                client.reply(true).body.len()
            })
        })
        .collect();
    for other in others {
        assert_eq!(other.join().unwrap(), LARGE);
    }
    assert_eq!(slow.reply(true).body.len(), LARGE);
}

#[test]
fn more_connections_than_a_daemon_needs_are_closed() {
    let server = serve(Kept::nothing());
    let mut clients: Vec<Client> = (0..128).map(|_| Client::new(server.address())).collect();
    for client in &mut clients {
        assert_eq!(client.get("/v2/").status, 200);
    }
    assert!(Client::new(server.address()).is_closed());
    clients.truncate(1);
    assert_eq!(clients[0].get("/v2/").status, 200);
    // The threads of the others end soon.
    let is_answered = || {
        let mut client = Client::new(server.address());
        client.send("GET /v2/ HTTP/1.1\r\n\r\n");
        !client.is_closed()
    };
    while !is_answered() {
        thread::yield_now();
    }
}

#[test]
fn dropping_it_ends_its_connections_and_frees_its_address() {
    let server = serve(Kept::nothing());
    let address = server.address();
    let (mut silent, mut idle) = (Client::new(address), Client::new(address));
    assert_eq!(idle.get("/v2/").status, 200);
    let mut cut_off = Client::new(address);
    cut_off.send("GET /v2/ HTTP/1.1\r\nHos");
    // Accepted after the others.
    assert_eq!(Client::new(address).get("/v2/").status, 200);
    drop(server);
    assert!(silent.is_closed() && idle.is_closed() && cut_off.is_closed());
    let error = TcpStream::connect(address).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::ConnectionRefused);
}

#[test]
fn dropping_it_ends_a_transfer() {
    let (kept, layer) = Kept::with_large_blob();
    let server = serve(kept);
    let mut client = Client::new(server.address());
    client.send(format!("GET /v2/a/blobs/{layer} HTTP/1.1\r\n\r\n"));
    client.stream.read_exact(&mut [0; 1024]).unwrap();
    drop(server);
    let received = client.stream.read_to_end(&mut Vec::new());
    assert!(received.is_err() || received.is_ok_and(|received| received < LARGE));
}

#[test]
fn an_upstream_that_panics_ends_its_connection_only() {
    struct Panicking;
    impl Upstream for Panicking {
        fn manifest(&self, _: &str, _: &str, _: &str) -> Answer {
            panic!("as the test wants it")
        }

        fn blob(&self, _: &Digest) -> io::Result<Option<File>> {
            Ok(None)
        }
    }
    let server = serve(Panicking);
    let mut client = Client::new(server.address());
    client.send("GET /v2/a/manifests/1 HTTP/1.1\r\n\r\n");
    assert!(client.is_closed());
    assert_eq!(Client::new(server.address()).get("/v2/").status, 200);
}

/// Bytes that a client might send: any, or a request of which a part is odd.
fn sent() -> impl Strategy<Value = Vec<u8>> {
    let method = prop_oneof!["GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "[A-Z]{1,9}"];
    let path = prop_oneof![
        "/v2/[a-z/]{0,9}/(manifests|blobs|blobs/uploads)/[a-z0-9:%]{0,9}",
        "/v2/a/manifests/1",
        "/v2/a/blobs/uploads/(1)?",
        "\\PC{0,20}",
    ];
    let headers = prop_oneof![
        "(Content-Length: [0-9]{1,3}\r\n)?",
        "Transfer-Encoding: chunked\r\n",
        "Range: bytes=[0-9]{0,3}-[0-9]{0,3}\r\n",
        "Expect: 100-continue\r\n",
        "\\PC{0,20}\r\n",
    ];
    let body =
        prop_oneof!["[a-z]{0,20}", "([0-9]\r\n[a-z]{0,9}\r\n){0,3}(0\r\n\r\n)?", "\\PC{0,9}"];
    let request = (method, path, headers, body).prop_map(|(method, path, headers, body)| {
        format!("{method} {path} HTTP/1.1\r\n{headers}\r\n{body}").into_bytes()
    });
    prop_oneof![1 => any::<Vec<u8>>(), 4 => request]
}

proptest! {
    #[test]
    fn whatever_is_sent_the_connection_ends_and_the_server_goes_on(sent in sent()) {
        let kept = Kept::nothing();
        let blobs = kept.blobs.clone();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let server = Server::accepting_pushes(listener, Arc::new(kept), blobs).unwrap();
        let mut client = Client::new(server.address());
        client.send(&sent);
        client.stream.get_ref().shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        let end = client.stream.read_to_end(&mut answer);
        prop_assert!(
            end.as_ref().map_or_else(|e| e.kind() == io::ErrorKind::ConnectionReset, |_| true),
            "{end:?}",
        );
        prop_assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 "));
        prop_assert_eq!(Client::new(server.address()).get("/v2/").status, 200);
    }
}
