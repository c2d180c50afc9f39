//! Lines that show how far something is. How many of them are printed is a matter of chance.

use std::sync::LazyLock;

use regex::Regex;

/// What `docker pull` prints of a layer before it is complete, what apt fetches from where, in any order, and what
/// `docker service create`, `update` and `scale` print until all tasks run, each without a terminal:
/// <https://github.com/docker/cli/blob/v26.1.5/cli/command/service/progress/progress.go>.
static PROGRESS: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?x)^(?:
        overall\ progress:\ .*
        | [0-9]+/[0-9]+:\ *(?:[a-z]+\ *)?(?:\[[=>\ ]*\]\ *)?
        | [0-9a-f]{12}:\ (?:Pulling\ fs\ layer|Waiting|Downloading|Verifying\ Checksum|Download\ complete|Extracting)
        | (?:Get|Hit|Ign):[0-9]+\ https?://.*
        | verify:\ Waiting\ [0-9]+\ seconds\ to\ verify\ .*
    )$";
    Regex::new(regex).expect("the regex is valid")
});

pub(super) fn is_progress(line: &str) -> bool {
    PROGRESS.is_match(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_progress_are_known() {
        for line in [
            "overall progress: 0 out of 2 tasks",
            "1/2: ",
            "2/2: running   [==================================================>] ",
            "1/1: preparing",
            "4abcf2066143: Pulling fs layer",
            "4abcf2066143: Verifying Checksum",
            "Get:7 http://deb.example/debian bookworm/main Translation-en [6107 kB]",
            "Hit:1 https://deb.example/debian bookworm InRelease",
            "verify: Waiting 5 seconds to verify that tasks are stable...",
        ] {
            assert!(is_progress(line), "{line}");
        }
        for line in [
            "verify: Service k71cmxkvp0kz8i4lz0x9j2q7v converged",
            "1/2: a text",
            "4abcf2066143: Pull complete",
            "4abcf2066143: Already exists",
            "Get: http://example",
            "1/2",
            "the overall progress: 1",
            "",
        ] {
            assert!(!is_progress(line), "{line}");
        }
    }
}
