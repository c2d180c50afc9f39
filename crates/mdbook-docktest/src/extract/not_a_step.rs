//! Reports the blocks that look like commands and are no steps, or makes steps of them.

use std::ops::Range;

use super::attributes::language::Kind;
use super::blocks::CodeBlock;
use super::remedies::mark_as;
use super::unmarked::html::HtmlBlock;
use super::unmarked::misplaced::Misplaced;
use super::unmarked::template::Template;
use super::unmarked::{
    Look, begins_with_command_at_prompt, commands_at_prompts, has_command_at_prompt,
    has_only_commands, is_command_with_output, is_ignored, look, look_of,
};
use super::{Extraction, Marking, Previous};
use crate::model::fence::{Closing, Fence};
use crate::model::finding::Code;
use crate::model::markdown::Unmarked;
use crate::model::remedy::{Basis, Remedy};
use crate::model::scenario::Attributes;
use crate::text::splice::Edit;

impl Extraction<'_> {
    /// Takes a fenced block of another language, or of none.
    pub(super) fn take_unmarked(
        &mut self,
        block: &CodeBlock,
        fence: &Fence,
        kind: Kind,
        previous: Option<&Previous>,
    ) {
        let info = &self.text[fence.info.clone()];
        if is_ignored(info) || kind == Kind::Text && self.shows_again(block, previous) {
            return;
        }
        let Some(look) = look_of(kind, &block.content) else { return };
        let language = &self.text[fence.language.clone()];
        let has_language_only = info == language || has_only_classes(info);
        // There is nothing, or `docker` alone.
        let is_unmarked = kind == Kind::Unmarked && has_language_only;
        let may_be_taken = matches!(kind, Kind::Unmarked | Kind::AnyShell)
            && has_language_only
            && fence.closing.is_some();
        if may_be_taken && self.takes_as_step(block, fence, look) {
            return;
        }
        let only_shown = only_shown(&block.content);
        if look == Look::Windows {
            return self.take_for_windows(fence, block);
        }
        let (message, help) = if language.is_empty() {
            ("it has no language".to_owned(), after_the_fence(look, only_shown))
        } else {
            let message = format!("`{language}` is not one of the languages of steps");
            (message, format!("{} instead", after_the_fence(look, only_shown)))
        };
        // Before a class, as in `.term1`, there is a blank.
        let blank = if language.is_empty() && !info.is_empty() { " " } else { "" };
        let mark = |language: &str, basis| Remedy {
            title: format!("mark the block as `{language}`"),
            edits: vec![Edit { range: fence.language.clone(), text: format!("{language}{blank}") }],
            basis,
        };
        let shown = || mark(only_shown, Basis::Proposed);
        let remedies = match look {
            // PowerShell and Windows' command prompt read other words.
            Look::Session if kind == Kind::OtherShell => {
                vec![mark("console", Basis::Proposed), shown()]
            }
            // The prompts show what it is, and nobody has said otherwise.
            Look::Session if is_unmarked => vec![mark("console", Basis::Proved), shown()],
            // No other language has a prompt and a known program in its first line.
            Look::Session
                if kind != Kind::Text && begins_with_command_at_prompt(&block.content) =>
            {
                vec![mark("console", Basis::Proved), shown()]
            }
            Look::Session => vec![mark("console", Basis::Proposed), shown()],
            // Each line runs a known program.
            Look::Script if is_unmarked && has_only_commands(&block.content) => {
                vec![mark("bash", Basis::Proved), shown()]
            }
            Look::Script => vec![mark("bash", Basis::Proposed), shown()],
            Look::Mixed if is_unmarked && is_command_with_output(&block.content) => {
                let first = block.content.find(|c: char| !c.is_whitespace());
                let prompt = first.and_then(|first| block.place(first)).map(|start| {
                    let mark = mark("console", Basis::Proved);
                    let title = "mark the block as `console`, and start its command with `$ `";
                    let prompt = Edit::insert(start, "$ ".to_owned());
                    Remedy {
                        title: title.to_owned(),
                        edits: [mark.edits, vec![prompt]].concat(),
                        ..mark
                    }
                });
                prompt.into_iter().chain([shown()]).collect()
            }
            Look::Mixed | Look::Windows => vec![shown()],
        };
        self.not_a_step(fence.opening(), &message, help, remedies);
    }

    /// Takes a block for a shell of Windows.
    pub(super) fn take_for_windows(&mut self, fence: &Fence, block: &CodeBlock) {
        let only_shown = only_shown(&block.content);
        let remedy = mark_as(&fence.language, only_shown, Basis::Proposed);
        let help = format!("mark it as `{only_shown}` to only show it");
        self.not_a_step(fence.opening(), "it is for a shell of Windows", help, vec![remedy]);
    }

    /// Whether a block directly below a step shows its commands again, with what they print.
    fn shows_again(&self, block: &CodeBlock, previous: Option<&Previous>) -> bool {
        let Some(previous) = previous.filter(|previous| self.is_next(previous, block)) else {
            return false;
        };
        let Ok(step) = previous.takes_output else { return false };
        let commands = &self.scenario.steps[step].commands;
        let is_known = |line: &&str| commands.iter().any(|command| command.text.trim() == *line);
        commands_at_prompts(&block.content).iter().all(is_known)
    }

    /// Takes a block that is code by its indentation.
    pub(super) fn take_indented(&mut self, block: &CodeBlock) {
        let Some(look) = look(&block.content) else { return self.take_indented_fences(block) };
        let end = block.span.start + self.text[block.span.clone()].trim_end().len();
        let start = block.span.start;
        let Some(prefix) = self.container_of(start) else { return };
        let fenced = self.fenced(block, look, &prefix, end);
        let fence = Fence {
            block: start..end,
            marks: start..start,
            info: start..start,
            language: start..start,
            body: start..block.span.end,
            closing: Some(Closing { prefix }),
        };
        if self.takes_as_step(block, &fence, look) {
            // What is inserted below the block comes before its last line feed.
            if let Some(step) = self.scenario.steps.last_mut() {
                let markup =
                    step.session_markup.iter().map(|range| range.start..range.end.min(end));
                step.session_markup = markup.filter(|range| range.start < range.end).collect();
            }
            return;
        }
        let first = self.text[start..end].lines().next().unwrap_or_default().trim_end();
        let place = start..start + first.len();
        let remedies = fenced.into_iter().collect();
        let help = between_fences(look, &block.content);
        self.not_a_step(place, "it is indented, not fenced", help, remedies);
    }

    /// Returns the remedy that puts an indented block, which ends at this offset, between fences; `None` if it is not clear
    /// what it is, or its lines have other prefixes than the first.
    fn fenced(
        &self,
        block: &CodeBlock,
        look: Look,
        prefix: &Range<usize>,
        end: usize,
    ) -> Option<Remedy> {
        let language = match look {
            Look::Session => "console",
            Look::Script if has_only_commands(&block.content) => "bash",
            _ => return None,
        };
        let (range, prefix) = (prefix.start..end, &self.text[prefix.clone()]);
        let mut lines = vec![format!("```{language}")];
        for line in self.text[range.clone()].lines() {
            let content = match line.strip_prefix(prefix) {
                Some(inner) => ["    ", "\t"].iter().find_map(|indent| inner.strip_prefix(indent)),
                None => None,
            };
            let is_blank = line.trim_start_matches(['>', ' ', '\t']).is_empty();
            lines.push(content.or(is_blank.then_some(""))?.to_owned());
        }
        lines.push("```".to_owned());
        let is_inside = |line: &String| line.trim_start().starts_with("```");
        if lines[1..lines.len() - 1].iter().any(is_inside) {
            return None;
        }
        let lines = lines.iter().map(|line| format!("{prefix}{line}").trim_end().to_owned());
        let text = lines.collect::<Vec<_>>().join("\n");
        Some(Remedy {
            title: format!("put the block between fences, and mark it as `{language}`"),
            edits: vec![Edit { range, text }],
            basis: Basis::Proved,
        })
    }

    /// Takes a block of HTML.
    pub(super) fn take_html(&mut self, block: &HtmlBlock<'_>) {
        for found in block.commands() {
            let (message, help, remedies) = match found.fence {
                Some(line) => {
                    let edit = Edit::insert(line, "\n".to_owned());
                    let remedy = Remedy {
                        title: "put a blank line above the fence".to_owned(),
                        edits: vec![edit],
                        basis: Basis::Proposed,
                    };
                    // A prefix of a container would have to be repeated.
                    let is_line = line == 0 || self.text[..line].ends_with('\n');
                    let remedies = if is_line { vec![remedy] } else { Vec::new() };
                    let why = "its fence is inside HTML, where every viewer shows it as text";
                    (why, "put a blank line above the fence", remedies)
                }
                None => (
                    "it is HTML",
                    "use a fenced block marked `bash` or `console`, or mark it as `text` to only show it",
                    Vec::new(),
                ),
            };
            self.not_a_step(found.place, message, help.to_owned(), remedies);
        }
    }

    /// Takes a block whose fence goes on from the text above.
    pub(super) fn take_misplaced(&mut self, block: &Misplaced) {
        let remedy = Remedy {
            title: "indent the block like the text above".to_owned(),
            edits: block.edits.clone(),
            basis: if block.is_plain { Basis::Proved } else { Basis::Proposed },
        };
        let remedies = Some(remedy).filter(|remedy| !remedy.edits.is_empty()).into_iter().collect();
        let why = "its fence is indented too far, so that it goes on from the text above";
        let help =
            "indent the block like the text above; or put `ignore` after its fence".to_owned();
        self.not_a_step(block.opening.clone(), why, help, remedies);
    }

    /// Takes what stands between tags of a generator of sites.
    pub(super) fn take_template(&mut self, template: &Template) {
        let content = template.content.as_str();
        let Some(look) = look_of(template.kind, content) else { return };
        let language = if look == Look::Session { "console" } else { "bash" };
        let edits = vec![
            Edit { range: template.opening.clone(), text: format!("```{language}") },
            Edit { range: template.closing.clone(), text: "```".to_owned() },
        ];
        let remedy = Remedy {
            title: format!("replace the tags by fences, and mark the block as `{language}`"),
            edits,
            basis: Basis::Proposed,
        };
        let can_run = look != Look::Windows && !content.contains("```");
        let remedies = can_run.then_some(remedy).into_iter().collect();
        let why = "it is between tags of Jekyll or Hugo, which mdBook shows as text";
        self.not_a_step(template.opening.clone(), why, between_fences(look, content), remedies);
    }

    pub(super) fn not_a_step(
        &mut self,
        place: Range<usize>,
        why: &str,
        help: String,
        remedies: Vec<Remedy>,
    ) {
        let message = format!("this block looks like commands, but does not run: {why}");
        self.find_with_remedies(Code::NotAStep, place, message, Some(help), remedies);
    }

    /// Makes a step of a block without a language, if the book wants that.
    fn takes_as_step(&mut self, block: &CodeBlock, fence: &Fence, look: Look) -> bool {
        let (kind, language) = match look {
            Look::Session => (Kind::Session, "console"),
            Look::Script => (Kind::Script, "bash"),
            Look::Mixed | Look::Windows => return false,
        };
        if self.scenario.extensions.unmarked == Unmarked::Report {
            return false;
        }
        let info = &self.text[fence.info.clone()];
        let foreign = if has_only_classes(info) { info.to_owned() } else { String::new() };
        let marking = Marking { kind, language, foreign, attributes: Attributes::default() };
        self.step(block, fence, marking);
        true
    }

    /// Returns the prefix of the container of an indented block, which starts at this offset. `None` if it
    /// is unknown: the block begins on the line of a list item's marker.
    fn container_of(&self, start: usize) -> Option<Range<usize>> {
        let line = self.text[..start].rfind('\n').map_or(0, |end| end + 1);
        let before = &self.text[line..start];
        if !before.chars().all(|c| matches!(c, ' ' | '\t' | '>' | '\u{feff}')) {
            return None;
        }
        let prefix = before.strip_suffix('\t').or_else(|| before.strip_suffix("    "))?;
        Some(line..line + prefix.len())
    }
}

