use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::extract::{Extensions, extract};
use crate::model::recording::{
    Change, Chunk, CommandRecording, ContainerSpec, Effect, End, ImageOrigin, LimitHit, Mount,
    MountSource, ObjectKind, Origin, Port, Transcript,
};
use crate::model::stream::Stream;

fn scenario(text: &str) -> Scenario {
    extract(Path::new("c.md"), text, Extensions::default())
}

fn ran(text: &str) -> StepRecording {
    let chunk = |stream, text: &str| Chunk { stream, at_ms: 7, text: text.to_owned() };
    let transcript = Transcript {
        chunks: vec![chunk(Stream::Stdout, text), chunk(Stream::Typed, "^C")],
        omitted_bytes: 0,
        ..Transcript::default()
    };
    let command = CommandRecording {
        duration_ms: 12,
        ..CommandRecording::new("a", End::Stopped, transcript)
    };
    StepRecording::Ran { commands: vec![command], effects: Vec::new() }
}

fn recording(steps: Vec<StepRecording>) -> Recording {
    Recording { steps, recorded_at: "2026-11-24T03:02:12Z".into(), ..Recording::default() }
}

#[test]
fn a_chunk_is_a_line_and_the_last_line_a_checksum() {
    let file = RecordingFile::new(
        &scenario("```bash\na\n```\n"),
        &recording(vec![ran("one\n\"two\"\n")]),
        Inputs { steps: vec!["0123".into()], ..Inputs::default() },
    );
    let text = file.to_text().unwrap();
    let (head, steps) = text.split_once("\"steps\": [\n      \"0123\"").unwrap();
    assert!(head.starts_with("{\n  \"schema\": 1,\n  \"program\": \""), "{text}");
    assert!(
        head.contains("\n  \"recorded_at\": \"2026-11-24T03:02:12Z\",\n  \"engine\": { \"kind\"")
    );
    let expected = r#"
            "chunks": [
              { "stream": "stdout", "at_ms": 7, "text": "one\n\"two\"\n" },
              { "stream": "typed", "at_ms": 7, "text": "^C" }
            ]
"#;
    assert!(steps.contains(expected), "{text}");
    assert!(text.lines().rev().nth(1).unwrap().starts_with("  \"checksum\": \""), "{text}");
    let back = RecordingFile::parse(&text).unwrap();
    assert_eq!(back, file);
    assert_eq!(back.to_text().unwrap(), text);
    assert_eq!(RecordingFile::parse(&text.replace('\n', "\r\n")).unwrap(), file);
}

#[test]
fn mounts_and_ports_of_a_container_are_kept_and_optional() {
    let effect = |spec: ContainerSpec| {
        let change = Change::Created { image: Some("alpine".into()), spec };
        let (name, id) = ("app".to_owned(), "0123".to_owned());
        Effect { command: 0, kind: ObjectKind::Container, name, id, change }
    };
    let mount = |source| Mount { source, destination: "/x".into(), read_only: true };
    let spec = ContainerSpec {
        mounts: vec![mount(MountSource::Bind("/lab".into())), mount(MountSource::Tmpfs)],
        ports: vec![Port {
            address: None,
            host: Some(8080),
            container: 80,
            protocol: "tcp".into(),
        }],
    };
    let effects = vec![effect(spec), effect(ContainerSpec::default())];
    let recording = recording(vec![StepRecording::Ran { commands: Vec::new(), effects }]);
    let file = RecordingFile::new(&scenario("```sh\na\n```\n"), &recording, Inputs::default());
    let text = file.to_text().unwrap();
    assert_eq!(RecordingFile::parse(&text).unwrap(), file);
    for line in [
        r#"{ "type": "bind", "source": "/lab", "destination": "/x", "read_only": true }"#,
        r#"{ "type": "tmpfs", "destination": "/x", "read_only": true }"#,
        r#"{ "host": 8080, "container": 80, "protocol": "tcp" }"#,
        // The format of older recordings.
        r#"{ "command": 0, "kind": "container", "name": "app", "id": "0123", "action": "created", "image": "alpine" }"#,
    ] {
        assert!(text.contains(line), "{line} {text}");
    }
}

