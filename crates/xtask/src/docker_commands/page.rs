//! Reading a help page of the docker program.
//!
//! Names, types and the usage line are read; descriptions are Docker's text, and are skipped, except
//! for the default of a switch.

use std::sync::LazyLock;

use anyhow::{Context, Result};
use regex::Regex;

use super::kind::Kind;

/// A help page.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// What follows `docker` in the usage line.
    pub(super) usage: String,
    /// The words of the command that this one is an alias of, or of the command itself.
    pub(super) path: Option<Vec<String>>,
    pub(super) flags: Vec<Flag>,
    /// The commands of a group, without those of plugins.
    pub(super) commands: Vec<String>,
}

/// A flag.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Flag {
    /// Its name without `--`.
    pub(super) name: String,
    pub(super) short: Option<char>,
    pub(super) kind: Kind,
    /// Whether its value is a number or a size, which needs a unit in its description.
    pub(super) needs_unit: bool,
}

/// Spaces, `-s, `, the name and its type. Two spaces or more separate the description.
#[expect(clippy::unwrap_used, reason = "a literal that each test compiles")]
static FLAG: LazyLock<Regex> = LazyLock::new(|| {
    const NAME: &str = r"^ {2,6}(?:-(\w), )?--([A-Za-z0-9-]+)";
    const TYPE: &str = r"(?: ([^ \[]+(?: [^ ]+)*))?(?:\[=[^\]]*\])?";
    Regex::new(&format!("{NAME}{TYPE}(?:  +(.*))?$")).unwrap()
});

impl Page {
    /// Reads what a command prints with `--help`.
    ///
    /// # Errors
    ///
    /// If the text has no usage line.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let usage = text.lines().find_map(|line| line.strip_prefix("Usage:  docker"));
        let usage = usage.context("a help page has no line `Usage:  docker …`")?.trim().to_owned();
        let mut page = Self { usage, path: None, flags: Vec::new(), commands: Vec::new() };
        let mut section = "";
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if line.starts_with(|first: char| first.is_ascii_uppercase()) {
                section = line.strip_suffix(':').unwrap_or_default();
            } else if section.ends_with("ommands") {
                page.commands.extend(command(line));
            } else if section.ends_with("ptions") {
                let Some(found) = FLAG.captures(line) else { continue };
                let mut description = found.get(4).map_or("", |text| text.as_str()).to_owned();
                while let Some(more) = lines.next_if(|next| is_continued(next)) {
                    description = format!("{description} {}", more.trim());
                }
                page.flags.extend(flag(&found, description.contains("(default true)")));
            } else if section == "Aliases" && page.path.is_none() {
                page.path = canonical(line);
            }
        }
        Ok(page)
    }
}

/// Whether this line continues a description: its text begins far behind that of flags.
fn is_continued(line: &str) -> bool {
    line.starts_with("        ") && !FLAG.is_match(line)
}

fn flag(found: &regex::Captures<'_>, is_true: bool) -> Option<Flag> {
    let name = found.get(2)?.as_str().to_owned();
    if name == "help" {
        return None;
    }
    let short = found.get(1).and_then(|short| short.as_str().chars().next());
    // Where a switch should have no type, some words of its description can be, by a mistake in its
    // source (`compose exec --no-TTY`).
    let of = found.get(3).map(|of| of.as_str()).filter(|of| !of.contains(' '));
    let kind = Kind::from_help(&name, of, is_true);
    let needs_unit = matches!(kind, Kind::Number | Kind::Decimal) || of == Some("bytes");
    Some(Flag { name, short, kind, needs_unit })
}

/// The name in a line about a command: `  run         Create and run a new container`. The name of
/// a plugin ends with `*`.
fn command(line: &str) -> Option<String> {
    let name = line.strip_prefix("  ")?.split(' ').next()?;
    let is_name = |name: &str| name.starts_with(|first: char| first.is_ascii_lowercase());
    (is_name(name) && !name.ends_with('*')).then(|| name.to_owned())
}

/// The first of the names in `  docker container ls, docker container list, docker ps`.
fn canonical(line: &str) -> Option<Vec<String>> {
    let words = line.trim().split(", ").next()?.strip_prefix("docker ")?;
    Some(words.split(' ').map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made up, with the layout of docker 26, compose 2.26 and buildx 0.13.
    const COMMAND: &str = "
Usage:  docker thing make [OPTIONS] THING

A sentence about it.

Aliases:
  docker thing make, docker make

Options:
  -a, --all                 Words
      --color               More words that continue (default
                            true)
      --env list            Words --that-is-no-flag
                            --nor-this
      --health-cmd string   Words (default true)
  -q, --quiet docker make   Words (default true)
  -T, --no-TTY              Words
      --pull string[=\"x\"]   Words
      --a-name-that-is-long-enough duration
                            Words
      --help                Words

Words at the end.
";

    const GROUP: &str = "
Usage:  docker [OPTIONS] COMMAND

Common Commands:
  run         Words
  buildx*     Words

Management Commands:
  thing       Words

Global Options:
  -H, --host list    Words

Run 'docker COMMAND --help' for more.
";

    #[test]
    fn a_command_has_flags_a_usage_and_a_path() {
        let page = Page::parse(COMMAND).unwrap();
        assert_eq!(page.usage, "thing make [OPTIONS] THING");
        assert_eq!(page.path.unwrap(), ["thing", "make"]);
        assert!(page.commands.is_empty());
        let flags: Vec<(&str, Option<char>, Kind)> =
            page.flags.iter().map(|flag| (flag.name.as_str(), flag.short, flag.kind)).collect();
        assert_eq!(
            flags,
            [
                ("all", Some('a'), Kind::Switch),
                ("color", None, Kind::Toggle),
                ("env", None, Kind::Pair),
                ("health-cmd", None, Kind::Value),
                ("quiet", Some('q'), Kind::Toggle),
                ("no-TTY", Some('T'), Kind::Switch),
                ("pull", None, Kind::Value),
                ("a-name-that-is-long-enough", None, Kind::Duration),
            ]
        );
    }

    #[test]
    fn a_group_has_commands() {
        let page = Page::parse(GROUP).unwrap();
        assert_eq!((page.usage.as_str(), page.path), ("[OPTIONS] COMMAND", None));
        assert_eq!(page.commands, ["run", "thing"]);
        assert_eq!((page.flags.len(), page.flags[0].short), (1, Some('H')));
    }

    #[test]
    fn other_text_is_an_error() {
        let error = Page::parse("docker: 'x' is not a docker command.").unwrap_err();
        assert_eq!(error.to_string(), "a help page has no line `Usage:  docker …`");
    }
}
