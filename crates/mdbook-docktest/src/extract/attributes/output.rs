//! The words after `output`.

use super::word::Word;
use super::{Info, Problem, bad, flag, unknown};
use crate::model::scenario::OutputAttributes;
use crate::model::stream::Streams;

const KNOWN: [&str; 3] = ["stdout", "stderr", "exact"];

pub(super) fn names() -> &'static [&'static str] {
    &KNOWN
}

/// Reads the words after `output`.
pub(super) fn read<'a>(words: impl Iterator<Item = Word<'a>>) -> Info {
    let mut attributes = OutputAttributes::default();
    let mut problems = Vec::new();
    for word in words {
        problems.extend(take(&mut attributes, &word).err());
    }
    Info::Output { attributes, problems }
}

fn take(attributes: &mut OutputAttributes, word: &Word<'_>) -> Result<(), Problem> {
    if !KNOWN.contains(&word.name) {
        let known = KNOWN.join(", ");
        return Err(unknown(word, &KNOWN)
            .with_help(|| format!("the attributes of an `output` block are {known}")));
    }
    flag(word)?;
    let given_twice = || bad(word.span.clone(), format!("`{}` is given twice", word.name));
    let streams = match word.name {
        "exact" if attributes.exact => return Err(given_twice()),
        "exact" => {
            attributes.exact = true;
            return Ok(());
        }
        "stdout" => Streams::Stdout,
        _ => Streams::Stderr,
    };
    if attributes.streams == streams {
        return Err(given_twice());
    }
    if attributes.streams != Streams::Both {
        return Err(bad(word.span.clone(), "without `stdout` and `stderr`, both count".into()));
    }
    attributes.streams = streams;
    Ok(())
}
