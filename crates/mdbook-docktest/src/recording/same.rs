//! Whether two recordings of the same steps say the same, but for what nobody can foresee.
//!
//! A run gives other IDs, dates and durations each time. If all else is the same, the recording that
//! there is need not be written again, so that a change of it means something to who reviews it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Change, CommandRecording, Effect, Leftover, ObjectKind, StepRecording, Transcript};
use super::{Recording, Stream};
use crate::expect::BUILTINS;
use crate::scenario::Streams;
use crate::terminal;

/// The placeholders whose values can be told from text that stays: the others (`[NAME]`, `[PORT]`,
/// `[NUMBER]`, `[VERSION]`…) would also hide what matters.
const FORESEEN_BY_NOBODY: [&str; 11] =
    ["DIGEST", "ID", "DATE", "TIME", "AGE", "SIZE", "DURATION", "MAC", "IP", "UUID", MADE_UP];

/// What a name looks like that Docker has made up. Only those are masked that a container of the
/// recording was given: much else looks like one.
const MADE_UP: &str = "NAME";

/// A group for each of them, between characters that cannot be a part of one. The longest comes
/// first where one can begin like another.
static UNFORESEEN: LazyLock<Regex> = LazyLock::new(|| {
    let regex = |name: &&str| BUILTINS.iter().find(|builtin| builtin.name == *name);
    let groups: Vec<String> = FORESEEN_BY_NOBODY
        .iter()
        .filter_map(regex)
        .map(|builtin| format!("(?P<{}>{})", builtin.name, builtin.regex))
        .collect();
    Regex::new(&format!(r"\b(?:{})\b", groups.join("|"))).expect("the placeholders are tested")
});

/// The gap between two columns of Docker's tables, which is as wide as the longest value in the column
/// wants it: where that is an age or a size, nobody can foresee it either.
static GAP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\S) {3,}").expect("this regex is tested"));

/// Docker prints IDs in full or by their first 12 digits.
const SHORT_ID: usize = 12;

/// Names what nobody can foresee by its kind and the order in which it comes, so that what is one ID
/// in one recording must be one in the other.
#[derive(Default)]
struct Masked {
    numbers: BTreeMap<String, usize>,
    made_up: BTreeSet<String>,
}

