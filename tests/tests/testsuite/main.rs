//! What the program promises, end to end. See `tests/src` for the words that the tests use.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails, in its own functions too")]

mod accept;
mod annotations;
mod canaries;
mod course;
mod effects;
mod guide;
mod lints;
mod nothing_left;
mod on_failure;
mod one_step;
mod preprocessor;
mod refusals;
mod report;
mod shell;
mod streams;
mod tty;
mod tutorial;
mod verify;
