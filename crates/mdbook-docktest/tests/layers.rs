//! The stages of the pipeline know each other in one direction.
//!
//! Rust compiles any circle of modules, so it is looked for here, in the `crate::` and `super::` paths of
//! the sources. A module and the modules below it may use each other: they are one subject.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use regex::Regex;

/// The folders of `src`, each of which uses only those before it.
const STAGES: [&str; 16] = [
    "text", "expect", "model", "extract", "terminal", "check", "accept", "fix", "render", "book",
    "run", "report", "store", "install", "site", "cli",
];

/// Uses all of them.
const TOP: [&str; 3] = ["command", "lib", "main"];

/// A module, by the names that lead to it from the root of its crate.
type Module = Vec<String>;

fn sources(root: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut directories = vec![root.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).expect("the directory is readable") {
            let path = entry.expect("the entry is readable").path();
            if path.is_dir() {
                directories.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn module(root: &Path, file: &Path) -> Module {
    let path = file.strip_prefix(root).expect("the file is below the root").with_extension("");
    let names = path.components().map(|name| name.as_os_str().to_string_lossy().into_owned());
    let mut names: Module = names.collect();
    names.pop_if(|name| name == "mod");
    names
}

/// A comment or a string.
static NOISE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?m)//.*$|"(?:[^"\\]|\\.)*""#).expect("the regex is valid"));

/// A path from the root of the crate or from the parent module, up to an opening brace.
static PATH: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\b(?:crate|super)(?:::\w+)*(?:::\{)?").expect("the regex is valid")
});

/// The code of a text, without its tests, comments and strings.
fn code(text: &str) -> String {
    let text = text.split("#[cfg(test)]").next().unwrap_or_default();
    NOISE.replace_all(text, "").into_owned()
}

/// Paths as they are used, those in braces one by one.
fn paths(code: &str) -> Vec<Module> {
    let mut paths = Vec::new();
    for found in PATH.find_iter(code) {
        let path = found.as_str();
        let names = |path: &str| -> Module {
            path.split("::").filter(|name| !name.is_empty()).map(str::to_owned).collect()
        };
        let Some(prefix) = path.strip_suffix("::{") else {
            paths.push(names(path));
            continue;
        };
        let inside = code[found.end()..].split('}').next().unwrap_or_default();
        for item in inside.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            let item = item.split_whitespace().next().unwrap_or_default().trim_end_matches("::{");
            paths.push([names(prefix), names(item)].concat());
        }
    }
    paths
}

/// The module that a path of another module leads to: the longest beginning of it that is one.
fn target(path: &[String], from: &Module, modules: &BTreeSet<Module>) -> Option<Module> {
    let mut at = from.clone();
    let mut rest = path;
    while let Some((first, others)) = rest.split_first() {
        match first.as_str() {
            "crate" => at.clear(),
            "super" => {
                at.pop();
            }
            _ => break,
        }
        rest = others;
    }
    let whole = [at, rest.to_vec()].concat();
    (0..=whole.len()).rev().map(|end| whole[..end].to_vec()).find(|path| modules.contains(path))
}

fn arrows(root: &Path) -> BTreeMap<Module, BTreeSet<Module>> {
    let files = sources(root);
    let modules: BTreeSet<Module> = files.iter().map(|file| module(root, file)).collect();
    let mut arrows = BTreeMap::new();
    for file in files.iter().filter(|file| !file.ends_with("tests.rs")) {
        let from = module(root, file);
        let paths = paths(&code(&fs::read_to_string(file).expect("the file is readable")));
        let to = paths.iter().filter_map(|path| target(path, &from, &modules));
        let is_kin = |to: &Module| to.starts_with(&from) || from.starts_with(to);
        let to: BTreeSet<Module> = to.filter(|to| !is_kin(to)).collect();
        arrows.insert(from, to);
    }
    arrows
}

/// A way from a module back to itself.
fn circle(arrows: &BTreeMap<Module, BTreeSet<Module>>) -> Option<Vec<Module>> {
    fn visit(
        module: &Module,
        arrows: &BTreeMap<Module, BTreeSet<Module>>,
        way: &mut Vec<Module>,
        done: &mut BTreeSet<Module>,
    ) -> Option<Vec<Module>> {
        if let Some(start) = way.iter().position(|other| other == module) {
            return Some(way[start..].to_vec());
        }
        if done.contains(module) {
            return None;
        }
        way.push(module.clone());
        let next = arrows.get(module).into_iter().flatten();
        let found = next.into_iter().find_map(|next| visit(next, arrows, way, done));
        way.pop();
        done.insert(module.clone());
        found
    }
    let mut done = BTreeSet::new();
    arrows.keys().find_map(|module| visit(module, arrows, &mut Vec::new(), &mut done))
}

fn crate_root(name: &str) -> PathBuf {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("crates share a directory");
    crates.join(name).join("src")
}

#[test]
fn a_stage_uses_only_those_before_it() {
    let stage = |module: &Module| {
        let first = module.first().expect("a module has a name").as_str();
        let place = STAGES.iter().position(|stage| *stage == first);
        place.or_else(|| TOP.contains(&first).then_some(STAGES.len()))
    };
    let mut wrong = Vec::new();
    for (from, tos) in arrows(&crate_root("mdbook-docktest")) {
        let from_stage = stage(&from).unwrap_or_else(|| panic!("{from:?} is in no stage"));
        for to in tos {
            let to_stage = stage(&to).unwrap_or_else(|| panic!("{to:?} is in no stage"));
            if to_stage > from_stage {
                wrong.push(format!("{} uses {}", from.join("::"), to.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn no_module_leads_back_to_itself() {
    for name in ["mdbook-docktest", "docker-sandbox"] {
        let circle = circle(&arrows(&crate_root(name)));
        assert_eq!(circle, None, "in {name}");
    }
}

/// A façade leads down, and what starts, watches and cleans up after processes does not lead back to it.
#[test]
fn the_processes_of_docker_cli_know_no_builders() {
    let arrows = arrows(&crate_root("docker-cli"));
    for below in ["process", "spawn", "running", "leftover", "settings", "stdin"] {
        let mut reached: BTreeSet<Module> = BTreeSet::new();
        let mut next = vec![vec![below.to_owned()]];
        assert!(arrows.contains_key(&next[0]), "there is no module {below}");
        while let Some(module) = next.pop() {
            next.extend(arrows.get(&module).into_iter().flatten().cloned());
            reached.insert(module);
            next.retain(|module| !reached.contains(module));
        }
        for above in ["docker", "command", "invocation", "container", "image", "network", "volume"]
        {
            assert!(!reached.contains(&vec![above.to_owned()]), "{below} leads to {above}");
        }
    }
}

#[test]
fn circles_are_found() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("a.rs", "use crate::{b::B, c};\nmod below;\n// use crate::d;\n");
    write("a/below.rs", "use super::A;\nuse crate::d::{\n    D, E,\n};\n");
    write("b.rs", "fn b() { crate::c::c(\"crate::a\") }\n");
    write("c.rs", "#[cfg(test)]\nmod tests { use crate::a; }\n");
    write("d.rs", "use super::b;\n");
    let name = |name: &str| vec![name.to_owned()];
    let found = arrows(directory.path());
    assert_eq!(found[&name("a")], [name("b"), name("c")].into());
    assert_eq!(found[&vec!["a".to_owned(), "below".to_owned()]], [name("d")].into());
    assert_eq!(circle(&found), None);
    write("c.rs", "use crate::d;\n");
    let found = circle(&arrows(directory.path())).unwrap();
    assert_eq!(found, [name("b"), name("c"), name("d")]);
}
