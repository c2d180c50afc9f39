//! The `docker` program, typed.
//!
//! A [`Docker`] holds which docker to run and how. Its methods return commands, named like Docker's
//! own, which have methods for their flags and the [`DockerCommand`] trait to run them:
//!
//! ```no_run
//! use std::time::Duration;
//! use docker_cli::{Docker, DockerCommand, Error};
//!
//! # fn main() -> Result<(), Error> {
//! let docker = Docker::new().timeout(Duration::from_secs(60));
//! let web = docker.container().run("nginx").publish("8080:80").detach().guard()?;
//! docker.container().wait_until(&web, Duration::from_secs(30)).listens(80)?;
//!
//! for line in docker.container().logs(&web).follow().stream()? {
//!     if line?.text().contains("start worker process") {
//!         break; // dropping the stream ends `docker logs`
//!     }
//! }
//!
//! match docker.container().exec(&web, ["nginx", "-t"]).call() {
//!     Ok(output) => assert!(output.stderr_text().contains("successful")),
//!     Err(Error::Exit(failure)) => eprintln!("bad configuration: {failure}"),
//!     Err(Error::NoSuch { name, .. }) => eprintln!("{name} has ended"),
//!     Err(error) => return Err(error),
//! }
//! web.remove()?; // as dropping it does, but it returns the error
//! # Ok(())
//! # }
//! ```
//!
//! # Guarantees
//!
//! - **Calls block, and they end.** Each docker runs in a process group of its own. When a call
//!   times out or is cancelled, or a stream is dropped, the whole group is killed, and processes
//!   that still hold its pipes cannot delay the return. The container of a stopped `run` is
//!   removed. That takes two seconds at most, even if the daemon hangs; the error then names what
//!   may be left behind ([`Failure::leftover`]).
//! - **Errors are specific.** [`Error`] has a case for each reason that a caller can act on, with
//!   the command line, the exit status and Docker's message. It is displayed on one line, and with
//!   all details by `{:#}`. Command lines are displayed without the values of environment variables,
//!   build arguments and other secrets, and answers of docker that could not be read are not displayed.
//! - **What is guarded is removed.** A [`Guard`] removes its container, network, volume or compose
//!   project when it is dropped, and [`Docker::sweep`] those of processes that were killed. Neither
//!   removes what existed before.
//! - **Everything stays accessible.** All commands of docker 26.1, compose 2.26 and buildx 0.13 have
//!   methods, and so have their flags and docker's own, except those that would change a typed
//!   result, `--output` and `--input` for archives, which are passed as streams, and
//!   `--disable-content-trust` of `image build`. Other flags go through [`DockerCommand::flag`] and
//!   [`Docker::global_flag`], other commands through [`Docker::command`], and fields that are not
//!   typed are in the `other` of each result.
//!
//! # Signals
//!
//! Since docker runs in another process group, Ctrl-C at the terminal does not reach it: handle the
//! signal, and cancel the commands with [`Docker::cancelled_by`]. If this process is killed, its
//! children run until they next write to it. A process that ignores SIGCHLD cannot use this library
//! ([`Error::SigchldIgnored`]).
//!
//! # Requirements
//!
//! Docker 20.10 or later, on a Unix system.

#[cfg(not(unix))]
compile_error!("docker-cli supports Unix systems only");

pub mod buildx;
mod cancel;
mod classify;
mod command;
mod command_line;
pub mod compose;
pub mod container;
pub mod context;
mod define;
mod docker;
mod error;
mod feed;
mod generated;
mod guard;
mod id;
pub mod image;
mod invocation;
mod json_stream;
mod leftover;
mod message;
pub mod network;
mod output;
mod port;
mod process;
mod progress;
mod raw;
mod read;
mod reader;
mod redact;
mod running;
mod settings;
mod sigchld;
mod spawn;
mod stdin;
mod stream;
pub mod system;
mod time;
mod to_file;
pub mod volume;
mod words;

pub use cancel::Canceller;
pub use command::DockerCommand;
pub use command_line::CommandLine;
pub use docker::Docker;
pub use error::{Error, Excerpt, Failure, JsonError, ObjectKind};
pub use feed::Feed;
pub use generated::{
    builder, checkpoint, config, manifest, node, plugin, secret, service, stack, swarm, top_level,
    trust,
};
pub use guard::{Guard, Owner, Project, Removable, Swept};
pub use id::{ContainerId, ImageId, InvalidName, NetworkId, VolumeName};
pub use json_stream::JsonStream;
pub use output::Output;
pub use port::{Port, PortRange, Ports, Publication};
pub use process::Source;
pub use progress::{
    BuildEvent, BuildEvents, LoadEvent, LoadEvents, Progress, ProgressEvents, Pulled, Pushed,
    TransferEvent, TransferEvents,
};
pub use raw::Raw;
pub use reader::Reader;
pub use stdin::Stdin;
pub use stream::{Line, Stream};
pub use time::Time;

/// The examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
