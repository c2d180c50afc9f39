//! What became of a step, as reports and pages say it.

use serde::Serialize;

/// What became of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    /// It ran, and all that was said of it holds.
    Passed,
    /// A finding of severity error is about it.
    Failed,
    /// It was not reached, or the chapter did not run.
    Skipped,
    /// The author asked that it should not run.
    Ignored,
}
