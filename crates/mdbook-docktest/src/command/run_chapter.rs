//! `run-chapter`, which this program starts in a container to run a chapter there.

use std::io::{self, BufReader};
use std::sync::Arc;

use anyhow::{Context, Result};
use docker_sandbox::EngineRoot;

use super::engines::check_directories;
use super::{Exit, cancel_on_signals, schedule};
use crate::run::remote::serve;
use crate::run::{RunChapters, Runner, Supplier};

pub(super) fn run_chapter() -> Result<Exit> {
    let canceller = cancel_on_signals()?;
    let cache = check_directories()?;
    let images = cache.join("images");
    let input = BufReader::new(io::stdin());
    let recipes = cache.join("recipes");
    serve(input, io::stdout(), &recipes, &canceller, |served, connection| {
        let settings = &served.settings;
        let root = EngineRoot::find();
        let caller = Some(Arc::clone(connection) as _);
        let runner = Runner {
            supplier: Supplier::new(&images, &settings.images, &root, &canceller, caller)?,
            root,
            settings,
            fail_fast: served.fail_fast,
            canceller: canceller.clone(),
            judge: &|engine| schedule::judge(engine, settings),
            progress: &|_, progress| connection.report(progress),
        };
        // It has the steps already.
        runner.run(&served.scenario, "", &served.used_before)
    })
    .context("cannot talk to the program that has started this one")?;
    Ok(Exit::Success)
}
