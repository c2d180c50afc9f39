//! Recognizes commands in HTML, where fences are plain text.

use std::ops::Range;

use super::look;
use crate::extract::attributes::language::{Kind, language};
use crate::extract::attributes::{Info, parse};

/// A block of HTML.
pub(in crate::extract) struct HtmlBlock<'a> {
    /// Its lines without the prefixes of containers, each with its offset in the chapter.
    pub(in crate::extract) lines: Vec<(usize, &'a str)>,
}

/// Commands in a block of HTML.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::extract) struct Found {
    /// The opening fence, or the line with `<pre>`, in the chapter.
    pub(in crate::extract) place: Range<usize>,
    /// The place of the line with a fence; `None` for `<pre>`.
    pub(in crate::extract) fence: Option<usize>,
}

impl HtmlBlock<'_> {
    /// Returns the places of commands.
    pub(in crate::extract) fn commands(&self) -> Vec<Found> {
        let mut found = Vec::new();
        let mut lines = self.lines.iter();
        let mut in_comment = false;
        while let Some((start, line)) = lines.next() {
            if in_comment || line.contains("<!--") {
                let after = line.rsplit_once("<!--").map_or(*line, |(_, after)| after);
                in_comment = !after.contains("-->");
                continue;
            }
            let text = line.trim();
            let place = || {
                let start = start + line.len() - line.trim_start().len();
                start..start + text.len()
            };
            if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| text.starts_with(mark)) {
                let info = text.trim_start_matches(&mark[..1]);
                let inner = lines.by_ref().map(|(_, line)| *line);
                let content: String =
                    inner.take_while(|line| !line.trim_start().starts_with(mark)).collect();
                let is_shell = match language(info).kind {
                    Kind::Script | Kind::Session | Kind::Terminal => true,
                    _ => info.trim().is_empty() && look(&content).is_some(),
                };
                let is_ignored =
                    matches!(parse(info), Info::Step { attributes, .. } if attributes.ignore);
                if is_shell && !is_ignored {
                    found.push(Found { place: place(), fence: Some(*start) });
                }
            } else if let Some((_, first)) = text.split_once("<pre") {
                let mut content = first.split_once('>').map_or("", |(_, text)| text).to_owned();
                content.push('\n');
                if !first.contains("</pre") {
                    for (_, line) in lines.by_ref() {
                        content.push_str(line);
                        if line.contains("</pre") {
                            break;
                        }
                    }
                }
                if look(text_of(&content).trim_start_matches('\n')).is_some() {
                    found.push(Found { place: place(), fence: None });
                }
            }
        }
        found
    }
}

/// Returns HTML without tags, and with the usual references as characters.
fn text_of(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        // In commands, `<` can be a redirection that the author has not escaped.
        let is_tag = tag.starts_with(|c: char| c == '/' || c.is_ascii_alphabetic());
        match tag.split_once('>') {
            Some((_, after)) if is_tag => rest = after,
            _ => {
                text.push('<');
                rest = tag;
            }
        }
    }
    text.push_str(rest);
    let references =
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#36;", "$"), ("&amp;", "&")];
    references.iter().fold(text, |text, (reference, character)| text.replace(reference, character))
}
