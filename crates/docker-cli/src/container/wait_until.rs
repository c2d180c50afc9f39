//! Waiting until a container is ready.

mod sockets;

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use super::{Container, State};
use crate::command::DockerCommand;
use crate::docker::Docker;
use crate::error::{Error, NotReady};
use crate::port::Publication;
use crate::stream::Line;

/// How long to wait before looking again. A call of docker takes some ten milliseconds.
const INTERVAL: Duration = Duration::from_millis(100);
/// How long each call may take if less than this is left, so that the last look is not cut short.
const CALL_LIMIT: Duration = Duration::from_secs(5);
/// How long an accepted connection must stay open: the proxy in front of a published port closes it
/// as soon as the container refuses it, which takes less than a millisecond.
const STAYS_OPEN: Duration = Duration::from_millis(100);
/// How many lines [`NotReady`] repeats.
const LAST_LINES: usize = 10;

/// Waits until a container is ready; see [`Containers::wait_until`](super::Containers::wait_until).
///
/// ```no_run
/// # fn main() -> Result<(), docker_cli::Error> {
/// use std::time::Duration;
/// use docker_cli::{Docker, DockerCommand};
///
/// let docker = Docker::new();
/// let db = docker.container().run("postgres").env("POSTGRES_PASSWORD", "x").detach().guard()?;
/// docker.container().wait_until(&db, Duration::from_secs(30)).listens(5432)?;
/// # Ok(())
/// # }
/// ```
///
/// Each method returns as soon as it is known that the container will not become ready, because it
/// has ended. The error is [`Error::NotReady`] then, and when the time is up; it says what was found
/// instead. A daemon that does not answer is [`Error::Timeout`], five seconds after the limit at most.
#[derive(Clone, Debug)]
#[must_use = "its methods wait"]
pub struct WaitUntil {
    docker: Docker,
    container: OsString,
    limit: Duration,
}

impl WaitUntil {
    pub(super) fn new(docker: &Docker, container: impl AsRef<OsStr>, limit: Duration) -> Self {
        Self { docker: docker.clone(), container: container.as_ref().to_owned(), limit }
    }

    /// Waits until the health check of the container has succeeded. Returns the container.
    ///
    /// As with `docker compose up --wait`, it is an error at once if docker calls the container
    /// unhealthy, which it does after several failed checks (`health_retries`).
    ///
    /// # Errors
    ///
    /// [`Error::NotReady`], also if the container has no health check, and those of every call.
    pub fn healthy(&self) -> Result<Container, Error> {
        self.poll("a successful health check", |_, container| {
            let health = container.state.health.as_ref();
            let status = health.map_or("", |health| health.status.as_str());
            Ok(match status {
                "healthy" => Look::Ready(container),
                "" | "none" => Look::Never("it has no health check".to_owned()),
                "unhealthy" => Look::Never(last_check(&container.state)),
                _ => Look::NotYet(last_check(&container.state)),
            })
        })
    }

    /// Waits until the container has printed a line that contains `text`, on standard output or
    /// error, since it was created. Returns the line.
    ///
    /// # Errors
    ///
    /// [`Error::NotReady`], and those of every call.
    pub fn prints(&self, text: &str) -> Result<Line, Error> {
        self.line(&format!("a line with `{text}`"), |line| line.text().contains(text))
    }

    /// Waits until the container has printed a line for which `is_it` returns true. Returns the
    /// line. If the daemon restarts the container, `is_it` gets its first lines again.
    ///
    /// # Errors
    ///
    /// [`Error::NotReady`], and those of every call.
    pub fn prints_line(&self, is_it: impl FnMut(&Line) -> bool) -> Result<Line, Error> {
        self.line("a line", is_it)
    }

    /// Waits until a program in the container listens on a TCP port, published or not. Returns the
    /// container.
    ///
    /// This asks the kernel from inside of the container, so it works wherever the daemon runs. The
    /// image must have `cat`; if it has not, use [`accepts`](Self::accepts).
    ///
    /// # Errors
    ///
    /// [`Error::NotReady`], and those of every call; [`Error::Daemon`] if the image has no `cat`.
    pub fn listens(&self, port: u16) -> Result<Container, Error> {
        self.poll(&format!("a program that listens on port {port}"), |docker, container| {
            if !container.state.running {
                return Ok(Look::NotYet("it is not running".to_owned()));
            }
            let words = ["cat", "/proc/net/tcp", "/proc/net/tcp6"];
            let table = match docker.container().exec(&container.id, words).call() {
                Ok(output) => output.stdout,
                // Without IPv6, the second file is missing.
                Err(Error::Exit(failure)) => failure.stdout,
                Err(error) => return Err(error),
            };
            let ports = sockets::listening(&String::from_utf8_lossy(&table));
            if ports.contains(&port) {
                return Ok(Look::Ready(container));
            }
            let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
            Ok(Look::NotYet(match ports.as_slice() {
                [] => "no program listens".to_owned(),
                ports => format!("found only {}", ports.join(", ")),
            }))
        })
    }

