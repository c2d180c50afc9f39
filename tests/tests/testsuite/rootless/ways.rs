//! Which program creates the user namespace.

use testsuite::{Book, User};

/// `unshare` where AppArmor forbids user namespaces to programs without a profile.
const FORBIDDEN: &str = r#"
case $* in
*--map-auto*)
    echo "unshare: write failed /proc/self/uid_map: Operation not permitted" >&2
    exit 1
    ;;
esac
exec /usr/bin/unshare "$@"
"#;

/// `rootlesskit`, which notes how it is called.
const ROOTLESSKIT: &str = r#"
echo "rootlesskit $*" >>"$HOME/calls"
exec /usr/bin/unshare --user --map-root-user --map-auto "$@"
"#;

/// `systemd-run`, which notes how it is called.
const SYSTEMD_RUN: &str = r#"
echo "systemd-run $*" >>"$HOME/calls"
until [ "$1" = -- ]; do shift; done
shift
exec "$@"
"#;

/// Runs a command where only version 2 of control groups is mounted.
const VERSION_2: &str = "mount -t cgroup2 none /sys/fs/cgroup; exec \"$@\"";

/// How the programs were called for the command `verify`, without their last words, which are the program's.
fn calls(user: &User) -> Vec<String> {
    let calls = std::fs::read_to_string(user.home().join("calls")).unwrap_or_default();
    let program = format!(" {}", user.home().join("mdbook-docktest").display());
    let calls = calls.lines().filter_map(|line| line.split_once(&program));
    calls.map(|(call, _)| call.to_owned()).collect()
}

#[test]
fn it_is_rootlesskit_where_unshare_may_not() {
    let user = User::new("kit");
    let user = user.with_program("unshare", FORBIDDEN).with_program("rootlesskit", ROOTLESSKIT);
    let outcome = user.runs(Book::new().step("true").to_verify()).run();
    assert_eq!(calls(&user), ["rootlesskit --"], "{outcome}");
}

#[test]
fn it_is_in_a_scope_of_systemd_if_there_is_a_manager_that_delegates_control_groups() {
    let user = User::new("scope").with_program("systemd-run", SYSTEMD_RUN);
    let manager = user.home().join("runtime/systemd");
    std::fs::create_dir_all(&manager).unwrap();
    let run = || {
        let words = ["unshare", "--mount", "sh", "-ec", VERSION_2, "version-2"];
        let program = user.runs_through(words, Book::new().step("true").to_verify());
        program.env("XDG_RUNTIME_DIR", user.home().join("runtime")).run();
        calls(&user)
    };
    assert_eq!(run(), [""; 0]);
    std::fs::write(manager.join("private"), "").unwrap();
    assert_eq!(
        run(),
        [
            "systemd-run --user --scope --quiet --collect --property=Delegate=yes -- unshare --user --map-root-user \
          --map-auto --mount --"
        ]
    );
}
