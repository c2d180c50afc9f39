//! The `mdbook-docktest` program.
fn main() {}
