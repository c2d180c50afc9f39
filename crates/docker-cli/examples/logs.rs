//! Follows the output of a container, and stops after three lines.
//!
//! The arguments are a command to put in front of docker, if it needs one.

#![expect(clippy::print_stdout, reason = "an example prints for its reader")]

use docker_cli::{Docker, DockerCommand, Error};

fn main() -> Result<(), Error> {
    let docker = Docker::new().through(std::env::args_os().skip(1));
    let script = "i=1; while :; do echo line $i; i=$((i + 1)); sleep 0.1; done";
    let counter =
        docker.container().run("alpine").program(["sh", "-c", script]).detach().guard()?;
    for line in docker.container().logs(&counter).follow().stream()?.take(3) {
        println!("{}", line?);
    }
    // Dropping the stream has ended `docker logs`, and dropping the guard removes the container.
    Ok(())
}
