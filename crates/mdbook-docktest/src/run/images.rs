//! Provides images before the first step: from this user's archives, else from a registry, else from the
//! book's recipe.

use std::ffi::OsString;
use std::fs;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use docker_cli::{Canceller, Command, Docker};

use super::image_cache::ImageCache;
use super::{CANCEL_INTERVAL, Progress, RunError};
use crate::model::recording::{Image, ImageOrigin};
use crate::run::recipe;

/// How long pulling an image may take.
const PULL_LIMIT: Duration = Duration::from_secs(600);

/// How long a recipe may take.
const RECIPE_LIMIT: Duration = Duration::from_secs(900);

/// Provides images to an engine.
pub(super) struct Images<'a> {
    pub(super) docker: Docker,
    /// A directory for copies of recipes: it is removed with the engine.
    pub(super) scratch: PathBuf,
    pub(super) canceller: &'a Canceller,
    pub(super) cache: &'a ImageCache,
    pub(super) progress: &'a dyn Fn(Progress<'_>),
}

impl Images<'_> {
    /// Provides all of these images, given as references and recipes.
    ///
    /// # Errors
    /// When an image is not available from any source.
    pub(super) fn provide_all(&self, wanted: &[(&str, &Path)]) -> Result<Vec<Image>, RunError> {
        wanted.iter().map(|(reference, recipe)| self.provide(reference, recipe)).collect()
    }

    fn provide(&self, reference: &str, recipe: &Path) -> Result<Image, RunError> {
        // A second run waits for the archive instead of creating it again.
        let lock = self.cache.lock(|| self.check_cancelled())?;
        let (archive, origin) = match self.cache.archive(reference, recipe)? {
            Some((archive, origin)) => {
                // The archive is not removed by other runs.
                drop(lock);
                self.load(reference, &archive)?;
                (archive, origin)
            }
            None => {
                let origin = match self.pull(reference) {
                    Ok(()) => ImageOrigin::Pulled,
                    Err(refusal) => {
                        self.check_cancelled()?;
                        self.build(reference, recipe).map_err(|source| RunError::NoImage {
                            reference: reference.to_owned(),
                            refusal,
                            recipe: recipe.to_owned(),
                            source: Box::new(source),
                        })?;
                        ImageOrigin::Recipe
                    }
                };
                let archive = self.cache.archive_path(reference, recipe, origin)?;
                self.save(reference, &archive)?;
                (archive, origin)
            }
        };
        self.describe(reference, origin)?
            .ok_or_else(|| RunError::EmptyArchive { reference: reference.to_owned(), archive })
    }

    /// The engine's description of an image; `None` if it does not have the image.
    fn describe(&self, reference: &str, origin: ImageOrigin) -> Result<Option<Image>, RunError> {
        let found = self.docker.image().find(reference)?;
        let is_pulled = origin == ImageOrigin::Pulled;
        Ok(found.map(|image| Image {
            reference: reference.to_owned(),
            id: image.id.to_string(),
            repo_digest: image.repo_digests.into_iter().next().filter(|_| is_pulled),
            origin,
        }))
    }

    fn check_cancelled(&self) -> Result<(), RunError> {
        if self.canceller.is_cancelled() { Err(RunError::Cancelled) } else { Ok(()) }
    }

    fn load(&self, reference: &str, archive: &Path) -> Result<(), RunError> {
        (self.progress)(Progress::Image { reference, action: "loading" });
        self.docker.image().load(archive).call()?;
        Ok(())
    }

    /// Pulls an image. The error is the registry's message.
    fn pull(&self, reference: &str) -> Result<(), String> {
        (self.progress)(Progress::Image { reference, action: "pulling" });
        match self.docker.image().pull(reference).timeout(PULL_LIMIT).call() {
            Ok(_) => Ok(()),
            Err(error) => Err(error
                .failure()
                .map_or_else(|| error.to_string(), |failure| failure.message.clone())),
        }
    }

    /// Copies the recipe, runs its `prepare`, and builds the image without a network.
    fn build(&self, reference: &str, recipe: &Path) -> Result<(), RunError> {
        (self.progress)(Progress::Image { reference, action: "building" });
        let context = self.scratch.join("context");
        let archive = self.scratch.join("context.tar");
        let make = |context: &Path| -> io::Result<()> {
            fs::create_dir(context)?;
            recipe::copy(recipe, context)
        };
        make(&context).map_err(RunError::io("copying the recipe"))?;
        if context.join("prepare").is_file() {
            self.prepare(reference, &context)?;
        }
        let words = [
            OsString::from("--create"),
            "--file".into(),
            archive.clone().into(),
            "--directory".into(),
            context.clone().into(),
            ".".into(),
        ];
        duct::cmd("tar", words)
            .stdin_null()
            .stdout_null()
            .run()
            .map_err(RunError::io("packing the recipe with `tar`"))?;
        self.docker
            .image()
            .build_from(archive.as_path())
            .tag(reference)
            .flag("--network=none")
            .timeout(RECIPE_LIMIT)
            .call()?;
        fs::remove_dir_all(&context)
            .and_then(|()| fs::remove_file(&archive))
            .map_err(RunError::io("removing the recipe's copy"))
    }

    /// Runs the recipe's `prepare` in its own PID and mount namespaces, so that its processes and mounts
    /// end with this process.
    fn prepare(&self, reference: &str, context: &Path) -> Result<(), RunError> {
        let words = [
            "setpriv",
            "--pdeathsig",
            "KILL",
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--mount-proc",
            "--kill-child=KILL",
            "./prepare",
        ];
        let starting = || RunError::io(format!("running the recipe of `{reference}`"));
        let reader = duct::cmd("setsid", words)
            .dir(context)
            // If it is killed, its temporary files are removed with the engine.
            .env("TMPDIR", &self.scratch)
            .stdin_null()
            .stderr_to_stdout()
            .unchecked()
            .reader()
            .map_err(starting())?;
        let deadline = Instant::now() + RECIPE_LIMIT;
        let done = AtomicBool::new(false);
        let last_line = thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    if self.canceller.is_cancelled() || Instant::now() > deadline {
                        // Fails only if the process has exited.
                        let _ = reader.kill();
                        break;
                    }
                    thread::sleep(CANCEL_INTERVAL);
                }
            });
            let last_line = self.report_lines(&reader);
            done.store(true, Ordering::Relaxed);
            last_line
        });
        let last_line = last_line.map_err(starting())?;
        self.check_cancelled()?;
        match reader.try_wait().map_err(starting())? {
            Some(output) if output.status.success() => Ok(()),
            _ => Err(RunError::Recipe { message: last_line }),
        }
    }

    /// Reports each line of a recipe's output. Returns the last line that is not blank.
    fn report_lines(&self, output: impl io::Read) -> io::Result<String> {
        let mut last_line = String::new();
        for line in BufReader::new(output).split(b'\n') {
            let line = line?;
            let line = String::from_utf8_lossy(&line);
            (self.progress)(Progress::Recipe { line: &line });
            if !line.trim().is_empty() {
                last_line = line.trim().to_owned();
            }
        }
        Ok(last_line)
    }

    /// Saves the image for later runs: completely, or not at all.
    fn save(&self, reference: &str, archive: &Path) -> Result<(), RunError> {
        Ok(self.docker.image().save([reference]).to(archive)?)
    }
}

#[cfg(test)]
mod tests;
