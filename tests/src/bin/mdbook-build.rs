//! Builds the book in the current directory as `mdbook build` does, including settings in environment
//! variables. `mdbook serve` builds the book each time a file changes; `mdbook-build serve` builds it
//! for each line that it reads, and prints the build's exit status, one line for each build.

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
