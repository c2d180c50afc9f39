//! Whether this process ignores SIGCHLD.
//!
//! The kernel then reaps children by itself and discards their exit status (wait(2)): a command
//! would run, but its result would be unknown. A process inherits this from a parent that ignores
//! the signal.

use std::fs;

use rustix::process::Signal;

/// Also `false` if `/proc` is not available: then waiting for the child fails with `ECHILD`.
pub(crate) fn is_ignored() -> bool {
    fs::read_to_string("/proc/self/status").is_ok_and(|status| ignores(&status, Signal::CHILD))
}

/// Whether this text of `/proc/PID/status` lists `signal` as ignored: `SigIgn` is a bit mask in
/// hexadecimal, its lowest bit for signal 1 (proc_pid_status(5)).
fn ignores(status: &str, signal: Signal) -> bool {
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u128::from_str_radix(mask.trim(), 16).ok());
    mask.is_some_and(|mask| mask >> (signal.as_raw() - 1) & 1 == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mask_is_read() {
        let status =
            |mask: &str| format!("SigQ:\t0/1\nSigIgn:\t{mask}\nSigCgt:\tffffffffffffffff\n");
        assert!(ignores(&status("0000000000010000"), Signal::CHILD));
        assert!(ignores(&status("ffffffffffffffff"), Signal::CHILD));
        assert!(!ignores(&status("fffffffffffeffff"), Signal::CHILD));
        assert!(!ignores(&status("0000000000000000"), Signal::CHILD));
        assert!(!ignores("", Signal::CHILD));
    }
}
