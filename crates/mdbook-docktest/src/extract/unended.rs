//! Here-documents without an end.
//!
//! Bash only warns of one, and takes all lines below for its text. A reader's terminal waits for more. So it
//! is an error like an open quote, and the step does not run.

use std::ops::Range;

use super::Extraction;
use super::commands::{Unended, unended_here_document};
use super::inner::{is_of_shell, is_second_prompt};
use crate::model::finding::Code;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::{Command, CommandKind};
use crate::text::splice::Edit;

impl Extraction<'_> {
    /// Finds here-documents that are never ended. Returns whether there is one.
    pub(super) fn here_documents_without_end(&mut self, commands: &[Command]) -> bool {
        let mut any = false;
        for (index, command) in commands.iter().enumerate() {
            // Most commands have none.
            if !command.text.contains("<<") || is_ended_by_typed_lines(&commands[index..]) {
                continue;
            }
            let Some(document) = unended_here_document(&command.text) else { continue };
            any = true;
            let delimiter = &document.delimiter;
            let message =
                format!("this here-document has no end: no line below is just `{delimiter}`");
            let (advice, remedy) = match wanted_end(&command.text, &document) {
                Some(end) => (end.advice(delimiter), end.remedy(command, &document)),
                None => (format!("add the line `{delimiter}` below its text"), None),
            };
            let span = command.place(document.word).unwrap_or_else(|| command.span.clone());
            let remedies = remedy.into_iter().collect();
            self.find_with_remedies(Code::SyntaxError, span, message, Some(advice), remedies);
        }
        any
    }
}

/// Whether the first command is typed into a program that has no here-documents, or the lines that are typed
/// below it end its own.
fn is_ended_by_typed_lines(commands: &[Command]) -> bool {
    let Some((first, below)) = commands.split_first() else { return false };
    let CommandKind::Typed { prompt } = &first.kind else { return false };
    if !is_of_shell(prompt) {
        return true;
    }
    let continues = |command: &&Command| matches!(&command.kind, CommandKind::Typed { prompt } if is_second_prompt(prompt));
    let rest = below.iter().take_while(continues);
    let lines: Vec<&str> = std::iter::once(first).chain(rest).map(|line| &*line.text).collect();
    unended_here_document(&lines.join("\n")).is_none()
}

/// A line that looks as if it were meant to end a here-document.
#[derive(Debug, PartialEq, Eq)]
struct WantedEnd {
    /// The blanks before the delimiter, in the command's text.
    before: Range<usize>,
    /// What is behind the delimiter.
    after: Range<usize>,
    /// That text, without blanks around it.
    rest: String,
}

/// Returns the first line of the here-document's text that begins with its delimiter, if nothing but blanks
/// or operators are around it.
fn wanted_end(text: &str, document: &Unended) -> Option<WantedEnd> {
    let mut start = document.body.start;
    for line in text.get(document.body.clone())?.split_inclusive('\n') {
        let content = line.trim_end_matches('\n');
        let blanks = content.len() - content.trim_start().len();
        if let Some(rest) = content[blanks..].strip_prefix(&document.delimiter[..]) {
            let after = start + content.len() - rest.len()..start + content.len();
            let is_operator = rest.trim_start().starts_with(['>', '|', '<', '&', ';', ')', '#']);
            if rest.trim().is_empty() || is_operator {
                let before = start..start + blanks;
                return Some(WantedEnd { before, after, rest: rest.trim().to_owned() });
            }
        }
        start += line.len();
    }
    None
}

impl WantedEnd {
    fn advice(&self, delimiter: &str) -> String {
        if !self.rest.is_empty() {
            let rest = &self.rest;
            return format!(
                "`{delimiter}` must be alone on its line: move `{rest}` up to the line with `<<`"
            );
        }
        format!("`{delimiter}` must be alone on its line: remove the blanks around it")
    }

