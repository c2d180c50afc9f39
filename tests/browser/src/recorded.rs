//! Books with recordings that a test writes, so that their pages do not depend on an engine's output.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mdbook_docktest::internal::{
    Change, Chunk, Columns, CommandRecording, Effect, End, Engine, Extensions, Image, ImageOrigin,
    Inputs, ObjectKind, Recording, RecordingFile, Settings, StepRecording, Stream, Transcript,
    extract, files,
};
use tempfile::TempDir;
use testsuite::workspace;

use crate::book::BuiltBook;

/// How a command ran, for a recording.
#[derive(Debug, Clone)]
pub struct Ran {
    end: End,
    transcript: Transcript,
    duration_ms: u64,
    effects: Vec<(ObjectKind, String, Change)>,
}

impl Ran {
    /// It printed this to standard output, and succeeded.
    pub fn printing(text: &str) -> Self {
        let ran = Self {
            end: End::Exited { status: 0 },
            transcript: Transcript::default(),
            duration_ms: 40,
            effects: Vec::new(),
        };
        if text.is_empty() { ran } else { ran.chunk(10, Stream::Stdout, text) }
    }

    /// Adds output, so many milliseconds after the start.
    pub fn chunk(mut self, at_ms: u64, stream: Stream, text: &str) -> Self {
        self.transcript.chunks.push(Chunk { stream, at_ms, text: text.to_owned() });
        self.duration_ms = self.duration_ms.max(at_ms);
        self
    }

    /// Sets how it ended.
    pub fn ends(self, end: End) -> Self {
        Self { end, ..self }
    }

    /// Sets how long it took, in milliseconds.
    pub fn takes(self, duration_ms: u64) -> Self {
        Self { duration_ms, ..self }
    }

    /// It ran in a terminal of 80 columns.
    pub fn at_a_terminal(mut self) -> Self {
        self.transcript.terminal = Columns::new(80);
        self
    }

    /// It was typed into a program, at this prompt.
    pub fn at_prompt(mut self, prompt: &str) -> Self {
        self.transcript.prompt = Some(prompt.to_owned());
        self.at_a_terminal().ends(End::Typed)
    }

    /// Adds a change of an object. The object's identifier is its name.
    pub fn does(mut self, kind: ObjectKind, name: &str, change: Change) -> Self {
        self.effects.push((kind, name.to_owned(), change));
        self
    }
}

/// A French book.
#[derive(Debug, Default)]
pub struct Lab {
    chapters: Vec<(String, String, Vec<Vec<Ran>>)>,
}

impl Lab {
    /// A book without chapters.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a chapter. `steps` contains, for each step, how each of its commands ran.
    pub fn chapter(mut self, path: &str, text: &str, steps: Vec<Vec<Ran>>) -> Self {
        self.chapters.push((path.to_owned(), text.to_owned(), steps));
        self
    }

    /// Builds the book with the project's style sheet and scripts.
    #[track_caller]
    pub fn build(&self, name: &str) -> BuiltBook {
        self.built(|root| BuiltBook::build(root, name))
    }

    /// The same without a `site-url`.
    #[track_caller]
    pub fn build_for_anywhere(&self, name: &str) -> BuiltBook {
        self.built(|root| BuiltBook::build_at(root, name, None))
    }

    #[track_caller]
    fn built(&self, build: impl FnOnce(&Path) -> BuiltBook) -> BuiltBook {
        let root = TempDir::with_prefix("browser-tests-").unwrap();
        let assets = copy_assets(root.path());
        let with = |extension: &str| {
            let files = assets.iter().filter(|asset| asset.ends_with(extension));
            files.cloned().collect::<Vec<String>>()
        };
        let toml = format!(
            "[book]\ntitle = \"Atelier\"\nlanguage = \"fr\"\nsrc = \"src\"\n\
             [output.html]\nadditional-css = {:?}\nadditional-js = {:?}\n\
             [preprocessor.docktest]\nafter = [\"links\"]\non-failure = \"embed\"\n",
            with(".css"),
            with(".js"),
        );
        fs::write(root.path().join("book.toml"), toml).unwrap();
        fs::create_dir(root.path().join("src")).unwrap();
        let mut summary = String::new();
        for (path, text, steps) in &self.chapters {
            summary += &format!("- [{path}]({path})\n");
            fs::write(root.path().join("src").join(path), text).unwrap();
            let file = recorded(path, text, steps);
            let recording = root.path().join("recordings").join(format!("{path}.json"));
            files::keep(&recording, &file).unwrap();
        }
        fs::write(root.path().join("src/SUMMARY.md"), summary).unwrap();
        build(root.path())
    }
}

/// Copies the project's style sheet and scripts into a book; returns their paths there.
fn copy_assets(root: &Path) -> Vec<String> {
    fs::create_dir(root.join("assets")).unwrap();
    let assets = fs::read_dir(workspace().join("crates/mdbook-docktest/assets")).unwrap();
    let mut names = Vec::new();
    for asset in assets.flatten() {
        let name = format!("assets/{}", asset.file_name().to_str().unwrap());
        fs::copy(asset.path(), root.join(&name)).unwrap();
        names.push(name);
    }
    names.sort();
    names
}

fn recorded(path: &str, text: &str, steps: &[Vec<Ran>]) -> RecordingFile {
    let scenario = extract(Path::new(path), text, Extensions::default());
    assert!(scenario.findings.is_empty(), "{path}: {:?}", scenario.findings);
    assert_eq!(scenario.steps.len(), steps.len(), "{path}: one entry for each step");
    let mut recording = Recording {
        engine: Engine {
            kind: "process".to_owned(),
            version: "26.1.5+dfsg1".to_owned(),
            client_version: "26.1.5+dfsg1".to_owned(),
            api_version: "1.45".to_owned(),
            storage_driver: "overlay2".to_owned(),
            kernel: "6.18.0".to_owned(),
            architecture: "amd64".to_owned(),
        },
        images: vec![Image {
            reference: "alpine".to_owned(),
            id: format!("sha256:{}", "40c6acc2".repeat(8)),
            repo_digest: None,
            origin: ImageOrigin::Recipe,
            is_pulled_by_step: false,
        }],
        recorded_at: "2026-11-23T09:41:00Z".to_owned(),
        ..Recording::default()
    };
    for (step, ran) in scenario.steps.iter().zip(steps) {
        assert_eq!(step.commands.len(), ran.len(), "{path}: one entry for each command");
        let commands = step.commands.iter().zip(ran).map(|(command, ran)| CommandRecording {
            duration_ms: ran.duration_ms,
            ..CommandRecording::new(command.text.clone(), ran.end, ran.transcript.clone())
        });
        let effects = ran.iter().enumerate().flat_map(|(command, ran)| {
            ran.effects.iter().map(move |(kind, name, change)| Effect {
                command,
                kind: *kind,
                name: name.clone(),
                id: name.clone(),
                change: change.clone(),
            })
        });
        recording
            .steps
            .push(StepRecording::Ran { commands: commands.collect(), effects: effects.collect() });
    }
    let inputs = Inputs::new(&scenario, &Settings::default(), BTreeMap::new(), BTreeMap::new());
    RecordingFile::new(&scenario, &recording, inputs)
}
