//! How docker-cli's declarations differ from the docker program.

use super::choices;
use super::declared::{Declaration, DeclaredFlag};
use super::inventory::{Command, Inventory, has_own_flags};
use super::page::Flag;

/// A sentence for each difference: commands and flags that are new or gone, and flags that take
/// something else. `major` is the first number of docker's version: descriptions name flags that
/// only later versions have.
pub(super) fn drift(inventory: &Inventory, declared: &[Declaration], major: u32) -> Vec<String> {
    let mut differences = Vec::new();
    for command in inventory.values() {
        let path = command.path.join(" ");
        let own: Vec<&Declaration> =
            declared.iter().filter(|declaration| declaration.path == path).collect();
        let is_docker = path.is_empty();
        let needs_declaration = is_docker || !command.is_group || has_own_flags(inventory, command);
        if own.is_empty() && needs_declaration {
            differences.push(format!("new command: `docker {path}`"));
        } else if needs_declaration {
            differences.extend(of_command(command, &path, &own, major));
        }
    }
    for Declaration { path, .. } in declared {
        if !inventory.contains_key(path) {
            differences.push(format!("command gone: `docker {path}`"));
        }
    }
    differences.dedup();
    differences
}

fn of_command(command: &Command, path: &str, own: &[&Declaration], major: u32) -> Vec<String> {
    let mut differences = Vec::new();
    let docker = format!("docker {path}");
    let docker = docker.trim_end();
    let declared = || own.iter().flat_map(|declaration| &declaration.flags);
    for flag in &command.flags {
        let name = &flag.name;
        match declared().find(|declared| is_spelling(&declared.spelling, flag)) {
            None if has_no_method(path, name, own) => {}
            None => differences.push(format!("new flag: `{docker} --{name}`")),
            Some(declared) if !declared.kind.fits(flag.kind) => differences.push(format!(
                "other kind: `{docker} --{name}` is a {} (declared: {})",
                flag.kind.name(),
                declared.kind.name()
            )),
            Some(_) => {}
        }
    }
    let is_known = |declared: &DeclaredFlag| {
        declared.since.is_some_and(|since| since > major)
            || command.flags.iter().any(|flag| is_spelling(&declared.spelling, flag))
    };
    for declared in declared().filter(|declared| !is_known(declared)) {
        differences.push(format!("flag gone: `{docker} {}`", declared.spelling));
    }
    differences
}

/// Whether a flag of a command with these declarations must not have a method.
pub(super) fn has_no_method(path: &str, flag: &str, own: &[&Declaration]) -> bool {
    let fixed = own.iter().flat_map(|declaration| &declaration.fixed);
    let mut fixed = fixed.filter_map(|word| word.strip_prefix("--")?.split('=').next());
    let mut results = own.iter().filter_map(|declaration| declaration.result.as_deref());
    let is_typed = results.any(|result| result != "Output" && result != "crate::output::Output");
    fixed.any(|word| word == flag) || choices::has_no_method(path, flag, is_typed)
}

/// Whether this is how a flag is spelled: `--name` or `-n`.
pub(super) fn is_spelling(spelling: &str, flag: &Flag) -> bool {
    match spelling.strip_prefix("--") {
        Some(name) => name == flag.name,
        None => flag.short.is_some_and(|short| spelling == format!("-{short}")),
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::docker_commands::kind::Kind;
    use crate::docker_commands::page::Page;

    fn inventory(pages: &[(&str, &str)]) -> Inventory {
        let commands = pages.iter().map(|(path, options)| {
            let text = format!("Usage:  docker {path}\n\nOptions:\n{options}");
            let page = Page::parse(&text).unwrap();
            let command = Command {
                path: path.split(' ').map(str::to_owned).collect(),
                usage: page.usage,
                flags: page.flags,
                positionals: Vec::new(),
                is_group: *path == "thing",
                commands: Vec::new(),
            };
            ((*path).to_owned(), command)
        });
        commands.collect()
    }

    fn declaration(path: &str, result: &str, flags: &[(&str, Kind)]) -> Declaration {
        let flags = flags.iter().map(|(spelling, kind)| DeclaredFlag {
            method: "m".to_owned(),
            kind: *kind,
            spelling: (*spelling).to_owned(),
            words: String::new(),
            since: None,
        });
        Declaration {
            file: PathBuf::new(),
            name: "N".to_owned(),
            path: path.to_owned(),
            fixed: Vec::new(),
            result: Some(result.to_owned()),
            flags: flags.collect(),
        }
    }

    #[test]
    fn what_agrees_is_no_difference() {
        let options = "  -a, --all        Words\n  -t, --time int   Words\n";
        let inventory = inventory(&[("thing", ""), ("thing make", options)]);
        let declared = [
            declaration("thing make", "Output", &[("--all", Kind::Switch)]),
            declaration("thing make", "Output", &[("-t", Kind::Seconds)]),
        ];
        assert_eq!(drift(&inventory, &declared, 26), [""; 0]);
    }

    #[test]
    fn new_and_gone_commands_and_flags_are_found() {
        let inventory = inventory(&[
            ("thing make", "      --new   Words\n      --kind string   Words\n"),
            ("thing more", ""),
        ]);
        let make =
            declaration("thing make", "Output", &[("--kind", Kind::Switch), ("-o", Kind::Value)]);
        let declared = [make, declaration("thing old", "Output", &[])];
        assert_eq!(
            drift(&inventory, &declared, 26),
            [
                "new flag: `docker thing make --new`",
                "other kind: `docker thing make --kind` is a value (declared: switch)",
                "flag gone: `docker thing make -o`",
                "new command: `docker thing more`",
                "command gone: `docker thing old`",
            ]
        );
    }

    #[test]
    fn flags_of_docker_itself_are_compared_too() {
        let options =
            "      --config string   Words\n      --host list   Words\n      --new   Words\n";
        let mut inventory = inventory(&[("", options)]);
        inventory.get_mut("").unwrap().is_group = true;
        let docker =
            declaration("", "Output", &[("--config", Kind::Value), ("--old", Kind::Value)]);
        assert_eq!(
            drift(&inventory, &[docker], 26),
            ["new flag: `docker --new`", "flag gone: `docker --old`"]
        );
    }

    #[test]
    fn flags_of_later_versions_are_not_gone() {
        let inventory = inventory(&[("thing make", "")]);
        let mut make = declaration("thing make", "Output", &[("--later", Kind::Value)]);
        make.flags[0].since = Some(28);
        let declared = [make];
        assert_eq!(drift(&inventory, &declared, 26), [""; 0]);
        assert_eq!(drift(&inventory, &declared, 28), ["flag gone: `docker thing make --later`"]);
    }

    #[test]
    fn flags_that_change_a_typed_result_may_lack() {
        let inventory = inventory(&[("thing make", "      --format string   Words\n")]);
        let typed = [declaration("thing make", "Vec<Thing>", &[])];
        assert_eq!(drift(&inventory, &typed, 26), [""; 0]);
        let plain = [declaration("thing make", "Output", &[])];
        assert_eq!(drift(&inventory, &plain, 26), ["new flag: `docker thing make --format`"]);
    }
}
