//! Extracts the steps of any text, and renders it without running them.

#![no_main]

use libfuzzer_sys::fuzz_target;

#[path = "../crates/mdbook-docktest/tests/markdown/untouched.rs"]
mod untouched;

fuzz_target!(|text: &str| {
    untouched::check(text);
});
