//! The log of a build without a terminal, whose steps run side by side.
//!
//! Each line starts with the number of its step. Steps are numbered as they start, and BuildKit prints what they tell it
//! in turns: the lines of a step that is left end with `#4 ...`, and its name is repeated when it goes on; a step may
//! even be done twice, the first time before anything of it is known.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::LazyLock;

use regex::Regex;

/// A line of a step: its number, and the rest.
static LINE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^#([0-9]+) (.*?)\s*$").expect("the regex is valid"));

/// The line that says that a step is done.
static END: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:DONE|CACHED)(?: [0-9.]+s| \[DURATION\])?$").expect("the regex is valid")
});

struct Log<'a> {
    /// What is printed before the first step, and after the last one.
    before: &'a str,
    after: &'a str,
    /// In the order in which they start.
    steps: Vec<Step<'a>>,
    /// Whether a step was left before it was done.
    is_interleaved: bool,
}

struct Step<'a> {
    number: &'a str,
    /// Without its number, as the lines.
    name: &'a str,
    lines: Vec<&'a str>,
}

/// Returns output in which the lines of each step are together, and the steps have the order and the numbers of an
/// expected log with the same steps.
pub(super) fn in_expected_order<'a>(expected: &str, actual: &'a str) -> Cow<'a, str> {
    let Some(log) = Log::parse(actual) else { return Cow::Borrowed(actual) };
    let wanted = Log::parse(expected);
    if wanted.as_ref().is_some_and(|wanted| wanted.is_interleaved) {
        return Cow::Borrowed(actual);
    }
    let ordered = wanted.and_then(|wanted| log.in_order_of(&wanted));
    match ordered {
        Some(ordered) => Cow::Owned(ordered),
        None if log.is_interleaved => Cow::Owned(log.print(&log.steps)),
        None => Cow::Borrowed(actual),
    }
}

/// Returns output in which the steps of a build are sorted.
pub(super) fn sorted(text: &str) -> Cow<'_, str> {
    let Some(mut log) = Log::parse(text) else { return Cow::Borrowed(text) };
    log.steps.sort_by(|one, other| one.name.cmp(other.name));
    for step in &mut log.steps {
        step.number = "0";
    }
    Cow::Owned(log.print(&log.steps))
}

impl<'a> Log<'a> {
    /// Returns `None` if this is no such log, or more than one.
    fn parse(text: &'a str) -> Option<Self> {
        if !text.starts_with('#') && !text.contains("\n#") {
            return None;
        }
        let mut log = Self { before: "", after: "", steps: Vec::new(), is_interleaved: false };
        let mut start = None;
        let mut end = 0;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let line_start = at;
            at += line.len();
            let Some(found) = LINE.captures(line) else {
                // Between the steps, and above the first.
                let is_between = start.is_none() || line.trim_end().is_empty();
                if is_between {
                    continue;
                }
                break;
            };
            start.get_or_insert(line_start);
            end = at;
            let [number, rest] =
                [1, 2].map(|group| found.get(group).map_or("", |part| part.as_str()));
            log.add(number, rest);
        }
        log.before = &text[..start?];
        log.after = &text[end..];
        let is_one = !log.after.lines().any(|line| LINE.is_match(line));
        // Other lists have numbers, too.
        let is_build = log.steps.iter().any(Step::is_done);
        (is_one && is_build).then_some(log)
    }

    fn add(&mut self, number: &'a str, line: &'a str) {
        let Some(step) = self.steps.iter_mut().find(|step| step.number == number) else {
            self.steps.push(Step { number, name: line, lines: Vec::new() });
            return;
        };
        if line == "..." || line == step.name {
            self.is_interleaved = true;
            return;
        }
        // What a step tells after it was done is a part of it.
        if step.is_done() {
            self.is_interleaved = true;
            step.lines.pop();
        }
        step.lines.push(line);
    }

    /// Returns the text in which the steps have the order and the numbers of another log; `None` if they have them, or
    /// if these are others.
    fn in_order_of(&self, wanted: &Log<'_>) -> Option<String> {
        if self.steps.len() != wanted.steps.len() {
            return None;
        }
        let mut steps = Vec::new();
        for step in &wanted.steps {
            let mut same = self.steps.iter().filter(|own| own.key() == step.key());
            let (Some(own), None) = (same.next(), same.next()) else { return None };
            steps.push(Step { number: step.number, name: own.name, lines: own.lines.clone() });
        }
        let is_same = |(one, other): (&Step<'_>, &Step<'_>)| {
            one.number == other.number && one.name == other.name
        };
        if !self.is_interleaved && self.steps.iter().zip(&steps).all(is_same) {
            return None;
        }
        Some(self.print(&steps))
    }

    fn print(&self, steps: &[Step<'_>]) -> String {
        let mut text = self.before.to_owned();
        for (index, step) in steps.iter().enumerate() {
            if index > 0 {
                text.push('\n');
            }
            for line in [&step.name].into_iter().chain(&step.lines) {
                writeln!(text, "#{} {line}", step.number).expect("a string can be written to");
            }
        }
        text.push_str(self.after);
        text
    }
}

