//! However a run of a user ends, nothing is left.

use rustix::process::Signal;

use super::user_with_alpine;
use crate::nothing_left::{self, Author};

fn author() -> Author {
    Author::User(user_with_alpine())
}

#[test]
fn after_a_run_that_passed() {
    nothing_left::run_passes(&author());
}

#[test]
fn after_ctrl_c() {
    nothing_left::ctrl_c(&author());
}

#[test]
fn after_sigterm_and_sighup() {
    for signal in [Signal::TERM, Signal::HUP] {
        nothing_left::signal(&author(), signal);
    }
}

#[test]
fn after_the_program_was_killed() {
    nothing_left::program_is_killed(&author());
}

#[test]
fn after_the_program_was_killed_while_the_engine_starts() {
    nothing_left::program_is_killed_while_the_engine_starts(&author());
}

#[test]
fn after_the_supervisor_was_killed() {
    nothing_left::supervisor_is_killed(&author());
}

#[test]
fn after_both_were_killed_and_the_next_run_cleaned_up() {
    nothing_left::both_are_killed_and_the_next_run_cleans_up(&author(), "");
}
