//! Questions that programs ask.

use std::sync::LazyLock;

use regex::Regex;

/// A question at the start of a line, and its answer. A `?` with a wider gap after it is a column of `ps`.
static ANSWERED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^(?:
            \S.* \? :? \s \S.*
          | \S.* (?: \[[^\]\s]+/[^\]]+\] | \([^)\s]+/[^)]+\) ) [:?]? \s+ \S.*
          | (?:.*\ )?(?i: password | passphrase | passcode | pin | username | user | login ) (?:\ (?:for|of|from|again|\().*)? : (?:\s*|\s+\S.*)
        )$",
    )
    .expect("the regex is valid")
});

/// A question that nothing follows.
static OPEN: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)(?:
            \?
          | \[[^\]\s]{1,12}/[^\]]{1,24}\] \??
          | \([^)\s]{1,12}/[^)]{1,24}\) \??
          | (?i: password | passphrase | username | login ) [^:\n]* (?: \? )?
          | \b (?i: passcode | pin ) (?: \ [^:\n]* )? :
        ) \s* :? \s*$",
    )
    .expect("the regex is valid")
});

/// Whether a line that a chapter shows is a question with its answer, or one for a password, whose answer is
/// not shown.
pub(crate) fn is_answered(line: &str) -> bool {
    let line = line.trim_end();
    !is_step_of_build(line) && ANSWERED.is_match(line) && (line.ends_with(':') || !is_open(line))
}

/// Whether a line is one of BuildKit's, in which `[1/3]` are no choices: `#4 [1/3] FROM alpine`.
fn is_step_of_build(line: &str) -> bool {
    static STEP: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"^ *(?:#[0-9]+|=>) .*[0-9]+/[0-9]+\]").expect("the regex is valid")
    });
    STEP.is_match(line)
}

/// A question whose answer a program does not show.
static SECRET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)password|passphrase|passcode|\bpin\b|\bsecret\b|\btoken\b")
        .expect("the regex is valid")
});

/// Whether a program that asks this does not show the answer.
pub(crate) fn is_for_secret(question: &str) -> bool {
    SECRET.is_match(question)
}

/// Whether a line that a chapter shows is a question for a secret, without an answer.
pub(crate) fn is_hidden(line: &str) -> bool {
    is_for_secret(line) && is_answered(line) && line.trim_end().ends_with([':', '*', '•'])
}

/// Whether a question can be answered with yes.
pub(crate) fn is_yes_or_no(question: &str) -> bool {
    let question = question.to_ascii_lowercase();
    ["y/n", "yes/no"].iter().any(|choice| question.contains(choice))
}

/// Whether an unfinished line of output is a question.
pub(crate) fn is_open(line: &str) -> bool {
    OPEN.is_match(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_with_answers_are_recognized() {
        for line in [
            "Are you sure you want to continue? [y/N] y",
            "Are you sure you want to continue connecting (yes/no)? yes",
            "Do you want to continue? [Y/n] Y",
            "Do you grant the above permissions? [y/N] y",
            "Proceed (Y/n)? y",
            "Username: moby",
            "Password:",
            "Password: ",
            "Enter passphrase for key 'x': secret",
            "What is your name? Ada",
        ] {
            assert!(is_answered(line), "{line}");
        }
        for line in [
            "Are you sure you want to continue? [y/N]",
            "total 4",
            "What?",
            "[y/N]",
            "Status: ok",
            "root   1   0  0 09:12 ?        00:00:01 /sbin/init",
            "#4 [1/3] FROM docker.io/library/alpine:latest",
            " => [1/3] FROM docker.io/library/alpine:latest  0.0s",
        ] {
            assert!(!is_answered(line), "{line}");
        }
    }

    #[test]
    fn secrets_are_hidden() {
        for line in ["Password:", "Retype new password: ", "Enter PIN:", "Password: ******"] {
            assert!(is_hidden(line), "{line}");
        }
        for line in ["Password: hunter2", "Username:", "Sure? [y/N] y", "password"] {
            assert!(!is_hidden(line), "{line}");
        }
    }

    #[test]
    fn open_questions_are_recognized() {
        for line in [
            "Are you sure you want to continue? [y/N] ",
            "sure? ",
            "Password: ",
            "Overwrite (y/n)? ",
            "Username (moby): ",
            "Retype new password: ",
            "Enter PIN: ",
        ] {
            assert!(is_open(line), "{line}");
        }
        for line in ["done", "/ # ", "10% ", "mysql> ", "a? b", "", "pinned: "] {
            assert!(!is_open(line), "{line}");
        }
    }
}
