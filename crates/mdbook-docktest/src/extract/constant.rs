//! Commands that print the same in every run.

use super::simple_commands::simple_commands;

/// Programs that print only what their words say.
const SAYING: [&str; 8] = ["basename", "dirname", "echo", "expr", "printf", "seq", "true", "false"];

/// Programs that print what they read, each with the number of words before the names of files.
const READING: [(&str, usize); 29] = [
    ("awk", 1),
    ("b2sum", 0),
    ("base32", 0),
    ("base64", 0),
    ("cat", 0),
    ("cksum", 0),
    ("cut", 0),
    ("fold", 0),
    ("grep", 1),
    ("head", 0),
    ("hexdump", 0),
    ("md5sum", 0),
    ("nl", 0),
    ("od", 0),
    ("rev", 0),
    ("sed", 1),
    ("sha1sum", 0),
    ("sha224sum", 0),
    ("sha256sum", 0),
    ("sha384sum", 0),
    ("sha512sum", 0),
    ("shasum", 0),
    ("sort", 0),
    ("sum", 0),
    ("tac", 0),
    ("tail", 0),
    ("tr", 2),
    ("uniq", 0),
    ("wc", 0),
];

/// Whether a command surely prints the same in every run: it depends on nothing but its own text. Most commands of
/// which this is true are not recognized.
pub(crate) fn is_constant(command: &str) -> bool {
    if command.contains(['$', '`', '~']) || !reads_nothing(command) {
        return false;
    }
    let mut is_first = true;
    let commands = simple_commands(command);
    !commands.is_empty()
        && commands.iter().all(|simple| {
            let is_first = std::mem::take(&mut is_first);
            let words = simple.texts(command);
            let Some((program, words)) = words.split_first() else { return false };
            SAYING.contains(program)
                || *program == "date" && has_fixed_date(words)
                || READING.iter().any(|(name, leading)| {
                    let reads_files = !are_not_files(words, *leading);
                    // Without a file, the first command reads what a reader types.
                    let has_input = !is_first || !words.is_empty() || command.contains('<');
                    name == program && !reads_files && has_input
                })
        })
}

/// Whether nothing is read from a file by redirection; here-documents and here-strings are text.
fn reads_nothing(command: &str) -> bool {
    let mut rest = command;
    while let Some(at) = rest.find('<') {
        let after = &rest[at..];
        let signs = after.len() - after.trim_start_matches('<').len();
        rest = &after[signs..];
        if signs == 1 && !rest.trim_start().starts_with("/dev/null") {
            return false;
        }
    }
    true
}

/// Whether no word is a file that can have changed. Numbers and single characters are values of options.
fn are_not_files(words: &[&str], leading: usize) -> bool {
    let is_value = |word: &&str| {
        let is_number = word.chars().all(|c| c.is_ascii_digit() || matches!(c, ',' | '-'));
        word.starts_with('-') || is_number || word.trim_matches(['\'', '"']).len() <= 1
    };
    let operands = words.iter().filter(|word| !word.starts_with('-')).skip(leading);
    operands.filter(|word| !is_value(word)).all(|word| *word == "/dev/null")
}

/// Whether the words of `date` have a point in time, such as `-d @0` or `--date='2020-01-01'`.
fn has_fixed_date(words: &[&str]) -> bool {
    let mut texts = words.iter().enumerate().filter_map(|(index, word)| {
        let own = word.strip_prefix("--date=").or_else(|| word.strip_prefix("-d"))?;
        if own.is_empty() { words.get(index + 1).copied() } else { Some(own) }
    });
    let is_fixed = |text: &str| {
        let text = text.trim_matches(['\'', '"']);
        let has_year = text.split(|c: char| !c.is_ascii_digit()).any(|part| part.len() == 4);
        let is_relative =
            text.split_whitespace().any(|word| matches!(word, "ago" | "now" | "today"));
        text.starts_with('@') || has_year && text.contains('-') && !is_relative
    };
    texts.next_back().is_some_and(is_fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_depends_on_nothing_is_constant() {
        for command in [
            "echo deadbeefdeadbeef",
            "printf '%s\\n' 2020-01-01",
            "sha256sum /dev/null",
            "sha256sum </dev/null",
            "echo hello | sha256sum | cut -d ' ' -f 1",
            "printf abc | md5sum -",
            "md5sum <<< text",
            "cat <<EOF\n3f4a0c1d2e5b\nEOF",
            "date -u -d @0",
            "date --date='2020-01-01' +%s",
            "echo a && echo b | tr a-z A-Z; true",
            "seq 3 | sort -r | head -n 1",
        ] {
            assert!(is_constant(command), "{command}");
        }
    }

    #[test]
    fn what_can_depend_on_something_is_not() {
        for command in [
            "docker ps -q",
            "echo $RANDOM",
            "echo `date`",
            "echo \"$(docker ps -q)\"",
            "cat id.txt",
            "sha256sum backup.tar",
            "sha256sum < backup.tar",
            "echo a | cat - id.txt",
            "grep x id.txt",
            "date",
            "date -d yesterday",
            "date -d '1 day ago'",
            "date -r file",
            "uuidgen",
            "echo a; hostname",
            "./run.sh",
            "cat",
            "",
        ] {
            assert!(!is_constant(command), "{command}");
        }
    }
}
