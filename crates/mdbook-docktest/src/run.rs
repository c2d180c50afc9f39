//! Running chapters: the one part that touches the world.

mod follow;
mod images;
mod mentions;
mod shell;
mod step;
mod transcript;
mod typist;

use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use docker_cli::Canceller;
use docker_sandbox::{EngineRoot, ProcessEngine};

use self::images::Images;
use self::mentions::names_image;
use self::shell::Shell;
use self::step::{Ending, Reason, StepProcess};
use crate::check;
use crate::recording::{CommandRecording, End, Engine, Image, Recording, StepRecording};
use crate::scenario::{Scenario, Step};
use crate::settings::Settings;

/// How long an engine may take to start. It takes a third of a second; a loaded machine, longer.
const ENGINE_LIMIT: Duration = Duration::from_secs(60);

/// Runs chapters, each on an engine of its own.
pub struct Runner<'a> {
    /// What engines start from.
    pub root: EngineRoot,
    /// What the book says about running.
    pub settings: &'a Settings,
    /// Where images are kept between runs.
    pub cache: PathBuf,
    /// Whether a chapter's steps, those for cleaning up excepted, end with the first that fails.
    pub fail_fast: bool,
    /// Ends the run from outside.
    pub canceller: Canceller,
    /// Hears what is being done.
    pub progress: &'a dyn Fn(Progress<'_>),
}

/// What is being done.
#[derive(Debug, Clone, Copy)]
pub enum Progress<'a> {
    /// A chapter's engine starts.
    Engine,
    /// An image is being provided.
    Image {
        /// The image.
        reference: &'a str,
        /// `loading`, `pulling` or `building`.
        action: &'static str,
    },
    /// A recipe says something.
    Recipe {
        /// What it says.
        line: &'a str,
    },
    /// A step starts.
    Step {
        /// Its number, from 1.
        number: usize,
        /// How many there are.
        of: usize,
        /// The step.
        step: &'a Step,
    },
}

/// Why a chapter could not be run. Each message is one line, and says what to do where something
/// can be done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// There is no engine.
    #[error(transparent)]
    Engine(#[from] docker_sandbox::Error),
    /// An image of the book cannot be had.
    #[error(
        "no image `{reference}`: no registry gave it ({refusal}), and its recipe {} failed: {source}",
        .recipe.display()
    )]
    NoImage {
        /// The image.
        reference: String,
        /// What the registry said.
        refusal: String,
        /// The recipe's directory.
        recipe: PathBuf,
        /// Why the recipe failed.
        source: Box<RunError>,
    },
    /// A recipe's `prepare` failed.
    #[error("{message}")]
    Recipe {
        /// The last line that it printed.
        message: String,
    },
    /// An archive does not hold the image that it is called after.
    #[error("the archive {} does not hold `{reference}`: remove it and try again", .archive.display())]
    EmptyArchive {
        /// The image.
        reference: String,
        /// The archive.
        archive: PathBuf,
    },
    /// The engine did not do what was asked of it before the first step.
    #[error(transparent)]
    Docker(#[from] docker_cli::Error),
    /// The run was cancelled.
    #[error("interrupted")]
    Cancelled,
    /// A system call failed.
    #[error("{action}: {source}")]
    Io {
        /// What was being done.
        action: String,
        /// What the system said.
        source: io::Error,
    },
}

impl RunError {
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }
}

