//! Which root file system an engine runs in, and what starting one takes.

use std::env;
use std::path::{Path, PathBuf};

use crate::Error;

/// Where an engine's programs come from. Either is only read; what runs writes to memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineRoot {
    /// A root file system prepared for this, with `dockerd`, `docker` and `bash` in it.
    Prepared(PathBuf),
    /// The machine's own root file system, with the `dockerd` that is on the PATH. Only the file
    /// system that is mounted at `/` is seen, none that is mounted below it.
    Machine,
}

impl EngineRoot {
    /// The one to use when nothing else is said: the prepared one in [`prepared_directory`] if
    /// there is one, else the machine's own.
    pub fn find() -> Self {
        match prepared_directory().map(|directory| directory.join("current")) {
            Some(current) if current.is_dir() => Self::Prepared(current),
            _ => Self::Machine,
        }
    }

    /// The directory that becomes the engine's root.
    pub fn directory(&self) -> &Path {
        match self {
            Self::Prepared(directory) => directory,
            Self::Machine => Path::new("/"),
        }
    }

    /// Checks that an engine can be started from here.
    ///
    /// # Errors
    /// When this process is not root's, or a program is missing.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !rustix::process::geteuid().is_root() {
            return Err(Error::NotRoot);
        }
        for (program, package) in [
            ("unshare", "util-linux"),
            ("nsenter", "util-linux"),
            ("setpriv", "util-linux"),
            ("setsid", "util-linux"),
            ("pivot_root", "util-linux"),
            ("mount", "mount"),
        ] {
            if !is_on_path(program) {
                return Err(Error::ProgramMissing { program, package });
            }
        }
        match self {
            Self::Prepared(root) => {
                let somewhere = ["usr/sbin/dockerd", "usr/bin/dockerd", "usr/local/bin/dockerd"];
                if !somewhere.iter().any(|path| root.join(path).is_file()) {
                    return Err(Error::NotAnEngineRoot { root: root.clone() });
                }
            }
            Self::Machine if !is_on_path("dockerd") => return Err(Error::NoDockerd),
            Self::Machine => {}
        }
        Ok(())
    }
}

/// Where this user's prepared root file systems are kept, one directory each; `current` among them
/// is a link to the one in use. `None` without a home directory.
pub fn prepared_directory() -> Option<PathBuf> {
    Some(cache_directory()?.join("engines"))
}

/// Where this user's engines and images are kept: `mdbook-docktest` in `$XDG_CACHE_HOME`, or else
/// in `~/.cache`, after the XDG Base Directory Specification. `None` without a home directory.
pub fn cache_directory() -> Option<PathBuf> {
    let absolute = |name| env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(caches.join("mdbook-docktest"))
}

fn is_on_path(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path).any(|directory| directory.join(program).is_file())
}
