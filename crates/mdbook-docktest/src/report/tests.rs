use std::path::Path;

use serde_json::{Value, json};

use proptest::prelude::*;

use super::github::{Checkout, github as to_github};
use super::human::{Colours, human};
use super::json::json as to_json;
use super::junit::junit;
use super::*;
use crate::model::finding::Code;
use crate::model::finding::Severity;
use crate::model::recording::{
    Change, Chunk, CommandRecording, ContainerSpec, Effect, End, Engine, Mount, MountSource,
    ObjectKind, Port, Recording, StepRecording, Transcript,
};
use crate::model::remedy::{Basis, Remedy};
use crate::model::stream::Stream;
use crate::text::position::line_and_column;
use crate::text::splice::Edit;

pub(super) const TEXT: &str = "# É\n\n- ```bash exit=1\n  docker ps -a\n  ```\n\n```bash\ndocker rm x\n```\n\n```bash ignore\nreboot\n```\n\n```bash\nls\n```\n";

/// The report for GitHub, from the root of the repository.
pub(super) fn github(report: &Report) -> String {
    let root = std::path::PathBuf::from("/");
    to_github(report, &Checkout { root: root.clone(), directory: root })
}

fn ran(status: i32) -> StepRecording {
    let chunk = Chunk { stream: Stream::Stderr, at_ms: 3, text: "no\n".into() };
    let transcript = Transcript { chunks: vec![chunk], ..Transcript::default() };
    let end = End::Exited { status };
    let command = "docker ps -a";
    StepRecording::Ran {
        commands: vec![CommandRecording {
            duration_ms: 7,
            ..CommandRecording::new(command, end, transcript)
        }],
        effects: Vec::new(),
    }
}

fn finding(at: &str, code: Code, severity: Severity, help: Option<&str>) -> Finding {
    let start = TEXT.find(at).expect("the text contains it");
    let (line, column) = line_and_column(TEXT, start);
    Finding {
        code,
        severity,
        path: "src/é t.md".into(),
        span: start..start + at.len(),
        line,
        column,
        message: "this command exited with status 1 instead of 0".into(),
        help: help.map(str::to_owned),
        remedies: Vec::new(),
    }
}

pub(super) fn report() -> Report {
    let recording = Recording {
        engine: Engine::default(),
        images: Vec::new(),
        steps: vec![ran(1), ran(1), StepRecording::Ignored, StepRecording::Skipped],
        leftovers: Vec::new(),
        ..Recording::default()
    };
    let findings = vec![
        finding("ls\n", Code::NotRun, Severity::Error, None),
        finding("docker rm x", Code::ExitStatus, Severity::Error, Some("add `exit=1`")),
        finding("exit=1", Code::BadAttribute, Severity::Warning, None),
    ];
    let chapter = Chapter::ran(Path::new("src/é t.md"), TEXT, recording, findings);
    Report { chapters: vec![chapter], ..Report::default() }
}

#[test]
fn each_step_is_counted_once() {
    let expected = Summary { chapters: 1, steps: 4, passed: 1, failed: 1, skipped: 1, ignored: 1 };
    assert_eq!(report().summary(), expected);
    assert!(report().has_errors());
}

#[test]
fn a_step_that_did_not_run_does_not_pass() {
    let mut report = report();
    let findings = report.chapters[0].findings.clone();
    report.chapters[0].forget_run(findings);
    report.chapters[0].findings.clear();
    let expected = Summary { chapters: 1, steps: 4, skipped: 3, ignored: 1, ..Summary::default() };
    assert_eq!(report.summary(), expected);
}

