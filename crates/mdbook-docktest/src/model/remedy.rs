//! Remedies: edits of a chapter that would resolve a finding.

use crate::text::splice::Edit;

/// An edit of the chapter's text that a finding proposes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remedy {
    /// What the edit does, as an imperative without a full stop: ``add `tty` ``.
    pub title: String,
    /// The changes to the chapter's text. They do not overlap.
    pub edits: Vec<Edit>,
    /// Whether the edit can be made without asking the author.
    pub basis: Basis,
}

/// What a remedy is based on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// The text or the run shows that it is right, and it turns no failure into an expected one.
    Proved,
    /// Only the author knows whether it is what they mean.
    Proposed,
}
