use std::path::Path;

use super::*;
use crate::check::findings_by_default;
use crate::extract::{Extensions, extract};
use crate::model::finding::Finding;
use crate::model::recording::{Chunk, End, StepRecording, Transcript};
use crate::model::stream::Stream;
use crate::text::splice::splice;

const PRINTED: &str = "Error response from daemon: This node is not a swarm manager. Use \"docker swarm init\" or \
                       \"docker swarm join\" to connect this node to swarm and try again.\n";

/// Returns the findings of a chapter, each of whose steps fails and prints this.
fn failures(text: &str, printed: &str) -> Vec<Finding> {
    let scenario = extract(Path::new("a.md"), text, Extensions::default());
    let chunk = Chunk { stream: Stream::Stderr, at_ms: 0, text: printed.to_owned() };
    let transcript = Transcript { chunks: vec![chunk], ..Transcript::default() };
    let ran = |step: &Step| {
        let command = |text: String| {
            CommandRecording::new(&text, End::Exited { status: 1 }, transcript.clone())
        };
        let commands = step.commands.iter().map(|of| command(of.text.clone())).collect();
        StepRecording::Ran { commands, effects: Vec::new() }
    };
    let steps = scenario.steps.iter().map(ran).collect();
    let recording = Recording { steps, ..Recording::default() };
    findings_by_default(text, &scenario, &recording)
}

/// Returns a chapter with the proved remedies of its findings.
fn mended(text: &str) -> String {
    let findings = failures(text, PRINTED);
    let remedies = findings.iter().flat_map(|finding| &finding.remedies);
    let proved = remedies.filter(|remedy| remedy.basis == Basis::Proved);
    splice(text, proved.flat_map(|remedy| remedy.edits_of(text)).collect())
}

#[test]
fn the_first_step_that_needs_a_swarm_has_a_hidden_one_before_it() {
    let text = "a\n\n```bash\ndocker service ls\n```\n\n```bash\ndocker node ls\n```\n";
    assert_eq!(
        mended(text),
        "a\n\n```bash hidden\ndocker swarm init\n```\n\n```bash\ndocker service ls\n```\n\n\
         ```bash\ndocker node ls\n```\n"
    );
    let remedy = &failures(text, PRINTED)[0].remedies[0];
    assert_eq!(remedy.title, "add `docker swarm init` in a hidden step");
}

#[test]
fn the_new_step_is_in_the_same_list_or_quote_and_has_its_line_endings() {
    assert_eq!(
        mended("1. a\r\n\r\n   ```bash\r\n   docker node ls\r\n   ```\r\n"),
        "1. a\r\n\r\n   ```bash hidden\r\n   docker swarm init\r\n   ```\r\n\r\n   ```bash\r\n   docker node ls\r\n   \
         ```\r\n"
    );
    assert_eq!(
        mended("> ~~~bash\n> docker node ls\n> ~~~\n"),
        "> ```bash hidden\n> docker swarm init\n> ```\n>\n> ~~~bash\n> docker node ls\n> ~~~\n"
    );
    let in_the_line_of_a_mark = "- ```bash\n  docker node ls\n  ```\n";
    assert_eq!(mended(in_the_line_of_a_mark), in_the_line_of_a_mark);
}

#[test]
fn a_chapter_about_swarms_and_other_failures_have_no_such_remedy() {
    for command in
        ["docker swarm leave", "sudo docker swarm init", "docker  swarm join-token worker"]
    {
        let text = format!("```bash\ndocker node ls\n```\n\n```bash\n{command}\n```\n");
        assert_eq!(mended(&text), text);
    }
    let others = failures("```bash\ndocker node ls\n```\n", "Error: no such node\n");
    assert!(others[0].remedies.iter().all(|remedy| remedy.basis == Basis::Proposed));
}
