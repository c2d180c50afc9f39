//! Whatever Markdown a chapter is made of: nothing panics, and without a run nothing changes.

mod corpora;
mod generated;
mod untouched;
