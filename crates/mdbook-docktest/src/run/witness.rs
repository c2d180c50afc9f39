//! Follows the events of an engine, from before a chapter's first step to its end.
//!
//! A thread reads the events. They are assigned to steps by their times, and only at the end, so that no
//! step waits for them. One more call then fetches the events that the thread has not read yet. (That call
//! would not suffice: an engine keeps only its last 256 events.)
//!
//! The log of a container that exits, and the configuration of a new one, are fetched at once, because the
//! next step can remove the container. Another thread does the latter, so that neither waits for the other.
//!
//! Events and configurations come from the daemon itself. A docker program for each container would take processors
//! from the step that starts it. And one that follows the events would have to be killed at the end, behind the
//! nsenter that waits for it: then the machine's first process is its parent, and the engine's namespace ends only
//! when that has noticed its end, for which some take a second or more.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::mpsc::{self, Sender};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, SystemTime};

use docker_cli::container::Container;
use docker_cli::system::Event;
use docker_cli::{Canceller, Docker, DockerCommand};
use docker_sandbox::{Daemon, ProcessEngine, Stopper};

use super::ENGINE_LIMIT;
use super::container_spec::{container_spec, stays};
use super::effects::{AttendedContainers, Sighting, exit_code};

/// How long a container must have run in the background at the chapter's end to be considered running:
/// most that fail at their start exit within a second.
const SETTLE_TIME: Duration = Duration::from_secs(2);

/// How often a container that started later is checked.
const INTERVAL: Duration = Duration::from_millis(20);

/// How long the engine may take to answer. Without an answer, only details of findings are missing.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// How many lines of an exited container's log are kept, and how many bytes.
const LOG_LINES: i64 = 5;
const LOG_BYTES: usize = 2000;

/// Follows the events of an engine.
pub(super) struct Witness {
    docker: Docker,
    daemon: Daemon,
    since: Duration,
    log: Arc<Mutex<EventLog>>,
    stop: Stopper,
    reader: Option<JoinHandle<()>>,
    /// Takes containers that were just created.
    inspections: Option<Sender<Inspection>>,
    inspector: Option<JoinHandle<()>>,
}

/// A container that was just created: the index of its sighting, and its ID.
type Inspection = (usize, String);

/// The events so far.
#[derive(Default)]
struct EventLog {
    sightings: Vec<Sighting>,
    /// Time, action and object of each event: the same event is read twice.
    known: BTreeSet<(u64, String, String)>,
    attended: AttendedContainers,
}

impl Witness {
    /// Follows the events from now on.
    ///
    /// # Errors
    /// When the daemon does not answer.
    pub(super) fn new(engine: &ProcessEngine, canceller: &Canceller) -> io::Result<Self> {
        let since = now();
        let docker = engine.docker().cancelled_by(canceller.clone()).timeout(ANSWER_LIMIT);
        let daemon = engine.daemon();
        let lines = daemon.follow(&format!("/events?since={}", unix_time(since)), ENGINE_LIMIT)?;
        let stop = lines.stopper()?;
        let log = Arc::<Mutex<EventLog>>::default();
        let (inspections, to_inspect) = mpsc::channel::<Inspection>();
        let inspector = thread::spawn({
            let (log, daemon) = (Arc::clone(&log), daemon.clone());
            move || {
                for (index, container) in to_inspect {
                    // A container that has been removed meanwhile has no details.
                    let path = format!("/containers/{container}/json");
                    let Ok(Some(found)) = daemon.get(&path, ANSWER_LIMIT) else { continue };
                    let Ok(found) = serde_json::from_slice::<Container>(&found) else { continue };
                    let sighting = &mut lock(&log).sightings[index];
                    sighting.spec = container_spec(&found);
                    sighting.stays = stays(&found);
                }
            }
        });
        let reader = thread::spawn({
            let (log, docker) = (Arc::clone(&log), docker.clone());
            let inspections = inspections.clone();
            // They end when the engine ends or when this is stopped; neither is an error here.
            move || {
                let events = lines.map_while(Result::ok).filter_map(|line| read(&line));
                events.for_each(|event| observe(&log, event, &docker, &inspections));
            }
        });
        let (reader, inspector) = (Some(reader), Some(inspector));
        let inspections = Some(inspections);
        Ok(Self { docker, daemon, since, log, stop, reader, inspections, inspector })
    }

    /// Returns the events in order. Waits until each container in the background has exited or has run for
    /// the settle time, but not longer than until `give_up` returns `true`.
    pub(super) fn finish(mut self, give_up: impl Fn() -> bool) -> Vec<Sighting> {
        self.catch_up();
        if self.is_settling() {
            while self.is_settling() && !give_up() {
                thread::sleep(INTERVAL);
            }
            self.catch_up();
        }
        self.end();
        std::mem::take(&mut lock(&self.log).sightings)
    }

