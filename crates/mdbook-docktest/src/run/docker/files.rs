//! Files in a container.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use docker_cli::{Docker, DockerCommand};

use crate::run::RunError;

/// How long writing a file may take.
const LIMIT: Duration = Duration::from_secs(900);

/// Writes a copy of a file of this machine to a path in a container, where `docker cp` cannot write if that is on
/// a tmpfs.
///
/// # Errors
/// When it cannot be read or written.
pub(super) fn write(
    docker: &Docker,
    container: &str,
    file: &Path,
    into: &Path,
) -> Result<(), RunError> {
    let words = ["sh", "-c", r#"cat >"$1""#, "write"].map(OsStr::new);
    let words = words.into_iter().chain([into.as_os_str()]);
    docker.container().exec(container, words).stdin(file).timeout(LIMIT).call()?;
    Ok(())
}
