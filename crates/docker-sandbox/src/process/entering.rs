//! Commands in an engine.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use docker_cli::Docker;

use super::{PATH, ProcessEngine};
use crate::memory::MemoryLimit;
use crate::process_group::ProcessGroup;
use crate::process_limit::ProcessLimit;
use crate::root::path_of;
use crate::terminal::Session;

/// The capabilities that steps do not have, as an option of `setpriv`: namespaces do not limit what they are about.
/// Containers that are started with `--privileged` or `--cap-add` have them.
const WITHOUT: &str = "-mknod,-sys_module,-sys_rawio,-sys_time,-syslog";

impl ProcessEngine {
    /// The docker program of the engine, connected to its daemon. It does not inherit this process's
    /// environment.
    pub fn docker(&self) -> Docker {
        let mut words = self.entering();
        words.extend(["env", "-i", "HOME=/root"].map(OsString::from));
        words.push(format!("PATH={PATH}").into());
        Docker::new().through(words)
    }

    /// The words to put in front of a command to run it in the engine's namespaces, with only PATH in its
    /// environment and without capabilities over the machine's clock, devices, modules and log.
    pub fn entering(&self) -> Vec<OsString> {
        self.entering_with(None)
    }

    /// As [`Self::entering`], also into this cgroup namespace.
    fn entering_with(&self, cgroup_namespace: Option<PathBuf>) -> Vec<OsString> {
        // What steps can read of a process in their PID namespace, they can read from its first moment on: so the
        // environment is cleared before that is entered. They must not see the author's PATH either.
        let mut words: Vec<OsString> = ["env", "-i"].map(OsString::from).into();
        words.push(format!("PATH={PATH}").into());
        words.push(path_of("setpriv").into());
        words.extend(["--bounding-set", WITHOUT].map(OsString::from));
        words.push(path_of("nsenter").into());
        let pid = self.init.to_string();
        let options = ["--target", &pid, "--mount", "--net", "--pid", "--uts", "--ipc"];
        words.extend(options.map(OsString::from));
        words.extend(cgroup_namespace.map(|path| {
            let mut option = OsString::from("--cgroup=");
            option.push(path);
            option
        }));
        words.push("--".into());
        words
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
        // The paths of control groups have no spaces.
        const JOIN: &str =
            r#"for file in $1; do echo 0 >"$file" || exit; done; cd "$2" && shift 2 && exec "$@""#;
        let own = group.procs_file();
        let memory = self.memory.as_ref().and_then(MemoryLimit::procs_file_of_steps);
        let processes = self.processes.as_ref().and_then(ProcessLimit::procs_file_of_steps);
        let groups = [Some(own.as_path()), memory, processes].into_iter().flatten();
        let mut words = self.entering_with(group.namespace());
        words.extend(["sh", "-c", JOIN, "join"].map(OsString::from));
        words.push(words_of(groups));
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
}

/// Paths as words of a script.
pub(super) fn words_of<'a>(paths: impl Iterator<Item = &'a Path>) -> OsString {
    let paths: Vec<&OsStr> = paths.map(Path::as_os_str).collect();
    paths.join(OsStr::new(" "))
}
