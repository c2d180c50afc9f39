//! Runs that are ended at random moments, in any way.
//!
//! With `ENDS=200`, there are as many; what they took is printed.

#![expect(
    clippy::print_stdout,
    reason = "the times are for whoever asks for them, beside what is asserted"
)]

use std::time::Duration;
use std::{env, fs, thread};

use rustix::process::Signal;
use testsuite::{Book, Engine, Running, Traces, eventually, is_running};

use self::chapter::Chapter;
use self::goal::{Clock, Lap};
use crate::MDBOOK;
use crate::dind::{self, containers, on, warm};
use crate::nothing_left::Author;
use crate::rootless::user_with_alpine;

mod chapter;
mod goal;

/// How many runs there are: each kind of engine and of run, with chapters that end by themselves and that do not.
const ENDS: usize = 12;

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

    fn milliseconds(&mut self, limit: u64) -> Duration {
        Duration::from_millis(self.below(limit))
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len().try_into().unwrap())).unwrap()]
    }
}

/// When a run is ended.
#[derive(Debug, Clone, Copy)]
enum Moment {
    /// So long after its start: up to when the last step sleeps, or shortly before that on a busy machine.
    Start(Duration),
    /// So long after its recording began to be written. A moment after the start hardly ever hits that.
    Recording(Duration),
}

impl Moment {
    /// One for a chapter that ends by itself, or not.
    fn random(random: &mut Random, ends: bool) -> Self {
        match random.below(3) {
            0 if ends => Self::Recording(Duration::ZERO),
            1 if ends => Self::Recording(random.milliseconds(400)),
            _ => Self::Start(random.milliseconds(5000)),
        }
    }

    /// Waits for it. Returns what the run has on the machine.
    fn reach(self, run: &Running, chapter: &Chapter) -> Traces {
        match self {
            Self::Start(time) => {
                thread::sleep(time);
                Traces::at_any_moment(run)
            }
            Self::Recording(time) => {
                chapter.until_last_step();
                let traces = Traces::at_any_moment(run);
                chapter.until_recording();
                thread::sleep(time);
                traces
            }
        }
    }
}

/// What is ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Victim {
    Program(Signal),
    Supervisor,
    /// The program and its supervisor at once.
    Both,
    /// The container that the engine is in.
    Container,
    Docker,
    /// mdBook, which has started the program.
    MdBook,
    /// mdBook's process group, as a terminal does it.
    Build(Signal),
    /// The program that mdBook has started: that goes on.
    Preprocessor(Signal),
}

impl Victim {
    fn random(random: &mut Random, on_docker: bool, builds: bool) -> Self {
        let signal = random.one_of(&SIGNALS);
        let program = Self::Program(signal);
        let victims: &[Self] = match (builds, on_docker) {
            (true, _) => {
                let build = Self::Build(signal);
                &[build, build, Self::MdBook, Self::Preprocessor(signal)]
            }
            (_, true) => &[program, Self::Container, Self::Docker],
            (_, false) => &[program, Self::Supervisor, Self::Both],
        };
        random.one_of(victims)
    }

    /// Ends it. `docker` is that on which the chapter runs. Returns whether mdBook was ended, too.
    fn end(self, run: &Running, docker: &mut Option<Box<Engine>>) -> bool {
        let container = docker.as_deref().filter(|_| self == Self::Container).map(containers);
        let container = container.filter(|container| !container.is_empty());
        match self {
            Self::Program(signal) => drop(run.signal(signal)),
            Self::Supervisor if run.find_supervisor().is_some() => drop(run.kill_supervisor()),
            Self::Both if run.find_supervisor().is_some() => {
                run.signal(Signal::STOP).kill_supervisor().signal(Signal::KILL);
            }
            Self::Preprocessor(signal) if run.signal_preprocessor(signal) => return false,
            // Without a preprocessor yet or any more, mdBook is alone.
            Self::Build(signal) | Self::Preprocessor(signal) => drop(run.signal_group(signal)),
            Self::Docker => *docker = None,
            Self::Container if container.is_some() => {
                // On a busy machine, it fails: Docker then waits for the end of the container for too short a time.
                drop(dind::docker(docker.as_ref().unwrap(), &["kill", &container.unwrap()]));
            }
            // Without an engine yet, the program is alone.
            Self::Supervisor | Self::Both | Self::Container | Self::MdBook => {
                run.signal(Signal::KILL);
            }
        }
        true
    }

    /// Whether the program cannot clean up.
    fn is_killed(self) -> bool {
        match self {
            Self::Program(signal) | Self::Build(signal) | Self::Preprocessor(signal) => {
                signal == Signal::KILL
            }
            Self::Supervisor | Self::Both => true,
            Self::Container | Self::Docker | Self::MdBook => false,
        }
    }
}

/// Where chapters run.
enum Place {
    Process(Author),
    /// On this Docker. If a run ends it, there is another one afterwards.
    Docker(Option<Box<Engine>>),
}

impl Place {
    fn book(&self) -> Book {
        match self {
            Self::Process(author) => author.book(),
            Self::Docker(_) => Book::new().with_alpine().setting("engine = \"dind\""),
        }
    }

