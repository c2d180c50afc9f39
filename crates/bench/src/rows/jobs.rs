//! Chapters in parallel.

use std::path::PathBuf;
use std::process::Command;
use std::rc::Rc;

use anyhow::Result;

use crate::bench::{Bench, milliseconds, project, succeed};
use crate::outer::Contexts;
use crate::row::{Row, Sides, Unit};

const CHAPTERS: usize = 8;

/// All chapters use the same names and the same port.
const CHAPTER: &str = "\
```bash
docker volume create data
docker run --rm -v data:/data alpine sh -c 'echo hello > /data/file'
```

```bash
docker run -d --name app -p 8080:80 -v data:/data:ro alpine nc -l -p 80
docker exec app cat /data/file
```

```bash
sleep 1
```

```bash
docker rm -f app
docker volume rm data
```
";

pub(super) static JOBS: Row = Row {
    name: "jobs",
    numerator: "eight chapters with `--jobs 2`",
    denominator: "with `--jobs 1`",
    unit: Unit::Milliseconds,
    goal: Some(0.6),
    runs: 3,
    quick_runs: 1,
    note: "Wall clock of `verify` with eight identical chapters: each creates a volume, runs three \
           containers with it, one of them in the background, which listens on a published port, waits for a second, \
           and removes everything. The start and the end of each chapter's engine are included.",
    prepare: |bench| {
        let run = |jobs: &str| -> Result<_> {
            let mut command = verify_chapters(bench)?;
            command.args(["--jobs", jobs]);
            Ok(move || milliseconds(|| succeed(&mut command)))
        };
        Ok(Sides::new(run("2")?, run("1")?))
    },
};

pub(super) static CONTEXTS: Row = Row {
    name: "contexts",
    numerator: "eight chapters with `--jobs 1` on two contexts",
    denominator: "on one context",
    unit: Unit::Milliseconds,
    goal: Some(0.6),
    runs: 3,
    quick_runs: 1,
    note: "Wall clock of `verify --engine dind` with the chapters of `jobs`, one at a time on each context. The start and \
           the end of the containers are included. The Dockers of both contexts are engines on this machine that keep \
           their data in memory, and already have the program's image and `alpine`.",
    prepare: |bench| {
        let names = ["one", "two"];
        let contexts = Rc::new(Contexts::start(&names, &["alpine:latest"])?);
        let run = |names: &[&str]| -> Result<_> {
            let mut command = verify_chapters(bench)?;
            command.args(["--engine", "dind", "--jobs", "1"]);
            for name in names {
                command.args(["--context", name]);
            }
            let contexts = Rc::clone(&contexts);
            contexts.add_to(&mut command);
            Ok(move || {
                // The Dockers are there as long as they are measured.
                let _dockers = &contexts;
                milliseconds(|| succeed(&mut command))
            })
        };
        Ok(Sides::new(run(&names)?, run(&names[..1])?))
    },
};

/// `verify` of all the chapters.
fn verify_chapters(bench: &Bench) -> Result<Command> {
    let path = |number| bench.chapter(&format!("jobs-{number}.md"), CHAPTER);
    let paths: Vec<PathBuf> = (0..CHAPTERS).map(path).collect::<Result<_>>()?;
    let mut command = bench.verify(&paths[0])?;
    command.args(&paths[1..]);
    Ok(command)
}

/// All commands of the course in this repository.
pub(super) static COURSE: Row = Row {
    name: "course",
    numerator: "the whole course with `--jobs 2`",
    denominator: "the limit",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 3,
    quick_runs: 1,
    note: "Wall clock of `verify` with the book of this repository, against two minutes. Its images have been built \
           before.",
    prepare: |bench| {
        let mut course = bench.verify(&project()?)?;
        course.args(["--jobs", "2"]);
        // The first run may build images.
        succeed(&mut course)?;
        Ok(Sides::against(120_000.0, move || milliseconds(|| succeed(&mut course))))
    },
};

/// From the end of a chapter to the start of the next.
pub(super) static RESET: Row = Row {
    name: "next-chapter",
    numerator: "two chapters, minus one of them",
    denominator: "the limit",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 10,
    quick_runs: 2,
    note: "Wall clock of `verify --jobs 1` with two chapters, minus that with one of them, against a \
           second: the time for a new engine with its images. Each chapter has one step, `docker image \
           inspect` of two images.",
    prepare: |bench| {
        let step = "```bash\ndocker image inspect --format {{.Id}} alpine postgres:15\n```\n";
        let paths = [bench.chapter("next-0.md", step)?, bench.chapter("next-1.md", step)?];
        let mut one = bench.verify(&paths[0])?;
        let mut two = bench.verify(&paths[0])?;
        one.args(["--jobs", "1"]);
        two.arg(&paths[1]).args(["--jobs", "1"]);
        Ok(Sides::against(1_000.0, move || {
            let both = milliseconds(|| succeed(&mut two))?;
            Ok(both - milliseconds(|| succeed(&mut one))?)
        }))
    },
};
