//! A place for the runner's tests: this machine, as any user.
//!
//! Instead of a control group, a process group keeps the processes of a step together. It does so less
//! well: processes that call `setsid` are lost, and grandchildren of an earlier step's jobs belong to the
//! step that runs.

use std::collections::HashSet;
use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use docker_cli::Canceller;
use docker_sandbox::{ProcessStat, Session, Terminal, processes};
use rustix::process::Pid;
use tempfile::TempDir;

use super::place::{Group, Place};

/// A temporary directory in which steps run. Dropping it kills the processes that they have left.
pub(super) struct LocalPlace {
    root: TempDir,
    directory: String,
    /// How long docker would still do something after each command.
    pub(super) settling: Duration,
}

impl LocalPlace {
    pub(super) fn new() -> io::Result<Self> {
        let root = tempfile::tempdir()?;
        for name in ["groups", "workplace"] {
            fs::create_dir(root.path().join(name))?;
        }
        let directory = root.path().join("shell").into_os_string();
        let directory = directory.into_string().map_err(|_| io::ErrorKind::InvalidFilename)?;
        let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
        assert!(directory.chars().all(is_plain), "scripts would have to quote {directory}");
        Ok(Self { root, directory, settling: Duration::ZERO })
    }

    fn group(&self, name: &str) -> LocalGroup {
        LocalGroup {
            procs_file: self.root.path().join("groups").join(name),
            earlier: pids().collect(),
        }
    }
}

impl Drop for LocalPlace {
    fn drop(&mut self) {
        let files = fs::read_dir(self.root.path().join("groups")).into_iter().flatten().flatten();
        let groups: Vec<LocalGroup> = files
            .map(|file| LocalGroup { procs_file: file.path(), earlier: HashSet::new() })
            .collect();
        let members = || groups.iter().flat_map(Group::members).collect();
        processes::kill_all(members, Duration::from_secs(10));
    }
}

impl Place for LocalPlace {
    fn directory(&self) -> &str {
        &self.directory
    }

    fn outside(&self, inside: &Path) -> PathBuf {
        inside.to_owned()
    }

    fn enter_new_group(
        &self,
        name: &str,
        environment: &[(OsString, OsString)],
        session: Session,
    ) -> io::Result<(Box<dyn Group>, Vec<OsString>)> {
        const JOIN: &str = r#"echo $$ >"$1" && cd "$2" && shift 2 && exec "$@""#;
        let group = self.group(name);
        let mut words: Vec<OsString> = Vec::new();
        if session == Session::AtTerminal {
            words.extend(["setsid", "--ctty", "--wait"].map(OsString::from));
        }
        words.extend(["sh", "-c", JOIN, "join"].map(OsString::from));
        words.push(group.procs_file().into());
        words.push(self.root.path().join("workplace").into());
        words.extend(["env", "-i"].map(OsString::from));
        for (name, value) in environment {
            let mut pair = name.clone();
            pair.push("=");
            pair.push(value);
            words.push(pair);
        }
        Ok((Box::new(group), words))
    }

    fn terminal(&self, columns: u16, rows: u16) -> io::Result<Terminal> {
        Terminal::new(Path::new("/dev/ptmx"), columns, rows)
    }

    fn inner_processes(&self) -> Option<Vec<Pid>> {
        None
    }

    fn settle(&self, _ended: &str, _canceller: &Canceller) {
        thread::sleep(self.settling);
    }

    fn is_running(&self) -> bool {
        true
    }
}

/// The process group of the bash whose PID is in a file, except processes that existed when the group was
/// created, and their children: they stay in the group that bash was in before.
struct LocalGroup {
    procs_file: PathBuf,
    earlier: HashSet<u32>,
}

impl Group for LocalGroup {
    fn procs_file(&self) -> PathBuf {
        self.procs_file.clone()
    }

    fn next(&self, name: &str) -> io::Result<Box<dyn Group>> {
        let procs_file = self.procs_file.with_file_name(name);
        Ok(Box::new(Self { procs_file, earlier: pids().collect() }))
    }

    fn members(&self) -> Vec<Pid> {
        let leader = fs::read_to_string(&self.procs_file).ok();
        let Some(leader) = leader.and_then(|pid| pid.trim().parse::<u32>().ok()) else {
            return Vec::new();
        };
        let stat = |pid| {
            // At a terminal, shells with job control put each job into a group of its own.
            ProcessStat::read(pid).filter(|stat| stat.group == leader || stat.session == leader)
        };
        let is_earlier = |pid| pid != leader && self.earlier.contains(&pid) && stat(pid).is_some();
        let is_member = |pid: &u32| {
            stat(*pid).is_some_and(|ProcessStat { state, parent, .. }| {
                !matches!(state, 'Z' | 'X') && !is_earlier(*pid) && !is_earlier(parent)
            })
        };
        let members = pids().filter(is_member);
        members.filter_map(|pid| Pid::from_raw(pid.try_into().ok()?)).collect()
    }

    fn kill(&self, limit: Duration) -> bool {
        processes::kill_all(|| self.members(), limit)
    }
}

/// The PIDs of all processes.
fn pids() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
}
