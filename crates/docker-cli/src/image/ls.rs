//! `docker image ls`

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

use super::inspect::{Image, Inspect};
use crate::command::DockerCommand;
use crate::define::command;
use crate::error::Error;
use crate::id::ImageId;
use crate::read;

command! {
    /// `docker image ls`. It returns a row for each name of an image.
    Ls = "image" "ls" "--no-trunc" "--format={{json .}}" => Vec<Row>, read::json_lines;
    /// Includes intermediate images.
    all: switch "--all";
    /// Lists only images that match: `reference=…`, `label=…`, `dangling=true`.
    filter: list "--filter";
    /// Adds the digests, in [`Row::other`].
    digests: switch "--digests";
}

impl Ls {
    /// Returns the details of the images in the list, by a second command. Those that are removed
    /// in between are left out.
    ///
    /// # Errors
    ///
    /// Those of every call.
    pub fn inspect(self) -> Result<Vec<Image>, Error> {
        let docker = self.0.docker();
        // An image has a row for each of its names.
        let ids: BTreeSet<ImageId> = self.call()?.into_iter().map(|row| row.id).collect();
        read::existing(Inspect::new(&docker).with_list(ids).call())
    }
}

/// A row of `docker image ls`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct Row {
    /// The image's identifier.
    #[serde(rename = "ID")]
    pub id: ImageId,
    /// The name without its tag; `<none>` if it has no name.
    #[serde(default, deserialize_with = "read::or_default")]
    pub repository: String,
    /// The tag; `<none>` if it has no name.
    #[serde(default, deserialize_with = "read::or_default")]
    pub tag: String,
    /// The size with its unit: `1.98MB`.
    #[serde(default, deserialize_with = "read::or_default")]
    pub size: String,
    /// The columns that are not typed.
    #[serde(flatten)]
    pub other: BTreeMap<String, Value>,
}
