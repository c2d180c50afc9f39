//! Engines in a user namespace, as users who are not root start them.

use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use docker_cli::Canceller;
use docker_sandbox::{EngineOptions, EngineRoot, ProcessEngine};
use tempfile::TempDir;

use crate::bench::{Bench, milliseconds};

/// The first of the 65536 IDs of the namespace. They need not be anyone's subordinate IDs: root can use any.
const FIRST_ID: u32 = 700_000_000;

/// How long an engine may take to start.
const LIMIT: Duration = Duration::from_secs(60);

/// A copy of the engines' root file system whose owners are those of a user namespace.
pub(crate) struct Rootless {
    directory: TempDir,
    program: PathBuf,
}

impl Rootless {
    /// Copies the root file system and this program.
    pub(crate) fn prepare() -> Result<Self> {
        let EngineRoot::Prepared(engine) = EngineRoot::find() else {
            bail!("no prepared engine: run `cargo xtask engine`");
        };
        let directory = tempfile::tempdir().context("cannot create a directory")?;
        let program = directory.path().join("bench");
        fs::copy(Bench::current_exe()?, &program).context("cannot copy this program")?;
        let root = directory.path().join("root");
        fs::create_dir(&root).context("cannot create a directory")?;
        for path in [directory.path(), &root] {
            chown(path, Some(FIRST_ID), Some(FIRST_ID)).context("cannot change an owner")?;
            fs::set_permissions(path, Permissions::from_mode(0o755))
                .context("cannot change permissions")?;
        }
        let mut pack = Command::new("tar");
        pack.args(["--create", "--exclude=./dev/*", "--directory"]).arg(engine).arg(".");
        let mut pack = pack.stdout(Stdio::piped()).spawn().context("cannot run tar")?;
        let archive = pack.stdout.take().context("standard output is not a pipe")?;
        let unpack = "tar --extract --preserve-permissions --numeric-owner --directory";
        let mut words: Vec<&OsStr> = unpack.split(' ').map(OsStr::new).collect();
        words.push(root.as_os_str());
        let unpacked = in_namespace(&words, archive.into(), Stdio::null())?.wait();
        let unpacked = unpacked.context("cannot wait for tar")?;
        let packed = pack.wait().context("cannot wait for tar")?;
        if !unpacked.success() || !packed.success() {
            bail!("cannot copy the engines' root file system");
        }
        Ok(Self { directory, program })
    }

    /// Starts an engine. Returns how long it takes until `docker version` answers, in milliseconds.
    pub(crate) fn start(&self) -> Result<f64> {
        let root = self.directory.path().join("root");
        let words = [self.program.as_os_str(), "start".as_ref(), root.as_os_str()];
        let child = in_namespace(&words, Stdio::null(), Stdio::piped())?;
        let output = child.wait_with_output().context("cannot wait for an engine")?;
        if !output.status.success() {
            bail!("no engine in a user namespace");
        }
        let text = String::from_utf8_lossy(&output.stdout);
        text.trim().parse().with_context(|| format!("not a number of milliseconds: `{text}`"))
    }
}

/// Starts an engine from a root file system; prints how long it takes until `docker version` answers.
pub(crate) fn report_start(root: &Path) -> Result<()> {
    let root = EngineRoot::Prepared(root.to_owned());
    let mut engine = None;
    let time = milliseconds(|| {
        let options = EngineOptions::new(&root, LIMIT);
        let started = engine.insert(ProcessEngine::start(&options, &Canceller::new())?);
        started.docker().version()?;
        Ok(())
    })?;
    writeln!(io::stdout(), "{time}").context("cannot print the time")
}

/// Starts a command as root of a user namespace.
fn in_namespace(words: &[&OsStr], stdin: Stdio, stdout: Stdio) -> Result<Child> {
    // A program that is executed as root of the namespace has its capabilities.
    const WAIT: &str = r#"until read -r _ </proc/self/gid_map; do sleep 0.01; done; exec "$@""#;
    let id = FIRST_ID.to_string();
    let mut command = Command::new("setpriv");
    command.args(["--reuid", &id, "--regid", &id, "--clear-groups"]);
    command.args(["unshare", "--user", "sh", "-c", WAIT, "wait"]).args(words);
    let child = command.stdin(stdin).stdout(stdout).spawn().context("cannot run setpriv")?;
    let process = Path::new("/proc").join(child.id().to_string());
    let namespace = |process: &Path| fs::read_link(process.join("ns/user"));
    let own = namespace(Path::new("/proc/self")).context("cannot read the user namespace")?;
    while namespace(&process).context("`unshare` has failed")? == own {
        thread::sleep(Duration::from_millis(1));
    }
    for map in ["uid_map", "gid_map"] {
        fs::write(process.join(map), format!("0 {FIRST_ID} 65536"))
            .context("cannot map the IDs of the user namespace")?;
    }
    Ok(child)
}
