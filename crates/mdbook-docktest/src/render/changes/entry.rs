//! The entries of a list of changes.

use crate::render::labels::Labels;

/// A change of one object, or the same change of several.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::render) struct Entry {
    pub(super) sign: Sign,
    pub(super) parts: Vec<Part>,
    /// The number of objects.
    pub(super) count: usize,
}

/// The sign before an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) enum Sign {
    Added,
    Removed,
    /// Created and removed by the same step.
    ShortLived,
    Started,
    Ended,
    Paused,
    Changed,
}

/// A part of an entry's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Text(String),
    /// A name or a path.
    Name(String),
}

impl Entry {
    pub(super) fn new(sign: Sign, parts: Vec<Part>) -> Self {
        Self { sign, parts, count: 1 }
    }

    /// The entry as a line of plain text.
    pub(in crate::render) fn text(&self) -> String {
        let mut line = format!("{} ", self.sign.character());
        for part in &self.parts {
            let (Part::Text(text) | Part::Name(text)) = part;
            line.push_str(text);
        }
        if self.count > 1 {
            line.push_str(&format!("\u{a0}×{}", self.count));
        }
        line
    }
}

impl Sign {
    pub(super) fn character(self) -> &'static str {
        match self {
            Self::Added => "+",
            Self::Removed => "−",
            Self::ShortLived => "±",
            Self::Started => "▸",
            Self::Ended => "■",
            Self::Paused => "‖",
            Self::Changed => "~",
        }
    }

    /// What the sign means, in a legend.
    pub(super) fn meaning(self, labels: &Labels) -> &str {
        match self {
            Self::Added => labels.sign_added(),
            Self::Removed => labels.sign_removed(),
            Self::ShortLived => labels.sign_short_lived(),
            Self::Started => labels.started(),
            Self::Ended => labels.sign_ended(),
            Self::Paused => labels.paused(),
            Self::Changed => labels.sign_changed(),
        }
    }

    /// The text read aloud for the sign, unless the entry's text already says it.
    pub(super) fn label(self, labels: &Labels) -> Option<&str> {
        match self {
            Self::Added => Some(labels.added()),
            Self::Removed => Some(labels.removed()),
            _ => None,
        }
    }
}

/// The first parts of an entry: the kind and the name of an object.
pub(super) fn named(kind: &str, name: &str) -> Vec<Part> {
    vec![Part::Text(format!("{kind} ")), Part::Name(name.to_owned())]
}

/// Appends text after a comma.
pub(super) fn note(parts: &mut Vec<Part>, text: &str) {
    parts.push(Part::Text(format!(", {text}")));
}

/// Appends a name and the text before it, which is joined to the text already there.
pub(super) fn append(parts: &mut Vec<Part>, before: &str, name: &str) {
    match parts.last_mut() {
        Some(Part::Text(text)) => text.push_str(before),
        _ => parts.push(Part::Text(before.to_owned())),
    }
    parts.push(Part::Name(name.to_owned()));
}
