//! Serves clones of repositories to the steps, for machines that cannot reach GitHub.

use std::ffi::OsString;
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use duct::Handle;

/// How long the server may take to listen.
const START_LIMIT: Duration = Duration::from_secs(10);

/// A running `git daemon`. It ends when this is dropped.
pub(super) struct Server {
    daemon: Handle,
    address: SocketAddr,
}

impl Server {
    /// Serves the repositories below a directory: `OWNER/NAME.git`.
    pub(super) fn start(directory: &Path) -> Result<Self> {
        let directory = directory
            .canonicalize()
            .with_context(|| format!("cannot find {}", directory.display()))?;
        let address = free_address()?;
        let path = duct::cmd!("git", "--exec-path").read().context("cannot run git")?;
        let words = [
            "--reuseaddr".to_owned(),
            "--export-all".to_owned(),
            format!("--listen={}", address.ip()),
            format!("--port={}", address.port()),
            format!("--base-path={}", directory.display()),
        ];
        // Without git in between, and so that it ends with this process in whatever way.
        let words = words.map(OsString::from).into_iter();
        let program = PathBuf::from(path).join("git-daemon").into_os_string();
        let dies = ["--pdeathsig", "KILL"].map(OsString::from);
        let program = duct::cmd("setpriv", dies.into_iter().chain([program]).chain(words));
        let daemon = program.stdin_null().stderr_null().unchecked().start();
        let server = Self { daemon: daemon.context("cannot start `git daemon`")?, address };
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(address).is_err() {
            if Instant::now() > deadline || server.daemon.try_wait()?.is_some() {
                bail!("`git daemon` does not listen on {address}");
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// The variables with which git asks this server instead of GitHub.
    pub(super) fn environment(&self) -> [(&'static str, String); 3] {
        [
            ("GIT_CONFIG_COUNT", "1".to_owned()),
            ("GIT_CONFIG_KEY_0", format!("url.git://{}/.insteadOf", self.address)),
            ("GIT_CONFIG_VALUE_0", "https://github.com/".to_owned()),
        ]
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails only if it has ended.
        let _ = self.daemon.kill();
    }
}

/// Returns an address of this machine that engines reach: they have no way to its loopback.
fn free_address() -> Result<SocketAddr> {
    // Nothing is sent: this only asks for the address that would be used. 192.0.2.0/24 is for documentation.
    let socket = UdpSocket::bind("0.0.0.0:0").context("cannot make a socket")?;
    let connected = socket.connect("192.0.2.1:9").and_then(|()| socket.local_addr());
    let ip: IpAddr = connected.context("this machine has no network")?.ip();
    let listener = TcpListener::bind((ip, 0)).context("cannot listen")?;
    listener.local_addr().context("cannot listen")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_is_cloned_in_place_of_githubs() {
        let root = tempfile::tempdir().unwrap();
        let git = |words: &[&str]| {
            let command = duct::cmd("git", words).dir(root.path()).stdout_null().stderr_null();
            let name = command.env("GIT_AUTHOR_NAME", "a").env("GIT_COMMITTER_NAME", "a");
            name.env("GIT_AUTHOR_EMAIL", "a@b").env("GIT_COMMITTER_EMAIL", "a@b")
        };
        git(&["init", "-q", "owner/name.git"]).run().unwrap();
        git(&["-C", "owner/name.git", "commit", "-q", "--allow-empty", "-m", "first"])
            .run()
            .unwrap();
        let server = Server::start(root.path()).unwrap();
        for (number, suffix) in ["", ".git"].iter().enumerate() {
            let url = format!("https://github.com/owner/name{suffix}");
            let mut clone = git(&["clone", "-q", &url, &format!("clone{number}")]);
            for (name, value) in server.environment() {
                clone = clone.env(name, value);
            }
            clone.run().unwrap();
        }
        let address = server.address;
        drop(server);
        // A process that has served a clone can still be about to end.
        let deadline = Instant::now() + START_LIMIT;
        while TcpStream::connect(address).is_ok() {
            assert!(Instant::now() < deadline, "it still listens");
            thread::sleep(Duration::from_millis(20));
        }
    }
}
