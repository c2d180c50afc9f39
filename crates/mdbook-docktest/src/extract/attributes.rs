//! Parses the info string of a fence: the kind of block, and its attributes.
//!
//! ````markdown
//! ```bash until="ready \d+", timeout=30s
//! ````
//!
//! The first word is the [language](mod@language); attributes follow, separated by spaces or commas. Those of other tools are
//! [left alone](foreign). The text is parsed as typed: CommonMark's backslash escapes and entities are not applied, so that spans are
//! exact and a regex needs no second layer of escaping.

use std::ops::Range;
use std::time::Duration;

use regex::Regex;

use crate::model::engine_versions::{EngineVersions, EngineVersionsError};
use crate::model::finding::Code;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Attributes, ExitExpectation, Follow, OutputAttributes};
use crate::model::stream::Columns;
use crate::text::duration::parse_duration;
use crate::text::splice::Edit;

pub(super) mod foreign;
mod keys;
pub(super) mod language;
mod output;
mod remedies;
pub(super) mod word;

use language::{Kind, language};
use word::{Value, Word};

const KNOWN: [&str; 16] = [
    "ignore",
    "hidden",
    "no-output",
    "exit",
    "dies",
    "until",
    "lines",
    "for",
    "stdin",
    "tty",
    "timeout",
    "retry",
    "cleanup",
    "guard",
    "diagram",
    ENGINE,
];
/// Both kinds of blocks have it.
const ENGINE: &str = "engine";

/// The kind of block that an info string opens.
#[derive(Debug)]
pub(crate) enum Info {
    /// A step.
    Step {
        /// Whether it is a script, a session or either.
        kind: Kind,
        /// The language, as highlighters know it.
        language: &'static str,
        /// The words that mean nothing here, each after a blank.
        foreign: String,
        /// The attributes; an invalid one has its default.
        attributes: Box<Attributes>,
        /// The problems with the attributes.
        problems: Vec<Problem>,
    },
    /// An `output` block.
    Output {
        /// The attributes.
        attributes: OutputAttributes,
        /// The versions of the engine that print this.
        engine: Option<EngineVersions>,
        /// The problems with the attributes.
        problems: Vec<Problem>,
    },
    /// Any other block.
    Other(Kind),
}

/// A problem in an info string.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    /// [`Code::UnknownAttribute`] or [`Code::BadAttribute`].
    pub code: Code,
    /// The place in the info string, in bytes.
    pub span: Range<usize>,
    /// What is wrong, on one line.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Edits of the info string that resolve it.
    pub remedies: Vec<Remedy>,
}

/// Returns the names of all attributes of steps.
pub fn names_for_steps() -> &'static [&'static str] {
    &KNOWN
}

/// Returns the names of all attributes of `output` blocks.
pub fn names_for_outputs() -> &'static [&'static str] {
    output::names()
}

/// Parses an info string: the text after the fence's characters on its line.
pub(crate) fn parse(info: &str) -> Info {
    let mut parsed = read(info);
    if let Info::Step { problems, .. } | Info::Output { problems, .. } = &mut parsed {
        remedies::add(info, problems);
    }
    parsed
}

/// Parses an info string, without remedies that depend on the whole of it.
fn read(info: &str) -> Info {
    let language = language(info);
    let words = word::words_from(info, language.end);
    match language.kind {
        Kind::Script | Kind::Session | Kind::Terminal => {}
        Kind::Output => return output::read(words),
        other => return Info::Other(other),
    }
    let mut reader = Reader::default();
    let mut foreign = String::new();
    for word in words {
        if reader.read(&word) == Whose::Foreign {
            foreign.push(' ');
            foreign.push_str(&info[word.span.clone()]);
        }
    }
    let Reader { attributes, problems, .. } = reader;
    let attributes = Box::new(attributes);
    Info::Step { kind: language.kind, language: language.shown, foreign, attributes, problems }
}

/// Whether a word means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Whose {
    Own,
    Foreign,
}