impl Step<'_> {
    fn is_done(&self) -> bool {
        self.lines.last().is_some_and(|last| END.is_match(last))
    }

    /// Its name without the digest of an image, for which a page may have a placeholder.
    fn key(&self) -> Cow<'_, str> {
        static DIGEST: LazyLock<Regex> = LazyLock::new(|| {
            let regex = r"@(?:sha256:[0-9a-f]{64}|(?:sha256:)?\[[A-Z]+(?::[^\]\s]+)?\])";
            Regex::new(regex).expect("the regex is valid")
        });
        DIGEST.replace_all(self.name, "")
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::in_expected_order;
    use super::sorted;

    const PAGE: &str = "#0 building with \"default\" instance using docker driver\n\n\
        #1 [internal] load build definition from Dockerfile\n\
        #1 transferring dockerfile: 100B done\n\
        #1 DONE 0.0s\n\n\
        #2 [1/2] FROM docker.io/library/alpine:latest@sha256:[DIGEST]\n\
        #2 CACHED\n\n\
        #3 [internal] load build context\n\
        #3 transferring context: 29B done\n\
        #3 DONE [DURATION]\n\n\
        #4 [2/2] RUN make\n\
        #4 0.301 one\n\
        #4 0.302 two\n\
        #4 DONE 0.4s\n\n\
        What's next:\n";

    /// As it was printed on a slow machine.
    fn slow() -> String {
        format!(
            "#0 building with \"default\" instance using docker driver\n\n\
            #1 [internal] load build definition from Dockerfile\n\
            #1 DONE 0.0s\n\n\
            #1 [internal] load build definition from Dockerfile\n\
            #1 transferring dockerfile: 100B done\n\
            #1 DONE 0.0s\n\n\
            #2 [internal] load build context\n\
            #2 DONE 0.0s\n\n\
            #3 [1/2] FROM docker.io/library/alpine:latest@sha256:{}\n\
            #3 CACHED\n\n\
            #2 [internal] load build context\n\
            #2 transferring context: 29B done\n\
            #2 DONE 0.1s\n\n\
            #4 [2/2] RUN make\n\
            #4 0.301 one\n\
            #4 ...\n\n\
            #4 [2/2] RUN make\n\
            #4 0.302 two\n\
            #4 DONE 0.4s\n\n\
            What's next:\n",
            "0a".repeat(32)
        )
    }

    /// The page, as that machine prints it.
    fn ordered() -> String {
        PAGE.replace("[DIGEST]", &"0a".repeat(32)).replace("[DURATION]", "0.1s")
    }

    #[test]
    fn the_steps_of_a_build_have_the_expected_order_and_their_lines_are_together() {
        assert_eq!(in_expected_order(PAGE, &slow()), ordered());
        assert_eq!(in_expected_order(PAGE, &ordered()), ordered());
        assert_eq!(sorted(&slow()), sorted(&ordered()));
        assert_ne!(sorted(&slow()), sorted(&ordered().replace("two", "three")));
    }

    #[test]
    fn the_lines_of_other_steps_are_together_as_well() {
        for page in ["", "old\n", &PAGE.replace("make", "cargo build")] {
            let expected = "#2 [internal] load build context\n\
                #2 transferring context: 29B done\n\
                #2 DONE 0.1s\n\n\
                #3 [1/2] FROM ";
            let found = in_expected_order(page, &slow()).into_owned();
            assert!(found.contains(expected), "{found}");
            assert!(!found.contains("..."), "{found}");
            assert_eq!(in_expected_order(page, &found), found);
        }
    }

    #[test]
    fn a_page_that_shows_steps_in_turns_is_compared_as_it_is() {
        assert_eq!(in_expected_order(&slow(), &slow()), slow());
    }

    #[test]
    fn a_list_with_numbers_is_no_log() {
        let [page, other] = ["#1 one\n\n#2 two\n", "#1 two\n\n#2 one\n"];
        assert_eq!(in_expected_order(page, other), other);
        assert_eq!(sorted(other), other);
    }

    #[test]
    fn what_a_step_prints_is_not_changed() {
        for changed in [
            ordered().replace("#2 CACHED", "#2 DONE 0.0s"),
            ordered().replace("one\n#4 0.302 two", "two\n#4 0.302 one"),
            ordered().replace("#4 DONE 0.4s", "#4 ERROR: it failed"),
            "#1 one\n#1 DONE 0.1s\nall done\n#1 two\n#1 DONE 0.2s\n".to_owned(),
            "# a title\n#2\n".to_owned(),
        ] {
            assert_eq!(in_expected_order(PAGE, &changed), changed);
        }
    }
}
