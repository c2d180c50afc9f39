//! Builds an image from a Dockerfile in memory, shows the steps, and runs the image.
//!
//! The arguments are a command to put in front of docker, if it needs one.

#![expect(clippy::print_stdout, reason = "an example prints for its reader")]

use docker_cli::{BuildEvent, Docker, DockerCommand, Error};

fn main() -> Result<(), Error> {
    let docker = Docker::new().through(std::env::args_os().skip(1));
    let dockerfile = b"FROM alpine\nRUN echo hello > /greeting\nCMD [\"cat\", \"/greeting\"]\n";
    let name = "docker-cli-example";
    for event in docker.image().build_from(dockerfile).tag(name).follow()? {
        match event? {
            BuildEvent::Step { name, .. } => println!("{name}"),
            BuildEvent::Failed { message, .. } => println!("failed: {message}"),
            _ => {}
        }
    }
    let output = docker.container().run(name).rm().call()?;
    print!("the image prints: {}", output.stdout_text());
    docker.image().rm([name]).call()
}
