//! A user who is not root runs everything, without `sudo` and without a Docker of the machine.

mod ends;
mod helpers;
mod ways;

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use testsuite::{Book, Outcome, Program, User, marker, workspace};

/// A book with the course's recipe for `alpine`, in the user's home directory: the project's need not be readable for
/// others.
pub(crate) fn book(user: &User) -> Book {
    // Tests of one user run side by side.
    static COPYING: Mutex<()> = Mutex::new(());
    let recipe = user.home().join("alpine");
    let _copying = COPYING.lock().unwrap_or_else(PoisonError::into_inner);
    if !recipe.exists() {
        copy(&workspace().join("book/images/alpine"), &recipe);
    }
    Book::new().setting(&format!("images.alpine = {recipe:?}"))
}

fn copy(from: &Path, to: &Path) {
    let status = Command::new("cp").arg("--recursive").args([from, to]).status().unwrap();
    assert!(status.success());
}

/// The shared user, in whose cache the image `alpine` is: building it takes longer than a test waits for a process.
pub(crate) fn user_with_alpine() -> Arc<User> {
    let user = User::shared();
    if !user.home().join(".cache/mdbook-docktest/images/references").exists() {
        let book = book(&user).step("docker image inspect --format ok alpine");
        user.runs(book.to_verify()).run().exits(0);
    }
    user
}

/// All files below a directory, and itself.
fn files(directory: &Path) -> Vec<PathBuf> {
    let mut all = vec![directory.to_owned()];
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => all.extend(files(&entry.path())),
            false => all.push(entry.path()),
        }
    }
    all
}

/// Checks that a user owns everything in a directory.
#[track_caller]
fn belongs_to(directory: &Path, user: &User) {
    is_owned(directory, user, |_| false);
}

/// Checks that everything in a directory is owned by a user, or by another ID that may own it.
#[track_caller]
fn is_owned(directory: &Path, user: &User, by_other: impl Fn(u32) -> bool) {
    let owner = fs::metadata(user.home()).unwrap().uid();
    assert_ne!(owner, 0);
    for file in files(directory) {
        let id = file.symlink_metadata().unwrap().uid();
        assert!(id == owner || by_other(id), "{} belongs to {id}", file.display());
    }
}

/// The course, in a directory of its own.
pub(crate) struct Course(tempfile::TempDir);

impl Course {
    /// Copies the course: the project's need not be readable for others.
    pub(crate) fn copy() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let to = directory.path().join("course");
        fs::create_dir(&to).unwrap();
        for name in ["book.toml", "book"] {
            copy(&workspace().join(name), &to.join(name));
        }
        Self(directory)
    }

    /// Runs the course as a user, with what `prepare` adds to the run, and records it. All files belong to the user then.
    pub(crate) fn record(&self, user: &User, prepare: impl FnOnce(Program) -> Program) -> Outcome {
        let directory = self.0.path().join("course");
        fs::set_permissions(self.0.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let record = Program::new(["record", "--format", "json"]).directory(&directory);
        let outcome = user.runs(prepare(record)).run();
        belongs_to(&directory, user);
        outcome
    }
}

#[test]
fn chapters_of_the_course_pass_and_all_that_is_written_belongs_to_the_user() {
    let user = User::shared();
    let chapters = ["--chapter", "sidecar.md", "--chapter", "compose.md"];
    let outcome =
        Course::copy().record(&user, |record| chapters.into_iter().fold(record, Program::arg));
    outcome
        .exits(0)
        .finds_nothing()
        .tells("engine: process, in a user namespace, because this user is not root\n");
    let cache = user.home().join(".cache/mdbook-docktest");
    let owner = fs::metadata(user.home()).unwrap().uid();
    for name in ["images", "images/references", "images/unpacked"] {
        assert_eq!(fs::metadata(cache.join(name)).unwrap().uid(), owner, "{name}");
    }
}

#[test]
#[ignore = "takes minutes: run it with `--ignored`"]
fn a_new_user_prepares_an_engine_and_the_whole_course_passes() {
    let user = User::new("new");
    let prepare = || {
        let directory = tempfile::tempdir().unwrap();
        let program = Program::new(["engine", "prepare"]).directory(directory.path());
        let outcome = user.runs(program).start().wait_for_downloads();
        outcome.exits(0);
        outcome
    };
    let engines = user.home().join(".cache/mdbook-docktest/engines");
    let first = prepare();
    let root = fs::canonicalize(engines.join("current")).unwrap();
    let place = format!("Debian trixie, in {}\n", root.display());
    assert_eq!(first.stdout(), format!("prepared: {place}"), "{first}");
    let second = prepare();
    assert_eq!(second.stdout(), format!("up to date: {place}"), "{second}");

    let outcome = Course::copy().record(&user, |record| record);
    outcome.exits(0).finds_nothing();
    let ids = user.subordinate_ids();
    is_owned(&user.home().join(".cache"), &user, |id| ids.contains(&id));
}

#[test]
fn a_step_ends_with_all_its_processes_and_not_with_those_of_earlier_steps() {
    let [earlier, job, own] = [marker(), marker(), marker()];
    let user = User::shared();
    let book = book(&user)
        .step(&format!("setsid -f sleep {earlier}; sleep {job} &"))
        .step_with(
            "timeout=1s",
            &format!(
                "setsid -f sleep {own}; (setsid sh -c 'sleep {own} & sleep {own}' &) ; sleep {own}"
            ),
        )
        .step(&format!("pgrep -cf 'sleep {own}$'; pgrep -af 'sleep {earlier}$' | wc -l"));
    let outcome = user.runs(book.to_verify()).run();
    outcome.exits(1);
    assert_eq!(outcome.output(3), "0\n1\n", "{outcome}");
}

