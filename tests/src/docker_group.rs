//! A Docker that the members of a group may use, like those of the group `docker`.

use std::fs::{self, Permissions};
use std::io;
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use tempfile::TempDir;

use crate::engine::Engine;
use crate::user::succeed;

/// A group with a socket of its own, whose connections are passed on to an engine: the engine's socket cannot be
/// reached by others than root. The group is removed when this is dropped.
#[derive(Debug)]
pub struct DockerGroup {
    name: String,
    directory: TempDir,
}

impl DockerGroup {
    /// A new group for an engine.
    pub fn of(engine: &Engine) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("docker-{}-{count}", std::process::id());
        succeed(Command::new("groupadd").arg(&name));
        let directory = TempDir::with_prefix("testsuite-").unwrap();
        fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).unwrap();
        let group = Self { name, directory };
        let socket = group.socket();
        let listener = UnixListener::bind(&socket).unwrap();
        succeed(Command::new("chgrp").arg(&group.name).arg(&socket));
        fs::set_permissions(&socket, Permissions::from_mode(0o660)).unwrap();
        let engine = engine.socket();
        // It ends with the process of the tests.
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let engine = engine.clone();
                thread::spawn(move || pass_on(&client, &engine));
            }
        });
        group
    }

    /// The group's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The address of the daemon, for `DOCKER_HOST`.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    fn socket(&self) -> PathBuf {
        self.directory.path().join("docker.sock")
    }
}

impl Drop for DockerGroup {
    fn drop(&mut self) {
        let _ = Command::new("groupdel").arg(&self.name).output();
    }
}

/// Passes everything on in both directions. Docker closes them one by one.
fn pass_on(client: &UnixStream, engine: &Path) {
    // The engine may have ended.
    let Ok(engine) = UnixStream::connect(engine) else { return };
    thread::scope(|scope| {
        scope.spawn(|| pour(client, &engine));
        pour(&engine, client);
    });
}

fn pour(mut from: &UnixStream, mut to: &UnixStream) {
    // Either side may have gone.
    let _ = io::copy(&mut from, &mut to);
    let _ = to.shutdown(Shutdown::Write);
}
