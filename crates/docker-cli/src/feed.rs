//! Passing what this process reads to a command as its standard input.

use std::fmt;
use std::io::{self, PipeWriter, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use crate::cancel::Group;
use crate::error::Error;

/// A reader whose content becomes the standard input of the first command that takes it; made by
/// [`Stdin::from_reader`](crate::Stdin::from_reader).
#[derive(Clone)]
pub struct Feed(Arc<Mutex<Option<Box<dyn Read + Send>>>>);

/// A reader and the pipe that its content is written to, once the command has started.
pub(crate) struct Feeding {
    reader: Box<dyn Read + Send>,
    writer: PipeWriter,
}

/// Why a reader could not be read to its end.
#[derive(Clone, Debug, Default)]
pub(crate) struct FeedFailure(Arc<Mutex<Option<io::Error>>>);

impl Feed {
    pub(crate) fn new(reader: impl Read + Send + 'static) -> Self {
        Self(Arc::new(Mutex::new(Some(Box::new(reader)))))
    }

    /// The reader, for a command that is about to start.
    pub(crate) fn into_pipe(self, writer: PipeWriter) -> Result<Feeding, Error> {
        let reader = lock(&self.0).take().ok_or_else(|| {
            let used = io::Error::other("another command has read it");
            Error::io("pass a reader to standard input")(used)
        })?;
        Ok(Feeding { reader, writer })
    }
}

impl fmt::Debug for Feed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Feed").finish_non_exhaustive()
    }
}

impl Feeding {
    /// Copies in a thread of its own: neither the end of the command nor its time limit waits for
    /// the reader. If the reader fails, the command is killed, so that it does not take the
    /// beginning for the whole.
    pub(crate) fn start(self, group: Arc<Group>) -> io::Result<FeedFailure> {
        let failure = FeedFailure::default();
        let of_thread = failure.clone();
        let copy = move || {
            // Dropped after what reports: its end is the end of the input.
            let mut writer = self.writer;
            let panicked = Some(io::Error::other("the reader has panicked"));
            let mut report = Report { failure: of_thread, group, error: panicked };
            report.error = copy(self.reader, &mut writer).err();
        };
        thread::Builder::new().name("docker-cli input".to_owned()).spawn(copy)?;
        Ok(failure)
    }
}

/// Reports an error when it is dropped, also by a panic.
struct Report {
    failure: FeedFailure,
    group: Arc<Group>,
    error: Option<io::Error>,
}

impl Drop for Report {
    fn drop(&mut self) {
        if let Some(error) = self.error.take() {
            *lock(&self.failure.0) = Some(error);
            self.group.cancel();
        }
    }
}

impl FeedFailure {
    pub(crate) fn take(&self) -> Option<io::Error> {
        lock(&self.0).take()
    }
}

/// Copies to the end, or until the command reads no more, which is not an error: its status tells whether
/// it needed the rest.
fn copy(mut reader: impl Read, writer: &mut impl io::Write) -> io::Result<()> {
    let mut buffer = vec![0; 64 << 10];
    loop {
        let size = match reader.read(&mut buffer) {
            Ok(0) => return Ok(()),
            Ok(size) => size,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        if writer.write_all(&buffer[..size]).is_err() {
            return Ok(());
        }
    }
}

/// No code panics while it holds one of these locks.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
