//! A tutorial without annotations: the run ends, its true defects are found, and nothing is left.

use std::fs;

use tempfile::TempDir;
use testsuite::{Program, Traces, workspace};

/// A French lab with the mistakes that labs usually have, and with the Markdown that people write:
/// fences after a line of text without a blank line between them, in lists, and between rules.
const LAB: &str = "tests/fixtures/labo.md";

const ANONYMOUS: &str = "docker run -d -v /var/lib/postgresql/data postgres:15";
const NAMED: &str = "docker run -d -v postgres-prod:/var/lib/postgresql/data postgres:15";

#[test]
fn exactly_its_true_defects_are_found() {
    let file = workspace().join(LAB);
    let text = fs::read_to_string(&file).unwrap();
    let temporary = TempDir::with_prefix("testsuite-").unwrap();
    // In the workspace, whose book.toml names the recipes of its images.
    let run = Program::new(["verify", "--format", "json"])
        .arg(&file)
        .directory(workspace())
        .env("TMPDIR", temporary.path())
        .about("tutorial", &text)
        .start();
    run.until_process("log-shipper");
    let traces = Traces::of(&run);
    let outcome = run.wait();
    // At once: namespaces of later processes can get the numbers of those that are gone.
    traces.are_gone(temporary.path());
    outcome
        .exits(1)
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
    let steps = outcome.report()["chapters"][0]["steps"].as_array().unwrap().len();
    assert_eq!(steps, text.matches("```bash").count(), "every block is a step");
}

#[test]
fn it_has_no_annotation() {
    let text = fs::read_to_string(workspace().join(LAB)).unwrap();
    let fences: Vec<&str> =
        text.lines().map(str::trim).filter(|line| line.starts_with("```")).collect();
    assert_eq!(fences, ["```bash", "```"].repeat(12));
    assert!(!text.contains("<!--") && !text.contains("{{#"), "there is a directive");
}
