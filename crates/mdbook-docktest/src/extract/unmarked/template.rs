//! Finds the tags between which Jekyll and Hugo expect code: to mdBook they are text.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::extract::attributes::language::{Kind, language};

/// `{% highlight bash %}`, `{% codeblock lang:bash %}`, `{{< highlight bash >}}`.
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?m)^[ \t>]*(?<tag>\{(?:%|\{[<%])-? *(?:highlight|codeblock) +(?:lang:)?(?<language>[\w+-]+).*\}) *\r?$";
    Regex::new(regex).expect("the regex is valid")
});

static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    let regex = r"(?m)^[ \t>]*(?<tag>\{(?:%|\{[<%])-? *(?:end|/ *)(?:highlight|codeblock) *-?[>%]\}{1,2}) *\r?$";
    Regex::new(regex).expect("the regex is valid")
});

/// Code between two tags.
pub(in crate::extract) struct Template {
    /// The first tag, alone on its line.
    pub(in crate::extract) opening: Range<usize>,
    /// The last tag, alone on its line.
    pub(in crate::extract) closing: Range<usize>,
    /// What its language is.
    pub(in crate::extract) kind: Kind,
    /// The lines between the tags, without the prefix of their container.
    pub(in crate::extract) content: String,
}

/// Finds the tags that begin in a paragraph.
pub(in crate::extract) fn templates(text: &str, paragraph: &Range<usize>) -> Vec<Template> {
    let Some(lines) = text.get(paragraph.clone()).filter(|lines| lines.contains('{')) else {
        return Vec::new();
    };
    let template = |found: regex::Captures<'_>| {
        let tag = found.name("tag")?.range();
        let opening = paragraph.start + tag.start..paragraph.start + tag.end;
        let content_start = opening.end + text[opening.end..].find('\n')? + 1;
        let closing = CLOSING.captures(&text[content_start..])?;
        let content_end = content_start + closing.get(0)?.start();
        let closing = closing.name("tag")?.range();
        let line_start = text[..opening.start].rfind('\n').map_or(0, |end| end + 1);
        let prefix = text[line_start..opening.start].trim_end();
        let lines = text[content_start..content_end].split_inclusive('\n');
        let without_prefix = |line| match str::strip_prefix(line, prefix) {
            Some(rest) if !prefix.is_empty() => rest.strip_prefix(' ').unwrap_or(rest),
            _ => line,
        };
        let content = lines.map(without_prefix).collect();
        Some(Template {
            opening,
            closing: content_start + closing.start..content_start + closing.end,
            kind: language(&found["language"]).kind,
            content,
        })
    };
    OPENING.captures_iter(lines).filter_map(template).collect()
}
