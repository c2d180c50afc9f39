//! The time in which a run should be gone.

use std::fs;
use std::hint;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// If nothing else runs on the machine. If a thread gets a third of a processor only, it is three times as much, as what
/// ends a run gets no more.
const GOAL: Duration = Duration::from_secs(2);

/// For how long a thread computes to find out how much of a processor it gets, and how long it rests.
const BURST: Duration = Duration::from_millis(20);
const REST: Duration = Duration::from_millis(60);

/// A clock that also measures how busy the machine is.
pub(super) struct Clock {
    start: Instant,
    is_stopped: Arc<AtomicBool>,
    measuring: JoinHandle<f64>,
}

impl Clock {
    pub(super) fn start() -> Self {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&is_stopped);
        let measuring = thread::spawn(move || {
            loop {
                let start = Instant::now();
                while start.elapsed() < BURST {
                    hint::spin_loop();
                }
                thread::sleep(REST);
                if stopped.load(Ordering::Relaxed) {
                    return slowness();
                }
            }
        });
        Self { start: Instant::now(), is_stopped, measuring }
    }

    /// To be called when everything is gone.
    pub(super) fn stop(self) -> Lap {
        let time = self.start.elapsed();
        self.is_stopped.store(true, Ordering::Relaxed);
        Lap { time, slowness: self.measuring.join().unwrap() }
    }
}

/// How much longer this thread took for all that it did than alone on a processor (proc(5), `schedstat`: the nanoseconds on
/// a processor, and those that it waited for one).
fn slowness() -> f64 {
    let text = fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    let times: Vec<f64> = text.split(' ').take(2).map(|time| time.parse().unwrap()).collect();
    1.0 + times[1] / times[0]
}

/// How long an end took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lap {
    pub(super) time: Duration,
    /// What a thread took meanwhile for what takes 1 alone.
    slowness: f64,
}

impl Lap {
    fn limit(&self) -> Duration {
        GOAL.mul_f64(self.slowness)
    }

    /// Whether it took longer than it may on a machine that is not busy.
    pub(super) fn is_late(&self) -> bool {
        self.time > GOAL
    }

    #[track_caller]
    pub(super) fn is_within_limit(&self) {
        let limit = self.limit();
        assert!(self.time <= limit, "gone after {:?}, not within {limit:?}", self.time);
    }
}
