//! chromedriver, as a child process.

use std::io::{BufRead, BufReader, Read};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// Longer than chromedriver needs to start on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(180);

/// A chromedriver on a free port. It ends when this is dropped, also when a test panics.
#[derive(Debug)]
pub(crate) struct Chromedriver {
    child: Child,
    port: u16,
}

impl Chromedriver {
    pub(crate) fn start() -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // In a process group of its own, so that the browser ends with it.
        let child = command.process_group(0).spawn().unwrap_or_else(|error| {
            panic!("cannot start chromedriver ({error}): run `cargo xtask test --only browser`")
        });
        let mut driver = Self { child, port: 0 };
        let stdout = driver.child.stdout.take().unwrap();
        driver.port = first_port(stdout, START_LIMIT).unwrap_or_else(|error| match error {
            RecvTimeoutError::Timeout => {
                panic!("chromedriver did not print its port within {START_LIMIT:?}")
            }
            RecvTimeoutError::Disconnected => panic!("chromedriver exited without printing a port"),
        });
        driver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()) {
            // Fails only if all of its processes have ended.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// Waits for the first port in a chromedriver's output. A thread reads the output to its end, as a
/// process whose pipe is full stops, and one whose pipe is closed dies when it writes.
fn first_port(
    output: impl Read + Send + 'static,
    limit: Duration,
) -> Result<u16, RecvTimeoutError> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let lines = BufReader::new(output).split(b'\n').map_while(Result::ok);
        for port in lines.filter_map(|line| port_in(&String::from_utf8_lossy(&line))) {
            // After the first port or the limit, there is no receiver any more.
            let _ = sender.send(port);
        }
    });
    receiver.recv_timeout(limit)
}

/// The port in the line that chromedriver prints once it has started.
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}

#[cfg(test)]
mod tests {
    use std::io::{Write, pipe};

    use super::*;

    #[test]
    fn output_is_read_after_the_port() {
        let (reader, mut writer) = pipe().unwrap();
        writer
            .write_all(b"Starting\nChromeDriver was started successfully on port 4444.\n")
            .unwrap();
        assert_eq!(first_port(reader, START_LIMIT), Ok(4444));
        // More than a pipe holds; this would fail or block if nothing read it.
        writer.write_all(&b"[INFO] \xff a line of the log\n".repeat(1 << 16)).unwrap();
    }

    #[test]
    fn waiting_for_the_port_ends() {
        let (reader, mut writer) = pipe().unwrap();
        writer.write_all(b"Starting\n").unwrap();
        let limit = Duration::from_millis(10);
        assert_eq!(first_port(reader, limit), Err(RecvTimeoutError::Timeout));

        let (reader, writer) = pipe().unwrap();
        drop(writer);
        assert_eq!(first_port(reader, START_LIMIT), Err(RecvTimeoutError::Disconnected));
    }
}
