//! Processes in the engine: their terminals, and what they wait for.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{Read, pipe};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use docker_sandbox::input::{self, Input, Reader};
use docker_sandbox::{PATH, ProcessEngine, ProcessGroup, Session, Terminal};

use crate::{LIMIT, start};

/// A shell in the engine, in a control group, with a pipe as its standard input.
struct Shell {
    group: ProcessGroup,
    /// The end of the pipe that writes.
    input: File,
    child: std::process::Child,
}

impl Shell {
    fn start(engine: &ProcessEngine, name: &str, script: &str) -> Self {
        let group = engine.process_group(name).unwrap();
        let path = [("PATH".into(), PATH.into())];
        let session = Session::WithoutTerminal;
        let mut words = engine.entering_group(&group, Path::new("/"), &path, session);
        words.extend(["sh", "-c", script].map(Into::into));
        let (stdin, input) = pipe().unwrap();
        let child = Command::new(&words[0]).args(&words[1..]).stdin(stdin).spawn().unwrap();
        Self { group, input: OwnedFd::from(input).into(), child }
    }

    /// The programs of the group that are asleep, which is how they wait.
    fn sleeping(&self) -> BTreeSet<String> {
        let name_if_asleep = |pid: rustix::process::Pid| {
            let stat = fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
            let (name, fields) = stat.split_once('(')?.1.rsplit_once(')')?;
            fields.starts_with(" S ").then(|| name.to_owned())
        };
        self.group.members().into_iter().filter_map(name_if_asleep).collect()
    }

    fn reader(&self) -> Reader {
        input::reader(&self.group.members(), &Input::new(&self.input).unwrap())
    }

    #[track_caller]
    fn waits_for_input(&self) {
        eventually(|| self.reader() == Reader::Direct);
    }

    /// `programs` are those of the group once it waits for something else.
    #[track_caller]
    fn does_not_wait_for_input(&self, programs: [&str; 2]) {
        eventually(|| self.sleeping() == programs.map(str::to_owned).into());
        assert_eq!(self.reader(), Reader::None);
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        let is_gone = self.group.kill(LIMIT);
        self.child.wait().unwrap();
        assert!(is_gone || thread::panicking());
    }
}

#[track_caller]
fn eventually(mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + LIMIT;
    while !condition() {
        assert!(Instant::now() < deadline, "it never became true");
        thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn a_group_waits_for_input_if_a_process_reads_its_standard_input() {
    let engine = start();
    Shell::start(&engine, "reader", "cat").waits_for_input();
    Shell::start(&engine, "shell", "sleep 600 & read -r line").waits_for_input();
    let sleeper = Shell::start(&engine, "sleeper", "sleep 600; :");
    sleeper.does_not_wait_for_input(["sh", "sleep"]);
    let other_pipe = Shell::start(&engine, "other-pipe", "sleep 600 | exec cat & exec sleep 600");
    other_pipe.does_not_wait_for_input(["cat", "sleep"]);
}

#[test]
#[ignore = "needs an engine: cargo xtask test"]
fn a_terminal_has_a_name_in_the_engine() {
    let engine = start();
    let group = engine.process_group("terminal").unwrap();
    let Terminal { mut front, back } = engine.terminal(100, 30).unwrap();
    let path = [("PATH".into(), PATH.into())];
    let mut words = engine.entering_group(&group, Path::new("/"), &path, Session::AtTerminal);
    words.extend(["sh", "-c", "tty; stty size; echo own >/dev/tty"].map(Into::into));
    let status = std::process::Command::new(&words[0])
        .args(&words[1..])
        .stdin(back.try_clone().unwrap())
        .stdout(back.try_clone().unwrap())
        .stderr(back)
        .status()
        .unwrap();
    assert!(status.success());
    let mut seen = Vec::new();
    let end = front.read_to_end(&mut seen).unwrap_err();
    assert_eq!(end.raw_os_error(), Some(rustix::io::Errno::IO.raw_os_error()));
    assert_eq!(String::from_utf8(seen).unwrap(), "/dev/pts/0\r\n30 100\r\nown\r\n");
}
