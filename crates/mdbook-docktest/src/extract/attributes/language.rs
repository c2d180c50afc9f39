//! The language in an info string, in the ways in which tools for Markdown write it.
//!
//! | written | by |
//! |---|---|
//! | `bash`, `bash,ignore` | CommonMark; mdBook |
//! | `{.bash .copy}`, `{ .bash }` | Pandoc, Python-Markdown |
//! | `{code-block} bash` | MyST |
//! | `{bash, eval=FALSE}` | R Markdown |
//! | `bash{1,3}`, `bash=1`, `bash!`, `console?prompt=$`, `bash:title` | VuePress, HackMD, Rouge, and others |
//! | `language-bash`, `lang-bash` | HTML's classes |

use std::ops::Range;

use super::word::balanced;

/// What a block of a language is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A script, unless it has prompts.
    Script,
    /// A session.
    Session,
    /// A session if it has prompts; a script if all of its lines are commands.
    Terminal,
    /// The expected output of the step before it.
    Output,
    /// There is no language, or one that says nothing about commands.
    Unmarked,
    /// Commands for any shell.
    AnyShell,
    /// Commands for a shell that is not like bash.
    OtherShell,
    /// Text that is only shown.
    Text,
    /// A document of its own, in which prompts and quotes have another meaning.
    Document,
    /// Any other language.
    Other,
}

/// The language of a block, and where it is written.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Language {
    pub(crate) kind: Kind,
    /// The language that highlighters know; empty if the block is not a step.
    pub(crate) shown: &'static str,
    /// The word in the info string; an empty range where it would be if there is none.
    pub(crate) span: Range<usize>,
    /// The end of all that is written in the place of the language.
    pub(crate) end: usize,
}

/// Finds the language in an info string.
pub(crate) fn language(info: &str) -> Language {
    let (span, end) = place(info);
    // Highlighters ignore the case of a language, so a block marked `Bash` looks like a step.
    let (kind, shown) = kind(&info[span.clone()].to_ascii_lowercase());
    Language { kind, shown, span, end }
}

/// `shown` is what mdBook's highlighter knows.
fn kind(name: &str) -> (Kind, &'static str) {
    let name = ["language-", "lang-"]
        .into_iter()
        .fold(name, |name, prefix| name.strip_prefix(prefix).unwrap_or(name));
    match name {
        "bash" => (Kind::Script, "bash"),
        "sh" => (Kind::Script, "sh"),
        "shell" => (Kind::Script, "shell"),
        "zsh" => (Kind::Script, "zsh"),
        "ash" | "dash" | "ksh" | "shellscript" | "shell-script" => (Kind::Script, "bash"),
        "console" | "shell-session" | "sh-session" | "shellsession" | "bash-session"
        | "bashsession" | "zsh-session" | "shell-console" | "bash-console" => {
            (Kind::Session, "console")
        }
        "terminal" | "term" | "terminal-session" => (Kind::Terminal, "console"),
        "output" => (Kind::Output, ""),
        // `docker` is Dockerfiles to highlighters, and commands to many authors.
        "" | "docker" => (Kind::Unmarked, ""),
        "text" | "txt" | "plain" | "plaintext" | "none" | "nohighlight" | "no-highlight" => {
            (Kind::Text, "")
        }
        "markdown" | "md" | "rst" | "diff" | "mermaid" => (Kind::Document, ""),
        _ if has_part(name, &OUTPUT) => (Kind::Other, ""),
        _ if is_of_another_shell(name) => (Kind::OtherShell, ""),
        _ if is_shell_like(name) => (Kind::AnyShell, ""),
        _ => (Kind::Other, ""),
    }
}

/// Parts of names of what programs print.
const OUTPUT: [&str; 6] = ["log", "logs", "out", "output", "result", "results"];

/// Whether an unknown language is named after a shell that is not like bash: `pwsh-interactive`, `Batchfile`.
fn is_of_another_shell(name: &str) -> bool {
    const NAMES: [&str; 12] = [
        "bat", "cmd", "csh", "dos", "dosbatch", "doscon", "fish", "nu", "nushell", "ps1", "tcsh",
        "xonsh",
    ];
    const STARTS: [&str; 3] = ["batch", "powershell", "pwsh"];
    has_part(name, &NAMES) || STARTS.iter().any(|start| name.starts_with(start))
}

/// Whether an unknown language has a word for shells or commands in its name: `sh+x`, `docker-cli`, `azurecli`,
/// `shell_commands`.
fn is_shell_like(name: &str) -> bool {
    const WORDS: [&str; 10] = [
        "cmdline",
        "command",
        "commandline",
        "commands",
        "exec",
        "posix",
        "run",
        "sh",
        "term",
        "zsh",
    ];
    const STARTS: [&str; 4] = ["bash", "console", "shell", "terminal"];
    has_part(name, &WORDS)
        || parts(name)
            .any(|part| part.ends_with("cli") || STARTS.iter().any(|start| part.starts_with(start)))
}

fn parts(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_ascii_alphanumeric())
}

fn has_part(name: &str, words: &[&str]) -> bool {
    parts(name).any(|part| words.contains(&part))
}

