//! Runs chapters on engines. No other stage of the pipeline starts processes for a chapter.

mod bash;
mod connection;
mod container_spec;
mod disk_usage;
pub(crate) mod docker;
mod echo;
mod effects;
mod engine_info;
mod error;
mod follow;
mod images;
mod instruction;
mod limits;
mod line_echo;
mod lists;
mod page_ids;
mod place;
mod prompt;
pub(crate) mod remote;
mod settle;
mod shell;
mod step;
mod step_runner;
mod transcript;
mod turnstile;
mod typist;
mod witness;

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, SecondsFormat, Utc};
use docker_cli::{Canceller, Docker, DockerCommand};
use docker_images::Reference;
use docker_sandbox::{EngineOptions, EngineRoot, ProcessEngine};
use serde::{Deserialize, Serialize};

pub(crate) use self::disk_usage::disk_usage;
use self::effects::{CommandStart, effects, leftovers};
pub(crate) use self::error::RunError;
pub(crate) use self::images::{
    Amount, Caller, Cleaned, ContextMaker, Inventory, Kept, ListedImage, Stored, Supplier,
    Unpacked, clean_images, recipe,
};
use self::images::{ChapterRegistry, Images, Learned, MIRROR_PORT, Wanted, pulled_unasked};
use self::limits::{LimitedEngine, LimitsWatch};
use self::page_ids::PageIds;
use self::shell::Shell;
use self::step_runner::StepRunner;
use self::witness::Witness;
use crate::book::settings::Settings;
use crate::extract::image_uses::{ImageUses, UseKind, image_uses};
use crate::model::finding::Level;
use crate::model::recording::{
    CommandRecording, Effect, End, Image, Leftover, Limit, ObjectKind, Origin, Recording,
    StepRecording, UnwrittenFile,
};
use crate::model::scenario::{ChapterFile, Scenario, Step};

/// How long an engine may take to start. It takes a third of a second, and longer on a loaded machine.
const ENGINE_LIMIT: Duration = Duration::from_secs(60);

/// How often a chapter is run again because it has pulled images that were not known before. Each time, it
/// can go on to another one.
const MOST_REPEATS: usize = 4;

/// The pause before a step that has not passed yet is run again.
const RETRY_PAUSE: Duration = Duration::from_millis(200);

/// How often it is checked whether the run has been cancelled.
const CANCEL_INTERVAL: Duration = Duration::from_millis(50);

/// Where chapters run.
pub(crate) trait RunChapters: Sync {
    /// Runs a chapter's steps. Returns `None` if it has no step to run. `text` is that of the chapter, and
    /// `used_before` are the images of an earlier recording: the commands may not say that they use them.
    ///
    /// # Errors
    /// When the engine does not start, an image is not available, the run is cancelled, or the place is lost (see
    /// [`RunError::is_lost_place`]). A failing step is not an error: its failure is part of the recording.
    fn run(
        &self,
        scenario: &Scenario,
        text: &str,
        used_before: &[Image],
    ) -> Result<Option<Recording>, RunError>;
}

/// Runs chapters on this machine, each on its own engine.
pub(crate) struct Runner<'a> {
    /// The root file system of the engines.
    pub root: EngineRoot,
    pub settings: &'a Settings,
    /// Where images come from.
    pub supplier: Arc<Supplier>,
    /// Whether a chapter's steps are skipped after the first that fails, except those for cleaning up. All
    /// are after a guard that has not passed.
    pub fail_fast: bool,
    /// Stops the run from another thread.
    pub canceller: Canceller,
    /// Returns a new judge for the steps of a chapter on an engine of this version.
    pub judge: &'a (dyn Fn(&str) -> Box<StepJudge<'a>> + Sync),
    /// Called with what is being done for a chapter.
    pub progress: &'a (dyn Fn(&Scenario, Progress<'_>) + Sync),
}

/// Judges the steps of one chapter, in order, each time one has run.
pub(crate) type StepJudge<'a> = dyn FnMut(&Step, &[CommandRecording]) -> Verdict + 'a;

