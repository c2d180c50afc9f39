//! The author's `docker login`.

use std::fmt;
use std::fs::File;
use std::io::{self, BufReader};
use std::path::{Path, PathBuf};

use docker_credential::{CredentialRetrievalError, DockerCredential, get_credential_from_reader};

/// By what `docker login` keeps the login to Docker Hub.
const DOCKER_HUB_KEY: &str = "https://index.docker.io/v1/";

/// What credential helpers answer when they have no login for a registry, from
/// <https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go>.
const HELPER_HAS_NONE: &str = "credentials not found in native keychain";

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
/// it names.
pub(super) fn look_up(directory: Option<&Path>, registry: &str) -> Lookup {
    let Some(path) = directory.map(|directory| directory.join("config.json")) else {
        return Lookup::None;
    };
    let broken = |what: &str| Lookup::Broken(format!("{what} `{}`", path.display()));
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Lookup::None,
        Err(error) => return Lookup::Broken(format!("cannot read `{}`: {error}", path.display())),
    };
    let key = if registry == "docker.io" { DOCKER_HUB_KEY } else { registry };
    match get_credential_from_reader(BufReader::new(file), key) {
        Ok(DockerCredential::UsernamePassword(user, password)) => {
            Lookup::Found(Credentials::Password { user, password })
        }
        Ok(DockerCredential::IdentityToken(token)) => Lookup::Found(Credentials::Identity(token)),
        Err(CredentialRetrievalError::NoCredentialConfigured) => Lookup::None,
        Err(CredentialRetrievalError::HelperFailure { stdout, .. })
            if stdout.contains(HELPER_HAS_NONE) =>
        {
            Lookup::None
        }
        // What a helper printed is not shown: it may be the secret.
        Err(CredentialRetrievalError::HelperFailure { helper, .. }) => {
            Lookup::Broken(format!("`{helper}` failed"))
        }
        Err(CredentialRetrievalError::HelperCommunicationError) => {
            broken("cannot run the credential helper named in")
        }
        Err(CredentialRetrievalError::MalformedHelperResponse) => {
            broken("cannot understand the answer of the credential helper named in")
        }
        Err(
            CredentialRetrievalError::ConfigReadError | CredentialRetrievalError::ConfigNotFound,
        ) => broken("cannot parse"),
        Err(
            CredentialRetrievalError::CredentialDecodingError
            | CredentialRetrievalError::CredentialMismatchError,
        ) => broken("cannot decode the login in"),
    }
}
