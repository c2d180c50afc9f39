//! Ten tasks, with bollard.

mod tasks;

use std::error::Error;
use std::io::{Read, stdin};
use std::time::Instant;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let task = arguments.next().ok_or("no task")?;
    if let Some(count) = arguments.next() {
        let mut times = Vec::new();
        for _ in 0..count.parse()? {
            let started = Instant::now();
            tasks::call().await?;
            times.push(started.elapsed());
        }
        times.sort();
        println!("{}", times[times.len() / 2].as_secs_f64() * 1e3);
        return Ok(());
    }
    match tasks::run(&task).await {
        Ok(text) => println!("{}", text.trim_end()),
        Err(error) => println!("error: {error}"),
    }
    println!("done");
    // What is left of the task can be seen until the caller has looked.
    stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}
