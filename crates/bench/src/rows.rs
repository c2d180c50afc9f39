//! The rows of the table. Each module contains those of one subject.

mod book;
mod build;
mod call;
mod follow;
mod images;
mod jobs;
mod lab;
mod replay;
mod start;
mod text;
mod trivial;

use crate::row::Row;

/// All rows, in the table's order.
pub(crate) const ROWS: &[&Row] = &[
    &text::MATCHING,
    &text::MATCHING_MISMATCH,
    &text::MATCHING_WORST,
    &text::MATCHING_LINEAR,
    &text::MATCHING_THROUGHPUT,
    &text::EXTRACTION_THROUGHPUT,
    &replay::REPLAY,
    &replay::CPU,
    &replay::MEMORY,
    &book::BUILD,
    &book::CPU,
    &book::CPU_GROWTH,
    &book::MEMORY,
    &book::MEMORY_LARGE,
    &lab::LIVE,
    &lab::DIND,
    &trivial::TRIVIAL,
    &follow::FOLLOW,
    &jobs::JOBS,
    &jobs::CONTEXTS,
    &jobs::COURSE,
    &jobs::RESET,
    &call::CALL,
    &build::BUILD,
    &start::START,
    &start::START_STRICT,
    &start::ROOTLESS,
    &images::START,
    &images::MEMORY,
    &images::NEXT_CHAPTER,
    &images::DISK,
];
