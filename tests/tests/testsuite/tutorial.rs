//! A tutorial without annotations: the run ends, its real defects are found, and nothing is left.

use std::fs;

use tempfile::TempDir;
use testsuite::{Program, Traces, workspace};

/// A French lab with common mistakes, and with Markdown as people write it: fences directly after a line
/// of text, in lists, and between rules.
const LAB: &str = "tests/fixtures/labo.md";

const ANONYMOUS: &str = "docker run -d -v /var/lib/postgresql/data postgres:15";
const NAMED: &str = "docker run -d -v postgres-prod:/var/lib/postgresql/data postgres:15";

#[test]
fn only_real_defects_are_reported() {
    let file = workspace().join(LAB);
    let text = fs::read_to_string(&file).unwrap();
    let temporary = TempDir::with_prefix("testsuite-").unwrap();
    // In the workspace, whose book.toml has recipes for the images.
    let run = Program::new(["verify", "--format", "json"])
        .arg(&file)
        .directory(workspace())
        .env("TMPDIR", temporary.path())
        .about("tutorial", &text)
        .start();
    run.until_process("log-shipper");
    let traces = Traces::of(&run);
    let outcome = run.wait();
    // Checked at once, as the numbers of namespaces are reused.
    traces.are_gone(temporary.path());
    outcome
        .exits(1)
        .finds_only(&[
            ("timeout", "docker logs -f log-shipper"),
            ("exit-status", "docker exec log-shipper rm /logs/access.log"),
            // Each command prints an ID and exits with 0, and its container dies within a second.
            ("container-died", ANONYMOUS),
            ("leftover", ANONYMOUS),
            ("leftover", ANONYMOUS),
            ("container-died", NAMED),
            ("leftover", NAMED),
            ("leftover", NAMED),
            // It asks whether to go on, takes the end of its input for a no, and exits with 0.
            ("unanswered-question", "docker volume prune"),
            ("exit-status", "docker volume rm postgres-prod"),
        ])
        .says("died with status 1")
        .says("POSTGRES_PASSWORD")
        .says("volume `postgres-prod` still exists")
        .says("add `until=")
        .says("rm: can't remove '/logs/access.log': Read-only file system")
        .says("volume is in use");
    let steps = outcome.report()["chapters"][0]["steps"].as_array().unwrap().len();
    assert_eq!(steps, text.matches("```bash").count(), "not every block is a step");
}

#[test]
fn the_tutorial_has_no_annotations() {
    let text = fs::read_to_string(workspace().join(LAB)).unwrap();
    let fences: Vec<&str> =
        text.lines().map(str::trim).filter(|line| line.starts_with("```")).collect();
    assert_eq!(fences, ["```bash", "```"].repeat(12));
    assert!(!text.contains("<!--") && !text.contains("{{#"), "the tutorial has a directive");
}
