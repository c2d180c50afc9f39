//! Values that change from run to run, as they are found in output.
//!
//! A recording is not written again if only such values have changed; a page that shows other ones is out
//! of date rather than wrong; and `accept` writes placeholders for them.
//!
//! Numbers in general are none of them. Some are, in a context that says what they are.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::builtin::BUILTINS;

mod columns;
mod kinds;
mod versions;

use self::columns::Columns;
use self::kinds::{CONTEXTUAL, FREE};
use self::versions::Versions;

/// A kind of value that changes from run to run.
#[derive(Debug)]
pub(crate) struct Kind {
    /// The placeholder that stands for such a value.
    pub(crate) placeholder: &'static str,
    /// The regex of the whole value, if it is not the placeholder's.
    regex: Option<&'static str>,
    pub(super) nature: Nature,
    place: Where,
    /// Tells values from other text of this form.
    is_value: fn(&str) -> bool,
}

impl Kind {
    const fn of(placeholder: &'static str, nature: Nature) -> Self {
        Self { placeholder, regex: None, nature, place: Where::Everywhere, is_value: |_| true }
    }

    const fn with_regex(self, regex: &'static str) -> Self {
        Self { regex: Some(regex), ..self }
    }

    const fn where_(self, is_value: fn(&str) -> bool) -> Self {
        Self { is_value, ..self }
    }

    const fn only(self, place: Where) -> Self {
        Self { place, ..self }
    }

    /// Returns the regex of the whole value.
    pub(super) fn regex(&self) -> &'static str {
        let builtin = || BUILTINS.iter().find(|builtin| builtin.name == self.placeholder);
        self.regex.or_else(|| Some(builtin()?.regex)).unwrap_or_default()
    }
}

/// What can be said of a value besides its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Nature {
    /// It stands for one object, and nobody can choose it.
    Identity,
    /// It stands for one object, and can be chosen in a command.
    Name,
    /// It is measured, and can be equal twice by chance.
    Measure,
    /// As `Measure`, but too short to tell whether a command contains it.
    Number,
    /// It can be equal in each run on a fresh engine.
    Other,
}

impl Nature {
    pub(super) fn is_identity(self) -> bool {
        matches!(self, Self::Identity | Self::Name)
    }

    pub(super) fn is_measure(self) -> bool {
        matches!(self, Self::Measure | Self::Number)
    }

    pub(super) fn can_be_chosen(self) -> bool {
        !matches!(self, Self::Identity | Self::Number)
    }
}

/// Where such values are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Where {
    Everywhere,
    /// Not in recordings, where a change of them means something.
    Expectations,
    /// Only in recordings: an author who expects one means it.
    Recordings,
}

/// A value in a line.
#[derive(Debug, Clone)]
pub(crate) struct Volatile {
    /// Where it is in the line.
    pub(super) span: Range<usize>,
    pub(super) kind: &'static Kind,
}

/// The regexes of the kinds that are looked for in one place.
struct Finder {
    /// A group for each kind that is known by its form alone.
    free: Regex,
    /// The kinds of these groups.
    kinds: Vec<&'static Kind>,
    /// Regexes of what is around a value. Each group is a value.
    contextual: Vec<(Regex, &'static Kind)>,
}

impl Finder {
    fn new(place: Where) -> Self {
        let is_wanted = |kind: &Kind| kind.place == Where::Everywhere || kind.place == place;
        let kinds: Vec<&Kind> = FREE.iter().filter(|kind| is_wanted(kind)).collect();
        let groups: Vec<String> = kinds.iter().map(|kind| format!("({})", kind.regex())).collect();
        let compile = |regex: &str| Regex::new(regex).expect("the regexes are tested");
        let free = compile(&format!(r"\b(?:{})\b", groups.join("|")));
        let contextual = CONTEXTUAL.iter().filter(|(_, kind)| is_wanted(kind));
        let contextual = contextual.map(|(regex, kind)| (compile(regex), kind)).collect();
        Self { free, kinds, contextual }
    }
}

static IN_EXPECTATIONS: LazyLock<Finder> = LazyLock::new(|| Finder::new(Where::Expectations));
static IN_RECORDINGS: LazyLock<Finder> = LazyLock::new(|| Finder::new(Where::Recordings));

/// Looks for values line by line: the header of a table says what is below it.
pub(super) struct Scanner {
    finder: &'static Finder,
    columns: Columns,
    /// `None` in recordings, where a change of them means something.
    versions: Option<Versions>,
}

impl Scanner {
    /// A scanner for expected output and what is compared with it.
    pub(super) fn for_expectations() -> Self {
        let (columns, versions) = (Columns::default(), Some(Versions::default()));
        Self { finder: &IN_EXPECTATIONS, columns, versions }
    }

    /// Returns the values in the next line, in their order.
    pub(super) fn line(&mut self, line: &str) -> Vec<Volatile> {
        let mut found = self.columns.values(line);
        found.extend(self.versions.as_mut().and_then(|versions| versions.value(line)));
        let mut add = |span: Range<usize>, kind| {
            let is_free =
                |other: &Volatile| span.end <= other.span.start || other.span.end <= span.start;
            if found.iter().all(is_free) {
                found.push(Volatile { span, kind });
            }
        };
        for (regex, kind) in &self.finder.contextual {
            for captures in regex.captures_iter(line) {
                captures.iter().skip(1).flatten().for_each(|group| add(group.range(), *kind));
            }
        }
        for captures in self.finder.free.captures_iter(line) {
            let groups = captures.iter().skip(1).zip(&self.finder.kinds);
            for (group, kind) in groups.filter_map(|(group, kind)| Some((group?, *kind))) {
                if (kind.is_value)(group.as_str()) {
                    add(group.range(), kind);
                }
            }
        }
        found.sort_by_key(|value| value.span.start);
        found
    }
}

impl Scanner {
    /// Returns the next line with placeholders for its values.
    pub(super) fn masked(&mut self, line: &str) -> String {
        let mut masked = String::with_capacity(line.len());
        let mut kept = 0;
        for Volatile { span, kind } in self.line(line) {
            masked.push_str(&line[kept..span.start]);
            masked.push_str(&format!("[{}]", kind.placeholder));
            kept = span.end;
        }
        masked.push_str(&line[kept..]);
        masked
    }

    /// As [`Self::line`], with the short IDs that are known by their full form.
    pub(super) fn line_with_ids(
        &mut self,
        line: &str,
        is_id: impl Fn(&str) -> bool,
    ) -> Vec<Volatile> {
        let mut found = self.line(line);
        let ids = WORD.find_iter(line).filter(|word| is_id(word.as_str()));
        for span in ids.map(|id| id.range()) {
            if found.iter().all(|value| value.span != span) {
                found.push(Volatile { span, kind: &columns::ID });
            }
        }
        found.sort_by_key(|value| value.span.start);
        found
    }
}

static WORD: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\w+").expect("it is a regex of our own"));

/// Replaces the values of a text that change from run to run by their placeholders, as far as their change means
/// nothing in a recording.
pub(crate) fn masked(text: &str) -> String {
    let columns = Columns::default();
    let mut scanner = Scanner { finder: &IN_RECORDINGS, columns, versions: None };
    let mut masked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        masked.push_str(&scanner.masked(line));
    }
    masked
}

#[cfg(test)]
mod tests;
