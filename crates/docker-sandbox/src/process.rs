//! The `process` engine: a `dockerd` in namespaces of its own.
//!
//! Three processes hold each other. This one keeps a pipe open. The *supervisor*
//! (`supervisor.sh`), outside of the namespaces, waits for that pipe to close, kills the *init*
//! and removes what the kernel does not free by itself. The *init* (`init.sh`) is the first
//! process of the PID namespace: when it dies, whatever else runs in there is killed by the
//! kernel, and the mounts, interfaces and sockets of the other namespaces go with the last
//! process. So nothing has to be undone step by step, in whatever state it is:
//!
//! * this process ends in any way: the pipe closes, the supervisor does its work;
//! * the supervisor is killed: the kernel kills `unshare`, and with it the init
//!   (`PR_SET_PDEATHSIG`, twice);
//! * the daemon ends: the init ends.
//!
//! Everything the engine writes is in memory file systems that only its own mount namespace
//! knows, so there is no file to remove either.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use docker_cli::{Canceller, Docker};

use crate::cgroup::ProcessGroup;
use crate::leftovers;
use crate::terminal::{Session, Terminal};
use crate::{EngineRoot, Error};

const SUPERVISOR: &str = include_str!("supervisor.sh");
const INIT: &str = include_str!("init.sh");

/// The PATH of whatever runs inside.
pub const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// How much of the engine's log is kept, for the message when it fails.
const LOG_TAIL: usize = 16 * 1024;

/// How often a cancelled start is noticed.
const CANCEL_INTERVAL: Duration = Duration::from_millis(50);

/// How long stopping waits for the supervisor to tidy up. It goes on by itself afterwards.
const STOP_LIMIT: Duration = Duration::from_secs(10);

/// How long the processes of an engine whose supervisor was killed may keep its control groups.
const TIDY_LIMIT: Duration = Duration::from_secs(2);

/// A running engine. Dropping it stops it, and waits until nothing is left of it.
#[derive(Debug)]
pub struct ProcessEngine {
    name: String,
    init: u32,
    supervisor: duct::Handle,
    /// Open for as long as the engine is wanted.
    lifeline: Option<PipeWriter>,
    log: LogTail,
}

impl ProcessEngine {
    /// Starts an engine and waits until it answers.
    ///
    /// # Errors
    /// When something that this takes is missing, or when the engine ends or does not answer
    /// within `limit`.
    pub fn start(root: &EngineRoot, limit: Duration) -> Result<Self, Error> {
        Self::start_unless(&Canceller::new(), root, limit)
    }

    /// As [`Self::start`], and gives up when it is cancelled.
    ///
    /// # Errors
    /// As [`Self::start`], and [`Error::Cancelled`].
    pub fn start_unless(
        canceller: &Canceller,
        root: &EngineRoot,
        limit: Duration,
    ) -> Result<Self, Error> {
        Self::start_with_images(canceller, root, None, limit)
    }

    /// As [`Self::start_unless`], with the images that another engine from the same root has kept in a
    /// directory ([`Self::keep_images`]). It is only read.
    ///
    /// # Errors
    /// As [`Self::start_unless`].
    pub fn start_with_images(
        canceller: &Canceller,
        root: &EngineRoot,
        images: Option<&Path>,
        limit: Duration,
    ) -> Result<Self, Error> {
        root.check()?;
        leftovers::remove_abandoned();
        let deadline = Instant::now() + limit;
        let name = leftovers::unique_name();

        let (lifeline_end, lifeline) = io::pipe().map_err(Error::io("making a pipe"))?;
        let (told, telling) = io::pipe().map_err(Error::io("making a pipe"))?;
        let (logged, logging) = io::pipe().map_err(Error::io("making a pipe"))?;
        let scratch = leftovers::scratch_directory(&name);
        let arguments: [&OsStr; 8] = [
            "sh".as_ref(),
            "-c".as_ref(),
            r#"eval "$DOCKTEST_SUPERVISOR""#.as_ref(),
            "docktest-supervisor".as_ref(),
            name.as_ref(),
            scratch.as_ref(),
            root.directory().as_os_str(),
            images.map_or(OsStr::new(""), Path::as_os_str),
        ];
        // In a session of its own: Ctrl-C is for this process, and the terminal is no business of
        // what runs in the engine.
        let supervisor = duct::cmd("setsid", arguments)
            .full_env(environment())
            .stdin_file(lifeline_end)
            .stdout_file(telling)
            .stderr_file(logging)
            .unchecked()
            .start()
            .map_err(Error::io("starting `setsid`"))?;
        let mut engine = Self {
            name,
            init: 0,
            supervisor,
            lifeline: Some(lifeline),
            log: LogTail::follow(logged),
        };
        engine.init = engine.wait_for_socket(told, canceller, deadline, limit)?;
        Ok(engine)
    }

    /// Waits for the init to say its PID, which it does once the daemon's socket is there. The
    /// daemon answers on it a little later, and until then lets the first request wait.
    fn wait_for_socket(
        &self,
        told: PipeReader,
        canceller: &Canceller,
        deadline: Instant,
        limit: Duration,
    ) -> Result<u32, Error> {
        let (sender, receiver) = std::sync::mpsc::channel();
        thread::spawn(move || {
            let mut line = String::new();
            let read = BufReader::new(told).read_line(&mut line);
            // Nobody listens any more once the limit is over.
            let _ = sender.send(read.map(|_| line));
        });
        loop {
            match receiver.recv_timeout(CANCEL_INTERVAL) {
                Ok(Ok(line)) => {
                    let died = |_| Error::Died { log: self.log.after_end() };
                    return line.trim().parse().map_err(died);
                }
                Ok(Err(error)) => return Err(Error::io("reading from the engine")(error)),
                Err(_) if canceller.is_cancelled() => return Err(Error::Cancelled),
                Err(_) if Instant::now() >= deadline => {
                    return Err(Error::NotReady { limit, log: self.log.text() });
                }
                Err(_) => {}
            }
        }
    }

