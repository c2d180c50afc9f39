//! The side that runs a chapter.

use std::io::{self, BufRead, Write};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use docker_cli::Canceller;
use docker_images::Reference;

use super::protocol::{Answer, Event, Failure, Outcome, Progress, Question, Request, VERSION};
use crate::book::settings::Settings;
use crate::extract::extract_with;
use crate::model::recording::{Image, Recording};
use crate::model::scenario::Scenario;
use crate::run::{self, Caller, RunError, Stored};

/// What is to be run.
pub(crate) struct Served {
    pub(crate) scenario: Scenario,
    pub(crate) settings: Settings,
    /// The images of an earlier recording.
    pub(crate) used_before: Vec<Image>,
    pub(crate) fail_fast: bool,
}

/// The connection to the program that has asked for a run.
pub(crate) struct Connection {
    output: Mutex<Box<dyn Write + Send>>,
    /// The lines of answers. Only one question is open at a time.
    answers: Mutex<Receiver<String>>,
}

/// Reads a request, runs it, and writes what happens. `recipes` is a directory for what stands for the book's
/// recipes. The end of `input` cancels the run.
///
/// # Errors
/// When the request cannot be read or has another version, or nothing can be written.
pub(crate) fn serve(
    mut input: impl BufRead + Send + 'static,
    output: impl Write + Send + 'static,
    recipes: &Path,
    canceller: &Canceller,
    run: impl FnOnce(&Served, &Arc<Connection>) -> Result<Option<Recording>, RunError>,
) -> io::Result<()> {
    let mut line = String::new();
    input.read_line(&mut line)?;
    let Request { version, path, text, extensions, steps, settings, used_before, fail_fast } =
        serde_json::from_str(&line)?;
    if version != VERSION {
        let message = format!("the request has version {version} instead of {VERSION}");
        return Err(io::Error::other(message));
    }
    let settings = settings.settings(recipes)?;
    let mut scenario = extract_with(&path, &text, extensions, &settings.reading());
    scenario.steps.truncate(steps);

    let (sender, answers) = mpsc::channel();
    let to_cancel = canceller.clone();
    // It ends with this process: the input can stay open for longer than the run.
    thread::spawn(move || {
        for line in input.lines() {
            let Ok(line) = line else { break };
            if sender.send(line).is_err() {
                return;
            }
        }
        to_cancel.cancel();
    });
    let output: Mutex<Box<dyn Write + Send>> = Mutex::new(Box::new(output));
    let connection = Arc::new(Connection { output, answers: Mutex::new(answers) });
    let served = Served { scenario, settings, used_before, fail_fast };
    let outcome = match run(&served, &connection) {
        Ok(recording) => Outcome::Recorded(recording.map(Box::new)),
        Err(error) => Outcome::Failed(Failure::of(&error)),
    };
    Event::of_outcome(&outcome)?.iter().try_for_each(|event| connection.send(event))
}

impl Connection {
    /// Tells the other side what is being done.
    pub(crate) fn report(&self, progress: run::Progress<'_>) {
        // If the other side has gone, the run is cancelled.
        let _ = Progress::of(progress).map(|progress| self.send(&Event::Progress(progress)));
    }

    fn send(&self, event: &Event) -> io::Result<()> {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        let mut output = lock(&self.output);
        output.write_all(&line)?;
        output.flush()
    }

    fn ask(&self, question: Question) -> Result<Answer, RunError> {
        let answers = lock(&self.answers);
        let asking = || RunError::io("asking the program that has started this run");
        self.send(&Event::Question(question)).map_err(asking())?;
        // Without an answer, the other side has gone.
        let line = answers.recv().map_err(|_| RunError::Cancelled)?;
        match serde_json::from_str(&line).map_err(io::Error::from).map_err(asking())? {
            Answer::RecipeFailed(message) => Err(RunError::Recipe { message }),
            Answer::Failed(message) => Err(asking()(io::Error::other(message))),
            answer => Ok(answer),
        }
    }
}

impl Caller for Connection {
    fn write_context(&self, reference: &Reference, into: &Path) -> Result<(), RunError> {
        let reference = reference.to_string();
        self.ask(Question::Context { reference, into: into.to_owned() }).map(drop)
    }

    fn stored(&self, reference: &Reference) -> Result<Option<Stored>, RunError> {
        match self.ask(Question::Stored { reference: reference.to_string() })? {
            Answer::Stored(stored) => Ok(Some(stored)),
            _ => Ok(None),
        }
    }

    fn save(&self, image: &Stored, into: &Path) -> Result<(), RunError> {
        self.ask(Question::Save { id: image.id.clone(), into: into.to_owned() }).map(drop)
    }
}

impl Progress {
    fn of(progress: run::Progress<'_>) -> Option<Self> {
        Some(match progress {
            run::Progress::Engine => Self::Engine,
            run::Progress::Image { reference, action } => {
                Self::Image { reference: reference.to_owned(), action }
            }
            run::Progress::Notice { line } => Self::Notice(line.to_owned()),
            run::Progress::Recipe { line } => Self::Recipe(line.to_owned()),
            run::Progress::Step { number, .. } => Self::Step(number),
            // The outcome says so.
            run::Progress::End => return None,
        })
    }
}

impl Failure {
    fn of(error: &RunError) -> Self {
        let message = one_line(error);
        match error {
            RunError::Cancelled => Self::Cancelled,
            RunError::Engine(docker_sandbox::Error::Io { .. })
            | RunError::Io { .. }
            | RunError::Variable { .. } => Self::Machine(message),
            RunError::Engine(_) => Self::NoEngine(message),
            RunError::NoImage { reference, refusal, source, .. } => Self::NoImage {
                reference: reference.clone(),
                refusal: refusal.clone(),
                message: one_line(source.as_ref()),
            },
            _ => Self::Other(message),
        }
    }
}

/// The message of an error without what it repeats of a command's output on further lines.
fn one_line(error: &RunError) -> String {
    let text = error.to_string();
    text.lines().map(str::trim).collect::<Vec<_>>().join(" ")
}

/// What is locked is valid at any time.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
