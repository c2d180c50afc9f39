//! Starting an engine: its supervisor, and waiting until its daemon can be used.

use std::ffi::{OsStr, OsString};
use std::fs::DirBuilder;
use std::io::{self, BufRead, BufReader, PipeReader};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::Canceller;
use nix::sys::stat::Mode;
use nix::unistd::mkfifo;

use super::ProcessEngine;
use super::entering::words_of;
use super::settings::Settings;
use crate::cgroup::Place;
use crate::engine_name::unique_name;
use crate::leftovers;
use crate::log_tail::LogTail;
use crate::memory::MemoryLimit;
use crate::process_limit::ProcessLimit;
use crate::{
    ControlGroups, EngineImage, EngineOptions, Error, ImageStore, control_groups,
    is_in_user_namespace,
};

/// How often a start checks whether it was cancelled.
const CANCEL_INTERVAL: Duration = Duration::from_millis(50);

/// How long to wait before the daemon is asked again.
const RETRY_INTERVAL: Duration = Duration::from_millis(5);

/// A start of an engine.
pub(crate) struct Start<'a> {
    options: &'a EngineOptions<'a>,
    canceller: &'a Canceller,
    deadline: Instant,
}

impl<'a> Start<'a> {
    /// The time limit counts from now on.
    pub(crate) fn new(options: &'a EngineOptions<'a>, canceller: &'a Canceller) -> Self {
        Self { options, canceller, deadline: Instant::now() + options.limit }
    }

    /// Starts the engine, and waits until its daemon's socket accepts connections. The daemon makes the
    /// first request wait until it can answer.
    pub(crate) fn run(&self) -> Result<ProcessEngine, Error> {
        let name = unique_name();
        let scratch = leftovers::scratch_directory(&name);
        // If what follows fails, the next engine removes it, as it does if this process is killed.
        DirBuilder::new()
            .mode(0o700)
            .create(&scratch)
            .map_err(Error::io(format!("creating `{}`", scratch.display())))?;
        // See network.sh.
        let pipe = scratch.join("network");
        mkfifo(&pipe, Mode::S_IRUSR | Mode::S_IWUSR)
            .map_err(|error| Error::io(format!("creating `{}`", pipe.display()))(error.into()))?;
        let engine = self.run_with(&name, &scratch);
        if engine.is_err() {
            // Only what was created before there was an engine is left.
            leftovers::remove(&name, Duration::ZERO);
        }
        engine
    }

    fn run_with(&self, name: &str, scratch: &Path) -> Result<ProcessEngine, Error> {
        let images = self.options.images.filter(|(_, images)| !images.is_empty());
        let data = self.data(name, scratch, images)?;
        let can_limit = control_groups() == ControlGroups::All;
        let memory = self.options.memory.filter(|_| can_limit);
        let memory = memory.map(|bytes| MemoryLimit::new(name, bytes)).transpose();
        let memory = memory.map_err(Error::io("limiting the engine's memory"))?;
        let processes = self.options.processes.filter(|_| can_limit);
        let processes = processes.map(|most| ProcessLimit::new(name, most)).transpose();
        let processes = processes.map_err(Error::io("limiting the engine's processes"))?;
        let groups = [
            memory.as_ref().map(MemoryLimit::procs_file),
            processes.as_ref().map(ProcessLimit::procs_file),
        ];
        let groups = words_of(groups.into_iter().flatten());
        let (mut engine, ready) = self.supervise(name, scratch, &data, &groups)?;
        (engine.memory, engine.processes) = (memory, processes);
        let started = self.wait_for_init(&engine, ready).and_then(|init| {
            engine.init = init;
            // Only once it answers has the daemon read its images.
            images.map_or(Ok(()), |_| self.wait_for_answer(&engine))
        });
        match started {
            Err(Error::Died { log }) if images.is_some() => Err(Error::DiedWithImages { log }),
            result => result.map(|()| engine),
        }
    }

