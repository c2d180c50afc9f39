//! The status of a step in reports and on pages.

use serde::Serialize;

/// The status of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepStatus {
    /// It ran, and no error was found.
    Passed,
    /// It has an error, or failed after an image was missing, whose finding also explains this step.
    Failed,
    /// It was not reached, or the chapter did not run; or another step was selected, which needs it.
    Skipped,
    /// It is for other versions of the engine. In reports, it counts as skipped.
    #[serde(rename = "skipped")]
    OtherEngine,
    /// It is marked `ignore`.
    Ignored,
}
