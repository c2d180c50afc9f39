use std::path::Path;

use super::*;
use crate::check::findings_by_default;
use crate::extract::{Extensions, extract};
use crate::model::finding::Finding;
use crate::model::recording::{Chunk, End, StepRecording, Transcript};
use crate::model::stream::Stream;
use crate::text::splice::splice;

/// Returns the finding about the only step of a chapter, which fails and prints this.
fn failure(text: &str, printed: &str) -> Finding {
    let scenario = extract(Path::new("a.md"), text, Extensions::default());
    let chunks = vec![Chunk { stream: Stream::Stderr, at_ms: 0, text: printed.to_owned() }];
    let command = CommandRecording {
        duration_ms: 1,
        ..CommandRecording::new(
            "cmd",
            End::Exited { status: 1 },
            Transcript { chunks, ..Transcript::default() },
        )
    };
    let steps = vec![StepRecording::Ran { commands: vec![command], effects: Vec::new() }];
    let recording = Recording { steps, ..Recording::default() };
    let [finding] =
        findings_by_default(text, &scenario, &recording).try_into().expect("one finding");
    finding
}

/// The number of remedies that let a block be written.
fn file_remedies(finding: &Finding) -> usize {
    finding.remedies.iter().filter(|remedy| remedy.title.contains("file=")).count()
}

const NAMED: &str = "Save this as `Dockerfile`:\n\n```dockerfile\nFROM x\n```\n\nand `app.py`:\n\n```\nx\n```\n\n\
                     ```bash\ncmd\n```\n";

#[test]
fn the_block_that_is_the_missing_file_is_named_with_an_edit() {
    let finding = failure(
        NAMED,
        "ERROR: failed to read dockerfile: open Dockerfile: no such file or directory\n",
    );
    let help = finding.help.unwrap();
    assert!(
        help.starts_with(
            "nothing writes `Dockerfile`: if the block in line 3 is this file, add `file=Dockerfile` to it\n"
        ),
        "{help}"
    );
    let remedy = &finding.remedies[0];
    assert_eq!(remedy.basis, Basis::Proved);
    let mended = splice(NAMED, remedy.edits.clone());
    assert!(mended.contains("\n```dockerfile file=Dockerfile\nFROM x\n"), "{mended}");
}

#[test]
fn a_block_without_a_language_gets_one() {
    let finding = failure(
        NAMED,
        "python: can't open file '/lab/app.py': [Errno 2] No such file or directory\n",
    );
    let mended = splice(NAMED, finding.remedies[0].edits.clone());
    assert!(mended.contains("\n```text file=app.py\nx\n"), "{mended}");
}

#[test]
fn what_only_looks_like_the_file_is_proposed() {
    let text = "```yaml\nservices: {}\n```\n\n```bash\ncmd\n```\n";
    let finding = failure(text, "no configuration file provided: not found\n");
    assert_eq!(finding.remedies[0].basis, Basis::Proposed);
    assert_eq!(finding.remedies[0].title, "add `file=compose.yaml` to the block in line 1");
}

#[test]
fn other_failures_and_other_files_have_no_such_remedy() {
    for printed in [
        "cat: Dockerfile.dev: No such file or directory\n",
        "cat: my-Dockerfile: No such file or directory\n",
        "Dockerfile:1 unknown instruction\n",
        "app.pyc: not found\n",
        "",
    ] {
        assert_eq!(file_remedies(&failure(NAMED, printed)), 0, "{printed}");
    }
    let below = "```bash\ncmd\n```\n\n`a.txt`:\n\n```\nx\n```\n";
    assert_eq!(file_remedies(&failure(below, "a.txt: No such file or directory\n")), 0);
    let written = "`a.txt`:\n\n```\nx\n```\n\n```text file=a.txt\nx\n```\n\n```bash\ncmd\n```\n";
    assert_eq!(file_remedies(&failure(written, "a.txt: No such file or directory\n")), 0);
}
