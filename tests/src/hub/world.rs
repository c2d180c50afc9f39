//! The namespaces of a hub, and the registry in them.

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::machine::eventually;

/// Where Debian's docker-registry listens, in the network namespace.
pub(crate) const REGISTRY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 5000);

/// The address of all that a hub serves. It is reserved for documentation (RFC 5737).
pub(crate) const ADDRESS: Ipv4Addr = Ipv4Addr::new(192, 0, 2, 1);

const SCRIPT: &str = include_str!("world.sh");

/// Namespaces with a registry. They end when this is dropped, or when this process ends.
#[derive(Debug)]
pub(crate) struct World {
    /// `unshare`. Its standard input is a pipe that only this process has open for writing.
    child: Child,
    /// The first process in the namespaces.
    pid: u32,
}

impl World {
    /// Makes the namespaces, in which `engine`, the root file system of engines, has the files of the
    /// directory `trust`.
    pub(crate) fn start(directory: &Path, engine: &Path) -> Self {
        for (name, content) in [
            ("hosts", "127.0.0.1 localhost\n".to_owned()),
            ("nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n".to_owned()),
            ("resolv.conf", format!("nameserver {ADDRESS}\n")),
            ("registry.yml", registry_config(&directory.join("storage"))),
        ] {
            fs::write(directory.join(name), content).unwrap();
        }
        for name in ["empty", "layer"] {
            fs::create_dir(directory.join(name)).unwrap();
        }
        let mut child = Command::new("unshare")
            .args(["--net", "--mount", "--pid", "--fork", "--kill-child=KILL"])
            .args(["sh", "-c", SCRIPT, "testsuite-hub"])
            .args([directory, Path::new(&format!("{ADDRESS}/24")), engine])
            // Ctrl-C is for the tests, which then end this.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start `unshare`: {error}"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let pid = line.trim().parse();
        let world = Self { child, pid: pid.expect("the script of a hub fails: are you root?") };
        world.wait_for_registry(&directory.join("registry.log"));
        world
    }

    fn wait_for_registry(&self, log: &Path) {
        let log = log.to_owned();
        let wait = move || {
            eventually("a registry that listens", || {
                let text = fs::read_to_string(&log).unwrap_or_default();
                assert!(!text.contains("not found"), "install docker-registry: {text}");
                TcpStream::connect(REGISTRY).is_ok()
            });
        };
        if let Err(panic) = self.run(wait).join() {
            std::panic::resume_unwind(panic);
        }
    }

    /// The words to put in front of a command to run it in the namespaces.
    pub(crate) fn entering(&self) -> [String; 4] {
        let namespace = |kind, name| format!("--{kind}=/proc/{}/ns/{name}", self.pid);
        ["nsenter".to_owned(), namespace("net", "net"), namespace("mount", "mnt"), "--".to_owned()]
    }

    /// Runs a function in a new thread in the network namespace. So do the threads that it starts, and
    /// sockets that they create stay in there.
    pub(crate) fn run<T: Send + 'static>(
        &self,
        function: impl FnOnce() -> T + Send + 'static,
    ) -> JoinHandle<T> {
        let namespace = File::open(format!("/proc/{}/ns/net", self.pid)).unwrap();
        thread::spawn(move || {
            move_into_link_name_space(namespace.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
            drop(namespace);
            function()
        })
    }
}

impl Drop for World {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        // It exits at the end of its input, and the kernel kills what else is in the PID namespace.
        let _ = self.child.wait();
    }
}

/// The configuration of docker-registry for this directory.
pub(crate) fn registry_config(storage: &Path) -> String {
    format!(
        "version: 0.1\n\
         log: {{level: warn, accesslog: {{disabled: true}}}}\n\
         storage: {{filesystem: {{rootdirectory: {storage:?}}}}}\n\
         http: {{addr: \"{REGISTRY}\"}}\n"
    )
}
