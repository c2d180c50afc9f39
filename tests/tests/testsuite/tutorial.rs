//! A tutorial that nobody has annotated: it ends, its true defects are found, nothing is left.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use tempfile::TempDir;
use testsuite::{Outcome, Program, Traces, workspace};

/// A French lab with every mistake that such labs make.
const LAB: &str = "tests/fixtures/labo.md";

/// The tutorial that the course starts from, where it is at hand.
fn seed() -> Option<PathBuf> {
    let default = || workspace().join("../shared/seed/tutorial.fr.md");
    let path = env::var_os("SEED_TUTORIAL").map_or_else(default, PathBuf::from);
    path.is_file().then_some(path)
}

fn verify(tutorial: &Path) -> (Outcome, Traces, TempDir) {
    let text = fs::read_to_string(tutorial).unwrap();
    let temporary = TempDir::with_prefix("testsuite-").unwrap();
    // In the workspace, whose book.toml names the recipes of its images.
    let run = Program::new(["verify", "--format", "json"])
        .arg(tutorial)
        .directory(workspace())
        .env("TMPDIR", temporary.path())
        .about("tutorial", &text)
        .start();
    run.until_process("log-shipper");
    let traces = Traces::of(&run);
    (run.wait(), traces, temporary)
}

#[track_caller]
fn has_exactly_its_true_defects(tutorial: &Path) {
    let (outcome, traces, temporary) = verify(tutorial);
    outcome
        .exits(1)
        .ends_within(Duration::from_secs(60))
        .finds_only(&[
            ("timeout", "docker logs -f log-shipper"),
            ("exit-status", "docker exec log-shipper rm /logs/access.log"),
            ("exit-status", "docker volume rm postgres-prod"),
        ])
        .says("add `until=")
        .says("rm: can't remove '/logs/access.log': Read-only file system")
        .says("volume is in use");
    traces.are_gone(temporary.path());
}

#[test]
fn the_lab() {
    has_exactly_its_true_defects(&workspace().join(LAB));
}

#[test]
fn the_seed() {
    let Some(seed) = seed() else { return };
    has_exactly_its_true_defects(&seed);
}

#[test]
fn the_lab_has_the_commands_of_the_seed() {
    let Some(seed) = seed() else { return };
    assert_eq!(commands(&workspace().join(LAB)), commands(&seed));
}

/// The lines of all blocks that are marked `bash`.
fn commands(tutorial: &Path) -> Vec<String> {
    let text = fs::read_to_string(tutorial).unwrap();
    let mut commands = Vec::new();
    let mut in_block = false;
    for line in text.lines().map(str::trim) {
        match line {
            "```bash" => in_block = true,
            "```" => in_block = false,
            _ if in_block => commands.push(line.to_owned()),
            _ => {}
        }
    }
    commands
}
