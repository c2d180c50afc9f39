//! Questions to an engine's daemon, over its socket.
//!
//! The docker program asks the same way. To start one takes the processors as long as a small command of a
//! step takes, which is too long for what is asked while a step runs.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::Shutdown;
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
        let mut stream = self.ask(path, limit)?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        let Some(head) = Head::parse(&answer)? else {
            return Err(io::ErrorKind::UnexpectedEof.into());
        };
        match head.status {
            200 => Ok(Some(answer.split_off(head.length))),
            404 => Ok(None),
            status => Err(refusal(status)),
        }
    }

    /// Returns the lines of an answer that the daemon does not end by itself, such as that to `/events`. Waits up to
    /// `limit` for the beginning of the answer.
    ///
    /// # Errors
    /// When the daemon cannot be reached, does not answer in time, or refuses to.
    pub fn follow(&self, path: &str, limit: Duration) -> io::Result<Followed> {
        let mut reader = BufReader::new(self.ask(path, limit)?);
        let mut answer = Vec::new();
        loop {
            if reader.read_until(b'\n', &mut answer)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            match Head::parse(&answer)? {
                Some(Head { status: 200, .. }) => break,
                Some(Head { status, .. }) => return Err(refusal(status)),
                None => {}
            }
        }
        reader.get_ref().set_read_timeout(None)?;
        Ok(Followed(reader))
    }

    fn ask(&self, path: &str, limit: Duration) -> io::Result<UnixStream> {
        let mut stream = UnixStream::connect(&self.socket)?;
        stream.set_read_timeout(Some(limit))?;
        // In this version of HTTP, the end of the connection is that of the answer.
        stream.write_all(format!("GET {path} HTTP/1.0\r\n\r\n").as_bytes())?;
        Ok(stream)
    }
}

/// The lines of an answer as they come, without their line feeds. They end with the connection.
#[derive(Debug)]
pub struct Followed(BufReader<UnixStream>);

impl Followed {
    /// Returns what ends this from another thread.
    ///
    /// # Errors
    /// When the process has too many open files.
    pub fn stopper(&self) -> io::Result<Stopper> {
        self.0.get_ref().try_clone().map(Stopper)
    }
}

impl Iterator for Followed {
    type Item = io::Result<Vec<u8>>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        match self.0.read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => {
                line.pop_if(|byte| *byte == b'\n');
                Some(Ok(line))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// Ends a [`Followed`].
#[derive(Debug)]
pub struct Stopper(UnixStream);

impl Stopper {
    /// Ends the connection. No line comes after those that have arrived.
    pub fn stop(&self) {
        // Fails if the daemon has ended it.
        let _ = self.0.shutdown(Shutdown::Both);
    }
}

/// The status and the headers of an answer.
struct Head {
    status: u16,
    /// The number of bytes before the body.
    length: usize,
}

impl Head {
    /// Reads the beginning of an answer; `None` if it is not complete.
    fn parse(answer: &[u8]) -> io::Result<Option<Self>> {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS];
        let mut head = httparse::Response::new(&mut headers);
        match head.parse(answer).map_err(io::Error::other)? {
            httparse::Status::Complete(length) => {
                Ok(Some(Self { status: head.code.unwrap_or_default(), length }))
            }
            httparse::Status::Partial => Ok(None),
        }
    }
}

fn refusal(status: u16) -> io::Error {
    io::Error::other(format!("the daemon answers with status {status}"))
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::path::Path;
    use std::thread;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(180);

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
    fn lines_are_followed_until_either_side_ends() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("docker.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let server = thread::spawn(move || {
            let answer = |body: &str| {
                let (mut stream, _) = listener.accept().unwrap();
                BufReader::new(&stream).read_line(&mut String::new()).unwrap();
                stream.write_all(b"HTTP/1.0 200 OK\r\nApi-Version: 1.45\r\n\r\n").unwrap();
                stream.write_all(body.as_bytes()).unwrap();
                stream
            };
            drop(answer("one\ntwo\nthr"));
            // Open until the other side has stopped it.
            answer("one\n").read_to_end(&mut Vec::new())
        });
        let daemon = Daemon::new(socket);
        let line = |line: Option<io::Result<Vec<u8>>>| line.map(Result::unwrap);
        let mut ended = daemon.follow("/events", LIMIT).unwrap();
        let lines: [_; 4] = std::array::from_fn(|_| line(ended.next()));
        let expected = [Some("one"), Some("two"), Some("thr"), None];
        assert_eq!(lines, expected.map(|line| line.map(|line| line.as_bytes().to_vec())));
        let mut open = daemon.follow("/events", LIMIT).unwrap();
        assert_eq!(line(open.next()), Some(b"one".to_vec()));
        let stopper = open.stopper().unwrap();
        let waiting = thread::spawn(move || line(open.next()));
        stopper.stop();
        assert_eq!(waiting.join().unwrap(), None);
        server.join().unwrap().unwrap();
    }

    #[test]
    fn what_is_not_followed_is_an_error() {
        let follow = |answer: &'static str| {
            let directory = tempfile::tempdir().unwrap();
            let socket = directory.path().join("docker.sock");
            let listener = UnixListener::bind(&socket).unwrap();
            let server = thread::spawn(move || {
                let (mut stream, _) = listener.accept().unwrap();
                BufReader::new(&stream).read_line(&mut String::new()).unwrap();
                stream.write_all(answer.as_bytes()).unwrap();
            });
            let error = Daemon::new(socket).follow("/events", LIMIT).unwrap_err().to_string();
            server.join().unwrap();
            error
        };
        assert_eq!(
            follow("HTTP/1.0 400 Bad Request\r\n\r\n{}"),
            "the daemon answers with status 400"
        );
        assert_eq!(follow("HTTP/1.0 200 OK\r\nContent-"), "unexpected end of file");
    }

    #[test]
    fn a_socket_that_accepts_is_not_an_answer_yet() {
        let directory = tempfile::tempdir().unwrap();
        let socket = directory.path().join("docker.sock");
        let listener = UnixListener::bind(&socket).unwrap();
        let ping = |socket: &Path, limit| {
            let daemon = Daemon::new(socket.to_owned());
            daemon.get("/_ping", limit).map(|answer| answer.is_some())
        };
        let refused = ping(Path::new("/nonexistent"), LIMIT).unwrap_err().kind();
        let silent = ping(&socket, Duration::from_millis(50)).unwrap_err().kind();
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
        let answered = ping(&socket, LIMIT).unwrap();
        let closed = ping(&socket, LIMIT).unwrap_or(false);
        answering.join().unwrap();
        assert_eq!(refused, io::ErrorKind::NotFound);
        assert_eq!(silent, io::ErrorKind::WouldBlock);
        assert!(answered);
        assert!(!closed);
    }
}
