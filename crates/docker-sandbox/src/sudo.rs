//! The user who has called this program through sudo.

use std::{env, fs};

/// The user who has called this program through sudo: what it writes outside of the cache is for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SudoUser {
    /// The user's ID.
    pub uid: u32,
    /// The ID of the user's group.
    pub gid: u32,
}

/// Returns the user who has called this program through sudo, which says so in `SUDO_UID` and `SUDO_GID` (sudo(8)).
/// `None` if this process is not root, or is root by itself.
pub fn sudo_user() -> Option<SudoUser> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let ids = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    user(&ids, |name| env::var(name).ok())
}

/// The user that these variables name. `ids` are the IDs of this process's user namespace
/// (user_namespaces(7)).
fn user(ids: &str, variable: impl Fn(&str) -> Option<String>) -> Option<SudoUser> {
    // In a namespace of a user's own, root is that user, and the variables are about users outside.
    let first: Vec<u32> = ids.split_whitespace().take(3).flat_map(str::parse).collect();
    if matches!(first[..], [0, outside, 1] if outside != 0) {
        return None;
    }
    let id = |name| variable(name)?.parse().ok();
    let user = SudoUser { uid: id("SUDO_UID")?, gid: id("SUDO_GID")? };
    (user.uid != 0).then_some(user)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sudo_names_the_user_in_variables() {
        let all = "         0          0 4294967295\n";
        let called_by = |ids: &str, uid: Option<&str>| {
            let variable = |name: &str| match name {
                "SUDO_UID" => uid.map(str::to_owned),
                _ => Some("100".to_owned()),
            };
            user(ids, variable)
        };
        let author = Some(SudoUser { uid: 1000, gid: 100 });
        assert_eq!(called_by(all, Some("1000")), author);
        assert_eq!(called_by(all, Some("0")), None, "root has called it");
        assert_eq!(called_by(all, Some("x")), None);
        assert_eq!(called_by(all, None), None);
        let container = "0 100000 65536\n";
        assert_eq!(called_by(container, Some("1000")), author);
        let own = "         0       1001          1\n         1     100000      65536\n";
        assert_eq!(called_by(own, Some("1000")), None, "root is the user 1001");
    }
}