#[test]
fn the_human_report_shows_excerpts() {
    let expected = "\
warning[bad-attribute]: this command exited with status 1 instead of 0
 --> src/é t.md:3:11
  |
3 | - ```bash exit=1
  |           ^^^^^^

error[exit-status]: this command exited with status 1 instead of 0
 --> src/é t.md:8:1
  |
8 | docker rm x
  | ^^^^^^^^^^^
  |
  = help: add `exit=1`

error[not-run]: this command exited with status 1 instead of 0
  --> src/é t.md:16:1
   |
16 | ls
   | ^^

To run it again: mdbook-docktest verify 'src/é t.md:8'
1 chapter, 4 steps: 1 passed, 1 failed, 1 skipped, 1 ignored
";
    let shown = human(&report(), Colours::Off);
    assert_eq!(shown, expected, "{shown}");
    let coloured = human(&report(), Colours::On);
    assert!(coloured.contains("\x1b["), "{coloured}");
    assert_eq!(anstream::adapter::strip_str(&coloured).to_string(), expected);
}

#[test]
fn escape_sequences_are_removed_from_the_human_report() {
    let mut report = report();
    report.chapters[0].findings.truncate(1);
    let finding = &mut report.chapters[0].findings[0];
    finding.message = "it printed \x1b[31mred".into();
    finding.help = Some("compare:\n- a\n+ \x1b]0;title\x07b".into());
    let shown = human(&report, Colours::Off);
    assert!(!shown.contains('\x1b'), "{shown}");
    assert!(shown.contains("   = help: compare:\n           - a\n           + b\n"), "{shown}");
}

#[test]
fn an_empty_report_is_one_line() {
    let report = Report::default();
    assert_eq!(
        human(&report, Colours::Off),
        "0 chapters, 0 steps: 0 passed, 0 failed, 0 skipped, 0 ignored\n"
    );
}

#[test]
fn the_json_report_has_the_documented_fields() {
    let mut report = report();
    report.chapters[0].findings.truncate(2);
    report.chapters[0].findings.remove(0);
    report.engine = Some(Engine { kind: "process".into(), ..Engine::default() });
    let text = to_json(&report).expect("plain data is serializable");
    let value: Value = serde_json::from_str(&text).expect("it is JSON");
    let transcript = json!([{"stream": "stderr", "at_ms": 3, "text": "no\n"}]);
    let command =
        json!({"command": "docker ps -a", "exit": 1, "transcript": transcript, "duration_ms": 7});
    let step = |line: u32, commands: &[&Value], status: &str| json!({"line": line, "commands": commands, "status": status, "effects": []});
    assert_eq!(
        value,
        json!({
            "schema": 1,
            "engine": {"kind": "process", "version": "", "client_version": "", "api_version": "",
                "storage_driver": "", "kernel": "", "architecture": ""},
            "summary": {"chapters": 1, "steps": 4, "passed": 1, "failed": 1, "skipped": 1,
                "ignored": 1},
            "chapters": [{
                "path": "src/é t.md",
                "steps": [
                    step(4, &[&command], "passed"),
                    step(8, &[&command], "failed"),
                    step(12, &[], "ignored"),
                    step(16, &[], "skipped"),
                ],
                "findings": [{
                    "code": "exit-status",
                    "severity": "error",
                    "path": "src/é t.md",
                    "line": 8,
                    "column": 1,
                    "message": "this command exited with status 1 instead of 0",
                    "help": "add `exit=1`",
                    "remedies": [],
                }],
            }],
        })
    );
}

#[test]
fn the_github_report_has_a_command_for_each_finding() {
    let expected = "\
::warning file=src/é t.md,line=3,col=11,title=docktest bad-attribute::this command exited with status 1 instead of 0
::error file=src/é t.md,line=8,col=1,title=docktest exit-status::this command exited with status 1 instead of 0%0Aadd `exit=1`
::error file=src/é t.md,line=16,col=1,title=docktest not-run::this command exited with status 1 instead of 0
1 chapter, 4 steps: 1 passed, 1 failed, 1 skipped, 1 ignored
";
    let shown = github(&report());
    assert_eq!(shown, expected, "{shown}");
}

#[test]
fn values_are_escaped_in_github_commands() {
    let mut report = report();
    report.chapters[0].findings.truncate(1);
    let finding = &mut report.chapters[0].findings[0];
    finding.path = "a:b,c%\r\n.md".into();
    finding.message = "100%0A: \x1b[31mred, green\n::error::mine".into();
    let shown = github(&report);
    let expected = "::error file=a%3Ab%2Cc%25%0D%0A.md,line=16,col=1,title=docktest not-run\
        ::100%250A: red, green%0A::error::mine\n";
    assert_eq!(shown.split_inclusive('\n').next(), Some(expected), "{shown}");
    assert_eq!(shown.lines().count(), 2, "{shown}");
}

#[test]
fn the_junit_report_has_a_case_for_each_step() {
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mdbook-docktest" tests="4" skipped="2" failures="1" errors="0" time="0.014">
    <testsuite name="src/é t.md" tests="4" skipped="2" errors="0" failures="1" time="0.014">
        <testcase name="line 4: docker ps -a" classname="src/é t.md" time="0.007"/>
        <testcase name="line 8: docker rm x" classname="src/é t.md" time="0.007">
            <failure message="this command exited with status 1 instead of 0" type="exit-status">src/é t.md:8:1: this command exited with status 1 instead of 0 [exit-status]
add `exit=1`

$ docker ps -a
no
</failure>
        </testcase>
        <testcase name="line 12: reboot" classname="src/é t.md" time="0.000">
            <skipped message="marked `ignore`"/>
        </testcase>
        <testcase name="line 16: ls" classname="src/é t.md" time="0.000">
            <skipped message="not run"/>
        </testcase>
    </testsuite>
</testsuites>
"#;
    let shown = junit(&report()).expect("plain data is serializable");
    assert_eq!(shown, expected, "{shown}");
}

#[test]
fn an_error_that_is_not_about_a_step_is_a_failing_case() {
    let mut report = report();
    let chapter = &mut report.chapters[0];
    chapter.findings = vec![finding("# É", Code::OrphanOutput, Severity::Error, None)];
    chapter.findings[0].message = "<a> & \x1b[31mb\u{b}".into();
    let shown = junit(&report).expect("plain data is serializable");
    assert!(shown.contains(r#"tests="5" skipped="2" failures="1""#), "{shown}");
    let failure = r#"<failure message="&lt;a&gt; &amp; b␋" type="orphan-output">"#;
    assert!(shown.contains(failure), "{shown}");
}

/// Returns a report in which each text that is not ours is this one.
fn report_with(text: &str) -> Report {
    let mut report = report();
    let chapter = &mut report.chapters[0];
    for finding in &mut chapter.findings {
        finding.path = text.into();
        finding.message = text.to_owned();
        finding.help = Some(text.to_owned());
    }
    chapter.path = text.into();
    for step in &mut chapter.recording_mut().expect("it has run").steps {
        let StepRecording::Ran { commands, .. } = step else { continue };
        for command in commands {
            command.command = text.to_owned();
            command.transcript.chunks[0].text = text.to_owned();
        }
    }
    report
}

proptest! {
    #[test]
    fn the_junit_report_is_well_formed_for_any_output(
        text in "([\\x00-\\x1f\\x7f-\\x9f\u{fffe}\u{ffff}\u{1fffe}<>&\"']|\\]\\]>|<!\\[CDATA\\[|\\PC){0,40}",
    ) {
        let shown = junit(&report_with(&text)).expect("plain data is serializable");
        let document = roxmltree::Document::parse(&shown);
        let document = document.map_err(|error| TestCaseError::fail(format!("{error}\n{shown}")))?;
        let cases = document.descendants().filter(|node| node.has_tag_name("testcase"));
        prop_assert_eq!(cases.count(), 4);
    }
}

#[test]
fn what_xml_forbids_is_replaced_in_the_junit_report() {
    let shown = junit(&report_with("a\u{fffe}]]>\u{ffff}b")).expect("plain data is serializable");
    let document = roxmltree::Document::parse(&shown).expect("it is well-formed");
    let failure = document.descendants().find(|node| node.has_tag_name("failure")).unwrap();
    assert_eq!(failure.attribute("message"), Some("a\u{fffd}]]>\u{fffd}b"));
    assert!(failure.text().unwrap().contains("$ a\u{fffd}]]>\u{fffd}b\n"), "{shown}");
}

/// Returns the published schema, changed to reject unknown fields, which it allows to programs.
fn closed_schema() -> Value {
    fn close(schema: &mut Value) {
        let Value::Object(fields) = schema else { return };
        if fields.contains_key("properties") {
            fields.insert("additionalProperties".into(), false.into());
        }
        fields.values_mut().for_each(close);
    }
    let schema = include_str!("../../../../docs/report.schema.json");
    let mut schema = serde_json::from_str(schema).expect("it is JSON");
    close(&mut schema);
    schema
}

/// Returns one effect of each kind, with all of its fields.
fn all_effects() -> Vec<Effect> {
    let (destination, container) = ("/x".to_owned(), "0123456789ab".to_owned());
    let mount = |source| Mount { source, destination: destination.clone(), read_only: true };
    let mounts = vec![
        mount(MountSource::Bind("/lab".into())),
        mount(MountSource::Volume("data".into())),
        mount(MountSource::Tmpfs),
    ];
    let (address, host, protocol) = (Some("::1".into()), Some(8080), "tcp".into());
    let ports = vec![Port { address, host, container: 80, protocol }];
    let image = Some("alpine".to_owned());
    let changes = [
        Change::Created { image, spec: ContainerSpec { mounts, ports } },
        Change::Started,
        Change::Died { exit: 3, alone: true, log: Some("no luck".into()) },
        Change::Paused,
        Change::Unpaused,
        Change::Renamed { from: "a".into() },
        Change::Connected { container: container.clone() },
        Change::Disconnected { container: container.clone() },
        Change::Mounted { container, destination, read_only: false },
        Change::Removed,
    ];
    let effect = |change| Effect {
        command: 0,
        kind: ObjectKind::Container,
        name: "b".into(),
        id: "0".into(),
        change,
    };
    changes.map(effect).into()
}

#[test]
fn reports_match_the_published_schema() {
    let mut report = report();
    let steps = &mut report.chapters[0].recording_mut().expect("it ran").steps;
    if let StepRecording::Ran { commands, effects } = &mut steps[0] {
        commands[0].end = End::Stopped;
        commands[0].transcript.omitted_bytes = 5;
        *effects = all_effects();
    }
    let edits = vec![Edit::insert(0, "x".into())];
    let remedy = Remedy { title: "add `x`".into(), edits, basis: Basis::Proposed };
    report.chapters[0].findings[0].remedies.push(remedy);
    let schema = closed_schema();
    for engine in [None, Some(Engine::default())] {
        report.engine = engine;
        let text = to_json(&report).expect("plain data is serializable");
        let instance = serde_json::from_str(&text).expect("it is JSON");
        jsonschema::validate(&schema, &instance).unwrap_or_else(|error| panic!("{error}\n{text}"));
    }
}

#[test]
fn the_published_schema_rejects_invalid_reports() {
    let schema = closed_schema();
    let report: Value =
        serde_json::from_str(&to_json(&report()).expect("plain data is serializable"))
            .expect("it is JSON");
    for (place, wrong) in [
        ("/schema", json!(2)),
        ("/summary/steps", json!(-1)),
        ("/chapters/0/steps/0/status", json!("green")),
        ("/chapters/0/steps/0/commands/0/transcript/0/stream", json!("stdin")),
        ("/chapters/0/findings/0/line", json!(0)),
        ("/chapters/0/findings/0/help", json!(["twice"])),
        ("/chapters/0/findings/0/remedies", json!([{"title": "a", "basis": "sure", "edits": []}])),
    ] {
        let mut report = report.clone();
        *report.pointer_mut(place).expect("the field exists") = wrong;
        assert!(!jsonschema::is_valid(&schema, &report), "{place}");
    }
}

#[test]
fn a_file_without_a_chapter_is_listed_like_a_chapter() {
    let path = "recordings/old.md.json";
    let file = Finding {
        code: Code::UnusedRecording,
        severity: Severity::Error,
        path: path.into(),
        span: 0..0,
        line: 1,
        column: 1,
        message: "unused".into(),
        help: Some("remove it".into()),
        remedies: Vec::new(),
    };
    let report = Report { files: vec![file], ..Report::default() };
    assert!(report.has_errors() && !report.has_annotation_errors());
    let value: Value = serde_json::from_str(&to_json(&report).unwrap()).unwrap();
    assert_eq!(value["summary"]["chapters"], 1);
    assert_eq!(value["chapters"][0]["path"], path);
    assert_eq!(value["chapters"][0]["steps"], json!([]));
    assert_eq!(value["chapters"][0]["findings"][0]["code"], "unused-recording");
    let shown = junit(&report).unwrap();
    assert!(shown.contains(r#"<testsuite name="recordings/old.md.json" tests="1""#), "{shown}");
    assert!(shown.contains(r#"<testcase name="the chapter""#), "{shown}");
    assert!(github(&report).starts_with("::error file=recordings/old.md.json,line=1,"));
    let text = human(&report, Colours::Off);
    assert!(text.contains("--> recordings/old.md.json:1:1"), "{text}");
    assert!(text.contains("1 chapter, 0 steps"), "{text}");
}

#[test]
fn a_step_for_another_engine_is_skipped_and_says_for_which() {
    let text = "```bash engine=\">=23\"\nls\n```\n\n```bash engine=\"<23\"\nls -a\n```\n";
    let steps = vec![ran(0), StepRecording::OtherEngine];
    let recording = Recording { steps, ..Recording::default() };
    let chapter = Chapter::ran(Path::new("a.md"), text, recording, Vec::new());
    let report = Report { chapters: vec![chapter], ..Report::default() };
    assert_eq!(
        human(&report, Colours::Off),
        "a.md:6: skipped: for Docker Engine <23\n\
         1 chapter, 2 steps: 1 passed, 0 failed, 1 skipped, 0 ignored\n"
    );
    let json: Value = serde_json::from_str(&to_json(&report).unwrap()).unwrap();
    let step = |index: usize| {
        let step = &json["chapters"][0]["steps"][index];
        (step["status"].clone(), step["for_engine"].clone())
    };
    assert_eq!(step(0), (json!("passed"), json!(">=23")));
    assert_eq!(step(1), (json!("skipped"), json!("<23")));
    let junit = junit(&report).unwrap();
    assert!(junit.contains("<skipped message=\"for Docker Engine &lt;23\"/>"), "{junit}");
}

