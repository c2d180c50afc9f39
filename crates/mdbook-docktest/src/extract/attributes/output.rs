//! The attributes of an `output` block.

use super::word::Word;
use super::{ENGINE, Info, Problem, bad, duplicate, engine, flag, unknown, value};
use crate::model::engine_versions::EngineVersions;
use crate::model::scenario::OutputAttributes;
use crate::model::stream::Streams;

const KNOWN: [&str; 4] = ["stdout", "stderr", "exact", ENGINE];

pub(super) fn names() -> &'static [&'static str] {
    &KNOWN
}

/// Parses the words after `output`.
pub(super) fn read<'a>(words: impl Iterator<Item = Word<'a>>) -> Info {
    let mut attributes = OutputAttributes::default();
    let mut versions = None;
    let mut problems = Vec::new();
    for word in words {
        if word.name == ENGINE {
            problems.extend(take_engine(&mut versions, &word).err());
        } else if KNOWN.contains(&word.name) {
            problems.extend(take(&mut attributes, &word).err());
        } else {
            problems.extend(unknown(&word, &KNOWN, super::names_for_steps()));
        }
    }
    Info::Output { attributes, engine: versions, problems }
}

fn take_engine(versions: &mut Option<EngineVersions>, word: &Word<'_>) -> Result<(), Problem> {
    if versions.is_some() {
        return Err(duplicate(word));
    }
    *versions = Some(engine(value(word)?)?);
    Ok(())
}

fn take(attributes: &mut OutputAttributes, word: &Word<'_>) -> Result<(), Problem> {
    flag(word)?;
    let streams = match word.name {
        "exact" if attributes.exact => return Err(duplicate(word)),
        "exact" => {
            attributes.exact = true;
            return Ok(());
        }
        "stdout" => Streams::Stdout,
        _ => Streams::Stderr,
    };
    if attributes.streams == streams {
        return Err(duplicate(word));
    }
    if attributes.streams != Streams::Both {
        return Err(bad(word.span.clone(), "`stdout` cannot be used with `stderr`".into())
            .with_help(|| "remove both to compare both streams".into()));
    }
    attributes.streams = streams;
    Ok(())
}