/// Returns the problem with a word that is not one of `known`: it can be a mistyped one, or one of the `others`, which
/// other blocks have. `None` if it is an attribute of another tool.
fn unknown(word: &Word<'_>, known: &[&str], others: &[&str]) -> Option<Problem> {
    let intended = foreign::intended(word, known);
    if intended.is_none() && !others.contains(&word.name) {
        return None;
    }
    let help = match intended {
        Some(intended) => format!("did you mean `{intended}`?"),
        None => format!("use one of `{}`", known.join("`, `")),
    };
    let edit = |intended: &str| Remedy {
        title: format!("write `{intended}`"),
        edits: vec![Edit { range: word.name_span.clone(), text: intended.to_owned() }],
        basis: Basis::Proposed,
    };
    Some(Problem {
        code: Code::UnknownAttribute,
        span: word.name_span.clone(),
        message: format!("unknown attribute `{}`", word.name),
        help: Some(help),
        remedies: intended.map(edit).into_iter().collect(),
    })
}

fn duplicate(word: &Word<'_>) -> Problem {
    bad(word.span.clone(), format!("duplicate attribute `{}`", word.name))
        .with_help(|| "remove one of them".into())
}

fn bad(span: Range<usize>, message: String) -> Problem {
    Problem { code: Code::BadAttribute, span, message, help: None, remedies: Vec::new() }
}

impl Problem {
    fn with_help(mut self, help: impl FnOnce() -> String) -> Self {
        self.help.get_or_insert_with(help);
        self
    }
}

#[derive(Default)]
struct Reader {
    attributes: Attributes,
    problems: Vec<Problem>,
    seen: Vec<String>,
}

impl Reader {
    fn read(&mut self, word: &Word<'_>) -> Whose {
        // Pandoc writes flags as classes: `.hidden`.
        let flag = word.name.strip_prefix('.').filter(|flag| KNOWN.contains(flag));
        let name = flag.unwrap_or(word.name);
        if !KNOWN.contains(&name) {
            let problem = unknown(word, &KNOWN, output::names());
            let whose = if problem.is_some() { Whose::Own } else { Whose::Foreign };
            self.problems.extend(problem);
            return whose;
        }
        if let Err(problem) = self.take(&Word { name, ..word.clone() }) {
            self.problems.push(problem);
        }
        Whose::Own
    }

    fn take(&mut self, word: &Word<'_>) -> Result<(), Problem> {
        if self.seen.iter().any(|seen| seen == word.name) {
            return Err(duplicate(word));
        }
        if let Some(other) = self.seen.iter().find(|seen| exclude_each_other(seen, word.name)) {
            let message = format!("`{}` cannot be used with `{other}`", word.name);
            let reason = if word.name == "guard" || other == "guard" {
                "a step that does not run checks nothing"
            } else {
                "a stream that is stopped has no exit status"
            };
            return Err(bad(word.span.clone(), message)
                .with_help(|| format!("remove one of them: {reason}")));
        }
        self.seen.push(word.name.to_owned());

        let attributes = &mut self.attributes;
        match word.name {
            "ignore" => attributes.ignore = flag(word)?,
            "hidden" => attributes.hidden = flag(word)?,
            "no-output" => attributes.no_output = flag(word)?,
            "cleanup" => attributes.cleanup = flag(word)?,
            "guard" => attributes.guard = flag(word)?,
            "diagram" => attributes.diagram = flag(word)?,
            "exit" => attributes.exit = exit(value(word)?)?,
            "dies" if word.value.is_none() => attributes.dies = Some(ExitExpectation::Any),
            "dies" => attributes.dies = Some(exit(value(word)?)?),
            "stdin" => attributes.stdin = Some(keys::keys(value(word)?)),
            "tty" if word.value.is_none() => attributes.tty = Some(Columns::default()),
            "tty" => attributes.tty = Some(columns(value(word)?)?),
            "timeout" => attributes.timeout = Some(duration(value(word)?)?),
            "retry" => attributes.retry = Some(duration(value(word)?)?),
            ENGINE => attributes.engine = Some(engine(value(word)?)?),
            _ => {
                let follow = match word.name {
                    "until" => Follow::Until(regex(value(word)?)?),
                    "lines" => Follow::Lines(count(value(word)?)?),
                    _ => Follow::For(duration(value(word)?)?),
                };
                if attributes.follow.is_some() {
                    return Err(bad(
                        word.span.clone(),
                        "only one of `until`, `lines` and `for` can be used".into(),
                    ));
                }
                attributes.follow = Some(follow);
            }
        }
        Ok(())
    }
}

