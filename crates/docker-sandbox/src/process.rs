//! The `process` engine: a `dockerd` in namespaces of its own.
//!
//! Three processes depend on each other. This one keeps a pipe open. The *supervisor*
//! (`supervisor.sh`), outside of the namespaces, waits until that pipe is closed, then kills the
//! *init* and removes what the kernel does not remove by itself. The *init* (`init.sh`) is the first
//! process of the PID namespace: when it exits, the kernel kills everything else in there, and the
//! mounts, interfaces and sockets of the other namespaces vanish with the last process. So nothing
//! has to be undone step by step, whatever state the engine is in:
//!
//! * this process ends in any way: the pipe is closed, and the supervisor cleans up;
//! * the supervisor is killed: the kernel kills `unshare`, and with it the init
//!   (`PR_SET_PDEATHSIG`, twice);
//! * the daemon exits: the init exits.
//!
//! Everything that the engine writes is in file systems in memory that are mounted in its own mount
//! namespace only, so there are no files to remove either.

use std::ffi::OsString;
use std::fs;
use std::io::PipeWriter;
use std::path::{Path, PathBuf};
use std::time::Duration;

use docker_cli::{Canceller, Docker};

use self::start::Start;
use crate::cgroup::ProcessGroup;
use crate::leftovers;
use crate::log_tail::LogTail;
use crate::terminal::{Session, Terminal};
use crate::{EngineRoot, Error};

mod start;

/// The PATH of what runs in the engine.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How long stopping waits for the supervisor to clean up. The supervisor continues on its own
/// after that.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// How long to wait for the last processes of an engine whose supervisor was killed to leave its
/// control groups.
const CLEANUP_LIMIT: Duration = Duration::from_secs(2);

/// A running engine. Dropping it stops it, and blocks until nothing of it is left.
#[derive(Debug)]
pub struct ProcessEngine {
    name: String,
    pub(crate) init: u32,
    supervisor: duct::Handle,
    /// The supervisor ends the engine when this is closed.
    lifeline: Option<PipeWriter>,
    pub(crate) log: LogTail,
}

impl ProcessEngine {
    /// An engine whose first process is not known yet.
    pub(crate) fn new(
        name: String,
        supervisor: duct::Handle,
        lifeline: PipeWriter,
        log: LogTail,
    ) -> Self {
        Self { name, init: 0, supervisor, lifeline: Some(lifeline), log }
    }

    /// Starts an engine, and returns once its daemon accepts requests.
    ///
    /// # Errors
    /// When this process is not root, when a program is missing, or when the engine exits or does
    /// not answer within `limit`.
    pub fn start(root: &EngineRoot, limit: Duration) -> Result<Self, Error> {
        Self::start_cancellable(&Canceller::new(), root, limit)
    }

    /// As [`Self::start`], but stops waiting when `canceller` is cancelled.
    ///
    /// # Errors
    /// As [`Self::start`], and [`Error::Cancelled`].
    pub fn start_cancellable(
        canceller: &Canceller,
        root: &EngineRoot,
        limit: Duration,
    ) -> Result<Self, Error> {
        Self::start_with_images(canceller, root, None, limit)
    }

    /// As [`Self::start_cancellable`], with the images that another engine from the same root has
    /// saved in a directory ([`Self::keep_images`]). The directory is only read.
    ///
    /// If the engine does not start with these images, it is started without any: a damaged directory
    /// costs time, and does not make every later start fail. Check that the images are there.
    ///
    /// # Errors
    /// As [`Self::start_cancellable`].
    pub fn start_with_images(
        canceller: &Canceller,
        root: &EngineRoot,
        images: Option<&Path>,
        limit: Duration,
    ) -> Result<Self, Error> {
        root.check()?;
        leftovers::remove_abandoned();
        let start = Start::new(canceller, root, limit);
        match images.map(|images| start.with_images(images)) {
            None | Some(Err(Error::Died { .. })) => start.without_images(),
            Some(result) => result,
        }
    }

    /// The engine's name, unique on the machine. Its control groups have this name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The PID of the engine's first process on the machine. Killing this process ends the engine.
    pub fn init_pid(&self) -> u32 {
        self.init
    }

    /// The docker program of the engine, connected to its daemon. It does not inherit this process's
    /// environment.
    pub fn docker(&self) -> Docker {
        let mut words = self.entering();
        words.extend(["env", "-i", "HOME=/root"].map(OsString::from));
        words.push(format!("PATH={PATH}").into());
        Docker::new().through(words)
    }