    /// Whether a container in the background has been running for less than the settle time.
    fn is_settling(&self) -> bool {
        lock(&self.log).last_background_start().is_some_and(|start| now() < start + SETTLE_TIME)
    }

    /// Adds the events that the thread has not read yet.
    fn catch_up(&self) {
        let path = format!("/events?since={}&until={}", unix_time(self.since), unix_time(now()));
        // An engine that has ended has no more events.
        let answer = self.daemon.get(&path, ANSWER_LIMIT).ok().flatten().unwrap_or_default();
        for event in answer.split(|byte| *byte == b'\n').filter_map(read) {
            if let Some(inspections) = &self.inspections {
                observe(&self.log, event, &self.docker, inspections);
            }
        }
    }

    fn end(&mut self) {
        self.stop.stop();
        // The inspector ends when all senders are gone.
        drop(self.inspections.take());
        for thread in [self.reader.take(), self.inspector.take()].into_iter().flatten() {
            // Neither thread panics.
            let _ = thread.join();
        }
    }
}

impl Drop for Witness {
    fn drop(&mut self) {
        self.end();
    }
}

/// An event from a line of the daemon's answer, or nothing from an empty one.
fn read(line: &[u8]) -> Option<Event> {
    serde_json::from_slice(line).ok()
}

/// Adds an event, unless it is known, and the details that can only be found out now.
fn observe(log: &Mutex<EventLog>, event: Event, docker: &Docker, inspections: &Sender<Inspection>) {
    let follow_up = lock(log).add(event);
    match follow_up {
        Some((index, FollowUp::Log(container))) => {
            let tail = log_tail(docker, &container);
            lock(log).sightings[index].log = tail;
        }
        // The inspector ends only after its senders.
        Some((index, FollowUp::Inspect(container))) => drop(inspections.send((index, container))),
        None => {}
    }
}

/// What to find out about a container, given by its ID.
#[derive(Debug, PartialEq, Eq)]
enum FollowUp {
    /// Its configuration: it was just created.
    Inspect(String),
    /// The end of its log: it failed, and the exit was unattended.
    Log(String),
}

/// The end of a container's log; `None` if the engine does not have it any more.
fn log_tail(docker: &Docker, container: &str) -> Option<String> {
    let output = docker.container().logs(container).tail(LOG_LINES).call().ok()?;
    let mut log = String::from_utf8_lossy(&output.stdout).into_owned();
    log.push_str(&String::from_utf8_lossy(&output.stderr));
    let excess = log.len().saturating_sub(LOG_BYTES);
    let start = (excess..log.len()).find(|at| log.is_char_boundary(*at));
    Some(log.split_off(start.unwrap_or_default()))
}

impl EventLog {
    /// Adds an event, unless it is known. Returns its index if something is to be found out about it.
    fn add(&mut self, event: Event) -> Option<(usize, FollowUp)> {
        let id = event.actor.id.clone();
        if !self.known.insert((event.time_nano, event.action.clone(), id.clone())) {
            return None;
        }
        let is_unattended_exit = self.attended.is_unattended_exit(&event);
        let is_failure = is_unattended_exit && exit_code(&event) != 0;
        let is_new = (event.kind.as_str(), event.action.as_str()) == ("container", "create");
        self.sightings.push(Sighting { is_unattended_exit, ..Sighting::new(event) });
        let follow_up = match (is_new, is_failure) {
            (true, _) => FollowUp::Inspect(id),
            (false, true) => FollowUp::Log(id),
            (false, false) => return None,
        };
        Some((self.sightings.len() - 1, follow_up))
    }

    /// When the most recent of the containers that run in the background was started, since 1970.
    fn last_background_start(&self) -> Option<Duration> {
        let mut started = BTreeMap::new();
        let events = self.sightings.iter().map(|sighting| &sighting.event);
        for event in events.filter(|event| event.kind == "container") {
            match event.action.as_str() {
                "start" => drop(started.insert(event.actor.id.as_str(), event.time())),
                "die" => drop(started.remove(event.actor.id.as_str())),
                _ => {}
            }
        }
        started.retain(|container, _| !self.attended.contains(container));
        started.into_values().max()
    }
}

/// The time since 1970, by the same clock as the engine's.
pub(super) fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// A time in the daemon's format.
fn unix_time(time: Duration) -> String {
    format!("{}.{:09}", time.as_secs(), time.subsec_nanos())
}

/// No code panics while the lock is held.
fn lock(log: &Mutex<EventLog>) -> MutexGuard<'_, EventLog> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
