//! Builds the book in the current directory as `mdbook build` does, with its settings in the
//! environment. `mdbook serve` does the same each time that a file changes; so does `mdbook-build
//! serve` for each line that it reads, and writes a line, the build's exit status.

use std::env;
use std::io::{self, Write};
use std::process::ExitCode;

use mdbook_driver::MDBook;

fn main() -> ExitCode {
    if env::args().nth(1).as_deref() == Some("serve") {
        for _ in io::stdin().lines() {
            let status = u8::from(!build());
            if writeln!(io::stdout(), "{status}").is_err() {
                break;
            }
        }
        return ExitCode::SUCCESS;
    }
    if build() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn build() -> bool {
    let result = MDBook::load(".").and_then(|book| book.build());
    if let Err(error) = &result {
        eprintln!("{error:#}");
    }
    result.is_ok()
}
