//! A tutorial that nobody has annotated: it ends, its true defects are found, nothing is left.

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{env, fs};

use tempfile::TempDir;
use testsuite::{Outcome, Program, Traces, workspace};

/// A French lab with every mistake that such labs make.
const LAB: &str = "tests/fixtures/labo.md";

const ANONYMOUS: &str = "docker run -d -v /var/lib/postgresql/data postgres:15";
const NAMED: &str = "docker run -d -v postgres-prod:/var/lib/postgresql/data postgres:15";

/// The tutorial that the course starts from. It is not in the repository; `cargo xtask test` runs
/// the tests that need it where it is at hand, and says so where it is not.
fn seed() -> PathBuf {
    let default = || workspace().join("../shared/seed/tutorial.fr.md");
    env::var_os("SEED_TUTORIAL").map_or_else(default, PathBuf::from)
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
            // Each prints an ID and exits with 0; its container is dead within a second.
            ("container-died", ANONYMOUS),
            ("leftover", ANONYMOUS),
            ("leftover", ANONYMOUS),
            ("container-died", NAMED),
            ("leftover", NAMED),
            ("leftover", NAMED),
            ("exit-status", "docker volume rm postgres-prod"),
        ])
        .says("died with status 1")
        .says("POSTGRES_PASSWORD")
        .says("volume `postgres-prod` still exists")
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
#[ignore = "needs the seed tutorial: set SEED_TUTORIAL"]
fn the_seed() {
    has_exactly_its_true_defects(&seed());
}

#[test]
#[ignore = "needs the seed tutorial: set SEED_TUTORIAL"]
fn the_lab_has_the_commands_of_the_seed() {
    assert_eq!(commands(&workspace().join(LAB)), commands(&seed()));
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
