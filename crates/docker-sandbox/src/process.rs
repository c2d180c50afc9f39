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
//! None of this needs the machine's own root: in a user namespace (see [`crate::enter`]), it is the same, except that
//! control groups may be missing.
//!
//! Everything that the engine writes is in file systems in memory that are mounted in its own mount
//! namespace only, so there are no files to remove either. (The daemon's data can be on disk, if a caller
//! wants to have them afterwards.)

use std::fs::{self, File};
use std::io::{self, PipeWriter};
use std::net::{Ipv4Addr, TcpListener};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use docker_cli::Canceller;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::statvfs;
use rustix::process::Pid;

use self::start::Start;
use crate::cgroup::Place;
use crate::daemon::Daemon;
use crate::leftovers;
use crate::log_tail::LogTail;
use crate::memory::MemoryLimit;
use crate::process_group::ProcessGroup;
use crate::process_limit::ProcessLimit;
use crate::terminal::Terminal;
use crate::{EngineOptions, Error, processes, system};

mod entering;
mod settings;
mod start;

/// The PATH of what runs in the engine.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Where the engine's file systems are to which steps and containers write.
const FILE_SYSTEMS: [&str; 7] =
    ["/", "/dev/shm", "/lab", "/root", "/run", "/tmp", "/var/lib/docker"];

/// How long stopping waits for the supervisor to clean up. The supervisor continues on its own
/// after that.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// As [`STOP_LIMIT`], for the kernel to end the last process of an engine.
const STOP_TIME: Timespec = Timespec { tv_sec: 10, tv_nsec: 0 };

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
    memory: Option<MemoryLimit>,
    processes: Option<ProcessLimit>,
    /// Says that the root file system is in use. Closed last, when nothing of the engine is left.
    _root: Option<File>,
}

impl ProcessEngine {
    /// An engine whose first process is not known yet.
    pub(crate) fn new(
        name: String,
        supervisor: duct::Handle,
        lifeline: PipeWriter,
        log: LogTail,
    ) -> Self {
        let lifeline = Some(lifeline);
        Self {
            name,
            init: 0,
            supervisor,
            lifeline,
            log,
            memory: None,
            processes: None,
            _root: None,
        }
    }

    /// Starts an engine. Returns once its daemon accepts requests; if it begins with images, once it has
    /// read them.
    ///
    /// # Errors
    /// When [`EngineRoot::check`](crate::EngineRoot::check) fails, an image is missing, the engine exits or does
    /// not answer within the time limit, or `canceller` is cancelled.
    pub fn start(options: &EngineOptions<'_>, canceller: &Canceller) -> Result<Self, Error> {
        let root = options.root.lock();
        options.root.check()?;
        leftovers::remove_abandoned();
        let mut engine = Start::new(options, canceller).run()?;
        engine._root = root;
        Ok(engine)
    }

    /// The engine's name, unique on the machine. Its control groups have this name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The PID of the engine's first process on the machine. Killing this process ends the engine.
    pub fn init_pid(&self) -> u32 {
        self.init
    }

    /// The engine's daemon, to be asked without starting a program.
    pub fn daemon(&self) -> Daemon {
        Daemon::new(self.socket())
    }

    fn socket(&self) -> PathBuf {
        self.outside(Path::new("/run/docker.sock"))
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

    /// Creates a group for the processes of one step: a control group with this name, where there are any.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn process_group(&self, name: &str) -> Result<ProcessGroup, Error> {
        let group = match Place::get().of_steps(&self.name) {
            Some(directory) => ProcessGroup::in_control_group(directory.join(name)),
            None => ProcessGroup::marked(self.init),
        };
        group.map_err(Error::io("creating a group of processes"))
    }

    /// Listens on a port of the engine's loopback, for this process: what connects to that port in the
    /// engine is accepted here. Port 0 is one that is free.
    ///
    /// # Errors
    /// When the engine has ended, or the port is in use in it.
    pub fn listen(&self, port: u16) -> io::Result<TcpListener> {
        let network = File::open(format!("/proc/{}/ns/net", self.init))?;
        // A thread has its network namespace for itself, and a socket stays in that of the thread which
        // created it.
        let thread =
            thread::Builder::new().name("docktest-listen".to_owned()).spawn(move || {
                system::enter_network(network.as_fd())?;
                TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            })?;
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the thread has panicked")))
    }

    /// Whether something in the engine was killed because everything in it together needed more memory
    /// than [`EngineOptions::memory`]. `false` without such a limit, and for a container that exceeded a
    /// limit of its own. It is still known when the engine has ended.
    pub fn memory_exceeded(&self) -> bool {
        self.memory.as_ref().is_some_and(MemoryLimit::is_exceeded)
    }

    /// Whether something in the engine was refused a process because everything in it together had as many as
    /// [`EngineOptions::processes`] allows. `false` without such a limit, and for a container that has hit a limit of
    /// its own. It is still known when the engine has ended.
    pub fn processes_exceeded(&self) -> bool {
        self.processes.as_ref().is_some_and(ProcessLimit::is_exceeded)
    }

    /// The size in bytes of one of the engine's file systems that has no space left; `None` if all of them have. See
    /// [`EngineOptions::disk`].
    pub fn full_file_system(&self) -> Option<u64> {
        let all =
            FILE_SYSTEMS.iter().filter_map(|path| statvfs(self.outside(Path::new(path))).ok());
        let mut full = all.filter(|space| space.f_blocks > 0 && space.f_bavail == 0);
        full.next().map(|space| space.f_blocks.saturating_mul(space.f_frsize))
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

    /// The PIDs on the machine of the engine's daemons and of all processes in its containers. Those that
    /// were started through [`Self::entering`] are not among them.
    pub fn processes(&self) -> Vec<Pid> {
        processes::descendants(self.init)
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
        let init = Pid::from_raw(self.init.cast_signed());
        let init = init.and_then(|pid| processes::exit_of(pid).ok());
        drop(self.lifeline.take());
        // After a failure here, the supervisor continues on its own.
        let _ = self.supervisor.wait_timeout(STOP_LIMIT);
        // If the supervisor was killed, no other process thaws frozen ones, and the first one waits for them.
        leftovers::thaw(&self.name);
        // The supervisor waits for its child only. The first process of the engine is gone once all others are.
        if let Some(init) = init {
            let _ = poll(&mut [PollFd::new(&init, PollFlags::IN)], Some(&STOP_TIME));
        }
        // The supervisor may have been killed.
        leftovers::remove(&self.name, CLEANUP_LIMIT);
    }
}
