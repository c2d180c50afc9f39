//! What rows measure with.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use docker_sandbox::{EngineRoot, ProcessEngine};

/// How long an engine may take to start.
const ENGINE_LIMIT: Duration = Duration::from_secs(60);

/// The programs, and a place for what they need.
#[derive(Debug)]
pub(crate) struct Bench {
    program: Option<PathBuf>,
    pub(crate) is_quick: bool,
    directory: PathBuf,
}

impl Bench {
    /// Measures with this `mdbook-docktest`; rows that need none do without.
    pub(crate) fn new(program: Option<PathBuf>, is_quick: bool) -> Result<Self> {
        let directory = project()?.join("target/bench");
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot make {}", directory.display()))?;
        Ok(Self { program, is_quick, directory })
    }

    /// `mdbook-docktest`.
    pub(crate) fn program(&self) -> Result<&Path> {
        self.program.as_deref().context("which program is measured? Say --program")
    }

    /// This program, for what is measured as a process of its own.
    pub(crate) fn ourselves() -> Result<PathBuf> {
        env::current_exe().context("cannot find this program")
    }

    /// A path for files of a row. It lies in the project, whose book.toml says how images are made.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes a chapter outside of the course; returns where it is.
    pub(crate) fn chapter(&self, name: &str, text: &str) -> Result<PathBuf> {
        let file = self.file(name);
        fs::write(&file, text).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(file)
    }

    /// `mdbook-docktest verify` of a chapter, in the project.
    pub(crate) fn verify(&self, chapter: &Path) -> Result<Command> {
        let mut command = Command::new(self.program()?);
        command.arg("verify").arg(chapter).current_dir(project()?);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        Ok(command)
    }

    /// An engine like those that `verify` starts.
    pub(crate) fn engine() -> Result<ProcessEngine> {
        Ok(ProcessEngine::start(&EngineRoot::find(), ENGINE_LIMIT)?)
    }
}

/// The project's directory.
fn project() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.ancestors().nth(2).context("this crate lies in crates/ of the project")?.to_owned())
}

/// How long something takes, in milliseconds.
pub(crate) fn milliseconds(action: impl FnOnce() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    action()?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// Runs a program to its end; its status must be 0.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{command:?}: {}\n{stdout}{stderr}", output.status);
    }
    Ok(())
}