fn exclude_each_other(one: &str, other: &str) -> bool {
    let stops = |name| ["until", "lines", "for"].contains(&name);
    let excludes =
        |one, other| (one == "exit" && stops(other)) || (one == "guard" && other == "ignore");
    excludes(one, other) || excludes(other, one)
}

fn flag(word: &Word<'_>) -> Result<bool, Problem> {
    match &word.value {
        None => Ok(true),
        Some(value) => Err(bad(value.span.clone(), format!("`{}` takes no value", word.name))),
    }
}

fn value<'a>(word: &'a Word<'_>) -> Result<&'a Value<'a>, Problem> {
    let Some(value) = &word.value else {
        return Err(bad(word.span.clone(), format!("`{}` needs a value", word.name))
            .with_help(|| format!("write `{}`", example(word.name))));
    };
    match value.flaw {
        Some(flaw) => Err(bad(value.span.clone(), flaw.to_owned())),
        None => Ok(value),
    }
}

fn example(name: &str) -> &'static str {
    match name {
        "exit" => "exit=1` or `exit=any",
        "until" => r#"until="ready""#,
        "lines" => "lines=3",
        "for" => "for=5s",
        "stdin" => r#"stdin="y\n""#,
        ENGINE => r#"engine=">=23""#,
        _ => "timeout=30s",
    }
}

fn exit(value: &Value<'_>) -> Result<ExitExpectation, Problem> {
    if value.text == "any" {
        return Ok(ExitExpectation::Any);
    }
    // POSIX keeps eight bits of an exit status.
    let status: Option<u8> = value.text.parse().ok();
    status.map(|status| ExitExpectation::Code(status.into())).ok_or_else(|| {
        bad(value.span.clone(), format!("invalid exit status `{}`", value.raw))
            .with_help(|| "use a number from 0 to 255, or `any`".into())
    })
}

fn regex(value: &Value<'_>) -> Result<Regex, Problem> {
    if value.text.is_empty() {
        return Err(bad(value.span.clone(), "empty regex: it matches before any output".into()));
    }
    Regex::new(&value.text).map_err(|error| {
        // The error shows the regex on several lines; the reason is on the last one.
        let text = error.to_string();
        let reason = text.lines().last().unwrap_or(&text).trim_start_matches("error: ");
        bad(value.span.clone(), format!("invalid regex: {reason}"))
    })
}

fn count(value: &Value<'_>) -> Result<usize, Problem> {
    value.text.parse().ok().filter(|lines| *lines > 0).ok_or_else(|| {
        bad(value.span.clone(), format!("invalid number of lines `{}`", value.raw))
            .with_help(|| "use a whole number from 1".into())
    })
}

fn columns(value: &Value<'_>) -> Result<Columns, Problem> {
    value.text.parse().ok().and_then(Columns::new).ok_or_else(|| {
        let (min, max) = (Columns::MIN, Columns::MAX);
        bad(value.span.clone(), format!("invalid terminal width `{}`", value.raw))
            .with_help(|| format!("use {min} to {max} columns, or `tty` for 80"))
    })
}

fn duration(value: &Value<'_>) -> Result<Duration, Problem> {
    parse_duration(&value.text).filter(|duration| !duration.is_zero()).ok_or_else(|| {
        bad(value.span.clone(), format!("invalid duration `{}`", value.raw))
            .with_help(|| "use e.g. `500ms`, `5s` or `2m`".into())
    })
}

fn engine(value: &Value<'_>) -> Result<EngineVersions, Problem> {
    EngineVersions::parse(&value.text).map_err(|error| {
        let help = match error {
            EngineVersionsError::Form(_) => "use e.g. `>=23`, `<23`, `20.10` or `>=20.10 <28`",
            EngineVersionsError::Contradiction(_) => {
                "use comparisons that can hold together, e.g. `>=20.10 <28`"
            }
        };
        bad(value.span.clone(), error.to_string()).with_help(|| help.to_owned())
    })
}

#[cfg(test)]
mod tests;
