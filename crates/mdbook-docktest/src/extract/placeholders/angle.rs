//! Placeholders in angle brackets: `<volume name>`.
//!
//! Bash reads two redirections in them, from one file and to another: `sort <in >out` is a command.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::mask;
use super::names::{is_telling, takes_text};
use crate::extract::commands::{Redirection, Token, tokens};

/// Up to the closing bracket, which is not part of `>>` or `>(`.
static BRACKETS: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"^<([\p{L}\p{N}](?:[\p{L}\p{N} _.,:/@|+-]{0,78}[\p{L}\p{N}.…_])?)>";
    Regex::new(regex).expect("the regex is valid")
});

/// The same within quotes, where nothing else ends it.
static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
    let regex =
        r#"<([Yy][Oo][Uu][Rr][ _-][^<>"'`$\n]{1,60})>|(?:^|=)["'](<[^<>"'`$\n]{2,60}>)["']$"#;
    Regex::new(regex).expect("the regex is valid")
});

/// Programs that read their standard input and write to their standard output: for them, two
/// redirections make sense.
const FILTERS: [&str; 26] = [
    "awk", "base64", "bc", "cat", "cut", "diff", "grep", "gunzip", "gzip", "head", "jq", "mysql",
    "nl", "psql", "read", "rev", "sed", "sh", "sort", "tail", "tar", "tee", "tr", "uniq", "wc",
    "xargs",
];

/// The number of times that a script is read again, with words in the place of what was found: bash
/// reads no further on a line than to the end of the first placeholder.
const PASSES: usize = 16;

/// Returns the places of what is in angle brackets, in order.
pub(super) fn angle_brackets(script: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    if !(script.contains('<') && script.contains('>')) {
        return found;
    }
    let mut masked: Cow<'_, str> = script.into();
    for _ in 0..PASSES {
        let new = one_pass(&masked);
        if new.is_empty() {
            break;
        }
        masked = mask(&masked, &new).into_owned().into();
        found.extend(new);
    }
    found.sort_by_key(|place| place.start);
    found
}

fn one_pass(script: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    let mut program: Option<Range<usize>> = None;
    let mut is_input = false;
    let mut has_descriptor = false;
    for token in tokens(script) {
        let is_target = is_input && !has_descriptor;
        if !matches!(token, Token::Redirection(_)) {
            has_descriptor = matches!(token, Token::Descriptor(_));
        }
        is_input = matches!(token, Token::Redirection(Redirection::Input));
        match token {
            Token::Target(range) if is_target => {
                let begin = range.start.saturating_sub(1);
                let is_new = found.last().is_none_or(|last| last.end <= begin);
                let program = program.clone().and_then(|range| script.get(range));
                if is_new && let Some(length) = length(script.get(begin..).unwrap_or(""), program) {
                    found.push(begin..begin + length);
                }
            }
            Token::Word(range) => {
                let is_text =
                    program.clone().and_then(|range| script.get(range)).is_some_and(takes_text);
                found.extend(in_quotes(script, &range, is_text));
                program = program.or(Some(range));
            }
            Token::Assignment(range) => found.extend(in_quotes(script, &range, false)),
            Token::Pipe(_) | Token::End(_) | Token::Open(_) | Token::Close => program = None,
            _ => {}
        }
    }
    found.sort_by_key(|place| place.start);
    found.dedup_by(|next, before| next.start < before.end);
    found
}

/// Returns the length of the placeholder at the beginning of a text.
fn length(text: &str, program: Option<&str>) -> Option<usize> {
    let captures = BRACKETS.captures(text)?;
    let (whole, inner) = (captures.get(0)?, captures.get(1)?.as_str());
    // A pipeline has blanks around its bars.
    if inner.contains(" |") || inner.contains("| ") {
        return None;
    }
    let after = &text[whole.end()..];
    let is_filter = program
        .is_none_or(|program| FILTERS.contains(&program.rsplit('/').next().unwrap_or(program)));
    // A name such as `notes.txt` is a file.
    let is_file = inner.rsplit_once('.').is_some_and(|(_, extension)| {
        (1..=4).contains(&extension.len()) && !extension.contains(' ')
    });
    let is_phrase = inner.contains(' ') || is_telling(inner);
    let is_placeholder = match after.chars().next() {
        // Nothing to write to: bash refuses it.
        None | Some('\n' | ')' | ';' | '<') => true,
        Some('>' | '(') => false,
        Some(' ' | '\t') => {
            let rest = after.trim_start_matches([' ', '\t']);
            let is_refused = rest.is_empty()
                || rest.starts_with(['\n', ';', '|', '<', '>', ')', '#'])
                || rest.starts_with("&&");
            is_refused || is_phrase || !(is_file || is_filter)
        }
        Some('/') => {
            let directories = ["/dev/", "/tmp/", "/var/", "/etc/", "/proc/", "/home/", "/root/"];
            !directories.iter().any(|directory| after.starts_with(directory))
                && (is_phrase || !(is_file || is_filter))
        }
        Some(':' | '@' | ',' | ']' | '=' | '"' | '\'' | '+' | '…') => true,
        Some('&' | '|') => is_phrase || after.starts_with("&&") || !is_filter,
        Some('-' | '_' | '.') => is_phrase || !(is_file || is_filter),
        Some(_) => is_phrase,
    };
    is_placeholder.then_some(whole.end())
}

/// Returns the placeholders within the quotes of a word: any that says `your`, and, unless any text can
/// stand there, what is all of the quotes. Markup is not a placeholder.
fn in_quotes(script: &str, word: &Range<usize>, is_text: bool) -> Vec<Range<usize>> {
    let Some(text) = script.get(word.clone()).filter(|text| text.contains('<')) else {
        return Vec::new();
    };
    let found = QUOTED.captures_iter(text).filter_map(|captures| {
        let place = match captures.get(2) {
            Some(quoted) => {
                let inner = quoted.as_str().trim_matches(['<', '>']);
                let is_yours = inner.to_ascii_lowercase().starts_with("your");
                (is_yours || (!is_text && is_telling(inner))).then(|| quoted.range())?
            }
            None => captures.get(0)?.range(),
        };
        Some(word.start + place.start..word.start + place.end)
    });
    found.collect()
}
