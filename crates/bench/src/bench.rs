//! Helpers for measuring.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};
use std::{env, fs};

use anyhow::{Context, Result, bail};
use docker_cli::Canceller;
use docker_images::Index;
use docker_sandbox::{
    EngineImage, EngineOptions, EngineRoot, ImageStore, ProcessEngine, cache_directory,
};

use crate::images::Cache;

/// How long an engine may take to start.
const ENGINE_LIMIT: Duration = Duration::from_secs(60);

/// The programs to measure, and a directory for their files.
#[derive(Debug)]
pub(crate) struct Bench {
    program: Option<PathBuf>,
    pub(crate) is_quick: bool,
    directory: PathBuf,
    large_images: RefCell<Option<Rc<Cache>>>,
}

impl Bench {
    /// `program` is `mdbook-docktest`; some rows do not need it.
    pub(crate) fn new(program: Option<PathBuf>, is_quick: bool) -> Result<Self> {
        let directory = project()?.join("target/bench");
        fs::create_dir_all(&directory)
            .with_context(|| format!("cannot create {}", directory.display()))?;
        Ok(Self { program, is_quick, directory, large_images: RefCell::default() })
    }

    /// `mdbook-docktest`.
    pub(crate) fn program(&self) -> Result<&Path> {
        self.program.as_deref().context("no program to measure: pass --program PROGRAM")
    }

    /// The path of this program, for measurements in a process of their own.
    pub(crate) fn current_exe() -> Result<PathBuf> {
        env::current_exe().context("cannot find the path of this program")
    }

    /// The path of a row's file. It is in the project, whose book.toml has the recipes of images.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// Writes a chapter that is not part of the course; returns its path.
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

    /// Starts an engine like those of `verify`.
    pub(crate) fn engine() -> Result<ProcessEngine> {
        Self::engine_with(&[])
    }

    /// Starts an engine with images that earlier runs of the program have left in the cache, given by
    /// their references with tags.
    pub(crate) fn engine_with(references: &[&str]) -> Result<ProcessEngine> {
        let cache = cache_directory().context("there is no home directory: set HOME")?;
        Self::engine_from(&cache.join("images"), references, None)
    }

    /// As [`Self::engine_with`], with the images of a directory, and with a limit for memory.
    pub(crate) fn engine_from(
        directory: &Path,
        references: &[&str],
        memory: Option<u64>,
    ) -> Result<ProcessEngine> {
        let index = Index::new(directory.join("references"));
        let store = ImageStore::new(directory.join("unpacked"));
        let image = |reference: &&str| -> Result<EngineImage> {
            let kept = index.latest(&reference.parse()?);
            let kept = kept.with_context(|| format!("image {reference} is not in the cache"))?;
            let id = kept.id.to_string().parse()?;
            Ok(EngineImage { id, names: vec![(*reference).to_owned()] })
        };
        let images: Vec<EngineImage> = references.iter().map(image).collect::<Result<_>>()?;
        let root = EngineRoot::find();
        let options = EngineOptions {
            images: Some((&store, &images)),
            memory,
            ..EngineOptions::new(&root, ENGINE_LIMIT)
        };
        Ok(ProcessEngine::start(&options, &Canceller::new())?)
    }

    /// The cache that `make` returns at the first call. It is removed once all rows are measured.
    pub(crate) fn large_images(&self, make: impl FnOnce() -> Result<Cache>) -> Result<Rc<Cache>> {
        let mut cache = self.large_images.borrow_mut();
        match &*cache {
            Some(cache) => Ok(Rc::clone(cache)),
            None => Ok(Rc::clone(cache.insert(Rc::new(make()?)))),
        }
    }
}

/// The project's directory.
pub(crate) fn project() -> Result<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(here.ancestors().nth(2).context("this crate is not in crates/ of the project")?.to_owned())
}

/// How long something takes, in milliseconds.
pub(crate) fn milliseconds(action: impl FnOnce() -> Result<()>) -> Result<f64> {
    let start = Instant::now();
    action()?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

/// Runs a program to its end.
///
/// # Errors
/// When it cannot be started, or its exit status is not 0.
pub(crate) fn succeed(command: &mut Command) -> Result<()> {
    let output = command.output().with_context(|| format!("cannot run {command:?}"))?;
    if !output.status.success() {
        let (stdout, stderr) =
            (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        bail!("{command:?}: {}\n{stdout}{stderr}", output.status);
    }
    Ok(())
}
