//! Blocks that are not closed, or by a fence that is shorter than the opening one: that closes nothing, and what is below stays in
//! the block.

use std::ops::Range;

use super::Extraction;
use super::attributes::{self, Info};
use super::blocks::CodeBlock;
use super::file_blocks;
use super::remedies;
use crate::model::fence::Fence;
use crate::model::finding::Code;
use crate::model::remedy::{Basis, Remedy};
use crate::text::splice::Edit;

impl Extraction<'_> {
    /// Reports a fence that is never closed. Returns whether it is closed.
    pub(super) fn is_closed(&mut self, fence: &Fence, what: &str) -> bool {
        if fence.closing.is_some() {
            return true;
        }
        let marks = &self.text[fence.marks.clone()];
        let message = format!("the fence of this {what} is never closed");
        let help = format!(
            "close it with `{marks}` on a line of its own, indented like the opening fence"
        );
        let remedies = vec![remedies::close(self.text, fence)];
        let span = fence.opening();
        self.find_with_remedies(Code::UnterminatedFence, span, message, Some(help), remedies);
        false
    }

    /// Reports a block that does not end where its author has closed it. Returns whether it is one.
    pub(super) fn take_past_short_fence(&mut self, block: &CodeBlock, fence: &Fence) -> bool {
        let marks = &self.text[fence.marks.clone()];
        let Some(short) = short_fence(&block.content, marks) else { return false };
        let Some(place) = block.line_at(short.line.start) else { return false };
        let info = &self.text[fence.info.clone()];
        let what = match attributes::parse(info) {
            _ if file_blocks::parse(info).is_some() => "file",
            Info::Step { .. } => "step",
            Info::Output { .. } => "`output` block",
            Info::Other(_) => "block",
        };
        let is_reported = match fence.closing {
            Some(_) => short.is_before_another_block,
            // What ends with the chapter holds nothing else.
            None => what != "block" || short.has_text_below,
        };
        if !is_reported {
            return false;
        }
        let line = self.lines.line(self.text, place.start);
        let (long, short) = (marks.len(), place.len());
        let message = format!(
            "the fence of this {what} is not closed in line {line}: it has {long} marks, the one there only {short}"
        );
        let help = format!(
            "all text below line {line} is in this block: write {long} marks there, or only {short} here"
        );
        let remedies = vec![Remedy {
            title: format!("make the `fence` in line {line} as long as the opening one"),
            edits: vec![Edit { range: place, text: marks.to_owned() }],
            // No command is a fence, but documents have some.
            basis: if what == "step" { Basis::Proved } else { Basis::Proposed },
        }];
        let span = fence.opening();
        self.find_with_remedies(Code::UnterminatedFence, span, message, Some(help), remedies);
        true
    }
}

/// Whether steps are in a block that nothing closes, so that they do not run.
pub(super) fn holds_steps(content: &str, marks: &str) -> bool {
    let fences = content.lines().filter_map(|line| fence_line(line, &marks[..1]));
    let is_step = |info| matches!(attributes::parse(info), Info::Step { attributes, .. } if !attributes.ignore);
    fences.map(|(_, info)| info).any(is_step)
}

/// A line that its author takes for the end of the block.
#[derive(Debug, PartialEq, Eq)]
struct ShortFence {
    /// The marks, in the content of the block.
    line: Range<usize>,
    has_text_below: bool,
    /// Whether a fence is below that is long enough, but begins another block.
    is_before_another_block: bool,
}

/// Finds the first line of a block's content that would close it if it were longer. Fences around text in the block come in
/// pairs.
fn short_fence(content: &str, marks: &str) -> Option<ShortFence> {
    let mut alone: Vec<Range<usize>> = Vec::new();
    let mut is_inner = false;
    let mut long_after = None;
    let mut start = 0;
    for line in content.split_inclusive('\n') {
        if let Some((own, info)) = fence_line(line, &marks[..1]) {
            let at = start + line.len() - line.trim_start().len();
            if !info.is_empty() {
                is_inner = true;
                if own >= marks.len() {
                    long_after = Some(at);
                }
            } else if is_inner {
                is_inner = false;
            } else {
                alone.push(at..at + own);
            }
        }
        start += line.len();
    }
    let line = alone.first().filter(|_| alone.len() % 2 == 1)?.clone();
    Some(ShortFence {
        has_text_below: !content[line.end..].trim().is_empty(),
        is_before_another_block: long_after.is_some_and(|at| at > line.start),
        line,
    })
}

