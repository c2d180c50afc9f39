//! Recognizes the prompts of shells.
//!
//! A block with prompts is a session, whatever its language: bash cannot run `$ docker ps`. The signs that
//! bash does understand count only before what [reads as a command](super::command_line): `# docker ps` is a
//! comment, `> docker ps` redirects, `% docker ps` resumes a job.

use std::sync::LazyLock;

use regex::Regex;

use super::command_line::{Reading, reading};
use super::commands::commands;

/// Prompts with a name or a place: what bash, Debian, Fedora, Alpine and zsh show.
static NAMED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?x)^
        (?:
            # [user@host directory]$
            \[ (?<bracketed> [\w.-]+ (?: @ [\w.-]+ )? ) (?: \x20 [^\]]* )? \] \x20?
          | # user@host:directory (branch) $, also of Play with Docker: [node1] (local) user@host directory $
            (?: \[ [\w.-]+ \] \x20 (?: \( \w+ \) \x20 )? )?
            (?<at> [\w.-]* @ [\w.-]+ ) (?: [:\x20] \x20? (?<directory> [~/\w] [^\s$\#%>:]* ) )?
            (?: \x20 \( [^)\s]+ \) )? \x20?
          | # host:directory user$, of macOS
            (?<host> [A-Za-z][\w-]* ) : (?: [~/] [^\s$\#%>:]* | [\w.-]+ ) \x20 [a-z_] [\w.-]*
          | # ~/directory$, /directory #
            :? (?<path> ~ (?: / [^\s$\#%>]* )? | / [\w./-]* ) \x20?
          | # host$, bash-5.2#
            (?<name> [A-Za-z] [\w.-]* )
        )
        (?<sign> [$\#%] )
        ",
    )
    .expect("the regex is valid")
});

/// What Python's environments put before a prompt.
static ENVIRONMENT: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\([\w.+-]+\) ").expect("the regex is valid"));

/// What zsh's usual themes show: an arrow, the directory, the branch.
static ARROW: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^➜ +(?<directory>\S+ )(?:git:\(\S+\) )?(?:✗ )?").expect("the regex is valid")
});

/// The prompts of Windows' shells.
static WINDOWS: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:PS(?: [A-Za-z]:\\?[^>]*)?|[A-Za-z]:\\[^>]*)> ?").expect("the regex is valid")
});

/// The first line of a prompt of two: the terminals of Play with Docker and Git Bash show `$` on the next one.
static HEADING: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"^\$? ?(?:\[[\w.-]+\] \(\w+\) )?[\w.-]+@[\w.-]+ (?:MINGW(?:32|64) )?[~/]\S*(?: \(\S+\))?$",
    )
    .expect("the regex is valid")
});

/// The short name of a container, which is its default host name.
static CONTAINER: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[0-9a-f]{12}$").expect("the regex is valid"));

/// A prompt at the start of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prompt {
    /// The user and the host, or the name before the sign; empty if the prompt has none.
    name: String,
    /// The last character.
    sign: char,
    /// Whether it is what a shell inside of a container shows.
    is_in_container: bool,
}

