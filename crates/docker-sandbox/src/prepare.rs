//! Preparing the root file systems that engines start from.
//!
//! The name of its directory is a hash of its definition, so that a changed definition gets a new
//! directory. A link by the name of its suite leads to it, and `current` to that of the default suite.

mod definition;
mod mmdebstrap;

use std::fmt;
use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use docker_cli::Canceller;

use self::definition::Definition;
use crate::prepared::{CURRENT, PreparedRoot, lock_roots, prepared_roots};
use crate::root::check_system;
use crate::{Error, Suite};

/// How often to look whether something has happened, or the canceller was triggered.
const POLL: Duration = Duration::from_millis(50);

/// What [`prepare`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preparing<'a> {
    /// It waits for another process that prepares one.
    Waiting,
    /// It builds a root file system. This takes half a minute or more.
    Building {
        /// From which packages.
        suite: Suite,
    },
    /// It has come to this part of building: `downloading packages with apt`.
    Phase(&'a str),
    /// It removes a root file system that nothing starts engines from any more.
    Removing(&'a Path),
    /// It keeps one, because an engine runs from it.
    InUse(&'a Path),
}

/// A line about it, without an end.
impl fmt::Display for Preparing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waiting => f.write_str("waiting for another process, which prepares an engine"),
            Self::Building { suite } => {
                write!(f, "preparing an engine from Debian {suite}: this takes about a minute")
            }
            Self::Phase(phase) => f.write_str(phase),
            Self::Removing(root) => write!(f, "removing {}", root.display()),
            Self::InUse(root) => write!(f, "kept {}: an engine runs from it", root.display()),
        }
    }
}

/// A root file system that engines can start from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prepared {
    /// Its directory.
    pub directory: PathBuf,
    /// Whether it was made by this call.
    pub is_new: bool,
}

