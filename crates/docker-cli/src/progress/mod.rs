//! What commands that take long say about their progress, as events.

mod build;
mod load;
mod transfer;

use std::fmt;

pub use build::BuildEvent;
pub use load::LoadEvent;
pub use transfer::{Pulled, Pushed, TransferEvent};

pub(crate) use load::loaded_image;
pub(crate) use transfer::{pulled, pushed};

use crate::cancel::Canceller;
use crate::command::DockerCommand;
use crate::error::Error;
use crate::stream::Stream;

/// The events of a build; returned by [`image::Build::follow`](crate::image::Build::follow) and
/// [`buildx::Build::follow`](crate::buildx::Build::follow).
pub type BuildEvents = ProgressEvents<BuildEvent>;

/// The events of a download or upload; returned by [`Pull::follow`](crate::image::Pull::follow) and
/// [`Push::follow`](crate::image::Push::follow).
pub type TransferEvents = ProgressEvents<TransferEvent>;

/// The images of an archive as they are loaded; returned by
/// [`Load::follow`](crate::image::Load::follow).
pub type LoadEvents = ProgressEvents<LoadEvent>;

/// An event that is parsed from a line. Only this crate implements it.
pub trait Progress: sealed::Parse {}

impl<E: sealed::Parse> Progress for E {}

pub(crate) mod sealed {
    use crate::process::Source;

    pub trait Parse: Sized {
        /// What earlier lines said that a line needs.
        type State: Default;

        /// `None` if nothing has happened.
        fn parse(state: &mut Self::State, source: Source, line: &str) -> Option<Self>;
    }
}

/// The events of a running command.
///
/// `next` blocks until the next event. If the command fails, the last item is the error. Dropping
/// the iterator, or cancelling it from another thread, ends the docker program.
pub struct ProgressEvents<E: Progress> {
    lines: Stream,
    state: E::State,
}

impl<E: Progress> ProgressEvents<E> {
    pub(crate) fn start(command: impl DockerCommand) -> Result<Self, Error> {
        Ok(Self { lines: command.stream()?, state: E::State::default() })
    }

    /// Returns what stops this command from any thread.
    #[must_use]
    pub fn canceller(&self) -> Canceller {
        self.lines.canceller()
    }
}

impl<E: Progress> Iterator for ProgressEvents<E> {
    type Item = Result<E, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let line = match self.lines.next()? {
                Ok(line) => line,
                Err(error) => return Some(Err(error)),
            };
            let text = line.text();
            if let Some(event) = E::parse(&mut self.state, line.source, text.trim_end_matches('\r'))
            {
                return Some(Ok(event));
            }
        }
    }
}

impl<E: Progress> fmt::Debug for ProgressEvents<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProgressEvents").field("lines", &self.lines).finish_non_exhaustive()
    }
}
