//! Follows what an engine says has happened, from before a chapter's first step to its end.
//!
//! The events are read in a thread of their own and put together with the steps only at the end,
//! by their times: so no step waits for them. What is still under way then is fetched by one more
//! call that ends by itself. (That call alone would not do: an engine keeps its last 256 events.)
//!
//! What a container printed before it died is fetched at once, since the next step may remove it. So
//! is what it was made with, in another thread: neither is to wait for the other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use docker_cli::system::Event;
use docker_cli::{Canceller, Command, Docker};
use docker_sandbox::ProcessEngine;

use super::container_spec::made_with;
use super::effects::{Attended, Sighting, exit_code};

/// How old a container that runs in the background must be at the chapter's end for its being
/// alive to mean something: most that die soon, die within a second.
const GROWN_UP: Duration = Duration::from_secs(2);

/// How often a container that is not is looked after.
const INTERVAL: Duration = Duration::from_millis(20);

/// How long the engine may take to answer. Nothing depends on it but findings.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// How many lines of a dead container's log are kept, and how many bytes.
const LOG_LINES: i64 = 5;
const LOG_BYTES: usize = 2000;

/// Sees what happens on an engine.
pub(super) struct Witness {
    docker: Docker,
    since: Duration,
    account: Arc<Mutex<Account>>,
    stop: Canceller,
    reader: Option<JoinHandle<()>>,
    /// Where to send containers that were just made.
    inspections: Option<Sender<Inspection>>,
    inspector: Option<JoinHandle<()>>,
}

/// A container that was just made: the place of its sighting, and its identifier.
type Inspection = (usize, String);

/// What was seen.
#[derive(Default)]
struct Account {
    sightings: Vec<Sighting>,
    known: BTreeSet<(u64, String, String)>,
    attended: Attended,
}

impl Witness {
    /// Sees all that happens from now on.
    pub(super) fn new(
        engine: &ProcessEngine,
        canceller: &Canceller,
    ) -> Result<Self, docker_cli::Error> {
        let since = now();
        let docker = engine.docker().cancelled_by(canceller.clone());
        let events = docker.system().events().since(unix_time(since)).follow()?;
        let docker = docker.timeout(ANSWER_LIMIT);
        let stop = events.canceller();
        let account = Arc::<Mutex<Account>>::default();
        let (inspections, to_inspect) = mpsc::channel::<Inspection>();
        let inspector = thread::spawn({
            let (account, docker) = (Arc::clone(&account), docker.clone());
            move || {
                for (place, container) in to_inspect {
                    // Of one that is gone by now nothing is known.
                    let Ok(Some(found)) = docker.container().find(container) else { continue };
                    lock(&account).sightings[place].spec = made_with(&found);
                }
            }
        });
        let reader = thread::spawn({
            let (account, docker) = (Arc::clone(&account), docker.clone());
            let inspections = inspections.clone();
            // It ends with the engine or when it is stopped; neither is news to anybody.
            move || {
                let events = events.map_while(Result::ok);
                events.for_each(|event| see(&account, event, &docker, &inspections));
            }
        });
        let (reader, inspector) = (Some(reader), Some(inspector));
        let inspections = Some(inspections);
        Ok(Self { docker, since, account, stop, reader, inspections, inspector })
    }

    /// What has happened, in order, once all containers that were started in the background are
    /// dead or old enough. `give_up` says when that is not worth waiting for any more.
    pub(super) fn testify(mut self, give_up: impl Fn() -> bool) -> Vec<Sighting> {
        self.catch_up();
        if self.is_waiting() {
            while self.is_waiting() && !give_up() {
                thread::sleep(INTERVAL);
            }
            self.catch_up();
        }
        self.end();
        std::mem::take(&mut lock(&self.account).sightings)
    }

    /// Whether a container that runs in the background is too young to tell whether it will live.
    fn is_waiting(&self) -> bool {
        lock(&self.account).youngest_start().is_some_and(|start| now() < start + GROWN_UP)
    }

    /// Sees what the engine has said and the reader has not read yet.
    fn catch_up(&self) {
        let events = self.docker.system().events();
        let events = events.since(unix_time(self.since)).until(unix_time(now())).call();
        // An engine that has gone away has nothing more to say.
        for event in events.unwrap_or_default() {
            if let Some(inspections) = &self.inspections {
                see(&self.account, event, &self.docker, inspections);
            }
        }
    }

    fn end(&mut self) {
        self.stop.cancel();
        // The inspector ends once nobody can send it anything any more.
        drop(self.inspections.take());
        for thread in [self.reader.take(), self.inspector.take()].into_iter().flatten() {
            // Neither panics.
            let _ = thread.join();
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.end();
    }
}

/// Takes down an event, unless it is known, and what is to be learnt of it only now.
fn see(account: &Mutex<Account>, event: Event, docker: &Docker, inspections: &Sender<Inspection>) {
    let seen = lock(account).see(event);
    match seen {
        Some((place, Seen::Failure(container))) => {
            let log = last_words(docker, &container);
            lock(account).sightings[place].log = log;
        }
        // The inspector does not end before its senders do.
        Some((place, Seen::NewContainer(container))) => drop(inspections.send((place, container))),
        None => {}
    }
}

/// What there is more to learn of.
enum Seen {
    /// A container that was just made.
    NewContainer(String),
    /// A container that has just died alone, of something.
    Failure(String),
}

fn last_words(docker: &Docker, container: &str) -> Option<String> {
    let output = docker.container().logs(container).tail(LOG_LINES).call().ok()?;
    let mut words = String::from_utf8_lossy(&output.stdout).into_owned();
    words.push_str(&String::from_utf8_lossy(&output.stderr));
    let excess = words.len().saturating_sub(LOG_BYTES);
    let start = (excess..words.len()).find(|at| words.is_char_boundary(*at));
    Some(words.split_off(start.unwrap_or_default()))
}

impl Account {
    /// Takes down an event; gives its place if there is more to learn of it.
    fn see(&mut self, event: Event) -> Option<(usize, Seen)> {
        let id = event.actor.id.clone();
        if !self.known.insert((event.time_nano, event.action.clone(), id.clone())) {
            return None;
        }
        let died_alone = self.attended.has_died_alone(&event);
        let is_failure = died_alone && exit_code(&event) != 0;
        let is_new = (event.kind.as_str(), event.action.as_str()) == ("container", "create");
        self.sightings.push(Sighting { died_alone, ..Sighting::of(event) });
        let seen = match (is_new, is_failure) {
            (true, _) => Seen::NewContainer(id),
            (false, true) => Seen::Failure(id),
            (false, false) => return None,
        };
        Some((self.sightings.len() - 1, seen))
    }

    /// When the last one was started of the containers that run in the background.
    fn youngest_start(&self) -> Option<Duration> {
        let mut started = BTreeMap::new();
        let events = self.sightings.iter().map(|sighting| &sighting.event);
        for event in events.filter(|event| event.kind == "container") {
            match event.action.as_str() {
                "start" => drop(started.insert(event.actor.id.as_str(), event.time())),
                "die" => drop(started.remove(event.actor.id.as_str())),
                _ => {}
            }
        }
        started.retain(|container, _| !self.attended.has(container));
        started.into_values().max()
    }
}

/// The time since 1970 by the clock that the engine has, too.
pub(super) fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// A time as docker takes it.
fn unix_time(time: Duration) -> String {
    format!("{}.{:09}", time.as_secs(), time.subsec_nanos())
}

/// No code panics while it holds the lock.
fn lock(account: &Mutex<Account>) -> MutexGuard<'_, Account> {
    account.lock().unwrap_or_else(PoisonError::into_inner)
}
