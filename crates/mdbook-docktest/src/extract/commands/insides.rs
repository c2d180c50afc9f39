//! What in a command can fail without its exit status showing that.

use super::pipelines::{Pipeline, pipelines_of};
use super::{Syntax, Token, unseen_parts};

/// What a command consists of, where its exit status alone is not enough to judge it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Insides {
    /// Whether it runs commands whose status can be lost: in lists, in substitutions, or as text.
    pub(crate) has_lists: bool,
    /// Whether it has pipelines the statuses of whose parts can be lost.
    pub(crate) has_pipelines: bool,
    /// Whether it starts processes that can go on after it.
    pub(crate) has_background: bool,
    /// Whether it may define functions, of which any later command may consist.
    pub(crate) has_functions: bool,
}

impl Insides {
    /// Returns what a command consists of, as far as its text shows.
    pub(crate) fn of(syntax: &Syntax<'_>) -> Self {
        let command = syntax.text;
        let text = |range: &std::ops::Range<usize>| command.get(range.clone()).unwrap_or_default();
        // What is in backticks, or in the text of a here-document, is not among the tokens.
        let has_hidden = command.contains('`') || command.contains("<<") && command.contains("$(");
        let mut insides = Self {
            has_lists: has_hidden || !unseen_parts(syntax).is_empty(),
            has_pipelines: has_hidden && command.contains('|'),
            has_background: ["<(", ">(", "coproc"].iter().any(|sign| command.contains(sign)),
            has_functions: false,
        };
        let (mut depth, mut is_first_word, mut has_ended) = (0_usize, true, false);
        for token in &syntax.tokens {
            let is_command =
                matches!(token, Token::Word(_) | Token::Assignment(_) | Token::Arithmetic(_));
            insides.has_lists |= has_ended && is_command;
            match token {
                Token::Word(word) if is_first_word => {
                    let word = text(word);
                    if matches!(word, "eval" | "source" | ".") {
                        insides.has_lists = true;
                        insides.has_functions = true;
                        insides.has_pipelines |= word != "eval" || command.contains('|');
                    }
                    // What an alias stands for is in place of a later command.
                    if word == "alias" && command.contains([';', '|', '&', '\n']) {
                        insides.has_lists = true;
                        insides.has_functions = true;
                        insides.has_pipelines |= command.contains('|');
                        insides.has_background |= command.contains('&');
                    }
                    is_first_word = false;
                }
                Token::Function => insides.has_functions = true,
                Token::End(sign) => {
                    insides.has_background |= text(sign) == "&";
                    has_ended |= depth == 0 && !matches!(text(sign), "&&" | "||");
                    is_first_word = true;
                }
                Token::Open(_) => {
                    insides.has_lists = true;
                    depth += 1;
                    is_first_word = true;
                }
                Token::Close => {
                    depth = depth.saturating_sub(1);
                    is_first_word = false;
                }
                Token::Pipe(_) | Token::Then | Token::Condition | Token::Do => is_first_word = true,
                _ => {}
            }
        }
        let pipelines = pipelines_of(syntax);
        let mut lost = pipelines.iter().filter(|pipeline| !pipeline.is_tested);
        insides.has_pipelines |= match lost.next_back() {
            // Those of the last one are what the shell has left, unless something follows it.
            Some(last) if last.depth == 1 => {
                lost.next().is_some() || !is_last(last, &syntax.tokens)
            }
            last => last.is_some(),
        };
        insides
    }

    /// Returns what a command consists of if it may run functions that consist of `functions`.
    pub(crate) fn with(self, functions: Self) -> Self {
        Self {
            has_lists: self.has_lists || functions.has_lists,
            has_pipelines: self.has_pipelines || functions.has_pipelines,
            has_background: self.has_background || functions.has_background,
            has_functions: self.has_functions || functions.has_functions,
        }
    }
}

/// Whether nothing runs behind an outermost pipeline.
fn is_last(pipeline: &Pipeline, tokens: &[Token]) -> bool {
    let end = pipeline.parts.last().map_or(0, |part| part.end);
    let is_before = |token: &&Token| !matches!(token, Token::End(sign) if sign.start >= end);
    let mut later = tokens.iter().skip_while(is_before);
    later.all(|token| matches!(token, Token::End(_) | Token::Body { .. }))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The letters of what a command consists of: lists, pipelines, background, functions.
    fn letters(command: &str) -> String {
        let insides = Insides::of(&Syntax::of(command));
        let letters = [
            (insides.has_lists, 'l'),
            (insides.has_pipelines, 'p'),
            (insides.has_background, 'b'),
            (insides.has_functions, 'f'),
        ];
        letters.iter().filter(|(is_true, _)| *is_true).map(|(_, letter)| letter).collect()
    }

    #[test]
    fn a_command_whose_status_says_all_has_no_insides() {
        for command in [
            "docker run -d --name x alpine",
            "A=1 docker ps >f 2>&1",
            "docker ps | tail -n 1",
            "a && b || c",
            "a | b && c | d",
            "cat <<E\na; b | c\nE",
            "echo 'a; b | c' # d; e",
            "a;",
            "a && ((x++))",
            "a && (\\\n(x++))",
            "cat <<E | b\na; c\nE",
            "! a | b",
        ] {
            assert_eq!(letters(command), "", "{command}");
        }
    }

    #[test]
    fn what_can_be_lost_is_found() {
        for (command, expected) in [
            ("a; b", "l"),
            ("a; b | c", "l"),
            ("a; ((x++))", "l"),
            ("a; # b\n((x++))", "l"),
            ("a | b; ((x++))", "lp"),
            ("a && b; ((x++))", "l"),
            ("a | b; c", "lp"),
            ("a | b; c | d", "lp"),
            ("a | b && c; d", "l"),
            ("{ a; b; }", "l"),
            ("( a | b )", "lp"),
            ("x=$(a)", "l"),
            ("echo \"$(a | b)\"", "lp"),
            ("x=`a`", "l"),
            ("x=`a | b`", "lp"),
            ("cat <<E\n$(a)\nE", "l"),
            ("cat <<E\n$(a | b)\nE", "lp"),
            ("if a | b; then c; fi", "l"),
            ("while a; do b | c; done", "lp"),
            ("f() { a; }", "lf"),
            ("function f { a | b; }", "lpf"),
            ("eval 'a; b'", "lf"),
            ("if a; then . ./f; fi", "lpf"),
            ("echo eval .", ""),
            ("a &", "b"),
            ("a & b", "lb"),
            ("a <(b)", "lb"),
            ("alias k=kubectl", ""),
            ("alias a='b; c'", "lf"),
            ("alias a='b | c'", "lpf"),
        ] {
            assert_eq!(letters(command), expected, "{command}");
        }
    }
}
