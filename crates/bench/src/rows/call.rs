//! A typed call with docker-cli.

use std::ffi::OsString;
use std::process::Command;
use std::rc::Rc;

use docker_cli::{DockerCommand, VolumeName};
use docker_sandbox::PATH;

use crate::bench::{Bench, milliseconds, succeed};
use crate::row::{Row, Sides, Unit};

pub(super) static CALL: Row = Row {
    name: "typed-call",
    numerator: "`docker.volume().inspect([…]).call()`",
    denominator: "the same command with `std::process`",
    unit: Unit::Milliseconds,
    goal: Some(1.1),
    runs: 200,
    quick_runs: 30,
    note: "One call for an existing volume, on the same engine, entered in the same way (nsenter). The \
           denominator also reads all output, but does not parse it.",
    prepare: |_| {
        let engine = Rc::new(Bench::engine()?);
        let volume: VolumeName = "mesure".parse()?;
        engine.docker().volume().create().name(&volume).call()?;
        let same = Rc::clone(&engine);
        Ok(Sides::new(
            move || {
                let docker = engine.docker();
                milliseconds(|| {
                    docker.volume().inspect([&volume]).call()?;
                    Ok(())
                })
            },
            move || {
                let mut words = same.entering();
                words.extend(["env", "-i", "HOME=/root"].map(OsString::from));
                words.push(format!("PATH={PATH}").into());
                words.extend(
                    ["docker", "volume", "inspect", "--format={{json .}}", "mesure"]
                        .map(OsString::from),
                );
                milliseconds(|| succeed(Command::new(&words[0]).args(&words[1..])))
            },
        ))
    },
};
