//! `docker volume …`

use std::collections::BTreeMap;
use std::ffi::OsStr;

use serde::Deserialize;
use serde_json::Value;

use crate::command::Command;
use crate::define::command;
use crate::docker::Docker;
use crate::error::{Error, found};
use crate::id::VolumeName;
use crate::output::Output;
use crate::read;

/// The commands on volumes; see [`Docker::volume`].
#[derive(Clone, Copy, Debug)]
pub struct Volumes<'a>(pub(crate) &'a Docker);

impl Volumes<'_> {
    /// Creates a volume, which Docker names unless [`Create::name`] does. Creating one that exists
    /// is no error.
    pub fn create(&self) -> Create {
        Create::new(self.0)
    }

    /// Lists volumes.
    pub fn ls(&self) -> Ls {
        Ls::new(self.0)
    }

    /// Describes these volumes.
    pub fn inspect<I>(&self, names: I) -> Inspect
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Inspect::new(self.0).positionals(names)
    }

    /// Describes one volume; `None` if there is none of this name.
    ///
    /// # Errors
    ///
    /// Those of every call, except [`Error::NoSuch`].
    pub fn find(&self, name: impl AsRef<OsStr>) -> Result<Option<Volume>, Error> {
        found(self.inspect([name]).call())
    }

    /// Removes these volumes.
    pub fn rm<I>(&self, names: I) -> Rm
    where
        I: IntoIterator<Item: AsRef<OsStr>>,
    {
        Rm::new(self.0).positionals(names)
    }

    /// Removes the volumes that no container uses: those without a name or, with [`Prune::all`],
    /// every one of them.
    pub fn prune(&self) -> Prune {
        Prune::new(self.0)
    }
}

command! {
    /// `docker volume create`
    Create = "volume" "create" => VolumeName, read::last_line;
    /// The driver, instead of `local`.
    driver: value "--driver";
    /// A label.
    label: pair "--label";
    /// An option of the driver.
    opt: pair "--opt";
}

impl Create {
    /// The name of the new volume.
    pub fn name(mut self, name: &VolumeName) -> Self {
        self.0.positional(name);
        self
    }
}

command! {
    /// `docker volume ls`. It returns names; [`Volumes::inspect`] tells the rest, since the labels
    /// that `ls` prints cannot be told apart (`a=b,c=d`).
    Ls = "volume" "ls" "--quiet" => Vec<VolumeName>, read::lines;
    /// Only volumes for which this holds: `dangling=true`, `label=…`, `name=…`, `driver=…`.
    filter: value "--filter";
}

command! {
    /// `docker volume inspect`. One missing volume fails the whole call.
    Inspect = "volume" "inspect" "--format={{json .}}" => Vec<Volume>, read::json_lines;
}

command! {
    /// `docker volume rm`. Those that can be removed are, also when the call fails.
    Rm = "volume" "rm" => (), read::nothing;
    /// Volumes that do not exist are no error.
    force: switch "--force";
}

command! {
    /// `docker volume prune`, without asking. It returns the names of what it removed.
    Prune = "volume" "prune" "--force" => Vec<VolumeName>, pruned;
    /// Named volumes too (Docker 23 and later; before, they always were).
    all: switch "--all";
    /// Only volumes for which this holds: `label=…`, `label!=…`.
    filter: value "--filter";
}

/// `Deleted Volumes:`, the names, an empty line and the space that was reclaimed.
#[expect(clippy::needless_pass_by_value, reason = "a reader owns the output")]
fn pruned(output: Output) -> Result<Vec<VolumeName>, Error> {
    let text = output.stdout_text();
    let lines = text.lines().skip_while(|line| *line != "Deleted Volumes:").skip(1);
    let names = lines.take_while(|line| !line.is_empty());
    names.map(|name| name.parse().map_err(|_| read::unexpected::<VolumeName>(&output))).collect()
}

/// A volume, as `docker volume inspect` describes it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Volume {
    /// Its name.
    pub name: VolumeName,
    /// Its driver.
    #[serde(default, deserialize_with = "read::or_default")]
    pub driver: String,
    /// Where it is on the daemon's machine.
    #[serde(default, deserialize_with = "read::or_default")]
    pub mountpoint: String,
    /// Its labels.
    #[serde(default, deserialize_with = "read::or_default")]
    pub labels: BTreeMap<String, String>,
    /// The options of its driver.
    #[serde(default, deserialize_with = "read::or_default")]
    pub options: BTreeMap<String, String>,
    /// When it was created: RFC 3339, in the daemon's time zone.
    #[serde(default, deserialize_with = "read::or_default")]
    pub created_at: String,
    /// What else Docker says.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
