//! Lists the containers of another machine, on which docker is run through ssh.
//!
//! `cargo run --example ssh -- ssh://me@machine`

#![expect(clippy::print_stdout, reason = "an example prints for its reader")]

use std::error::Error;
use std::time::Duration;

use docker_cli::{Docker, DockerCommand};

fn main() -> Result<(), Box<dyn Error>> {
    let host = std::env::args_os().nth(1).ok_or("usage: ssh [USER@]HOST")?;
    // Docker runs there, with its own configuration. With `Docker::host`, it runs here and connects
    // to the daemon there.
    let docker = Docker::new().over_ssh(host).timeout(Duration::from_secs(60));
    println!("docker {}", docker.version()?.server.version);
    for container in docker.container().ls().all().call()? {
        println!("{} {}", container.name(), container.state);
    }
    Ok(())
}
