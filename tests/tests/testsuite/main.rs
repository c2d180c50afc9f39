//! End-to-end tests of the program. The helpers are in `tests/src`.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, also in helper functions")]

mod accept;
mod acceptance;
mod annotations;
mod book_images;
mod canaries;
mod cast;
mod course;
mod dind;
mod effects;
mod engine_command;
mod engine_state;
mod exit_statuses;
mod files;
mod fixing;
mod guide;
mod hostile_recordings;
mod hub;
mod image_cache;
mod images_setting;
mod includes;
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
mod placeholders;
mod preprocessor;
mod preprocessors;
mod progress;
mod publishing;
mod reading;
mod record;
mod recordings;
mod refusals;
mod registry;
mod renderers;
mod report;
mod serve;
mod sessions;
mod shell;
mod shell_truth;
mod sigchld;
mod streams;
mod truth;
mod tty;
mod tutorial;
mod verifications;
mod verify;
mod whole_book;
mod workflow;

/// Builds the book in the current directory as `mdbook build` does.
const MDBOOK: &str = env!("CARGO_BIN_EXE_mdbook-build");
