//! Extracting the steps of any text, and rendering it without a run.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../crates/mdbook-docktest/tests/markdown/untouched.rs"]
mod untouched;

fuzz_target!(|text: &str| {
    untouched::check(text);
});
