//! Names for values that occur more than once in a chapter: `[ID:web]`.

use std::collections::BTreeMap;

use crate::expect::{Names, is_generated_name};
use crate::model::recording::{Effect, Recording, StepRecording};

/// Adds names to `names` for the values, given with their placeholders as often as they occur, that occur more
/// than once. An object has its own name, others are numbered.
pub(super) fn add_names<'a>(
    names: &mut Names,
    values: impl Iterator<Item = (&'static str, &'a str)>,
    recording: &Recording,
) {
    // In the order of the text, so that numbers are in that order.
    let mut seen: Vec<(&'static str, &str, usize)> = Vec::new();
    for (placeholder, value) in values {
        let is_same = |known: &&mut (&'static str, &str, usize)| {
            let (of, other, _) = **known;
            of == placeholder && (other.starts_with(value) || value.starts_with(other))
        };
        match seen.iter_mut().find(is_same) {
            Some((.., count)) => *count += 1,
            None => seen.push((placeholder, value, 1)),
        }
    }
    let mut numbers: BTreeMap<&'static str, usize> = BTreeMap::new();
    for (placeholder, value, count) in seen {
        if count < 2 || names.get(placeholder, value).is_some() {
            continue;
        }
        let own = object_name(value, recording).filter(|name| !names.has(placeholder, name));
        let number = numbers.entry(placeholder).or_default();
        let name = own.unwrap_or_else(|| {
            loop {
                *number += 1;
                let name = number.to_string();
                if !names.has(placeholder, &name) {
                    break name;
                }
            }
        });
        names.add(placeholder, value, &name);
    }
}

/// Returns the name of the object with this ID, as it can be written after a colon; `None` if Docker has generated it.
fn object_name(id: &str, recording: &Recording) -> Option<String> {
    let bare = |id: &str| id.trim_start_matches("sha256:").to_owned();
    let id = bare(id);
    let effects = recording.steps.iter().flat_map(|step| match step {
        StepRecording::Ran { effects, .. } => effects.as_slice(),
        _ => &[],
    });
    let is_it = |effect: &&Effect| {
        let known = bare(&effect.id);
        let is_same = known.starts_with(&id) || (known.len() >= 12 && id.starts_with(&known));
        is_same && !is_generated_name(&effect.name) && bare(&effect.name) != known
    };
    let name = &effects.clone().find(is_it)?.name;
    // Without the ID of a swarm's task.
    let name = match name.rsplit_once('.') {
        Some((own, id)) if id.len() == 25 && id.bytes().all(|c| c.is_ascii_alphanumeric()) => own,
        _ => name,
    };
    let name = name.replace(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '_' | '-'), "-");
    let name = name.trim_matches('-').to_owned();
    (!name.is_empty()).then_some(name)
}