    /// The engine's name, unique on the machine; its control groups are called so.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The PID of the engine's first process, as seen from outside. Killing it ends the engine.
    pub fn init_pid(&self) -> u32 {
        self.init
    }

    /// The docker program inside the engine, talking to its daemon. Nothing of this process's
    /// environment reaches it.
    pub fn docker(&self) -> Docker {
        let mut words = self.entering();
        words.extend(["env", "-i", "HOME=/root"].map(OsString::from));
        words.push(format!("PATH={PATH}").into());
        Docker::new().through(words)
    }

    /// The words that, put in front of a command, run it inside of the engine's namespaces, with
    /// this process's environment.
    pub fn entering(&self) -> Vec<OsString> {
        let pid = self.init.to_string();
        ["nsenter", "--target", &pid, "--mount", "--net", "--pid", "--uts", "--ipc", "--"]
            .map(OsString::from)
            .into()
    }

    /// The words that, put in front of a command, run it inside as a member of `group`, in
    /// `directory` of the engine, with nothing but `environment`, in a session of its own.
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
        words.push(group.door().into());
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

    /// A new terminal of the engine's own.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn terminal(&self, columns: u16, rows: u16) -> Result<Terminal, Error> {
        // A terminal has a name only in the file system in which it was made (devpts has one
        // instance for each mount): made in the machine's, it would be `not a tty` in here.
        let multiplexer = self.outside(Path::new("/dev/pts/ptmx"));
        Terminal::new(&multiplexer, columns, rows).map_err(Error::io("making a terminal"))
    }

    /// A control group for the processes of one step.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn process_group(&self, name: &str) -> Result<ProcessGroup, Error> {
        ProcessGroup::new(&self.name, name).map_err(Error::io("making a control group"))
    }

    /// Copies the images that this engine has into a new directory, for others to begin with. That
    /// takes a part of the time that loading them takes. Nothing must run or change meanwhile.
    ///
    /// # Errors
    /// When they cannot be copied.
    pub fn keep_images(&self, directory: &Path) -> Result<(), Error> {
        let data_root = self.outside(Path::new("/var/lib/docker"));
        fs::create_dir(directory).map_err(Error::io("making a directory for images"))?;
        // Layers, and what the daemon knows of them; the rest of its data it makes anew.
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

    /// A directory on the machine, this user's only, that is removed with the engine.
    pub fn scratch(&self) -> PathBuf {
        leftovers::scratch_directory(&self.name)
    }

    /// A path of the engine's file system, as seen from outside.
    pub fn outside(&self, inside: &Path) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.init));
        root.join(inside.strip_prefix("/").unwrap_or(inside))
    }

    /// Whether the engine still runs.
    pub fn is_running(&self) -> bool {
        // A process that ends gives up this namespace before its children are killed, and its PID
        // only afterwards: whoever sees a child gone must not find its engine still there.
        fs::exists(format!("/proc/{}/ns/net", self.init)).unwrap_or(false)
            && self.has_daemon()
            && matches!(self.supervisor.try_wait(), Ok(None))
    }

    /// Whether the daemon is alive: a docker whose daemon was killed complains and exits before the
    /// init has noticed.
    fn has_daemon(&self) -> bool {
        let file = self.outside(Path::new("/run/docker.pid"));
        // What runs inside may have removed the file; the init knows anyway.
        let Ok(pid) = fs::read_to_string(file) else { return true };
        let namespace = format!("/proc/{}/ns/net", pid.trim());
        fs::exists(self.outside(Path::new(&namespace))).unwrap_or(true)
    }

    /// The end of what the daemon logged.
    pub fn log(&self) -> String {
        self.log.text()
    }
}

impl Drop for ProcessEngine {
    fn drop(&mut self) {
        drop(self.lifeline.take());
        // A failure here leaves the supervisor at work, which needs nobody.
        let _ = self.supervisor.wait_timeout(STOP_LIMIT);
        // It may have been killed.
        leftovers::remove(&self.name, TIDY_LIMIT);
    }
}

/// The environment of the supervisor and of the engine. A daemon heeds many variables (TMPDIR,
/// `DOCKER_…`, `GO…`), and the caller's are not meant for it; the way to a registry is.
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

/// Reads a log for as long as somebody writes it, and keeps its end.
#[derive(Debug, Clone)]
struct LogTail {
    text: Arc<Mutex<Vec<u8>>>,
    reader: Arc<Mutex<Option<thread::JoinHandle<()>>>>,
}

impl LogTail {
    fn follow(mut pipe: PipeReader) -> Self {
        let text = Arc::new(Mutex::new(Vec::new()));
        let kept = Arc::clone(&text);
        let reader = thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(count @ 1..) = pipe.read(&mut buffer) {
                let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                kept.extend_from_slice(&buffer[..count]);
                let surplus = kept.len().saturating_sub(LOG_TAIL);
                kept.drain(..surplus);
            }
        });
        Self { text, reader: Arc::new(Mutex::new(Some(reader))) }
    }

    fn text(&self) -> String {
        let text = self.text.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&text).into_owned()
    }

    /// The text once the writers are gone, for use after they said that they go.
    fn after_end(&self) -> String {
        let reader = self.reader.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(reader) = reader {
            // A reader that panicked has left what it had.
            let _ = reader.join();
        }
        self.text()
    }
}
