//! The pipelines of a command, and what becomes of their statuses.

use std::ops::Range;

use super::reader::grammar::Opener;
use super::{Syntax, Token};

/// A pipeline with more than one part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pipeline {
    /// The texts of its parts, as byte ranges of the command.
    pub(crate) parts: Vec<Range<usize>>,
    /// Whether something depends on its status: a condition, `&&`, `||` or `!`.
    pub(crate) is_tested: bool,
    /// The number of lists around it.
    pub(super) depth: usize,
}

/// A list of commands while it is read.
#[derive(Default)]
struct List {
    /// Where the part that is being read begins.
    start: Option<usize>,
    /// The parts before it, of the same pipeline.
    parts: Vec<Range<usize>>,
    /// The end of the last word.
    end: usize,
    /// How many pipelines had been found before the current one, and before the current condition began.
    found_before: usize,
    condition: Option<usize>,
    is_negated: bool,
}

/// Returns a command's pipelines, in the order of their ends.
pub(crate) fn pipelines(command: &str) -> Vec<Pipeline> {
    pipelines_of(&Syntax::of(command))
}

/// Returns the same of a command that has been read.
pub(super) fn pipelines_of(command: &Syntax<'_>) -> Vec<Pipeline> {
    let mut found = Vec::new();
    let mut lists = vec![List { start: Some(0), ..List::default() }];
    for token in &command.tokens {
        let depth = lists.len();
        let Some(list) = lists.last_mut() else { break };
        match token {
            Token::Pipe(sign) => {
                list.parts.push(list.start.unwrap_or(sign.start)..sign.start);
                list.start = Some(sign.end);
            }
            Token::End(sign) => {
                let operator = command.text.get(sign.clone()).unwrap_or_default();
                list.end_pipeline(sign.start, depth, matches!(operator, "&&" | "||"), &mut found);
                list.start = (depth == 1).then_some(sign.end);
            }
            Token::Open(opener) => {
                let condition = matches!(opener, Opener::If | Opener::Loop).then_some(found.len());
                lists.push(List { found_before: found.len(), condition, ..List::default() });
            }
            Token::Close => {
                list.end_pipeline(list.end, depth, false, &mut found);
                lists.pop();
            }
            Token::Condition => list.condition = Some(found.len()),
            Token::Then => list.end_condition(&mut found),
            // The words of a loop are not a condition.
            Token::Do => list.condition = None,
            Token::Not => list.is_negated = true,
            Token::Word(range)
            | Token::Assignment(range)
            | Token::Arithmetic(range)
            | Token::Descriptor(range)
            | Token::Target(range) => {
                list.start.get_or_insert(range.start);
                list.end = range.end;
            }
            _ => {}
        }
    }
    found
}

impl List {
    /// Ends a pipeline.
    fn end_pipeline(
        &mut self,
        end: usize,
        depth: usize,
        is_tested: bool,
        found: &mut Vec<Pipeline>,
    ) {
        let start = self.start.take().unwrap_or(end);
        let mut parts = std::mem::take(&mut self.parts);
        if !parts.is_empty() {
            parts.push(start..end.max(start));
            found.push(Pipeline { parts, is_tested: false, depth });
        }
        if std::mem::take(&mut self.is_negated) || is_tested {
            test(&mut found[self.found_before..]);
        }
        self.found_before = found.len();
    }

    fn end_condition(&mut self, found: &mut [Pipeline]) {
        if let Some(condition) = self.condition.take() {
            test(&mut found[condition..]);
        }
    }
}

fn test(pipelines: &mut [Pipeline]) {
    for pipeline in pipelines {
        pipeline.is_tested = true;
    }
}

/// Returns the text of one part of a command's last pipeline with this number of parts. `index` counts from 0;
/// the last part has no text here. Returns `None` if there is no such pipeline.
pub(crate) fn part_of_pipeline(command: &str, count: usize, index: usize) -> Option<&str> {
    let pipelines = pipelines(command);
    let candidates = || pipelines.iter().filter(|pipeline| pipeline.parts.len() == count);
    // The outermost list is what the shell has run last.
    let depth = candidates().map(|pipeline| pipeline.depth).min()?;
    let pipeline = candidates().rfind(|pipeline| pipeline.depth == depth)?;
    let (_, others) = pipeline.parts.split_last()?;
    Some(part_text(command, others.get(index)?))
}

/// Returns the text of a part without what is about the whole pipeline.
pub(crate) fn part_text<'a>(command: &'a str, part: &Range<usize>) -> &'a str {
    let text = command.get(part.clone()).unwrap_or_default().trim();
    let text = text.strip_prefix("! ").unwrap_or(text);
    text.strip_prefix("time ").unwrap_or(text).trim_start()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each pipeline, after `?` if something depends on its status.
    fn all(command: &str) -> Vec<String> {
        let text = |pipeline: &Pipeline| {
            let parts: Vec<&str> =
                pipeline.parts.iter().map(|part| part_text(command, part)).collect();
            format!("{}{}", if pipeline.is_tested { "?" } else { "" }, parts.join(" | "))
        };
        pipelines(command).iter().map(text).collect()
    }

    #[test]
    fn a_pipeline_is_tested_where_something_depends_on_its_status() {
        for (command, expected) in [
            ("a x | b y; c", &["a x | b y"][..]),
            ("a | b && c | d", &["?a | b", "c | d"]),
            ("a | b || c", &["?a | b"]),
            ("! a | b; c | d", &["?a | b", "c | d"]),
            (
                "if a | b; then c | d; elif e | f; then g | h; else i | j; fi",
                &["?a | b", "c | d", "?e | f", "g | h", "i | j"],
            ),
            ("while a | b; do c | d; done", &["?a | b", "c | d"]),
            ("until a | b\ndo c | d\ndone", &["?a | b", "c | d"]),
            ("for i in $(a | b); do c | d; done", &["a | b", "c | d"]),
            ("for ((;;)); do c | d; done", &["c | d"]),
            ("for ((i = $(a | b); i < 3; i++)); do c | d; done", &["a | b", "c | d"]),
            ("{ ((a)) | b; c | ((d)); }", &["((a)) | b", "c | ((d))"]),
            ("while (($(a | b))); do c; done", &["?a | b"]),
            ("x=$(a | b 'c')", &["a | b 'c'"]),
            ("echo \"$(a | b)\" || true", &["?a | b"]),
            ("{ a | b; c; } && d", &["?a | b"]),
            ("{ a | b; c; } | d", &["a | b", "{ a | b; c; } | d"]),
            ("if [ \"$(a | b)\" = x ]; then c; fi", &["?a | b"]),
            ("f() { a | b >f; }", &["a | b >f"]),
            ("case a in a|b) c | d;; esac", &["c | d"]),
        ] {
            assert_eq!(all(command), expected, "{command}");
        }
    }

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
