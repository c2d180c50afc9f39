//! Prints a line for each event of the daemon, until the daemon stops.
//!
//! The arguments are a command to put in front of docker, if it needs one:
//! `cargo run --example events -- sudo`.

use std::io::{Write, stdout};

use docker_cli::Docker;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let docker = Docker::new().through(std::env::args_os().skip(1));
    for event in docker.system().events().follow()? {
        let event = event?;
        let name = event.attribute("name").unwrap_or(&event.actor.id);
        writeln!(stdout(), "{} {} {name}", event.kind, event.action)?;
    }
    Ok(())
}
