//! The program under test, as a child process.

use std::ffi::{OsStr, OsString};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, OnceLock};
use std::{env, fs};

use tempfile::TempDir;

use crate::hub::{Hub, Way};
use crate::outcome::Outcome;
use crate::running::Running;

/// The workspace's directory.
pub fn workspace() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The program: `MDBOOK_DOCKTEST` if that is set, else the workspace's, built with this test's profile.
pub fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| match env::var_os("MDBOOK_DOCKTEST") {
        Some(path) => fs::canonicalize(&path)
            .unwrap_or_else(|error| panic!("MDBOOK_DOCKTEST: {}: {error}", path.display())),
        None => build(),
    })
}

/// Builds the program even if the file exists: it could be older than its sources.
fn build() -> PathBuf {
    let test = env::current_exe().unwrap();
    // target/PROFILE/deps/testsuite-0123456789abcdef
    let directory = test.ancestors().nth(2).unwrap();
    let profile = match directory.file_name().and_then(OsStr::to_str).unwrap() {
        "debug" => "dev",
        other => other,
    };
    let status = cargo()
        .args(["build", "--quiet", "--package", "mdbook-docktest", "--bin", "mdbook-docktest"])
        .args(["--profile", profile, "--target-dir"])
        .arg(directory.parent().unwrap())
        .status()
        .unwrap();
    assert!(status.success(), "the program could not be built");
    directory.join("mdbook-docktest")
}

/// Cargo in the workspace, without the variables that describe the package of this test: the build script of ring
/// declares some of them as its inputs, so with others, cargo would compile it, and what depends on it, again.
pub fn cargo() -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(workspace());
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_MANIFEST_") || text.starts_with("CARGO_PKG_") {
            command.env_remove(&name);
        }
    }
    command
}

/// A run of the program, before its start.
#[derive(Debug)]
pub struct Program {
    command: Command,
    chapters: Vec<(String, String)>,
    stdin: Vec<u8>,
    directory: Option<Arc<TempDir>>,
}

impl Program {
    /// The program with these arguments.
    pub fn new<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Self {
        Self::through([program()], arguments)
    }

    /// A command that runs the program: its words, which contain the program's path, and the program's
    /// arguments.
    pub fn through<W: AsRef<OsStr>, S: AsRef<OsStr>>(
        words: impl IntoIterator<Item = W>,
        arguments: impl IntoIterator<Item = S>,
    ) -> Self {
        let words: Vec<OsString> = words.into_iter().map(|word| word.as_ref().to_owned()).collect();
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(arguments);
        // The tests must not depend on the settings of the person who runs them.
        for name in ["CI", "DOCKER_HOST", "DOCKER_CONTEXT", "NO_COLOR", "MDBOOK_LOG"] {
            command.env_remove(name);
        }
        Self { command, chapters: Vec::new(), stdin: Vec::new(), directory: None }
    }

    /// Runs it in a hub's namespaces, with the hub's home directory and cache. Environment variables that
    /// are set later replace the hub's.
    pub fn in_network(self, hub: &Hub) -> Self {
        self.by(&hub.way())
    }

    /// As [`Self::in_network`].
    pub(crate) fn by(mut self, way: &Way) -> Self {
        let mut command = Command::new(&way.words[0]);
        command.args(&way.words[1..]);
        // A mount namespace is entered at its root.
        command.arg("env");
        if let Some(directory) = self.command.get_current_dir() {
            command.arg("--chdir").arg(directory);
        }
        command.arg(self.command.get_program()).args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        // The machine's proxies are not reachable there; its certificates and logins are not for the hub.
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        for name in ["SSL_CERT_DIR", "CURL_CA_BUNDLE", "DOCKER_CONFIG"] {
            command.env_remove(name);
        }
        command.envs(way.environment.iter().map(|(name, value)| (name, value)));
        self.command = command;
        self
    }

    /// Runs it through another command, whose last word is another copy of the program. `prepare` is called with the
    /// working directory.
    pub(crate) fn with_words(mut self, words: &[OsString], prepare: impl FnOnce(&Path)) -> Self {
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]).args(self.command.get_args());
        for (name, value) in self.command.get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        if let Some(directory) = self.command.get_current_dir() {
            prepare(directory);
            command.current_dir(directory);
        }
        // Those of the person who runs the tests.
        for name in ["XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "DOCKER_CONFIG"] {
            command.env_remove(name);
        }
        self.command = command;
        self
    }

    /// Sets the working directory.
    pub fn directory(mut self, directory: impl AsRef<Path>) -> Self {
        self.command.current_dir(directory);
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// Adds an argument.
    pub fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.command.arg(argument);
        self
    }

    /// Sets its standard input.
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = bytes.into();
        self
    }

    /// Adds a text that findings can be about, with the end of its path, so that a test can refer to a
    /// line by its text.
    pub fn about(mut self, path: &str, text: &str) -> Self {
        self.chapters.push((path.to_owned(), text.to_owned()));
        self
    }

    /// Keeps a temporary directory until the program has ended.
    pub(crate) fn keep(mut self, directory: &Arc<TempDir>) -> Self {
        self.directory = Some(Arc::clone(directory));
        self
    }

    /// Starts the program.
    pub fn start(mut self) -> Running {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl-C at a terminal is for a whole process group, which must not be that of the tests.
        self.command.process_group(0);
        let child = self
            .command
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {:?}: {error}", self.command));
        Running::new(child, self.stdin, self.chapters, self.directory)
    }

    /// Runs the program to its end.
    pub fn run(self) -> Outcome {
        self.start().wait()
    }
}
