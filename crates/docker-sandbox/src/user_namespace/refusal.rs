//! Why a user namespace cannot be created.

use std::fs;

use nix::unistd::{User, getuid};

use crate::root::is_on_path;

/// How many subordinate IDs a user gets by default (login.defs(5)), and the first of them.
const SUBORDINATE_IDS: u64 = 65_536;
const FIRST_SUBORDINATE_ID: u64 = 100_000;

/// Why this process cannot do what an engine needs. Each message names the remedy.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NoUserNamespace {
    /// A program that creates the namespace is missing.
    #[error("`{program}` not found: install it, for example with `apt-get install {package}`")]
    ProgramMissing {
        /// The program's name.
        program: &'static str,
        /// The Debian package that contains it.
        package: &'static str,
    },
    /// The user has no subordinate IDs, which become the users and groups of images.
    #[error(
        "`{user}` has no subordinate IDs in `{file}`: add some as root with `usermod --add-subuids {first}-{last} \
         --add-subgids {first}-{last} {user}`"
    )]
    NoSubordinateIds {
        /// The user's name.
        user: String,
        /// The file that has no entry for the user.
        file: &'static str,
        /// The first ID of a range that nobody has.
        first: u64,
        /// The last ID of that range.
        last: u64,
    },
    /// A setting of the kernel forbids user namespaces.
    #[error(
        "user namespaces are forbidden: allow them as root with `sysctl --write {setting}={value}`"
    )]
    Forbidden {
        /// The name of the setting.
        setting: &'static str,
        /// A value that allows them.
        value: u32,
    },
    /// AppArmor allows user namespaces only to programs with a profile.
    #[error(
        "AppArmor forbids user namespaces to most programs: install one that may create them, for example with \
         `apt-get install rootlesskit`"
    )]
    AppArmor,
    /// `unshare` does not know subordinate IDs.
    #[error(
        "`unshare` is older than 2.38: update util-linux, or install rootlesskit, for example with `apt-get install \
         rootlesskit`"
    )]
    OldUnshare,
    /// Root in a container that may not create namespaces.
    #[error("this container may not create namespaces: start it with `--privileged`")]
    NoCapabilities,
    /// A user namespace that was created without subordinate IDs.
    #[error(
        "this user namespace has {number} of the 65536 user IDs that images need: create it with subordinate IDs, \
         for example with `unshare --map-auto`"
    )]
    FewIds {
        /// How many it has.
        number: u64,
    },
    /// This process could enter one, but has not.
    #[error(
        "this process is not in a user namespace: run it with `unshare --user --map-root-user --map-auto`"
    )]
    NotEntered,
    /// The command failed for another reason.
    #[error("cannot create a user namespace: {reason}")]
    Failed {
        /// What the command has printed.
        reason: String,
    },
}

impl NoUserNamespace {
    /// Finds the reason for which `unshare` has failed and has printed this.
    pub(super) fn find(printed: &str) -> Self {
        for (program, package) in
            [("unshare", "util-linux"), ("newuidmap", "uidmap"), ("newgidmap", "uidmap")]
        {
            if !is_on_path(program) {
                return Self::ProgramMissing { program, package };
            }
        }
        let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
        if let Some(known) = forbidden(read).or_else(|| no_subordinate_ids(read)) {
            return known;
        }
        if !is_on_path("rootlesskit") {
            // Kernels of Ubuntu.
            if read("/proc/sys/kernel/apparmor_restrict_unprivileged_userns").trim() == "1" {
                return Self::AppArmor;
            }
            if printed.contains("unrecognized option") {
                return Self::OldUnshare;
            }
        }
        let last = printed.lines().rev().find(|line| !line.trim().is_empty());
        Self::Failed { reason: last.unwrap_or("`unshare` has failed").trim().to_owned() }
    }
}

