//! What is behind `!`. Bash runs an ERR trap for what fails in `! { a; b; }`, although it does not exit there with `set -e`.

use std::ops::Range;

use super::{Token, tokens};

/// A pipeline behind `!`: how many lists are around it, and its words so far.
struct Negated {
    depth: usize,
    words: Option<Range<usize>>,
}

/// Returns what is behind each `!` of a command, from its first word to its last one.
pub(crate) fn negated(command: &str) -> Vec<Range<usize>> {
    let (mut found, mut open) = (Vec::new(), Vec::<Negated>::new());
    let mut depth = 0_usize;
    for token in tokens(command) {
        match token {
            Token::Not => open.push(Negated { depth, words: None }),
            Token::Open(_) => depth += 1,
            Token::Close => {
                depth = depth.saturating_sub(1);
                let ended = open.extract_if(.., |negated| negated.depth > depth);
                found.extend(ended.filter_map(|negated| negated.words));
            }
            Token::End(_) => {
                let ended = open.extract_if(.., |negated| negated.depth >= depth);
                found.extend(ended.filter_map(|negated| negated.words));
            }
            Token::Word(word)
            | Token::Assignment(word)
            | Token::Target(word)
            | Token::Arithmetic(word) => {
                for negated in &mut open {
                    let words = negated.words.get_or_insert(word.clone());
                    *words = words.start.min(word.start)..words.end.max(word.end);
                }
            }
            _ => {}
        }
    }
    found.extend(open.into_iter().filter_map(|negated| negated.words));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_negated_ends_with_its_pipeline() {
        for (command, expected) in [
            ("a; b", &[][..]),
            ("! a x; b", &["a x"]),
            ("! { a; b; }; c", &["a; b"]),
            ("! { a; b; } | c && d", &["a; b; } | c"]),
            ("{ ! a; b; }; c", &["a"]),
            ("( ! a ); b", &["a"]),
            ("a; ! ( b; ! c )", &["c", "b; ! c"]),
            ("[[ ! a ]]; b", &[]),
            ("! ((a)); b", &["((a))"]),
            ("! { ((a)); (\\\n(b)) ; }; c", &["((a)); (\\\n(b))"]),
        ] {
            let found: Vec<&str> =
                negated(command).into_iter().map(|range| &command[range]).collect();
            assert_eq!(found, expected, "{command}");
        }
    }
}
