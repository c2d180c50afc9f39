//! chromedriver, as a child process.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process_group};

/// A chromedriver of our own on a port that was free. It ends with this value, also when a test
/// panics.
#[derive(Debug)]
pub(crate) struct Chromedriver {
    child: Child,
    port: u16,
}

impl Chromedriver {
    pub(crate) fn start() -> Self {
        let mut command = Command::new("chromedriver");
        command.arg("--port=0").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A group of its own, so that all of it can be ended.
        let child = command.process_group(0).spawn().unwrap_or_else(|error| {
            panic!("cannot start chromedriver ({error}): run `cargo xtask test --only browser`")
        });
        let mut driver = Self { child, port: 0 };
        let stdout = driver.child.stdout.take().unwrap();
        let lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let port = lines.filter_map(|line| port_in(&line)).next();
        driver.port = port.expect("chromedriver says on which port it listens");
        driver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }
}

impl Drop for Chromedriver {
    fn drop(&mut self) {
        if let Some(group) = Pid::from_raw(self.child.id().cast_signed()) {
            // Nobody is left to be told that it has ended before.
            let _ = kill_process_group(group, Signal::KILL);
        }
        let _ = self.child.wait();
    }
}

/// The port in the line in which chromedriver says that it has started.
fn port_in(line: &str) -> Option<u16> {
    let (_, port) = line.split_once("started successfully on port ")?;
    port.trim_end_matches('.').parse().ok()
}
