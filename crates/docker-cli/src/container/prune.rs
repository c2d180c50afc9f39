//! `docker container prune`

use crate::define::command;
use crate::error::Error;
use crate::id::ContainerId;
use crate::output::Output;
use crate::read;

command! {
    /// `docker container prune`, without a prompt. It returns the containers that were removed.
    Prune = "container" "prune" "--force" => Vec<ContainerId>, pruned;
    /// Removes only containers that match: `label=…`, `label!=…`, `until=24h`.
    filter: list "--filter";
}

fn pruned(output: Output) -> Result<Vec<ContainerId>, Error> {
    read::names_below(output, "Deleted Containers:")
}
