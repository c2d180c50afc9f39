//! A command line, and how it is displayed.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

use crate::redact::{redacted, redacted_env, redacted_wrapper};
use crate::words::find_command;

/// A command line, word by word.
///
/// It is displayed quoted for a shell, with the values of what may be secret replaced by
/// `[redacted]`: environment variables (`--env=TOKEN=[redacted]`), build arguments, passwords,
/// options of volume and log drivers, credentials in URLs. [`words`](Self::words) has them all.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandLine {
    words: Vec<OsString>,
    shown: String,
    name: Option<String>,
}

impl CommandLine {
    /// `docker`, which begins with the program, behind the words of a command that executes it.
    pub(crate) fn new(wrapper: &[OsString], docker: &[OsString]) -> Self {
        let shown = [redacted_wrapper(wrapper), redacted(docker)].concat();
        let shown = to_text(&quoted(&shown));
        Self { words: [wrapper, docker].concat(), shown, name: name(docker) }
    }

    /// `docker` as one word behind the words of a command that passes it to a shell; `env` is in
    /// front of docker in that shell.
    pub(crate) fn for_shell(wrapper: &[OsString], env: &[OsString], docker: &[OsString]) -> Self {
        let shown = quoted(&[redacted_env(env), redacted(docker)].concat());
        let shown = [redacted_wrapper(wrapper), vec![shown]].concat();
        let words = [wrapper, &[quoted(&[env, docker].concat())]].concat();
        Self { words, shown: to_text(&quoted(&shown)), name: name(docker) }
    }

    /// The words, the program first, with nothing redacted.
    #[must_use]
    pub fn words(&self) -> &[OsString] {
        &self.words
    }

    /// The words of docker's command without its flags: `container create`. `None` if no known command
    /// is among them.
    pub(crate) fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }
}

fn name(docker: &[OsString]) -> Option<String> {
    find_command(docker, 1).filter(|found| found.is_known).map(|found| found.path)
}

impl fmt::Display for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown)
    }
}

impl fmt::Debug for CommandLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("CommandLine").field(&self.shown).finish()
    }
}

/// One text that a POSIX shell splits into these words again.
fn quoted(words: &[OsString]) -> OsString {
    let words: Vec<Cow<'_, [u8]>> = words.iter().map(|word| quoted_word(word)).collect();
    OsString::from_vec(words.join(&b' '))
}

fn to_text(line: &OsStr) -> String {
    line.to_string_lossy().into_owned()
}

fn quoted_word(word: &OsStr) -> Cow<'_, [u8]> {
    let bytes = word.as_bytes();
    // A NUL byte cannot be quoted, but a program cannot be started with one either.
    shlex::bytes::try_quote(bytes).unwrap_or(Cow::Borrowed(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words<const N: usize>(words: [&str; N]) -> Vec<OsString> {
        words.map(OsString::from).into()
    }

    #[test]
    fn a_command_line_can_be_pasted_into_a_shell() {
        let expected = ["docker", "run", "alpine", "echo", "it's fine", ""];
        let line = CommandLine::new(&[], &words(expected)).to_string();
        assert_eq!(line, r#"docker run alpine echo "it's fine" ''"#);
        assert_eq!(shlex::split(&line).unwrap(), expected);
    }

    #[test]
    fn secrets_are_neither_displayed_nor_in_debug_output() {
        let line = CommandLine::new(&[], &words(["docker", "run", "--env=TOKEN=s3cret", "app"]));
        assert_eq!(line.to_string(), "docker run '--env=TOKEN=[redacted]' app");
        assert!(!format!("{line:?}").contains("s3cret"), "{line:?}");
        assert_eq!(line.words()[2], "--env=TOKEN=s3cret");
    }

    #[test]
    fn a_shell_gets_one_word_and_shows_no_secrets() {
        let line = CommandLine::for_shell(
            &words(["ssh", "host"]),
            &words(["env", "-u", "A", "KEY=s3cret", "my.key=s3cret"]),
            &words(["docker", "run", "-eTOKEN=a b", "app"]),
        );
        let remote = "env -u A 'KEY=s3cret' 'my.key=s3cret' docker run '-eTOKEN=a b' app";
        assert_eq!(line.words(), words(["ssh", "host", remote]));
        let shown = r#"ssh host "env -u A 'KEY=[redacted]' 'my.key=[redacted]' docker run '-eTOKEN=[redacted]' app""#;
        assert_eq!(line.to_string(), shown);
    }
}
