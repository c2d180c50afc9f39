//! What the programs of all libraries have in common.

use std::error::Error;
use std::fmt::Display;
use std::io::{Read, stdin};
use std::time::Instant;

/// With one argument, does the task of this name, and prints its answer. With a second one, makes so
/// many calls of this name, and prints their median time in milliseconds.
pub fn run<E>(
    task: impl Fn(&str) -> Result<String, E>,
    call: impl Fn(&str) -> Result<(), E>,
) -> Result<(), Box<dyn Error>>
where
    E: Into<Box<dyn Error>> + Display,
{
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().ok_or("no task")?;
    if let Some(count) = arguments.next() {
        let mut times = Vec::new();
        for _ in 0..count.parse()? {
            let started = Instant::now();
            call(&name).map_err(Into::into)?;
            times.push(started.elapsed());
        }
        times.sort();
        println!("{}", times[times.len() / 2].as_secs_f64() * 1e3);
        return Ok(());
    }
    match task(&name) {
        Ok(text) => println!("{}", text.trim_end()),
        Err(error) => println!("error: {error}"),
    }
    println!("done");
    // What is left of the task can be seen until the caller has looked.
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