impl Masked {
    fn text(&mut self, text: &str) -> String {
        let masked = UNFORESEEN.replace_all(text, |found: &Captures<'_>| self.value(found));
        GAP.replace_all(&masked, "$1   ").into_owned()
    }

    fn value(&mut self, found: &Captures<'_>) -> String {
        let value = &found[0];
        let kind = FORESEEN_BY_NOBODY.iter().find(|name| found.name(name).is_some());
        let kind = kind.copied().unwrap_or_default();
        match kind {
            // Whether two of them are equal is chance.
            "DATE" | "TIME" | "AGE" | "SIZE" | "DURATION" => format!("[{kind}]"),
            MADE_UP if !self.made_up.contains(value) => value.to_owned(),
            "ID" => self.numbered(kind, &value[..SHORT_ID]),
            _ => self.numbered(kind, value),
        }
    }

    fn numbered(&mut self, kind: &str, value: &str) -> String {
        let next = self.numbers.len();
        let number = *self.numbers.entry(value.to_owned()).or_insert(next);
        format!("[{kind}:{number}]")
    }

    /// What each stream leaves on the screen, by itself: which comes first is chance, too.
    fn transcript(&mut self, transcript: &Transcript) -> [String; 3] {
        let typed = transcript.chunks.iter().filter(|chunk| chunk.stream == Stream::Typed);
        let typed: String = typed.map(|chunk| chunk.text.as_str()).collect();
        let shown = [Streams::Stdout, Streams::Stderr];
        let [stdout, stderr] = shown.map(|streams| terminal::output(transcript, streams));
        [stdout, stderr, typed].map(|text| self.text(&text))
    }

    fn command(&mut self, command: &CommandRecording) -> impl PartialEq + use<> {
        let CommandRecording { command, end, transcript, .. } = command;
        (command.clone(), *end, transcript.omitted_bytes > 0, self.transcript(transcript))
    }

    /// The effects of each command, object by object: where a command is about several, as
    /// `docker rm` can be, they change at the same time.
    fn effects(&mut self, effects: &[Effect]) -> Vec<Effect> {
        let mut masked: Vec<Effect> = effects.iter().map(|effect| self.effect(effect)).collect();
        // The engine lets a client of `docker run --rm` go before it tells of the removal, which can
        // then fall into the next command.
        let mut deaths = BTreeMap::new();
        for effect in &mut masked {
            match effect.change {
                Change::Died { .. } => drop(deaths.insert(effect.id.clone(), effect.command)),
                Change::Removed => {
                    effect.command = deaths.get(&effect.id).copied().unwrap_or(effect.command);
                }
                _ => {}
            }
        }
        masked.sort_by(|one, other| {
            (one.command, object_of(one)).cmp(&(other.command, object_of(other)))
        });
        masked
    }

    fn effect(&mut self, effect: &Effect) -> Effect {
        let Effect { command, kind, name, id, change } = effect;
        let change = match change {
            Change::Died { exit, alone, log } => Change::Died {
                exit: *exit,
                alone: *alone,
                log: log.as_ref().map(|log| self.text(log)),
            },
            Change::Renamed { from } => Change::Renamed { from: self.text(from) },
            Change::Connected { container } => {
                Change::Connected { container: self.text(container) }
            }
            Change::Disconnected { container } => {
                Change::Disconnected { container: self.text(container) }
            }
            Change::Mounted { container, destination, read_only } => Change::Mounted {
                container: self.text(container),
                destination: destination.clone(),
                read_only: *read_only,
            },
            other => other.clone(),
        };
        Effect { command: *command, kind: *kind, name: self.text(name), id: self.text(id), change }
    }
}

/// What an effect is part of: a container takes its networks and volumes along.
fn object_of(effect: &Effect) -> &str {
    match &effect.change {
        Change::Connected { container }
        | Change::Disconnected { container }
        | Change::Mounted { container, .. } => container,
        _ => &effect.id,
    }
}

impl Recording {
    /// Whether another recording of the same steps says the same, but for what nobody can foresee and
    /// for how long things took.
    pub(crate) fn says_the_same_as(&self, other: &Self) -> bool {
        let is_same_machine = |one: &Self, other: &Self| {
            let about = |recording: &Self| {
                let engine = &recording.engine;
                (engine.kind.clone(), engine.version.clone(), engine.architecture.clone())
            };
            about(one) == about(other) && one.images == other.images
        };
        is_same_machine(self, other) && self.masked() == other.masked()
    }

    /// The names that containers were given for want of one: their author does not know them.
    fn made_up_names(&self) -> BTreeSet<String> {
        let steps = || {
            self.steps.iter().filter_map(|step| match step {
                StepRecording::Ran { commands, effects } => Some((commands, effects)),
                _ => None,
            })
        };
        let is_written = |name: &str| {
            let mut commands = steps().flat_map(|(commands, _)| commands);
            commands.any(|command| command.command.contains(name))
        };
        let effects = steps().flat_map(|(_, effects)| effects);
        let created = effects.filter(|effect| {
            effect.kind == ObjectKind::Container && matches!(effect.change, Change::Created { .. })
        });
        created.map(|effect| effect.name.clone()).filter(|name| !is_written(name)).collect()
    }

    fn masked(&self) -> impl PartialEq + use<> {
        let mut masked = Masked { made_up: self.made_up_names(), ..Masked::default() };
        let steps: Vec<_> = self
            .steps
            .iter()
            .map(|step| match step {
                StepRecording::Ran { commands, effects } => {
                    let commands: Vec<_> =
                        commands.iter().map(|command| masked.command(command)).collect();
                    let effects = masked.effects(effects);
                    Some((commands, effects))
                }
                StepRecording::Ignored | StepRecording::Skipped => None,
            })
            .collect();
        let leftovers: Vec<_> = self
            .leftovers
            .iter()
            .map(|Leftover { step, command, kind, name, id }| {
                (*step, *command, *kind, masked.text(name), masked.text(id))
            })
            .collect();
        (steps, leftovers)
    }
}

#[cfg(test)]
mod tests;
