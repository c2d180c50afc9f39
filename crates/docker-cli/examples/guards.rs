//! Removes what it creates, even if it fails, and what an earlier run has left that was killed.
//!
//! The arguments are a command to put in front of docker, if it needs one.

#![expect(clippy::print_stdout, reason = "an example prints for its reader")]

use std::time::Duration;

use docker_cli::{Docker, Error};

fn main() -> Result<(), Error> {
    let docker = Docker::new().through(std::env::args_os().skip(1));
    docker.sweep()?;
    let name = {
        let network = docker.network().create("docker-cli-example").guard()?;
        let script = "echo listening; exec nc -l -p 8080";
        let run = docker.container().run("alpine").program(["sh", "-c", script]);
        let server = run.network(&network).detach().guard()?;

        let wait = docker.container().wait_until(&server, Duration::from_secs(30));
        let line = wait.prints("listening")?;
        wait.listens(8080)?;
        println!("ready: {line}");
        server.clone()
        // The container is removed here, then the network.
    };
    if docker.container().find(&name)?.is_none() {
        println!("nothing is left");
    }
    Ok(())
}
