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
mod tests {
    use super::*;
    use crate::recording::{Chunk, End};

    fn printed(text: &str) -> Recording {
        let transcript = Transcript {
            chunks: vec![Chunk { stream: Stream::Stdout, at_ms: 0, text: text.to_owned() }],
            omitted_bytes: 0,
            ..Transcript::default()
        };
        let end = End::Exited { status: 0 };
        let command = CommandRecording { command: "a".into(), end, transcript, duration_ms: 0 };
        let step = StepRecording::Ran { commands: vec![command], effects: Vec::new() };
        Recording { steps: vec![step], ..Recording::default() }
    }

    fn same(one: &str, other: &str) -> bool {
        printed(one).says_the_same_as(&printed(other))
    }

    #[test]
    fn what_nobody_can_foresee_makes_no_difference() {
        for (one, other) in [
            ("0123456789ab\n", "ba9876543210\n"),
            ("up 3 seconds (healthy)", "up About a minute (healthy)"),
            ("2026-11-24T03:02:12Z x", "2026-11-25T04:00:00Z x"),
            ("mar Tue Nov 24 03:02:12 UTC 2026 :", "mar Wed Nov 25 13:02:12 UTC 2026 :"),
            ("alpine latest 7.8MB", "alpine latest 7.9MB"),
            ("172.17.0.2/16", "172.17.0.3/16"),
            (
                "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                "sha256:1123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
            ),
        ] {
            assert!(same(one, other), "{one} {other}");
        }
    }

    /// What prints this and starts a container that is called so.
    fn named(name: &str, command: &str, text: &str) -> Recording {
        let mut recording = printed(text);
        let StepRecording::Ran { commands, effects } = &mut recording.steps[0] else { panic!() };
        command.clone_into(&mut commands[0].command);
        effects.push(Effect {
            command: 0,
            kind: ObjectKind::Container,
            name: name.to_owned(),
            id: "0".repeat(64),
            change: Change::Created { image: None },
        });
        recording
    }

    #[test]
    fn names_that_docker_makes_up_make_no_difference() {
        let run = "docker run -d alpine";
        let is_same = |one: &Recording, other: &Recording| one.says_the_same_as(other);
        let bold = named("bold_curie", run, "up bold_curie access_log");
        assert!(is_same(&bold, &named("shy_boyd7", run, "up shy_boyd7 access_log")));
        assert!(!is_same(&bold, &named("shy_boyd7", run, "up bold_curie access_log")));
        assert!(!is_same(&bold, &named("shy_boyd7", run, "up shy_boyd7 error_log")));
        let own = |name: &str| named(name, &format!("docker run --name {name} alpine"), "");
        assert!(!is_same(&own("my_web"), &own("my_app")));
    }

    #[test]
    fn what_happens_to_several_objects_at_once_has_no_order() {
        let removed = |ids: [&str; 2]| {
            let mut recording = printed(&format!("{}\n{}\n", "a".repeat(64), "b".repeat(64)));
            let StepRecording::Ran { effects, .. } = &mut recording.steps[0] else { panic!() };
            for id in ids {
                for change in [Change::Died { exit: 137, alone: false, log: None }, Change::Removed]
                {
                    let (name, id) = (id.to_owned(), id.repeat(64));
                    effects.push(Effect {
                        command: 0,
                        kind: ObjectKind::Container,
                        name,
                        id,
                        change,
                    });
                }
            }
            recording
        };
        assert!(removed(["a", "b"]).says_the_same_as(&removed(["b", "a"])));
        assert!(!removed(["a", "b"]).says_the_same_as(&removed(["a", "a"])));
    }

    #[test]
    fn a_column_is_as_wide_as_what_stands_in_it() {
        let table = |age: &str| format!("CREATED{:1$}   NAMES\n{age}   app\n", "", age.len() - 7);
        assert!(same(&table("Less than a second ago"), &table("2 seconds ago")));
        assert!(!same(&table("2 seconds ago"), "CREATED NAMES\n2 seconds ago   app\n"));
        assert!(!same("    indented", "        indented"));
    }

    #[test]
    fn all_else_does() {
        for (one, other) in [
            ("one", "two"),
            ("port 80", "port 81"),
            ("version 1.2.3", "version 1.2.4"),
            ("0123456789ab 0123456789ab", "0123456789ab ba9876543210"),
            ("1 row", "2 rows"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_full_id_is_the_same_as_its_beginning() {
        let id = |first: &str| format!("{first}{}", "0".repeat(52));
        let text = |first: &str| format!("{} {first}", id(first));
        assert!(same(&text("0123456789ab"), &text("ba9876543210")));
        assert!(!same(&text("0123456789ab"), &format!("{} 0123456789ab", id("ba9876543210"))));
    }
}
