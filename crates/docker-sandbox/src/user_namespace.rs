//! User namespaces, in which users who are not root have what an engine needs.
//!
//! In a user namespace of its own, a process is root: it can create the other namespaces, mount, and set up a
//! network (user_namespaces(7)). Its user 0 is the user who has started it, so the files that it writes belong to
//! that user; the users 1 to 65536, of images and of packages, are the user's subordinate IDs (subuid(5)).

use std::convert::Infallible;
use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

pub use self::caller::as_caller;
pub(crate) use self::caller::has_entered;
pub use self::refusal::NoUserNamespace;
use self::way::Way;
use crate::{Error, system};

mod caller;
mod refusal;
mod way;

/// The smallest number of user IDs with which the images of Docker Hub work, which have `nobody` (65534).
const NEEDED_IDS: u64 = 65_536;

/// Whether this process is in another user namespace than the machine's.
pub fn is_in_user_namespace() -> bool {
    is_map_of_another(&id_map())
}

/// Whether this process is root, on the machine or in a user namespace.
pub fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Runs this program again in a new user namespace, in which it is root: with the same arguments and files, with the
/// directories of root's programs added to PATH, and with the same PID, except where only `rootlesskit` can create the
/// namespace. To be called before there are other threads.
///
/// # Errors
/// Returns only if that is not possible, and says why not.
pub fn enter() -> Result<Infallible, Error> {
    let way = Way::find()?;
    let program = env::current_exe().map_err(Error::io("finding this program"))?;
    let mut words: Vec<OsString> = way.words().map(OsString::from).collect();
    words.push(program.into());
    words.extend(env::args_os().skip(1));
    let path = with_programs_of_root(&env::var_os("PATH").unwrap_or_default());
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).env("PATH", path).env(caller::VARIABLE, caller::own_ids());
    let error = command.exec();
    Err(Error::io("entering a user namespace")(error))
}

/// Checks that this process may do what an engine needs.
///
/// # Errors
/// When it is not root and cannot enter a user namespace, or lacks capabilities or user IDs.
pub(crate) fn check_privileges() -> Result<(), Error> {
    if !is_root() {
        // A process that could enter one has done so.
        return Err(Way::find().err().unwrap_or(NoUserNamespace::NotEntered).into());
    }
    let reading = Error::io("reading this process's capabilities");
    if !system::is_administrator().map_err(reading)? {
        return Err(NoUserNamespace::NoCapabilities.into());
    }
    match number_of_ids(&id_map()) {
        number if number < NEEDED_IDS => Err(NoUserNamespace::FewIds { number }.into()),
        _ => Ok(()),
    }
}

/// Adds the directories that many systems leave out of the PATH of users who are not root: `pivot_root` is there.
fn with_programs_of_root(path: &OsStr) -> OsString {
    let mut path = path.to_owned();
    for directory in ["/usr/local/sbin", "/usr/sbin", "/sbin"] {
        if !env::split_paths(&path).any(|known| known == Path::new(directory)) {
            path.push(if path.is_empty() { "" } else { ":" });
            path.push(directory);
        }
    }
    path
}

/// Whether a namespace with these user IDs is another than the machine's, which maps each ID to itself.
fn is_map_of_another(map: &str) -> bool {
    // Empty where the system has no such namespaces.
    !map.is_empty() && !map.split_ascii_whitespace().eq(["0", "0", "4294967295"])
}

/// The user IDs of this namespace: lines of the first ID here, the first ID outside, and a number. Empty if the system has
/// no such namespaces.
fn id_map() -> String {
    fs::read_to_string("/proc/self/uid_map").unwrap_or_default()
}

fn number_of_ids(map: &str) -> u64 {
    let number = |line: &str| line.split_ascii_whitespace().nth(2)?.parse::<u64>().ok();
    map.lines().filter_map(number).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_has_the_directories_of_roots_programs_once() {
        let added = |path: &str| with_programs_of_root(path.as_ref());
        assert_eq!(added("/usr/bin:/sbin"), "/usr/bin:/sbin:/usr/local/sbin:/usr/sbin");
        assert_eq!(added(""), "/usr/local/sbin:/usr/sbin:/sbin");
    }

    #[test]
    fn the_machines_namespace_maps_each_id_to_itself() {
        assert!(!is_map_of_another("         0          0 4294967295\n"));
        assert!(is_map_of_another("         0       1000          1\n"));
        assert!(!is_map_of_another(""), "a system without user namespaces");
    }

    #[test]
    fn the_numbers_of_all_ranges_are_added() {
        assert_eq!(number_of_ids("         0          0 4294967295\n"), 4_294_967_295);
        assert_eq!(number_of_ids("  0  1000  1\n  1  100000  65536\n"), 65_537);
        assert_eq!(number_of_ids(""), 0);
    }
}
