//! Commands that run another one: `sudo`, `env`, `timeout` and the like.

use super::expansion::UNKNOWN;
use super::walk::{Walk, Word};

/// A command that runs the command after its own options.
struct Wrapper {
    name: &'static str,
    /// The options that have a value in the next word.
    with_value: &'static [&'static str],
    /// The number of operands before the command.
    operands: usize,
    /// Whether assignments can precede the command.
    takes_assignments: bool,
}

const fn wrapper(name: &'static str, with_value: &'static [&'static str]) -> Wrapper {
    Wrapper { name, with_value, operands: 0, takes_assignments: false }
}

const WRAPPERS: &[Wrapper] = &[
    Wrapper {
        takes_assignments: true,
        ..wrapper(
            "sudo",
            &[
                "-u", "-g", "-h", "-p", "-C", "-r", "-t", "-T", "-D", "-R", "-U", "--user",
                "--group",
            ],
        )
    },
    Wrapper { takes_assignments: true, ..wrapper("doas", &["-u", "-C"]) },
    Wrapper { takes_assignments: true, ..wrapper("env", &["-u", "-C", "--unset", "--chdir"]) },
    Wrapper { operands: 1, ..wrapper("timeout", &["-k", "-s", "--kill-after", "--signal"]) },
    wrapper("time", &["-f", "-o"]),
    wrapper("command", &[]),
    wrapper("builtin", &[]),
    wrapper("exec", &["-a"]),
    wrapper("nohup", &[]),
    wrapper("setsid", &[]),
    wrapper("nice", &["-n"]),
    wrapper("ionice", &["-c", "-n"]),
    wrapper("stdbuf", &["-i", "-o", "-e"]),
    wrapper("winpty", &[]),
];

/// The options of `xargs` that have a value in the next word.
const XARGS: &[&str] =
    &["-I", "-n", "-P", "-L", "-d", "-a", "-s", "-E", "--max-args", "--max-procs", "--delimiter"];

/// The number of words of its input for which `xargs` is followed.
const INPUTS: usize = 100;

/// The options of `watch` that have a value in the next word.
const WATCH: &[&str] = &["-n", "--interval"];

/// Returns the name of a program without its directory.
pub(super) fn program(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

/// Returns the words of the command that is run in the end, without those before it.
pub(super) fn unwrapped(words: &[Word]) -> &[Word] {
    let mut words = words;
    while let Some((first, rest)) = words.split_first() {
        let name = program(&first.text);
        let Some(wrapper) = WRAPPERS.iter().find(|wrapper| wrapper.name == name) else { break };
        words = without_options(rest, wrapper.with_value);
        if wrapper.takes_assignments {
            let assignments = words.iter().take_while(|word| word.text.contains('='));
            words = &words[assignments.count()..];
        }
        words = words.get(wrapper.operands..).unwrap_or_default();
    }
    words
}

fn without_options<'a>(words: &'a [Word], with_value: &[&str]) -> &'a [Word] {
    let mut words = words;
    while let Some((first, rest)) = words.split_first() {
        if !first.text.starts_with('-') || first.text == "-" {
            break;
        }
        let skipped = usize::from(with_value.contains(&&*first.text));
        words = rest.get(skipped..).unwrap_or_default();
        if first.text == "--" {
            break;
        }
    }
    words
}

impl Walk {
    /// `watch`, which gives its words to a shell.
    pub(super) fn watch(&mut self, words: &[Word]) {
        let words = without_options(words, WATCH);
        self.child_script(&joined(words));
    }

    /// `xargs`, whose command gets each word of the input. Without a known input, it is followed as it is.
    pub(super) fn xargs(&mut self, words: &[Word], input: Option<&str>) {
        let options = words.len() - without_options(words, XARGS).len();
        let (options, command) = words.split_at(options);
        let replaced = options.iter().position(|word| word.text.starts_with("-I"));
        let replaced = replaced.and_then(|at| {
            let own = options[at].text.strip_prefix("-I").filter(|text| !text.is_empty());
            own.or_else(|| options.get(at + 1).map(|word| &*word.text))
        });
        let unknown = UNKNOWN.to_string();
        let inputs: Vec<&str> = match input {
            Some(input) => input.split_whitespace().take(INPUTS).collect(),
            None => vec![&unknown],
        };
        for text in inputs {
            let mut words = command.to_vec();
            match replaced {
                Some(mark) => {
                    for word in &mut words {
                        word.text = word.text.replace(mark, text);
                    }
                }
                None => words.push(Word { text: text.to_owned(), span: None }),
            }
            self.run_nested(&words);
        }
    }
}

/// Returns words as one text, as `eval` does.
pub(super) fn joined(words: &[Word]) -> String {
    words.iter().map(|word| &*word.text).collect::<Vec<_>>().join(" ")
}