/// Whether an info string has classes and no language: `.term1`, by which sites choose a look or a terminal.
fn has_only_classes(info: &str) -> bool {
    let mut words = info.split_whitespace().peekable();
    words.peek().is_some() && words.all(|word| word.len() > 1 && word.starts_with('.'))
}

/// What a block is marked as to only show it. Prompts with commands are silent only with `ignore`.
fn only_shown(content: &str) -> &'static str {
    if has_command_at_prompt(content) { "console ignore" } else { "text" }
}

fn after_the_fence(look: Look, only_shown: &str) -> String {
    match look {
        Look::Session => {
            format!("write `console` after the fence to run it, or `{only_shown}` to only show it")
        }
        Look::Script => {
            "write `bash` after the fence to run it, or `text` to only show it".to_owned()
        }
        Look::Windows => "mark it as `text` to only show it".to_owned(),
        Look::Mixed => {
            "start its commands with `$ `, and write `console` after the fence, to run it; or write `text` to only show it".to_owned()
        }
    }
}

fn between_fences(look: Look, content: &str) -> String {
    let only_shown = only_shown(content);
    let language = match look {
        Look::Session => "console",
        Look::Windows => {
            return "put it between fences, and mark it as `text` to only show it".to_owned();
        }
        Look::Script | Look::Mixed => "bash",
    };
    format!(
        "put it between fences, and mark it as `{language}`; or as `{only_shown}` to only show it"
    )
}
