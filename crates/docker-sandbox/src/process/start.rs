//! Starting an engine: its supervisor, and waiting until its daemon can be used.

use std::env;
use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, PipeReader, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::Canceller;

use super::ProcessEngine;
use crate::leftovers;
use crate::log_tail::LogTail;
use crate::{EngineRoot, Error};

const SUPERVISOR: &str = include_str!("../supervisor.sh");
const INIT: &str = include_str!("../init.sh");

/// How often a start checks whether it was cancelled.
const CANCEL_INTERVAL: Duration = Duration::from_millis(50);

/// How long to wait before the daemon is asked again.
const RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// What an engine is started from, and when to give up.
pub(crate) struct Start<'a> {
    canceller: &'a Canceller,
    root: &'a EngineRoot,
    limit: Duration,
    deadline: Instant,
}

impl<'a> Start<'a> {
    /// `limit` counts from now on.
    pub(crate) fn new(canceller: &'a Canceller, root: &'a EngineRoot, limit: Duration) -> Self {
        Self { canceller, root, limit, deadline: Instant::now() + limit }
    }

    /// Starts an engine whose daemon begins with a copy of these images, and waits until it answers.
    pub(crate) fn with_images(&self, images: &Path) -> Result<ProcessEngine, Error> {
        let engine = self.start(Some(images))?;
        // Only once it answers has the daemon read its images: it exits if they are damaged.
        self.wait_for_answer(&engine)?;
        Ok(engine)
    }

    /// Starts an engine without images, and waits until its daemon's socket accepts connections. The
    /// daemon makes the first request wait until it can answer.
    pub(crate) fn without_images(&self) -> Result<ProcessEngine, Error> {
        self.start(None)
    }

    fn start(&self, images: Option<&Path>) -> Result<ProcessEngine, Error> {
        let name = leftovers::unique_name();
        let (lifeline_end, lifeline) = io::pipe().map_err(Error::io("creating a pipe"))?;
        let (ready_reader, ready_writer) = io::pipe().map_err(Error::io("creating a pipe"))?;
        let (log_reader, log_writer) = io::pipe().map_err(Error::io("creating a pipe"))?;
        let scratch = leftovers::scratch_directory(&name);
        let arguments: [&OsStr; 8] = [
            "sh".as_ref(),
            "-c".as_ref(),
            r#"eval "$DOCKTEST_SUPERVISOR""#.as_ref(),
            "docktest-supervisor".as_ref(),
            name.as_ref(),
            scratch.as_ref(),
            self.root.directory().as_os_str(),
            images.map_or(OsStr::new(""), Path::as_os_str),
        ];
        // In a session of its own: Ctrl-C is for this process only, and the engine must not have
        // this process's terminal.
        let supervisor = duct::cmd("setsid", arguments)
            .full_env(environment())
            .stdin_file(lifeline_end)
            .stdout_file(ready_writer)
            .stderr_file(log_writer)
            .unchecked()
            .start()
            .map_err(Error::io("starting `setsid`"))?;
        let mut engine =
            ProcessEngine::new(name, supervisor, lifeline, LogTail::follow(log_reader));
        engine.init = self.wait_for_init(&engine, ready_reader)?;
        Ok(engine)
    }

    /// Waits until the init prints its PID, which it does as soon as the daemon's socket exists.
    fn wait_for_init(&self, engine: &ProcessEngine, ready: PipeReader) -> Result<u32, Error> {
        let (sender, receiver) = mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(ready).read_line(&mut line);
            // After the time limit, there is no receiver any more.
            let _ = sender.send(read.map(|_| line));
        });
        loop {
            match receiver.recv_timeout(CANCEL_INTERVAL) {
                Ok(Ok(line)) => {
                    let died = |_| Error::Died { log: engine.log.after_end() };
                    return line.trim().parse().map_err(died);
                }
                Ok(Err(error)) => return Err(Error::io("reading from the engine")(error)),
                Err(_) => self.check(engine)?,
            }
        }
    }

    /// Waits until the daemon answers a request.
    fn wait_for_answer(&self, engine: &ProcessEngine) -> Result<(), Error> {
        let socket = engine.outside(Path::new("/run/docker.sock"));
        loop {
            match ping(&socket) {
                Ok(true) => return Ok(()),
                // The daemon is still reading its images.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // It is about to listen, or it has exited.
                Ok(false) | Err(_) => thread::sleep(RETRY_INTERVAL),
            }
            if engine.has_ended() {
                return Err(Error::Died { log: engine.log.after_end() });
            }
            self.check(engine)?;
        }
    }

    /// Fails if the start was cancelled or has taken too long.
    fn check(&self, engine: &ProcessEngine) -> Result<(), Error> {
        if self.canceller.is_cancelled() {
            return Err(Error::Cancelled);
        }
        if Instant::now() >= self.deadline {
            return Err(Error::NotReady { limit: self.limit, log: engine.log.text() });
        }
        Ok(())
    }
}

/// Whether the daemon behind a socket answers a request. Fails with `WouldBlock` if it accepts
/// connections, but does not answer within [`CANCEL_INTERVAL`].
fn ping(socket: &Path) -> io::Result<bool> {
    let mut stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(CANCEL_INTERVAL))?;
    stream.write_all(b"GET /_ping HTTP/1.0\r\n\r\n")?;
    Ok(stream.read(&mut [0; 16])? > 0)
}

/// The environment of the supervisor and of the engine. A daemon obeys many variables (TMPDIR,
/// `DOCKER_…`, `GO…`), and the caller's are not meant for it. Only the proxies are passed on, as the
/// daemon pulls images through them.
fn environment() -> Vec<(OsString, OsString)> {
    const PROXIES: [&str; 3] = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"];
    let proxies = PROXIES.into_iter().flat_map(|name| [name.to_owned(), name.to_lowercase()]);
    let kept = proxies.chain(["PATH".to_owned()]);
    let mut environment: Vec<(OsString, OsString)> =
        kept.filter_map(|name| Some((name.clone().into(), env::var_os(name)?))).collect();
    environment.push(("DOCKTEST_SUPERVISOR".into(), SUPERVISOR.into()));
    environment.push(("DOCKTEST_INIT".into(), INIT.into()));
    environment
}

#[cfg(test)]
mod tests {
    use std::os::unix::net::UnixListener;
    use std::{env, fs, process};

    use super::*;

    #[test]
    fn a_socket_that_accepts_is_not_an_answer_yet() {
        let socket = env::temp_dir().join(format!("docker-sandbox-ping-{}", process::id()));
        let listener = UnixListener::bind(&socket).unwrap();
        let refused = ping(Path::new("/nonexistent")).unwrap_err().kind();
        let silent = ping(&socket).unwrap_err().kind();
        let answering = thread::spawn(move || {
            // The first connection is that of the ping before.
            let (_silent, _) = listener.accept().unwrap();
            let (mut stream, _) = listener.accept().unwrap();
            stream.write_all(b"HTTP/1.0 200 OK\r\n").unwrap();
            // Closed without an answer, as by a daemon that exits.
            drop(listener.accept().unwrap());
        });
        let answered = ping(&socket).unwrap();
        let closed = ping(&socket).unwrap_or(false);
        answering.join().unwrap();
        fs::remove_file(&socket).unwrap();
        assert_eq!(refused, io::ErrorKind::NotFound);
        assert_eq!(silent, io::ErrorKind::WouldBlock);
        assert!(answered);
        assert!(!closed);
    }
}