#[test]
fn a_recording_is_parsed_as_it_was_formatted() {
    let text = |name: &str| name.to_owned();
    let mut run = recording(vec![ran("1")]);
    run.engine = Engine {
        kind: text("process"),
        version: text("26.1.5"),
        client_version: text("26.1.4"),
        api_version: text("1.45"),
        storage_driver: text("overlay2"),
        kernel: text("6.1"),
        architecture: text("amd64"),
    };
    let image = |reference: &str, repo_digest, origin| Image {
        reference: text(reference),
        id: text("sha256:01"),
        repo_digest,
        origin,
        is_pulled_by_step: false,
    };
    run.images = vec![
        image("alpine:3", Some(text("alpine@sha256:02")), ImageOrigin::Pulled),
        image("own", None, ImageOrigin::Recipe),
    ];
    let (kind, name, id) = (ObjectKind::Volume, text("data"), text("03"));
    run.leftovers = vec![Leftover { step: 0, command: 0, kind, name, id }];
    run.limits.out_of_memory = Some(LimitHit { step: 0, limit: 300 << 20 });
    let scenario = scenario("```sh\na\n```\n");
    let inputs = Inputs { steps: vec![text("04")], ..Inputs::default() };
    let file = RecordingFile::new(&scenario, &run, inputs.clone());
    let back = RecordingFile::parse(&file.to_text().unwrap()).unwrap();
    assert_eq!(back.inputs, inputs);
    assert_eq!(back.recording(&scenario), Recording { origin: Origin::File, ..run });
}

#[test]
fn an_outdated_recording_has_the_results_of_steps_that_are_the_same() {
    let inputs = |steps: &[&str]| Inputs {
        steps: steps.iter().map(|step| (*step).to_owned()).collect(),
        ..Inputs::default()
    };
    let before = scenario("```sh\na\n```\n```sh\nb\n```\n```sh\nc\n```\n");
    let run = Recording {
        leftovers: vec![Leftover {
            step: 0,
            command: 0,
            kind: ObjectKind::Volume,
            name: "v".to_owned(),
            id: "v".to_owned(),
        }],
        recorded_at: "2026-11-24T23:02:12Z".to_owned(),
        ..recording(vec![ran("1"), ran("2"), ran("3")])
    };
    let file = RecordingFile::new(&before, &run, inputs(&["a", "b", "c"]));
    let after = scenario(
        "```sh\nnew\n```\n```sh\na\n```\n```sh ignore\n```\n```sh\nb2\n```\n```sh\nc\n```\n",
    );
    let outdated = file.clone().outdated(&after, &inputs(&["new", "a", "b2", "c"]));
    let (ignored, skipped) = (StepRecording::Ignored, StepRecording::Skipped);
    assert_eq!(outdated.steps, [skipped.clone(), ran("1"), ignored, skipped, ran("3")]);
    assert_eq!((outdated.origin, outdated.leftovers.len()), (Origin::NotRun, 0));
    assert_eq!(outdated.recorded_at, run.recorded_at);
    // Another setting: all steps are the same.
    let settings = Inputs { timeout_ms: 1, ..inputs(&["a", "b", "c"]) };
    assert_eq!(file.outdated(&before, &settings).steps, run.steps);
}

#[test]
fn leftovers_of_missing_steps_are_removed() {
    let two = scenario("```sh\na\n```\n```sh\nb\n```\n");
    let mut run = recording(vec![ran("1"), ran("2")]);
    run.leftovers = [0, 1]
        .map(|step| {
            let (kind, name, id) = (ObjectKind::Volume, step.to_string(), String::new());
            Leftover { step, command: 0, kind, name, id }
        })
        .into();
    let file = RecordingFile::new(&two, &run, Inputs::default());
    let one = file.clone().recording(&scenario("```sh\na\n```\n"));
    assert_eq!(one.leftovers, run.leftovers[..1]);
    let other = file.recording(&scenario("```sh ignore\na\n```\n```sh\nb\n```\n"));
    let names = other.leftovers.iter().map(|left| (left.step, left.name.as_str()));
    assert_eq!(names.collect::<Vec<_>>(), [(1, "0")]);
}

#[test]
fn ignored_steps_can_be_added_and_removed() {
    let before = "```sh\na\n```\n```sh\nb\n```\n";
    let after = "```sh ignore\n```\n```sh\na\n```\n```sh ignore\n```\n```sh\nb\n```\n";
    let mut run = recording(vec![ran("1"), ran("2")]);
    let (kind, name, id) = (ObjectKind::Volume, "v".to_owned(), "v".to_owned());
    run.leftovers.push(Leftover { step: 1, command: 0, kind, name, id });
    let file = RecordingFile::new(&scenario(before), &run, Inputs::default());
    let replayed = file.clone().recording(&scenario(after));
    let expected = [StepRecording::Ignored, ran("1"), StepRecording::Ignored, ran("2")];
    assert_eq!(replayed.steps, expected);
    assert_eq!(replayed.leftovers[0].step, 3);
    assert_eq!(replayed.origin, Origin::File);
    assert_eq!(
        RecordingFile::new(&scenario(after), &replayed, Inputs::default()).recorded().steps,
        run.steps
    );
}

