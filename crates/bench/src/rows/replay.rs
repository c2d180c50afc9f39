//! Books that are built from recordings.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use mdbook_docktest::internal::{
    Chunk, CommandRecording, End, Engine, Extensions, Inputs, Origin, Recording, RecordingFile,
    Scenario, Settings, StepRecording, Stream, Transcript, extract, files,
};
use mdbook_preprocessor::book::Book;

use super::book::Input;
use crate::bench::{Bench, milliseconds, succeed};
use crate::book;
use crate::row::{Row, Sides, Unit};

const CHAPTERS: usize = 1_000;

pub(super) static REPLAY: Row = Row {
    name: "replay",
    numerator: "`mdbook build` from recordings",
    denominator: "of the book with the output in it",
    unit: Unit::Milliseconds,
    goal: Some(1.1),
    runs: 5,
    quick_runs: 1,
    note: "Wall clock of a process that builds a book of 1,000 chapters and 5,000 steps with mdBook's \
           driver and HTML renderer, including the search index. In the numerator, the preprocessor takes \
           all output from recordings; in the denominator, there is no preprocessor, and the Markdown \
           contains the output.",
    prepare: |bench| {
        let (with, without) = (bench.file("replay-with"), bench.file("replay-without"));
        let program = bench.program()?.display();
        let settings = format!(
            "[preprocessor.docktest]\nafter = [\"links\"]\ncommand = \"{program}\"\nrun = \"never\"\n"
        );
        write_with_recordings(&with, &settings)?;
        book::write_preprocessed(&without, CHAPTERS, &preprocessed(&input(bench)?)?)?;
        let build = |directory: PathBuf| {
            move || milliseconds(|| succeed(&mut book::build_command(&directory)?))
        };
        Ok(Sides::new(build(with), build(without)))
    },
};

pub(super) static CPU: Row = Row {
    name: "replay-cpu",
    numerator: "CPU time of the preprocessor for 1,000 chapters from recordings",
    denominator: "the limit",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 20,
    quick_runs: 3,
    note: "User and system time of the process, which reads the book's JSON from a file and writes to \
           /dev/null. The book is that of `replay`.",
    prepare: |bench| {
        let input = input(bench)?;
        preprocessed(&input)?;
        Ok(Sides::against(150.0, move || Ok(input.usage()?.cpu)))
    },
};

pub(super) static MEMORY: Row = Row {
    name: "replay-memory",
    numerator: "peak memory for 1,000 chapters from recordings",
    denominator: "the book's JSON",
    unit: Unit::Mebibytes,
    goal: Some(4.0),
    runs: 5,
    quick_runs: 1,
    note: "The peak resident set size of the process of `replay-cpu`, including the program itself.",
    prepare: |bench| {
        let input = input(bench)?;
        let size = fs::metadata(&input.json).context("cannot read the size of the JSON")?.len();
        Ok(Sides::against(size as f64 / f64::from(1 << 20), move || Ok(input.usage()?.peak_memory)))
    },
};

/// The steps of a chapter, and a recording of them.
struct Chapter {
    scenario: Scenario,
    recording: Recording,
}

impl Chapter {
    fn new(number: usize) -> Self {
        let text = book::chapter_with_steps(number, "");
        let scenario = extract(Path::new("chapter.md"), &text, Extensions::default());
        let command = |text: &str| CommandRecording {
            duration_ms: 33,
            ..CommandRecording::new(
                text.to_owned(),
                End::Exited { status: 0 },
                Transcript {
                    chunks: vec![
                        Chunk {
                            stream: Stream::Stdout,
                            at_ms: 31,
                            text: format!("donnees-{number}\n"),
                        },
                        Chunk {
                            stream: Stream::Stdout,
                            at_ms: 32,
                            text: "total 4\n-rw-r--r-- 1 root root 8 Nov 24 03:02 fichier\n"
                                .repeat(4),
                        },
                    ],
                    ..Transcript::default()
                },
            )
        };
        let steps = scenario.steps.iter().map(|step| StepRecording::Ran {
            commands: step.commands.iter().map(|own| command(&own.text)).collect(),
            effects: Vec::new(),
        });
        let recording = Recording {
            engine: Engine { version: "26.1.5".to_owned(), ..Engine::default() },
            steps: steps.collect(),
            recorded_at: "2026-11-24T03:02:12Z".to_owned(),
            origin: Origin::File,
            ..Recording::default()
        };
        Self { scenario, recording }
    }
}

/// Writes a book and the recordings of all its chapters.
fn write_with_recordings(directory: &Path, settings: &str) -> Result<()> {
    book::write_with(directory, CHAPTERS, settings, |number| book::chapter_with_steps(number, ""))?;
    let config = mdbook_preprocessor::config::Config::from_disk(directory.join("book.toml"))
        .map_err(|error| anyhow!(error))?;
    let settings = Settings::from_config(&config, directory)?;
    for number in 1..=CHAPTERS {
        let chapter = Chapter::new(number);
        let inputs =
            Inputs::new(&chapter.scenario, &settings, Default::default(), Default::default());
        let file = RecordingFile::new(&chapter.scenario, &chapter.recording, inputs);
        let path = directory.join(format!("recordings/chapitre-{number}.md.json"));
        files::keep(&path, &file).context("cannot write a recording")?;
    }
    Ok(())
}

/// The input that mdBook would give to the preprocessor for a book with recordings.
fn input(bench: &Bench) -> Result<Input> {
    let directory = bench.file("replay-input");
    let json = directory.join("input.json");
    write_with_recordings(
        &directory,
        "[preprocessor.docktest]\nafter = [\"links\"]\nrun = \"never\"\n",
    )?;
    book::write_input(&directory, &json)?;
    Ok(Input { program: bench.program()?.to_owned(), directory, json })
}

/// The book that the preprocessor returns, with the output in it.
fn preprocessed(input: &Input) -> Result<Book> {
    let output = std::process::Command::new(&input.program)
        .current_dir(&input.directory)
        .stdin(fs::File::open(&input.json).context("cannot read the JSON")?)
        .output()
        .context("cannot run mdbook-docktest")?;
    if !output.status.success() {
        bail!("the preprocessor failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    let book: Book = serde_json::from_slice(&output.stdout)
        .context("the preprocessor's output is not a book")?;
    // Every chapter must have its output, as the row's note says.
    let has_output = |text: &str| text.contains("docktest-provenance");
    let outputs = book.chapters().filter(|chapter| has_output(&chapter.content)).count();
    if outputs != CHAPTERS {
        bail!(
            "only {outputs} of {CHAPTERS} chapters have output: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(book)
}