/// The report on a chapter on two engines: on the second one, its last step fails.
fn on_two_engines() -> Report {
    let text = "```bash\nls\n```\n\n```bash engine=\"<23\"\nls -a\n```\n\n```bash\nls -l\n```\n";
    let mut whole = Report::default();
    for (name, version, status) in [("bookworm", "20.10.24+dfsg1", 0), ("sid", "28.5.2", 1)] {
        let second = if status == 0 { ran(0) } else { StepRecording::OtherEngine };
        let steps = vec![ran(0), second, ran(status)];
        let findings = (status != 0).then(|| Finding {
            span: text.find("ls -l").unwrap()..text.len() - 5,
            line: 10,
            column: 1,
            ..finding("ls\n", Code::ExitStatus, Severity::Error, None)
        });
        let recording = Recording { steps, ..Recording::default() };
        let path = Path::new("a.md");
        let chapter = Chapter::ran(path, text, recording, findings.into_iter().collect());
        let mut report = Report { chapters: vec![chapter], ..Report::default() };
        let engine = NamedEngine { name: name.to_owned(), version: version.to_owned() };
        report.set_engine(&engine);
        whole.append(report);
        whole.engines.push(engine);
    }
    whole
}

#[test]
fn several_engines_have_a_table_and_their_findings_say_on_which() {
    let report = on_two_engines();
    let text = human(&report, Colours::Off);
    let title = "error[exit-status]: this command exited with status 1 instead of 0 (on Docker Engine 28.5.2)\n";
    assert!(text.starts_with(title), "{text}");
    let end = "a.md:6: skipped: for Docker Engine <23 (on Docker Engine 28.5.2)\n\
        To run it again: mdbook-docktest verify --engines sid a.md:10\n      \
        20.10.24 (bookworm)  28.5.2 (sid)\n\
        a.md  3 passed             1 failed, 1 passed, 1 skipped\n\
        1 chapter on 2 engines, 6 steps: 4 passed, 1 failed, 1 skipped, 0 ignored\n";
    assert!(text.ends_with(end), "{text}");
    let coloured = human(&report, Colours::On);
    for cell in ["\x1b[32m3 passed\x1b[0m", "\x1b[31m1 failed, 1 passed, 1 skipped\x1b[0m"] {
        assert!(coloured.contains(cell), "{coloured}");
    }
    assert!(github(&report).ends_with(&end[end.find("      ").unwrap()..]), "{}", github(&report));
    let junit = junit(&report).unwrap();
    assert!(
        junit.contains("<testsuite name=\"a.md (Docker Engine 20.10.24)\" tests=\"3\""),
        "{junit}"
    );
}
