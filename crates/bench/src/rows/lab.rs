//! A complete lab.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, bail};
use docker_sandbox::{PATH, ProcessEngine};
use mdbook_docktest::internal::{Extensions, Scenario, Step, extract};

use crate::bench::{Bench, milliseconds, succeed};
use crate::outer::Outer;
use crate::row::{Row, Sides, Unit};

const LAB: &str = include_str!("lab.md");

/// The images of the lab.
const IMAGES: [&str; 2] = ["alpine:latest", "postgres:15"];

pub(super) static LIVE: Row = Row {
    name: "live",
    numerator: "a lab with `verify`",
    denominator: "its commands in one bash script",
    unit: Unit::Milliseconds,
    goal: Some(1.1),
    runs: 10,
    quick_runs: 2,
    note: "From the moment `verify` reports the first step until it reports the last, which is empty; for \
           the script, from the start of bash to its end. Each has a new engine with the same images. \
           Neither includes starting and ending the engine, loading the images, and the end of a chapter, \
           when `verify` waits to see whether new containers exit. The script follows the stream by \
           reading a line and killing docker, and pipes the answer to the question. scrut 0.4.3: 1.21, \
           on a similar lab.",
    prepare: |bench| {
        let chapter = bench.chapter("lab.md", LAB)?;
        let scenario = scenario();
        let script = script(&scenario);
        let steps = scenario.steps.len();
        let mut verify = bench.verify(&chapter)?;
        Ok(Sides::new(move || by_verify(&mut verify, steps), move || by_script(&script)))
    },
};

pub(super) static DIND: Row = Row {
    name: "lab-dind",
    numerator: "a lab with `verify --engine dind`",
    denominator: "with `verify --engine process`",
    unit: Unit::Milliseconds,
    goal: Some(1.15),
    runs: 10,
    quick_runs: 2,
    note: "The lab of `live`, from the moment `verify` reports the first step until it reports the last: without the \
           start of the container and of the engine in it. The Docker is an engine on this machine that keeps its data \
           in memory, and already has the program's image and those of the lab.",
    prepare: |bench| {
        let chapter = bench.chapter("lab.md", LAB)?;
        let steps = scenario().steps.len();
        let docker = Outer::start(&IMAGES)?;
        let (mut there, mut here) = (bench.verify(&chapter)?, bench.verify(&chapter)?);
        there.args(["--engine", "dind"]);
        here.args(["--engine", "process"]);
        Ok(Sides::new(
            move || by_verify(there.env("DOCKER_HOST", docker.host()), steps),
            move || by_verify(&mut here, steps),
        ))
    },
};

fn scenario() -> Scenario {
    extract(Path::new("lab.md"), LAB, Extensions::default())
}

/// From the start of the first step to that of the last, in milliseconds.
fn by_verify(verify: &mut Command, steps: usize) -> Result<f64> {
    let mut child = verify.spawn().context("cannot run mdbook-docktest")?;
    let stderr = BufReader::new(child.stderr.take().context("standard error is not a pipe")?);
    // In a thread, as both pipes must be read at the same time.
    let progress = thread::spawn(move || {
        let lines = stderr.lines().map_while(Result::ok);
        lines.map(|line| (line, Instant::now())).collect::<Vec<_>>()
    });
    let output = child.wait_with_output().context("cannot wait for mdbook-docktest")?;
    let progress = progress.join().ok().context("cannot read the progress")?;
    if !output.status.success() {
        bail!("the lab failed:\n{}", String::from_utf8_lossy(&output.stdout));
    }
    let beginning = |number: usize| {
        let begin = format!("  {number}/{steps} ");
        let line = progress.iter().find(|(line, _)| line.starts_with(&begin));
        line.map(|(_, at)| *at).with_context(|| format!("no `{begin}` in the progress"))
    };
    Ok((beginning(steps)? - beginning(1)?).as_secs_f64() * 1e3)
}

fn by_script(script: &str) -> Result<f64> {
    let engine = Bench::engine_with(&IMAGES)?;
    let words = words(&engine, script);
    milliseconds(|| succeed(Command::new(&words[0]).args(&words[1..])))
}

/// A command that runs a bash script in the engine, with the environment of steps.
fn words(engine: &ProcessEngine, script: &str) -> Vec<OsString> {
    let mut words = engine.entering();
    words.extend(["env", "-i", "HOME=/root", "LANG=C.UTF-8", "TERM=xterm"].map(OsString::from));
    words.push(format!("PATH={PATH}").into());
    words.extend(["bash", "--noprofile", "--norc", "-c", script].map(OsString::from));
    words
}

/// The lab's commands, as written by a person who knows what each waits for.
fn script(scenario: &Scenario) -> String {
    let plain = |step: &Step| match (&step.attributes.follow, &step.attributes.stdin) {
        (Some(_), _) => format!(
            "exec 3< <(exec {}); read -r line <&3; kill $!; wait $!; exec 3<&-\n",
            step.script.trim_end()
        ),
        (_, Some(answer)) => format!("{} <<<{}\n", step.script.trim_end(), answer.trim_end()),
        _ => step.script.clone(),
    };
    // Without the last step, which only marks the end.
    scenario.steps.iter().rev().skip(1).rev().map(plain).collect::<String>() + "true\n"
}
