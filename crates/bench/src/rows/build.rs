//! Compiling docker-cli.

use std::env;
use std::process::Command;

use crate::bench::{milliseconds, project, succeed};
use crate::row::{Row, Sides, Unit};

pub(super) static BUILD: Row = Row {
    name: "docker-cli-build",
    numerator: "debug build of docker-cli",
    denominator: "the limit",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 3,
    quick_runs: 1,
    note: "Wall clock of `cargo build --package docker-cli --jobs 2` with the profile of this workspace, once what the \
           crate needs is compiled.",
    prepare: |bench| {
        let target = bench.file("docker-cli-build");
        let project = project()?;
        let program = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let cargo = move |words: &[&str]| {
            let mut cargo = Command::new(&program);
            cargo.args(words).args(["--quiet", "--package", "docker-cli", "--offline", "--locked"]);
            cargo.arg("--target-dir").arg(&target).current_dir(&project);
            cargo
        };
        Ok(Sides::against(10e3, move || {
            let build = || succeed(&mut cargo(&["build", "--jobs", "2"]));
            build()?;
            succeed(&mut cargo(&["clean"]))?;
            milliseconds(build)
        }))
    },
};
