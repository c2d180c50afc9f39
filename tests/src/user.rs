//! A user of the machine who is not root.

use std::env;
use std::ffi::OsString;
use std::fs::{self, Permissions};
use std::io::Write;
use std::ops::Range;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, LazyLock};

use docker_sandbox::prepared_directory;

use crate::book::Book;
use crate::docker_group::DockerGroup;
use crate::program::{Program, program};

/// Copies a root file system, so that its owners are those of the user's namespace. Device files cannot be created
/// there, and engines do not need them.
const COPY: &str = r#"set -e
engines=$HOME/.cache/mdbook-docktest/engines
mkdir -p "$engines/copy"
ln -s copy "$engines/current"
exec unshare --user --map-root-user --map-auto \
    tar --extract --preserve-permissions --numeric-owner --exclude './dev/*' --directory "$engines/copy"
"#;

/// An ordinary user with a home directory, subordinate IDs, the program and an engine. Removed with all its files
/// when it is dropped.
#[derive(Debug)]
pub struct User {
    name: String,
    home: PathBuf,
}

impl User {
    /// The user whom all tests share, with one copy of the engine, which takes long to make.
    pub fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<User>> = LazyLock::new(|| {
            let user = Arc::new(User::new("docktest"));
            user.is_removed_after_the_tests();
            user.copy_engine();
            user
        });
        Arc::clone(&SHARED)
    }

    /// Nothing is dropped at the end of the tests' process. Then, however it ends, the input of this program ends.
    fn is_removed_after_the_tests(&self) {
        let remove = "read -r name; cat; exec userdel --remove \"$name\"";
        let mut removing = Command::new("sh");
        removing.args(["-c", remove]).process_group(0).stdin(Stdio::piped());
        let mut removing = removing.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        // Not as an argument: names like this one are those of engines.
        writeln!(removing.stdin.as_mut().unwrap(), "{}", self.name).unwrap();
        std::mem::forget(removing);
    }

    /// A new user without an engine. The name begins with `prefix`.
    pub fn new(prefix: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("{prefix}-{}-{count}", std::process::id());
        succeed(Command::new("useradd").args(["--create-home", "--shell", "/bin/sh", &name]));
        let home = PathBuf::from("/home").join(&name);
        let user = Self { name, home };
        let ranges = fs::read_to_string("/etc/subuid").unwrap_or_default();
        if !ranges.lines().any(|line| line.starts_with(&format!("{}:", user.name))) {
            let first = 700_000_000 + (count << 16);
            let range = format!("{first}-{}", first + 65_535);
            user.change(&["--add-subuids", &range, "--add-subgids", &range]);
        }
        // The build directory need not be readable for others.
        fs::copy(program(), user.program()).unwrap();
        user
    }

    /// Takes the user's subordinate IDs away.
    pub fn without_subordinate_ids(self) -> Self {
        for (file, option) in [("/etc/subuid", "--del-subuids"), ("/etc/subgid", "--del-subgids")] {
            let ranges = fs::read_to_string(file).unwrap();
            let prefix = format!("{}:", self.name);
            for range in ranges.lines().filter_map(|line| line.strip_prefix(&prefix)) {
                let (first, number) = range.split_once(':').unwrap();
                let [first, number] = [first, number].map(|text| text.parse::<u64>().unwrap());
                self.change(&[option, &format!("{first}-{}", first + number - 1)]);
            }
        }
        self
    }

    /// Makes the user a member of a group, with a copy of the program `docker`, which others may not be able to read.
    pub fn in_group(self, group: &DockerGroup) -> Self {
        self.change(&["--append", "--groups", group.name()]);
        let path = env::var_os("PATH").unwrap();
        let docker = env::split_paths(&path).map(|path| path.join("docker")).find(|p| p.is_file());
        let bin = self.home.join("bin");
        fs::create_dir_all(&bin).unwrap();
        fs::copy(docker.expect("`docker` is on the PATH"), bin.join("docker")).unwrap();
        self
    }

    fn change(&self, options: &[&str]) {
        succeed(Command::new("usermod").args(options).arg(&self.name));
    }

    fn copy_engine(&self) {
        let engine = prepared_directory().unwrap().join("current");
        let mut pack = Command::new("tar");
        pack.args(["--create", "--file=-", "--directory"]).arg(&engine).arg(".");
        let mut pack = pack.stdout(Stdio::piped()).spawn().unwrap();
        let words = self.words(["sh", "-c", COPY]);
        let archive = pack.stdout.take().unwrap();
        succeed(Command::new(&words[0]).args(&words[1..]).stdin(archive));
        assert!(pack.wait().unwrap().success());
    }

    /// Puts a script for `sh` first on this user's PATH.
    pub fn with_program(self, name: &str, script: &str) -> Self {
        self.gets_program(name, script);
        self
    }

    /// As [`Self::with_program`], for a user who is shared: the name must be one test's own.
    pub fn gets_program(&self, name: &str, script: &str) {
        let directory = self.home.join("bin");
        fs::create_dir_all(&directory).unwrap();
        let file = directory.join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}")).unwrap();
        fs::set_permissions(&file, Permissions::from_mode(0o755)).unwrap();
    }

    /// Puts a file of the user's own into the home directory.
    pub fn with_file(self, path: &str, text: &str) -> Self {
        self.gets_file(path, text);
        self
    }

    /// As [`Self::with_file`], for a user who is shared: the path must be one test's own.
    pub fn gets_file(&self, path: &str, text: &str) {
        let file = self.home.join(path);
        let words = self.words(["mkdir".into(), "--parents".into(), file.with_file_name("")]);
        succeed(Command::new(&words[0]).args(&words[1..]));
        fs::write(&file, text).unwrap();
        succeed(Command::new("chown").arg(format!("{0}:{0}", self.name)).arg(&file));
    }

    /// The user's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The user's home directory.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// The user's subordinate IDs.
    pub fn subordinate_ids(&self) -> Range<u32> {
        let ranges = fs::read_to_string("/etc/subuid").unwrap();
        let prefix = format!("{}:", self.name);
        let range = ranges.lines().find_map(|line| line.strip_prefix(&prefix)).unwrap();
        let (first, number) = range.split_once(':').unwrap();
        let [first, number] = [first, number].map(|text| text.parse::<u32>().unwrap());
        first..first + number
    }

    fn program(&self) -> PathBuf {
        self.home.join("mdbook-docktest")
    }

    /// The program as this user runs it, in the same directory, which then belongs to this user.
    pub fn runs(&self, program: Program) -> Program {
        self.runs_through([""; 0], program)
    }

    /// As [`Self::runs`]; root runs the command `words`, to which the user's is added.
    pub fn runs_through<const N: usize>(&self, words: [&str; N], program: Program) -> Program {
        let mut all: Vec<OsString> = words.map(OsString::from).into();
        all.extend(self.words([self.program()]));
        program.with_words(&all, |directory| self.owns(directory))
    }

    /// A program that builds the book as `mdbook build` does, as this user runs it.
    pub fn builds(&self, book: &Book, mdbook: &str) -> Program {
        let copy = self.home.join("mdbook-build");
        if !copy.exists() {
            fs::copy(mdbook, &copy).unwrap();
        }
        // In book.toml is the program that only root need be able to read.
        let command = "MDBOOK_PREPROCESSOR__DOCKTEST__COMMAND";
        let program = book.to_build(mdbook).env(command, self.program());
        program.with_words(&self.words([copy]), |directory| self.owns(directory))
    }

    fn owns(&self, directory: &Path) {
        succeed(Command::new("chown").args(["--recursive", &self.name]).arg(directory));
    }

    /// A command as this user runs it, with a user's environment.
    fn words<S: Into<OsString>>(&self, command: impl IntoIterator<Item = S>) -> Vec<OsString> {
        let mut words: Vec<OsString> =
            ["setpriv", "--reuid", &self.name, "--regid", &self.name, "--init-groups"]
                .map(OsString::from)
                .into();
        let home = self.home.display();
        let environment = [
            "env".to_owned(),
            format!("HOME={home}"),
            // Without the directories of root's programs, as on Debian.
            format!("PATH={home}/bin:/usr/local/bin:/usr/bin:/bin"),
        ];
        words.extend(environment.map(OsString::from));
        words.extend(command.into_iter().map(Into::into));
        words
    }
}

impl Drop for User {
    fn drop(&mut self) {
        // Fails if a process of the user is left, which its test then reports.
        let _ = Command::new("userdel").args(["--remove", &self.name]).output();
    }
}

#[track_caller]
pub(crate) fn succeed(command: &mut Command) {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {stderr}");
}