/// Whether a step that has run met its expectations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    Passed,
    /// It failed, but the book's lints allow that. It is retried all the same. The failure of a guard is
    /// never tolerated.
    Tolerated,
    Failed,
}

/// What is being done for a chapter.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Progress<'a> {
    /// Its engine is starting.
    Engine,
    /// An image is being made ready.
    Image { reference: &'a str, action: ImageAction },
    /// Something that the author should know of, although the run goes on.
    Notice { line: &'a str },
    /// A recipe has printed a line.
    Recipe { line: &'a str },
    /// A step starts.
    Step {
        /// The step's number, counted from 1.
        number: usize,
        /// The number of steps.
        of: usize,
        step: &'a Step,
    },
    /// The run is over, whether it succeeded or not.
    End,
}

/// What is being done to have an image ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum ImageAction {
    /// Another run is adding images to the cache.
    Waiting,
    /// It is copied from the author's own Docker.
    Copying,
    /// The registry is asked for it.
    Fetching,
    /// A part of it has come.
    Received {
        /// The number of the layer that comes, counted from 1.
        layer: usize,
        layers: usize,
        /// Bytes of all layers.
        bytes: u64,
        of_bytes: u64,
    },
    /// It has come from the registry.
    Fetched {
        layers: usize,
        /// The size of its compressed layers, in bytes.
        bytes: u64,
    },
    /// It is built from the book's recipe.
    Building,
    /// Its layers are unpacked, once for all later runs.
    Unpacking,
}

impl RunChapters for Runner<'_> {
    /// Runs the steps on a new engine, which is gone when this returns.
    fn run(
        &self,
        scenario: &Scenario,
        _text: &str,
        used_before: &[Image],
    ) -> Result<Option<Recording>, RunError> {
        if scenario.steps_that_run().next().is_none() {
            return Ok(None);
        }
        let recording = self.run_with_images(scenario, used_before);
        (self.progress)(scenario, Progress::End);
        recording.map(Some)
    }
}

