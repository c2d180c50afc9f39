//! What tests of the pages are written with.
//!
//! They open books that the real preprocessor has built from recordings, so they need a browser and
//! no engine, and read like a specification:
//!
//! ```no_run
//! use browser_tests::{Browser, Theme, Width, course};
//!
//! let browser = Browser::start();
//! browser.view(Width::Phone).open(&course().file("sidecar.html")).theme(Theme::Coal);
//! assert_eq!(browser.overflow(), [""; 0]);
//! ```
//!
//! A package of its own, because a client for browsers is a large tree that the other tests need not
//! be built with. The tests are marked `ignore`, and `cargo xtask test --only browser` runs them.

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
