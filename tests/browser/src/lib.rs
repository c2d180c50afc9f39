//! Helpers for tests of pages.
//!
//! The tests open books that the real preprocessor has built from recordings, so they need a browser,
//! but no engine. They read like a specification:
//!
//! ```no_run
//! use browser_tests::{Browser, Theme, Width, course};
//!
//! let browser = Browser::start();
//! browser.view(Width::Phone).open(&course().file("sidecar.html")).theme(Theme::Coal);
//! assert_eq!(browser.overflow(), [""; 0]);
//! ```
//!
//! This is a package of its own, as the browser's client has many dependencies that the other tests do
//! not need. The tests are ignored unless `cargo xtask test --only browser` runs them.

#![expect(clippy::unwrap_used, reason = "a panic is how a test fails")]

mod axe;
mod book;
mod browser;
mod contrast;
mod driver;
mod layout;
mod recorded;
mod server;

pub use book::{BuiltBook, course, guide};
pub use browser::{Browser, Theme, Width};
pub use recorded::{Lab, Ran};
pub use server::Server;