    /// Waits until a published TCP port accepts connections from this process. Returns the address.
    ///
    /// The daemon must be on this machine and publish ports in the network of this process. A
    /// connection counts if it stays open for a tenth of a second or brings data: docker's proxy
    /// accepts it before the container does, and then closes it.
    ///
    /// # Errors
    ///
    /// [`Error::NotReady`], also if the port is not published, and those of every call.
    pub fn accepts(&self, port: u16) -> Result<SocketAddr, Error> {
        self.poll(&format!("connections to port {port}"), |_, container| {
            let Some(address) = container.published(port).and_then(address) else {
                let reason = "it is not published".to_owned();
                let is_final = container.state.running;
                return Ok(if is_final { Look::Never(reason) } else { Look::NotYet(reason) });
            };
            Ok(match connect(address) {
                Ok(()) => Look::Ready(address),
                Err(error) => Look::NotYet(format!("{address} does not answer: {error}")),
            })
        })
    }

    /// Inspects the container until `look` finds it ready, it has ended, or the time is up.
    fn poll<T>(
        &self,
        awaited: &str,
        mut look: impl FnMut(&Docker, Container) -> Result<Look<T>, Error>,
    ) -> Result<T, Error> {
        let started = Instant::now();
        loop {
            let docker = self.docker.clone().timeout(self.left(started).max(CALL_LIMIT));
            let container = self.inspect(&docker)?;
            let late = self.left(started).is_zero();
            let failed = |reason: String| self.not_ready(&docker, awaited, reason);
            if has_ended(&container.state) {
                return Err(failed(String::new())
                    .ended(container.state.exit_code, container.state.error.clone())
                    .into());
            }
            match look(&docker, container) {
                Ok(Look::Ready(found)) => return Ok(found),
                Ok(Look::Never(reason)) => return Err(failed(reason).into()),
                Ok(Look::NotYet(reason)) if late => {
                    return Err(failed(reason).after(self.limit).into());
                }
                Ok(Look::NotYet(_)) => {}
                // It may have ended in the meantime.
                Err(error) => match self.inspect(&docker) {
                    Ok(container) if has_ended(&container.state) => {}
                    _ => return Err(error),
                },
            }
            thread::sleep(INTERVAL.min(self.left(started)));
        }
    }

    fn line(&self, awaited: &str, mut is_it: impl FnMut(&Line) -> bool) -> Result<Line, Error> {
        let started = Instant::now();
        loop {
            let mut last = VecDeque::new();
            let logs = self.docker.container().logs(&self.container).follow();
            for line in logs.timeout(self.left(started).max(INTERVAL)).stream()? {
                match line {
                    Ok(line) if is_it(&line) => return Ok(line),
                    Ok(line) => {
                        last.push_back(line.text().into_owned());
                        if last.len() > LAST_LINES {
                            last.pop_front();
                        }
                    }
                    Err(Error::Timeout { .. }) => {}
                    Err(error) => return Err(error),
                }
            }
            let failed = || NotReady::new(self.name(), awaited, Vec::from(last));
            if self.left(started).is_zero() {
                return Err(failed().after(self.limit).into());
            }
            // It has ended, or was not started yet, or is being restarted.
            let docker = self.docker.clone().timeout(self.left(started).max(CALL_LIMIT));
            let state = self.inspect(&docker)?.state;
            if has_ended(&state) {
                return Err(failed().ended(state.exit_code, state.error.clone()).into());
            }
            thread::sleep(INTERVAL.min(self.left(started)));
        }
    }

    fn inspect(&self, docker: &Docker) -> Result<Container, Error> {
        let found = docker.container().inspect([&self.container]).call()?.into_iter().next();
        found.ok_or_else(|| NotReady::new(self.name(), "its description", Vec::new()).into())
    }

    /// With the last lines that the container has printed.
    fn not_ready(&self, docker: &Docker, awaited: &str, reason: String) -> NotReady {
        let logs = docker.container().logs(&self.container).tail(LAST_LINES as i64);
        // Without lines, the reason still helps: not every log driver can be read.
        let lines = logs.output().map(|output| {
            let both = [output.stdout_text(), output.stderr_text()].concat();
            both.lines().map(str::to_owned).collect()
        });
        NotReady::new(self.name(), awaited, lines.unwrap_or_default()).because(reason)
    }

    fn name(&self) -> String {
        self.container.to_string_lossy().into_owned()
    }

    fn left(&self, started: Instant) -> Duration {
        self.limit.saturating_sub(started.elapsed())
    }
}

/// What a look at a container found.
enum Look<T> {
    Ready(T),
    NotYet(String),
    /// More time does not help.
    Never(String),
}

fn has_ended(state: &State) -> bool {
    matches!(state.status.as_str(), "exited" | "dead" | "removing")
}

fn last_check(state: &State) -> String {
    let checks = state.health.iter().flat_map(|health| &health.log);
    match checks.last() {
        Some(check) => {
            let output = check.output.trim();
            let separator = if output.is_empty() { "" } else { ": " };
            format!("the last one exited with {}{separator}{output}", check.exit_code)
        }
        None => "none has ended".to_owned(),
    }
}

/// The address of this machine for a port that is published on it.
fn address(publication: &Publication) -> Option<SocketAddr> {
    let address = match publication.address {
        None => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some(IpAddr::V4(address)) if address.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        Some(IpAddr::V6(address)) if address.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        Some(address) => address,
    };
    Some(SocketAddr::new(address, publication.host_port?))
}

/// Connects, and checks that the connection is not closed at once.
fn connect(address: SocketAddr) -> io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&address, CALL_LIMIT)?;
    stream.set_read_timeout(Some(STAYS_OPEN))?;
    match stream.read(&mut [0]) {
        Ok(0) => Err(io::Error::new(io::ErrorKind::ConnectionAborted, "it closes connections")),
        Ok(_) => Ok(()),
        Err(error)
            if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) =>
        {
            Ok(())
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests;
