//! End-to-end tests of the program. The helpers are in `tests/src`.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, also in helper functions")]

mod accept;
mod annotations;
mod book_images;
mod canaries;
mod course;
mod effects;
mod engine_command;
mod engine_state;
mod exit_statuses;
mod fixing;
mod guide;
mod hostile_recordings;
mod hub;
mod image_cache;
mod images_setting;
mod install;
mod installed;
mod interface;
mod jobs;
mod lints;
mod memory;
mod missing_images;
mod moved_images;
mod no_steps;
mod nothing_left;
mod on_failure;
mod one_step;
mod own_mistakes;
mod preprocessor;
mod progress;
mod publishing;
mod record;
mod recordings;
mod refusals;
mod registry;
mod renderers;
mod report;
mod serve;
mod sessions;
mod shell;
mod streams;
mod tty;
mod tutorial;
mod verifications;
mod verify;
mod workflow;

/// Builds the book in the current directory as `mdbook build` does.
const MDBOOK: &str = env!("CARGO_BIN_EXE_mdbook-build");
