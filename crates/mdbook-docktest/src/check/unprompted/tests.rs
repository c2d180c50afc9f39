use std::path::Path;

use super::*;
use crate::check::findings_by_default;
use crate::extract::{Extensions, extract};
use crate::model::finding::Finding;
use crate::model::recording::{Chunk, Transcript};
use crate::model::stream::Stream;
use crate::text::splice::splice;

/// Returns the findings of a chapter with one step, whose commands ended with these statuses and printed this.
fn findings(text: &str, ran: &[(i32, &str)]) -> Vec<Finding> {
    let scenario = extract(Path::new("a.md"), text, Extensions::default());
    let command = |(command, (status, printed)): (&Command, &(i32, &str))| {
        let chunk = Chunk { stream: Stream::Stdout, at_ms: 0, text: (*printed).to_owned() };
        let transcript = Transcript { chunks: vec![chunk], ..Transcript::default() };
        CommandRecording::new(&command.text, End::Exited { status: *status }, transcript)
    };
    let commands = scenario.steps[0].commands.iter().zip(ran).map(command).collect();
    let steps = vec![StepRecording::Ran { commands, effects: Vec::new() }];
    let recording = Recording { steps, ..Recording::default() };
    findings_by_default(text, &scenario, &recording)
}

const TEXT: &str = "> ```bash timeout=9s\n> docker volume create data\n> data\n> docker volume ls\n> DRIVER   VOLUME NAME\n> local    data\n> ```\n";

const TABLE: &str = "DRIVER    VOLUME NAME\nlocal     data\n";

fn not_found(name: &str) -> String {
    format!("bash: {name}: command not found\n")
}

fn ran<'a>(table: &'a str, messages: &'a [String; 2]) -> [(i32, &'a str); 5] {
    [(0, "data\n"), (127, &messages[0]), (0, table), (127, &messages[1]), (1, "")]
}

#[test]
fn output_without_prompts_is_one_finding_and_gets_prompts_if_the_run_has_printed_it() {
    let messages = [not_found("data"), not_found("DRIVER")];
    let found = findings(TEXT, &ran(TABLE, &messages));
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!((finding.code, finding.line), (Code::ExitStatus, 3));
    assert_eq!(
        finding.message,
        "this line looks like output of `docker volume create data`, but runs as a command"
    );
    let [remedy] = &finding.remedies[..] else { panic!("{finding:?}") };
    assert_eq!(remedy.basis, Basis::Proved);
    let expected = TEXT.replace("bash", "console").replace("docker", "$ docker");
    assert_eq!(splice(TEXT, remedy.edits.clone()), expected);
}

#[test]
fn prompts_are_only_proposed_for_other_output_than_that_of_the_run() {
    let messages = [not_found("data"), not_found("DRIVER")];
    let found = findings(TEXT, &ran("DRIVER    VOLUME NAME\nlocal     other\n", &messages));
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!(finding.remedies[0].basis, Basis::Proposed);
    let commented = TEXT.replace("> local", "> # a comment\n> local");
    let found = findings(&commented, &ran(TABLE, &messages));
    assert_eq!(found[0].remedies[0].basis, Basis::Proposed);
}

#[test]
fn values_that_change_are_no_other_output() {
    let text = "```sh\ndocker ps\nCONTAINER ID   IMAGE\n0123456789ab   alpine\n```\n";
    let printed = "CONTAINER ID   IMAGE\nba9876543210   alpine\n";
    let message = not_found("CONTAINER");
    let found = findings(text, &[(0, printed), (127, &message), (127, "")]);
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert_eq!(finding.remedies[0].basis, Basis::Proved);
}

#[test]
fn an_array_of_json_is_output() {
    let json = "[\n    {\n        \"Name\": \"data\"\n    }\n]\n";
    let text = format!("```bash\ndocker volume inspect data\n{json}```\n");
    let messages = ["bash: [: missing `]'\n".to_owned(), not_found("Name:"), not_found("]")];
    let [bracket, name, end] = messages.each_ref().map(String::as_str);
    let found = findings(&text, &[(0, json), (2, bracket), (127, name), (127, end)]);
    let [finding] = &found[..] else { panic!("{found:?}") };
    assert!(finding.message.contains("looks like output of `docker volume inspect data`"));
    let [remedy] = &finding.remedies[..] else { panic!("{finding:?}") };
    assert_eq!(remedy.basis, Basis::Proved);

    let found = findings("```bash\ndocker ps\n[ -f\n```\n", &[(0, ""), (2, bracket)]);
    assert!(!found[0].message.contains("looks like output"), "{found:?}");
}

#[test]
fn a_program_that_is_missing_is_no_output() {
    let message = not_found("mytool");
    for (text, ran) in [
        ("```bash\necho one\nmytool up\n```\n", [(0, "one\n"), (127, &*message)]),
        ("```bash\nmytool up\nmytool up\n```\n", [(127, &*message), (127, &*message)]),
        ("```bash\necho curl\ncurl localhost\n```\n", [(0, "curl\n"), (127, &*message)]),
    ] {
        let found = findings(text, &ran);
        assert!(!found.iter().any(|found| found.message.contains("looks like output")), "{text}");
    }
}
