//! Runs programs in containers: one that prints something, and one that fails.
//!
//! The arguments are a command to put in front of docker, if it needs one:
//! `cargo run --example run -- sudo`.

#![expect(clippy::print_stdout, reason = "an example prints for its reader")]

use docker_cli::{Docker, DockerCommand, Error};

fn main() -> Result<(), Error> {
    let docker = Docker::new().through(std::env::args_os().skip(1));
    let output = docker.container().run("alpine").rm().program(["echo", "hello"]).call()?;
    print!("{}", output.stdout_text());

    let script = "echo no luck >&2; exit 3";
    match docker.container().run("alpine").rm().program(["sh", "-c", script]).call() {
        Err(Error::Exit(failure)) => {
            let code = failure.status.and_then(|status| status.code()).unwrap_or_default();
            println!("the program ended with exit status {code}: {}", failure.message);
            Ok(())
        }
        // For example, the daemon is not running, or the image does not exist.
        result => result.map(drop),
    }
}