/// Returns the number of marks of a line that is a fence, and what is behind them.
fn fence_line<'a>(line: &'a str, mark: &str) -> Option<(usize, &'a str)> {
    let own = line.trim_start_matches(' ');
    let info = own.trim_start_matches(mark);
    let count = own.len() - info.len();
    let is_fence = count >= 3 && line.len() - own.len() <= 3;
    // In a sentence, marks are around code.
    (is_fence && !info.contains(mark)).then(|| (count, info.trim()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Extensions, extract};
    use crate::model::remedy::Basis;
    use crate::text::splice::splice;

    /// Returns the findings as `line:column message`, and the chapter with the remedy of the first.
    fn found(text: &str) -> (Vec<String>, Option<String>) {
        let findings = extract(Path::new("c.md"), text, Extensions::default()).findings;
        let remedy = findings.first().and_then(|found| found.remedies.first());
        let mended = remedy.map(|remedy| splice(text, remedy.edits_of(text)));
        let described = |found: &crate::model::finding::Finding| {
            format!("{}:{} {}", found.line, found.column, found.message)
        };
        (findings.iter().map(described).collect(), mended)
    }

    #[test]
    fn a_block_that_is_closed_with_fewer_marks_is_reported_with_both_places() {
        let below = "\nText.\n\n```bash\nls\n```\n";
        for (opening, what) in [
            ("````bash", "step"),
            ("````output", "`output` block"),
            ("````text file=a", "file"),
            ("````", "block"),
            ("````yaml", "block"),
            ("````markdown\n```bash\nls\n```", "block"),
        ] {
            let text = format!("{opening}\na\n```\n{below}");
            let line = opening.lines().count() + 2;
            let (findings, mended) = found(&text);
            let message = format!(
                "1:1 the fence of this {what} is not closed in line {line}: it has 4 marks, the one there only 3"
            );
            assert_eq!(findings, [message], "{text}");
            assert_eq!(mended, Some(format!("{opening}\na\n````\n{below}")));
            let scenario = extract(Path::new("c.md"), &text, Extensions::default());
            let remedy = &scenario.findings[0].remedies[0];
            assert!(remedy.is_named("fence"), "{}", remedy.title);
            assert_eq!(remedy.basis == Basis::Proved, what == "step");
        }
    }

    #[test]
    fn a_block_that_is_never_closed_is_reported_if_it_contains_steps() {
        let message = "1:1 the fence of this block is never closed";
        for text in ["````markdown\n```bash\nls\n```\n\nText.\n", "~~~\na\n\n~~~bash\nls\n"] {
            assert_eq!(found(text).0, [message], "{text}");
        }
        for text in
            ["````markdown\n```yaml\na\n```\n", "```\na\n", "````\n```bash ignore\nls\n```\n"]
        {
            assert_eq!(found(text).0, [""; 0], "{text}");
        }
    }

    #[test]
    fn the_remedy_gives_the_steps_below_back() {
        let (_, mended) = found("> ~~~~~ bash\n> echo\n>  ~~~ \n>\n> ~~~bash\n> ls\n> ~~~\n");
        let mended = mended.expect("there is a remedy");
        assert_eq!(mended, "> ~~~~~ bash\n> echo\n>  ~~~~~ \n>\n> ~~~bash\n> ls\n> ~~~\n");
        let scenario = extract(Path::new("c.md"), &mended, Extensions::default());
        assert_eq!(scenario.findings, []);
        assert_eq!(scenario.steps.len(), 2);
    }

    #[test]
    fn a_longer_fence_further_down_does_not_close_it_for_its_author() {
        let (findings, mended) = found("````bash\na\n```\n\nText.\n\n````bash\nb\n````\n");
        assert_eq!(findings.len(), 1, "{findings:?}");
        assert_eq!(mended.as_deref(), Some("````bash\na\n````\n\nText.\n\n````bash\nb\n````\n"));
    }

    #[test]
    fn fences_of_documents_in_blocks_are_no_finding() {
        for text in [
            "````markdown\n```bash\nls\n```\n````\n",
            "````bash ignore\ncat > a.md <<E\n```\nls\n```\nE\n````\n",
            "````text\n```\n````\n",
            "- ````text\n  ```\n  ````\n",
            // Every viewer shows the same.
            "````\na\n```\n",
            "~~~~text\na\n```\nb\n",
        ] {
            assert_eq!(found(text), (Vec::new(), None), "{text}");
        }
    }
}