impl Runner<'_> {
    /// Runs the steps, and again if only the run has shown which images they use.
    fn run_with_images(
        &self,
        scenario: &Scenario,
        used_before: &[Image],
    ) -> Result<Recording, RunError> {
        (self.progress)(scenario, Progress::Engine);
        let learned = Learned::new(&self.supplier);
        let mut wanted = wanted(scenario, &learned, used_before);
        for _ in 0..MOST_REPEATS {
            let (recording, pulled) = self.run_on_new_engine(scenario, &wanted)?;
            let is_new = |image: &Reference| wanted.iter().all(|wanted| wanted.reference != *image);
            let new: Vec<Reference> = pulled.into_iter().filter(is_new).collect();
            if new.is_empty() {
                return Ok(recording);
            }
            learned.keep(scenario, &new);
            let names: Vec<String> = new.iter().map(ToString::to_string).collect();
            let names = names.join(", ");
            let line = format!("runs again, now with the images that it has pulled: {names}");
            (self.progress)(scenario, Progress::Notice { line: &line });
            wanted.extend(new.into_iter().map(Wanted::present));
        }
        Ok(self.run_on_new_engine(scenario, &wanted)?.0)
    }

    /// Runs the steps. Also returns the images that they have pulled without saying so.
    fn run_on_new_engine(
        &self,
        scenario: &Scenario,
        wanted: &[Wanted],
    ) -> Result<(Recording, Vec<Reference>), RunError> {
        let images = Images {
            supplier: &self.supplier,
            progress: &|progress| (self.progress)(scenario, progress),
        };
        let ready = images.make_ready(wanted).map_err(|error| self.or_cancelled(error))?;
        let options = EngineOptions {
            images: Some((self.supplier.store(), &ready.present)),
            memory: self.settings.memory,
            processes: self.settings.processes,
            disk: self.settings.disk,
            registry_mirror: Some(MIRROR_PORT),
            mirrored_registries: &ready.registries,
            ..EngineOptions::new(&self.root, ENGINE_LIMIT)
        };
        let engine = ProcessEngine::start(&options, &self.canceller)
            .map_err(|error| self.or_cancelled(error.into()))?;
        let registry = ChapterRegistry::start(&self.supplier, &engine)?;
        let docker = engine.docker().cancelled_by(self.canceller.clone()).timeout(ENGINE_LIMIT);
        let description =
            engine_info::describe(&docker).map_err(|error| self.or_cancelled(error))?;
        let witness = Witness::new(&engine, &self.canceller)
            .map_err(RunError::io("following the engine's events"))
            .map_err(|error| self.or_cancelled(error))?;
        let recorded_at = DateTime::<Utc>::from(SystemTime::now());
        let limited = LimitedEngine { engine: &engine, settings: self.settings };
        let mut limits = LimitsWatch::new(&limited);
        let RanSteps { recordings: mut steps, starts, unwritten } =
            self.run_steps(scenario, (&engine, &description.version), &mut limits)?;
        let give_up = || self.canceller.is_cancelled() || !engine.is_running();
        let effects = effects(witness.finish(give_up), &starts);
        let leftovers = leftovers_on(&docker, &effects);
        let log = registry.take_log();
        for image in &log.mended {
            let line = format!("image {image} was damaged in the cache, and was fetched again");
            (self.progress)(scenario, Progress::Notice { line: &line });
        }
        let (images, unavailable_images) = ready.with_log(&self.supplier, log);
        let pulled = pulled_unasked(scenario, &effects);
        for (step, effect) in effects {
            if let Some(StepRecording::Ran { effects, .. }) = steps.get_mut(step) {
                effects.push(effect);
            }
        }
        let recording = Recording {
            engine: description,
            images,
            unavailable_images,
            steps,
            leftovers,
            unwritten_files: unwritten,
            limits: limits.finish(),
            recorded_at: recorded_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            origin: Origin::Run,
        };
        Ok((recording, pulled))
    }

    /// In a run that is cancelled, any error is a consequence of that.
    fn or_cancelled(&self, error: RunError) -> RunError {
        if self.canceller.is_cancelled() { RunError::Cancelled } else { error }
    }

    /// Runs the steps.
    fn run_steps(
        &self,
        scenario: &Scenario,
        (engine, version): (&ProcessEngine, &str),
        limits: &mut LimitsWatch<'_>,
    ) -> Result<RanSteps, RunError> {
        let environment = self.settings.environment.clone();
        let shell = Shell::new(engine, environment).map_err(RunError::io("creating a shell"))?;
        let (timeout, canceller) = (self.settings.timeout, &self.canceller);
        let page_ids = PageIds::new(scenario, version, &self.settings.placeholders);
        let mut runner = StepRunner::new(engine, shell, page_ids, timeout, canceller);
        let mut recordings = Vec::with_capacity(scenario.steps.len());
        let mut judge = (self.judge)(version);
        let mut starts = Vec::new();
        let mut unwritten = Vec::new();
        let mut skip = false;
        let mut lost = false;
        let mut is_stopped = false;
        for (index, step) in scenario.steps.iter().enumerate() {
            let mut has_passed = false;
            let recording = if !step.runs() {
                StepRecording::Ignored
            } else if !step.runs_on(version) {
                StepRecording::OtherEngine
            } else if lost || is_stopped || (skip && !step.attributes.cleanup) {
                StepRecording::Skipped
            } else {
                let of = scenario.steps.len();
                (self.progress)(scenario, Progress::Step { number: index + 1, of, step });
                let started = Instant::now();
                let retry_for = step.attributes.retry.unwrap_or_default();
                let (indices, mut files): (Vec<usize>, Vec<&ChapterFile>) =
                    scenario.files_before_on(index, version).unzip();
                let before = runner.page_ids.clone();
                let (commands, verdict) = loop {
                    // Objects that are made again have other IDs.
                    runner.page_ids.clone_from(&before);
                    let (commands, times) = runner.run(step, &files)?;
                    // They are written once, also for a step that is run again.
                    if !files.is_empty() {
                        files.clear();
                        unwritten.extend(indices.iter().enumerate().filter_map(
                            |(number, &file)| {
                                Some(UnwrittenFile {
                                    file,
                                    reason: runner.shell.file_error(number)?,
                                })
                            },
                        ));
                    }
                    let start = |(command, at)| CommandStart { step: index, command, at };
                    starts.extend(times.into_iter().enumerate().map(start));
                    lost = commands.iter().any(|command| command.end == End::EngineLost);
                    let verdict = judge(step, &commands);
                    let is_late = started.elapsed() + RETRY_PAUSE > retry_for;
                    if verdict == Verdict::Passed || lost || is_late {
                        break (commands, verdict);
                    }
                    thread::sleep(RETRY_PAUSE);
                };
                let is_denied =
                    |limit: Limit| self.settings.lints.level(limit.code()) == Level::Deny;
                let hit_limit = limits.after(index).any(is_denied);
                has_passed = verdict != Verdict::Failed;
                skip |= self.fail_fast && (verdict == Verdict::Failed || hit_limit);
                StepRecording::Ran { commands, effects: Vec::new() }
            };
            // A guard for another engine guards nothing here.
            is_stopped |=
                step.attributes.guard && !has_passed && recording != StepRecording::OtherEngine;
            recordings.push(recording);
        }
        Ok(RanSteps { recordings, starts, unwritten })
    }
}

