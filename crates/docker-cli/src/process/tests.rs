use std::thread;

use rustix::process::{Pid, Signal, kill_process};

use super::*;

/// A process that cannot be killed: of another user, or in an uninterruptible system call.
#[test]
fn a_cancelled_process_that_does_not_die_is_not_waited_for() {
    let canceller = Canceller::new();
    let start = Start {
        words: ["sleep", "600"].map(Into::into).into(),
        environment: None,
        stdin: None,
        stdout: None,
        limit: None,
    };
    let mut process = Process::start(start, Some(&canceller)).unwrap();
    // The group is not killed from here on.
    process.group.reap(|| Ok(())).unwrap();

    let cancelling = thread::spawn(move || {
        thread::sleep(Duration::from_millis(200));
        canceller.cancel();
    });
    let started = Instant::now();
    let end = process.next(&mut [0; 16]).unwrap();
    assert!(started.elapsed() < Duration::from_secs(180));
    assert!(matches!(end, Step::End(End::Cancelled)), "{end:?}");
    cancelling.join().unwrap();

    let pid = process.handle.pids()[0].try_into().unwrap();
    kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
}
