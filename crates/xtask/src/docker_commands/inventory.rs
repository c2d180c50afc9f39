//! All commands of the docker program, with their flags.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

use super::page::{Flag, Page};
use super::program::{Plugins, Program};
use super::usage::{Positional, positionals};

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Command {
    /// Its words without `docker`; none for docker itself.
    pub(super) path: Vec<String>,
    pub(super) usage: String,
    pub(super) flags: Vec<Flag>,
    pub(super) positionals: Vec<Positional>,
    /// Whether it has commands of its own.
    pub(super) is_group: bool,
    /// The names of its own commands, and of aliases of others.
    pub(super) commands: Vec<String>,
}

/// The commands by their words, with spaces between them.
pub(super) type Inventory = BTreeMap<String, Command>;

/// Whether this is a group with flags that none of its commands has, which must precede them.
pub(super) fn has_own_flags(inventory: &Inventory, group: &Command) -> bool {
    let is_below = |command: &&Command| command.path.len() > group.path.len();
    let below = || {
        inventory.values().filter(|command| command.path.starts_with(&group.path)).filter(is_below)
    };
    let is_repeated = |flag: &Flag| {
        below().any(|command| command.flags.iter().any(|other| other.name == flag.name))
    };
    group.is_group && !group.path.is_empty() && !group.flags.iter().all(is_repeated)
}

/// All commands and groups of docker, and of compose and buildx if it has them. Aliases are left out.
///
/// # Errors
///
/// If docker cannot be run, or prints no help.
pub(super) fn inventory(program: &Program) -> Result<Inventory> {
    let mut all = Inventory::new();
    add(&mut all, program, Plugins::None, Vec::new())?;
    for plugin in program.plugins() {
        add(&mut all, program, Plugins::All, vec![(*plugin).to_owned()])?;
    }
    // Docker's own builder has flags that buildx has not, and the other way round.
    let build = ["image".to_owned(), "build".to_owned()];
    let buildx = page(program, Plugins::All, &build)?;
    let legacy = all.get_mut("image build").context("there is no `docker image build`")?;
    for flag in buildx.flags {
        legacy.flags.retain(|other| other.name != flag.name);
        legacy.flags.push(flag);
    }
    legacy.flags.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

fn page(program: &Program, plugins: Plugins, path: &[String]) -> Result<Page> {
    let words = [path, &["--help".to_owned()]].concat();
    let printed = program.run(plugins, &words)?;
    Page::parse(&printed.stdout).with_context(|| format!("`docker {}`", words.join(" ")))
}

/// Adds the command with this path, and those below it.
fn add(all: &mut Inventory, program: &Program, plugins: Plugins, path: Vec<String>) -> Result<()> {
    let page = page(program, plugins, &path)?;
    if page.path.as_ref().is_some_and(|canonical| *canonical != path) {
        return Ok(());
    }
    for command in &page.commands {
        add(all, program, plugins, [path.as_slice(), std::slice::from_ref(command)].concat())?;
    }
    let command = Command {
        positionals: positionals(&page.usage, &path),
        usage: page.usage,
        flags: page.flags,
        is_group: !page.commands.is_empty(),
        commands: page.commands,
        path,
    };
    all.insert(command.path.join(" "), command);
    Ok(())
}
