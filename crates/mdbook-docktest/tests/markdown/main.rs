//! Any Markdown is extracted and rendered without panics, and without a recording it is unchanged.

mod corpora;
mod generated;
mod untouched;
