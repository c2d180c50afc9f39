//! Output and input of any size, with a shell script in place of docker.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod fake;

use std::fs;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use docker_cli::{DockerCommand, Error, LoadEvent, Reader, Stdin};
use fake::{Fake, HANG, wait_for};

/// `docker container export` of a docker that runs this script.
fn export(fake: &Fake) -> Reader {
    fake.docker.container().export("c").reader().unwrap()
}

#[test]
fn an_archive_is_read_while_docker_writes_it() {
    let fake = Fake::new("mkfifo go; echo first; echo note >&2; read -r word <go; echo $word");
    let mut archive = export(&fake);
    let mut first = [0; 6];
    archive.read_exact(&mut first).unwrap();
    assert_eq!(&first, b"first\n");
    assert_eq!(archive.read(&mut []).unwrap(), 0);
    std::fs::write(fake.path("go"), "second\n").unwrap();
    let mut rest = String::new();
    archive.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "second\n");
    archive.finish().unwrap();
}

#[test]
fn an_archive_that_is_not_read_is_not_in_memory() {
    // It would write without end.
    let fake = Fake::new("head -c 1000000 /dev/zero; echo $$ > child; exec cat /dev/zero");
    let mut archive = export(&fake);
    io::copy(&mut archive.by_ref().take(1_000_000), &mut io::sink()).unwrap();
    wait_for(&fake.path("child"));
    drop(archive);
    fake.assert_gone("child");
}

#[test]
fn an_archive_ends_with_the_error() {
    let fake = Fake::new("echo begun; echo 'Error: No such container: c' >&2; exit 1");
    let mut archive = export(&fake);
    let mut content = Vec::new();
    let error = archive.read_to_end(&mut content).unwrap_err();
    assert_eq!(content, b"begun\n");
    assert_eq!(error.to_string(), "no such container `c`");
    assert!(archive.read(&mut [0]).is_err());
    assert!(matches!(archive.finish(), Err(Error::NoSuch { .. })));
    // A reader of archives stops at the end that it sees.
    assert!(matches!(export(&fake).finish(), Err(Error::NoSuch { .. })));
}

#[test]
fn reading_an_archive_can_be_limited_and_cancelled() {
    let fake = Fake::new("echo begun; exec sleep 600");
    let limited = fake.docker.container().export("c").timeout(Duration::from_millis(300));
    assert!(matches!(limited.reader().unwrap().finish(), Err(Error::Timeout { .. })));
    let archive = export(&fake);
    archive.canceller().cancel();
    assert!(matches!(archive.finish(), Err(Error::Cancelled(_))));
}

#[test]
fn a_reader_is_the_standard_input_of_one_command() {
    let fake = Fake::new("wc -c");
    let stdin = Stdin::from_reader(io::repeat(b'x').take(3_000_000));
    let command = fake.docker.command(["x"]).stdin(stdin);
    let output = command.clone().call().unwrap();
    assert_eq!(output.stdout_text().trim(), "3000000");
    let error = command.call().unwrap_err();
    assert!(error.to_string().contains("another command has read it"), "{error}");
}

/// Returns some bytes, then fails or panics when the command has written a file.
struct Broken {
    panics: bool,
    has_begun: bool,
    written: PathBuf,
}

impl Read for Broken {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if std::mem::replace(&mut self.has_begun, true) {
            wait_for(&self.written);
            assert!(!self.panics, "a panic of the test's reader");
            return Err(io::Error::other("the disk is broken"));
        }
        buffer[..4].copy_from_slice(b"half");
        Ok(4)
    }
}

#[test]
fn half_of_an_input_is_not_taken_for_the_whole() {
    let fake = Fake::new("echo $$ > child; cat; exec sleep 600");
    for (panics, reason) in [(false, "the disk is broken"), (true, "the reader has panicked")] {
        let written = fake.path("child");
        let _ = fs::remove_file(&written);
        let stdin = Stdin::from_reader(Broken { panics, has_begun: false, written });
        let error = fake.docker.container().copy_in(stdin, "c", "/").call().unwrap_err();
        let Error::Io { action, source } = error else { panic!("{error:?}") };
        assert!(action.starts_with("read the input of `"), "{action}");
        assert_eq!(source.to_string(), reason);
        fake.assert_gone("child");
    }
}

/// Returns nothing before its sender is dropped.
struct Stuck(mpsc::Receiver<()>);

impl Read for Stuck {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        let _ = self.0.recv();
        Ok(0)
    }
}

#[test]
fn a_command_does_not_wait_for_a_reader_that_is_stuck() {
    let fake = Fake::new("exit 3");
    let (sender, receiver) = mpsc::channel();
    let started = Instant::now();
    let stdin = Stdin::from_reader(Stuck(receiver));
    let output = fake.docker.command(["x"]).stdin(stdin).output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(started.elapsed() < HANG);
    drop(sender);
}

#[test]
fn each_loaded_image_is_an_event() {
    let fake = Fake::new("echo 'Loaded image: a:1'; echo note; echo 'Loaded image ID: sha256:b'");
    let events = fake.docker.image().load(b"tar").follow().unwrap();
    let events: Vec<_> = events.map(Result::unwrap).collect();
    let [LoadEvent::Loaded { image }, LoadEvent::Other(note), LoadEvent::Loaded { image: id }] =
        events.as_slice()
    else {
        panic!("{events:?}")
    };
    assert_eq!([image, note, id], ["a:1", "note", "sha256:b"]);
}
