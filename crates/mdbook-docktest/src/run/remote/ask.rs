//! The side that asks for a run.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::protocol::{
    Answer, Event, Failure, Outcome, Progress, Question, Request, RunSettings, VERSION,
};
use crate::book::settings::Settings;
use crate::model::recording::{Image, Recording};
use crate::model::scenario::Scenario;
use crate::run::{self, RunError, Stored};

/// What the other side needs of this one.
pub(crate) trait Helper {
    /// Makes the build context of an image's recipe, and writes it to a file on the other side.
    ///
    /// # Errors
    /// [`RunError::Recipe`] when `prepare` fails; others when the file cannot be written.
    fn write_context(
        &self,
        reference: &str,
        into: &Path,
        progress: &dyn Fn(run::Progress<'_>),
    ) -> Result<(), RunError>;

    /// Returns the image of this name that the author's Docker has.
    ///
    /// # Errors
    /// When that Docker does not answer.
    fn stored(&self, reference: &str) -> Result<Option<Stored>, RunError>;

    /// Writes an image of the author's Docker to a file on the other side.
    ///
    /// # Errors
    /// When the image is gone, or the file cannot be written.
    fn save(&self, id: &str, into: &Path) -> Result<(), RunError>;

    /// The directory of an image's recipe, by the image's name in the book.
    fn recipe(&self, name: &str) -> Option<PathBuf>;
}

/// The request to run a scenario.
///
/// # Errors
/// When a recipe cannot be read.
pub(crate) fn request(
    scenario: &Scenario,
    text: &str,
    settings: &Settings,
    used_before: &[Image],
    fail_fast: bool,
) -> Result<Request, RunError> {
    Ok(Request {
        version: VERSION,
        path: scenario.path.clone(),
        text: text.to_owned(),
        extensions: scenario.extensions.clone(),
        steps: scenario.steps.len(),
        settings: RunSettings::of(settings)?,
        used_before: used_before.to_vec(),
        fail_fast,
    })
}

/// Sends a request, and does what the other side asks for until it has ended. `lines` are what the other side
/// writes.
///
/// # Errors
/// Those of the run; [`RunError::ConnectionLost`] if the other side ends without an outcome.
pub(crate) fn ask(
    request: &Request,
    scenario: &Scenario,
    mut output: impl Write,
    lines: impl IntoIterator<Item = Result<Vec<u8>, RunError>>,
    helper: &dyn Helper,
    progress: &dyn Fn(run::Progress<'_>),
) -> Result<Option<Recording>, RunError> {
    write(&mut output, request).map_err(|error| lost(&error))?;
    let mut outcome = String::new();
    for line in lines {
        match serde_json::from_slice(&line?).map_err(|error| lost(&error))? {
            Event::Progress(event) => event.show(scenario, progress),
            Event::Question(question) => {
                let answer = answer(question, helper, progress)?;
                write(&mut output, &answer).map_err(|error| lost(&error))?;
            }
            Event::Part(part) => outcome.push_str(&part),
            Event::End => {
                return match serde_json::from_str(&outcome).map_err(|error| lost(&error))? {
                    Outcome::Recorded(recording) => Ok(recording.map(|recording| *recording)),
                    Outcome::Failed(failure) => Err(failure.into_error(helper)),
                };
            }
        }
    }
    Err(lost(&"it ended without an answer"))
}

fn write(output: &mut impl Write, message: &impl serde::Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(message)?;
    line.push(b'\n');
    output.write_all(&line)?;
    output.flush()
}

fn lost(reason: &impl ToString) -> RunError {
    RunError::ConnectionLost { reason: reason.to_string() }
}

/// Does what is asked for. What is not possible is an answer; only the end of this run is an error.
fn answer(
    question: Question,
    helper: &dyn Helper,
    progress: &dyn Fn(run::Progress<'_>),
) -> Result<Answer, RunError> {
    let answer = match question {
        Question::Context { reference, into } => {
            helper.write_context(&reference, &into, progress).map(|()| Answer::Written)
        }
        Question::Stored { reference } => {
            let stored = helper.stored(&reference);
            stored.map(|stored| stored.map_or(Answer::Missing, Answer::Stored))
        }
        Question::Save { id, into } => helper.save(&id, &into).map(|()| Answer::Written),
    };
    match answer {
        Err(error @ (RunError::Cancelled | RunError::ConnectionLost { .. })) => Err(error),
        Err(RunError::Recipe { message }) => Ok(Answer::RecipeFailed(message)),
        Err(error) => Ok(Answer::Failed(error.to_string())),
        Ok(answer) => Ok(answer),
    }
}

impl Progress {
    fn show(&self, scenario: &Scenario, show: &dyn Fn(run::Progress<'_>)) {
        show(match self {
            Self::Engine => run::Progress::Engine,
            Self::Image { reference, action } => {
                run::Progress::Image { reference, action: *action }
            }
            Self::Notice(line) => run::Progress::Notice { line },
            Self::Recipe(line) => run::Progress::Recipe { line },
            Self::Step(number) => {
                let step = number.checked_sub(1).and_then(|index| scenario.steps.get(index));
                let Some(step) = step else { return };
                run::Progress::Step { number: *number, of: scenario.steps.len(), step }
            }
        });
    }
}

impl Failure {
    fn into_error(self, helper: &dyn Helper) -> RunError {
        match self {
            Self::Cancelled => RunError::Cancelled,
            Self::NoEngine(message) => RunError::NoRemoteEngine { message },
            Self::Machine(message) => RunError::RemoteMachine { message },
            Self::NoImage { reference, refusal, message } => RunError::NoImage {
                recipe: helper.recipe(&reference).unwrap_or_default(),
                reference,
                refusal,
                source: Box::new(RunError::Recipe { message }),
            },
            Self::Other(message) => RunError::Remote { message },
        }
    }
}