/// What is known after all steps have run.
struct RanSteps {
    recordings: Vec<StepRecording>,
    /// When each command was started, in order.
    starts: Vec<CommandStart>,
    unwritten: Vec<UnwrittenFile>,
}

/// The objects that the steps have created and not removed.
fn leftovers_on(docker: &Docker, effects: &[(usize, Effect)]) -> Vec<Leftover> {
    let images = || {
        let rows = docker.image().ls().call();
        // An engine that no longer answers has a finding of its own.
        rows.unwrap_or_default()
            .into_iter()
            .map(|row| (format!("{}:{}", row.repository, row.tag), row.id.to_string()))
            .collect()
    };
    let any_image = effects.iter().any(|(_, effect)| effect.kind == ObjectKind::Image);
    let images: Vec<(String, String)> = if any_image { images() } else { Vec::new() };
    let mut left = leftovers(effects.iter().map(|(step, effect)| (*step, effect)), &images);
    // Docker Engine 20.10 sends no event for a volume that `prune` removes.
    if left.iter().any(|leftover| leftover.kind == ObjectKind::Volume)
        && let Ok(volumes) = docker.volume().ls().call()
    {
        let exists = |name: &str| volumes.iter().any(|volume| AsRef::<str>::as_ref(volume) == name);
        left.retain(|leftover| leftover.kind != ObjectKind::Volume || exists(&leftover.name));
    }
    left
}

/// The images that a chapter uses, as far as is known before it runs.
fn wanted(scenario: &Scenario, learned: &Learned, used_before: &[Image]) -> Vec<Wanted> {
    let ImageUses { uses, made, .. } = image_uses(scenario);
    let named = uses
        .into_iter()
        .map(|used| Wanted { reference: used.reference, is_present: used.kind == UseKind::Needed });
    let recorded = used_before.iter().filter_map(|image| {
        let reference = image.reference.parse().ok()?;
        Some(Wanted { reference, is_present: !image.is_pulled_by_step })
    });
    let learned = learned.images(scenario).into_iter().map(Wanted::present);
    let earlier = learned.chain(recorded).filter(|image| !made.contains(&image.reference));
    let mut wanted: Vec<Wanted> = Vec::new();
    for image in named.chain(earlier) {
        if wanted.iter().all(|known| known.reference != image.reference) {
            wanted.push(image);
        }
    }
    wanted
}

#[cfg(test)]
mod local_place;