/// Returns the range of the language, and the end of what stands in its place.
fn place(info: &str) -> (Range<usize>, usize) {
    let start = info.len() - info.trim_start().len();
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '#');
    let name_at = |start: usize| {
        start..info[start..].find(|c| !is_name(c)).map_or(info.len(), |length| start + length)
    };
    if info[start..].starts_with('{') {
        let first = start + 1 + info[start + 1..].len() - info[start + 1..].trim_start().len();
        if info[first..].starts_with('.') {
            let name = name_at(first + 1);
            return (name.clone(), name.end);
        }
        let name = name_at(first);
        let rest = &info[name.end..];
        let is_directive = matches!(
            &info[name.clone()],
            "code" | "code-block" | "code-cell" | "prompt" | "sourcecode"
        );
        if is_directive && let Some(rest) = rest.trim_start().strip_prefix('}') {
            let name = name_at(info.len() - rest.trim_start().len());
            return (name.clone(), name.end);
        }
        return (name.clone(), name.end);
    }
    let name = name_at(start);
    // All up to the next word is about the lines to highlight, or a title.
    let rest = &info[name.end..];
    let length = match rest.chars().next() {
        Some('{' | '[' | '(') => balanced(rest),
        _ => rest.find(|c: char| c == ',' || c.is_ascii_whitespace()).unwrap_or(rest.len()),
    };
    let end = name.end + length;
    (name, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_found_in_each_way_of_writing_it() {
        for (info, kind, name, end) in [
            ("bash", Kind::Script, "bash", ""),
            (" Bash ", Kind::Script, "Bash", " "),
            ("bash,ignore", Kind::Script, "bash", ",ignore"),
            ("bash ignore", Kind::Script, "bash", " ignore"),
            ("ksh", Kind::Script, "ksh", ""),
            ("shell script", Kind::Script, "shell", " script"),
            ("{.bash .copy}", Kind::Script, "bash", " .copy}"),
            ("{ .bash #id }", Kind::Script, "bash", " #id }"),
            ("{bash, eval=FALSE}", Kind::Script, "bash", ", eval=FALSE}"),
            ("{code} bash", Kind::Script, "bash", ""),
            ("{code-block} bash", Kind::Script, "bash", ""),
            ("{code-block}bash", Kind::Script, "bash", ""),
            ("{code-block}", Kind::Unmarked, "", ""),
            ("{r}", Kind::Other, "r", "}"),
            ("{", Kind::Unmarked, "", ""),
            ("bash{1,3}", Kind::Script, "bash", ""),
            ("bash{1, 3} x", Kind::Script, "bash", " x"),
            ("bash[Terminal window] x", Kind::Script, "bash", " x"),
            ("bash=1", Kind::Script, "bash", ""),
            ("bash=", Kind::Script, "bash", ""),
            ("bash!", Kind::Script, "bash", ""),
            ("bash:run", Kind::Script, "bash", ""),
            ("bash{1", Kind::Script, "bash", ""),
            ("language-bash", Kind::Script, "language-bash", ""),
            ("console?prompt=$", Kind::Session, "console", ""),
            ("console?prompt=$,>", Kind::Session, "console", ",>"),
            ("ShellSession", Kind::Session, "ShellSession", ""),
            ("shell-session", Kind::Session, "shell-session", ""),
            ("sh-session", Kind::Session, "sh-session", ""),
            ("bash-session", Kind::Session, "bash-session", ""),
            ("terminal", Kind::Terminal, "terminal", ""),
            ("output stderr", Kind::Output, "output", " stderr"),
            ("outputs", Kind::Other, "outputs", ""),
            ("powershell", Kind::OtherShell, "powershell", ""),
            ("pwsh-interactive", Kind::OtherShell, "pwsh-interactive", ""),
            ("Batchfile", Kind::OtherShell, "Batchfile", ""),
            ("cmd", Kind::OtherShell, "cmd", ""),
            ("sh+x", Kind::AnyShell, "sh+x", ""),
            ("docker-cli", Kind::AnyShell, "docker-cli", ""),
            ("azurecli-interactive", Kind::AnyShell, "azurecli-interactive", ""),
            ("dotnetcli", Kind::AnyShell, "dotnetcli", ""),
            ("cmdline", Kind::AnyShell, "cmdline", ""),
            ("commands", Kind::AnyShell, "commands", ""),
            ("command-line", Kind::AnyShell, "command-line", ""),
            ("exec", Kind::AnyShell, "exec", ""),
            ("run", Kind::AnyShell, "run", ""),
            ("shell-commands", Kind::AnyShell, "shell-commands", ""),
            ("console-output", Kind::Other, "console-output", ""),
            ("plain text", Kind::Text, "plain", " text"),
            ("md", Kind::Document, "md", ""),
            ("html", Kind::Other, "html", ""),
            ("", Kind::Unmarked, "", ""),
            ("  ", Kind::Unmarked, "", ""),
            ("yaml bash", Kind::Other, "yaml", " bash"),
            ("bashful", Kind::AnyShell, "bashful", ""),
            ("client", Kind::Other, "client", ""),
            ("c++", Kind::Other, "c++", ""),
            ("$ docker run", Kind::Unmarked, "", " docker run"),
            ("title=\"bash\"", Kind::Other, "title", ""),
        ] {
            let found = language(info);
            let actual = (found.kind, &info[found.span.clone()], &info[found.end..]);
            assert_eq!(actual, (kind, name, end), "{info}");
        }
    }
}
