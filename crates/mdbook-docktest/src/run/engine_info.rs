//! The description of an engine in a recording.

use docker_cli::Docker;

use super::RunError;
use crate::model::recording::Engine;

/// Returns the versions and properties that the engine reports.
///
/// # Errors
/// When the engine does not answer.
pub(super) fn describe(docker: &Docker) -> Result<Engine, RunError> {
    let version = docker.version()?;
    let info = docker.info()?;
    Ok(Engine {
        kind: "process".to_owned(),
        version: version.server.version,
        client_version: version.client.version,
        api_version: version.server.api_version,
        storage_driver: info.driver,
        kernel: info.kernel_version,
        architecture: version.server.arch,
    })
}