/// The setting of the kernel that forbids user namespaces. `read` returns the content of a file.
fn forbidden(read: impl Fn(&str) -> String) -> Option<NoUserNamespace> {
    let is = |path: &str, value: &str| read(path).trim() == value;
    if is("/proc/sys/user/max_user_namespaces", "0") {
        return Some(NoUserNamespace::Forbidden {
            setting: "user.max_user_namespaces",
            value: 10_000,
        });
    }
    // Kernels of Debian.
    is("/proc/sys/kernel/unprivileged_userns_clone", "0").then_some(NoUserNamespace::Forbidden {
        setting: "kernel.unprivileged_userns_clone",
        value: 1,
    })
}

fn no_subordinate_ids(read: impl Fn(&str) -> String) -> Option<NoUserNamespace> {
    let id = getuid();
    let user = User::from_uid(id).ok().flatten().map_or_else(|| id.to_string(), |user| user.name);
    ["/etc/subuid", "/etc/subgid"].into_iter().find_map(|file| {
        let ranges = read(file);
        let owners = ranges.lines().filter_map(|line| line.split(':').next());
        if owners.into_iter().any(|owner| owner == user || owner == id.to_string()) {
            return None;
        }
        let first = ["/etc/subuid", "/etc/subgid"].map(|file| first_free(&read(file)));
        let first = first.into_iter().max().unwrap_or(FIRST_SUBORDINATE_ID);
        let last = first + SUBORDINATE_IDS - 1;
        Some(NoUserNamespace::NoSubordinateIds { user: user.clone(), file, first, last })
    })
}

/// The first ID above all ranges, which are lines of an owner, the first ID, and a number (subuid(5)).
fn first_free(ranges: &str) -> u64 {
    let end = |line: &str| {
        let mut fields = line.trim().split(':').skip(1).map(str::parse::<u64>);
        Some(fields.next()?.ok()? + fields.next()?.ok()?)
    };
    ranges.lines().filter_map(end).max().unwrap_or_default().max(FIRST_SUBORDINATE_ID)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_forbids_user_namespaces_is_named() {
        let with = |path: &'static str, value: &'static str| {
            forbidden(move |read| if read == path { value.to_owned() } else { String::new() })
        };
        assert_eq!(with("/proc/sys/user/max_user_namespaces", "96365\n"), None);
        let none = with("/proc/sys/user/max_user_namespaces", "0\n").unwrap();
        assert_eq!(
            none.to_string(),
            "user namespaces are forbidden: allow them as root with `sysctl --write \
             user.max_user_namespaces=10000`"
        );
        let debian = with("/proc/sys/kernel/unprivileged_userns_clone", "0\n").unwrap();
        assert!(
            debian.to_string().ends_with("`sysctl --write kernel.unprivileged_userns_clone=1`")
        );
    }

    #[test]
    fn a_user_without_subordinate_ids_is_offered_a_range_that_is_free() {
        let taken = "alice:100000:65536\nbob:165536:65536\n";
        let user = User::from_uid(getuid()).unwrap().unwrap().name;
        let missing = no_subordinate_ids(|_| taken.to_owned()).unwrap();
        assert_eq!(
            missing.to_string(),
            format!(
                "`{user}` has no subordinate IDs in `/etc/subuid`: add some as root with `usermod --add-subuids \
                 231072-296607 --add-subgids 231072-296607 {user}`"
            )
        );
        let own = format!("{taken}{user}:231072:65536\n");
        assert_eq!(no_subordinate_ids(|_| own.clone()), None);
        let group =
            no_subordinate_ids(
                |file| if file == "/etc/subuid" { own.clone() } else { String::new() },
            );
        let NoUserNamespace::NoSubordinateIds { file, first, .. } = group.unwrap() else {
            panic!()
        };
        assert_eq!((file, first), ("/etc/subgid", 296_608));
    }

    #[test]
    fn without_a_range_the_first_one_is_free() {
        assert_eq!(first_free(""), 100_000);
        assert_eq!(first_free("x:1:2\nbroken\ny:z:1\n"), 100_000);
    }
}
