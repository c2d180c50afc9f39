//! The durations of BuildKit's steps without a terminal: `#5 transferring context: 2B 0.1s done` if it takes time,
//! otherwise `#5 transferring context: 2B done`. Which of the two is printed is a matter of chance.

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

#[cfg(test)]
mod tests {
    use crate::expect::{Bindings, Pattern, Placeholders, in_expected_order};

    /// Whether output matches a page.
    fn matches(page: &str, output: &str) -> bool {
        let ordered = in_expected_order(page, output);
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
    fn other_durations_are_compared() {
        assert!(!matches("#8 DONE 0.1s\n", "#8 DONE\n"));
        assert!(!matches("all is done\n", "all is 0.1s done\n"));
        assert!(!matches("#8 exporting layers 0.1s\n", "#8 exporting layers\n"));
    }
}
