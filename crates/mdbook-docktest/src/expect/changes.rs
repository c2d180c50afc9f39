//! What accepting output has changed in a pattern, for people.

use std::collections::BTreeSet;
use std::fmt;

/// How many lines are shown.
const SHOWN: usize = 6;

/// What an update changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// The number of lines of the new pattern.
    pub(crate) lines: usize,
    /// The number of lines in which only values have become placeholders.
    pub(crate) values: usize,
    /// The placeholders that are new.
    pub(crate) placeholders: BTreeSet<&'static str>,
    /// The lines of the old pattern that are gone.
    pub(crate) removed: Vec<String>,
    /// The lines of output that are new.
    pub(crate) added: Vec<String>,
}

impl Changes {
    /// What changes if a text is replaced by another one.
    pub(crate) fn rewritten(old: &str, new: &str) -> Self {
        let lines = |text: &str| text.lines().map(str::to_owned).collect();
        let (removed, added) = (lines(old), lines(new));
        Self { lines: new.lines().count(), removed, added, ..Self::default() }
    }
}

impl fmt::Display for Changes {
    /// A line, and the lines that are really different below it, as a diff.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let noun = if self.lines == 1 { "line" } else { "lines" };
        write!(f, "{} {noun}:", self.lines)?;
        let names: Vec<String> = self.placeholders.iter().map(|name| format!("[{name}]")).collect();
        let changed = self.removed.len().min(self.added.len());
        let counts = [
            (self.values, format!("with placeholders ({})", names.join(", "))),
            (changed, "changed".to_owned()),
            (self.added.len() - changed, "added".to_owned()),
            (self.removed.len() - changed, "removed".to_owned()),
        ];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        let counts: Vec<String> = counts.map(|(count, what)| format!("{count} {what}")).collect();
        write!(f, " {}", counts.join(", "))?;
        let removed = self.removed.iter().map(|line| ('-', line));
        let diff: Vec<_> = removed.chain(self.added.iter().map(|line| ('+', line))).collect();
        for (sign, line) in diff.iter().take(SHOWN) {
            write!(f, "\n    {sign} {}", line.trim_end())?;
        }
        match diff.len().saturating_sub(SHOWN) {
            0 => Ok(()),
            1 => write!(f, "\n      (1 more line)"),
            more => write!(f, "\n      ({more} more lines)"),
        }
    }
}