    /// The words to put in front of a command to run it in the engine's namespaces, with this
    /// process's environment.
    pub fn entering(&self) -> Vec<OsString> {
        let pid = self.init.to_string();
        ["nsenter", "--target", &pid, "--mount", "--net", "--pid", "--uts", "--ipc", "--"]
            .map(OsString::from)
            .into()
    }

    /// The words to put in front of a command to run it in the engine as a member of `group`, in the
    /// engine's directory `directory`, with exactly this environment, in a session of its own.
    pub fn entering_group(
        &self,
        group: &ProcessGroup,
        directory: &Path,
        environment: &[(OsString, OsString)],
        session: Session,
    ) -> Vec<OsString> {
        const JOIN: &str = r#"echo 0 >"$1" && cd "$2" && shift 2 && exec "$@""#;
        let mut words = self.entering();
        words.extend(["sh", "-c", JOIN, "join"].map(OsString::from));
        words.push(group.procs_file().into());
        words.push(directory.into());
        words.extend(session.words().map(OsString::from));
        words.extend(["env", "-i"].map(OsString::from));
        words.extend(environment.iter().map(|(name, value)| {
            let mut pair = name.clone();
            pair.push("=");
            pair.push(value);
            pair
        }));
        words
    }

    /// Creates a terminal in the engine.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn terminal(&self, columns: u16, rows: u16) -> Result<Terminal, Error> {
        // A terminal has a name only in the file system in which it was created (each mount of devpts
        // is an instance of its own): for programs in the engine, one of the machine's would be
        // `not a tty`.
        let multiplexer = self.outside(Path::new("/dev/pts/ptmx"));
        Terminal::new(&multiplexer, columns, rows).map_err(Error::io("creating a terminal"))
    }

    /// Creates a control group for the processes of one step.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn process_group(&self, name: &str) -> Result<ProcessGroup, Error> {
        ProcessGroup::new(&self.name, name).map_err(Error::io("creating a control group"))
    }

    /// Copies the engine's images into a new directory, for [`Self::start_with_images`], which is
    /// faster than loading them from archives. No container may run, and no image may change, until
    /// this returns.
    ///
    /// # Errors
    /// When the directory exists, or the images cannot be copied.
    pub fn keep_images(&self, directory: &Path) -> Result<(), Error> {
        let data_root = self.outside(Path::new("/var/lib/docker"));
        fs::create_dir(directory).map_err(Error::io("creating a directory for images"))?;
        // The layers and their metadata; the daemon creates the rest of its data by itself.
        for part in ["image", "overlay2"] {
            duct::cmd!("cp", "-a", data_root.join(part), directory)
                .stdin_null()
                .stdout_null()
                .stderr_null()
                .run()
                .map_err(Error::io("copying images with `cp`"))?;
        }
        Ok(())
    }

    /// A directory on the machine that only this user can read; it is removed with the engine.
    pub fn scratch(&self) -> PathBuf {
        leftovers::scratch_directory(&self.name)
    }

    /// The path on the machine of an absolute path in the engine.
    pub fn outside(&self, inside: &Path) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.init));
        root.join(inside.strip_prefix("/").unwrap_or(inside))
    }

    /// Whether the engine is still running.
    pub fn is_running(&self) -> bool {
        // A process that exits leaves this namespace before its children are killed, and releases its
        // PID only afterwards: a caller who sees a child gone must not see the engine as running.
        fs::exists(format!("/proc/{}/ns/net", self.init)).unwrap_or(false)
            && self.has_daemon()
            && !self.has_ended()
    }

    /// Whether the supervisor has exited, which it does last.
    pub(crate) fn has_ended(&self) -> bool {
        !matches!(self.supervisor.try_wait(), Ok(None))
    }

    /// Whether the daemon is alive. If it is killed, docker fails and exits before the init has
    /// noticed.
    fn has_daemon(&self) -> bool {
        let file = self.outside(Path::new("/run/docker.pid"));
        // If something in the engine has removed the file, the init still notices.
        let Ok(pid) = fs::read_to_string(file) else { return true };
        let namespace = format!("/proc/{}/ns/net", pid.trim());
        fs::exists(self.outside(Path::new(&namespace))).unwrap_or(true)
    }

    /// The end of the daemons' log.
    pub fn log(&self) -> String {
        self.log.text()
    }
}

impl Drop for ProcessEngine {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // After a failure here, the supervisor continues on its own.
        let _ = self.supervisor.wait_timeout(STOP_LIMIT);
        // The supervisor may have been killed.
        leftovers::remove(&self.name, CLEANUP_LIMIT);
    }
}
