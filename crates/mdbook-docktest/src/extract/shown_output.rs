//! Recognizes blocks that are marked as commands, but show what a command prints.
//!
//! Many authors mark every block as `bash`. Only forms count that nobody means as a command.

use std::sync::LazyLock;

use regex::Regex;

use super::attributes::language::Kind;
use super::blocks::CodeBlock;
use super::command_line::{Reading, reading};
use super::prompt::Prompt;
use super::remedies::mark_as;
use super::{Extraction, Marking, Previous};
use crate::model::fence::Fence;
use crate::model::finding::Code;
use crate::model::remedy::Basis;
use crate::model::scenario::{Attributes, ExitExpectation};

/// How Docker begins what it prints.
const BEGINNINGS: [&str; 9] = [
    "Using default tag: ",
    "Unable to find image '",
    "Sending build context to Docker daemon",
    "Error response from daemon: ",
    "docker: Error response from daemon: ",
    "[+] Building ",
    "[+] Running ",
    "Docker version ",
    "/docker-entrypoint.sh: ",
];

/// A table's heading: words in capitals, and at least two blanks between columns.
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    let regex =
        r"\A[A-Z][A-Z%/-]+(?: [A-Z/]+)*(?:(?: {2,}|\t+)[A-Z%][A-Z%/+-]*(?: [A-Z%/+-]+)*){1,}\s*\z";
    Regex::new(regex).expect("the regex is valid")
});

/// The form of an ID of Docker's.
static ID: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\A(?:sha256:)?(?:[0-9a-f]{12}|[0-9a-f]{64})\z").expect("the regex is valid")
});

impl Extraction<'_> {
    /// Reports a block of a shell's language that shows output. Returns whether it is one, which does not run.
    pub(super) fn take_shown_output(
        &mut self,
        block: &CodeBlock,
        fence: &Fence,
        marking: &Marking,
        previous: Option<&Previous>,
    ) -> bool {
        if marking.kind != Kind::Script || is_about_running(&marking.attributes) {
            return false;
        }
        let what = if is_output(&block.content) {
            "shows output"
        } else if self.open.is_none() && is_prompt(&block.content) {
            "only shows a prompt"
        } else {
            return false;
        };
        let belongs = what == "shows output"
            && previous.is_some_and(|previous| {
                previous.takes_output.is_ok()
                    && (self.is_next(previous, block)
                        || self.is_introduced(previous, block)
                            && self.denies(previous, block).is_none())
            });
        let shown = mark_as(&fence.language, "text", Basis::Proposed);
        let (help, remedies) = if belongs {
            // Attributes of other tools would be mistakes on an `output` block.
            let basis = match marking.foreign.is_empty() {
                true => Basis::Proved,
                false => Basis::Proposed,
            };
            let help = "mark it as `output` to compare it with what the step above prints, or as `text` to only show it";
            (help, vec![mark_as(&fence.info, "output", basis), shown])
        } else {
            ("mark it as `text` to only show it", vec![shown])
        };
        let language = &self.text[fence.language.clone()];
        let message = format!("this block is marked as `{language}`, but {what}: it does not run");
        self.find_with_remedies(
            Code::NotAStep,
            fence.opening(),
            message,
            Some(help.to_owned()),
            remedies,
        );
        true
    }
}

/// Whether the author says how the block runs, or that it does not: has it any attribute?
pub(super) fn is_about_running(attributes: &Attributes) -> bool {
    let Attributes {
        ignore,
        hidden,
        no_output,
        exit,
        dies,
        follow,
        stdin,
        tty,
        timeout,
        retry,
        cleanup,
        guard,
        diagram,
        engine,
    } = attributes;
    [ignore, hidden, no_output, cleanup, guard, diagram].into_iter().any(|is_set| *is_set)
        || *exit != ExitExpectation::default()
        || dies.is_some()
        || follow.is_some()
        || stdin.is_some()
        || tty.is_some()
        || timeout.is_some()
        || retry.is_some()
        || engine.is_some()
}

/// Whether a script is the output of a command, and nothing else.
fn is_output(text: &str) -> bool {
    let lines = || text.lines().filter(|line| !line.trim().is_empty());
    let Some(first) = lines().next() else { return false };
    if matches!(first.trim(), "[" | "{") {
        return is_json(text, first.trim());
    }
    let begins = is_heading(first)
        || BEGINNINGS.iter().any(|beginning| first.starts_with(beginning))
        || is_step_of_build(first)
        || lines().all(is_id);
    // Commands can stand below an output, and then nobody knows which lines are which.
    begins && !lines().any(|line| reading(line) == Reading::Command)
}

fn is_heading(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_uppercase()) && HEADING.is_match(line)
}

