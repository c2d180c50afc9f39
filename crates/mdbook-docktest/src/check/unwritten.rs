//! Files of the chapter that could not be written.

use super::Difference;
use crate::model::finding::Code;
use crate::model::recording::{Recording, UnwrittenFile};
use crate::model::scenario::Scenario;

/// Returns a difference for each file that could not be written.
pub(super) fn differences(scenario: &Scenario, recording: &Recording) -> Vec<Difference> {
    let difference = |UnwrittenFile { file, reason }: &UnwrittenFile| {
        let file = scenario.files.get(*file)?;
        let prefix = format!("{}: ", file.name);
        let reason = reason.strip_prefix(&prefix).unwrap_or(reason);
        Some(Difference {
            code: Code::UnwrittenFile,
            span: file.name_span.clone(),
            message: format!("`{}` could not be written: {reason}", file.name),
            help: Some(
                "it is written in the current directory of the shell, before the step below it"
                    .to_owned(),
            ),
            remedies: Vec::new(),
        })
    };
    recording.unwritten_files.iter().filter_map(difference).collect()
}
