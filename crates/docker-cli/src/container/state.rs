//! The state of a container.

use crate::define::record;
use crate::time::Time;

record! {
    /// The state of a container.
    State {
        /// `created`, `running`, `paused`, `restarting`, `removing`, `exited` or `dead`.
        status: String,
        /// Whether its program runs or is paused.
        running: bool,
        /// Whether its program is paused.
        paused: bool,
        /// Whether the daemon is restarting it.
        restarting: bool,
        /// Whether the kernel ended it because it exceeded its memory limit.
        #[serde(rename = "OOMKilled")]
        oom_killed: bool,
        /// The exit status of its program, once it has ended.
        exit_code: i64,
        /// The process ID of its program on the daemon's machine; 0 if it is not running.
        pid: i64,
        /// Why it could not be started; else empty.
        error: String,
        /// When its program was started for the last time.
        started_at: Time,
        /// When its program ended for the last time.
        finished_at: Time,
        /// What its health check found; `None` if it has none.
        health: Option<Health>,
    }
}

impl State {
    /// Whether the health check succeeded the last time; `None` without one, and before its first
    /// result.
    #[must_use]
    pub fn is_healthy(&self) -> Option<bool> {
        match self.health.as_ref()?.status.as_str() {
            "healthy" => Some(true),
            "unhealthy" => Some(false),
            _ => None,
        }
    }
}

record! {
    /// What a health check found.
    Health {
        /// `starting`, `healthy` or `unhealthy`; `none` or empty if it is disabled.
        status: String,
        /// How many times the check has failed in succession.
        failing_streak: u64,
        /// The last checks, the oldest first.
        log: Vec<HealthCheck>,
    }
}

record! {
    /// A run of a health check.
    HealthCheck {
        /// When it was started.
        start: Time,
        /// When it ended.
        end: Time,
        /// The exit status: 0 for healthy, 1 for unhealthy.
        exit_code: i64,
        /// The beginning of what it printed.
        output: String,
    }
}
