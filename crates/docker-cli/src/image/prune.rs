//! `docker image prune`

use crate::define::command;
use crate::error::Error;
use crate::id::ImageId;
use crate::output::Output;
use crate::read::{Printed, unexpected};

command! {
    /// `docker image prune`, without a prompt. It removes images without a name or, with
    /// [`all`](Self::all), those that no container uses.
    Prune = "image" "prune" "--force" => Pruned, pruned;
    /// Removes named images too.
    all: switch "--all";
    /// Removes only images that match: `label=…`, `label!=…`, `until=24h`.
    filter: list "--filter";
}

/// What [`Prune`] removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Pruned {
    /// The names that were removed: `alpine:latest`, `alpine@sha256:…`.
    pub untagged: Vec<String>,
    /// The images, with intermediate ones.
    pub deleted: Vec<ImageId>,
}

/// Parses `Deleted Images:`, then `untagged: NAME` and `deleted: ID` up to an empty line. (`deleted`
/// has no blank behind the colon in some versions of docker.)
#[expect(clippy::needless_pass_by_value, reason = "the signature of all parsers")]
fn pruned(output: Output) -> Result<Pruned, Error> {
    let text = output.stdout_text();
    let lines = text.lines().skip_while(|line| *line != "Deleted Images:").skip(1);
    let mut pruned = Pruned::default();
    for line in lines.take_while(|line| !line.is_empty()) {
        if let Some(name) = line.strip_prefix("untagged: ") {
            pruned.untagged.push(name.to_owned());
        } else {
            let id = line.strip_prefix("deleted:").map(str::trim).and_then(ImageId::from_line);
            pruned.deleted.push(id.ok_or_else(|| unexpected(&output, ImageId::EXPECTED, line))?);
        }
    }
    Ok(pruned)
}
