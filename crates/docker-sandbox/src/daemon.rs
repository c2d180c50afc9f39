//! Questions to an engine's daemon, over its socket.
//!
//! The docker program asks the same way. To start one takes the processors as long as a small command of a
//! step takes, which is too long for what is asked while a step runs.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

/// The most headers of an answer. The daemon sends about ten.
const HEADERS: usize = 64;

/// The daemon of an engine.
#[derive(Debug, Clone)]
pub struct Daemon {
    socket: PathBuf,
}

impl Daemon {
    pub(crate) fn new(socket: PathBuf) -> Self {
        Self { socket }
    }

    /// Returns what the daemon has at a path of its API, such as `/containers/ID/json`; `None` if it knows
    /// no such object. Waits up to `limit` for each part of the answer.
    ///
    /// # Errors
    /// When the daemon cannot be reached, does not answer in time, or refuses to.
    pub fn get(&self, path: &str, limit: Duration) -> io::Result<Option<Vec<u8>>> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(limit))?;
        // In this version of HTTP, the end of the connection is that of the answer.
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut head = httparse::Response::new(&mut headers);
        let length = match head.parse(&answer).map_err(io::Error::other)? {
            httparse::Status::Complete(length) => length,
            httparse::Status::Partial => return Err(io::ErrorKind::UnexpectedEof.into()),
        };
        match head.code {
            Some(200) => Ok(Some(answer.split_off(length))),
            Some(404) => Ok(None),
            code => {
                let code = code.unwrap_or_default();
                Err(io::Error::other(format!("the daemon answers with status {code}")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::os::unix::net::UnixListener;
    use std::path::Path;
    use std::thread;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(60);

    /// Asks for a path. Returns the first line of the request, and what is made of this answer.
    fn ask(answer: &'static str) -> (String, io::Result<Option<Vec<u8>>>) {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("docker.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = String::new();
            BufReader::new(&stream).read_line(&mut request).unwrap();
            stream.write_all(answer.as_bytes()).unwrap();
            request
        });
        let found = Daemon::new(socket).get("/containers/a/json", LIMIT);
        (server.join().unwrap(), found)
    }

    #[test]
    fn the_body_of_an_answer_is_returned() {
        let (request, found) = ask("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{\n}");
        assert_eq!(request, "GET /containers/a/json HTTP/1.0\r\n");
        assert_eq!(found.unwrap(), Some(b"{\n}".to_vec()));
    }

    #[test]
    fn an_unknown_object_is_no_error() {
        assert_eq!(ask("HTTP/1.0 404 Not Found\r\n\r\n{}").1.unwrap(), None);
    }

    #[test]
    fn other_answers_are_errors() {
        let error = |answer| ask(answer).1.unwrap_err().to_string();
        assert_eq!(
            error("HTTP/1.0 500 Internal Server Error\r\n\r\n"),
            "the daemon answers with status 500"
        );
        assert_eq!(error("HTTP/1.0 200 OK\r\nContent-"), "unexpected end of file");
        let nowhere = Daemon::new("/nonexistent".into()).get("/", LIMIT);
        assert_eq!(nowhere.unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_socket_that_accepts_is_not_an_answer_yet() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("docker.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let ping = |socket: &Path| {
            let daemon = Daemon::new(socket.to_owned());
            daemon.get("/_ping", Duration::from_millis(50)).map(|answer| answer.is_some())
        };
        let refused = ping(Path::new("/nonexistent")).unwrap_err().kind();
        let silent = ping(&socket).unwrap_err().kind();
        let answering = thread::spawn(move || {
            // The first connection is that of the ping before.
            let (_silent, _) = listener.accept().unwrap();
            let (mut stream, _) = listener.accept().unwrap();
            BufReader::new(&stream).read_line(&mut String::new()).unwrap();
            stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n").unwrap();
            drop(stream);
            // Closed without an answer, as by a daemon that exits.
            drop(listener.accept().unwrap());
        });
        let answered = ping(&socket).unwrap();
        let closed = ping(&socket).unwrap_or(false);
        answering.join().unwrap();
        assert_eq!(refused, io::ErrorKind::NotFound);
        assert_eq!(silent, io::ErrorKind::WouldBlock);
        assert!(answered);
        assert!(!closed);
    }
}
