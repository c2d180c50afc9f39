//! `docker volume …`

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde::Deserialize;
use serde_json::Value;

use crate::command::DockerCommand;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, first_if_exists};
pub use crate::generated::volume::*;
use crate::id::VolumeName;
use crate::output::Output;
use crate::read::{self, Printed};
use crate::time::Time;

/// The `docker volume` commands; see [`Docker::volume`].
#[derive(Clone, Copy, Debug)]
pub struct Volumes<'a>(pub(crate) &'a Docker);

impl Volumes<'_> {
    /// Creates a volume, with a random name unless [`Create::name`] sets one. If the volume exists
    /// already, this succeeds.
    pub fn create(&self) -> Create {
        Create::new(self.0)
    }

    /// Lists volumes.
    pub fn ls(&self) -> Ls {
        Ls::new(self.0)
    }

    /// Returns the details of volumes.
    pub fn inspect<I>(&self, names: I) -> Inspect
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Inspect::new(self.0).with_list(names)
    }

    /// Returns the details of one volume; `None` if it does not exist.
    ///
    /// # Errors
    ///
    /// Those of every call, except [`Error::NoSuch`].
    pub fn find(&self, name: impl AsRef<OsStr>) -> Result<Option<Volume>, Error> {
        first_if_exists(self.inspect([name]).call())
    }

    /// Removes volumes.
    pub fn rm<I>(&self, names: I) -> Rm
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Rm::new(self.0).with_list(names)
    }

    /// Removes the volumes that no container uses: only anonymous ones or, with [`Prune::all`], all
    /// of them.
    pub fn prune(&self) -> Prune {
        Prune::new(self.0)
    }
}

command! {
    /// `docker volume create`
    Create = "volume" "create" => VolumeName, read::last_line;
    /// Sets the driver instead of `local`.
    driver: value "--driver";
    /// Sets a label.
    label: pair "--label";
    /// Sets an option of the driver.
    opt: pair "--opt";
}

impl Create {
    /// Sets the name of the new volume: a [`VolumeName`], or any text that its driver accepts.
    pub fn name(mut self, name: impl AsRef<OsStr>) -> Self {
        self.0.positional(name);
        self
    }
}

command! {
    /// `docker volume ls`. It returns only names, since `ls` prints labels ambiguously (`a=b,c=d`);
    /// see [`inspect`](Self::inspect) for the details.
    Ls = "volume" "ls" "--quiet" => Vec<VolumeName>, names;
    /// Lists only volumes that match: `dangling=true`, `label=…`, `name=…`, `driver=…`.
    filter: list "--filter";
}

impl Ls {
    /// Returns the details of the volumes in the list, by a second command. Those that are removed
    /// in between are left out.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub fn inspect(self) -> Result<Vec<Volume>, Error> {
        let docker = self.0.docker();
        read::existing(Inspect::new(&docker).with_list(self.call()?).call())
    }
}

command! {
    /// `docker volume inspect`. If one volume is missing, the call fails.
    Inspect = "volume" "inspect" "--format={{json .}}" => Vec<Volume>, read::json_lines;
}

command! {
    /// `docker volume rm`. If it fails for one volume, it still removes the others.
    Rm = "volume" "rm" => (), read::ignore;
    /// Ignores volumes that do not exist.
    force: switch "--force";
}

command! {
    /// `docker volume prune`, without a prompt. It returns the names of the removed volumes.
    Prune = "volume" "prune" "--force" => Vec<VolumeName>, pruned;
    /// Removes named volumes too (Docker 23 and later; before, it always did).
    all: switch "--all";
    /// Removes only volumes that match: `label=…`, `label!=…`.
    filter: list "--filter";
}

/// Parses one name on each line.
#[expect(clippy::needless_pass_by_value, reason = "the signature of all parsers")]
fn names(output: Output) -> Result<Vec<VolumeName>, Error> {
    Ok(output.stdout_text().lines().filter_map(VolumeName::from_line).collect())
}

fn pruned(output: Output) -> Result<Vec<VolumeName>, Error> {
    read::names_below(output, "Deleted Volumes:")
}

/// A volume, as `docker volume inspect` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Volume {
    /// The volume's name.
    pub name: VolumeName,
    /// The driver: `local`, or a plugin.
    #[serde(default, deserialize_with = "read::or_default")]
    pub driver: String,
    /// Its directory on the daemon's machine.
    #[serde(default, deserialize_with = "read::or_default")]
    pub mountpoint: String,
    /// The volume's labels.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// The options of its driver.
    #[serde(default, deserialize_with = "read::or_default")]
    pub options: BTreeMap<String, String>,
    /// The time of creation, in the daemon's time zone.
    #[serde(default, deserialize_with = "read::or_default")]
    pub created_at: Time,
    /// `local`, or `global` for one that all nodes of a swarm have.
    #[serde(default, deserialize_with = "read::or_default")]
    pub scope: String,
    /// The fields that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