#[test]
fn jobs_of_earlier_steps_are_still_known() {
    let user = User::shared();
    let book = book(&user)
        .step("sleep 600 & sleep 700 &")
        .step("jobs -r | wc -l; kill %1; wait %1 || true")
        .step("jobs -r | wc -l; kill %2")
        .step_with("until=\"^3\"", "i=0; while :; do echo $i; i=$((i+1)); sleep 0.1; done");
    let outcome = user.runs(book.to_verify()).run();
    outcome.exits(0).prints(2, "2\n").prints(3, "1\n");
}

#[test]
fn what_an_engine_does_for_root_it_does_in_a_user_namespace() {
    let user = User::shared();
    let book = book(&user)
        .step("docker run --rm --privileged alpine mount -t tmpfs none /mnt")
        .step("docker run -d --name web -p 8080:80 -v data:/data alpine sleep 600")
        .step("docker run --rm -v data:/data alpine sh -c 'echo x >/data/f; chown 1000:65534 /data/f'")
        .step("docker exec web stat -c %u:%g /data/f")
        .output("1000:65534\n")
        .step_with("tty", "docker run -it --rm alpine tty")
        .output("/dev/pts/0\n")
        .step("printf 'FROM alpine\\nRUN rm /etc/passwd\\n' >Dockerfile; docker build -q -t own .; docker run --rm own ls /etc/passwd || echo gone")
        .step("docker rm -f web; docker volume rm data; docker rmi own");
    let outcome = user.runs(book.to_verify()).run();
    outcome.exits(0);
    assert!(outcome.output(6).ends_with("gone\n"), "{outcome}");
}

#[test]
fn without_control_groups_it_is_said_what_does_not_work_and_each_failure_has_the_reason() {
    let user = User::shared();
    let book = book(&user)
        .setting("memory = \"300m\"")
        .step("docker run -d --name app alpine sleep 600")
        .step("docker pause app")
        .step("docker top app")
        .step("docker rm -f app");
    let outcome = user.runs(book.to_verify()).run();
    outcome
        .exits(1)
        .finds_only(&[("exit-status", "docker pause app"), ("exit-status", "docker top app")])
        .says("this user has no control groups, which `docker pause`, `docker top` and limits need")
        .tells("warning: no control groups: `docker pause` and `docker top` fail, and limits of containers have no effect\n")
        .tells("warning: without limits, the settings `memory` and `processes` have no effect\n");
    assert_eq!(outcome.stderr().matches("no control groups").count(), 1, "{outcome}");
}

/// Runs a command in a control group that belongs to a user, and mounts version 2 where systems with only that
/// have it. The group must have nothing left in it afterwards.
const IN_GROUP: &str = r#"
mount -t cgroup2 none /sys/fs/cgroup
group=/sys/fs/cgroup/$1
mkdir "$group"
chown "$2" "$group" "$group/cgroup.procs" "$group/cgroup.subtree_control" "$group/cgroup.threads"
echo $$ >"$group/cgroup.procs"
shift 2
exec "$@"
"#;

#[test]
fn with_control_groups_containers_can_be_paused_and_listed() {
    let user = User::shared();
    let book = book(&user)
        .step("docker run -d --name app alpine sleep 600")
        .step("docker pause app; docker inspect -f '{{.State.Status}}' app; docker unpause app")
        .output("app\npaused\napp\n")
        .step("docker top app | grep -c 'sleep 600'")
        .output("1\n")
        .step_with("timeout=1s", "setsid -f sleep 601; sleep 601")
        .step("pgrep -c sleep; docker pause app")
        .output("1\napp\n")
        .step("docker rm -f app");
    let group = format!("testsuite-{}", std::process::id());
    let words = ["unshare", "--mount", "sh", "-ec", IN_GROUP, "group", &group, user.name()];
    let outcome = user.runs_through(words, book.to_verify()).run();
    outcome.exits(1).finds_only(&[("timeout", "setsid -f sleep 601")]);
    outcome.keeps_quiet_about("`docker pause` and `docker top` fail");
    let removed = Command::new("unshare")
        .args(["--mount", "sh", "-ec"])
        .arg("mount -t cgroup2 none /sys/fs/cgroup; find /sys/fs/cgroup/$1 -depth -type d -exec rmdir {} +")
        .args(["remove", &group])
        .status();
    assert!(removed.unwrap().success(), "processes are left in the groups");
}

#[test]
fn a_user_without_subordinate_ids_gets_the_command_that_adds_some() {
    let user = User::new("no-ids").without_subordinate_ids();
    let outcome = user.runs(Book::new().step("true").to_verify()).run();
    outcome.exits(3).fails_saying(&[
        "no engine can start here: ",
        &format!("`{}` has no subordinate IDs in `/etc/subuid`", user.name()),
        "`usermod --add-subuids ",
    ]);
}

#[test]
fn commands_without_an_engine_need_no_namespace() {
    let user = User::new("plain").without_subordinate_ids();
    let book = Book::new().step("true");
    user.runs(book.command(["record", "--check"])).run().exits(1).keeps_quiet_about("subordinate");
    user.runs(book.command(["supports", "html"])).run().exits(0);
}
