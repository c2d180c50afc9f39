//! The part of the chapters that one of several machines runs.

use super::load::Loaded;
use crate::book::chapters::Given;
use crate::model::partition::Partition;
use crate::model::recording::{CommandRecording, StepRecording};
use crate::report::{Chapter, Part};
use crate::store::files;

/// What a chapter takes besides its commands, in milliseconds: an engine is started.
const START: u64 = 1_000;

/// What a step takes where no chapter has been recorded, in milliseconds.
const STEP: u64 = 1_000;

/// Drops the chapters that are not of this part. The parts take about the same time, as far as that is known from the
/// recordings. Together they are all chapters, and no chapter is in two of them, if the recordings are the same each
/// time.
pub(super) fn keep_part(loaded: &mut [Loaded], partition: Partition) -> Part {
    let chapters = loaded.iter().flat_map(|loaded| &loaded.report.chapters);
    let times: Vec<Time> = chapters.map(Time::of).collect();
    let parts = parts(&times, partition.of().get());
    let of_chapters = parts.len();
    let mut parts = parts.into_iter();
    for Loaded { report, given, .. } in loaded {
        report.chapters.retain(|_| parts.next() == Some(partition.index()));
        // The recordings of the other chapters belong to the book, too.
        if matches!(given, Given::Book(_)) {
            *given = Given::PartOfBook;
        }
    }
    Part { partition, of_chapters }
}

/// How long a chapter takes.
#[derive(Debug, Clone, Copy)]
struct Time {
    /// The steps that run.
    steps: u64,
    /// The time of their commands in the last recording, in milliseconds.
    recorded: Option<u64>,
}

impl Time {
    fn of(chapter: &Chapter) -> Self {
        let steps = chapter.steps().iter().filter(|step| step.runs()).count() as u64;
        // One that cannot be read has a finding of its own.
        let file = files::read(&chapter.recording_path).ok().flatten();
        let recorded = file.map(|file| {
            let commands = file.recorded().steps.iter().flat_map(commands);
            commands.map(|command| command.duration_ms).sum()
        });
        Self { steps, recorded }
    }

    /// In milliseconds, if a step takes this long where there is no recording.
    fn estimate(self, of_step: u64) -> u64 {
        match self.steps {
            0 => 0,
            steps => START + self.recorded.unwrap_or(steps * of_step),
        }
    }
}

fn commands(step: &StepRecording) -> &[CommandRecording] {
    match step {
        StepRecording::Ran { commands, .. } => commands,
        _ => &[],
    }
}

/// The index of the part of each chapter. The longest come first, each into the part that has the least so far.
fn parts(times: &[Time], count: usize) -> Vec<usize> {
    let known = || times.iter().filter(|time| time.recorded.is_some() && time.steps > 0);
    let of_step = known()
        .filter_map(|time| time.recorded)
        .sum::<u64>()
        .checked_div(known().map(|time| time.steps).sum())
        .unwrap_or(STEP);
    let estimates: Vec<u64> = times.iter().map(|time| time.estimate(of_step)).collect();
    let mut order: Vec<usize> = (0..times.len()).collect();
    // Stable: those that take the same time stay in the order of the book.
    order.sort_by_key(|chapter| std::cmp::Reverse(estimates[*chapter]));
    let mut sums = vec![(0, 0); count];
    let mut parts = vec![0; times.len()];
    for chapter in order {
        // Of parts with the same time, the one with fewer chapters; then the first.
        let least = (0..count).min_by_key(|part| sums[*part]).unwrap_or_default();
        parts[chapter] = least;
        sums[least].0 += estimates[chapter];
        sums[least].1 += 1;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn time(steps: u64, recorded: Option<u64>) -> Time {
        Time { steps, recorded }
    }

    #[test]
    fn the_longest_chapters_are_in_different_parts() {
        let times = [1_000, 9_000, 2_000, 8_000, 3_000].map(|time| self::time(1, Some(time)));
        assert_eq!(parts(&times, 2), [0, 0, 0, 1, 1]);
        assert_eq!(parts(&times, 1), [0; 5]);
    }

    #[test]
    fn without_recordings_the_steps_count() {
        assert_eq!(parts(&[time(1, None), time(9, None), time(8, None)], 2), [1, 0, 1]);
        // A step takes 5 s where it is known, and so the second takes 10 s.
        let times =
            [time(2, Some(10_000)), time(2, None), time(1, Some(5_000)), time(9, Some(45_000))];
        assert_eq!(parts(&times, 2), [1, 1, 1, 0]);
    }

    #[test]
    fn chapters_without_steps_are_spread() {
        assert_eq!(parts(&[time(0, None), time(0, None), time(0, None)], 2), [0, 1, 0]);
        assert_eq!(parts(&[], 3), [0; 0]);
    }

    proptest! {
        #[test]
        fn each_chapter_is_in_one_part_and_no_part_is_much_longer_than_another(
            times in prop::collection::vec((0_u64..50, prop::option::of(0_u64..100_000)), 0..40),
            count in 1_usize..9,
        ) {
            let times: Vec<Time> = times.into_iter().map(|(steps, recorded)| time(steps, recorded)).collect();
            let parts = parts(&times, count);
            prop_assert_eq!(parts.len(), times.len());
            prop_assert!(parts.iter().all(|part| *part < count));
            prop_assert_eq!(&parts, &self::parts(&times, count));
            let used = (0..count).filter(|part| parts.contains(part)).count();
            prop_assert_eq!(used, count.min(times.len()));
        }
    }
}
