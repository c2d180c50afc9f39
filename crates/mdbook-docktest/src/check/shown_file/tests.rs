use std::path::Path;

use super::*;
use crate::check::findings_by_default;
use crate::extract::{Extensions, extract};
use crate::model::recording::{Chunk, CommandRecording, End, StepRecording, Transcript};
use crate::model::stream::Stream;
use crate::text::splice::splice;

/// Returns a chapter after the first remedy for its files, with what it is based on. All commands print this, and `cat`
/// fails.
fn mended(text: &str, printed: &str) -> Option<(Basis, String)> {
    let scenario = extract(Path::new("a.md"), text, Extensions::default());
    let chunk = Chunk { stream: Stream::Stderr, at_ms: 0, text: printed.to_owned() };
    let transcript = Transcript { chunks: vec![chunk], ..Transcript::default() };
    let ran = |command: &Command| {
        let status = i32::from(command.text.starts_with("cat"));
        CommandRecording::new(&command.text, End::Exited { status }, transcript.clone())
    };
    let steps = scenario.steps.iter().map(|step| StepRecording::Ran {
        commands: step.commands.iter().map(ran).collect(),
        effects: Vec::new(),
    });
    let recording = Recording { steps: steps.collect(), ..Recording::default() };
    let findings = findings_by_default(text, &scenario, &recording);
    let mut remedies = findings.iter().flat_map(|finding| &finding.remedies);
    let remedy = remedies.find(|remedy| remedy.title.contains("`file="))?;
    Some((remedy.basis, splice(text, remedy.edits_of(text))))
}

const MISSING: &str = "cat: app/Dockerfile: No such file or directory\n";

const SHOWN: &str = "```console\n$ cat app/Dockerfile\nFROM alpine\n\nCMD date\n```\n";
const USED: &str = "\n```bash\ndocker build app\n```\n";

#[test]
fn a_file_that_is_shown_as_a_whole_and_used_is_written_before_it_is_shown() {
    assert_eq!(
        mended(&format!("a\n\n{SHOWN}{USED}"), MISSING),
        Some((
            Basis::Proved,
            format!(
                "a\n\n```text file=app/Dockerfile hidden\nFROM alpine\n\nCMD date\n```\n\n{SHOWN}{USED}"
            )
        ))
    );
    let settings =
        "```console\n$ cat app.ini\n[service]\nport=1\n```\n\n```bash\nsort ./app.ini\n```\n";
    let missing = "cat: app.ini: No such file or directory\n";
    assert_eq!(mended(settings, missing).map(|(basis, _)| basis), Some(Basis::Proved));
}

#[test]
fn a_file_that_may_be_fetched_or_that_nothing_uses_is_only_proposed() {
    for before in ["git clone https://example.com/x", "touch app/Dockerfile", "cp -r /src/. ."] {
        let text = format!("```bash\n{before}\n```\n\n{SHOWN}{USED}");
        let basis = mended(&text, MISSING).map(|(basis, _)| basis);
        assert_eq!(basis, Some(Basis::Proposed), "{before}");
    }
    assert_eq!(mended(SHOWN, MISSING).map(|(basis, _)| basis), Some(Basis::Proposed));
}

#[test]
fn parts_of_files_and_other_commands_have_no_such_remedy() {
    for session in [
        "$ cat app/Dockerfile\nFROM alpine\n...\nCMD date\n",
        "$ cat app/Dockerfile\nFROM alpine\n<Snip>\n",
        "$ cat app/Dockerfile\nID [ID:web]\n",
        "$ cat app/Dockerfile\n",
        "$ cat app/Dockerfile other\nFROM alpine\n",
        "$ cat /app/Dockerfile\nFROM alpine\n",
        "$ cat ../app/Dockerfile\nFROM alpine\n",
        "$ cd app\n$ cat app/Dockerfile\nFROM alpine\n",
        "$ head app/Dockerfile\nFROM alpine\n",
    ] {
        assert_eq!(mended(&format!("```console\n{session}```\n"), MISSING), None, "{session}");
    }
    let other = "cat: Dockerfile: Permission denied\n";
    assert_eq!(mended("```console\n$ cat Dockerfile\nFROM alpine\n```\n", other), None);
}