    fn remedy(&self, command: &Command, document: &Unended) -> Option<Remedy> {
        let remove = |range: &Range<usize>| -> Option<Option<Edit>> {
            if range.is_empty() {
                return Some(None);
            }
            Some(Some(Edit { range: command.place(range.clone())?, text: String::new() }))
        };
        let mut edits: Vec<Edit> =
            [remove(&self.before)?, remove(&self.after)?].into_iter().flatten().collect();
        let delimiter = &document.delimiter;
        let mut title = format!("leave `{delimiter}` alone on its line");
        // A comment stays out of the way where it is; the others belong to the command.
        if self.rest.starts_with(['>', '|', '<']) {
            let word = command.place(document.word.clone())?;
            edits.insert(0, Edit::insert(word.end, format!(" {}", self.rest)));
            title = format!("move `{}` to the line of `<<`", self.rest);
        } else if !self.rest.is_empty() {
            return None;
        }
        Some(Remedy { title, edits, basis: Basis::Proposed })
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::{Extensions, extract};
    use crate::text::splice::splice;

    /// Returns whether the only step runs, and its finding as `line:column message | help`; and the chapter
    /// with the first remedy.
    fn found(text: &str) -> (bool, Option<String>, Option<String>) {
        let scenario = extract(Path::new("c.md"), text, Extensions::default());
        assert!(scenario.findings.len() <= 1, "{:?}", scenario.findings);
        let finding = scenario.findings.first();
        let described = finding.map(|found| {
            let help = found.help.as_deref().unwrap_or_default();
            format!("{}:{} {} | {help}", found.line, found.column, found.message)
        });
        let remedy = finding.and_then(|found| found.remedies.first());
        let mended = remedy.map(|remedy| splice(text, remedy.edits.clone()));
        (scenario.steps[0].runs(), described, mended)
    }

    #[test]
    fn one_without_an_end_keeps_its_step_from_running() {
        assert_eq!(
            found("```bash\ntrue\ncat << EOF\na\necho b\n```\n"),
            (
                false,
                Some(
                    "3:8 this here-document has no end: no line below is just `EOF` \
                     | add the line `EOF` below its text"
                        .to_owned()
                ),
                None
            )
        );
    }

    #[test]
    fn what_is_behind_its_wanted_end_is_moved_up() {
        let (runs, finding, mended) = found("```bash\ncat << EOF\na\nEOF > file\n```\n");
        assert!(!runs);
        assert_eq!(
            finding.as_deref(),
            Some(
                "2:8 this here-document has no end: no line below is just `EOF` \
                 | `EOF` must be alone on its line: move `> file` up to the line with `<<`"
            )
        );
        assert_eq!(mended.as_deref(), Some("```bash\ncat << EOF > file\na\nEOF\n```\n"));
    }

    #[test]
    fn blanks_before_its_wanted_end_are_removed() {
        let (runs, finding, mended) =
            found("```bash\nif true; then\n  cat <<-'E'\n  a\n  E\nfi\n```\n");
        assert!(!runs);
        assert!(finding.is_some_and(|found| found.ends_with("remove the blanks around it")));
        assert_eq!(
            mended.as_deref(),
            Some("```bash\nif true; then\n  cat <<-'E'\n  a\nE\nfi\n```\n")
        );
    }

    #[test]
    fn one_that_is_typed_into_a_container_ends_on_a_typed_line() {
        let session = |lines: &str| found(&format!("```console\n$ docker run -it a\n{lines}```\n"));
        for lines in [
            "/ # cat > /f <<EOF\n> a\n> EOF\n/ # exit\n",
            "/ # cat > /f <<EOF\na\n# b\nEOF\n/ # exit\n",
            ">>> 1 << n\n2\n",
        ] {
            assert_eq!(session(lines), (true, None, None), "{lines}");
        }
        let (runs, finding, _) = session("/ # cat <<EOF\n> a\n/ # exit\n");
        assert!(!runs);
        assert_eq!(
            finding.as_deref(),
            Some(
                "3:11 this here-document has no end: no line below is just `EOF` \
                 | add the line `EOF` below its text"
            )
        );
    }

    #[test]
    fn one_with_an_end_is_no_finding() {
        for script in [
            "cat <<E\n E\nE",
            "cat <<-E\n\ta\n\tE",
            "x=$(cat <<E\na\nE\n)",
            "echo '<<E'",
            "echo $((1 << 2))",
            "true # cat <<E",
            "cat <<<E",
            "cat <<A <<B\nA\nB",
        ] {
            assert_eq!(found(&format!("```bash\n{script}\n```\n")), (true, None, None), "{script}");
        }
        // Nor is one that never runs.
        assert_eq!(found("```bash ignore\ncat <<E\n```\n"), (false, None, None));
    }
}
