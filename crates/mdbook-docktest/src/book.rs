//! The book: its settings and chapters, and mdBook's protocol.

pub mod build_directory;
pub mod chapters;
pub mod protocol;
pub mod settings;
pub(crate) mod source_file;
