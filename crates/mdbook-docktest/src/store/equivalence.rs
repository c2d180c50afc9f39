//! Whether two recordings of the same steps are equivalent: equal except for values that change with
//! every run, such as IDs, dates and durations.
//!
//! An equivalent recording is not written again, so that a changed file means something in review.

use std::sync::LazyLock;

use regex::Regex;

use crate::expect::{is_generated_name, masked, sorted};
use crate::model::page_id::{PageId, with_page_ids};
use crate::model::recording::{
    Change, CommandRecording, ContainerSpec, Effect, Leftover, MountSource, ObjectKind,
};
use crate::model::recording::{Recording, StepRecording, Transcript};
use crate::model::stream::Stream;
use crate::model::stream::Streams;
use crate::terminal;

/// The gap between two columns of Docker's tables. Its width depends on the longest value in the
/// column, which can be an age or a size.
static COLUMN_GAP: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(\S) {3,}").expect("it is a regex of our own"));

/// Replaces volatile values by their placeholders.
struct Redactions {
    /// The names that Docker generated for containers.
    names: Vec<String>,
}

impl Redactions {
    fn new(recording: &Recording) -> Self {
        let ran = recording.steps.iter().filter_map(|step| match step {
            StepRecording::Ran { commands, effects } => Some((commands, effects)),
            _ => None,
        });
        let created = ran.clone().flat_map(|(_, effects)| effects).filter(|effect| {
            effect.kind == ObjectKind::Container && is_generated_name(&effect.name)
        });
        let mut names: Vec<String> = Vec::new();
        for name in created.map(|effect| &effect.name) {
            let mut commands = ran.clone().flat_map(|(commands, _)| commands);
            if !names.contains(name) && !commands.any(|command| command.command.contains(name)) {
                names.push(name.clone());
            }
        }
        Self { names }
    }

    fn text(&self, text: &str) -> String {
        let mut text = masked(&sorted(text));
        for name in &self.names {
            if text.contains(name) {
                text = text.replace(name, "[NAME]");
            }
        }
        let text = COLUMN_GAP.replace_all(&text, "$1   ").into_owned();
        // Docker sorts some tables by values that are volatile.
        if ["[ID]", "[NAME]"].iter().any(|kind| text.contains(kind)) {
            let mut lines: Vec<&str> = text.lines().collect();
            lines.sort_unstable();
            return lines.join("\n");
        }
        text
    }

    /// What each stream leaves on the screen, one by one: their order is not deterministic.
    fn transcript(&self, transcript: &Transcript, page_ids: &[PageId]) -> [String; 3] {
        let typed = transcript.chunks.iter().filter(|chunk| chunk.stream == Stream::Typed);
        let typed: String = typed.map(|chunk| chunk.text.as_str()).collect();
        let shown = [Streams::Stdout, Streams::Stderr];
        let [stdout, stderr] = shown.map(|streams| terminal::output(transcript, streams));
        [stdout, stderr, typed].map(|text| self.text(&with_page_ids(&text, page_ids)))
    }

    fn command(&self, command: &CommandRecording) -> impl PartialEq + use<> {
        let CommandRecording { command, end, page_ids, transcript, .. } = command;
        let printed = self.transcript(transcript, page_ids);
        (command.clone(), *end, transcript.omitted_bytes > 0, printed)
    }

    fn effect(&self, effect: &Effect) -> impl Ord + use<> {
        let Effect { kind, name, id, change, .. } = effect;
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
            // The specification of the container is compared on its own.
            Change::Created { image, .. } => Change::created(image.clone()),
            other => other.clone(),
        };
        (*kind, self.text(name), self.text(id), format!("{change:?}"))
    }
}

impl Redactions {
    /// What is known of the containers' specifications.
    fn specs(&self, recording: &Recording) -> Vec<(String, ContainerSpec)> {
        let effects = recording.steps.iter().flat_map(|step| match step {
            StepRecording::Ran { effects, .. } => effects.as_slice(),
            _ => &[],
        });
        let mut all: Vec<(String, ContainerSpec)> = effects
            .filter_map(|effect| match &effect.change {
                Change::Created { spec, .. } if *spec != ContainerSpec::default() => {
                    let mut spec = spec.clone();
                    for mount in &mut spec.mounts {
                        if let MountSource::Bind(name) | MountSource::Volume(name) =
                            &mut mount.source
                        {
                            *name = self.text(name);
                        }
                    }
                    Some((self.text(&effect.name), spec))
                }
                _ => None,
            })
            .collect();
        all.sort_unstable();
        all
    }
}

/// Whether a sorted list has each entry of another one, at least as often.
fn is_subset<T: PartialEq>(part: &[T], whole: &[T]) -> bool {
    let mut whole = whole.iter();
    part.iter().all(|entry| whole.any(|other| other == entry))
}

impl Recording {
    /// Whether an older recording of the same steps is equivalent: equal except for volatile values and
    /// durations.
    ///
    /// The older one may know more about the containers. A container that is removed at once may be gone
    /// before it can be inspected, and its specification follows from the steps, which are the same.
    pub(crate) fn is_equivalent_to(&self, older: &Self) -> bool {
        let same_engine = |one: &Self, other: &Self| {
            let about = |recording: &Self| {
                let engine = &recording.engine;
                (engine.kind.clone(), engine.version.clone(), engine.architecture.clone())
            };
            about(one) == about(other) && one.images == other.images
        };
        let knows_nothing_new = || {
            let specs = |recording: &Self| Redactions::new(recording).specs(recording);
            is_subset(&specs(self), &specs(older))
        };
        same_engine(self, older)
            && self.limits == older.limits
            && self.unwritten_files == older.unwritten_files
            && self.redacted() == older.redacted()
            && knows_nothing_new()
    }

