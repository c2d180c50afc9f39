//! The author's `docker login`.

use std::fmt;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};

use super::helper::{self, Helpers};

/// By what `docker login` keeps the login to Docker Hub.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// A login to a registry. It is never shown.
pub(super) enum Credentials {
    Password {
        user: String,
        password: String,
    },
    /// A token that stands for the login, and is exchanged for tokens to pull with.
    Identity(String),
}

/// The result of looking for a login.
#[derive(Debug)]
pub(super) enum Lookup {
    None,
    Found(Credentials),
    /// There may be one, but this happened: `docker-credential-x` failed.
    Broken(String),
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Credentials")
    }
}

/// The directory of Docker's client configuration.
pub(super) fn docker_config_directory() -> Option<PathBuf> {
    let set = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    set("DOCKER_CONFIG").or_else(|| set("HOME").map(|home| home.join(".docker")))
}

/// Looks for the login to a registry in `config.json` of this directory, and in the credential helper that
/// it names, which runs `through` other words.
pub(super) fn look_up(directory: Option<&Path>, through: &[String], registry: &str) -> Lookup {
    let Some(path) = directory.map(|directory| directory.join("config.json")) else {
        return Lookup::None;
    };
    let file = format!("`{}`", path.display());
    let text = match fs::read(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Lookup::None,
        Err(error) => return Lookup::Broken(format!("cannot read {file}: {error}")),
    };
    let key = if registry == "docker.io" { DOCKER_HUB_KEY } else { registry };
    let Ok((helpers, rest)) = without_helpers(&text) else {
        return Lookup::Broken(format!("cannot parse {file}"));
    };
    let ask = |helper| helper::ask(helper, through, key, &file);
    if let Some(helper) = helpers.of(key) {
        return ask(helper);
    }
    match get_credential_from_reader(&*rest, key) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Lookup::Found(Credentials::Password { user, password })
        }
        Ok(DockerCredential::IdentityToken(token)) => Lookup::Found(Credentials::Identity(token)),
        Err(CredentialRetrievalError::NoCredentialConfigured) => {
            helpers.store().map_or(Lookup::None, ask)
        }
        Err(
            CredentialRetrievalError::CredentialDecodingError
            | CredentialRetrievalError::CredentialMismatchError,
        ) => Lookup::Broken(format!("cannot decode the login in {file}")),
        // Without helpers, nothing else fails.
        Err(_) => Lookup::Broken(format!("cannot parse {file}")),
    }
}

/// The helpers of a configuration, which we run ourselves, and the configuration without them.
fn without_helpers(text: &[u8]) -> serde_json::Result<(Helpers, Vec<u8>)> {
    let mut configuration = serde_json::from_slice(text)?;
    let helpers = Helpers::take(&mut configuration)?;
    Ok((helpers, serde_json::to_vec(&configuration)?))
}
