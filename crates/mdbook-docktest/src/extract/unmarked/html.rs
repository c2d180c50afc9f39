//! Recognizes commands in HTML, where fences are plain text.

use std::ops::Range;

use super::{is_unseen, look};

/// What each line of a rendered result begins with.
const MARK: &str = "<!--docktest-->";

/// A block of HTML.
pub(in crate::extract) struct HtmlBlock<'a> {
    /// Its lines without the prefixes of containers, each with its offset in the chapter.
    pub(in crate::extract) lines: Vec<(usize, &'a str)>,
    /// The text below it, which a `<pre>` of its last line includes.
    pub(in crate::extract) rest: &'a str,
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
            // A page that is included has our results.
            if line.trim_start().starts_with(MARK) {
                continue;
            }
            let visible = without_comments(line, &mut in_comment);
            let text = visible.trim();
            let place = || {
                let start = start + line.len() - line.trim_start().len();
                start..start + line.trim().len()
            };
            if let Some(mark) = ["```", "~~~"].into_iter().find(|mark| text.starts_with(mark)) {
                let info = text.trim_start_matches(&mark[..1]);
                let inner = lines.by_ref().map(|(_, line)| *line);
                let content: String =
                    inner.take_while(|line| !line.trim_start().starts_with(mark)).collect();
                // A blank line ends the HTML, and what is known of the block.
                if is_unseen(info, &content) {
                    found.push(Found { place: place(), fence: Some(*start) });
                }
            } else if let Some((first, end)) = preformatted(text) {
                let below = lines.by_ref().map(|(_, line)| *line);
                let below = below.chain(self.rest.split_inclusive('\n'));
                if look(&up_to(end, first, below)).is_some() {
                    found.push(Found { place: place(), fence: None });
                }
            }
        }
        found
    }
}

/// Returns a line without comments, which can begin and end on other lines.
fn without_comments(line: &str, in_comment: &mut bool) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once(if *in_comment { "-->" } else { "<!--" }) {
        text.push_str(if *in_comment { "" } else { before });
        *in_comment = !*in_comment;
        rest = after;
    }
    text.push_str(if *in_comment { "" } else { rest });
    text
}

/// Returns what follows `<pre>` on its line, or `<code>` that is alone there, and the tag that ends it.
fn preformatted(line: &str) -> Option<(&str, &'static str)> {
    let tag = line.match_indices("<pre").map(|(at, tag)| &line[at + tag.len()..]);
    if let Some(tag) = tag.into_iter().find(|tag| tag.is_empty() || tag.starts_with(['>', ' '])) {
        return Some((tag.split_once('>').map_or("", |(_, text)| text), "</pre"));
    }
    let rest = line.strip_prefix("<code").and_then(|tag| tag.strip_suffix('>'));
    rest.filter(|rest| !rest.contains('>')).map(|_| ("", "</code"))
}

/// Returns the text of HTML up to a tag; only that of the first line if the tag is missing.
fn up_to<'a>(end: &str, first: &str, below: impl Iterator<Item = &'a str>) -> String {
    if let Some((content, _)) = first.split_once(end) {
        return text_of(content);
    }
    let mut content = format!("{first}\n");
    for line in below {
        if let Some((last, _)) = line.split_once(end) {
            content.push_str(last);
            return text_of(&content).trim_start_matches('\n').to_owned();
        }
        content.push_str(line);
    }
    text_of(first)
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