    /// Prepares the data that the daemon begins with.
    fn data(
        &self,
        name: &str,
        scratch: &Path,
        images: Option<(&ImageStore, &[EngineImage])>,
    ) -> Result<Data, Error> {
        let absolute = |path: &Path| {
            path.canonicalize().map_err(Error::io(format!("reading `{}`", path.display())))
        };
        let mut data = Data::default();
        if let Some(data_root) = self.options.data_root {
            data.root = absolute(data_root)?;
        }
        let Some((store, images)) = images else { return Ok(data) };
        let into = if data.root.as_os_str().is_empty() {
            // The mode becomes that of the data-root.
            let create = |directory: &Path| DirBuilder::new().mode(0o710).create(directory);
            data.copied = leftovers::memory_directory(name);
            if create(&data.copied).is_err() {
                data.copied = scratch.join("images");
                create(&data.copied)
                    .map_err(Error::io(format!("creating `{}`", data.copied.display())))?;
            }
            &data.copied
        } else {
            &data.root
        };
        store.compose(into, images)?;
        // There are images without layers.
        if store.layers().is_dir() {
            data.layers = absolute(&store.layers())?;
        }
        Ok(data)
    }

    /// Starts the supervisor. Also returns the pipe to which the init will print its PID.
    fn supervise(
        &self,
        name: &str,
        scratch: &Path,
        data: &Data,
        groups: &OsStr,
    ) -> Result<(ProcessEngine, PipeReader), Error> {
        let (lifeline_end, lifeline) = io::pipe().map_err(Error::io("creating a pipe"))?;
        let (ready_reader, ready_writer) = io::pipe().map_err(Error::io("creating a pipe"))?;
        let (log_reader, log_writer) = io::pipe().map_err(Error::io("creating a pipe"))?;
        let containers = Place::get().of_containers(name);
        let Settings { config, mirror, hosts, mut environment } =
            Settings::new(self.options, containers.as_deref());
        let overlay = if is_in_user_namespace() { "userxattr" } else { "" };
        let disk = self.options.disk.map(|bytes| bytes.to_string()).unwrap_or_default();
        let told: [(&str, OsString); 11] = [
            ("ROOT", self.options.root.directory().into()),
            ("GROUPS", groups.into()),
            ("DATA_ROOT", data.root.clone().into()),
            ("COPIED", data.copied.clone().into()),
            ("LAYERS", data.layers.clone().into()),
            ("CONFIG", config.into()),
            ("MIRROR", mirror.into()),
            ("HOSTS", hosts.into()),
            ("CONTAINERS", containers.unwrap_or_default().into()),
            ("OVERLAY", overlay.into()),
            ("DISK", disk.into()),
        ];
        let told = told.into_iter().map(|(what, value)| (format!("DOCKTEST_{what}").into(), value));
        environment.extend(told);
        let arguments: [&OsStr; 6] = [
            "sh".as_ref(),
            "-c".as_ref(),
            r#"eval "$DOCKTEST_SUPERVISOR""#.as_ref(),
            "docktest-supervisor".as_ref(),
            scratch.as_ref(),
            name.as_ref(),
        ];
        // In a session of its own: Ctrl-C is for this process only, and the engine must not have
        // this process's terminal.
        let supervisor = duct::cmd("setsid", arguments)
            .full_env(environment)
            .stdin_file(lifeline_end)
            .stdout_file(ready_writer)
            .stderr_file(log_writer)
            .unchecked()
            .start()
            .map_err(Error::io("starting `setsid`"))?;
        let log = LogTail::follow(log_reader);
        let engine = ProcessEngine::new(name.to_owned(), supervisor, lifeline, log);
        Ok((engine, ready_reader))
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
                    let died = |_| Error::died(engine.log.after_end());
                    return line.trim().parse().map_err(died);
                }
                Ok(Err(error)) => return Err(Error::io("reading from the engine")(error)),
                Err(_) => self.check(engine)?,
            }
        }
    }

    /// Waits until the daemon answers a request.
    fn wait_for_answer(&self, engine: &ProcessEngine) -> Result<(), Error> {
        let daemon = engine.daemon();
        loop {
            match daemon.get("/_ping", CANCEL_INTERVAL) {
                Ok(Some(_)) => return Ok(()),
                // The daemon is still reading its images.
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                // It is about to listen, or it has exited.
                Ok(None) | Err(_) => thread::sleep(RETRY_INTERVAL),
            }
            if engine.has_ended() {
                return Err(Error::died(engine.log.after_end()));
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
            return Err(Error::NotReady { limit: self.options.limit, log: engine.log.text() });
        }
        Ok(())
    }
}

/// Directories with the data of a daemon; each is empty if there is none.
#[derive(Default)]
struct Data {
    /// A data-root on disk.
    root: PathBuf,
    /// What a data-root in memory begins with.
    copied: PathBuf,
    /// The layers that the data refer to.
    layers: PathBuf,
}
