//! The commands and flags that docker-cli's sources declare.
//!
//! The declarations are macros with a grammar of their own (`define.rs` there), a line for each flag.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use anyhow::{Context, Result, bail};
use regex::Regex;

use super::kind::Kind;

/// A declaration: a command, a group with flags, or more flags of a command.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Declaration {
    /// The file, relative to the crate's `src`.
    pub(super) file: PathBuf,
    pub(super) name: String,
    /// The words of the command without `docker`, with spaces between them.
    pub(super) path: String,
    /// Words that are always on the command line: `--quiet`.
    pub(super) fixed: Vec<String>,
    /// What a call returns; `None` for groups and for more flags.
    pub(super) result: Option<String>,
    pub(super) flags: Vec<DeclaredFlag>,
}

/// A flag in a declaration.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct DeclaredFlag {
    pub(super) method: String,
    pub(super) kind: Kind,
    /// As docker-cli passes it: `--name` or `-n`.
    pub(super) spelling: String,
    /// Its description, in one line.
    pub(super) words: String,
    /// The first version of docker that has it, if its description says so.
    pub(super) since: Option<u32>,
}

/// Whether a file of docker-cli's `src` is generated.
pub(super) fn is_generated(file: &Path) -> bool {
    file.starts_with("generated")
}

#[expect(clippy::unwrap_used, reason = "literals that each test compiles")]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}

static HEAD: LazyLock<Regex> = LazyLock::new(|| {
    regex(
        r#"^    (?:[a-z_]+::)*(\w+) =((?: "[^"]*")*)(?: => (.+?), [A-Za-z_:]+(?:, origin: \w+)?)?;$"#,
    )
});
static FLAG: LazyLock<Regex> =
    LazyLock::new(|| regex(r#"^    (\w+): (\w+) "(--?[A-Za-z0-9-]+)";$"#));
static SINCE: LazyLock<Regex> = LazyLock::new(|| regex(r"\(Docker (\d+) and later"));

/// The declarations in all files below `src`.
///
/// # Errors
///
/// If a file cannot be read, or has a declaration that is not understood.
pub(super) fn declarations(src: &Path) -> Result<Vec<Declaration>> {
    let mut all = Vec::new();
    let mut directories = vec![src.to_owned()];
    while let Some(directory) = directories.pop() {
        let cannot_list = || format!("cannot list {}", directory.display());
        for entry in fs::read_dir(&directory).with_context(cannot_list)? {
            let path = entry.with_context(cannot_list)?.path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let text = fs::read_to_string(&path)
                    .with_context(|| format!("cannot read {}", path.display()))?;
                let file = path.strip_prefix(src).unwrap_or(&path);
                all.extend(parse(file, &text).with_context(|| path.display().to_string())?);
            }
        }
    }
    all.sort_by(|a, b| (&a.path, &a.file).cmp(&(&b.path, &b.file)));
    Ok(all)
}

/// The declarations in the text of a file.
fn parse(file: &Path, text: &str) -> Result<Vec<Declaration>> {
    let mut all = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let starts = ["command! {", "flags! {", "globals! {", "group! {"];
        if starts.iter().any(|start| line.ends_with(start)) && !line.starts_with("macro_rules") {
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
            let declaration = declaration(file, &body)?;
            // Docker itself has no words; of the others, those that are made from others.
            if line.starts_with("globals!") || !declaration.path.is_empty() {
                all.push(declaration);
            }
        }
    }
    Ok(all)
}

fn declaration(file: &Path, body: &[&str]) -> Result<Declaration> {
    let mut declaration = None;
    let mut since = None;
    let mut description: Vec<&str> = Vec::new();
    for line in body {
        if let Some(text) = line.trim_start().strip_prefix("///") {
            let version = SINCE.captures(line).and_then(|found| found[1].parse().ok());
            since = since.or(version);
            description.push(text.trim());
        } else if let (None, Some(head)) = (&declaration, HEAD.captures(line)) {
            let words = head[2].split('"').map(str::trim).filter(|word| !word.is_empty());
            let (fixed, path): (Vec<&str>, _) = words.partition(|word| word.starts_with('-'));
            declaration = Some(Declaration {
                file: file.to_owned(),
                name: head[1].to_owned(),
                path: path.join(" "),
                fixed: fixed.into_iter().map(str::to_owned).collect(),
                result: head.get(3).map(|result| result.as_str().to_owned()),
                flags: Vec::new(),
            });
            since = None;
            description.clear();
        } else if let (Some(declaration), Some(flag)) = (&mut declaration, FLAG.captures(line)) {
            let kind = Kind::from_name(&flag[2])
                .with_context(|| format!("unknown kind of flag: `{}`", &flag[2]))?;
            declaration.flags.push(DeclaredFlag {
                method: flag[1].to_owned(),
                kind,
                spelling: flag[3].to_owned(),
                words: std::mem::take(&mut description).join(" "),
                since: since.take(),
            });
        } else {
            bail!("cannot parse the declaration `{}`", line.trim());
        }
    }
    declaration.context("a declaration is empty")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = r#"
crate::define::command! {
    /// `docker thing make`
    /// (Docker 20 and later)
    Make = "thing" "make" "--quiet" => Vec<Thing>, read::names, origin: Run;
    /// Sets it (Docker 28
    /// and later).
    ///
    /// All of them (Docker 23 and later; before, one).
    all: switch "--all";
    grace: seconds "-t";
}

command! {
    Detached = => Output, Ok;
}

globals! {
    Docker =;
    /// Words
    tls: switch "--tls";
}

flags! {
    crate::thing::Make = "thing" "make";
    env: pair "--env";
}
"#;

    const ALL: &str =
        "Sets it (Docker 28 and later).  All of them (Docker 23 and later; before, one).";

    #[test]
    fn commands_and_flags_are_found() {
        let all = parse(Path::new("thing.rs"), SOURCE).unwrap();
        let flag = |method: &str, kind, spelling: &str, words: &str, since| {
            let (method, spelling) = (method.to_owned(), spelling.to_owned());
            DeclaredFlag { method, kind, spelling, words: words.to_owned(), since }
        };
        let make = Declaration {
            file: "thing.rs".into(),
            name: "Make".to_owned(),
            path: "thing make".to_owned(),
            fixed: vec!["--quiet".to_owned()],
            result: Some("Vec<Thing>".to_owned()),
            flags: vec![
                flag("all", Kind::Switch, "--all", ALL, Some(23)),
                flag("grace", Kind::Seconds, "-t", "", None),
            ],
        };
        let more = Declaration {
            fixed: Vec::new(),
            result: None,
            flags: vec![flag("env", Kind::Pair, "--env", "", None)],
            file: "thing.rs".into(),
            name: "Make".to_owned(),
            path: "thing make".to_owned(),
        };
        let docker = Declaration {
            file: "thing.rs".into(),
            name: "Docker".to_owned(),
            path: String::new(),
            fixed: Vec::new(),
            result: None,
            flags: vec![flag("tls", Kind::Switch, "--tls", "Words", None)],
        };
        assert_eq!(all, [make, docker, more]);
    }

    #[test]
    fn what_is_not_understood_is_an_error() {
        for (body, expected) in [
            ("    Make = make;", "cannot parse the declaration `Make = make;`"),
            ("    Make = \"make\";\n    all: text \"--all\";", "unknown kind of flag: `text`"),
            ("    /// Words", "a declaration is empty"),
        ] {
            let source = format!("command! {{\n{body}\n}}\n");
            let error = parse(Path::new("x.rs"), &source).unwrap_err();
            assert_eq!(error.to_string(), expected);
        }
    }
}
