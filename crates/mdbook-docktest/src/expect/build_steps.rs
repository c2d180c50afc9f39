//! What BuildKit prints without a terminal, and what of it is a matter of chance.
//!
//! A step that takes time has a duration: `#5 transferring context: 2B 0.1s done`; otherwise it is `#5 transferring
//! context: 2B done`. If it takes longer, there are lines before it that say how far it is: `#5 transferring context:`.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;

/// Matches the end of such a line in output.
pub(super) const DONE: &str = "(?: [0-9.]+s)? done";

/// Returns what is before that end in a line of a pattern; `None` for any other line.
pub(super) fn before_done(line: &str) -> Option<&str> {
    static STEP: LazyLock<Regex> = LazyLock::new(|| {
        let regex = r"^(#[0-9]+ [a-z]+ [a-z]+.*?)(?: [0-9.]+s| \[DURATION\])? done$";
        Regex::new(regex).expect("the regex is valid")
    });
    Some(STEP.captures(line)?.get(1)?.as_str())
}

/// Returns output without the lines that say how far a step is that is done further below, unless they are expected.
pub(super) fn without_progress<'a>(expected: &str, actual: &'a str) -> Cow<'a, str> {
    static PROGRESS: LazyLock<Regex> = LazyLock::new(|| {
        let size = "[0-9.]+[kMGT]?B";
        let regex =
            format!(r"^(#[0-9]+ [a-z]+ [a-z]+.*?)(?: {size}(?: / {size})?)?(?: [0-9.]+s)?\s*$");
        Regex::new(&regex).expect("the regex is valid")
    });
    if !actual.starts_with('#') && !actual.contains("\n#") {
        return Cow::Borrowed(actual);
    }
    let lines: Vec<&str> = actual.split_inclusive('\n').collect();
    let is_progress = |row: usize| {
        let line = lines[row];
        let Some(step) = PROGRESS.captures(line).and_then(|found| found.get(1)) else {
            return false;
        };
        let is_done =
            |line: &&str| line.starts_with(step.as_str()) && line.trim_end().ends_with(" done");
        !is_done(&line)
            && lines[row + 1..].iter().any(is_done)
            && !expected.lines().any(|expected| expected.trim_end() == line.trim_end())
    };
    if (0..lines.len()).any(is_progress) {
        let kept = (0..lines.len()).filter(|row| !is_progress(*row)).map(|row| lines[row]);
        return Cow::Owned(kept.collect());
    }
    Cow::Borrowed(actual)
}

#[cfg(test)]
mod tests {
    use super::without_progress;
    use crate::expect::{Bindings, Pattern, Placeholders, in_expected_order};

    /// Whether output matches a page.
    fn matches(page: &str, output: &str) -> bool {
        let ordered = in_expected_order(page, output, &Bindings::default());
        assert_eq!(ordered, output, "nothing is printed that no program has printed");
        let pattern = Pattern::parse(page, &Placeholders::default());
        pattern.matches(&ordered, &mut Bindings::default()).is_ok()
    }

    #[test]
    fn whether_a_step_has_a_duration_is_a_matter_of_chance() {
        let page = "#5 extracting sha256:a [DURATION] done\n#5 extracting sha256:b done\n\
            #8 naming to docker.io/library/a:1 0.1s done\n#8 naming to docker.io/library/a:2 done\n\
            #8 transferring context: [SIZE] done\n";
        let output = |times: [&str; 5]| {
            format!(
                "#5 extracting sha256:a{} done\n#5 extracting sha256:b{} done\n\
                #8 naming to docker.io/library/a:1{} done\n#8 naming to docker.io/library/a:2{} done\n\
                #8 transferring context: 2B{} done\n",
                times[0], times[1], times[2], times[3], times[4]
            )
        };
        for times in [
            ["", "", "", "", ""],
            [" 0.1s", "", " 0.2s", "", ""],
            ["", " 0.1s", "", " 12.0s", " 0.1s"],
        ] {
            assert!(matches(page, &output(times)), "{times:?}");
        }
        assert!(!matches(page, &output([" soon", "", "", "", ""])));
        assert!(!matches(page, &output([""; 5]).replace("a:2", "a:3")));
    }

    #[test]
    fn lines_that_say_how_far_a_step_is_are_a_matter_of_chance() {
        let page =
            "#1 transferring dockerfile: 100B done\n#8 exporting layers done\n#8 DONE 0.1s\n";
        let slow = "#1 transferring dockerfile:\n#1 transferring dockerfile: 100B 0.1s done\n\
            #8 exporting layers\n#8 exporting layers 5.1s\n#8 exporting layers 0.1s done\n#8 DONE 0.1s\n";
        assert_eq!(
            without_progress(page, slow),
            "#1 transferring dockerfile: 100B 0.1s done\n#8 exporting layers 0.1s done\n#8 DONE 0.1s\n"
        );
        assert_eq!(without_progress(slow, slow), slow);
        for other in [
            "#8 exporting layers\n#8 DONE 0.1s\n",
            "#7 a step\n#8 a step done\n",
            "a step\na step done\n",
        ] {
            assert_eq!(without_progress("", other), other);
        }
    }

    #[test]
    fn other_durations_are_compared() {
        assert!(!matches("#8 DONE 0.1s\n", "#8 DONE\n"));
        assert!(!matches("all is done\n", "all is 0.1s done\n"));
        assert!(!matches("#8 exporting layers 0.1s\n", "#8 exporting layers\n"));
    }
}
