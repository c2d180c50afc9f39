//! Ten tasks, with docker-cli.

#[path = "../../program.rs"]
mod program;
mod tasks;

use std::error::Error;
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    program::run(
        |name| Ok(tasks::run(name)?),
        |name| match name {
            "bare" => bare(),
            _ => Ok(tasks::call()?),
        },
    )
}

/// The command of `tasks::call`.
fn bare() -> Result<(), Box<dyn Error>> {
    let words = ["volume", "inspect", "--format={{json .}}", "peers-volume"];
    let output = Command::new("docker").args(words).output()?;
    if output.status.success() { Ok(()) } else { Err("docker has failed".into()) }
}
