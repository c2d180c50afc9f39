//! Talks with a program in a container while it runs: writes a line, reads the answer.
//!
//! The arguments are a command to put in front of docker, if it needs one.

#![expect(clippy::print_stdout, reason = "an example prints for its reader")]

use std::error::Error;
use std::io::Write;

use docker_cli::{Docker, DockerCommand, Stdin};

fn main() -> Result<(), Box<dyn Error>> {
    let docker = Docker::new().through(std::env::args_os().skip(1));
    let machine = docker.container().run("alpine").program(["sleep", "600"]).detach().guard()?;

    let (stdin, mut input) = Stdin::pipe()?;
    let script = "while read a b; do echo $((a + b)); done";
    let adder = docker.container().exec(&machine, ["sh", "-c", script]).stdin(stdin);
    let mut answers = adder.stream()?;
    for (a, b) in [(1, 2), (4, 5)] {
        writeln!(input, "{a} {b}")?;
        let sum = answers.next().ok_or("the program has ended")??;
        println!("{a} + {b} = {sum}");
    }
    drop(input); // the end of its input ends the program
    Ok(())
}