impl Prompt {
    /// Returns the prompt of a line, and the offset of the text after it.
    pub(crate) fn of(line: &str) -> Option<(Self, usize)> {
        let bare = |sign| Self { name: String::new(), sign, is_in_container: false };
        let first = line.chars().next()?;
        if matches!(first, '$' | '#' | '%' | '>' | '❯' | '➜' | '➸' | 'λ' | '»') {
            if let Some(arrow) = ARROW.captures(line) {
                // `➜ docker ps`, or `➜ ~ docker ps`.
                let whole = arrow.get(0)?.end();
                let short = arrow.name("directory")?.start();
                let end = if reading(&line[short..]) == Reading::Command { short } else { whole };
                return Some((bare(first), end));
            }
            let sign = if line.starts_with("$>") { "$>".len() } else { first.len_utf8() };
            return end_of_prompt(line, sign).map(|end| (bare(first), end));
        }
        // Most lines are none, and need no regex.
        if !line.contains(['$', '#', '%']) {
            return None;
        }
        if line.starts_with('(')
            && let Some(environment) = ENVIRONMENT.find(line).map(|found| found.end())
        {
            return Self::of(&line[environment..]).map(|(prompt, end)| (prompt, environment + end));
        }
        if !may_be_named(line) {
            return None;
        }
        let parts = NAMED.captures(line)?;
        let text = |group| parts.name(group).map_or("", |part| part.as_str());
        let (at, path) = (text("at"), text("path"));
        // `/usr/bin/program # comment`
        if path.contains("bin/") {
            return None;
        }
        let sign = text("sign").chars().next()?;
        let sign_end = parts.get(0)?.end();
        // After `user@host:directory$`, the blank can be missing.
        let end = end_of_prompt(line, sign_end)
            .or_else(|| (!at.is_empty() && !text("directory").is_empty()).then_some(sign_end))?;
        let mut name = [at, text("bracketed"), text("name")].concat();
        if let Some(host) = parts.name("host") {
            // The user changes with `sudo`.
            name = format!("@{}", host.as_str());
        }
        let host = name.rsplit('@').next().unwrap_or_default();
        let is_in_container = CONTAINER.is_match(host) || path.starts_with('/');
        Some((Self { name, sign, is_in_container }, end))
    }

    /// Whether bash never runs a line with this prompt.
    pub(crate) fn is_unlike_bash(&self) -> bool {
        self.sign == '$' || self.name.contains('@')
    }

    /// Whether it is bash's second prompt for those who use it as the first.
    pub(crate) fn is_continuation(&self) -> bool {
        self.sign == '>'
    }

    /// Returns the offset of the text after the prompt, if the line starts with it.
    pub(crate) fn end_in(&self, line: &str) -> Option<usize> {
        let is_unspaced = self.sign == '$' && self.name.is_empty() && is_unspaced(line);
        let Some((other, end)) = Self::of(line).filter(|_| !is_unspaced) else {
            return is_unspaced.then_some(1);
        };
        let is_same = if self.name.is_empty() {
            other.name.is_empty() && other.sign == self.sign
        } else {
            // `sudo -i` changes the sign, and `cd` the directory.
            self.name == other.name
        };
        let command = line[end..].trim();
        let is_command =
            self.is_unlike_bash() || command.is_empty() || reading(command) > Reading::Text;
        (is_same && is_command).then_some(end)
    }
}

/// A quick test that most lines fail: whether a line can begin with a prompt that has a name or a place. Before the
/// first blank of one that begins with a letter, there is a host or the sign.
fn may_be_named(line: &str) -> bool {
    let Some(first) = line.chars().next().filter(char::is_ascii) else { return !line.is_empty() };
    let word = line.split_once(' ').map_or(line, |(word, _)| word);
    match first {
        'a'..='z' | 'A'..='Z' => word.contains(['@', ':', '$', '#', '%']),
        '0'..='9' | '[' | '~' | '/' | ':' | '@' | '_' | '.' | '-' => true,
        _ => false,
    }
}

/// Whether a line is `$docker …` or the like, which lacks the blank after the prompt. Bash takes it for a variable.
pub(crate) fn is_unspaced(line: &str) -> bool {
    line.strip_prefix('$').is_some_and(|command| {
        let mut words = command.split_whitespace().skip_while(|word| *word == "sudo");
        let program = words.next().filter(|_| !command.starts_with(char::is_whitespace));
        let has_command = words.next().is_some();
        program.is_some_and(|program| ["docker", "docker-compose", "git"].contains(&program))
            && has_command
            && reading(command) == Reading::Command
    })
}

/// Returns the end of a prompt with the blank after it.
fn end_of_prompt(line: &str, sign_end: usize) -> Option<usize> {
    let rest = &line[sign_end..];
    (rest.is_empty() || rest.starts_with([' ', '\t'])).then(|| (sign_end + 1).min(line.len()))
}

/// The prompts of a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Prompts {
    /// Commands are at this prompt.
    Shell(Prompt),
    /// The first prompt is one of a shell inside of a container.
    Container,
    /// The first prompt is one of a shell of Windows.
    Windows,
}

