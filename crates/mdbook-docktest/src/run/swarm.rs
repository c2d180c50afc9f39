//! The networks of a new swarm.

use std::thread;
use std::time::{Duration, Instant};

use docker_cli::{Canceller, Docker, DockerCommand};

use crate::model::recording::{CommandRecording, End};

/// The networks that the engine makes for a swarm: shortly after `docker swarm init` has ended.
const NETWORKS: [&str; 2] = ["ingress", "docker_gwbridge"];

/// How long to wait for them at most, and how often to look.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(50);

/// Waits for these networks if one of the commands has made a swarm. A reader who types the next command sees them; here,
/// they would be there in some runs only.
pub(super) fn wait_for_networks(
    commands: &[CommandRecording],
    docker: &Docker,
    canceller: &Canceller,
) {
    let makes_swarm = |command: &CommandRecording| {
        command.command.contains("swarm init") && command.end == End::Exited { status: 0 }
    };
    if !commands.iter().any(makes_swarm) {
        return;
    }
    let deadline = Instant::now() + PATIENCE;
    // Without a swarm after all, as in `echo docker swarm init`, this is not an error.
    let is_over = || canceller.is_cancelled() || Instant::now() > deadline;
    while docker.network().inspect(NETWORKS).call().is_err() && !is_over() {
        thread::sleep(PAUSE);
    }
}
