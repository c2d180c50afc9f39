//! Helpers for end-to-end tests.
//!
//! The tests run the real program on a real Docker Engine, and read like a specification: given this
//! chapter, these findings, this page.
//!
//! ```no_run
//! use testsuite::Book;
//!
//! Book::new()
//!     .step("echo one")
//!     .step("exit 3")
//!     .verify()
//!     .exits(1)
//!     .finds_only(&[("exit-status", "exit 3")]);
//! ```
//!
//! The program is the one in `MDBOOK_DOCKTEST`, or else the workspace's. Tests that need an engine fail
//! if there is none: a skipped test proves nothing.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod book;
mod cache;
mod docker_group;
mod engine;
mod guide;
mod hub;
mod links;
mod machine;
mod outcome;
mod program;
mod running;
mod server;
mod site;
mod user;

pub use book::Book;
pub use cache::{Cache, CachedImage};
pub use docker_group::DockerGroup;
pub use engine::Engine;
pub use guide::{Example, examples};
pub use hub::{Answer, Hub, Names, Request};
pub use links::Links;
pub use machine::{
    Traces, arguments_that_begin_with, control_groups, eventually, interfaces, is_running, marker,
};
pub use outcome::Outcome;
pub use program::{Program, cargo, program, workspace};
pub use running::Running;
pub use server::Server;
pub use site::{Page, Site};
pub use user::User;