impl Prompts {
    /// Returns the prompts of a block, given as lines: those of its first line with one that bash could
    /// not mean. Prompts inside of a container count only without others.
    pub(crate) fn in_lines(lines: &[&str]) -> Option<Self> {
        let mut in_container = false;
        let mut weak = None;
        let mut weak_runs_docker = false;
        for line in lines {
            if line.contains('>') && WINDOWS.is_match(line) {
                return Some(Self::Windows);
            }
            let Some((prompt, end)) = Prompt::of(line) else { continue };
            let command = line[end..].trim();
            // `> file` empties a file.
            let is_command = reading(command) == Reading::Command
                && (prompt.sign != '>' || command.contains(' '));
            if !(is_command || prompt.is_unlike_bash()) {
                continue;
            }
            let runs_docker = command.trim_start_matches("sudo ").starts_with("docker");
            if prompt.is_in_container && !runs_docker {
                // Below root's `# docker run -it debian`, or `> docker run …`.
                if let Some(weak) = weak.take_if(|_| weak_runs_docker) {
                    return Some(Self::Shell(weak));
                }
                in_container = true;
            } else if prompt.is_unlike_bash() {
                return Some(Self::Shell(prompt));
            } else {
                weak_runs_docker |= weak.is_none() && runs_docker;
                weak.get_or_insert(prompt);
            }
        }
        match weak {
            Some(prompt) if !in_container => Some(Self::Shell(prompt)),
            _ => in_container.then_some(Self::Container),
        }
    }

    /// Returns the same for a block that says it is a script: in most of them, there are none.
    pub(crate) fn in_script(text: &str, lines: &[&str]) -> Option<Self> {
        let prompts = Self::in_lines(lines)?;
        let is_at = |line: &str| match &prompts {
            Self::Shell(prompt) => prompt.end_in(line).is_some(),
            Self::Container => Prompt::of(line).is_some_and(|(prompt, _)| prompt.is_in_container),
            Self::Windows => WINDOWS.is_match(line),
        };
        let is_comment = |line: &str| line.trim().is_empty() || line.starts_with('#');
        let begins = lines
            .iter()
            .find(|line| is_at(line) || !is_comment(line))
            .is_some_and(|line| is_at(line));
        let is_session = match &prompts {
            // A prompt in a here-document or in quotes is no prompt.
            Self::Shell(prompt) if prompt.is_unlike_bash() => {
                begins
                    || commands(text).iter().any(|command| {
                        let line = text[command.start..].lines().next().unwrap_or_default();
                        is_at(line)
                    })
            }
            Self::Shell(_) => {
                // Below `# docker ps`, there is output; otherwise it is a comment above a command.
                let is_continued = |line: usize| line > 0 && lines[line - 1].ends_with('\\');
                let others = || {
                    let numbered = lines.iter().enumerate();
                    let others = numbered.filter(|(number, line)| {
                        !is_at(line) && !is_comment(line) && !is_continued(*number)
                    });
                    others.map(|(_, line)| line)
                };
                let may_be_output = |line: &&&str| match reading(line) {
                    Reading::Command => false,
                    // An ID or a name.
                    Reading::Possible => !line.trim().contains(' '),
                    Reading::Text => true,
                };
                let has_commands = others().any(|line| reading(line) == Reading::Command);
                let has_output = others().any(|line| may_be_output(&line));
                // Nor does bash run what is typed into the container that `# docker run -it` has started.
                let is_inner =
                    |line: &str| Prompt::of(line).is_some_and(|(prompt, _)| prompt.is_in_container);
                let starts_container =
                    lines.iter().position(|line| is_inner(line)).is_some_and(|first| {
                        !lines[..first].iter().any(|line| reading(line) == Reading::Command)
                    });
                let is_output = !has_commands && (has_output || others().next().is_none());
                begins && (starts_container || is_output)
            }
            Self::Container | Self::Windows => begins,
        };
        is_session.then_some(prompts)
    }
}

/// Whether a line is the first of a prompt of two lines.
pub(crate) fn is_heading(line: &str) -> bool {
    line.contains('@') && HEADING.is_match(line.trim_end())
}

#[cfg(test)]
mod tests;
