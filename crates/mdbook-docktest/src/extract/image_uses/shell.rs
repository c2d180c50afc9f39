//! The shell's own commands, and those that write files: what they change, and what they print.

use super::expansion::{LIMIT, UNKNOWN, limited, unescaped};
use super::walk::{Walk, Word};
use super::wrappers::{joined, program, unwrapped};

/// Shells whose scripts are followed.
const SHELLS: [&str; 6] = ["sh", "bash", "dash", "ash", "ksh", "zsh"];

impl Walk {
    /// Follows a command with these words. Returns its output, if that is known.
    pub(super) fn run(&mut self, words: &[Word], input: Option<&str>) -> Option<String> {
        let words = unwrapped(words);
        let (first, arguments) = words.split_first()?;
        let operands = || arguments.iter().filter(|word| !word.text.starts_with('-'));
        match program(&first.text) {
            "docker" => self.docker(arguments, input),
            "docker-compose" => self.compose(arguments, input),
            "export" | "declare" | "typeset" | "local" | "readonly" => {
                for word in arguments {
                    if let Some((name, value)) = word.text.split_once('=') {
                        self.assign(name, value);
                    }
                }
            }
            "unset" => {
                for word in arguments {
                    self.unset(&word.text);
                }
            }
            "read" => operands().for_each(|word| self.assign(&word.text, &UNKNOWN.to_string())),
            // Most often there is only one directory to return to.
            "popd" => self.files.change_directory(Some("-")),
            "cd" | "pushd" => {
                let target = operands().next().map(|word| &*word.text);
                let is_back = arguments.iter().any(|word| word.text == "-");
                self.files.change_directory(if is_back { Some("-") } else { target });
            }
            "echo" => return Some(echo(arguments)),
            "printf" => return printf(arguments),
            "cat" => return self.cat(arguments, input),
            "tee" => {
                let appends =
                    arguments.iter().any(|word| word.text == "-a" || word.text == "--append");
                for word in operands() {
                    self.files.write(&word.text, input, appends);
                }
                return input.map(str::to_owned);
            }
            "cp" | "mv" => {
                let names: Vec<&Word> = operands().collect();
                if let [from, to] = names[..] {
                    self.files.copy(&from.text, &to.text);
                }
            }
            "eval" => self.script(&joined(arguments)),
            "source" | "." => {
                let script = arguments.first().and_then(|word| self.files.read(&word.text));
                if let Some(script) = script.map(str::to_owned) {
                    self.script(&script);
                }
            }
            "watch" => self.watch(arguments),
            "xargs" => self.xargs(arguments, input),
            name if SHELLS.contains(&name) => self.shell(arguments, input),
            // A script that the chapter wrote, as in `./run.sh`.
            _ if first.text.contains('/') => {
                if let Some(script) = self.files.read(&first.text).map(str::to_owned) {
                    self.child_script(&script);
                }
            }
            _ => {}
        }
        None
    }

    /// Follows a command that another one runs.
    pub(super) fn run_nested(&mut self, words: &[Word]) {
        self.nested(|walk| drop(walk.run(words, None)));
    }

    /// `sh -c SCRIPT`, `sh FILE`, or `sh` with a script as its input.
    fn shell(&mut self, arguments: &[Word], input: Option<&str>) {
        let mut words = arguments.iter().peekable();
        let mut takes_command = false;
        while let Some(option) = words.next_if(|word| word.text.starts_with(['-', '+'])) {
            let is_short = !option.text.starts_with("--");
            takes_command |= is_short && option.text.contains('c');
            // `-o pipefail`
            if is_short && option.text.ends_with('o') {
                words.next();
            }
        }
        let script = match words.next() {
            Some(word) if takes_command => Some(word.text.clone()),
            Some(word) => self.files.read(&word.text).map(str::to_owned),
            None => input.map(str::to_owned),
        };
        if let Some(script) = script {
            self.child_script(&script);
        }
    }

    fn cat(&self, arguments: &[Word], input: Option<&str>) -> Option<String> {
        let mut output = String::new();
        for word in arguments {
            output += match &*word.text {
                "-" => input?,
                option if option.starts_with('-') => return None,
                name => self.files.read(name)?,
            };
            if output.len() > LIMIT {
                return None;
            }
        }
        if arguments.is_empty() { input.map(str::to_owned) } else { Some(output) }
    }
}

fn echo(words: &[Word]) -> String {
    let is_option = |word: &&Word| {
        let letters = word.text.strip_prefix('-').unwrap_or_default();
        !letters.is_empty() && letters.chars().all(|c| "neE".contains(c))
    };
    let options: Vec<&Word> = words.iter().take_while(is_option).collect();
    let has = |letter| options.iter().any(|option| option.text.contains(letter));
    let text = joined(&words[options.len()..]);
    let text = if has('e') { unescaped(&text) } else { text };
    limited(if has('n') { text } else { text + "\n" })
}

/// Returns the output of `printf`, if its format has only `%s`, `%d` and `%%`.
fn printf(words: &[Word]) -> Option<String> {
    let (format, values) = words.split_first()?;
    let format = unescaped(&format.text);
    let mut values = values.iter().map(|word| &*word.text).peekable();
    let mut output = String::new();
    // The format is used again until no value is left.
    loop {
        let left = values.len();
        let mut pieces = format.split('%');
        output.push_str(pieces.next()?);
        while let Some(piece) = pieces.next() {
            if let Some(rest) = piece.strip_prefix(['s', 'd']) {
                output.push_str(values.next().unwrap_or_default());
                output.push_str(rest);
            } else if piece.is_empty() {
                output.push('%');
                output.push_str(pieces.next().unwrap_or_default());
            } else {
                return None;
            }
        }
        if values.len() == 0 || values.len() == left || output.len() > LIMIT {
            return Some(limited(output));
        }
    }
}
