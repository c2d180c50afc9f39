//! The machine that the engine runs on.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::fd::AsFd;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};

use crate::through;

/// Far longer than anything takes on a busy machine: what takes this long hangs.
pub(crate) const HANG: Duration = Duration::from_secs(180);

/// Prints the command line of each process, with a blank for what separates the words.
const PROCESSES: &str = r"for file in /proc/[0-9]*/cmdline; do
    { tr '\0\n' '  ' <$file && echo; } 2>/dev/null || : # It has ended.
done";

/// Returns a command that runs there, where docker runs.
pub(crate) fn command<'a>(words: impl IntoIterator<Item = &'a str>) -> Command {
    let mut all = through();
    all.extend(words.into_iter().map(str::to_owned));
    let mut command = Command::new(&all[0]);
    command.args(&all[1..]);
    command
}

/// Runs a shell script there, which must succeed; returns its output.
#[track_caller]
pub(crate) fn shell(script: &str, arguments: &[&str]) -> String {
    let words = ["sh", "-c", script, "sh"].into_iter().chain(arguments.iter().copied());
    let output = command(words).output().unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Returns how many docker programs run there whose command lines contain this text.
#[track_caller]
pub(crate) fn clients(text: &str) -> usize {
    let processes = shell(PROCESSES, &[]);
    processes.lines().filter(|line| line.starts_with("docker ") && line.contains(text)).count()
}

/// Runs a function in a thread in the network there: ports that the engine publishes are this thread's, and those of
/// the programs that it starts.
pub(crate) fn in_network(function: fn()) {
    // The program in front has entered the network once the one behind it prints, and stays while that reads.
    let mut inside = command(["sh", "-c", "echo; read -r line"]);
    let mut inside = inside.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let _ = BufReader::new(inside.stdout.take().unwrap()).read_line(&mut String::new()).unwrap();
    let network = File::open(format!("/proc/{}/ns/net", inside.id())).unwrap();
    drop(inside.stdin.take());
    inside.wait().unwrap();
    let enter = move || {
        move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network)).unwrap();
        function();
    };
    thread::spawn(enter).join().unwrap();
}

/// Waits until a condition is true.
#[track_caller]
pub(crate) fn eventually(mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + HANG;
    while !condition() {
        assert!(Instant::now() < deadline, "it never became true");
        thread::sleep(Duration::from_millis(20));
    }
}
