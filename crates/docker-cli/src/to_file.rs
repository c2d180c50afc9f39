//! Writing the output of a command to a file.

use std::path::Path;

use crate::command::DockerCommand;
use crate::error::Error;
use crate::output::Output;

/// Runs a command whose standard output is the content of a file. The file is created or replaced
/// once it is complete.
pub(crate) fn write(mut command: impl DockerCommand, path: &Path) -> Result<(), Error> {
    let directory = match path.parent() {
        Some(parent) if parent != Path::new("") => parent,
        _ => Path::new("."),
    };
    let cannot_write = || Error::io(format!("write {}", path.display()));
    let file = tempfile::Builder::new()
        .prefix(".docker-cli-")
        .tempfile_in(directory)
        .map_err(cannot_write())?;
    command.invocation_mut().stdout(file.reopen().map_err(cannot_write())?);
    command.call()?;
    file.persist(path).map_err(|error| cannot_write()(error.error))?;
    Ok(())
}

/// The content in memory.
pub(crate) fn bytes(output: Output) -> Result<Vec<u8>, Error> {
    Ok(output.stdout)
}
