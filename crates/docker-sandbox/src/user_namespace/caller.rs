//! The user who has called the program that runs again in a user namespace.

use std::env;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use rustix::process::{getegid, geteuid};

use super::{id_map, is_root};

/// The IDs of the user and of the group, separated by a colon. The map of a namespace does not suffice: in a container
/// without root, ID 0 is a user outside as well, but root is who has called.
pub(super) const VARIABLE: &str = "DOCKTEST_CALLER";

/// Runs a command in a user namespace within this one, which has only the caller's IDs.
const UNSHARE: [&str; 2] = ["unshare", "--user"];

/// The IDs of this process, for [`VARIABLE`].
pub(super) fn own_ids() -> String {
    format!("{}:{}", geteuid().as_raw(), getegid().as_raw())
}

/// The words to put in front of a command that is to run with the ID of the user who has called [`enter`](super::enter),
/// because it asks who that is: `ssh` looks for the keys of the user whose ID it has. No words if this process has not
/// entered a namespace, or if none can be created within it.
pub fn as_caller() -> &'static [String] {
    static WORDS: OnceLock<Vec<String>> = OnceLock::new();
    WORDS.get_or_init(|| entered().filter(|words| works(words)).unwrap_or_default())
}

/// Whether this process has entered its user namespace by [`enter`](super::enter).
pub(crate) fn has_entered() -> bool {
    entered().is_some()
}

/// The words of [`as_caller`], if this process has entered a namespace.
fn entered() -> Option<Vec<String>> {
    let ids = env::var(VARIABLE).ok().filter(|_| is_root())?;
    words(&ids, &id_map())
}

/// The words for a caller with these IDs; `None` if root is another user in a namespace with this map.
fn words(ids: &str, map: &str) -> Option<Vec<String>> {
    let (user, group) = ids.split_once(':')?;
    if !map.lines().any(|line| line.split_ascii_whitespace().eq(["0", user, "1"])) {
        return None;
    }
    let maps = [format!("--map-user={user}"), format!("--map-group={group}"), "--".to_owned()];
    Some(UNSHARE.map(str::to_owned).into_iter().chain(maps).collect())
}

fn works(words: &[String]) -> bool {
    let mut command = Command::new(&words[0]);
    command.args(&words[1..]).arg("true").stdin(Stdio::null());
    command.output().is_ok_and(|output| output.status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_caller_is_known_only_in_the_namespace_that_was_entered() {
        let own = "         0       1001          1\n         1     100000      65536\n";
        let expected = ["unshare", "--user", "--map-user=1001", "--map-group=100", "--"];
        assert_eq!(words("1001:100", own).unwrap(), expected);
        assert_eq!(words("1002:100", own), None, "a namespace in that one");
        assert_eq!(words("1001:100", "         0          0 4294967295\n"), None);
        assert_eq!(words("", own), None);
    }
}
