//! Books whose steps are not run.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::bench::{Bench, milliseconds, succeed};
use crate::book;
use crate::row::{Row, Sides, Unit};
use crate::usage;

pub(super) static BUILD: Row = Row {
    name: "build",
    numerator: "`mdbook build` with the preprocessor",
    denominator: "without it",
    unit: Unit::Milliseconds,
    goal: Some(1.1),
    runs: 5,
    quick_runs: 1,
    note: "Wall clock of a process that builds a book of 1,000 chapters and 5,000 steps with mdBook's \
           driver and HTML renderer, including the search index. All steps are marked `ignore`: this is \
           the cost of the preprocessor without any output.",
    prepare: |bench| {
        let (with, without) = (bench.file("book-with"), bench.file("book-without"));
        let program = bench.program()?.display();
        book::write(
            &with,
            1_000,
            &format!("[preprocessor.docktest]\nafter = [\"links\"]\ncommand = \"{program}\"\n"),
        )?;
        book::write(&without, 1_000, "")?;
        let build = |directory: PathBuf| {
            move || milliseconds(|| succeed(&mut book::build_command(&directory)?))
        };
        Ok(Sides::new(build(with), build(without)))
    },
};

pub(super) static CPU: Row = Row {
    name: "preprocessor-cpu",
    numerator: "CPU time of the preprocessor for 1,000 chapters",
    denominator: "the limit",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 20,
    quick_runs: 3,
    note: "User and system time of the process, which reads the book's JSON from a file and writes \
           to /dev/null. The book is that of `build`.",
    prepare: |bench| {
        let input = Input::new(bench, 1_000)?;
        Ok(Sides::against(150.0, move || Ok(input.usage()?.cpu)))
    },
};

pub(super) static CPU_GROWTH: Row = Row {
    name: "preprocessor-cpu-growth",
    numerator: "CPU time for 10,000 chapters",
    denominator: "100 times that for 100 chapters",
    unit: Unit::Milliseconds,
    goal: Some(1.1),
    runs: 7,
    quick_runs: 1,
    note: "As `preprocessor-cpu`. Linear growth is 1 or less, as the denominator contains the start of \
           the process 100 times. The denominator is the mean of 10 runs.",
    prepare: |bench| {
        let (large, small) = (Input::new(bench, 10_000)?, Input::new(bench, 100)?);
        Ok(Sides::new(
            move || Ok(large.usage()?.cpu),
            move || {
                let mut sum = 0.0;
                for _ in 0..10 {
                    sum += small.usage()?.cpu;
                }
                Ok(sum * 10.0)
            },
        ))
    },
};

pub(super) static MEMORY: Row = Row {
    name: "preprocessor-memory",
    numerator: "peak memory for 1,000 chapters",
    denominator: "the book's JSON",
    unit: Unit::Mebibytes,
    goal: Some(4.0),
    runs: 5,
    quick_runs: 1,
    note: "The peak resident set size of the process of `preprocessor-cpu`, including the program \
           itself.",
    prepare: |bench| memory(bench, 1_000),
};

pub(super) static MEMORY_LARGE: Row = Row {
    name: "preprocessor-memory-large",
    numerator: "peak memory for 10,000 chapters",
    denominator: "the book's JSON",
    unit: Unit::Mebibytes,
    goal: Some(4.0),
    runs: 3,
    quick_runs: 1,
    note: "As `preprocessor-memory`. If both ratios are about the same, memory grows linearly.",
    prepare: |bench| memory(bench, 10_000),
};

fn memory(bench: &Bench, chapters: usize) -> Result<Sides> {
    let input = Input::new(bench, chapters)?;
    let size = fs::metadata(&input.json).context("cannot read the size of the JSON")?.len();
    Ok(Sides::against(size as f64 / f64::from(1 << 20), move || Ok(input.usage()?.peak_memory)))
}

/// The input that mdBook would give to the preprocessor.
pub(super) struct Input {
    pub(super) program: PathBuf,
    pub(super) directory: PathBuf,
    pub(super) json: PathBuf,
}

impl Input {
    fn new(bench: &Bench, chapters: usize) -> Result<Self> {
        let directory = bench.file(&format!("book-{chapters}"));
        let json = directory.join("input.json");
        book::write(&directory, chapters, "[preprocessor.docktest]\nafter = [\"links\"]\n")?;
        book::write_input(&directory, &json)?;
        Ok(Self { program: bench.program()?.to_owned(), directory, json })
    }

    /// Measures the preprocessor with this input.
    pub(super) fn usage(&self) -> Result<usage::Usage> {
        usage::measure(&self.program, &self.json, &self.directory)
    }
}