impl Runner<'_> {
    /// Runs a chapter's steps on a fresh engine; `None` when it has none to run.
    ///
    /// The engine is gone when this returns.
    ///
    /// # Errors
    /// When there is no engine, an image is missing, or the run is cancelled. What goes wrong in a
    /// step is no error: the recording has it.
    pub fn run(&self, scenario: &Scenario) -> Result<Option<Recording>, RunError> {
        if scenario.steps.iter().all(|step| step.attributes.ignore) {
            return Ok(None);
        }
        (self.progress)(Progress::Engine);
        let engine = ProcessEngine::start(&self.root, ENGINE_LIMIT)?;
        let docker = engine.docker().cancelled_by(self.canceller.clone());
        let about = self.describe(&docker)?;
        let images = self.provide_images(scenario, &engine, docker).map_err(|error| {
            // Whatever failed then, it failed because it was stopped.
            if self.canceller.is_cancelled() { RunError::Cancelled } else { error }
        })?;
        let steps = self.run_steps(scenario, &engine)?;
        Ok(Some(Recording { engine: about, images, steps }))
    }

    fn describe(&self, docker: &docker_cli::Docker) -> Result<Engine, RunError> {
        let version = docker.version().map_err(|error| self.or_cancelled(error))?;
        let info = docker.info().map_err(|error| self.or_cancelled(error))?;
        let kernel = info.other.get("KernelVersion").and_then(|value| value.as_str());
        Ok(Engine {
            kind: "process".to_owned(),
            version: version.server.version,
            api_version: version.server.api_version,
            storage_driver: info.driver,
            kernel: kernel.unwrap_or_default().to_owned(),
            architecture: version.server.arch,
        })
    }

    fn or_cancelled(&self, error: docker_cli::Error) -> RunError {
        if self.canceller.is_cancelled() { RunError::Cancelled } else { error.into() }
    }

    fn provide_images(
        &self,
        scenario: &Scenario,
        engine: &ProcessEngine,
        docker: docker_cli::Docker,
    ) -> Result<Vec<Image>, RunError> {
        let images = Images {
            engine,
            docker,
            canceller: &self.canceller,
            cache: &self.cache,
            progress: self.progress,
        };
        let runs = |step: &&Step| !step.attributes.ignore;
        let is_named = |reference: &str| {
            scenario.steps.iter().filter(runs).any(|step| names_image(&step.script, reference))
        };
        self.settings
            .images
            .iter()
            .filter(|(reference, _)| is_named(reference))
            .map(|(reference, recipe)| images.provide(reference, recipe))
            .collect()
    }

    fn run_steps(
        &self,
        scenario: &Scenario,
        engine: &ProcessEngine,
    ) -> Result<Vec<StepRecording>, RunError> {
        let environment = self.settings.environment.clone();
        let shell = Shell::new(engine, environment).map_err(RunError::io("making a shell"))?;
        let mut recordings = Vec::with_capacity(scenario.steps.len());
        let mut skip = false;
        let mut lost = false;
        for (index, step) in scenario.steps.iter().enumerate() {
            let recording = if step.attributes.ignore {
                StepRecording::Ignored
            } else if lost || (skip && !step.attributes.cleanup) {
                StepRecording::Skipped
            } else {
                let of = scenario.steps.len();
                (self.progress)(Progress::Step { number: index + 1, of, step });
                let command = self.run_step(step, index, engine, &shell)?;
                lost = command.end == End::EngineLost;
                skip |= self.fail_fast && !check::holds(step, &command);
                StepRecording::Ran { commands: vec![command] }
            };
            recordings.push(recording);
        }
        Ok(recordings)
    }

    fn run_step(
        &self,
        step: &Step,
        index: usize,
        engine: &ProcessEngine,
        shell: &Shell<'_>,
    ) -> Result<CommandRecording, RunError> {
        let timeout = step.attributes.timeout.unwrap_or(self.settings.timeout);
        let start = Instant::now();
        let lost = |error: RunError| {
            // Nothing can be started in an engine that is gone.
            if engine.is_running() { Err(error) } else { Ok(None) }
        };
        let run = || -> Result<_, RunError> {
            let group = engine.process_group(&format!("step-{}", index + 1))?;
            let words = shell
                .command(&step.script, &group)
                .map_err(RunError::io("handing a step to bash"))?;
            let process = StepProcess {
                words: &words,
                group: &group,
                stdin: step.attributes.stdin.as_deref(),
                follow: step.attributes.follow.as_ref(),
                timeout,
                canceller: &self.canceller,
            };
            process.run().map(Some).map_err(RunError::io("running a step"))
        };
        let outcome = run().or_else(lost)?;
        shell.take_over();
        let (end, transcript, duration) = match outcome {
            Some(outcome) => {
                (self.end(outcome.ending, timeout, engine)?, outcome.transcript, outcome.duration)
            }
            None => (End::EngineLost, crate::recording::Transcript::default(), start.elapsed()),
        };
        Ok(CommandRecording {
            command: step.script.clone(),
            end,
            transcript,
            duration_ms: u64::try_from(duration.as_millis()).unwrap_or(u64::MAX),
        })
    }

    fn end(
        &self,
        ending: Ending,
        timeout: Duration,
        engine: &ProcessEngine,
    ) -> Result<End, RunError> {
        match ending {
            _ if self.canceller.is_cancelled() => Err(RunError::Cancelled),
            Ending::Stopped(Reason::Cancelled) => Err(RunError::Cancelled),
            // The engine takes its steps with it.
            Ending::Exited(_) if !engine.is_running() => Ok(End::EngineLost),
            Ending::Exited(status) => Ok(End::Exited { status }),
            Ending::Stopped(Reason::Followed) => Ok(End::Stopped),
            Ending::Stopped(Reason::TimedOut) => {
                let limit_ms = u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX);
                Ok(End::TimedOut { limit_ms })
            }
        }
    }
}
