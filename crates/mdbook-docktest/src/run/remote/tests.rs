//! Both sides, connected by pipes.

use std::cell::RefCell;
use std::io::{self, BufRead, BufReader, PipeReader, PipeWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use docker_cli::Canceller;

use super::ask::{Helper, ask, request};
use super::serve::{Connection, Served, serve};
use crate::book::settings::Settings;
use crate::extract::{Extensions, extract};
use crate::model::recording::{Recording, StepRecording};
use crate::model::scenario::Scenario;
use crate::run::{Caller, ImageAction, Progress, RunError, Stored};

const TEXT: &str = "```bash\necho one\n```\n\n```bash\necho two\n```\n\n```bash\necho three\n```\n";

/// A limit for what would otherwise hang.
const LIMIT: Duration = Duration::from_secs(180);

fn scenario() -> Scenario {
    let mut scenario = extract(Path::new("lab.md"), TEXT, Extensions::default());
    // As for a selected step.
    scenario.steps.truncate(2);
    scenario
}

/// What the side that asks was asked for.
#[derive(Default)]
struct Asked(RefCell<Vec<String>>);

impl Helper for Asked {
    fn write_context(
        &self,
        reference: &str,
        into: &Path,
        progress: &dyn Fn(Progress<'_>),
    ) -> Result<(), RunError> {
        self.0.borrow_mut().push(format!("context of {reference} in {}", into.display()));
        progress(Progress::Recipe { line: "making it" });
        match reference {
            "broken:latest" => Err(RunError::Recipe { message: "no network".to_owned() }),
            _ => Ok(()),
        }
    }

    fn stored(&self, reference: &str) -> Result<Option<Stored>, RunError> {
        self.0.borrow_mut().push(format!("whether there is {reference}"));
        Ok((reference == "mine:1").then(|| Stored { id: "sha256:1".to_owned(), digest: None }))
    }

    fn save(&self, id: &str, into: &Path) -> Result<(), RunError> {
        self.0.borrow_mut().push(format!("{id} in {}", into.display()));
        Err(RunError::Remote { message: "no space left".to_owned() })
    }

    fn recipe(&self, name: &str) -> Option<PathBuf> {
        Some(Path::new("recipes").join(name))
    }
}

/// Runs `run` on one side, and returns what the other side gets, what it was asked for, and what progress it saw.
fn connected(
    run: impl FnOnce(&Served, &Arc<Connection>) -> Result<Option<Recording>, RunError> + Send,
) -> (Result<Option<Recording>, RunError>, Vec<String>, Vec<String>) {
    let recipes = tempfile::tempdir().unwrap();
    let (to_there, from_here) = pipe_pair();
    let (to_here, from_there) = pipe_pair();
    let asked = Asked::default();
    let seen = RefCell::new(Vec::new());
    let scenario = scenario();
    let request = request(&scenario, TEXT, &Settings::default(), &[], true).unwrap();
    let result = thread::scope(|scope| {
        let input = BufReader::new(to_there);
        let canceller = Canceller::new();
        scope.spawn(move || serve(input, from_there, recipes.path(), &canceller, run).unwrap());
        let show = |progress: Progress<'_>| seen.borrow_mut().push(format!("{progress:?}"));
        ask(&request, &scenario, from_here, lines(to_here), &asked, &show)
    });
    (result, asked.0.into_inner(), seen.into_inner())
}

fn pipe_pair() -> (PipeReader, PipeWriter) {
    io::pipe().unwrap()
}

fn lines(from: PipeReader) -> impl Iterator<Item = Result<Vec<u8>, RunError>> {
    BufReader::new(from).split(b'\n').map(|line| line.map_err(RunError::io("reading")))
}

#[test]
fn the_steps_are_read_again_and_the_recording_comes_back() {
    let recording = || Recording {
        recorded_at: "2026-01-02T03:04:05Z".to_owned(),
        steps: vec![StepRecording::Skipped, StepRecording::Ignored],
        ..Recording::default()
    };
    let (result, asked, _) = connected(|served, _| {
        let steps = served.scenario.steps.iter().map(|step| step.script.as_str());
        assert_eq!(steps.collect::<Vec<_>>(), ["echo one\n", "echo two\n"]);
        assert_eq!(served.scenario.path, Path::new("lab.md"));
        assert!(served.fail_fast);
        Ok(Some(recording()))
    });
    assert_eq!(result.unwrap(), Some(recording()));
    assert_eq!(asked, [""; 0]);
}

#[test]
fn progress_is_shown_on_the_way() {
    let (result, _, seen) = connected(|served, connection| {
        connection.report(Progress::Engine);
        let action = ImageAction::Unpacking;
        connection.report(Progress::Image { reference: "alpine", action });
        connection.report(Progress::Notice { line: "é" });
        let step = &served.scenario.steps[1];
        connection.report(Progress::Step { number: 2, of: 2, step });
        connection.report(Progress::End);
        Ok(None)
    });
    assert_eq!(result.unwrap(), None);
    assert_eq!(seen[0], "Engine");
    assert_eq!(seen[1], r#"Image { reference: "alpine", action: Unpacking }"#);
    assert_eq!(seen[2], r#"Notice { line: "é" }"#);
    assert!(seen[3].contains("number: 2") && seen[3].contains("echo two"), "{}", seen[3]);
    assert_eq!(seen.len(), 4);
}

#[test]
fn the_other_side_is_asked_for_recipes_and_stored_images() {
    let (result, asked, seen) = connected(|_, connection| {
        let image = |name: &str| name.parse().unwrap();
        connection.write_context(&image("app"), Path::new("/x")).unwrap();
        let error = connection.write_context(&image("broken"), Path::new("/x")).unwrap_err();
        assert_eq!(error.to_string(), "no network");
        assert_eq!(connection.stored(&image("alpine")).unwrap(), None);
        let stored = connection.stored(&image("mine:1")).unwrap().unwrap();
        let error = connection.save(&stored, Path::new("/y")).unwrap_err();
        assert!(error.to_string().ends_with("no space left"), "{error}");
        Ok(None)
    });
    result.unwrap();
    let expected = [
        "context of app:latest in /x",
        "context of broken:latest in /x",
        "whether there is alpine:latest",
        "whether there is mine:1",
        "sha256:1 in /y",
    ];
    assert_eq!(asked, expected);
    assert_eq!(seen, [r#"Recipe { line: "making it" }"#; 2]);
}

#[test]
fn failures_are_what_they_are_here() {
    let failed = |error: RunError| connected(move |_, _| Err(error)).0.unwrap_err();
    assert!(matches!(failed(RunError::Cancelled), RunError::Cancelled));
    let io = || io::Error::other("disk full");
    let error = failed(RunError::io("writing")(io()));
    assert!(matches!(error, RunError::RemoteMachine { .. }));
    assert_eq!(error.to_string(), "writing: disk full");
    let error = failed(docker_sandbox::Error::NoDockerd.into());
    assert!(error.ends_run());
    assert_eq!(error.to_string(), docker_sandbox::Error::NoDockerd.to_string());
    let error = failed(RunError::NoImage {
        reference: "app".to_owned(),
        refusal: "not found".to_owned(),
        recipe: "/elsewhere".into(),
        source: Box::new(RunError::Recipe { message: "no network".to_owned() }),
    });
    let expected = "image `app` is not available: no registry provided it (not found), and its recipe \
                    recipes/app failed: no network";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn the_end_of_the_side_that_asks_cancels_the_run() {
    let recipes = tempfile::tempdir().unwrap();
    let (to_there, mut from_here) = pipe_pair();
    let (_to_here, from_there) = pipe_pair();
    let request = request(&scenario(), TEXT, &Settings::default(), &[], false).unwrap();
    let (sender, receiver) = mpsc::channel();
    let canceller = Canceller::new();
    let served = canceller.clone();
    thread::spawn(move || {
        let input = BufReader::new(to_there);
        serve(input, from_there, recipes.path(), &served, |_, connection| {
            // Until this side has gone, the question has no answer.
            sender.send(connection.stored(&"alpine".parse().unwrap())).unwrap();
            Err(RunError::Cancelled)
        })
    });
    serde_json::to_writer(&mut from_here, &request).unwrap();
    io::Write::write_all(&mut from_here, b"\n").unwrap();
    drop(from_here);
    let answer = receiver.recv_timeout(LIMIT).unwrap();
    assert!(matches!(answer, Err(RunError::Cancelled)), "{answer:?}");
    assert!(canceller.is_cancelled());
}

#[test]
fn a_lost_connection_is_an_error_of_its_own() {
    let request = request(&scenario(), TEXT, &Settings::default(), &[], false).unwrap();
    let progress = br#"{"progress":"engine"}"#.to_vec();
    for (lines, reason) in [
        (vec![Ok(progress.clone())], "it ended without an answer"),
        (vec![Ok(b"sh: not found".to_vec())], "expected value at line 1 column 1"),
    ] {
        let result = ask(&request, &scenario(), io::sink(), lines, &Asked::default(), &|_| {});
        match result.unwrap_err() {
            RunError::ConnectionLost { reason: found } => assert_eq!(found, reason),
            other => panic!("{other}"),
        }
    }
}

#[test]
fn another_version_is_refused() {
    let mut request = request(&scenario(), TEXT, &Settings::default(), &[], false).unwrap();
    request.version += 1;
    let input = io::Cursor::new(serde_json::to_vec(&request).unwrap());
    let result =
        serve(input, io::sink(), Path::new("/nowhere"), &Canceller::new(), |_, _| unreachable!());
    assert_eq!(result.unwrap_err().to_string(), "the request has version 2 instead of 1");
}
