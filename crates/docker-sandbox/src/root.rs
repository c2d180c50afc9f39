//! The root file system that an engine runs in, and the requirements for starting one.

use std::env;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::{Path, PathBuf};

use crate::{Error, PATH, prepared_directory, user_namespace};

/// The programs of the machine that create and enter namespaces, and their Debian packages.
const PROGRAMS: [(&str, &str); 6] = [
    ("unshare", "util-linux"),
    ("nsenter", "util-linux"),
    ("setpriv", "util-linux"),
    ("setsid", "util-linux"),
    ("pivot_root", "util-linux"),
    ("mount", "mount"),
];

/// Whether engines can start on this system, if it has what they need: on Linux. A Docker elsewhere can be used on any.
pub const IS_SUPPORTED: bool = cfg!(target_os = "linux");

/// Where an engine's programs come from. Either is only read: what the engine writes stays in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EngineRoot {
    /// A directory with a root file system that contains `dockerd`, `docker` and `bash`.
    Prepared(PathBuf),
    /// The machine's own root file system, with the `dockerd` that is on the PATH. The engine sees
    /// only the file system that is mounted at `/`, not those mounted below it.
    Machine,
}

impl EngineRoot {
    /// The default: the one prepared in [`prepared_directory`] if it exists, else the machine's own.
    pub fn find() -> Self {
        match prepared_directory().map(|directory| directory.join("current")) {
            Some(current) if current.is_dir() => Self::Prepared(current),
            _ => Self::Machine,
        }
    }

    /// The directory that becomes the engine's `/`.
    pub fn directory(&self) -> &Path {
        match self {
            Self::Prepared(directory) => directory,
            Self::Machine => Path::new("/"),
        }
    }

    /// Says that an engine uses a prepared root, until the file is closed: see
    /// [`crate::PreparedRoot::is_in_use`].
    pub(crate) fn lock(&self) -> Option<File> {
        let Self::Prepared(directory) = self else { return None };
        let file = File::open(directory).ok()?;
        // On a file system without locks, nothing keeps the root from being removed.
        file.lock_shared().ok()?;
        Some(file)
    }

    /// Checks the requirements for starting an engine, as a start does first.
    ///
    /// # Errors
    /// When the system is not Linux, this process may not do what an engine needs, or a program is missing.
    pub fn check(&self) -> Result<(), Error> {
        check_system()?;
        user_namespace::check_privileges()?;
        for (program, package) in PROGRAMS {
            if !is_on_path(program) {
                return Err(Error::ProgramMissing { program, package });
            }
        }
        self.check_dockerd()
    }

    fn check_dockerd(&self) -> Result<(), Error> {
        match self {
            Self::Prepared(root) => {
                let paths = ["usr/sbin/dockerd", "usr/bin/dockerd", "usr/local/bin/dockerd"];
                if !paths.iter().any(|path| root.join(path).is_file()) {
                    return Err(Error::NotAnEngineRoot { root: root.clone() });
                }
            }
            Self::Machine if user_namespace::has_entered() => return Err(Error::NoPreparedRoot),
            Self::Machine if !is_on_path("dockerd") => return Err(Error::NoDockerd),
            Self::Machine => {}
        }
        Ok(())
    }
}

/// Checks that the system has what engines are made of.
///
/// # Errors
/// [`Error::NotLinux`].
pub(crate) fn check_system() -> Result<(), Error> {
    if IS_SUPPORTED { Ok(()) } else { Err(Error::NotLinux) }
}

/// Whether a program is on the PATH.
pub(crate) fn is_on_path(program: &str) -> bool {
    find_in(&env::var_os("PATH").unwrap_or_default(), program).is_some()
}

/// The path of a program that is on the PATH, else its name.
pub(crate) fn path_of(program: &str) -> PathBuf {
    let found = find_in(&env::var_os("PATH").unwrap_or_default(), program);
    found.unwrap_or_else(|| program.into())
}

/// A PATH with which the machine's programs are found: the usual one, which says nothing about the author, if it
/// suffices; else `own`.
pub(crate) fn path_of_machine(own: OsString) -> OsString {
    let is_found = |(program, _): &(&str, &str)| find_in(PATH.as_ref(), program).is_some();
    if PROGRAMS.iter().all(is_found) { PATH.into() } else { own }
}

fn find_in(path: &OsStr, program: &str) -> Option<PathBuf> {
    let mut files = env::split_paths(path).map(|directory| directory.join(program));
    files.find(|file| file.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_without_dockerd_is_not_an_engine_root() {
        let root = EngineRoot::Prepared("/nonexistent".into());
        let error = root.check_dockerd().unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a root file system of an engine: no `dockerd` in `/nonexistent`; run `mdbook-docktest \
             engine prepare`, and leave out `engine-root`"
        );
    }
}
