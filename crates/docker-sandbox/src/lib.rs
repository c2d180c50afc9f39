//! Throwaway Docker Engines: a private `dockerd` that changes nothing on the machine and leaves
//! nothing behind.
//!
//! ```no_run
//! use docker_sandbox::{EngineRoot, ProcessEngine};
//! use std::time::Duration;
//!
//! let engine = ProcessEngine::start(&EngineRoot::Machine, Duration::from_secs(30))?;
//! let _docker = engine.docker();
//! # Ok::<(), docker_sandbox::Error>(())
//! ```

mod cgroup;
mod error;
mod leftovers;
mod log_tail;
mod process;
mod process_stat;
pub mod processes;
mod root;
mod terminal;

pub use cgroup::ProcessGroup;
pub use error::Error;
pub use process::{PATH, ProcessEngine};
pub use process_stat::ProcessStat;
pub use root::{EngineRoot, cache_directory, prepared_directory};
pub use terminal::{Session, Terminal};
