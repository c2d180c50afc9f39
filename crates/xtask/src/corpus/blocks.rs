//! Counts the shell blocks of a Markdown text, without anything of the program that is measured.
//!
//! This is what a reader takes for commands: a fence with a shell's name, or with a prompt or a known
//! command in it, or of any language with nothing but commands; an indented block with a prompt; HTML's `<pre>`
//! with either; and code between tags of Jekyll and Hugo. It is rough on purpose: a better parser would share the
//! mistakes of ours.

use std::ops::RangeInclusive;
use std::sync::LazyLock;

use regex::Regex;

/// The lines of a block, counted from 1, with its fences.
pub(super) type Lines = RangeInclusive<usize>;

/// The languages that shells and their sessions have in Markdown.
const SHELLS: [&str; 14] = [
    "bash",
    "sh",
    "shell",
    "console",
    "terminal",
    "zsh",
    "ksh",
    "ash",
    "dash",
    "shell-session",
    "sh-session",
    "shellsession",
    "bash-session",
    "shellscript",
];

/// The languages of commands for any shell, or for another one.
const OTHER_SHELLS: [&str; 12] = [
    "command",
    "commands",
    "command-line",
    "cmdline",
    "cmd",
    "bat",
    "batch",
    "batchfile",
    "powershell",
    "pwsh",
    "ps1",
    "fish",
];

/// The first words of commands that no other language has.
const CERTAIN: [&str; 11] = [
    "docker",
    "docker-compose",
    "docker-machine",
    "sudo",
    "git",
    "curl",
    "wget",
    "apt-get",
    "npm",
    "pip",
    "kubectl",
];

/// The first words of lines in tutorials that are commands, in a block without a language.
const COMMANDS: [&str; 33] = [
    "docker",
    "docker-compose",
    "docker-machine",
    "sudo",
    "cd",
    "ls",
    "cat",
    "echo",
    "mkdir",
    "rm",
    "cp",
    "mv",
    "touch",
    "git",
    "curl",
    "wget",
    "apt",
    "apt-get",
    "apk",
    "yum",
    "npm",
    "node",
    "yarn",
    "pip",
    "python",
    "export",
    "ping",
    "ssh",
    "kubectl",
    "make",
    "chmod",
    "ps",
    "vi",
];

fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).expect("the pattern is valid")
}

static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    regex(r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*(`{3,}|~{3,})[ \t]*\{?\.?([\w+-]*)[^`]*$")
});
static CLOSING: LazyLock<Regex> = LazyLock::new(|| regex(r"^[ \t>]*(`{3,}|~{3,})[ \t]*$"));
static PROMPT: LazyLock<Regex> = LazyLock::new(|| {
    // `$ docker ps`, `root@box:~# docker ps`, `[node1] (local) root@10.0.0.1 ~`
    regex(
        r"^[ \t>]*(?:\$[ \t]+\S|\[?[\w.-]+@[\w.-]+[^ ]*[ \t]*[^ ]*[$#%][ \t]+\S|\[\w+\] \(local\) root@)",
    )
});
static INDENTED: LazyLock<Regex> = LazyLock::new(|| regex(r"^(?: {4}|\t)[ \t]*\$ \S"));
static TEMPLATE: LazyLock<Regex> =
    LazyLock::new(|| regex(r"^[ \t>]*\{(?:%|\{[<%])-? *highlight +([\w+-]+)"));
static TAG: LazyLock<Regex> = LazyLock::new(|| regex(r"<[^>]*>"));

/// Returns the shell blocks of a text.
pub(super) fn shell_blocks(text: &str) -> Vec<Lines> {
    let lines: Vec<&str> = text.lines().collect();
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let (is_shell, length) = block(&lines[at..]);
        if is_shell {
            blocks.push(at + 1..=at + length);
        }
        at += length;
    }
    blocks
}

