//! Output that authors indent below its commands, to set it off.
//!
//! Some programs begin their lines with blanks themselves. So a chapter has to show first, below a command of Docker
//! that never does, that its author indents output, and by how much.

use std::sync::LazyLock;

use regex::Regex;

use super::console::Session;
use super::prompt::Prompts;
use super::shown_output;

/// Commands of which not all lines of the output begin with two blanks.
static COMMAND: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"\A\$ (?:sudo )?docker (?:commit|container ls|diff|image|images|info|inspect|network|node|ps|pull|push|search|service|stack|version|volume)\b";
    Regex::new(regex).expect("the regex is valid")
});

/// Returns by how many blanks a chapter indents output; 0 if it does not.
pub(super) fn indentation(text: &str) -> usize {
    // Most lines have no prompt.
    let prompts = memchr::memmem::find_iter(text.as_bytes(), "$ ");
    prompts.filter_map(|prompt| indentation_below(text, prompt)).min().unwrap_or(0)
}

/// By how many blanks the output is indented below a command of Docker, if a prompt at this place begins one.
fn indentation_below(text: &str, prompt: usize) -> Option<usize> {
    let (before, after) = text.split_at(prompt);
    let prefix = &before[before.rfind('\n').map_or(0, |feed| feed + 1)..];
    if !prefix.chars().all(|c| matches!(c, ' ' | '\t' | '>')) {
        return None;
    }
    let mut lines = after.lines();
    let command = lines.next()?;
    if !command.contains("docker ") || command.ends_with('\\') {
        return None;
    }
    let is_blank = |line: &str| line.trim_matches(['>', ' ', '\t']).is_empty();
    let next = lines.take(2).find(|line| !is_blank(line))?.strip_prefix(prefix)?;
    let output = next.trim_start_matches(' ');
    let is_output = !output.starts_with(['$', '`', '~'])
        && (COMMAND.is_match(command) || is_surely_at_the_margin(output));
    Some(next.len() - output.len()).filter(|blanks| is_output && *blanks >= 2)
}

/// Whether a container or Docker prints this line without blanks before it: a shell's prompt, an ID, or Docker's words.
fn is_surely_at_the_margin(line: &str) -> bool {
    Prompts::in_lines(&[line]) == Some(Prompts::Container)
        || shown_output::is_id(line)
        || line.starts_with("Unable to find image '")
}

/// Removes the indentation from the output of a session, if all of it has that.
pub(super) fn strip(lines: &mut [&str], session: &Session, indentation: usize) {
    let blanks = " ".repeat(indentation);
    let printed = session.commands.iter().flat_map(|command| command.output.clone());
    let printed: Vec<usize> = printed.filter(|line| !lines[*line].trim().is_empty()).collect();
    if indentation == 0 || !printed.iter().all(|line| lines[*line].starts_with(&blanks)) {
        return;
    }
    for line in printed {
        lines[line] = &lines[line][indentation..];
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::extract::{Extensions, extract};

    #[test]
    fn a_chapter_shows_below_dockers_commands_how_it_indents() {
        for (text, expected) in [
            ("$ docker ps\n  CONTAINER ID\n", 2),
            ("> $ docker ps\n>\n>     CONTAINER ID\n", 4),
            ("$ docker ps\n    CONTAINER ID\n\n$ docker volume ls\n  DRIVER\n", 2),
            ("$ docker run -it alpine\n\n  root@0123456789ab:/# ls\n  bin\n", 2),
            ("$ docker run -d nginx\n  071522c1e50e\n", 2),
            ("$ docker ps\nCONTAINER ID\n", 0),
            ("$ ps\n    PID TTY\n", 0),
            ("$ docker run alpine wc\n      1 2 3\n", 0),
            ("$ docker ps \\\n  --all\n", 0),
            ("- $ docker ps\n  ```\n", 0),
        ] {
            assert_eq!(indentation(text), expected, "{text}");
        }
    }

    /// The expected outputs and the commands of a chapter.
    fn read(text: &str) -> (Vec<String>, Vec<String>) {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        let commands: Vec<_> = scenario.steps.iter().flat_map(|step| &step.commands).collect();
        let expected = commands.iter().filter_map(|command| command.expectation.as_ref());
        let outputs = expected.map(|expected| expected.text.clone()).collect();
        (outputs, commands.iter().map(|command| command.text.clone()).collect())
    }

    #[test]
    fn indented_output_is_read_without_its_indentation() {
        let table = "```console\n$ docker volume ls\n  DRIVER    VOLUME NAME\n  local     a\n```\n";
        let (outputs, _) = read(&format!("{table}\n```console\n$ echo a\n  a\n    b\n```\n"));
        assert_eq!(outputs, ["DRIVER    VOLUME NAME\nlocal     a\n", "a\n  b\n"]);
        let (outputs, _) =
            read(&format!("{table}\n```console\n$ echo a\na\n$ wc -l a\n  3 a\n```\n"));
        assert_eq!(outputs[1..], ["a\n", "  3 a\n"]);
        let (outputs, _) = read("```console\n$ wc -l a\n  3 a\n```\n");
        assert_eq!(outputs, ["  3 a\n"]);
    }

    #[test]
    fn prompts_of_programs_can_be_indented_as_well() {
        let table = "```console\n$ docker ps\n  CONTAINER ID\n```\n";
        let session = "```console\n$ docker run -it alpine sh\n\n  / # id -u\n  0\n```\n";
        let (outputs, commands) = read(&format!("{table}\n{session}"));
        assert_eq!(commands, ["docker ps", "docker run -it alpine sh", "id -u"]);
        assert_eq!(outputs, ["CONTAINER ID\n", "0\n"]);
    }
}
