//! How long a reader needs.

use std::time::Duration;

use super::Facts;
use crate::render::labels::Labels;

/// The words that a reader takes in each minute. Most adults read non-fiction silently at 175 to 300 words per minute
/// (M. Brysbaert, “How many words do we read per minute?”, Journal of Memory and Language 109, 2019,
/// <https://doi.org/10.1016/j.jml.2019.104047>); who learns reads as slowly as the slowest of them.
const WORDS_PER_MINUTE: u64 = 175;
/// The characters that a reader types in each minute: 51.6 words of five characters, the mean of 168,000 people
/// (V. Dhakal, A. M. Feit, P. O. Kristensson, A. Oulasvirta, “Observations on Typing from 136 Million Keystrokes”,
/// CHI 2018, <https://doi.org/10.1145/3173574.3174220>).
const CHARACTERS_PER_MINUTE: u64 = 258;
/// Durations are multiples of it, in minutes.
const STEP: u64 = 5;

/// Returns how long a reader needs for chapters, in words.
pub(in crate::render) fn duration<'a>(
    chapters: impl Iterator<Item = &'a Facts>,
    labels: &Labels,
) -> String {
    let (mut words, mut commands, mut work) = (0, 0, Work::default());
    for facts in chapters {
        words += facts.words;
        commands += facts.commands;
        work.read_words += facts.words + facts.printed_words;
        work.typed_characters += facts.typed_characters;
        work.run_ms += facts.run_ms;
    }
    let run_seconds = work.run_seconds();
    let minutes = work.minutes();
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

/// What a reader does.
#[derive(Debug, Default)]
struct Work {
    read_words: u64,
    typed_characters: u64,
    run_ms: u64,
}

impl Work {
    /// Returns the time that the commands took in the recordings, rounded to seconds.
    fn run_seconds(&self) -> u64 {
        (self.run_ms + 500) / 1000
    }

    /// Returns the minutes that the reader needs, rounded to five.
    fn minutes(&self) -> u64 {
        let reading = self.read_words * 60 / WORDS_PER_MINUTE;
        let typing = self.typed_characters * 60 / CHARACTERS_PER_MINUTE;
        let seconds = reading + typing + self.run_seconds();
        let step = STEP * 60;
        ((seconds + step / 2) / step).max(1) * STEP
    }
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
        let facts = Facts {
            words: 1120,
            printed_words: 350,
            commands: 24,
            typed_characters: 2580,
            run_ms: 18_400,
            ..Facts::default()
        };
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
        let work =
            |read_words, typed_characters, run_ms| Work { read_words, typed_characters, run_ms };
        assert_eq!(work(0, 1806, 29_000).minutes(), 5);
        assert_eq!(work(0, 1806, 30_000).minutes(), 10);
        assert_eq!(work(1750, 0, 0).minutes(), 10);
        assert_eq!(work(0, 2580, 0).minutes(), 10);
        assert_eq!(work(0, 0, 0).minutes(), 5);
    }
}
