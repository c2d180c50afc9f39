//! What docker-cli needs to find the command in words that a caller gives.

use std::fmt::Write;

use super::inventory::{Command, Inventory};
use super::kind::Kind;

/// The source of `words/table.rs`: the groups with their flags that have a value, and the names
/// of commands that are in no group, aliases too.
pub(super) fn words(inventory: &Inventory, header: &str) -> String {
    let mut code = format!(
        "//! The words of docker's command line.\n//!\n{header}\n\
         /// The groups of commands by their words, with the flags of each group that have a value.\n\
         pub(crate) const GROUPS: &[(&str, &[&str])] = &[\n"
    );
    for (path, command) in inventory.iter().filter(|(_, command)| command.is_group) {
        let _ = writeln!(code, "    (\"{path}\", &[{}]),", spellings(command).join(", "));
    }
    code += "];\n\n/// The commands that are in no group, and their aliases.\n\
             pub(crate) const COMMANDS: &[&str] = &[\n";
    if let Some(docker) = inventory.get("") {
        let groups = |name: &String| inventory.get(name).is_some_and(|command| command.is_group);
        for name in docker.commands.iter().filter(|name| !groups(name)) {
            let _ = writeln!(code, "    \"{name}\",");
        }
    }
    code + "];\n"
}

/// The spellings of the flags that have a value, in quotation marks.
fn spellings(command: &Command) -> Vec<String> {
    let mut spellings = Vec::new();
    for flag in &command.flags {
        if !matches!(flag.kind, Kind::Switch | Kind::Toggle) {
            spellings.push(format!("\"--{}\"", flag.name));
            spellings.extend(flag.short.map(|short| format!("\"-{short}\"")));
        }
    }
    spellings
}