/// Builds the root file system of a suite, unless it exists. `engines` is the directory of prepared roots:
/// see [`crate::prepared_directory`]. Removes earlier ones that no link leads to, unless an engine runs from
/// them, and what a killed process has left.
///
/// Building needs Linux, root, mmdebstrap and a mirror of Debian, which is that of this machine's apt if it has one.
///
/// # Errors
/// [`Error::Cancelled`] if the canceller is triggered; when something is missing or fails, which the error names.
pub fn prepare(
    engines: &Path,
    suite: Suite,
    canceller: &Canceller,
    announce: &mut dyn FnMut(Preparing<'_>),
) -> Result<Prepared, Error> {
    check_system()?;
    fs::create_dir_all(engines)
        .map_err(Error::io(format!("creating the directory {}", engines.display())))?;
    let _lock = lock(engines, canceller, announce)?;
    let definition = Definition::new(suite);
    let name = definition.name();
    let directory = engines.join(&name);
    let is_new = !directory.is_dir();
    if is_new {
        let part = engines.join(format!("{name}.part"));
        mmdebstrap::build((suite, &definition), &part, &directory, canceller, announce)?;
    }
    let linked = point(engines, &suite.link(), &name).and_then(|()| match suite {
        suite if suite == Suite::default() => point(engines, CURRENT, &name),
        _ => Ok(()),
    });
    linked.map_err(Error::io(format!("creating a link in {}", engines.display())))?;
    remove_unlinked(engines, announce)
        .map_err(Error::io(format!("removing what is unused in {}", engines.display())))?;
    Ok(Prepared { directory, is_new })
}

/// Waits until no other process prepares a root.
fn lock(
    engines: &Path,
    canceller: &Canceller,
    announce: &mut dyn FnMut(Preparing<'_>),
) -> Result<File, Error> {
    let mut waits = false;
    while !canceller.is_cancelled() {
        let locked = lock_roots(engines)
            .map_err(Error::io(format!("locking the directory {}", engines.display())))?;
        if let Some(lock) = locked {
            return Ok(lock);
        }
        if !waits {
            announce(Preparing::Waiting);
            waits = true;
        }
        thread::sleep(POLL);
    }
    Err(Error::Cancelled)
}

/// Makes a link to a root file system, atomically.
fn point(engines: &Path, link: &str, name: &str) -> std::io::Result<()> {
    let path = engines.join(link);
    if fs::read_link(&path).is_ok_and(|target| target == Path::new(name)) {
        return Ok(());
    }
    let new = engines.join(format!("{link}.part"));
    if new.symlink_metadata().is_ok() {
        fs::remove_file(&new)?;
    }
    symlink(name, &new)?;
    fs::rename(&new, &path)
}

/// Removes the root file systems that no link leads to.
fn remove_unlinked(engines: &Path, announce: &mut dyn FnMut(Preparing<'_>)) -> std::io::Result<()> {
    let (linked, others): (Vec<_>, Vec<_>) =
        prepared_roots(engines)?.into_iter().partition(PreparedRoot::is_linked);
    for root in &others {
        // Copies with more packages belong to one that is linked.
        if linked.iter().any(|linked| root.is_copy_of(linked)) {
            continue;
        }
        if root.is_in_use() {
            announce(Preparing::InUse(&root.path));
            continue;
        }
        announce(Preparing::Removing(&root.path));
        root.remove()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::EngineRoot;

    #[test]
    fn links_are_replaced_and_unlinked_roots_are_removed_unless_they_are_in_use() {
        let engines = tempfile::tempdir().unwrap();
        let engines = engines.path();
        for name in ["old", "old-tree", "busy", "new", "new-tree", "sid", "new.part"] {
            fs::create_dir(engines.join(name)).unwrap();
        }
        for (link, name) in [(CURRENT, "old"), (CURRENT, "new"), ("suite-sid", "sid")] {
            point(engines, link, name).unwrap();
        }
        let in_use = EngineRoot::Prepared(engines.join("busy")).lock().unwrap();
        let mut said = Vec::new();
        remove_unlinked(engines, &mut |preparing| said.push(format!("{preparing:?}"))).unwrap();
        let about = |what: &str, name: &str| format!("{what}({:?})", engines.join(name));
        let removing = ["new.part", "old", "old-tree"].map(|name| about("Removing", name));
        assert_eq!(said, [&[about("InUse", "busy")][..], &removing].concat());
        let left = |name: &str| engines.join(name).is_dir();
        assert!(["busy", "new", "new-tree", "sid"].iter().all(|name| left(name)));
        assert!(!["old", "old-tree", "new.part"].iter().any(|name| left(name)));
        assert_eq!(fs::read_link(engines.join(CURRENT)).unwrap(), Path::new("new"));
        drop(in_use);
        remove_unlinked(engines, &mut |_| ()).unwrap();
        assert!(!left("busy"));
    }

    #[test]
    fn a_root_that_exists_is_linked_and_not_built() {
        let engines = tempfile::tempdir().unwrap();
        let prepare = |suite: Suite| {
            let directory = engines.path().join(Definition::new(suite).name());
            fs::create_dir(&directory).unwrap();
            let none = &mut |preparing: Preparing<'_>| panic!("{preparing:?}");
            let prepared = prepare(engines.path(), suite, &Canceller::new(), none).unwrap();
            assert_eq!(prepared, Prepared { directory: directory.clone(), is_new: false });
            directory
        };
        let target = |link: &str| fs::canonicalize(engines.path().join(link)).ok();
        let bookworm = prepare(Suite::Bookworm);
        assert_eq!((target("suite-bookworm"), target(CURRENT)), (Some(bookworm.clone()), None));
        let trixie = prepare(Suite::Trixie);
        assert_eq!((target("suite-trixie"), target(CURRENT)), (Some(trixie.clone()), Some(trixie)));
        assert_eq!(target("suite-bookworm"), Some(bookworm));
    }

    #[test]
    fn waiting_for_another_process_is_said_and_can_be_cancelled() {
        let engines = tempfile::tempdir().unwrap();
        let other = lock_roots(engines.path()).unwrap();
        let canceller = Canceller::new();
        let mut said = Vec::new();
        let announce = &mut |preparing: Preparing<'_>| {
            said.push(format!("{preparing:?}"));
            canceller.cancel();
        };
        let error = prepare(engines.path(), Suite::Sid, &canceller, announce).unwrap_err();
        assert!(matches!(error, Error::Cancelled), "{error}");
        assert_eq!(said, ["Waiting"]);
        drop(other);
    }
}
