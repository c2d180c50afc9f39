//! The docker program of the prepared engine, without a daemon.
//!
//! Its plugins and its configuration are in temporary directories. No daemon is reachable: help
//! leaves out what the connected one does not support.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use docker_sandbox::prepared_directory;
use serde_json::Value;
use tempfile::TempDir;

/// Where Debian's packages install plugins, relative to the root.
const PLUGINS: &str = "usr/libexec/docker/cli-plugins";
/// The plugins whose commands are part of docker-cli.
const KNOWN: [&str; 2] = ["buildx", "compose"];
/// How long a command may take that only parses its flags or prints help.
const LIMIT: Duration = Duration::from_secs(30);

/// The docker program.
pub(super) struct Program {
    docker: PathBuf,
    home: TempDir,
    /// The names of the plugins that it has.
    plugins: Vec<&'static str>,
}

/// Which plugins docker has: with buildx, `docker image build` is buildx's.
#[derive(Clone, Copy)]
pub(super) enum Plugins {
    None,
    All,
}

/// What docker printed.
pub(super) struct Printed {
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Program {
    /// The program of the prepared engine that is in use.
    ///
    /// # Errors
    ///
    /// If there is no prepared engine, or it lacks docker or a plugin.
    pub(super) fn of_prepared_engine() -> Result<Self> {
        let engines = prepared_directory().context("there is no home directory: set HOME")?;
        let root = engines.join("current");
        let root = root.canonicalize().with_context(|| {
            format!("no prepared engine in {}: run `cargo xtask engine`", engines.display())
        })?;
        let program = Self::of_root(&root)?;
        if let Some(plugin) = KNOWN.iter().find(|plugin| !program.plugins.contains(plugin)) {
            bail!("no {plugin} in {}: update the prepared engine's packages", root.display());
        }
        Ok(program)
    }

    /// The program in a root file system, with the plugins that are there.
    ///
    /// # Errors
    ///
    /// If the system refuses a temporary directory.
    pub(super) fn of_root(root: &Path) -> Result<Self> {
        let home = tempfile::tempdir().context("cannot create a temporary directory")?;
        let directory = home.path().join("all/cli-plugins");
        fs::create_dir_all(&directory).context("cannot create a directory for plugins")?;
        let mut plugins = Vec::new();
        for plugin in KNOWN {
            let file = format!("docker-{plugin}");
            let program = root.join(PLUGINS).join(&file);
            if program.is_file() {
                symlink(program, directory.join(file)).context("cannot link a plugin")?;
                plugins.push(plugin);
            }
        }
        Ok(Self { docker: root.join("usr/bin/docker"), home, plugins })
    }

    /// The names of the plugins that it has, of those whose commands are part of docker-cli.
    pub(super) fn plugins(&self) -> &[&'static str] {
        &self.plugins
    }

    /// Runs docker; its exit status does not matter.
    ///
    /// # Errors
    ///
    /// If it cannot be started, or does not end in time.
    pub(super) fn run<S>(&self, plugins: Plugins, words: &[S]) -> Result<Printed>
    where
        S: AsRef<str>,
    {
        let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
        let what = || format!("`docker {}`", words.join(" "));
        let home = self.home.path();
        let config = home.join(match plugins {
            Plugins::None => "none",
            Plugins::All => "all",
        });
        let environment = [
            ("PATH", Path::new("/usr/bin:/bin")),
            ("HOME", home),
            ("DOCKER_CONFIG", &config),
            ("DOCKER_HOST", Path::new("unix:///nonexistent")),
        ];
        let handle = duct::cmd(&self.docker, &words)
            .full_env(environment)
            .dir(home)
            .stdin_null()
            .stdout_capture()
            .stderr_capture()
            .unchecked()
            .start()
            .with_context(|| format!("cannot run {}", what()))?;
        let Some(output) = handle.wait_timeout(LIMIT)? else {
            handle.kill().with_context(|| format!("cannot end {}", what()))?;
            bail!("{} did not end within {LIMIT:?}", what());
        };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Ok(Printed { stdout: text(&output.stdout), stderr: text(&output.stderr) })
    }

    /// Writes a file into the directory in which docker runs.
    ///
    /// # Errors
    ///
    /// If it cannot be written.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<()> {
        fs::write(self.home.path().join(name), text).with_context(|| format!("cannot write {name}"))
    }

    /// The version of docker.
    ///
    /// # Errors
    ///
    /// If it prints none.
    pub(super) fn version(&self) -> Result<String> {
        let docker = self.run(Plugins::None, &["version", "--format={{json .Client}}"])?;
        let docker: Value = serde_json::from_str(&docker.stdout)
            .with_context(|| format!("unexpected version of docker: `{}`", docker.stdout))?;
        Ok(docker["Version"].as_str().context("docker prints no version")?.to_owned())
    }

    /// The versions of docker, compose and buildx.
    ///
    /// # Errors
    ///
    /// If one of them cannot be found.
    pub(super) fn versions(&self) -> Result<[String; 3]> {
        let docker = self.version()?;
        let compose = self.run(Plugins::All, &["compose", "version", "--short"])?;
        let buildx = self.run(Plugins::All, &["buildx", "version"])?;
        let buildx = buildx.stdout.split(' ').nth(1).context("buildx prints no version")?;
        Ok([docker, compose.stdout.trim().to_owned(), buildx.to_owned()])
    }
}