    fn redacted(&self) -> impl PartialEq + use<> {
        let redactions = Redactions::new(self);
        // An effect of the background counts for the step during which it happens, and objects that are
        // removed together go in any order. Neither is deterministic.
        let mut all_effects = Vec::new();
        let steps: Vec<_> = self
            .steps
            .iter()
            .map(|step| match step {
                StepRecording::Ran { commands, effects } => {
                    all_effects.extend(effects.iter().map(|effect| redactions.effect(effect)));
                    let commands = commands.iter().map(|command| redactions.command(command));
                    Some(commands.collect::<Vec<_>>())
                }
                StepRecording::Ignored | StepRecording::OtherEngine | StepRecording::Skipped => {
                    None
                }
            })
            .collect();
        all_effects.sort_unstable();
        let leftovers: Vec<_> = self
            .leftovers
            .iter()
            .map(|Leftover { step, command, kind, name, id }| {
                (*step, *command, *kind, redactions.text(name), redactions.text(id))
            })
            .collect();
        (steps, all_effects, leftovers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::recording::{Chunk, End, LimitHit, LimitsHit, Mount};

    fn printed(text: &str) -> Recording {
        let transcript = Transcript {
            chunks: vec![Chunk { stream: Stream::Stdout, at_ms: 0, text: text.to_owned() }],
            omitted_bytes: 0,
            ..Transcript::default()
        };
        let end = End::Exited { status: 0 };
        let command = CommandRecording::new("a", end, transcript);
        let step = StepRecording::Ran { commands: vec![command], effects: Vec::new() };
        Recording { steps: vec![step], ..Recording::default() }
    }

    fn same(one: &str, other: &str) -> bool {
        printed(one).is_equivalent_to(&printed(other))
    }

    #[test]
    fn volatile_values_are_ignored() {
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

    #[test]
    fn column_widths_and_generated_names_are_ignored() {
        let container = |given: &str, name: &str, age: &str| {
            let mut recording = printed(&format!("CREATED{:12}NAMES\n{age}   {name}\n", ""));
            if let StepRecording::Ran { commands, effects } = &mut recording.steps[0] {
                commands[0].command = format!("docker run {given} alpine");
                effects.push(Effect {
                    command: 0,
                    kind: ObjectKind::Container,
                    name: name.to_owned(),
                    id: "0123456789ab".to_owned(),
                    change: Change::Started,
                });
            }
            recording
        };
        let one = container("", "busy_darwin", "2 seconds ago");
        assert!(one.is_equivalent_to(&container("", "nervous_kalam", "About a minute ago")));
        let one = container("--name busy_darwin", "busy_darwin", "2 seconds ago");
        assert!(!one.is_equivalent_to(&container("", "nervous_kalam", "2 seconds ago")));
        // Names of a project, which are in no command.
        let one = container("", "my_app", "2 seconds ago");
        assert!(!one.is_equivalent_to(&container("", "my_other", "2 seconds ago")));
        assert!(same("a   b", "a     b") && !same("a b", "a   b"));
        assert!(!same("    indented", "        indented"));
    }

    #[test]
    fn an_older_recording_may_know_more_about_a_container() {
        let recording = |mounts: &[&str]| {
            let mut recording = printed("");
            if let StepRecording::Ran { effects, .. } = &mut recording.steps[0] {
                effects.extend(mounts.iter().map(|path| {
                    let source = MountSource::Bind((*path).to_owned());
                    let mount = Mount { source, destination: "/x".into(), read_only: false };
                    let mounts = if path.is_empty() { Vec::new() } else { vec![mount] };
                    let spec = ContainerSpec { mounts, ports: Vec::new() };
                    let change = Change::Created { image: None, spec };
                    let (name, id) = ("app".to_owned(), "0123456789ab".to_owned());
                    Effect { command: 0, kind: ObjectKind::Container, name, id, change }
                }));
            }
            recording
        };
        let is_equivalent =
            |new: &[&str], old: &[&str]| recording(new).is_equivalent_to(&recording(old));
        assert!(is_equivalent(&["/a"], &["/a"]));
        assert!(is_equivalent(&["", "/b"], &["/a", "/b"]), "it was gone too soon this time");
        assert!(!is_equivalent(&["/a"], &[""]), "now it is known");
        assert!(!is_equivalent(&["/b"], &["/a"]));
        assert!(!is_equivalent(&["/a", "/a"], &["/a", ""]));
    }

    #[test]
    fn other_differences_count() {
        for (one, other) in [
            ("one", "two"),
            ("port 80", "port 81"),
            ("version 1.2.3", "version 1.2.4"),
            ("1 row", "2 rows"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_limit_that_was_hit_counts() {
        let out_of_memory = Some(LimitHit { step: 0, limit: 300 << 20 });
        let limits = LimitsHit { out_of_memory, ..LimitsHit::default() };
        let lacked = Recording { limits, ..printed("x") };
        assert!(!lacked.is_equivalent_to(&printed("x")));
        assert!(lacked.is_equivalent_to(&lacked.clone()));
    }

    #[test]
    fn the_order_of_rows_with_ids_is_ignored() {
        let (one, other) = ("0123456789ab", "ba9876543210");
        assert!(same(&format!("{one}\nlogs\n"), &format!("logs\n{other}\n")));
        assert!(!same("a\nb\n", "b\na\n"));
    }
}
