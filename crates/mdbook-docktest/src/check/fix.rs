//! Remedies that set an attribute of the step.

use crate::extract::info_edit::set_attribute;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::Step;

/// An attribute that resolves a finding about a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fix {
    name: &'static str,
    value: Option<String>,
    basis: Basis,
}

impl Fix {
    /// The command has asked for a terminal.
    pub(super) fn tty() -> Self {
        Self { name: "tty", value: None, basis: Basis::Proved }
    }

    /// The command cannot work here.
    pub(super) fn ignore() -> Self {
        Self { name: "ignore", value: None, basis: Basis::Proposed }
    }

    /// The author expects the command to fail.
    pub(super) fn exit(status: i32) -> Self {
        Self { name: "exit", value: Some(status.to_string()), basis: Basis::Proposed }
    }

    /// The stream is to be followed until a line matches.
    pub(super) fn until(regex: String, basis: Basis) -> Self {
        Self { name: "until", value: Some(regex), basis }
    }

    /// The stream is to be followed for this many lines.
    pub(super) fn lines(count: usize, basis: Basis) -> Self {
        Self { name: "lines", value: Some(count.to_string()), basis }
    }

    /// The stream is to be followed for this time.
    pub(super) fn seconds(seconds: u64, basis: Basis) -> Self {
        Self { name: "for", value: Some(format!("{seconds}s")), basis }
    }

    /// Returns the edit of the step's info string. `text` is the chapter's text.
    pub(super) fn remedy(&self, text: &str, step: &Step) -> Remedy {
        let edit = set_attribute(text, &step.fence, self.name, self.value.as_deref());
        let attribute = edit.text.trim_start_matches([',', ' ']);
        Remedy { title: format!("add `{attribute}`"), edits: vec![edit], basis: self.basis }
    }
}