/// Returns whether there is a shell block at the first line, and the number of lines to go on by.
fn block(lines: &[&str]) -> (bool, usize) {
    let first = lines[0];
    if let Some(opening) = OPENING.captures(first) {
        let (marks, language) = (&opening[1], opening[2].to_ascii_lowercase());
        let closes = |line: &&str| {
            let closing = CLOSING.captures(line);
            closing.is_some_and(|closing| closing[1].starts_with(marks))
        };
        let end = lines[1..].iter().position(closes).map_or(lines.len(), |end| end + 2);
        let content = &lines[1..end.saturating_sub(1).max(1)];
        let is_shell = SHELLS.contains(&language.as_str())
            || OTHER_SHELLS.contains(&language.as_str())
                && content.iter().any(|line| is_code(line))
            || language.ends_with("cli") && content.iter().any(|line| is_code(line))
            || has_prompt(content)
            || (language.is_empty() && begins_with_command(content))
            || has_only_commands(content);
        return (is_shell, end);
    }
    if let Some(open) = first.find("<!--").filter(|open| !first[*open..].contains("-->")) {
        // A comment has to begin its line to be a block.
        if first[..open].trim().is_empty() {
            let end = lines.iter().position(|line| line.contains("-->"));
            return (false, end.map_or(lines.len(), |end| end + 1));
        }
    }
    if let Some(template) = TEMPLATE.captures(first) {
        let closes = |line: &&str| line.contains("endhighlight") || line.contains("/highlight");
        let end = lines.iter().position(closes).map_or(1, |end| end + 1);
        let content = &lines[1..end.saturating_sub(1).max(1)];
        let is_shell = SHELLS.contains(&&template[1]) || has_only_commands(content);
        return (is_shell && end > 1, end);
    }
    if first.contains("<pre") && !first.contains('`') {
        let end = lines.iter().position(|line| line.contains("</pre>"));
        let end = end.map_or(lines.len(), |end| end + 1);
        let start = first.find("<pre").unwrap_or_default();
        let inside = std::iter::once(&first[start..]).chain(lines[1..end].iter().copied());
        let content: Vec<String> =
            inside.map(|line| TAG.replace_all(line, "").into_owned()).collect();
        let content: Vec<&str> = content.iter().map(String::as_str).collect();
        return (has_prompt(&content) || begins_with_command(&content), end);
    }
    if INDENTED.is_match(first) {
        let is_inside = |line: &&&str| line.trim().is_empty() || line.starts_with([' ', '\t']);
        let length = lines.iter().take_while(is_inside).count();
        // Without the blank lines at its end, and up to a fence.
        let fence = lines[..length].iter().position(|line| OPENING.is_match(line));
        let mut length = fence.unwrap_or(length);
        while length > 1 && lines[length - 1].trim().is_empty() {
            length -= 1;
        }
        return (true, length);
    }
    (false, 1)
}

fn has_prompt(lines: &[&str]) -> bool {
    lines.iter().any(|line| PROMPT.is_match(line))
}

/// Whether a line is neither blank nor a comment.
fn is_code(line: &str) -> bool {
    let line = line.trim_start_matches([' ', '\t', '>']);
    !line.is_empty() && !line.starts_with('#')
}

/// Whether every command is one of the known ones, and one of them is no word of another language.
fn has_only_commands(lines: &[&str]) -> bool {
    let mut is_certain = false;
    let mut is_continued = false;
    for line in lines.iter().filter(|line| is_code(line)) {
        let mut words = line.trim_start_matches([' ', '\t', '>']).split_whitespace();
        let word = words.next().unwrap_or_default();
        if !is_continued && !COMMANDS.contains(&word) {
            return false;
        }
        is_certain |= !is_continued && CERTAIN.contains(&word) && words.next().is_some();
        is_continued = line.ends_with('\\');
    }
    is_certain
}

fn begins_with_command(lines: &[&str]) -> bool {
    let mut lines = lines.iter().map(|line| line.trim_start_matches([' ', '\t', '>']));
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let word = first.and_then(|line| line.split_whitespace().next());
    word.is_some_and(|word| COMMANDS.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_with_a_shell_a_prompt_or_a_command_are_counted() {
        for text in [
            "```bash\nls\n```",
            "~~~ {.sh-session}\nls\n~~~",
            "```Console?prompt=$\n```",
            "1. - ```shell {1,3}\n     ls\n     ```",
            "> ```\n> $ make it\n> ```",
            "```\n\n# first\ndocker ps\n```",
            "```text\nroot@box:~# ls\n```",
            "```\n[node1] (local) root@10.0.0.3 ~\n```",
            "````\n```\n$ ls\n```\n````",
            "a\n\n    $ ls\n    a  b\n\nb",
            "<pre><code>\n<b>docker ps</b>\n</code></pre>",
            "```bash\nnever closed",
            "```js\nnpm install\ndocker build \\\n  -t x .\n```",
            "```yaml\n# run it\ndocker run nginx\n```",
            "```azurecli\naz group list\n```",
            "```Batchfile\nset X=1\n```",
            "```plain text\n$ docker ps\n```",
            "{% highlight bash %}\nmytool up\n{% endhighlight %}",
            "{{< highlight js >}}\nnpm install\n{{< /highlight >}}",
            "Run: <pre>$ docker ps</pre>",
            "<!-- x --><pre>\n$ docker ps\n</pre>",
        ] {
            assert_eq!(shell_blocks(text).len(), 1, "{text}");
        }
    }

    #[test]
    fn other_blocks_are_not_counted() {
        for text in [
            "```yaml\nservices:\n```",
            "```\nCONTAINER ID   IMAGE\n```",
            "```dockerfile\nFROM alpine\nRUN ls\n```",
            "Use `docker ps`.\n\n    docker is a program",
            "<!--\n```bash\nls\n```\n-->",
            "<pre>\nhello\n</pre>",
            "```php\necho 1;\n```",
            "```yaml\ndocker:\n  image: x\n```",
            "```js\nnpm install\nimport x\n```",
            "```cli\n```",
            "{% highlight yaml %}\na: b\n{% endhighlight %}",
            "{% highlight bash %}\ndocker ps",
            "```",
            "",
        ] {
            assert_eq!(shell_blocks(text), [], "{text}");
        }
    }

    #[test]
    fn a_block_has_the_lines_of_its_fences() {
        let text =
            "a\n\n```sh\nls\n\nps\n```\n\n    $ ls\n\n    $ id\n\n```sh\n```\n```\n$ ls\n```\n";
        assert_eq!(shell_blocks(text), [3..=7, 9..=11, 13..=14, 15..=17]);
    }
}