#[test]
fn a_limit_that_was_hit_stays_with_its_step() {
    let before = "```sh\na\n```\n```sh\nb\n```\n";
    let after = "```sh ignore\n```\n```sh\na\n```\n```sh ignore\n```\n```sh\nb\n```\n";
    let mut run = recording(vec![ran("1"), ran("2")]);
    run.limits.out_of_space = Some(LimitHit { step: 1, limit: 64 << 20 });
    let file = RecordingFile::new(&scenario(before), &run, Inputs::default());
    let step = |text| file.clone().recording(&scenario(text)).limits.first_step();
    assert_eq!(step(after), Some(3));
    assert_eq!(step("```sh\na\n```\n"), None);
    let again = file.clone().recording(&scenario(after));
    let again = RecordingFile::new(&scenario(after), &again, Inputs::default());
    assert_eq!(again.recorded().limits, run.limits);
    let enough = Recording { limits: LimitsHit::default(), ..run };
    let enough = RecordingFile::new(&scenario(before), &enough, Inputs::default());
    assert!(!enough.to_text().unwrap().contains("out_of"), "existing recordings stay as they are");
}

#[test]
fn invalid_recordings_are_errors() {
    let file = RecordingFile::new(
        &scenario("```sh\na\n```\n"),
        &recording(vec![ran("one\n")]),
        Inputs::default(),
    );
    let text = file.to_text().unwrap();
    let error = |text: &str| RecordingFile::parse(text).unwrap_err();
    assert!(matches!(error(&text.replace("one", "two")), RecordingFileError::Checksum));
    assert!(matches!(error(&text.replace("    ", "  ")), RecordingFileError::Checksum));
    let other = text.replace("\"schema\": 1", "\"schema\": 2");
    assert!(matches!(error(&other), RecordingFileError::Version { found: 2 }));
    assert!(matches!(error("{\"schema\": 3}"), RecordingFileError::Version { found: 3 }));
    let cut = error(&text[..text.len() / 2]);
    assert!(matches!(cut, RecordingFileError::Form(_)) && cut.line() > 5, "{cut}");
    for torn in ["", "{}", "[]", "null", "\0", "{\"schema\": 1}", "{\"schema\": -1}"] {
        error(torn);
    }
}

#[test]
fn steps_that_were_not_recorded_are_skipped() {
    let file = RecordingFile::new(
        &scenario("```sh\na\n```\n"),
        &recording(vec![ran("1")]),
        Inputs::default(),
    );
    let replayed = file.recording(&scenario("```sh\na\n```\n```sh\nb\n```\n"));
    assert_eq!(replayed.steps, [ran("1"), StepRecording::Skipped]);
}

proptest! {
    #[test]
    fn any_output_is_parsed_as_it_was_formatted(text in any::<String>()) {
        let file = RecordingFile::new(&scenario("```sh\na\n```\n"), &recording(vec![ran(&text)]), Inputs::default());
        prop_assert_eq!(RecordingFile::parse(&file.to_text().unwrap()).unwrap(), file);
    }

    #[test]
    fn any_text_can_be_parsed_and_changes_are_detected(cut in any::<prop::sample::Index>(), junk in any::<String>()) {
        let file = RecordingFile::new(&scenario("```sh\na\n```\n"), &recording(vec![ran("x")]), Inputs::default());
        let text = file.to_text().unwrap();
        let at = (0..=cut.index(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let torn = format!("{}{junk}{}", &text[..at], &text[at..]);
        prop_assert_eq!(RecordingFile::parse(&torn).is_ok(), junk.is_empty());
    }
}

#[test]
fn a_step_for_another_engine_is_kept_as_such() {
    let scenario = scenario("```sh\na\n```\n```sh engine=\"<23\"\nb\n```\n");
    let run = recording(vec![ran("1"), StepRecording::OtherEngine]);
    let file = RecordingFile::new(&scenario, &run, Inputs::default());
    let text = file.to_text().unwrap();
    assert!(text.contains("{ \"status\": \"other-engine\" }"), "{text}");
    let replayed = RecordingFile::parse(&text).unwrap().recording(&scenario);
    assert_eq!(replayed.steps, [ran("1"), StepRecording::OtherEngine]);
}
