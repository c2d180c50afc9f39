//! The `docker` program, typed.
//!
//! A [`Docker`] says which docker to run and how; its methods give commands in Docker's own words;
//! and each command has flags as methods, and the [`Command`] trait to run it:
//!
//! ```no_run
//! use std::time::Duration;
//! use docker_cli::{Command, Docker, Error};
//!
//! # fn main() -> Result<(), Error> {
//! let docker = Docker::new().timeout(Duration::from_secs(60));
//! let web = docker.container().run("nginx").rm().publish("8080:80").detach().call()?;
//!
//! for line in docker.container().logs(&web).follow().stream()? {
//!     if line?.text().contains("ready") {
//!         break; // dropping the stream ends `docker logs`
//!     }
//! }
//!
//! match docker.container().exec(&web, ["nginx", "-t"]).call() {
//!     Ok(output) => assert!(output.stderr_text().contains("successful")),
//!     Err(Error::Exit(failure)) => eprintln!("nginx says no: {failure}"),
//!     Err(Error::NoSuch { name, .. }) => eprintln!("{name} has ended"),
//!     Err(error) => return Err(error),
//! }
//! docker.container().rm([&web]).force().call()?;
//! # Ok(())
//! # }
//! ```
//!
//! What the library promises:
//!
//! - **It blocks, and it ends.** Each docker runs in a process group of its own. A call that times
//!   out or is cancelled, and a stream that is dropped, take the whole group with them, and
//!   processes that hold on to its pipes cannot delay that. The container of a `run` that was
//!   stopped is removed; see [`container::Run`].
//! - **It says what went wrong.** [`Error`] has a case for what a caller can act on, with the
//!   command line, the exit status and Docker's own message.
//! - **It does not get in the way.** Flags it does not know go through [`Command::flag`], commands
//!   through [`Docker::command`], and fields it does not know through the `other` of each result.
//!
//! Since the children are in groups of their own, a Ctrl-C at the terminal does not reach them: a
//! program should handle it, and cancel them with [`Docker::cancelled_by`]. If it is killed itself,
//! they go on until they next write to it.
//!
//! It needs Docker 20.10 or later, and a UNIX.

mod cancel;
mod classify;
mod command;
pub mod container;
mod define;
mod docker;
mod error;
mod id;
pub mod image;
mod invocation;
mod leftover;
mod message;
pub mod network;
mod output;
mod process;
mod read;
mod spawn;
mod stdin;
mod stream;
pub mod system;
pub mod volume;

pub use cancel::Canceller;
pub use command::{Command, Raw};
pub use docker::Docker;
pub use error::{Error, Failure, ObjectKind};
pub use id::{ContainerId, ImageId, InvalidName, NetworkId, VolumeName};
pub use output::{CommandLine, Output};
pub use process::Source;
pub use stdin::Stdin;
pub use stream::{Line, Stream};
