//! Runs that are ended at random moments, in any way.
//!
//! With `ENDS=200`, there are as many; what they took is printed.

#![expect(
    clippy::print_stdout,
    reason = "the times are for whoever asks for them, and no assertion"
)]

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};
use std::{env, fs};

use rustix::process::Signal;
use testsuite::{Book, Engine, Running, Traces, eventually, is_running, marker};

use crate::MDBOOK;
use crate::dind::{self, containers, on, warm};
use crate::nothing_left::Author;
use crate::rootless::user_with_alpine;

/// How many runs there are.
const ENDS: usize = 12;

/// The moments: up to when the last step sleeps, or shortly before that on a busy machine.
const LATEST: Duration = Duration::from_secs(5);

/// In which a run should be gone.
const GOAL: Duration = Duration::from_secs(2);

const SIGNALS: [Signal; 4] = [Signal::INT, Signal::TERM, Signal::HUP, Signal::KILL];

/// The generator `xorshift64` (Marsaglia, "Xorshift RNGs").
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }

    fn moment(&mut self) -> Duration {
        Duration::from_millis(self.below(LATEST.as_millis().try_into().unwrap()))
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len().try_into().unwrap())).unwrap()]
    }
}

/// What is ended.
#[derive(Debug, Clone, Copy)]
enum Victim {
    Program(Signal),
    Supervisor,
    /// The program and its supervisor at once.
    Both,
    /// The program that has started this one.
    MdBook,
}

/// What is ended of a run on a Docker.
#[derive(Debug, Clone, Copy)]
enum OnDocker {
    Program(Signal),
    /// The container that the engine is in.
    Container,
    Docker,
}

/// A chapter that never ends by itself, and the pages and the recording of an earlier edition.
struct Chapter {
    book: Book,
    sleep: String,
    recording: Vec<u8>,
    page: Vec<u8>,
}

