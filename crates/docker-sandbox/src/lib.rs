//! Throw-away Docker Engines: a private `dockerd` that changes nothing on the machine and leaves
//! nothing behind.
//!
//! ```no_run
//! use docker_cli::Canceller;
//! use docker_sandbox::{EngineOptions, EngineRoot, ProcessEngine};
//! use std::time::Duration;
//!
//! let options = EngineOptions::new(&EngineRoot::Machine, Duration::from_secs(30));
//! let engine = ProcessEngine::start(&options, &Canceller::new())?;
//! let _docker = engine.docker();
//! # Ok::<(), docker_sandbox::Error>(())
//! ```
//!
//! Engines need Linux. On other systems, this crate compiles, and starting one fails with [`Error::NotLinux`].

mod cache;
mod cgroup;
mod daemon;
mod engine_name;
mod error;
mod image_store;
pub mod input;
mod leftovers;
mod limit_watch;
mod log_tail;
mod memory;
mod options;
mod packages;
mod prepare;
mod prepared;
mod process;
mod process_group;
mod process_limit;
mod process_stat;
pub mod processes;
mod root;
mod sudo;
mod suite;
mod suite_root;
mod system;
mod terminal;
mod user_namespace;

pub use cache::{cache_directory, foreign_owner, prepared_directory};
pub use cgroup::{ControlGroups, control_groups};
pub use daemon::{Daemon, Followed, Stopper};
pub use error::Error;
pub use image_store::{
    Damage, Digest, EngineImage, ImageStore, InvalidDigest, Problem, StoredImage,
};
pub use leftovers::{Leftover, leftovers};
pub use options::EngineOptions;
pub use prepare::{Prepared, Preparing, prepare};
pub use prepared::{PreparedRoot, lock_roots, prepared_roots};
pub use process::{PATH, ProcessEngine};
pub use process_group::ProcessGroup;
pub use process_stat::ProcessStat;
pub use root::{EngineRoot, IS_SUPPORTED};
pub use sudo::{SudoUser, sudo_user};
pub use suite::Suite;
pub use suite_root::{SuiteRoot, suite_roots};
pub use terminal::{Session, Terminal};
pub use user_namespace::{NoUserNamespace, as_caller, enter, is_in_user_namespace, is_root};
