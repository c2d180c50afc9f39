//! Whether processes wait for input.
//!
//! A process that waits is blocked in a system call that names the descriptor it waits for:
//! `/proc/PID/task/TID/syscall` has the number of the call and its arguments (proc_pid_syscall(5)). Shells
//! and line editors call `read`, `select` or `poll`, event loops `epoll_wait`.

use std::collections::BTreeSet;
use std::fs::{self, File, Metadata};
use std::io;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::{Path, PathBuf};

use rustix::fs::{Dev, major, makedev, minor};
use rustix::process::Pid;
use rustix::termios::{LocalModes, tcgetattr};

use crate::process_stat::ProcessStat;
use crate::system::{self, WaitingCall};

/// Who waits for input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// No process.
    None,
    /// A process reads the input itself.
    Direct,
    /// A docker client passes its input on to a container, whether a program in there reads or not.
    Relay,
    /// The kernel does not say what processes wait for.
    Unknown,
}

/// Input, as an event in an epoll instance (`<sys/epoll.h>`).
const EPOLLIN: u32 = 1;

/// A pipe or a terminal from which processes read.
#[derive(Debug)]
pub struct Input {
    file: Metadata,
    /// Not of a pipe, which would not end while it is open here.
    terminal: Option<File>,
}

impl Input {
    /// Returns the input that this file is. Of a pipe, it can be either end.
    ///
    /// # Errors
    /// When a system call fails.
    pub fn new(file: &File) -> io::Result<Self> {
        let metadata = file.metadata()?;
        let terminal = is_terminal(&metadata).then(|| file.try_clone()).transpose()?;
        Ok(Self { file: metadata, terminal })
    }

    /// Whether a program reads whole lines that the terminal does not show: passwords. Line editors switch both off,
    /// and show by themselves what is typed.
    pub fn hides_lines(&self) -> bool {
        let modes = self.terminal.as_ref().and_then(|terminal| tcgetattr(terminal).ok());
        modes.is_some_and(|modes| {
            modes.local_modes.contains(LocalModes::ICANON)
                && !modes.local_modes.contains(LocalModes::ECHO)
        })
    }

    /// Whether the keys that otherwise send signals are read as any other; from a pipe, everything is.
    fn passes_keys_on(&self) -> bool {
        let modes = self.terminal.as_ref().map(tcgetattr);
        modes.is_none_or(|modes| {
            modes.is_ok_and(|modes| !modes.local_modes.contains(LocalModes::ISIG))
        })
    }
}

/// Returns who of these processes waits for data from `input`.
pub fn reader(pids: &[Pid], input: &Input) -> Reader {
    if !is_visible() {
        return Reader::Unknown;
    }
    let waits = |pid: &&Pid| {
        let process = directory(**pid);
        let is_input = |descriptor| is_same(&process, descriptor, &input.file);
        waiting_descriptors(&process).into_iter().any(is_input)
    };
    match pids.iter().find(waits) {
        None => Reader::None,
        Some(pid) if is_relay(*pid) && input.passes_keys_on() => Reader::Relay,
        Some(_) => Reader::Direct,
    }
}

/// Whether one of these processes waits for data from a terminal, or from the pipe that comes from outside as the
/// standard input of one of them: most programs open `/dev/tty` to ask for a password. A pipe between two of them, as
/// in `a | b`, has nothing to do with what is typed.
pub fn is_any_reading(pids: &[Pid]) -> bool {
    let pipes = pipes_from_outside(pids);
    let is_reading = |pid: &Pid| {
        let process = directory(*pid);
        let can_be_typed_into = |descriptor: i32| {
            let file = fs::metadata(process.join(format!("fd/{descriptor}")));
            file.is_ok_and(|file| {
                is_terminal(&file)
                    || is_dev_tty(&file)
                    || descriptor == 0 && pipes.contains(&(file.dev(), file.ino()))
            })
        };
        waiting_descriptors(&process).into_iter().any(can_be_typed_into)
    };
    pids.iter().any(is_reading)
}

