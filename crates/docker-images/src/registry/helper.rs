//! The programs by which Docker keeps logins: credential helpers.

use std::collections::HashMap;
use std::io::{self, Write};
use std::process::{Command, Output, Stdio};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::credentials::{Credentials, Lookup};

/// What credential helpers answer when they have no login for a registry, from
/// <https://github.com/docker/docker-credential-helpers/blob/master/credentials/error.go>.
const HAS_NONE: &str = "credentials not found in native keychain";

/// The name that stands for a token in place of a password, from
/// <https://docs.docker.com/reference/cli/docker/login/#credential-helper-protocol>.
const TOKEN_USER: &str = "<token>";

/// The status of a command that executes another one which does not exist.
const NO_PROGRAM: i32 = 127;

/// The helpers that a `config.json` names.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub(super) struct Helpers {
    cred_helpers: Option<HashMap<String, String>>,
    creds_store: Option<String>,
}

impl Helpers {
    /// Takes them out of the configuration.
    pub(super) fn take(configuration: &mut Map<String, Value>) -> serde_json::Result<Self> {
        let names = ["credHelpers", "credsStore"];
        let own = names.into_iter().filter_map(|name| configuration.remove_entry(name));
        serde_json::from_value(Value::Object(own.collect()))
    }

    /// The one for a registry.
    pub(super) fn of(&self, key: &str) -> Option<&str> {
        self.cred_helpers.as_ref()?.get(key).map(String::as_str).filter(|name| !name.is_empty())
    }

    /// The one for registries whose login is not in the file.
    pub(super) fn store(&self) -> Option<&str> {
        self.creds_store.as_deref().filter(|name| !name.is_empty())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// Asks a helper for the login to a registry. `through` is put in front of its command; `file` is the
/// file that names it, for messages. What a helper printed is not shown: it may be the secret.
pub(super) fn ask(helper: &str, through: &[String], key: &str, file: &str) -> Lookup {
    let program = format!("docker-credential-{helper}");
    let broken =
        |what: &str| Lookup::Broken(format!("{what} the credential helper named in {file}"));
    let Ok(output) = run(through, &program, key) else {
        return broken("cannot run");
    };
    if output.status.success() {
        return match serde_json::from_slice(&output.stdout) {
            Ok(Answer { username, secret }) if username == TOKEN_USER => {
                Lookup::Found(Credentials::Identity(secret))
            }
            Ok(Answer { username, secret }) => {
                Lookup::Found(Credentials::Password { user: username, password: secret })
            }
            Err(_) => broken("cannot understand the answer of"),
        };
    }
    if String::from_utf8_lossy(&output.stdout).contains(HAS_NONE) {
        return Lookup::None;
    }
    if !through.is_empty() && output.status.code() == Some(NO_PROGRAM) {
        return broken("cannot run");
    }
    Lookup::Broken(format!("`{program}` failed"))
}

fn run(through: &[String], program: &str, key: &str) -> io::Result<Output> {
    let words: Vec<&str> = through.iter().map(String::as_str).chain([program, "get"]).collect();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn()?;
    if let Some(mut input) = child.stdin.take() {
        // Fails if the helper does not read it; then its status says what is wrong.
        let _ = input.write_all(key.as_bytes());
    }
    child.wait_with_output()
}