/// Whether a line is `Step 2/3 : RUN …`, of a build.
fn is_step_of_build(line: &str) -> bool {
    let numbers = line.strip_prefix("Step ").and_then(|rest| rest.split_once(" : "));
    numbers
        .and_then(|(numbers, _)| numbers.split_once('/'))
        .is_some_and(|(number, of)| number.parse::<u32>().is_ok() && of.parse::<u32>().is_ok())
}

/// Whether a line is an ID of Docker's: with a digit, as `deadbeefcafe` could be a program.
pub(super) fn is_id(line: &str) -> bool {
    let line = line.trim();
    line.len() >= 12 && line.contains(|c: char| c.is_ascii_digit()) && ID.is_match(line)
}

/// Whether a script is a prompt inside of a container, and nothing else: what a reader sees after `docker run -it`.
fn is_prompt(text: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let is_it = |line: &str| {
        line.starts_with('/') && Prompt::of(line).is_some_and(|(_, end)| end >= line.len())
    };
    lines.next().is_some_and(is_it) && lines.next().is_none()
}

/// Whether a text is an object or an array of JSON on several lines, of which this is the first.
fn is_json(text: &str, first: &str) -> bool {
    let mut lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1);
    let second = lines.next().unwrap_or_default();
    let last = lines.last().unwrap_or(second);
    match first {
        "[" => last.starts_with(']') && second.starts_with(['{', '"', '[']),
        _ => last.starts_with('}') && second.starts_with('"') && second.contains("\":"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::extract::{Extensions, extract};
    use crate::text::splice::splice;

    #[test]
    fn output_is_known_by_forms_that_are_no_commands() {
        for text in [
            "CONTAINER ID   IMAGE     COMMAND   CREATED\n0123456789ab   alpine    \"sh\"      1 day ago\n",
            "REPOSITORY   TAG\nnginx        latest\n",
            "UID\tPID\nroot\t1\n",
            "NAME      CPU %     MEM USAGE / LIMIT\nweb       0.1%      1MiB / 2MiB\n",
            "[\n    {\n        \"Id\": \"1\"\n    }\n]\n",
            "{\n  \"a\": 1\n}\n",
            "Using default tag: latest\nlatest: Pulling from library/nginx\n",
            "650b66f8b1f6\n071522c1e50e\n",
            "Step 2/3 : RUN apt-get update\n ---> Running in 650b66f8b1f6\n",
        ] {
            assert!(is_output(text), "{text}");
        }
        assert!(is_prompt("/usr/src/app #\n") && !is_prompt("/ # ls\n") && !is_prompt("/bin/ls\n"));
        for text in [
            "",
            "docker ps\nCONTAINER ID   IMAGE\n",
            "CONTAINER ID   IMAGE\n0123456789ab   alpine\ndocker rm -f web\n",
            "{\n  echo a\n}\n",
            "[\n",
            "[ -f a ]\n",
            "NAME=a\necho $NAME\n",
            "SUBJECT\n",
            "Step one : ls\n",
            "PATH  is set\n",
            "deadbeefcafe\n",
            "{ \"a\": 1 }\n",
        ] {
            assert!(!is_output(text), "{text}");
        }
    }

    /// The findings of a text, the number of its steps, and what its remedies that are sure make of it.
    fn resolved(text: &str) -> (Vec<String>, usize, String) {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        let remedies = scenario.findings.iter().filter_map(|finding| finding.remedies.first());
        let sure = remedies.filter(|remedy| remedy.basis == Basis::Proved);
        let new = sure.fold(text.to_owned(), |text, remedy| splice(&text, remedy.edits_of(&text)));
        let messages = scenario.findings.iter().map(|finding| finding.message.clone()).collect();
        (messages, scenario.steps.len(), new)
    }

    #[test]
    fn output_in_a_block_of_bash_does_not_run() {
        let output = "NAME   SIZE\nweb    1\n";
        let message = "this block is marked as `bash`, but shows output: it does not run";
        let below = format!("```bash\ndocker ps\n```\n\n```bash\n{output}```\n");
        let marked = format!("```bash\ndocker ps\n```\n\n```output\n{output}```\n");
        assert_eq!(resolved(&below), (vec![message.to_owned()], 1, marked.clone()));
        assert_eq!(resolved(&marked), (vec![], 1, marked));
        for text in [
            format!("```bash\n{output}```\n"),
            format!("```bash\ndocker ps\n```\n\n```bash hl_lines=\"1\"\n{output}```\n"),
        ] {
            let steps = usize::from(text.contains("docker"));
            assert_eq!(resolved(&text), (vec![message.to_owned()], steps, text.clone()));
        }
        let prompt = "```bash\n/ #\n```\n";
        let message = "this block is marked as `bash`, but only shows a prompt: it does not run";
        assert_eq!(resolved(prompt), (vec![message.to_owned()], 0, prompt.to_owned()));
        let meant = format!("```bash exit=127\n{output}```\n");
        assert_eq!(resolved(&meant), (vec![], 1, meant.clone()));
    }
}
