//! The threads of a server: one that accepts connections, and one for each connection, so that a client
//! that reads slowly does not keep others waiting.

use std::io;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// The most connections at a time; more are closed at once. A daemon uses about ten.
const CONNECTIONS_LIMIT: usize = 128;

/// How long to wait after the system refused a connection, which it does while files or memory are scarce.
const RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// A connection and the thread that serves it, which owns the stream: the connection is closed when the
/// thread ends.
struct Connection {
    stream: Weak<TcpStream>,
    thread: JoinHandle<()>,
}

/// Serves each connection in a thread, until the listener is shut down. Then ends the connections, and
/// returns when the last thread has ended.
pub(super) fn until_shutdown(
    listener: &TcpListener,
    serve: impl Fn(Arc<TcpStream>) + Send + Sync + 'static,
) {
    let serve = Arc::new(serve);
    let mut connections: Vec<Connection> = Vec::new();
    loop {
        let stream = match listener.accept() {
            Ok((stream, _)) => Arc::new(stream),
            // The socket does not listen any longer: see accept(2).
            Err(error) if error.kind() == io::ErrorKind::InvalidInput => break,
            Err(error) => {
                tracing::debug!("cannot accept a connection: {error}");
                thread::sleep(RETRY_INTERVAL);
                continue;
            }
        };
        connections.retain(|connection| !connection.thread.is_finished());
        if connections.len() >= CONNECTIONS_LIMIT {
            continue;
        }
        let weak = Arc::downgrade(&stream);
        let serve = Arc::clone(&serve);
        let thread = thread::Builder::new().name("registry-client".to_owned());
        // Without a thread, the stream is dropped, which closes the connection.
        if let Ok(thread) = thread.spawn(move || serve(stream)) {
            connections.push(Connection { stream: weak, thread });
        }
    }
    for stream in connections.iter().filter_map(|connection| connection.stream.upgrade()) {
        // It fails if the client has closed the connection.
        let _ = stream.shutdown(Shutdown::Both);
    }
    for connection in connections {
        // It fails if that thread has panicked, which then was reported.
        let _ = connection.thread.join();
    }
}
