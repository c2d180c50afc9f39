//! Ten tasks, with bollard.

#[path = "../../program.rs"]
mod program;
mod tasks;

use std::error::Error;

use tokio::runtime::Runtime;

fn main() -> Result<(), Box<dyn Error>> {
    let runtime = Runtime::new()?;
    program::run(|name| runtime.block_on(tasks::run(name)), |_| runtime.block_on(tasks::call()))
}
