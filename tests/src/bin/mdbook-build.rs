//! Builds the book in the current directory as `mdbook build` does, with its settings in the
//! environment. `mdbook serve` does the same each time that a file changes.

use std::process::ExitCode;

use mdbook_driver::MDBook;

fn main() -> ExitCode {
    match MDBook::load(".").and_then(|book| book.build()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}
