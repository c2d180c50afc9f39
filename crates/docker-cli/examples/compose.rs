//! Starts a compose project from a file in memory, lists its containers, and removes it.
//!
//! The arguments are a command to put in front of docker, if it needs one.

#![expect(clippy::print_stdout, reason = "an example prints for its reader")]

use docker_cli::{Docker, DockerCommand, Error};

const FILE: &[u8] = b"
services:
  web:
    image: alpine
    command: sh -c 'echo ready; exec sleep 600'
";

fn main() -> Result<(), Error> {
    let docker = Docker::new().through(std::env::args_os().skip(1));
    let compose = docker.compose().project_name("docker-cli-example").file("-");
    let project = compose.up().stdin(FILE).guard()?;

    // The name is enough from now on.
    let compose = docker.compose().project_name(project.name());
    for container in compose.ps().call()? {
        println!("{} runs", container.service);
    }
    if let Some(line) = compose.logs().follow().lines()?.next() {
        let line = line?;
        println!("{} says: {}", line.container, line.text);
    }
    project.remove()
}