impl Chapter {
    /// A chapter that pauses its container at the end, or not.
    fn new(book: Book, recording: &[u8], pauses: bool) -> Self {
        let sleep = marker();
        let pause = if pauses { "docker pause app || true" } else { "true" };
        let book = book
            .step("docker network create web")
            .step(
                "docker run -d --name app --network web -p 8080:80 -v data:/data alpine sleep 600",
            )
            .step(&format!("setsid -f sleep {sleep}; {pause}; sleep {sleep}"));
        let old = Self { book, sleep, recording: recording.to_owned(), page: b"old".to_vec() };
        for (path, content) in
            [(old.recording_file(), &old.recording), (old.page_file(), &old.page)]
        {
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        old
    }

    fn recording_file(&self) -> PathBuf {
        self.book.recording("lab.md")
    }

    fn page_file(&self) -> PathBuf {
        self.book.path().join("html/lab.html")
    }

    #[track_caller]
    fn is_as_before(&self) {
        let is = |path: &Path, content: &[u8]| fs::read(path).is_ok_and(|now| now == content);
        assert!(is(&self.recording_file(), &self.recording), "another recording");
        assert!(is(&self.page_file(), &self.page), "another page");
    }
}

/// A recording of an earlier edition of the chapter.
fn recording() -> Vec<u8> {
    let book = Book::new().step("echo one");
    book.command(["record"]).run().exits(0);
    fs::read(book.recording("lab.md")).unwrap()
}

/// Waits for the end of a run. Returns the time that it took since `end`.
fn wait(run: Running, end: Instant) -> Duration {
    run.wait();
    end.elapsed()
}

/// Starts a run and ends it. Returns how long that took, from the signal until the process was gone.
fn end(author: &Author, chapter: &Chapter, moment: Duration, victim: Victim) -> Duration {
    let program = match victim {
        Victim::MdBook => chapter.book.to_build(MDBOOK),
        _ => author.runs(chapter.book.command(["record"])),
    };
    let run = program.start();
    thread::sleep(moment);
    let traces = Traces::at_any_moment(&run);
    let started = Instant::now();
    match (victim, run.find_supervisor()) {
        (Victim::Program(signal), _) => drop(run.signal(signal)),
        (Victim::Supervisor, Some(_)) => drop(run.kill_supervisor()),
        (Victim::Both, Some(_)) => {
            run.signal(Signal::STOP).kill_supervisor().signal(Signal::KILL);
        }
        // Without a supervisor yet, the program is alone.
        (Victim::Supervisor | Victim::Both | Victim::MdBook, _) => drop(run.signal(Signal::KILL)),
    }
    let time = wait(run, started);
    traces.note_end();
    // A program that is killed before its supervisor is there leaves an empty directory.
    if matches!(victim, Victim::Both | Victim::Supervisor | Victim::Program(Signal::KILL)) {
        let next = author.runs(Book::new().step("true").to_verify());
        next.env("TMPDIR", chapter.book.temporary()).run().exits(0);
    }
    traces.are_gone(&chapter.book.temporary());
    time
}

/// A Docker that has the program's image.
fn start_docker() -> Engine {
    let engine = Engine::start();
    warm(&engine);
    engine
}

/// As [`end`], on a Docker. If that is ended, there is another one afterwards.
fn end_on_docker(
    engine: &mut Option<Engine>,
    chapter: &Chapter,
    moment: Duration,
    victim: OnDocker,
) -> Duration {
    let docker = engine.get_or_insert_with(start_docker);
    let run = on(docker, &chapter.book, "record").start();
    thread::sleep(moment);
    let container = containers(docker);
    let started = Instant::now();
    match victim {
        OnDocker::Program(signal) => drop(run.signal(signal)),
        OnDocker::Container if container.is_empty() => drop(run.signal(Signal::KILL)),
        // On a busy machine, it fails: Docker then waits for the end of the container for too short a time.
        OnDocker::Container => drop(dind::docker(docker, &["kill", &container])),
        OnDocker::Docker => *engine = None,
    }
    let time = wait(run, started);
    if let Some(docker) = engine {
        eventually("the end of the container", || containers(docker).is_empty());
    }
    eventually("the end of the step", || !is_running(&chapter.sleep));
    time
}

#[test]
fn runs_that_end_at_any_moment_leave_nothing_and_change_nothing() {
    let ends = env::var("ENDS").map_or(ENDS, |ends| ends.parse().unwrap());
    let mut random = Random(15);
    let recording = recording();
    let mut docker = None;
    let authors = [Author::Root, Author::User(user_with_alpine())];
    let mut times = Vec::new();
    for number in 0..ends {
        let moment = random.moment();
        let signal = random.one_of(&SIGNALS);
        let victims = [Victim::Program(signal), Victim::Supervisor, Victim::Both, Victim::MdBook];
        let victim = random.one_of(&victims);
        let (time, chapter) = match number % 3 {
            2 => {
                let victims = [OnDocker::Program(signal), OnDocker::Container, OnDocker::Docker];
                let victim = random.one_of(&victims);
                println!("{number}: dind, {victim:?} after {moment:?}");
                // With version 1 of control groups, Docker cannot kill a container with frozen processes in groups that
                // it does not know.
                let pauses = !matches!(victim, OnDocker::Container);
                let chapter = Chapter::new(Book::new().with_alpine(), &recording, pauses);
                (end_on_docker(&mut docker, &chapter, moment, victim), chapter)
            }
            author => {
                let victim = match victim {
                    // The user's program is another copy than the one in book.toml.
                    Victim::MdBook if author == 1 => Victim::Program(signal),
                    victim => victim,
                };
                println!("{number}: process {author}, {victim:?} after {moment:?}");
                let chapter = Chapter::new(authors[author].book(), &recording, true);
                (end(&authors[author], &chapter, moment, victim), chapter)
            }
        };
        chapter.is_as_before();
        println!("gone after {time:?}");
        times.push(time);
    }
    let late = times.iter().filter(|time| **time > GOAL).count();
    println!("{ends} ends, the slowest {:?}, {late} later than {GOAL:?}", times.iter().max());
}