/// The pipes that are the standard input of a process whose parent is none of these processes.
fn pipes_from_outside(pids: &[Pid]) -> BTreeSet<(u64, u64)> {
    let numbers: BTreeSet<u32> =
        pids.iter().map(|pid| pid.as_raw_nonzero().get().unsigned_abs()).collect();
    let is_first =
        |pid: &&u32| ProcessStat::read(**pid).is_some_and(|stat| !numbers.contains(&stat.parent));
    let pipes = numbers.iter().filter(is_first).filter_map(|pid| {
        let file = fs::metadata(format!("/proc/{pid}/fd/0")).ok()?;
        file.file_type().is_fifo().then(|| (file.dev(), file.ino()))
    });
    pipes.collect()
}

/// Whether the kernel says what processes wait for (`CONFIG_HAVE_ARCH_TRACEHOOK`).
fn is_visible() -> bool {
    fs::exists("/proc/self/syscall").unwrap_or(false)
}

fn directory(pid: Pid) -> PathBuf {
    PathBuf::from(format!("/proc/{}", pid.as_raw_nonzero()))
}

/// Whether a process is a docker client that may pass its input on. Of others, such as `docker volume prune`, the
/// question is their own.
fn is_relay(pid: Pid) -> bool {
    // `docker-compose` is the plugin, which runs as a child of `docker`.
    let name = fs::read_to_string(directory(pid).join("comm"));
    name.is_ok_and(|name| name.starts_with("docker"))
        && fs::read(directory(pid).join("cmdline")).is_ok_and(|line| passes_input_on(&line))
}

/// Whether a docker client with these arguments, each ended by a NUL, may pass its input on to a container.
fn passes_input_on(arguments: &[u8]) -> bool {
    let mut words = arguments.split(|byte| *byte == 0);
    words.any(|word| matches!(word, b"run" | b"exec" | b"attach" | b"start" | b"up"))
}

/// A pseudo-terminal: its devices have the major numbers 136 to 143 (Linux' `devices.txt`).
fn is_terminal(file: &Metadata) -> bool {
    file.file_type().is_char_device() && (136..=143).contains(&major(device(file)))
}

/// The device that a file is, of the system's type.
fn device(file: &Metadata) -> Dev {
    file.rdev() as Dev
}

/// `/dev/tty`, the terminal of whichever process opens it.
fn is_dev_tty(file: &Metadata) -> bool {
    file.file_type().is_char_device() && device(file) == makedev(5, 0)
}

/// Whether a descriptor of a process is this file, or `/dev/tty` where this is its terminal.
fn is_same(process: &Path, descriptor: i32, input: &Metadata) -> bool {
    // Of a process that has exited meanwhile, there is nothing to see.
    let Ok(file) = fs::metadata(process.join(format!("fd/{descriptor}"))) else { return false };
    if (file.dev(), file.ino()) == (input.dev(), input.ino()) {
        return true;
    }
    let terminal = || {
        let pid = process.file_name()?.to_str()?.parse().ok()?;
        Some(u64::from(ProcessStat::read(pid)?.terminal))
    };
    is_dev_tty(&file) && is_terminal(input) && terminal() == Some(device_number(device(input)))
}

/// The number of a device as in `/proc/PID/stat`.
fn device_number(device: Dev) -> u64 {
    let (major, minor) = (u64::from(major(device)), u64::from(minor(device)));
    (minor & 0xff) | (major << 8) | ((minor & !0xff) << 12)
}

/// The descriptors from which threads of a process wait to read.
fn waiting_descriptors(process: &Path) -> Vec<i32> {
    let Ok(tasks) = fs::read_dir(process.join("task")) else { return Vec::new() };
    let calls = tasks.filter_map(|task| fs::read_to_string(task.ok()?.path().join("syscall")).ok());
    calls.filter_map(|call| Call::parse(&call)).flat_map(|call| call.descriptors(process)).collect()
}

/// A system call in which a thread is blocked.
struct Call {
    number: i64,
    arguments: [u64; 2],
}

impl Call {
    /// Parses `NUMBER 0xARGUMENT 0xARGUMENT …`. Of a thread that runs, the text is `running`.
    fn parse(text: &str) -> Option<Self> {
        let mut words = text.split_ascii_whitespace();
        let number = words.next()?.parse().ok()?;
        let mut argument = || u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok();
        Some(Self { number, arguments: [argument()?, argument()?] })
    }

