//! Commands that a program does not use cost it nothing: the linker drops them.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use docker_cli::{Docker, DockerCommand};

/// The sources below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] }).collect()
}

/// The flags that a source names.
fn flags(source: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(source).unwrap();
    let literals = text.split('"').skip(1).step_by(2);
    literals.filter(|literal| literal.starts_with("--")).map(str::to_owned).collect()
}

#[test]
fn a_program_contains_only_the_flags_that_it_uses() {
    const USED: &str = "--rollback-failure-action";
    let update = Docker::new().service().update("web").rollback_failure_action("pause");
    assert_eq!(update.argv()[3], format!("{USED}=pause").as_str());

    // What only the commands of services have.
    let (services, others): (Vec<PathBuf>, Vec<PathBuf>) =
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
            .into_iter()
            .partition(|source| source.ends_with("generated/service.rs"));
    let others: BTreeSet<String> = others.iter().flat_map(|source| flags(source)).collect();
    let mut candidates = flags(&services[0]);
    candidates.retain(|flag| {
        // Not what others begin with, either.
        let is_in = |other: &str| other.starts_with(flag.as_str());
        !others.iter().any(|other| is_in(other)) && (flag == USED || !is_in(USED))
    });
    assert!(candidates.len() > 50, "{candidates:?}");

    let program = fs::read(std::env::current_exe().unwrap()).unwrap();
    let dashes = program.windows(2).enumerate().filter(|(_, pair)| pair == b"--");
    let texts: Vec<&[u8]> = dashes.map(|(start, _)| &program[start..]).collect();
    candidates.retain(|flag| texts.iter().any(|text| text.starts_with(flag.as_bytes())));
    assert_eq!(candidates, BTreeSet::from([USED.to_owned()]));
}
