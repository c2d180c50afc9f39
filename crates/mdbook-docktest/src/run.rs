//! Running chapters: the one part that touches the world.

mod bash;
mod connection;
mod container_spec;
mod echo;
mod effects;
mod engine_info;
mod error;
mod follow;
mod image_cache;
mod images;
pub(crate) mod mentions;
mod place;
pub(crate) mod recipe;
mod shell;
mod step;
mod step_runner;
mod transcript;
mod turnstile;
mod typist;
mod witness;

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use docker_cli::{Canceller, Command};
use docker_sandbox::{EngineRoot, ProcessEngine};

use self::effects::{Begin, effects, leftovers};
pub(crate) use self::error::RunError;
use self::image_cache::ImageCache;
use self::images::Images;
use self::mentions::names_image;
use self::shell::Shell;
use self::step_runner::StepRunner;
use self::witness::Witness;
use crate::book::settings::Settings;
use crate::model::recording::{
    CommandRecording, Effect, End, Leftover, ObjectKind, Origin, Recording, StepRecording,
};
use crate::model::scenario::{Scenario, Step};

/// How long an engine may take to start. It takes a third of a second; a loaded machine, longer.
const ENGINE_LIMIT: Duration = Duration::from_secs(60);

/// How long a step that does not hold yet is left alone before it is run again.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// How often a cancelled run is noticed.
const CANCEL_INTERVAL: Duration = Duration::from_millis(50);

/// Runs chapters, each on an engine of its own.
pub(crate) struct Runner<'a> {
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
    /// Makes the judge of a chapter's steps.
    pub judge: &'a (dyn Fn() -> Box<StepJudge<'a>> + Sync),
    /// Hears what is being done for a chapter.
    pub progress: &'a (dyn Fn(&Scenario, Progress<'_>) + Sync),
}

/// Judges the steps of one chapter, in order, each time that one has run.
pub(crate) type StepJudge<'a> = dyn FnMut(&Step, &[CommandRecording]) -> Verdict + 'a;

/// Whether a step that has run did what is expected of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It did.
    Passed,
    /// It did not, and the book does not mind. It is still retried.
    Tolerated,
    /// It did not.
    Failed,
}

/// What is being done.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Progress<'a> {
    /// The chapter's engine starts.
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
    /// The chapter is done, or cannot be run.
    End,
}