    fn descriptors(&self, process: &Path) -> Vec<i32> {
        // Larger numbers than these are not meaningful for what is typed.
        const MOST: u64 = 1024;
        let [first, second] = self.arguments;
        match system::waiting_call(self.number) {
            Some(WaitingCall::Read) => i32::try_from(first).into_iter().collect(),
            Some(WaitingCall::Epoll) => in_epoll(process, first),
            Some(WaitingCall::Select) => in_set(process, first.min(MOST), second),
            Some(WaitingCall::Poll) => in_list(process, first, second.min(MOST)),
            None => Vec::new(),
        }
    }
}

/// The descriptors of an epoll instance that are watched for input: `tfd: 0 events: 19 …` in
/// `/proc/PID/fdinfo` (proc_pid_fdinfo(5)).
fn in_epoll(process: &Path, instance: u64) -> Vec<i32> {
    let watched = fs::read_to_string(process.join(format!("fdinfo/{instance}")));
    let watched = watched.unwrap_or_default();
    let descriptor = |line: &str| {
        let mut words = line.strip_prefix("tfd:")?.split_ascii_whitespace();
        let descriptor = words.next()?.parse().ok()?;
        let events = u32::from_str_radix(words.nth(1)?, 16).ok()?;
        (events & EPOLLIN != 0).then_some(descriptor)
    };
    watched.lines().filter_map(descriptor).collect()
}

/// The descriptors below `count` in the set at this address: one bit for each.
fn in_set(process: &Path, count: u64, address: u64) -> Vec<i32> {
    let set = memory(process, address, count.div_ceil(8));
    let is_in = |descriptor: &i32| {
        let descriptor = *descriptor as usize;
        set.get(descriptor / 8).is_some_and(|byte| byte >> (descriptor % 8) & 1 == 1)
    };
    (0..i32::try_from(count).unwrap_or_default()).filter(is_in).collect()
}

/// The descriptors in the list of `struct pollfd` at this address: 4 bytes of descriptor, 2 of the events
/// that are waited for, and 2 of those that happen.
fn in_list(process: &Path, address: u64, count: u64) -> Vec<i32> {
    let list = memory(process, address, count * 8);
    let descriptor = |entry: &[u8; 8]| {
        let [a, b, c, d, low, high, ..] = *entry;
        let events = i16::from_ne_bytes([low, high]);
        (events & libc::POLLIN != 0).then_some(i32::from_ne_bytes([a, b, c, d]))
    };
    let (entries, _) = list.as_chunks::<8>();
    entries.iter().filter_map(descriptor).collect()
}

