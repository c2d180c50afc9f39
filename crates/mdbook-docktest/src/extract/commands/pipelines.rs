//! The parts of pipelines.

use std::ops::Range;

use super::{Token, tokens};

/// A list of commands while it is read.
#[derive(Default)]
struct List {
    /// Where the part that is being read begins.
    start: Option<usize>,
    /// The parts before it, of the same pipeline.
    parts: Vec<Range<usize>>,
}

impl List {
    /// Ends the pipeline. Returns the ranges of all of its parts but the last, if there is another one.
    fn end(&mut self) -> Option<Vec<Range<usize>>> {
        self.start = None;
        let parts = std::mem::take(&mut self.parts);
        (!parts.is_empty()).then_some(parts)
    }
}

/// Returns the text of one part of a command's last pipeline with this number of parts. `index` counts from 0;
/// the last part has no text here. Returns `None` if there is no such pipeline.
pub(crate) fn part_of_pipeline(command: &str, count: usize, index: usize) -> Option<&str> {
    let is_wanted = |parts: &Vec<Range<usize>>| parts.len() + 1 == count;
    let mut found: Option<(usize, Vec<Range<usize>>)> = None;
    // The lists that are open, outermost first.
    let mut lists = vec![List { start: Some(0), ..List::default() }];
    for token in tokens(command) {
        let depth = lists.len();
        let list = lists.last_mut()?;
        let ended = match token {
            Token::Pipe(sign) => {
                list.parts.push(list.start.unwrap_or(sign.start)..sign.start);
                list.start = Some(sign.end);
                None
            }
            Token::End(sign) => {
                let ended = list.end();
                list.start = (depth == 1).then_some(sign.end);
                ended
            }
            Token::Open(_) => {
                lists.push(List::default());
                None
            }
            Token::Close => {
                let ended = list.end();
                lists.pop();
                ended
            }
            Token::Word(range)
            | Token::Assignment(range)
            | Token::Descriptor(range)
            | Token::Target(range) => {
                list.start.get_or_insert(range.start);
                None
            }
            _ => None,
        };
        // The outermost list is what the shell has run last.
        let is_outer = found.as_ref().is_none_or(|(place, _)| depth <= *place);
        if let Some(parts) = ended.filter(|parts| is_outer && is_wanted(parts)) {
            found = Some((depth, parts));
        }
    }
    let text = command.get(found?.1.get(index)?.clone())?.trim();
    // These are about the whole pipeline.
    let text = text.strip_prefix("! ").unwrap_or(text);
    Some(text.strip_prefix("time ").unwrap_or(text).trim_start())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_named_by_its_text() {
        for (command, count, index, part) in [
            ("docker logs x | tail -n 3", 2, 0, Some("docker logs x")),
            ("a 'b | c' |& d |\n e # f", 3, 1, Some("d")),
            ("a 'b | c' |& d |\n e # f", 3, 0, Some("a 'b | c'")),
            ("! a x | b", 2, 0, Some("a x")),
            ("time a | b", 2, 0, Some("a")),
            ("x; a | b; c d | e", 2, 0, Some("c d")),
            ("a | b && c | d | e", 2, 0, Some("a")),
            ("for i in 1; do a | b; done | wc -l", 2, 0, Some("for i in 1; do a | b; done")),
            ("for i in 1; do a c | b; done", 2, 0, Some("a c")),
            ("x=$(a | b) | c", 2, 0, Some("x=$(a | b)")),
            ("cat <<E | b\na | c\nE", 2, 0, Some("cat <<E")),
            ("A=1 a >f | b", 2, 0, Some("A=1 a >f")),
            ("f() { a | b; }", 2, 0, Some("a")),
            ("a | b", 3, 0, None),
            ("a | b", 2, 1, None),
            ("f", 2, 0, None),
            ("{ a; b; } | c", 2, 0, Some("{ a; b; }")),
        ] {
            assert_eq!(part_of_pipeline(command, count, index), part, "{command}");
        }
    }
}
