//! Compiling docker-cli.

use std::process::Command;
use std::{env, fs};

use anyhow::Context;

use crate::bench::{milliseconds, project, succeed};
use crate::row::{Row, Sides, Unit};

pub(super) static BUILD: Row = Row {
    name: "docker-cli-build",
    numerator: "debug build of docker-cli and all that it needs",
    denominator: "the limit",
    unit: Unit::Milliseconds,
    goal: Some(1.0),
    runs: 3,
    quick_runs: 1,
    note: "Wall clock of `cargo build --package docker-cli --jobs 2 --offline` into a target directory that \
           does not exist yet: dependencies, macros and build scripts too, compiled with the profile of this \
           workspace. Their sources have been downloaded.",
    prepare: |bench| {
        let target = bench.file("docker-cli-build");
        let project = project()?;
        let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        Ok(Sides::against(10e3, move || {
            if target.exists() {
                fs::remove_dir_all(&target)
                    .with_context(|| format!("cannot remove {}", target.display()))?;
            }
            let mut build = Command::new(&cargo);
            build.args(["build", "--quiet", "--package", "docker-cli", "--jobs", "2"]);
            build.args(["--offline", "--locked", "--target-dir"]).arg(&target);
            milliseconds(|| succeed(build.current_dir(&project)))
        }))
    },
};