/// What is in the memory of a process; nothing if it cannot be read.
fn memory(process: &Path, address: u64, length: u64) -> Vec<u8> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    let file = File::open(process.join("mem"));
    if file.and_then(|file| file.read_exact_at(&mut bytes, address)).is_err() {
        bytes.clear();
    }
    bytes
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::os::fd::OwnedFd;
    use std::process::{Child, Command, Stdio};
    use std::thread;
    use std::time::{Duration, Instant};

    use super::*;
    use crate::terminal::Terminal;

    const LIMIT: Duration = Duration::from_secs(180);

    fn eventually(mut condition: impl FnMut() -> bool) {
        let deadline = Instant::now() + LIMIT;
        while !condition() {
            assert!(Instant::now() < deadline, "it never became true");
            thread::sleep(Duration::from_millis(5));
        }
    }

    fn start(program: &str, arguments: &[&str], input: impl Into<Stdio>) -> Child {
        let mut command = Command::new(program);
        command.args(arguments).stdin(input).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().unwrap()
    }

    #[test]
    fn only_some_docker_clients_pass_their_input_on() {
        for (line, expected) in [
            ("docker\0run\0-i\0alpine\0cat\0", true),
            ("docker\0container\0exec\0-it\0x\0sh\0", true),
            ("docker\0--context\0a\0start\0-ai\0x\0", true),
            ("docker\0volume\0prune\0--all\0", false),
            ("docker\0login\0--password-stdin\0", false),
        ] {
            assert_eq!(passes_input_on(line.as_bytes()), expected, "{line:?}");
        }
    }

    #[test]
    fn a_process_that_waits_for_its_input_reads_this_pipe_and_no_other() {
        let (reading, writing) = io::pipe().unwrap();
        let (other, _other_writer) = io::pipe().unwrap();
        let own = Input::new(&OwnedFd::from(reading.try_clone().unwrap()).into()).unwrap();
        let other = Input::new(&OwnedFd::from(other).into()).unwrap();
        let mut child = start("cat", &[], reading);
        let pids = [Pid::from_child(&child)];
        eventually(|| reader(&pids, &own) == Reader::Direct);
        assert!(is_any_reading(&pids));
        assert_eq!(reader(&pids, &other), Reader::None);
        assert_eq!(reader(&[], &own), Reader::None);
        drop(writing);
        assert!(child.wait().unwrap().success());
    }

    #[test]
    fn a_pipe_between_two_programs_is_not_typed_into() {
        let (reading, writing) = io::pipe().unwrap();
        // As apt and what downloads for it.
        let mut child = start("sh", &["-c", "sleep 600 | cat; cat"], reading);
        let pids = || {
            let mut pids = crate::processes::descendants(child.id());
            pids.push(Pid::from_child(&child));
            pids
        };
        let name = |pid: Pid| fs::read_to_string(directory(pid).join("comm")).unwrap_or_default();
        let named = |wanted: &str| pids().into_iter().find(|pid| name(*pid).trim() == wanted);
        let is_waiting = |pid| !waiting_descriptors(&directory(pid)).is_empty();
        eventually(|| named("cat").is_some_and(is_waiting) && named("sleep").is_some());
        assert!(!is_any_reading(&pids()));
        crate::processes::kill(&[named("sleep").unwrap()]);
        // The second `cat` has the input of the shell.
        eventually(|| is_any_reading(&pids()));
        drop(writing);
        assert!(child.wait().unwrap().success());
    }

    #[test]
    fn a_terminal_is_read_in_any_of_these_ways() {
        let select = "import select; select.select([0], [], []); input()";
        let poll = "import select; p = select.poll(); p.register(0, 1); p.poll(); input()";
        let epoll = "import select; p = select.epoll(); p.register(0, 1); p.poll(); input()";
        for words in [
            vec!["bash", "-c", "read answer"],
            vec!["bash", "-c", "read -t 600 -e answer"],
            vec!["sh", "-c", "read answer"],
            vec!["python3", "-c", select],
            vec!["python3", "-c", poll],
            vec!["python3", "-c", epoll],
            vec!["setsid", "--ctty", "bash", "-c", "read answer </dev/tty"],
        ] {
            let Terminal { mut front, back } =
                Terminal::new(Path::new("/dev/ptmx"), 80, 24).unwrap();
            let input = Input::new(&back).unwrap();
            let mut child = start(words[0], &words[1..], back.try_clone().unwrap());
            let pids = || {
                let mut pids = crate::processes::descendants(child.id());
                pids.push(Pid::from_child(&child));
                pids
            };
            eventually(|| reader(&pids(), &input) == Reader::Direct);
            assert!(is_any_reading(&pids()), "{words:?}");
            front.write_all(b"exit\n").unwrap();
            assert!(child.wait().unwrap().success(), "{words:?}");
        }
    }

    #[test]
    fn a_process_that_waits_for_something_else_does_not_read() {
        let terminal = Terminal::new(Path::new("/dev/ptmx"), 80, 24).unwrap();
        let input = Input::new(&terminal.back).unwrap();
        for (program, arguments) in [
            ("sleep", vec!["600"]),
            ("python3", vec!["-c", "import select; select.select([], [], [], 600)"]),
        ] {
            let mut child = start(program, &arguments, terminal.back.try_clone().unwrap());
            let pids = [Pid::from_child(&child)];
            eventually(|| ProcessStat::read(child.id()).is_some_and(|stat| stat.state == 'S'));
            assert_eq!(reader(&pids, &input), Reader::None);
            assert!(!is_any_reading(&pids));
            crate::processes::kill(&pids);
            child.wait().unwrap();
        }
    }
}
