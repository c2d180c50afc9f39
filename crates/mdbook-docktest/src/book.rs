//! The book: its settings and chapters, and mdBook's protocol.

pub(crate) mod author;
pub(crate) mod build_directory;
pub(crate) mod chapters;
mod lexical_path;
pub(crate) mod origins;
mod preprocessors;
pub(crate) mod protocol;
pub(crate) mod settings;
pub(crate) mod source_file;
