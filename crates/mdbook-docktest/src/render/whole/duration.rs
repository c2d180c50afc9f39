//! How long a reader needs.

use std::time::Duration;

use super::Facts;
use crate::render::labels::Labels;

/// The words that a reader takes in each minute. Most adults read non-fiction silently at 175 to 300 words per minute
/// (M. Brysbaert, “How many words do we read per minute?”, Journal of Memory and Language 109, 2019,
/// <https://doi.org/10.1016/j.jml.2019.104047>); who learns reads as slowly as the slowest of them.
const WORDS_PER_MINUTE: u64 = 175;
/// What a command takes a reader, besides running: to copy or type it, and to compare what it prints. An assumption.
const SECONDS_PER_COMMAND: u64 = 30;
/// Durations are multiples of it, in minutes.
const STEP: u64 = 5;

/// Returns how long a reader needs for chapters, in words.
pub(in crate::render) fn duration<'a>(
    chapters: impl Iterator<Item = &'a Facts>,
    labels: &Labels,
) -> String {
    let (mut words, mut commands, mut run_ms) = (0, 0, 0);
    for facts in chapters {
        words += facts.words;
        commands += facts.commands;
        run_ms += facts.run_ms;
    }
    let run_seconds = (run_ms + 500) / 1000;
    let minutes = minutes(words, commands, run_seconds);
    let time = match minutes {
        0..60 => labels.about_minutes(minutes),
        _ => labels.about_hours(labels.number(minutes / 60), format!("{:02}", minutes % 60)),
    };
    let mut details = vec![labels.word_count(labels.number(rounded(words)))];
    match commands {
        0 => {}
        1 => details.push(labels.one_command().to_owned()),
        _ => details.push(labels.command_count(labels.number(commands))),
    }
    if run_seconds > 0 {
        details.push(labels.run_time(labels.duration(Duration::from_secs(run_seconds))));
    }
    labels.needed_time(time, details.join(", "))
}

/// Returns the minutes that a reader needs, rounded to five.
fn minutes(words: u64, commands: u64, run_seconds: u64) -> u64 {
    let seconds = words * 60 / WORDS_PER_MINUTE + commands * SECONDS_PER_COMMAND + run_seconds;
    let step = STEP * 60;
    ((seconds + step / 2) / step).max(1) * STEP
}

/// Rounds a number of words, which changes with each correction, to tens and from a thousand on to hundreds.
fn rounded(words: u64) -> u64 {
    let unit = if words < 1000 { 10 } else { 100 };
    (words + unit / 2) / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::labels::Language;

    #[test]
    fn the_time_is_for_reading_typing_and_running() {
        let facts = Facts { words: 1120, commands: 24, run_ms: 18_400, ..Facts::default() };
        let fr = Labels::new(Language::Fr);
        assert_eq!(
            duration([&facts].into_iter(), &fr),
            "Environ 20\u{a0}minutes\u{a0}: 1\u{202f}100\u{a0}mots, 24\u{a0}commandes, 18\u{a0}s d’exécution"
        );
        let en = Labels::new(Language::En);
        let book = duration(std::iter::repeat_n(&facts, 10), &en);
        assert_eq!(book, "About 3 h 05 min: 11,200 words, 240 commands, 3 min 4 s to run them");
    }

    #[test]
    fn what_is_not_there_is_not_listed() {
        let en = Labels::new(Language::En);
        let read = Facts { words: 7, ..Facts::default() };
        assert_eq!(duration([&read].into_iter(), &en), "About 5 minutes: 10 words");
        let one = Facts { words: 872, commands: 1, run_ms: 400, ..Facts::default() };
        assert_eq!(duration([&one].into_iter(), &en), "About 5 minutes: 870 words, 1 command");
    }

    #[test]
    fn minutes_are_rounded_to_five() {
        assert_eq!(minutes(0, 14, 29), 5);
        assert_eq!(minutes(0, 15, 0), 10);
        assert_eq!(minutes(1750, 0, 0), 10);
    }
}
