//! The words of a script's simple commands: those that bash would look up and run.

use std::ops::Range;

use crate::extract::commands::{Token, tokens};

/// A simple command: the places of its words in the script, the program first.
#[derive(Debug, Default)]
pub(super) struct SimpleCommand {
    pub(super) words: Vec<Range<usize>>,
    /// The assignments before the words.
    pub(super) assignments: Vec<Range<usize>>,
}

/// Programs that run the command after them.
const WRAPPERS: [&str; 9] =
    ["sudo", "time", "env", "exec", "nohup", "command", "builtin", "xargs", "watch"];

impl SimpleCommand {
    /// Returns the command's words as text.
    pub(super) fn texts<'a>(&self, script: &'a str) -> Vec<&'a str> {
        self.words.iter().filter_map(|range| script.get(range.clone())).collect()
    }

    /// Returns the name of the program, without its directory.
    pub(super) fn program<'a>(&self, script: &'a str) -> Option<&'a str> {
        let mut texts = self.texts(script).into_iter();
        let program = texts.find(|text| !(WRAPPERS.contains(text) || text.starts_with('-')))?;
        program.rsplit('/').next()
    }
}

/// Returns the simple commands of a script, those in substitutions too.
pub(super) fn simple_commands(script: &str) -> Vec<SimpleCommand> {
    let mut found = Vec::new();
    let mut outer: Vec<SimpleCommand> = Vec::new();
    let mut current = SimpleCommand::default();
    for token in tokens(script) {
        match token {
            Token::Word(range) => current.words.push(range),
            Token::Assignment(range) => current.assignments.push(range),
            Token::Pipe | Token::End => found.push(std::mem::take(&mut current)),
            Token::Open(_) => outer.push(std::mem::take(&mut current)),
            Token::Close => {
                found.push(std::mem::take(&mut current));
                current = outer.pop().unwrap_or_default();
            }
            _ => {}
        }
    }
    found.push(current);
    found.extend(outer);
    found.retain(|command| !(command.words.is_empty() && command.assignments.is_empty()));
    found.sort_by_key(|command| {
        command.words.first().or(command.assignments.first()).map(|word| word.start)
    });
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_simple_command_has_its_own_words() {
        let script =
            "A=1 sudo /usr/bin/docker run $(docker ps -q | head -1) x >y && ls; cat <<E\nrm a\nE";
        let commands = simple_commands(script);
        let words: Vec<String> =
            commands.iter().map(|command| command.texts(script).join(" ")).collect();
        assert_eq!(
            words,
            [
                "sudo /usr/bin/docker run $(docker ps -q | head -1) x",
                "docker ps -q",
                "head -1",
                "ls",
                "cat"
            ]
        );
        let programs: Vec<_> = commands.iter().map(|command| command.program(script)).collect();
        assert_eq!(programs, ["docker", "docker", "head", "ls", "cat"].map(Some));
    }
}