impl Runner<'_> {
    /// Runs a chapter's steps on a fresh engine; `None` when it has none to run.
    ///
    /// The engine is gone when this returns.
    ///
    /// # Errors
    /// When there is no engine, an image is missing, or the run is cancelled. What goes wrong in a
    /// step is no error: the recording has it.
    pub(crate) fn run(&self, scenario: &Scenario) -> Result<Option<Recording>, RunError> {
        if scenario.steps_that_run().next().is_none() {
            return Ok(None);
        }
        let recording = self.run_on_fresh_engine(scenario);
        (self.progress)(scenario, Progress::End);
        recording.map(Some)
    }

    fn run_on_fresh_engine(&self, scenario: &Scenario) -> Result<Recording, RunError> {
        (self.progress)(scenario, Progress::Engine);
        let wanted: Vec<(&str, &Path)> = self
            .settings
            .images
            .iter()
            .filter(|(reference, _)| names_image(scenario, reference))
            .map(|(reference, recipe)| (reference.as_str(), recipe.as_path()))
            .collect();
        let cache = ImageCache::new(&self.cache, &self.root);
        let store = cache.store(&wanted);
        let store = store.as_deref().filter(|store| store.is_dir());
        let engine =
            ProcessEngine::start_with_images(&self.canceller, &self.root, store, ENGINE_LIMIT)
                .map_err(|error| self.or_cancelled(error.into()))?;
        let docker = engine.docker().cancelled_by(self.canceller.clone());
        let about = engine_info::describe(&docker.clone().timeout(ENGINE_LIMIT))
            .map_err(|error| self.or_cancelled(error))?;
        let images = Images {
            engine: &engine,
            docker,
            canceller: &self.canceller,
            cache: &cache,
            progress: &|progress| (self.progress)(scenario, progress),
        };
        let images = images
            .provide_all(&wanted, store.is_some())
            .map_err(|error| self.or_cancelled(error))?;
        let witness = Witness::new(&engine, &self.canceller)?;
        let recorded_at = DateTime::<Utc>::from(SystemTime::now());
        let (mut steps, begins) = self.run_steps(scenario, &engine)?;
        let is_over = || self.canceller.is_cancelled() || !engine.is_running();
        let effects = effects(witness.testify(is_over), &begins);
        let leftovers = self.leftovers(&effects, &engine);
        for (step, effect) in effects {
            if let Some(StepRecording::Ran { effects, .. }) = steps.get_mut(step) {
                effects.push(effect);
            }
        }
        Ok(Recording {
            engine: about,
            images,
            steps,
            leftovers,
            recorded_at: recorded_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            origin: Origin::Run,
        })
    }

    /// Whatever fails in a run that is cancelled fails because it was stopped.
    fn or_cancelled(&self, error: RunError) -> RunError {
        if self.canceller.is_cancelled() { RunError::Cancelled } else { error }
    }

    /// What the steps have made and left.
    fn leftovers(&self, effects: &[(usize, Effect)], engine: &ProcessEngine) -> Vec<Leftover> {
        let images = || {
            let docker = engine.docker().cancelled_by(self.canceller.clone());
            let rows = docker.timeout(ENGINE_LIMIT).image().ls().call();
            // An engine that does not answer any more is a finding of its own.
            rows.unwrap_or_default()
                .into_iter()
                .map(|row| (format!("{}:{}", row.repository, row.tag), row.id.to_string()))
                .collect()
        };
        let any_image = effects.iter().any(|(_, effect)| effect.kind == ObjectKind::Image);
        let images: Vec<(String, String)> = if any_image { images() } else { Vec::new() };
        leftovers(effects.iter().map(|(step, effect)| (*step, effect)), &images)
    }

    /// Runs the steps; gives also when each command began, in order.
    fn run_steps(
        &self,
        scenario: &Scenario,
        engine: &ProcessEngine,
    ) -> Result<(Vec<StepRecording>, Vec<Begin>), RunError> {
        let environment = self.settings.environment.clone();
        let shell = Shell::new(engine, environment).map_err(RunError::io("making a shell"))?;
        let (timeout, canceller) = (self.settings.timeout, &self.canceller);
        let mut runner = StepRunner { place: engine, shell, timeout, canceller };
        let mut recordings = Vec::with_capacity(scenario.steps.len());
        let mut judge = (self.judge)();
        let mut begins = Vec::new();
        let mut skip = false;
        let mut lost = false;
        for (index, step) in scenario.steps.iter().enumerate() {
            let recording = if step.attributes.ignore {
                StepRecording::Ignored
            } else if lost || (skip && !step.attributes.cleanup) {
                StepRecording::Skipped
            } else {
                let of = scenario.steps.len();
                (self.progress)(scenario, Progress::Step { number: index + 1, of, step });
                let started = Instant::now();
                let patience = step.attributes.retry.unwrap_or_default();
                let (commands, verdict) = loop {
                    let (commands, times) = runner.run(step)?;
                    let begin = |(command, at)| Begin { step: index, command, at };
                    begins.extend(times.into_iter().enumerate().map(begin));
                    lost = commands.iter().any(|command| command.end == End::EngineLost);
                    let verdict = judge(step, &commands);
                    let is_late = started.elapsed() + RETRY_PAUSE > patience;
                    if verdict == Verdict::Passed || lost || is_late {
                        break (commands, verdict);
                    }
                    thread::sleep(RETRY_PAUSE);
                };
                skip |= self.fail_fast && verdict == Verdict::Failed;
                StepRecording::Ran { commands, effects: Vec::new() }
            };
            recordings.push(recording);
        }
        Ok((recordings, begins))
    }
}

#[cfg(test)]
mod local_place;
