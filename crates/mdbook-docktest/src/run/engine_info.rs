//! What a recording says about the engine.

use docker_cli::Docker;

use super::RunError;
use crate::model::recording::Engine;

/// Asks the engine.
pub(super) fn describe(docker: &Docker) -> Result<Engine, RunError> {
    let version = docker.version()?;
    let info = docker.info()?;
    let kernel = info.other.get("KernelVersion").and_then(|value| value.as_str());
    Ok(Engine {
        kind: "process".to_owned(),
        version: version.server.version,
        client_version: version.client.version,
        api_version: version.server.api_version,
        storage_driver: info.driver,
        kernel: kernel.unwrap_or_default().to_owned(),
        architecture: version.server.arch,
    })
}