    fn start(&mut self, book: &Book, builds: bool) -> Running {
        let program = match self {
            Self::Process(author) if builds => author.builds(book),
            Self::Process(author) => author.runs(book.command(["record"])),
            Self::Docker(docker) => {
                let docker = docker.get_or_insert_with(start_docker);
                match builds {
                    true => book.to_build(MDBOOK).env("DOCKER_HOST", docker.host()),
                    false => on(docker, book, "record"),
                }
            }
        };
        program.start()
    }

    /// Records the chapter in the place of what an ended run may have left of it.
    fn record_again(&mut self, book: &Book) {
        self.start(book, false).wait().exits(0);
    }
}

/// A Docker that has the program's image.
fn start_docker() -> Box<Engine> {
    let engine = Engine::start();
    warm(&engine);
    Box::new(engine)
}

/// Starts a run and ends it. Returns how long that took, from the signal until nothing of it was running any more, and
/// whether mdBook was ended.
fn end(
    place: &mut Place,
    chapter: &Chapter,
    moment: Moment,
    victim: Victim,
    builds: bool,
) -> (Lap, bool) {
    let run = place.start(&chapter.book, builds);
    let traces = moment.reach(&run, chapter);
    let clock = Clock::start();
    match place {
        Place::Process(author) => {
            let ended_mdbook = victim.end(&run, &mut None);
            run.wait();
            traces.note_end();
            // Without a supervisor, frozen processes can be left until the next run.
            if !(chapter.pauses && matches!(victim, Victim::Supervisor | Victim::Both)) {
                traces.processes_are_gone();
            }
            let lap = clock.stop();
            // A program that is killed before its supervisor is there leaves an empty directory.
            if victim.is_killed() {
                let next = author.runs(Book::new().step("true").to_verify());
                next.env("TMPDIR", chapter.book.temporary()).run().exits(0);
            }
            traces.are_gone(&chapter.book.temporary());
            (lap, ended_mdbook)
        }
        Place::Docker(docker) => {
            let ended_mdbook = victim.end(&run, docker);
            run.wait();
            if let Some(docker) = docker {
                eventually("the end of the container", || containers(docker).is_empty());
            }
            eventually("the end of the step", || !is_running(&chapter.sleep));
            (clock.stop(), ended_mdbook)
        }
    }
}

/// Checks that the recording is whole, and that the next run removes what a killed one has left beside it.
fn recording_is_whole(place: &mut Place, chapter: &Chapter, victim: Victim) {
    chapter.has_whole_recording();
    let unfinished = chapter.unfinished();
    if !unfinished.is_empty() {
        assert!(victim.is_killed(), "left behind: {unfinished:?}");
        place.record_again(&chapter.book);
        assert_eq!(chapter.unfinished(), [""; 0], "left behind by the next run");
        println!("the next run removed {unfinished:?}");
    }
}

/// A recording of an earlier edition of the chapter.
fn recording() -> Vec<u8> {
    let book = Book::new().step("echo one");
    book.command(["record"]).run().exits(0);
    fs::read(book.recording("lab.md")).unwrap()
}

#[test]
fn runs_that_end_at_any_moment_leave_nothing_and_change_nothing() {
    let ends = env::var("ENDS").map_or(ENDS, |ends| ends.parse().unwrap());
    let mut random = Random(15);
    let recording = recording();
    let mut places = [
        Place::Process(Author::Root),
        Place::Process(Author::User(user_with_alpine())),
        Place::Docker(None),
    ];
    let mut laps = Vec::new();
    for number in 0..ends {
        let place = &mut places[number % 3];
        let builds = number / 3 % 2 == 1;
        let length = (number / 6 % 2 == 1).then(|| random.milliseconds(5000));
        let moment = Moment::random(&mut random, length.is_some());
        let victim = Victim::random(&mut random, number % 3 == 2, builds);
        // With version 1 of control groups, Docker cannot kill a container with frozen processes in groups that it does
        // not know.
        let pauses = random.below(2) == 0 && victim != Victim::Container;
        println!(
            "{number}: {victim:?} at {moment:?}, a chapter that takes {length:?}, pauses: {pauses}"
        );
        let chapter = Chapter::new(place.book(), &recording, pauses, length);
        let (lap, ended_mdbook) = end(place, &chapter, moment, victim, builds);
        println!("{lap:?}");
        match builds {
            true => chapter.has_whole_pages(ended_mdbook),
            false => chapter.has_old_pages(),
        }
        recording_is_whole(place, &chapter, victim);
        lap.is_within_limit();
        laps.push(lap);
    }
    let late = laps.iter().filter(|lap| lap.is_late()).count();
    let slowest = laps.iter().map(|lap| lap.time).max();
    println!(
        "{ends} ends, the slowest {slowest:?}, {late} later than on a machine that is not busy"
    );
}

#[test]
fn a_program_that_is_killed_while_it_writes_a_recording_leaves_a_whole_one() {
    let recording = recording();
    let mut place = Place::Process(Author::Root);
    let victim = Victim::Program(Signal::KILL);
    for _ in 0..3 {
        let length = Some(Duration::from_secs(1));
        let chapter = Chapter::new(place.book(), &recording, false, length);
        end(&mut place, &chapter, Moment::Recording(Duration::ZERO), victim, false);
        recording_is_whole(&mut place, &chapter, victim);
    }
}
